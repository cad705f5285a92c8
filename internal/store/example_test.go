package store_test

import (
	"context"
	"errors"
	"fmt"

	"postern/internal/store"
)

// What is read decides what is written: the condition makes sure that it still
// holds, and the loop reads again when it does not.
func Example() {
	ctx := context.Background()
	s := store.NewMemory()
	defer s.Close()

	add := func(key string) error {
		for {
			items, rev, err := s.List(ctx, "apis/a/resources/")
			if err != nil {
				return err
			}
			if len(items) >= 2 {
				return errors.New("too many resources")
			}
			_, err = s.Commit(ctx, store.Txn{
				If: []store.Condition{store.PrefixUnchanged("apis/a/resources/", rev)},
				Do: []store.Write{store.Put(key, []byte("{}"))},
			})
			if !errors.Is(err, store.ErrConflict) {
				return err
			}
		}
	}
	for _, id := range []string{"x", "y", "z"} {
		fmt.Println(id, add("apis/a/resources/"+id))
	}

	for batch, err := range s.Watch(ctx, "apis/", 0) {
		if err != nil {
			fmt.Println(err)
		}
		for _, e := range batch.Events {
			fmt.Println(e.Revision, e.Key)
		}
		break
	}
	// Output:
	// x <nil>
	// y <nil>
	// z too many resources
	// 1 apis/a/resources/x
	// 2 apis/a/resources/y
}
