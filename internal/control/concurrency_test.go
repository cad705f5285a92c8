package control_test

import (
	"context"
	"fmt"
	"iter"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"postern/internal/apigw"
	"postern/internal/control"
	"postern/internal/property"
	"postern/internal/store"
)

// together calls f from n goroutines at once and returns their errors.
func together(n int, f func(i int) error) []error {
	errs := make([]error, n)
	start := make(chan struct{})
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() {
			<-start
			errs[i] = f(i)
		})
	}
	close(start)
	wg.Wait()
	return errs
}

func TestWritersLoseNoUpdates(t *testing.T) {
	f := newFixture(t)
	k := f.mock(f.api())
	const writers = 16
	for _, err := range together(writers, func(i int) error {
		_, err := f.UpdateIntegration(t.Context(), k, []property.PatchOperation{add(fmt.Sprintf("/requestTemplates/text~1x%d", i), "t")})
		return err
	}) {
		if err != nil {
			t.Error(err)
		}
	}
	in, err := f.GetIntegration(t.Context(), k)
	if err != nil {
		t.Fatal(err)
	}
	if len(in.RequestTemplates) != writers {
		t.Errorf("%d templates, want %d: %v", len(in.RequestTemplates), writers, in.RequestTemplates)
	}
}

func TestOneOfManySiblingsGetsAName(t *testing.T) {
	f := newFixture(t)
	api := f.api()
	made := 0
	for _, err := range together(8, func(int) error {
		_, err := f.CreateResource(t.Context(), api.ID, api.RootResourceID, "pets")
		return err
	}) {
		if err == nil {
			made++
		} else if wrong := refused(err, "ConflictException: Another resource with the same parent already has this name: pets"); wrong != "" {
			t.Error(wrong)
		}
	}
	if made != 1 {
		t.Errorf("%d resources were made, want 1", made)
	}
}

func TestManySiblingsAtOnce(t *testing.T) {
	f := newFixture(t)
	api := f.api()
	for _, err := range together(16, func(i int) error {
		_, err := f.CreateResource(t.Context(), api.ID, api.RootResourceID, fmt.Sprintf("r%d", i))
		return err
	}) {
		if err != nil {
			t.Error(err)
		}
	}
	list, _, err := f.GetResources(t.Context(), api.ID, control.Page{Limit: 100})
	if err != nil || len(list) != 17 {
		t.Errorf("%d resources, %v; want 17", len(list), err)
	}
}

// Whatever is put while an API is deleted is gone with it.
func TestNothingOutlivesItsAPI(t *testing.T) {
	for range 20 {
		f := newFixture(t)
		api := f.api()
		together(3, func(i int) error {
			switch i {
			case 0:
				return f.DeleteRestAPI(t.Context(), api.ID)
			case 1:
				_, err := f.PutMethod(t.Context(), apigw.MethodKey{RestAPIID: api.ID, ResourceID: api.RootResourceID, HTTPMethod: "GET"}, &apigw.Method{})
				return err
			default:
				_, err := f.CreateModel(t.Context(), api.ID, &apigw.Model{Name: "Pet", Schema: `{"type":"object"}`})
				return err
			}
		})
		if keys := f.keys(); len(keys) > 0 {
			t.Fatalf("left %v", keys)
		}
	}
}

// A model is not deleted while a method begins to use it.
func TestModelAndItsUserDoNotMissEachOther(t *testing.T) {
	for range 20 {
		f := newFixture(t)
		api := f.api()
		if _, err := f.CreateModel(t.Context(), api.ID, &apigw.Model{Name: "Pet", Schema: `{"type":"object"}`}); err != nil {
			t.Fatal(err)
		}
		errs := together(2, func(i int) error {
			if i == 0 {
				return f.DeleteModel(t.Context(), api.ID, "Pet")
			}
			k := apigw.MethodKey{RestAPIID: api.ID, ResourceID: api.RootResourceID, HTTPMethod: "GET"}
			_, err := f.PutMethod(t.Context(), k, &apigw.Method{RequestModels: map[string]string{"application/json": "Pet"}})
			return err
		})
		if (errs[0] == nil) == (errs[1] == nil) {
			t.Fatalf("delete: %v, put: %v; want exactly one to be refused", errs[0], errs[1])
		}
	}
}

// A neverSettling store refuses every commit because something has changed.
type neverSettling struct{ store.Store }

func (neverSettling) Commit(context.Context, store.Txn) (store.Revision, error) {
	return 0, &store.Conflict{}
}

func TestEndlessConflictIsARefusalToTryAgain(t *testing.T) {
	s := &control.Service{Store: neverSettling{store.NewMemory()}}
	_, err := s.CreateRestAPI(t.Context(), &apigw.RestAPI{Name: "a"}, control.RestAPIOptions{})
	if wrong := refused(err, "ConflictException: Please try again later."); wrong != "" {
		t.Error(wrong)
	}
}

// A full store holds no change however small.
type full struct{ store.Store }

func (full) Commit(context.Context, store.Txn) (store.Revision, error) {
	return 0, fmt.Errorf("%w: too large", store.ErrInvalid)
}

func TestAChangeTooLargeIsARefusal(t *testing.T) {
	s := &control.Service{Store: full{store.NewMemory()}}
	_, err := s.CreateRestAPI(t.Context(), &apigw.RestAPI{Name: "a"}, control.RestAPIOptions{})
	if wrong := refused(err, "LimitExceededException: The change is larger than the store can hold"); wrong != "" {
		t.Error(wrong)
	}
}

// A counting store counts the items that are read from it.
type counting struct {
	store.Store
	items atomic.Int64
}

func (c *counting) View(ctx context.Context, f func(store.Reader) error) error {
	return c.Store.View(ctx, func(r store.Reader) error { return f(countingReader{r, c}) })
}

type countingReader struct {
	store.Reader
	c *counting
}

func (r countingReader) Get(key string) (store.Item, error) {
	r.c.items.Add(1)
	return r.Reader.Get(key)
}

func (r countingReader) Scan(prefix, after string) iter.Seq2[store.Item, error] {
	return func(yield func(store.Item, error) bool) {
		for item, err := range r.Reader.Scan(prefix, after) {
			r.c.items.Add(1)
			if !yield(item, err) {
				return
			}
		}
	}
}

func (r countingReader) Page(prefix, after string, limit int) ([]store.Item, bool, error) {
	items, more, err := r.Reader.Page(prefix, after, limit)
	r.c.items.Add(int64(len(items)))
	return items, more, err
}

// An operation on one API reads nothing of the others, however many there are.
func TestOperationsDoNotReadOtherAPIs(t *testing.T) {
	f := newFixture(t)
	c := &counting{Store: f.Store}
	f.Store = c
	for range 200 {
		f.api()
	}
	api := f.api()
	k := f.mock(api)
	f.deploy(api)
	link, err := f.CreateVPCLink(t.Context(), &apigw.VPCLink{Name: "l", TargetARNs: []string{"arn:aws:elasticloadbalancing:us-east-1:1:loadbalancer/net/n/1"}})
	if err != nil {
		t.Fatal(err)
	}
	for name, do := range map[string]func() error{
		"GetRestAPIs": func() error { _, _, err := f.GetRestAPIs(t.Context(), control.Page{Limit: 10}); return err },
		"GetResources": func() error {
			_, _, err := f.GetResources(t.Context(), api.ID, control.Page{Limit: 10})
			return err
		},
		"UpdateMethod": func() error {
			_, err := f.UpdateMethod(t.Context(), k, []property.PatchOperation{replace("/operationName", "x")})
			return err
		},
		"CreateRestAPI":    func() error { f.api(); return nil },
		"CreateDeployment": func() error { f.deploy(api); return nil },
		"LoadStage":        func() error { _, _, err := f.LoadStage(t.Context(), api.ID, "prod"); return err },
		"UpdateStage": func() error {
			_, err := f.UpdateStage(t.Context(), api.ID, "prod", []property.PatchOperation{replace("/description", "x")})
			return err
		},
		"DeleteModel":   func() error { return f.DeleteModel(t.Context(), api.ID, "Error") },
		"DeleteVPCLink": func() error { return f.DeleteVPCLink(t.Context(), link.ID) },
	} {
		before := c.items.Load()
		if err := do(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if n := c.items.Load() - before; n > 30 {
			t.Errorf("%s read %d items of a store with 201 APIs, want no more than its own", name, n)
		}
	}
}

func TestDefaultsOfTheService(t *testing.T) {
	s := &control.Service{Store: store.NewMemory()}
	api, err := s.CreateRestAPI(t.Context(), &apigw.RestAPI{Name: "a"}, control.RestAPIOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if len(api.ID) != 10 || strings.Trim(api.ID, "abcdefghijklmnopqrstuvwxyz0123456789") != "" {
		t.Errorf("identifier %q, want ten of [a-z0-9]", api.ID)
	}
	_, err = s.GetRestAPI(t.Context(), "none")
	if wrong := refused(err, "NotFoundException: Invalid API identifier specified 000000000000:none"); wrong != "" {
		t.Error(wrong)
	}
}
