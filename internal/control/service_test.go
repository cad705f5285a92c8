package control_test

import (
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"postern/internal/apigw"
	"postern/internal/control"
	"postern/internal/property"
	"postern/internal/store"
)

// A fixture is a service over an empty store, with a clock that goes on a second
// with each look at it and identifiers that count.
type fixture struct {
	*control.Service
	t *testing.T
}

func newFixture(t *testing.T) *fixture {
	t.Helper()
	memory := store.NewMemory()
	t.Cleanup(func() { _ = memory.Close() })
	var ids, seconds atomic.Int64
	start := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	return &fixture{t: t, Service: &control.Service{
		Store:     memory,
		AccountID: "111111111111",
		Now:       func() time.Time { return start.Add(time.Duration(seconds.Add(1)) * time.Second) },
		NewID:     func(length int) string { return fmt.Sprintf("%0*d", length, ids.Add(1)) },
	}}
}

// api makes an API.
func (f *fixture) api() *apigw.RestAPI {
	f.t.Helper()
	api, err := f.CreateRestAPI(f.t.Context(), &apigw.RestAPI{Name: "pets"}, control.RestAPIOptions{})
	if err != nil {
		f.t.Fatal(err)
	}
	return api
}

// method makes a method GET on the root of an API.
func (f *fixture) method(api *apigw.RestAPI, m apigw.Method) apigw.MethodKey {
	f.t.Helper()
	k := apigw.MethodKey{RestAPIID: api.ID, ResourceID: api.RootResourceID, HTTPMethod: "GET"}
	if _, err := f.PutMethod(f.t.Context(), k, &m); err != nil {
		f.t.Fatal(err)
	}
	return k
}

// mock makes a method GET on the root of an API that calls nothing.
func (f *fixture) mock(api *apigw.RestAPI) apigw.MethodKey {
	f.t.Helper()
	k := f.method(api, apigw.Method{})
	if _, err := f.PutIntegration(f.t.Context(), k, &apigw.Integration{Type: apigw.Mock}); err != nil {
		f.t.Fatal(err)
	}
	return k
}

// deploy deploys an API on the stage prod.
func (f *fixture) deploy(api *apigw.RestAPI) *apigw.Deployment {
	f.t.Helper()
	d, err := f.CreateDeployment(f.t.Context(), api.ID, control.DeploymentInput{StageName: "prod"})
	if err != nil {
		f.t.Fatal(err)
	}
	return d
}

// keys returns the keys of all that is stored.
func (f *fixture) keys() []string {
	f.t.Helper()
	items, _, err := f.Store.List(f.t.Context(), "")
	if err != nil {
		f.t.Fatal(err)
	}
	var keys []string
	for _, item := range items {
		keys = append(keys, item.Key)
	}
	return keys
}

// refused reports what is wrong with an error that should be a refusal. A want
// is the code and a part of the message; empty: no error.
func refused(err error, want string) string {
	if want == "" {
		if err != nil {
			return fmt.Sprintf("error %v, want none", err)
		}
		return ""
	}
	code, message, _ := strings.Cut(want, ": ")
	var e *apigw.Error
	if !errors.As(err, &e) || string(e.Code) != code || !strings.Contains(e.Message, message) {
		return fmt.Sprintf("error %v, want %s", err, want)
	}
	return ""
}

func replace(path, value string) property.PatchOperation {
	return property.PatchOperation{Op: "replace", Path: path, Value: value, HasValue: true}
}

func add(path, value string) property.PatchOperation {
	return property.PatchOperation{Op: "add", Path: path, Value: value, HasValue: true}
}

func remove(path string) property.PatchOperation {
	return property.PatchOperation{Op: "remove", Path: path}
}
