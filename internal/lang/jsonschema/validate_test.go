package jsonschema

import (
	"encoding/json"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

func mustCompile(t testing.TB, schema string) *Schema {
	t.Helper()
	s, err := Compile("test", schema, nil)
	if err != nil {
		t.Fatalf("%s: %v", schema, err)
	}
	return s
}

func checkTexts(t *testing.T, schema, body string, want []string) {
	t.Helper()
	if got := mustCompile(t, schema).Validate([]byte(body)); !slices.Equal(got, want) {
		t.Errorf("%s\non %s\ngot  %q\nwant %q", schema, body, got, want)
	}
}

// The table of the Java validator's texts.
func TestTextOfEachKeyword(t *testing.T) {
	for _, tt := range []struct{ schema, body, want string }{
		{`{"required":["b","a","c"]}`, `{"c":1}`, `object has missing required properties (["a","b"])`},
		{`{"type":"number"}`, `"x"`, `instance type (string) does not match any allowed primitive type (allowed: ["integer","number"])`},
		{`{"type":["string","null"]}`, `1`, `instance type (integer) does not match any allowed primitive type (allowed: ["null","string"])`},
		{`{"type":"integer"}`, `1.0`, `instance type (number) does not match any allowed primitive type (allowed: ["integer"])`},
		{`{"type":"object"}`, `[]`, `instance type (array) does not match any allowed primitive type (allowed: ["object"])`},
		{`{"enum":["a","b"]}`, `"x"`, `instance value ("x") not found in enum (possible values: ["a","b"])`},
		{`{"enum":[1,null,{"a":[true]}]}`, `{"a":[false],"ü\n":1}`, `instance value ({"a":[false],"ü\n":1}) not found in enum (possible values: [1,null,{"a":[true]}])`},
		{`{"properties":{"a":{}},"additionalProperties":false}`, `{"a":1,"z":1,"x":1}`, `object instance has properties which are not allowed by the schema: ["x","z"]`},
		{`{"minimum":1}`, `0`, `numeric instance is lower than the required minimum (minimum: 1, found: 0)`},
		{`{"maximum":5}`, `9`, `numeric instance is greater than the required maximum (maximum: 5, found: 9)`},
		{`{"minimum":1,"exclusiveMinimum":true}`, `1`, `numeric instance is not strictly greater than the required minimum 1`},
		{`{"maximum":5,"exclusiveMaximum":true}`, `5.0`, `numeric instance is not strictly lower than the required maximum 5`},
		{`{"minimum":1,"exclusiveMinimum":true}`, `0`, `numeric instance is lower than the required minimum (minimum: 1, found: 0)`},
		{`{"minLength":3}`, `"x"`, `string "x" is too short (length: 1, required minimum: 3)`},
		{`{"maxLength":1}`, `"😀é"`, `string "😀é" is too long (length: 2, maximum allowed: 1)`},
		{`{"pattern":"^a"}`, `"b"`, `ECMA 262 regex "^a" does not match input string "b"`},
		{`{"minItems":1}`, `[]`, `array is too short: must have at least 1 elements but instance has 0 elements`},
		{`{"maxItems":2}`, `[1,2,3]`, `array is too long: must have at most 2 elements but instance has 3 elements`},
		{`{"uniqueItems":true}`, `[{"a":1,"b":2},{"b":2.0,"a":10e-1}]`, `array must not contain duplicate elements`},
		{`{"items":[{},{}],"additionalItems":false}`, `[1,2,3]`, `schema only allows 2 elements in array but instance has 3 elements`},
		{`{"minProperties":1}`, `{}`, `object has too few properties (found 0 but schema requires at least 1)`},
		{`{"maxProperties":2}`, `{"a":1,"b":1,"c":1}`, `object has too many properties (found 3 but schema requires at most 2)`},
		{`{"multipleOf":2}`, `5`, `remainder of division is not zero (5 / 2)`},
		{`{"dependencies":{"a":["b"]}}`, `{"a":1}`, `property "a" of object has missing property dependencies (schema requires ["b"]; missing: ["b"])`},
		{`{"dependencies":{"a":{"required":["c"]}}}`, `{"a":1}`, `object has missing required properties (["c"])`},
		{`{"anyOf":[{"type":"null"},{"minimum":5}]}`, `1`, `instance failed to match at least one required schema among 2`},
		{`{"allOf":[{"type":"integer"},{"minimum":5}]}`, `1`, `instance failed to match all required schemas (matched only 1 out of 2)`},
		{`{"oneOf":[{"type":"integer"},{"minimum":0},{"type":"null"}]}`, `1`, `instance failed to match exactly one schema (matched 2 out of 3)`},
		{`{"not":{"type":"integer"}}`, `1`, `instance matched a schema which it should not have`},
		{`{"format":"email"}`, `"x"`, `string "x" is not a valid email address`},
		{`{"format":"hostname"}`, `"-"`, `string "-" is not a valid hostname`},
		{`{"format":"ipv4"}`, `"1.2.3"`, `string "1.2.3" is not a valid IPv4 address`},
		{`{"format":"ipv6"}`, `"x"`, `string "x" is not a valid IPv6 address`},
		{`{"format":"uri"}`, `"a b"`, `string "a b" is not a valid URI`},
		{`{"format":"date-time"}`, `"x"`, `string "x" is invalid against requested date format(s) [yyyy-MM-dd'T'HH:mm:ssZ, yyyy-MM-dd'T'HH:mm:ss.[0-9]{1,12}Z]`},
	} {
		checkTexts(t, tt.schema, tt.body, []string{tt.want})
	}
}

func TestValidBodiesHaveNoText(t *testing.T) {
	for _, tt := range []struct{ schema, body string }{
		{`{}`, `null`},
		{`{"type":"object"}`, ` {"a":[1,{"b":null}]} `},
		{`{"type":"number"}`, `1`},
		{`{"type":"string","minLength":2,"maxLength":2}`, `"😀é"`},
		{`{"minLength":5}`, `3`},
		{`{"maxLength":99999999999999999999}`, `"x"`},
		{`{"enum":[1]}`, `1.0`},
		{`{"uniqueItems":true}`, `[1,"1",true,null,[1],{"a":1}]`},
		{`{"items":[{"type":"string"}],"additionalItems":{"type":"integer"}}`, `["a",1,2]`},
		{`{"items":{"type":"string"},"additionalItems":false}`, `["a","b"]`},
		{`{"additionalItems":false}`, `["a","b"]`},
		{`{"patternProperties":{"^x-":{"type":"string"}},"additionalProperties":false}`, `{"x-a":"b"}`},
		{`{"multipleOf":0.01}`, `19.99`},
		{`{"multipleOf":7}`, `7e1000000`},
		{`{"format":"unknown"}`, `"x"`},
		{`{"format":"date"}`, `"x"`},
		{`{"oneOf":[{"type":"null"},{"type":"integer"}]}`, `1`},
		{`{"properties":{"$schema":{"type":"string"}}}`, `{"$schema":"x"}`},
		{`{"enum":[{"$schema":"x"}]}`, `{"$schema":"x"}`},
	} {
		checkTexts(t, tt.schema, tt.body, nil)
	}
}

func TestBodyThatCannotBeParsed(t *testing.T) {
	s := mustCompile(t, `{}`)
	for _, body := range []string{
		"", " \n", "{", `{"a":}`, "nul", "1 2", "{} x", "'a'", "01", "NaN",
		strings.Repeat("1", maxNumber+1),
		strings.Repeat("[", maxDepth+1) + strings.Repeat("]", maxDepth+1),
		strings.Repeat("[", 100_000),
	} {
		if got := s.Validate([]byte(body)); !slices.Equal(got, []string{"Unknown error parsing request body"}) {
			t.Errorf("%.20q: got %q", body, got)
		}
	}
	if got := s.Validate([]byte(strings.Repeat("[", maxDepth) + strings.Repeat("]", maxDepth))); got != nil {
		t.Errorf("%d levels: got %q, want none", maxDepth, got)
	}
}

func TestAllKeywordsOfAValueAreTriedInOrder(t *testing.T) {
	checkTexts(t, `{"type":"string","required":["a"],"maxProperties":0,"additionalProperties":false,"enum":[1],"not":{}}`, `{"x":1}`, []string{
		`object instance has properties which are not allowed by the schema: ["x"]`,
		`instance value ({"x":1}) not found in enum (possible values: [1])`,
		`object has too many properties (found 1 but schema requires at most 0)`,
		`instance matched a schema which it should not have`,
		`object has missing required properties (["a"])`,
		`instance type (object) does not match any allowed primitive type (allowed: ["string"])`,
	})
}

func TestInsideOfAValueOnlyWithoutErrorsSoFar(t *testing.T) {
	const schema = `{"required":["r"],"properties":{
		"b":{"type":"string"},
		"a":{"type":"integer"},
		"c":{"properties":{"d":{"type":"string"}}}}}`
	// The object fails: its properties are not looked at.
	checkTexts(t, schema, `{"b":1}`, []string{`object has missing required properties (["r"])`})
	// The properties in order of name, but no deeper than where errors begin.
	checkTexts(t, schema, `{"r":1,"c":{"d":1},"b":1,"a":"x"}`, []string{
		`instance type (string) does not match any allowed primitive type (allowed: ["integer"])`,
		`instance type (integer) does not match any allowed primitive type (allowed: ["string"])`,
	})
	checkTexts(t, schema, `{"r":1,"c":{"d":1},"b":"x","a":1}`, []string{
		`instance type (integer) does not match any allowed primitive type (allowed: ["string"])`,
	})
}

func TestNumbersKeepTheirPrecision(t *testing.T) {
	for _, tt := range []struct {
		schema, body string
		valid        bool
	}{
		{`{"maximum":9007199254740993}`, `9007199254740993`, true},
		{`{"maximum":9007199254740993}`, `9007199254740994`, false},
		{`{"maximum":9007199254740992}`, `9007199254740993`, false},
		{`{"minimum":0.1}`, `0.1000000000000000000001`, true},
		{`{"minimum":0.1}`, `0.0999999999999999999999`, false},
		{`{"minimum":-1}`, `-1e-999999999999999999999`, true},
		{`{"minimum":0}`, `-1e-999999999999999999999`, false},
		{`{"maximum":0}`, `1e999999999999999999999`, false},
		{`{"minimum":0,"exclusiveMinimum":true}`, `-0.0`, false},
		{`{"enum":[12345678901234567890123]}`, `12345678901234567890123`, true},
		{`{"enum":[12345678901234567890123]}`, `12345678901234567890124`, false},
		{`{"multipleOf":0.1}`, `0.3`, true},
		{`{"multipleOf":0.3}`, `1e-99999999999`, false},
		{`{"multipleOf":3}`, `1e999999999`, false},
	} {
		got := mustCompile(t, tt.schema).Validate([]byte(tt.body))
		if (got == nil) != tt.valid {
			t.Errorf("%s on %s: got %q, want valid %v", tt.schema, tt.body, got, tt.valid)
		}
	}
	checkTexts(t, `{"maximum":1.50}`, `12345678901234567890.10`, []string{
		"numeric instance is greater than the required maximum (maximum: 1.50, found: 12345678901234567890.10)"})
}

func TestFormats(t *testing.T) {
	for _, tt := range []struct{ format, valid, invalid string }{
		{"date-time", "2024-02-29T23:59:59Z 2024-01-01t00:00:00.123456789012+05:30 2024-01-01T00:00:00z",
			"2023-02-29T00:00:00Z 2024-01-01 2024-01-01T00:00:00 2024-01-01T24:00:00Z 2024-01-01T00:00:60Z 2024-01-01T00:00:00.Z 2024-01-01T00:00:00.1234567890123Z 2024-01-01T00:00:00+0530"},
		{"email", "a@b a.b+c@d.example x@[127.0.0.1]", "a @a a@ a..b@c .a@c a.@c a@b..c a@b_c a,b@c"},
		{"hostname", "a a.b example.com. a_b.c é.example a-1", "- -a a- a..b a.1 _a " + strings.Repeat("a", 64)},
		{"ipv4", "1.2.3.4", "1.2.3 1.2.3.256 01.2.3.4 ::1 a"},
		{"ipv6", ":: ::1 2001:db8::1 ::ffff:1.2.3.4", "1.2.3.4 fe80::1%eth0 ::: 12345::"},
		{"regex", "a+ (?=a) [a]", "( [ a**"},
		{"uri", "abc http://a/b a:b a/b:c #x a%41 http://[::1]/ http://h/?a[b] é http:///a urn:[x] ?a //h",
			"http:// a: 1a:b :a // a#b#c a%4 a%zz http://[::1 http://x[y]/ http://h/a[b] a|b a{b} a\\b a^b file: x:#a"},
	} {
		f := formats[tt.format]
		for _, s := range strings.Fields(tt.valid) {
			if !f.test(s) {
				t.Errorf("%s: %q is not valid, want valid", tt.format, s)
			}
		}
		for _, s := range strings.Fields(tt.invalid) {
			if f.test(s) {
				t.Errorf("%s: %q is valid, want invalid", tt.format, s)
			}
		}
	}
}

func TestPatternsAreECMA(t *testing.T) {
	for _, tt := range []struct {
		expr, text string
		want       bool
		linear     bool
	}{
		{`b`, "abc", true, true},
		{`^b`, "abc", false, true},
		{`^.$`, "\u2028", false, true},
		{`^[^]$`, "\n", true, true},
		{`[]`, "a", false, true},
		{`^\s$`, "\u00a0", true, true},
		{`^\d$`, "٣", false, true},
		{`^a{2}$`, "aa", true, true},
		{`^a{$`, "a{", true, true},
		{`^\p{L}$`, "p{L}", true, true},
		{`^[a\-z]+$`, "a-z", true, true},
		{`^[\w.-]+@[\w-]+$`, "a.b@c", true, true},
		{`^A\x42\/$`, "AB/", true, true},
		{`^[[:alpha:]]$`, "a]", true, true},
		{`^[[:alpha:]]$`, "a", false, true},
		{`^[\b]$`, "\b", true, true},
		{`^(?!x)a`, "ab", true, false},
		{`^(a)\1$`, "aa", true, false},
		{`^a{1001}$`, "a", false, false},
		{`^(?:a|b)+?$`, "abab", true, true},
	} {
		p, err := compilePattern(tt.expr)
		if err != nil {
			t.Errorf("%s: %v", tt.expr, err)
			continue
		}
		if got, _ := p.match(tt.text); got != tt.want {
			t.Errorf("%s on %q: got %v", tt.expr, tt.text, got)
		}
		if got := p.linear != nil; got != tt.linear {
			t.Errorf("%s: linear %v, want %v", tt.expr, got, tt.linear)
		}
	}
}

func TestCostOfABodyIsBounded(t *testing.T) {
	deep := strings.Repeat(`{"a":`, 900) + "1" + strings.Repeat("}", 900)
	for _, tt := range []struct{ name, schema, body string }{
		{"anyOf that doubles", `{"properties":{"a":{"anyOf":[{"$ref":"#"},{"$ref":"#"}]},"b":{}},"not":{"type":"integer"}}`, deep},
		{"allOf that never ends", `{"allOf":[{"$ref":"#"}]}`, `1`},
		{"pattern that explodes", `{"items":{"pattern":"^(?=((a+)+)b)"}}`,
			`[` + strings.Repeat(`"`+strings.Repeat("a", 5000)+`",`, 200) + `1]`},
	} {
		start := time.Now()
		got := mustCompile(t, tt.schema).Validate([]byte(tt.body))
		if !slices.Equal(got, []string{unparsable}) {
			t.Errorf("%s: got %.100q", tt.name, got)
		}
		if d := time.Since(start); d > 10*time.Second {
			t.Errorf("%s took %v", tt.name, d)
		}
	}
}

func TestErrorsAreCutOff(t *testing.T) {
	body := "[" + strings.TrimSuffix(strings.Repeat("1,", 5000), ",") + "]"
	if got := mustCompile(t, `{"items":{"type":"string"}}`).Validate([]byte(body)); len(got) != maxErrors {
		t.Errorf("got %d texts, want %d", len(got), maxErrors)
	}
}

func TestSchemaFromManyGoroutines(t *testing.T) {
	s := mustCompile(t, `{"properties":{"a":{"pattern":"^(?!x)"},"b":{"enum":[1]}}}`)
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 50 {
				if got := s.Validate([]byte(`{"a":"x","b":2}`)); len(got) != 2 {
					t.Errorf("got %q", got)
				}
			}
		})
	}
	wg.Wait()
}

// What API Gateway itself was seen to answer: a body passes, or it is the
// gateway response BAD_REQUEST_BODY.
func TestAnswersAreAPIGateways(t *testing.T) {
	text, err := os.ReadFile("testdata/observed.json")
	if err != nil {
		t.Fatal(err)
	}
	var recorded struct {
		Models map[string]string `json:"models"` // by URI
		Model  string            `json:"model"`
		Bodies []struct {
			Body  string `json:"body"`
			Valid bool   `json:"valid"`
		} `json:"bodies"`
	}
	if err := json.Unmarshal(text, &recorded); err != nil {
		t.Fatal(err)
	}
	s, err := Compile(recorded.Model, recorded.Models[recorded.Model], func(uri string) (string, bool) {
		text, ok := recorded.Models[uri]
		return text, ok
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, b := range recorded.Bodies {
		if got := s.Validate([]byte(b.Body)); (got == nil) != b.Valid {
			t.Errorf("%q: got %q, want valid %v", b.Body, got, b.Valid)
		}
	}
}

func FuzzValidate(f *testing.F) {
	f.Add(`{"type":"object","required":["a"],"properties":{"a":{"$ref":"#/definitions/a"}},"definitions":{"a":{"enum":[1,"x"]}}}`, `{"a":2}`)
	f.Add(`{"$schema":"http://json-schema.org/draft-07/schema#","items":[{"multipleOf":0.1}],"additionalItems":false}`, `[0.3,1e9]`)
	f.Add(`{"allOf":[{"pattern":"^(?!a)[^\\d]{2,}$"}],"anyOf":[{"$ref":"#"}],"not":{"format":"uri"}}`, `"ab"`)
	f.Add(`{"dependencies":{"a":["b"],"c":{"oneOf":[{},{}]}},"patternProperties":{"x":{"minimum":1}}}`, `{"c":1,"x":0}`)
	f.Add(`{"id":"http://a/b","$ref":"c#/d"}`, `null`)
	f.Fuzz(func(t *testing.T, schema, body string) {
		if len(schema) > 2000 || len(body) > 2000 {
			return
		}
		s, err := Compile("fuzz", schema, func(uri string) (string, bool) { return `{"type":"string"}`, strings.HasSuffix(uri, "c") })
		if err != nil {
			return
		}
		first := s.Validate([]byte(body))
		if second := s.Validate([]byte(body)); !slices.Equal(first, second) && !slices.Contains(first, unparsable) && !slices.Contains(second, unparsable) {
			t.Errorf("%s on %s: got %q, then %q", schema, body, first, second)
		}
		if !json.Valid([]byte(body)) && !slices.Equal(first, []string{unparsable}) {
			t.Errorf("%q is not JSON, got %q", body, first)
		}
	})
}

func BenchmarkValidate(b *testing.B) {
	s := mustCompile(b, `{"type":"object","required":["id","name"],"properties":{"id":{"type":"integer","minimum":1},
		"name":{"type":"string","maxLength":50},"tags":{"type":"array","items":{"type":"string"}}}}`)
	body := []byte(`{"id":17,"name":"ada","tags":["a","b","c"]}`)
	b.ReportAllocs()
	for b.Loop() {
		if s.Validate(body) != nil {
			b.Fatal("not valid")
		}
	}
}
