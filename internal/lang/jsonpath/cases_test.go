package jsonpath

import (
	"bufio"
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// A testCase is one line of testdata/cases; see the README there.
type testCase struct {
	ID       string             `json:"id"`
	JSON     string             `json:"json"`
	Path     string             `json:"path"`
	Definite *bool              `json:"definite"`
	Expect   *outcome           `json:"expect"`
	Engines  map[string]outcome `json:"engines"`
}

type outcome struct {
	Value    json.RawMessage `json:"value"`
	Kind     string          `json:"kind"`
	Text     *string         `json:"text"`
	PathText *string         `json:"path_text"`
	JSONText *string         `json:"json_text"`
	Error    any             `json:"error"`
}

// older are the cases that follow version 2.4, as the specification says: a
// blank before the path is ignored, and a filter on a scalar finds nothing.
var older = map[string]bool{
	"jp-basic-029": true, "jp-filter-247": true,
	"jp-scalars-009": true, "jp-scalars-010": true, "jp-scalars-023": true,
	"jp-scalars-037": true, "jp-scalars-038": true,
}

func (tc *testCase) want(t *testing.T) outcome {
	if tc.Expect != nil {
		return *tc.Expect
	}
	version := "2.9.0"
	if older[tc.ID] {
		version = "2.4.0"
	}
	want, ok := tc.Engines[version]
	if !ok {
		t.Fatalf("no result of version %s", version)
	}
	if want.Text != nil {
		text := strings.ReplaceAll(*want.Text, `\/`, "/") // see AppendQuoted
		want.PathText = &text
	}
	return want
}

func cases(t testing.TB) []testCase {
	files, err := filepath.Glob("testdata/cases/*.jsonl")
	if err != nil || len(files) == 0 {
		t.Fatalf("no cases: %v", err)
	}
	var all []testCase
	for _, name := range files {
		f, err := os.Open(name)
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		lines := bufio.NewScanner(f)
		lines.Buffer(nil, 1<<20)
		for lines.Scan() {
			var tc testCase
			if err := json.Unmarshal(lines.Bytes(), &tc); err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			all = append(all, tc)
		}
		if err := lines.Err(); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
	}
	return all
}

func TestRecordedResults(t *testing.T) {
	n := 0
	for _, tc := range cases(t) {
		n++
		t.Run(tc.ID, func(t *testing.T) {
			want := tc.want(t)
			p, err := Compile(tc.Path)
			if err != nil {
				if want.Error == nil {
					t.Fatalf("Compile: %v", err)
				}
				return
			}
			if tc.Definite != nil && p.Definite() != *tc.Definite && want.Error == nil {
				t.Errorf("%s: definite is %v, want %v", tc.Path, p.Definite(), *tc.Definite)
			}
			got, ok, err := p.Eval(New([]byte(tc.JSON)))
			if err != nil {
				if want.Error == nil {
					t.Fatalf("%s: %v", tc.Path, err)
				}
				return
			}
			if want.Error != nil {
				t.Fatalf("%s on %s: got %s, want an error", tc.Path, tc.JSON, got.AppendJSON(nil))
			}
			if !ok || got.Kind() == Null {
				if want.Kind != "null" {
					t.Fatalf("%s on %s: no match, want %s", tc.Path, tc.JSON, want.Value)
				}
				return
			}
			if kind := javaKind(got); kind != want.Kind {
				t.Errorf("%s on %s: kind %s, want %s", tc.Path, tc.JSON, kind, want.Kind)
			}
			if want.PathText != nil && got.Text() != *want.PathText {
				t.Errorf("%s on %s: text %s, want %s", tc.Path, tc.JSON, got.Text(), *want.PathText)
			}
			if want.JSONText != nil && string(got.AppendJSON(nil)) != *want.JSONText {
				t.Errorf("%s on %s: JSON %s, want %s", tc.Path, tc.JSON, got.AppendJSON(nil), *want.JSONText)
			}
			var compact bytes.Buffer
			if err := json.Compact(&compact, want.Value); err != nil {
				t.Fatal(err)
			}
			if want.JSONText == nil && !sameJSON(got.AppendJSON(nil), compact.Bytes()) {
				t.Errorf("%s on %s: got %s, want %s", tc.Path, tc.JSON, got.AppendJSON(nil), &compact)
			}
		})
	}
	if n < 500 {
		t.Errorf("only %d cases", n)
	}
}

// sameJSON compares the printed forms of two texts.
func sameJSON(a, b []byte) bool {
	print := func(text []byte) string {
		root, _ := New(text).Root()
		return string(root.AppendJSON(nil))
	}
	return print(a) == print(b)
}

func javaKind(n Node) string {
	switch n.Kind() {
	case True, False:
		return "boolean"
	case String:
		return "string"
	case Array:
		if n.IsKeySet() {
			return "LinkedKeySet"
		}
		return "list"
	case Object:
		return "map"
	case Integer, Decimal:
		kind, _, _ := n.Number()
		return map[NumberKind]string{
			Int32: "int", Int64: "long", BigInteger: "bigint", Double: "double", BigDecimal: "bigdecimal",
		}[kind]
	}
	return "null"
}

func TestCompileErrorsSayWhere(t *testing.T) {
	for _, tt := range []struct {
		path string
		want string
	}{
		{"", `JSONPath "": 1: the path is empty, expected $ or a name`},
		{"$x", `JSONPath "$x": 2: found 'x', expected '.' or '['`},
		{"$.a b", `JSONPath "$.a b": 4: found a blank in a name, which needs ['…']`},
		{"a..", `JSONPath "a..": 4: the path ends with '.', expected a name`},
		{"é.x[y]", `JSONPath "é.x[y]": 5: found 'y', expected a quoted name, a number, '*' or '?(' after '['`},
		{"$[0,]", `JSONPath "$[0,]": 5: found "", expected an integer of 32 bits`},
		{"$.a[?(@.b.c[x] > 1)]", `JSONPath "$.a[?(@.b.c[x] > 1)]": 13: found 'x', expected a quoted name, a number, '*' or '?(' after '['`},
		{"$.a[?(@.b ~ 1)]", `JSONPath "$.a[?(@.b ~ 1)]": 11: found '~', expected an operator`},
		{"$.nope()", `JSONPath "$.nope()": 3: "nope" is not one of length, size, min, max, avg, sum, stddev, keys, first, last, index, concat, append`},
		{"$['a", `JSONPath "$['a": 3: the text that begins here has no closing '`},
		{`$.sum($.x[?(@.é.nope() == 1)].y)`, `JSONPath "$.sum($.x[?(@.é.nope() == 1)].y)": 17: "nope" is not one of length, size, min, max, avg, sum, stddev, keys, first, last, index, concat, append`},
		{`$['\u00g0']`, `JSONPath "$['\\u00g0']": 3: the text that begins here has \u without four hexadecimal digits`},
	} {
		p, err := Compile(tt.path)
		if err == nil {
			err = p.Doubt()
		}
		if err == nil {
			t.Errorf("Compile(%q): no error, want %s", tt.path, tt.want)
		} else if err.Error() != tt.want {
			t.Errorf("Compile(%q):\n got %s\nwant %s", tt.path, err, tt.want)
		}
	}
}

func TestCompileLimits(t *testing.T) {
	for _, path := range []string{
		strings.Repeat("a", MaxPath+1),
		"$" + strings.Repeat("[?(@", 100) + strings.Repeat(")]", 100),
		"$[?(" + strings.Repeat("!", 1000) + "@.a)]",
		"$[?(" + strings.Repeat("(", 1000) + "@.a" + strings.Repeat(")", 1000) + ")]",
		"$" + strings.Repeat(".sum($", 100) + strings.Repeat(")", 100),
	} {
		if _, err := Compile(path); err == nil {
			t.Errorf("Compile(%.20q…): no error", path)
		}
	}
}

// What the Java library does although nobody would expect it, in 2.4 and 2.9.
func TestOddities(t *testing.T) {
	const doc = `{"l": [{"k": ["$.a", "[1]", "'q'", "a\\tb", "x"], "n": "x", "d": "$.a"}, {"k": []}], "a": 1, "b": 2, "c d": 3}`
	for _, tt := range []struct{ path, want string }{
		{"$.nope.foo()", ""}, // a function that is not reached need not exist
		{"$.nope[*].foo()", "[]"},
		{"$.l[?(@.foo() == 1)]", "[]"},
		{"$.l[?(!(@.foo() == 1))]", "[]"},
		{"$.l[?(@.k size 5.9)].n", `["x"]`},
		{"$.l[?('x' in @.k)].n", `["x"]`},
		{"$.l[?('q' in @.k)].n", `["x"]`},  // a text in quotes in a list
		{"$.l[?('$.a' in @.k)].n", "[]"},   // a path
		{"$.l[?('[1]' in @.k)].n", "[]"},   // an array
		{"$.l[?(@.d in ['$.a'])].n", "[]"}, // also in the filter
		{`$.l[?(@.n in ["'x'"])].n`, `["x"]`},
		{`$.l[?(@.k contains "a\tb")].n`, `["x"]`},
		{"$['a', x 'b']", `{"a":1,"b":2}`}, // what stands between names
		{`$['\u006']`, ""},
	} {
		p, err := Compile(tt.path)
		if err != nil {
			t.Error(err)
			continue
		}
		n, ok, err := p.Eval(New([]byte(doc)))
		got := ""
		if ok {
			got = string(n.AppendJSON(nil))
		}
		if err != nil || got != tt.want {
			t.Errorf("%s gives %s, %v; want %s", tt.path, got, err, tt.want)
		}
	}
	for _, path := range []string{"$['a',,'b']", "$['a', x]", "$.l[?(@['n']['c d'] == 1)]"} {
		if _, err := Compile(path); err == nil {
			t.Errorf("%s compiles, want an error", path)
		}
	}
	p, err := Compile("$.a.foo()")
	if err != nil || p.Doubt() == nil {
		t.Fatalf("$.a.foo() gives %v, want a doubt", err)
	}
	if _, _, err := p.Eval(New([]byte(doc))); err == nil || err.Error() != p.Doubt().Error() {
		t.Errorf("$.a.foo() ends with %v, want %v", err, p.Doubt())
	}
}
