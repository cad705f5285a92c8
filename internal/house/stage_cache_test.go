package house_test

import (
	"net/http"
	"strings"
	"testing"
)

const cachedWalk = `{Type: HTTP_PROXY, IntegrationHttpMethod: GET, Uri: '{{backend}}/x'}`

// What is cached is gone when FlushStageCache has answered, when the cache has
// another size, and when it is switched off and on.
func TestStageCacheIsEmptied(t *testing.T) {
	b := build(t, &walk{text: map[string]string{
		"integration": cachedWalk,
		"stage":       "/cacheClusterEnabled = true\n/*/*/caching/enabled = true",
	}})
	b.wire()
	stage := strings.Replace(strings.TrimPrefix(b.address, b.server+"/_aws/execute-api/"), "/", "/stages/", 1)
	patch := func(path, value string) {
		t.Helper()
		b.call("PATCH", "/restapis/"+stage, map[string]any{"patchOperations": []any{map[string]any{"op": "replace", "path": path, "value": value}}})
	}
	reachesBackend := func() bool {
		t.Helper()
		b.backend.forget()
		res, err := http.Get(b.address + "/walk/ada")
		if err != nil {
			t.Fatal(err)
		}
		defer res.Body.Close()
		if res.StatusCode != 200 {
			t.Fatalf("got %s", res.Status)
		}
		return b.backend.text() != ""
	}
	for _, tt := range []struct {
		name  string
		empty func()
	}{
		{"nothing was asked yet", func() {}},
		{"flush", func() {
			req, err := http.NewRequest("DELETE", b.server+"/restapis/"+stage+"/cache/data", nil)
			if err != nil {
				t.Fatal(err)
			}
			res, err := http.DefaultClient.Do(req)
			if err != nil {
				t.Fatal(err)
			}
			defer res.Body.Close()
			if res.StatusCode != http.StatusAccepted {
				t.Fatalf("flushing answers %s", res.Status)
			}
		}},
		{"another size", func() { patch("/cacheClusterSize", "1.6") }},
		{"off and on", func() { patch("/cacheClusterEnabled", "false"); patch("/cacheClusterEnabled", "true") }},
	} {
		tt.empty()
		if !reachesBackend() {
			t.Errorf("%s: the first request is answered from the cache", tt.name)
		}
		if reachesBackend() {
			t.Errorf("%s: the second request is not answered from the cache", tt.name)
		}
	}
	// A setting that does not concern the cache leaves it alone.
	patch("/description", "the same")
	if reachesBackend() {
		t.Error("a new description empties the cache")
	}
}
