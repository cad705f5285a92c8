package cli

import (
	"encoding/json"
	"testing"

	"postern/internal/lang/mapping"
)

func TestRequestsSayWhatIsWrong(t *testing.T) {
	for _, tt := range []struct{ text, want string }{
		{`{}`, ""},
		{`{"body": "text", "query": {"a": [1, true, null]}, "response": {"status": 200}}`, ""},
		{"{\n\"body\": 1,}", "2:11: invalid character '}' looking for beginning of object key string, expected one JSON object"},
		{`[]`, "json: cannot unmarshal array into Go value of type cli.sampleRequest, expected one JSON object"},
		{`{} {}`, "found more behind the JSON object, expected its end"},
		{`{"boddy": 1}`, `found "boddy", did you mean body?`},
		{`{"method": 1}`, `found "method", expected one of [body headers query path context stageVariables response]`},
		{`{"response": {"header": {}}}`, `response: found "header", did you mean headers?`},
		{`{"path": []}`, "path: found an array, expected an object"},
		{`{"context": 1}`, "context: found a number, expected an object"},
		{`{"stageVariables": "x"}`, "stageVariables: found text, expected an object"},
	} {
		var in sampleRequest
		err := readRequest([]byte(tt.text), &in)
		if err == nil {
			_, err = in.scope(&mappingSource{})
		}
		got := ""
		if err != nil {
			got = err.Error()
		}
		if got != tt.want {
			t.Errorf("%s\n got %s\nwant %s", tt.text, got, tt.want)
		}
	}
}

func TestContextIsMerged(t *testing.T) {
	m, err := sampleContext(json.RawMessage(`{"stage": "dev", "identity": {"user": "ada"}, "authorizer": {"a": 1}}`), &mappingSource{verb: "ANY", resource: `/"x`})
	if err != nil {
		t.Fatal(err)
	}
	s := new(mapping.Scope)
	s.GiveContext(m)
	tmpl, err := mapping.ParseTemplate("t", "$context.stage $context.identity.user $context.identity.sourceIp $context.authorizer.a $context.httpMethod $context.path $context.requestTimeEpoch")
	if err != nil {
		t.Fatal(err)
	}
	out, err := tmpl.AppendTo(nil, s)
	if want := `dev ada 203.0.113.9 1 GET /prod/"x 1720171800000`; string(out) != want || err != nil {
		t.Errorf("got %s, %v; want %s", out, err, want)
	}
}

func FuzzReadRequest(f *testing.F) {
	f.Add(`{"body": {"a": [1e400]}, "headers": {"a": ["b", null]}, "context": {"identity": 5, "x": {}}, "response": {"body": "\ud800"}}`)
	f.Add("{\"path\": {\"a\": {}}}\n{")
	f.Fuzz(func(t *testing.T, text string) {
		var in sampleRequest
		if readRequest([]byte(text), &in) != nil {
			return
		}
		s, err := in.scope(&mappingSource{})
		if err != nil {
			return
		}
		tmpl, err := mapping.ParseTemplate("t", "$input.body$input.params()$context.identity.x$stageVariables$context.keySet()")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := tmpl.AppendTo(nil, s); err != nil {
			t.Fatalf("%q: %v", text, err)
		}
	})
}
