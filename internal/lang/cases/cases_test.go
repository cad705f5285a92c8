package cases

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestRecordedCases runs the files that the engines are tested with, as users
// run theirs. None is an exception.
func TestRecordedCases(t *testing.T) {
	for _, tt := range []struct {
		pattern string
		least   int // cases that pass
	}{
		{"../vtl/testdata/cases/*.jsonl", 1900},
		{"../jsonpath/testdata/cases/*.jsonl", 500},
	} {
		files, err := filepath.Glob(tt.pattern)
		if err != nil || len(files) == 0 {
			t.Fatalf("%s: no cases: %v", tt.pattern, err)
		}
		passed := 0
		for _, name := range files {
			f, err := os.Open(name)
			if err != nil {
				t.Fatal(err)
			}
			defer f.Close()
			err = Run(filepath.Base(name), f, Limits{}, func(r Result) bool {
				switch r.Outcome {
				case Passed:
					passed++
				case Failed:
					t.Errorf("%s:%d: %s: %s of %q\n got %s\nwant %s\n%v", r.File, r.Line, r.ID, r.What, r.Source, r.Got, r.Want, r.Err)
				}
				return true
			})
			if err != nil {
				t.Error(err)
			}
		}
		if passed < tt.least {
			t.Errorf("%s: only %d cases passed", tt.pattern, passed)
		}
	}
}

func TestFailuresSayWhatDiffers(t *testing.T) {
	for _, tt := range []struct {
		line string
		what string // or the error of a line that is no case
		got  string
	}{
		{`{"template":"a","expect":{"output":"a"}}`, "", ""},
		{`{"template":"a","expect":{"output":"b"}}`, "output", "a"},
		{`{"template":"#if(","expect":{"output":"b"}}`, "error", "template:1:5: found the end of the template, expected a value"},
		{`{"template":"#if(","expect":{"error":true}}`, "", ""},
		{`{"template":"x","expect":{"error":{"phase":"parse"}}}`, "error", "x"},
		{`{"template":"#set($context.responseOverride.status=201)","expect":{"output":""}}`, "overrides", "{\n  \"responseOverride\": {\n    \"status\": 201\n  }\n}"},
		{`{"template":"#set($context.responseOverride.status=201)","expect":{"overrides":{"responseOverride":{"status":201}, "requestOverride":{}}}}`, "", ""},
		{`{"template":"$x $util.urlEncode('a b')","expect":{"output":"1 a+b"},"vars":{"x":1},"request":{}}`, "", ""},
		{`{"template":"$x$input.body","expect":{"output":"[a, 1.5]"},"vars":{"x":["a",1.5]}}`, "", ""},
		{`{"template":"$input.body$input.params('a')","expect":{"output":"{}2"},"request":{"params":{"header":{"a":["1","2"]}}}}`, "", ""},
		{`{"template":"$context.stage$stageVariables.n","expect":{"output":"dev5"},"context":{"stage":"dev"},"stageVariables":{"n":5}}`, "", ""},
		{`{"json":"{\"a\":1}","path":"$.a","expect":{"kind":"int","value":1},"definite":true}`, "", ""},
		{`{"json":"{\"a\":1}","path":"$.a","expect":{"kind":"long"}}`, "kind", "int"},
		{`{"json":"{\"a\":1}","path":"$.a","expect":{"value":2}}`, "value", "1"},
		{`{"json":"{\"a\":1}","path":"$.b","expect":{"value":null,"path_text":"","json_text":"\"\""}}`, "", ""},
		{`{"json":"{\"a\":1}","path":"$.a","definite":false,"expect":{"value":1}}`, "definite", "true"},
		{`{"json":"{}","path":"$[x]","expect":{"value":2}}`, "error", `JSONPath "$[x]": 3: found 'x', expected a quoted name, a number, '*' or '?(' after '['`},
		{`{"json":"{}","path":"$[x]","expect":{"error":true}}`, "", ""},
		{`{"json":"{}","path":"$","expect":{"error":true}}`, "error", "{}"},

		{`nonsense`, "column 2: invalid character 'o' in literal null (expecting 'u'), expected one JSON object on the line", ""},
		{`[1]`, "found array, expected one JSON object on the line", ""},
		{`{"template":5,"expect":null}`, "template: found number, expected text", ""},
		{`{"id":"x"}`, `found neither "template" nor "path", expected one of them`, ""},
		{`{"template":"a","path":"$","expect":null}`, `found both "template" and "path", expected one of them`, ""},
		{`{"template":"a"}`, `found no "expect", expected it, or null if nothing is known`, ""},
		{`{"template":"a","expect":{}}`, "expect: found none of output, overrides and error, expected one", ""},
		{`{"template":"a","expect":{"output":"","error":true}}`, "expect: found both output and error, expected one of them", ""},
		{`{"template":"a","expect":{"output":"a"},"vars":[1]}`, "vars: found an array, expected an object", ""},
		{`{"template":"a","expect":{"output":"a"},"request":{"params":{"cookie":{}}}}`, `request: params: found "cookie", expected path, querystring or header`, ""},
		{`{"template":"a","expect":{"output":"a"},"request":{"body":{}}}`, "request: body: found JSON that is not text, expected text or null", ""},
		{`{"path":"$","expect":{"value":1}}`, `found no "json", expected the document as text`, ""},
		{`{"path":"$","json":"1","expect":{"text":1}}`, "expect: found none of value, kind, path_text, json_text and error, expected one", ""},
	} {
		var got Result
		if err := Run("f", strings.NewReader(tt.line), Limits{}, func(r Result) bool { got = r; return true }); err != nil {
			t.Errorf("%s: %v", tt.line, err)
		}
		switch {
		case tt.what == "" && got.Outcome != Passed:
			t.Errorf("%s: %s: got %s, %v", tt.line, got.What, got.Got, got.Err)
		case tt.what != "" && got.Outcome != Failed:
			t.Errorf("%s: %s, want a failure", tt.line, got.Outcome)
		case got.What == "" && tt.what != "" && got.Err.Error() != tt.what:
			t.Errorf("%s:\n got %v\nwant %s", tt.line, got.Err, tt.what)
		case got.What != "" && (got.What != tt.what || got.Got != tt.got):
			t.Errorf("%s:\n got %s %s\nwant %s %s", tt.line, got.What, got.Got, tt.what, tt.got)
		}
	}
}

func TestLinesAreCountedAndBounded(t *testing.T) {
	const good = `{"template":"a","expect":{"output":"a"}}`
	const skipped = `{"template":"a","expect":null}`
	var lines []int
	var skips int
	err := Run("f", strings.NewReader("\ufeff"+good+"\r\n\n"+skipped+"\n{\n"+good), Limits{}, func(r Result) bool {
		lines = append(lines, r.Line)
		if r.Outcome == Skipped {
			skips++
		}
		return len(lines) < 4
	})
	if err != nil || len(lines) != 4 || lines[1] != 3 || lines[3] != 5 || skips != 1 {
		t.Errorf("lines %v, %d skipped, %v", lines, skips, err)
	}
	for _, tt := range []struct {
		lim  Limits
		want string
	}{
		{Limits{Line: 10}, "f:1: found more than 10 bytes on one line, expected fewer"},
		{Limits{File: 45}, "f:2: found more than 45 bytes in one file, expected fewer"},
	} {
		err := Run("f", strings.NewReader(good+"\n"+good), tt.lim, func(Result) bool { return true })
		if err == nil || err.Error() != tt.want {
			t.Errorf("%+v: %v, want %s", tt.lim, err, tt.want)
		}
	}
}

func FuzzRun(f *testing.F) {
	for _, s := range []string{
		`{"template":"$x.y#if($x)a#end","vars":{"x":{"y":[1,null,1e400,12345678901234567890]}},"expect":{"output":"a"}}`,
		`{"template":"$context.a","context":{"a":{}},"request":{"body":"{}","params":{"path":{"a":[1,{}]}}},"expect":{"overrides":{}}}`,
		`{"json":"[1]","path":"$[?(@ > 0)]","expect":{"value":[1]},"definite":false}`,
		"{}\n{\"expect\":null,\"path\":\"\"}",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		n := 0
		err := Run("f", strings.NewReader(text), Limits{Line: 4096, File: 1 << 16}, func(r Result) bool {
			n++
			if r.Line < 1 || r.Outcome == Failed && r.What == "" && r.Err == nil {
				t.Fatalf("%q: %+v", text, r)
			}
			return true
		})
		if err == nil && n > strings.Count(text, "\n")+1 {
			t.Fatalf("%q: %d results", text, n)
		}
	})
}
