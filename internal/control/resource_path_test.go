package control_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"

	"postern/internal/apigw"
	"postern/internal/control"
	"postern/internal/property"
	"postern/internal/store"
)

// listed returns the resources of an API, page by page.
func (f *fixture) listed(api string, limit int) []*apigw.Resource {
	f.t.Helper()
	var all []*apigw.Resource
	for after := ""; ; {
		page, next, err := f.GetResources(f.t.Context(), api, control.Page{Limit: limit, After: after})
		if err != nil {
			f.t.Fatal(err)
		}
		all = append(all, page...)
		if after = next; next == "" {
			return all
		}
	}
}

// forgetPaths makes an API look as an earlier Postern stored it.
func (f *fixture) forgetPaths(api string) {
	f.t.Helper()
	if _, err := f.Store.Commit(f.t.Context(), store.Txn{Do: []store.Write{store.DeletePrefix("drafts/" + api + "/paths/")}}); err != nil {
		f.t.Fatal(err)
	}
}

// However resources were made, moved and removed, the list has each of them
// once, in the order of the paths that follow from their parents, and nothing
// else is left of those that are gone.
func TestResourcesAreListedByTheirPaths(t *testing.T) {
	f := newFixture(t)
	ctx := t.Context()
	api := f.api()
	random := rand.New(rand.NewPCG(1, 2))
	long := strings.Repeat("l", 500) // two of them are too long to be kept as they are
	parts := []string{"a", "b", "a-b", "{v}", "c.d", long, "z"}
	pick := func() string {
		list := f.listed(api.ID, 500)
		return list[random.IntN(len(list))].ID
	}
	changed := 0
	for i := range 300 {
		var err error
		switch random.IntN(7) {
		case 0:
			_, err = f.UpdateResource(ctx, api.ID, pick(), []property.PatchOperation{replace("/parentId", pick())})
		case 1:
			_, err = f.UpdateResource(ctx, api.ID, pick(), []property.PatchOperation{replace("/pathPart", parts[random.IntN(len(parts))])})
		case 2:
			err = f.DeleteResource(ctx, api.ID, pick())
		default:
			_, err = f.CreateResource(ctx, api.ID, pick(), parts[random.IntN(len(parts))])
		}
		if err == nil {
			changed++
		}
		if i%75 == 74 {
			f.forgetPaths(api.ID)
			if got := f.listed(api.ID, 3); !sameResources(got, f.listed(api.ID, 500)) {
				t.Fatalf("without paths: pages of 3 and of 500 differ")
			}
			_, _ = f.CreateResource(ctx, api.ID, api.RootResourceID, "after"+fmt.Sprint(i))
		}
		list := f.listed(api.ID, 500)
		byID := map[string]*apigw.Resource{}
		for _, r := range list {
			byID[r.ID] = r
		}
		siblings := map[string]int{}
		for _, r := range list {
			path := ""
			for at := r; at.ParentID != ""; at = byID[at.ParentID] {
				if path = "/" + at.PathPart + path; byID[at.ParentID] == nil {
					t.Fatalf("step %d: %s has no parent", i, r.Path)
				}
			}
			if path == "" {
				path = "/"
			}
			if r.Path != path {
				t.Fatalf("step %d: path %s, want %s", i, r.Path, path)
			}
			if siblings[r.ParentID+" "+r.PathPart]++; siblings[r.ParentID+" "+r.PathPart] > 1 {
				t.Fatalf("step %d: %s is twice there", i, r.Path)
			}
		}
		short := slices.DeleteFunc(slices.Clone(list), func(r *apigw.Resource) bool { return len(r.Path) > 800 })
		if !slices.IsSortedFunc(short, func(a, b *apigw.Resource) int { return strings.Compare(a.Path, b.Path) }) {
			t.Fatalf("step %d: not in the order of their paths", i)
		}
		if got := f.listed(api.ID, 3); !sameResources(got, list) {
			t.Fatalf("step %d: %d resources in pages of 3, %d in one", i, len(got), len(list))
		}
	}
	if changed < 75 {
		t.Errorf("%d of 300 steps changed something: too few to be a test", changed)
	}
	if err := f.DeleteRestAPI(ctx, api.ID); err != nil {
		t.Fatal(err)
	}
	if keys := f.keys(); len(keys) > 0 {
		t.Errorf("left over: %v", keys)
	}
}

func sameResources(a, b []*apigw.Resource) bool {
	return slices.EqualFunc(a, b, func(a, b *apigw.Resource) bool { return a.ID == b.ID && a.Path == b.Path })
}

// Siblings that are made at the same time do not disturb each other, and two of
// one name, or two variables, are never both there.
func TestSiblingsAtTheSameTime(t *testing.T) {
	f := newFixture(t)
	f.NewID = nil
	api := f.api()
	var wait sync.WaitGroup
	var mu sync.Mutex
	made := map[string]int{}
	for i := range 40 {
		for _, part := range []string{fmt.Sprint("own", i), "same", fmt.Sprintf("{v%d}", i)} {
			wait.Go(func() {
				_, err := f.CreateResource(context.WithoutCancel(t.Context()), api.ID, api.RootResourceID, part)
				mu.Lock()
				defer mu.Unlock()
				if kind := strings.TrimRight(strings.Trim(part, "{}"), "0123456789"); err == nil {
					made[kind]++
				}
			})
		}
	}
	wait.Wait()
	if made["own"] != 40 || made["same"] != 1 || made["v"] != 1 {
		t.Errorf("made %v, want 40 of own, and one of each other kind", made)
	}
	if n := len(f.listed(api.ID, 7)); n != 43 {
		t.Errorf("%d resources, want 43", n)
	}
}
