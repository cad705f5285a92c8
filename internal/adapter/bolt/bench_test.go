package bolt_test

import (
	"context"
	"fmt"
	"sync/atomic"
	"testing"

	"postern/internal/store"
)

// BenchmarkCommit shows what sharing a sync is worth.
func BenchmarkCommit(b *testing.B) {
	for _, writers := range []int{1, 32} {
		b.Run(fmt.Sprintf("%d writers", writers), func(b *testing.B) {
			s := open(b, b.TempDir())
			defer s.Close()
			var n atomic.Int64
			b.SetParallelism(writers)
			b.RunParallel(func(pb *testing.PB) {
				for pb.Next() {
					_, err := s.Commit(context.Background(), store.Txn{Do: []store.Write{store.Put(fmt.Sprint("k/", n.Add(1)), []byte("value"))}})
					if err != nil {
						b.Error(err)
					}
				}
			})
		})
	}
}
