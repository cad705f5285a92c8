package awsapi_test

import (
	"net/http/httptest"
	"os"
	"testing"

	"postern/internal/adapter/awsapi"
	"postern/internal/adapter/awsapi/recorded"
	"postern/internal/apigw"
	"postern/internal/backend"
	"postern/internal/control"
	"postern/internal/dataplane"
	"postern/internal/publish"
	"postern/internal/store"
)

// expectedDifferences are the recorded cases that do not pass, with the reason.
// A case that passes must not be here.
var expectedDifferences = map[string]string{}

// The server answers as the real service was recorded to answer. Requests to
// deployed APIs are left out: they need a gateway that runs.
func TestRecordedAnswers(t *testing.T) {
	files, err := recorded.Load(os.DirFS("testdata/aws-observed"))
	if err != nil {
		t.Fatal(err)
	}
	known := map[string]bool{}
	passed, total, invoking := 0, 0, 0
	for _, f := range files {
		for i := range f.Cases {
			c := &f.Cases[i]
			known[c.ID()] = true
			total++
			if c.Invokes() {
				invoking++
			}
			reason, expected := expectedDifferences[c.ID()]
			err := runCase(t, c)
			switch {
			case err == nil && expected:
				t.Errorf("%s passes; take it off the list of expected differences (%s)", c.ID(), reason)
			case err == nil:
				passed++
			case !expected:
				t.Errorf("%s: %v", c.ID(), err)
			}
		}
	}
	for id := range expectedDifferences {
		if !known[id] {
			t.Errorf("expected difference %s is no recorded case", id)
		}
	}
	t.Logf("%d of %d cases pass; of %d only the requests to the control plane", passed, total, invoking)
}

// runCase runs a case against a server with an empty store.
func runCase(t *testing.T, c *recorded.Case) error {
	t.Helper()
	service := &control.Service{Store: store.NewMemory(), AccountID: "111111111111"}
	handler := awsapi.NewServer(service, nil)
	pool := &backend.Pool{}
	handler.TestInvoke = awsapi.Preview(&publish.Publisher{Control: service, Limits: apigw.DefaultLimits(),
		Suppliers: dataplane.Suppliers{HTTP: func(o backend.Options) backend.Backend { return pool.HTTP(o) }}})
	server := httptest.NewServer(handler)
	defer server.Close()
	r := &recorded.Runner{URL: server.URL, Client: server.Client(), ControlOnly: true}
	return r.Run(t.Context(), c)
}
