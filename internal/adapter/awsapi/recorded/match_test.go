package recorded

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/fstest"
)

func TestMatchIsExactButForPlaceholders(t *testing.T) {
	for _, tt := range []struct {
		name, want, got string
		differs         string // part of the error; empty: they match
	}{
		{name: "equal", want: `{"a":1,"b":[true,null]}`, got: `{"b":[true,null],"a":1.0}`},
		{name: "member too many", want: `{}`, got: `{"tags":{}}`, differs: `member "tags"`},
		{name: "member missing", want: `{"id":"<id:1>"}`, got: `{}`, differs: `no member "id"`},
		{name: "placeholder", want: `{"id":"<id:1>","d":"datetime"}`, got: `{"id":"x","d":1511379050}`},
		{name: "same placeholder, same value", want: `["<id:1>","<id:1>"]`, got: `["x","x"]`},
		{name: "same placeholder, other value", want: `["<id:1>","<id:1>"]`, got: `["x","y"]`, differs: `where <id:1> is "x"`},
		{name: "unnumbered means anything", want: `["<date>","<date>"]`, got: `["x","y"]`},
		{name: "inside a text", want: `["<name:1>","<name:1>-new"]`, got: `["pets","pets-new"]`},
		{name: "inside a text, other", want: `["<name:1>","<name:1>-new"]`, got: `["pets","dogs-new"]`, differs: "want"},
		{name: "items in any order", want: `{"items":[{"id":"<id:1>","n":1},{"id":"<id:2>","n":2}]}`, got: `{"item":[{"id":"b","n":2},{"id":"a","n":1}]}`},
		{name: "other lists in order", want: `{"types":["a","b"]}`, got: `{"types":["b","a"]}`, differs: "types.0"},
		{name: "text that was parsed", want: `{"schema":{"type":"object"}}`, got: `{"schema":"{\"type\": \"object\"}"}`},
		{name: "number is no text", want: `{"n":"1"}`, got: `{"n":1}`, differs: "n: got 1"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var want, got any
			for text, to := range map[string]*any{tt.want: &want, tt.got: &got} {
				if err := json.Unmarshal([]byte(text), to); err != nil {
					t.Fatal(err)
				}
			}
			_, err := match(want, got, "$", bindings{})
			if tt.differs == "" && err != nil {
				t.Errorf("match(%s, %s): %v", tt.want, tt.got, err)
			}
			if tt.differs != "" && (err == nil || !strings.Contains(err.Error(), tt.differs)) {
				t.Errorf("match(%s, %s) = %v, want an error with %q", tt.want, tt.got, err, tt.differs)
			}
		})
	}
}

func TestRunFillsInAnswersAndReportsTheStep(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		if r.Method == http.MethodPost {
			_, _ = io.WriteString(w, `{"item":[{"id":"a1","path":"/"},{"id":"b2","path":"/x"}]}`)
			return
		}
		_ = json.NewEncoder(w).Encode(map[string]string{"path": r.URL.RequestURI(), "body": string(body)})
	}))
	defer server.Close()
	files, err := Load(fstest.MapFS{"t.json": {Data: []byte(`{"topic":"t","cases":[
		{"name":"fits","steps":[
			{"step":"s0","op":"list","request":{"method":"POST","path":"/list"}},
			{"step":"s1","op":"echo","request":{"method":"PUT","path":"/{{s0.items.1.id}}/{{s0.items.[path=/].id}}","query":"n=1","body":{"t":"{{repeat:a:3}}"}},
			 "observed":[{"key":"k","status":200,"body":{"path":"/b2/a1?n=1","body":{"t":"aaa"}}}]}]},
		{"name":"differs","steps":[
			{"step":"s0","op":"echo","request":{"method":"PUT","path":"/x"},"observed":[{"key":"k","at":"path","value":"/y"}]}]},
		{"name":"table"}]}`)}})
	if err != nil {
		t.Fatal(err)
	}
	if len(files) != 1 || len(files[0].Cases) != 2 {
		t.Fatalf("Load found %d files with %v, want one with two cases", len(files), files)
	}
	r := &Runner{URL: server.URL}
	if err := r.Run(context.Background(), &files[0].Cases[0]); err != nil {
		t.Error(err)
	}
	err = r.Run(context.Background(), &files[0].Cases[1])
	if err == nil || !strings.HasPrefix(err.Error(), "s0 echo: k: $.path:") {
		t.Errorf("Run = %v, want the difference of step s0", err)
	}
}
