package house_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"postern/internal/house"
)

// TestAWSCLITutorials does with the AWS CLI what API Gateway's tutorials do, and
// asks what was deployed. POSTERN_WITHOUT_AWSCLI=1 does without.
//
// The scripts have, besides testscript's own commands:
//
//	aws ARG…                     the AWS CLI, with the house as its endpoint
//	keep NAME                    sets a variable to what the last command wrote
//	ask VERB PATH [BODY]         a request to the stage $stage of $api; status, type and body are
//	                             stdout, and what the answer says of other origins
//
// $BACKEND is a store of pets: GET /pets?type=T&page=P, GET /pets/ID, POST /pets.
func TestAWSCLITutorials(t *testing.T) {
	if os.Getenv("POSTERN_WITHOUT_AWSCLI") == "1" {
		t.Log("POSTERN_WITHOUT_AWSCLI=1: the AWS CLI is not run")
		return
	}
	h, err := house.New(house.Config{})
	if err != nil {
		t.Fatal(err)
	}
	server := serve(t, h)
	backend := httptest.NewServer(petStoreBackend())
	t.Cleanup(backend.Close)
	t.Run("scripts", func(t *testing.T) { // they run in parallel, and end before the house
		testscript.Run(t, testscript.Params{
			Dir: filepath.Join("testdata", "awscli"),
			Setup: func(e *testscript.Env) error {
				e.Setenv("SERVER", server)
				e.Setenv("BACKEND", backend.URL+"/petstore")
				e.Setenv("stage", "test")
				return nil
			},
			Cmds: map[string]func(*testscript.TestScript, bool, []string){"aws": scriptAWS, "keep": scriptKeep, "ask": scriptAsk},
		})
	})
}

func scriptAWS(ts *testscript.TestScript, neg bool, args []string) {
	program, err := exec.LookPath("aws")
	if err != nil {
		ts.Fatalf("the program aws is not installed: install the AWS CLI (Debian: apt-get install awscli), or set POSTERN_WITHOUT_AWSCLI=1")
	}
	cmd := exec.Command(program, append([]string{"--endpoint-url", ts.Getenv("SERVER")}, args...)...)
	cmd.Dir = ts.MkAbs(".")
	nowhere := ts.MkAbs("none")
	cmd.Env = append(os.Environ(), "AWS_ACCESS_KEY_ID=test", "AWS_SECRET_ACCESS_KEY=test", "AWS_DEFAULT_REGION=us-east-1", "AWS_REGION=us-east-1", "AWS_MAX_ATTEMPTS=1",
		"AWS_PAGER=", "AWS_CONFIG_FILE="+nowhere, "AWS_SHARED_CREDENTIALS_FILE="+nowhere, "AWS_EC2_METADATA_DISABLED=true", "NO_PROXY=127.0.0.1", "no_proxy=127.0.0.1")
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	err = cmd.Run()
	fmt.Fprint(ts.Stdout(), stdout.String())
	fmt.Fprint(ts.Stderr(), stderr.String())
	if failed := err != nil; failed != neg {
		ts.Fatalf("aws %s: %v\n%s%s", strings.Join(args, " "), err, stdout.String(), stderr.String())
	}
}

func scriptKeep(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: keep NAME")
	}
	value := strings.TrimSpace(ts.ReadFile("stdout"))
	if value == "" || strings.ContainsAny(value, " \t\n") {
		ts.Fatalf("%q is not one word", value)
	}
	ts.Setenv(args[0], value)
}

func scriptAsk(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 || len(args) > 3 {
		ts.Fatalf("usage: ask VERB PATH [BODY]")
	}
	body := strings.Join(args[2:], "")
	r, err := http.NewRequest(args[0], ts.Getenv("SERVER")+"/_aws/execute-api/"+ts.Getenv("api")+"/"+ts.Getenv("stage")+args[1], strings.NewReader(body))
	ts.Check(err)
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	res, err := http.DefaultClient.Do(r)
	ts.Check(err)
	defer res.Body.Close()
	got, err := io.ReadAll(res.Body)
	ts.Check(err)
	fmt.Fprintf(ts.Stdout(), "%d %s\n%s\n", res.StatusCode, res.Header.Get("Content-Type"), got)
	for _, name := range []string{"Access-Control-Allow-Origin", "Access-Control-Allow-Methods"} {
		if value := res.Header.Get(name); value != "" {
			fmt.Fprintf(ts.Stdout(), "%s: %s\n", name, value)
		}
	}
}

// petStoreBackend is what the tutorials have behind the gateway.
func petStoreBackend() http.Handler {
	type pet struct {
		ID    int     `json:"id"`
		Type  string  `json:"type"`
		Price float64 `json:"price"`
	}
	pets := []pet{{1, "dog", 249.99}, {2, "cat", 124.99}, {3, "fish", 0.99}}
	write := func(w http.ResponseWriter, status int, v any) {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(status)
		_ = json.NewEncoder(w).Encode(v)
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /petstore/pets", func(w http.ResponseWriter, r *http.Request) {
		found := []pet{}
		for _, p := range pets {
			if typ := r.URL.Query().Get("type"); (typ == "" || typ == p.Type) && r.URL.Query().Get("page") != "2" {
				found = append(found, p)
			}
		}
		write(w, http.StatusOK, found)
	})
	mux.HandleFunc("GET /petstore/pets/{id}", func(w http.ResponseWriter, r *http.Request) {
		id, err := strconv.Atoi(r.PathValue("id"))
		if err != nil || id < 1 || id > len(pets) {
			write(w, http.StatusNotFound, map[string]any{"errors": []string{"there is no such pet"}})
			return
		}
		write(w, http.StatusOK, pets[id-1])
	})
	mux.HandleFunc("POST /petstore/pets", func(w http.ResponseWriter, r *http.Request) {
		var p map[string]any
		if err := json.NewDecoder(r.Body).Decode(&p); err != nil {
			w.WriteHeader(http.StatusBadRequest)
			return
		}
		write(w, http.StatusOK, map[string]any{"pet": p, "message": "success"})
	})
	return mux
}
