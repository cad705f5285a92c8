package lint

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"postern/internal/lang/mapping"
)

// lines writes findings as "line:column+length code message (help)".
func lines(fs []Finding) []string {
	var out []string
	for _, f := range fs {
		s := fmt.Sprintf("%d:%d+%d %s %s", f.Line, f.Column, f.Length, f.Code, f.Message)
		if f.Severity == Warning {
			s = "? " + s
		}
		if f.Help != "" {
			s += " (" + f.Help + ")"
		}
		out = append(out, s)
	}
	return out
}

func TestTemplate(t *testing.T) {
	for _, tt := range []struct {
		text string
		want []string
	}{
		{`{"a": $input.json('$.a')}`, nil},
		{"#if($a", []string{"1:7+1 V0101 found the end of the template, expected an operator or )"}},
		{"a\n  #foreach($p in $l)\n#if($p)#end\n}", []string{
			"4:2+8 V0107 found the end of the template, expected #end to end #foreach (add #end; the #foreach without one stands at line 2, column 3 of the template)"}},
		{"## #if\n\\#if #iffy #{if}($a)b", []string{
			"2:22+5 V0107 found the end of the template, expected #end to end #if (add #end; the #if without one stands at line 2, column 12 of the template)"}},
		{"50%$", []string{
			"1:5+1 V0102 found '$' at the end of the template, expected a name or other text after it (write a character after it, such as a line end, or ${esc} with #set($esc = '$'))"}},
		{"C#", []string{"1:3+1 V0102 found '#' at the end of the template, expected a directive or other text after it (write a character after it, such as a line end)"}},
		{"$util.escapeJavascript('x')", []string{
			"? 1:7+16 V0201 $util has no function escapeJavascript, so this has no value (did you mean $util.escapeJavaScript?)"}},
		{"$util.now()", []string{
			"? 1:7+3 V0201 $util has no function now, so this has no value (there are base64Decode, base64Encode, escapeJavaScript, parseJson, urlDecode, urlEncode)"}},
		{"$util.urlEncode", []string{"? 1:7+9 V0201 $util.urlEncode has no value without parentheses (write $util.urlEncode($x))"}},
		{"$util.urlEncode('a', 'b')", []string{"? 1:7+9 V0205 found 2 arguments of $util.urlEncode, which has no value then; expected one"}},
		{"$input.parms('id')", []string{"? 1:8+5 V0202 $input has no member parms, so this has no value (did you mean $input.params?)"}},
		{"$input.params.id", []string{"? 1:8+6 V0202 $input.params has no value without parentheses (write $input.params('name'))"}},
		{"$input.json()", []string{"? 1:8+4 V0205 found 0 arguments of $input.json, which has no value then; expected one"}},
		{"$input.params().query.a $input.params().header.get('A') $input.params()['path']", []string{
			"? 1:17+5 V0202 $input.params() has path, querystring and header, found query (one parameter is $input.params('query'))"}},
		{"$input.path('$[x]')", []string{
			`1:8+4 V0301 JSONPath "$[x]": 3: found 'x', expected a quoted name, a number, '*' or '?(' after '[' in $input.path('$[x]')`}},
		{"#set($p = 'a.b')$input.path($p)$input.path(\"$.$p\")", nil},
		{"$context.requestID", []string{"? 1:10+9 V0203 there is no $context.requestID in templates, so this has no value (did you mean $context.requestId?)"}},
		{"$context.identity.sourceIP", []string{"? 1:19+8 V0203 there is no $context.identity.sourceIP in templates, so this has no value (did you mean $context.identity.sourceIp?)"}},
		{"$context.status", []string{"? 1:10+6 V0203 there is no $context.status in templates, so this has no value"}},
		{"$context.identity", []string{"? 1:10+8 V0203 $context.identity is a map, which prints nothing (name a member, such as $context.identity.accessKey)"}},
		{"$context.authorizer.x.y $context.stage.length() $context.identity.keySet() #set($context.mine = 1)$context.mine", nil},
		{"#set($context.responseOverride.statusCode = 404)", []string{
			"? 1:32+10 V0206 $context.responseOverride.statusCode has no effect (there are header, status)"}},
		{"#set($context.requestOverride.headers.X = 'a')", []string{
			"? 1:31+7 V0206 $context.requestOverride.headers has no effect (did you mean $context.requestOverride.header?)"}},
		{"#set($context.responseOverride.header.X = 'a')#set($context.responseOverride.status = 404)", nil},
		{"#set($name = 'x')$nmae", []string{`? 1:18+5 V0204 $nmae is never set: it prints nothing, and equals "" (did you mean $name?)`}},
		{"{\"$ref\": 1}", []string{`? 1:3+4 V0204 $ref is never set: it prints nothing, and equals ""`}},
		{"#set($m.k = 1)", []string{"? 1:6+4 V0204 $m is never set, so nothing can be set in it (write #set($m = {}) first)"}},
		{"#foreach($i in [1..3])$i$foreach.count$velocityCount#end#define($b)x#end$b", nil},
		{"#if($input.params('x'))a#end", []string{
			"? 1:5+18 V0401 found $input.params('x') as a condition, which is true also if it is empty, zero or missing; expected a comparison (write $input.params('x') != \"\")"}},
		{"#if($stageVariables.x || !$input.path('$.l').size() && $context.isCanaryRequest)a#end", []string{
			"? 1:5+17 V0401 found $stageVariables.x as a condition, which is true also if it is empty, zero or missing; expected a comparison (write $stageVariables.x != \"\")",
			"? 1:27+25 V0401 found $input.path('$.l').size() as a condition, which is true also if it is empty, zero or missing; expected a comparison (write $input.path('$.l').size() > 0)"}},
		{"#if($input.path('$.ok'))a#end#if($input.body.contains('x'))#end", nil},
		{`#set($x = 1)#if("$x")a#end`, []string{
			`? 1:17+1 V0402 found text, a number, a list or a map as a condition, which is always false; expected a comparison (write #if("$x" != "") or #if($n != 0))`}},
		{"#macro(m)a#end#m()", []string{
			"? 1:1+6 V0304 found #macro, which defines nothing here: a call prints its own text (use #define($block) … #end, and print $block)"}},
		{"#evaluate('x')", []string{"? 1:1+9 V0305 found #evaluate, which does not exist here and prints its own text"}},
		{"#parse('x')", []string{"1:1+11 V0303 found #parse, expected none: there are no files to read in #parse('x')"}},
		{"#if(true)#elsif(false)#end #esle #pk #endif", []string{
			"? 1:10+6 V0306 found #elsif, which is no directive and prints as it is (did you mean #elseif?)",
			"? 1:28+5 V0306 found #esle, which is no directive and prints as it is (did you mean #else?)",
			"? 1:38+6 V0306 found #endif, which is no directive and prints as it is (did you mean #end?)"}},
		{"#forech($x in $input.path('$.l'))a", []string{
			"? 1:1+7 V0306 found #forech, which is no directive and prints as it is (did you mean #foreach?)"}},
		{"SET #n = :v, #status = :s, #shop = :t, #sets = :u, #pk", nil},
		{"$input.body.replaceAll('(', 'x')", []string{
			`1:13+10 V0302 found the regular expression "(", expected a correct one: a group is not closed in $input.body.replaceAll('(', 'x') (to replace plain text, use replace)`}},
		{"{\"a\": $input.json('$.a'),}", []string{
			`? 1:1+1 V0501 the output begins like JSON and is none: invalid character '}' looking for beginning of object key string at line 1, column 9 of the output, near {"a": 1,} (postern render shows the output for a request)`}},
		{"Action=Send&Body=$util.urlEncode($input.body)", nil},
		{"{\"a\": 1, $input.json('$').substring(1)", nil},
		{"#set($n = $input.path('$.n') + 1){\"n\": $n}", nil},
		{"{#foreach($k in $input.params().header.keySet())\"$k\": 1#if($foreach.hasNext),#end#end}", nil},
		{"{#if($input.path('$.a') != '')\"a\": \"$input.path('$.a')\",#end \"b\": $input.json('$.b')}", nil},
		{"", nil},
	} {
		got := lines(Template(tt.text, Context{MediaType: "application/json"}))
		if g, w := strings.Join(got, "\n     "), strings.Join(tt.want, "\n     "); g != w {
			t.Errorf("%s\n got %s\nwant %s", tt.text, g, w)
		}
	}
}

// What a finding calls an error is what the template fails with, in these words.
func TestErrorsAreThoseOfTheDataPlane(t *testing.T) {
	for _, text := range []string{
		"#if(", "x\n#foreach($a in $b)", "a $", "$input.path('$[x]')", "\n $input.json(\"$..\")", "#include('a.vm')",
		"#set($x = 'a')\n$x.matches('[')", "#foreach($a)b#end",
	} {
		fs := Template(text, Context{})
		if len(fs) == 0 || fs[0].Severity != Error {
			t.Errorf("%q: no error", text)
			continue
		}
		tmpl, err := mapping.ParseTemplate("t", text)
		if err == nil {
			_, err = tmpl.AppendTo(nil, new(mapping.Scope))
		}
		if err == nil {
			t.Errorf("%q does not fail, and lint finds %s", text, fs[0].Message)
			continue
		}
		if !strings.HasSuffix(err.Error(), ": "+fs[0].Message) {
			t.Errorf("%q\n lint says %s\nfails with %v", text, fs[0].Message, err)
		}
		if !strings.HasPrefix(err.Error(), fmt.Sprintf("t:%d:%d: ", fs[0].Line, fs[0].Column)) {
			t.Errorf("%q: lint says %d:%d, it fails at %v", text, fs[0].Line, fs[0].Column, err)
		}
	}
}

// Templates that are known to work have no errors but those that need a branch
// to be taken, and templates with syntax errors have one.
func TestRecordedTemplates(t *testing.T) {
	files, err := filepath.Glob("../vtl/testdata/cases/*.jsonl")
	if err != nil || len(files) == 0 {
		t.Fatalf("no cases: %v", err)
	}
	for _, name := range files {
		f, err := os.Open(name)
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		s := bufio.NewScanner(f)
		s.Buffer(nil, 16<<20)
		for s.Scan() {
			var c struct {
				ID, Template string
				Vars         map[string]any
				Expect       *struct {
					Error *struct{ Phase string }
				}
			}
			if err := json.Unmarshal(s.Bytes(), &c); err != nil {
				t.Fatal(err)
			}
			var ctx Context
			for name := range c.Vars {
				ctx.Variables = append(ctx.Variables, name)
			}
			fs := Template(c.Template, ctx)
			if c.Expect == nil {
				continue
			}
			broken := len(fs) == 1 && strings.HasPrefix(fs[0].Code, "V01")
			if want := c.Expect.Error != nil && c.Expect.Error.Phase == "parse"; broken != want {
				t.Errorf("%s: %q: a syntax error: %v, want %v (%v)", c.ID, c.Template, broken, want, lines(fs))
			}
			for _, f := range fs {
				if c.Expect.Error == nil && f.Severity == Error && f.Code != "V0303" {
					t.Errorf("%s: %q works, and lint finds %v", c.ID, c.Template, lines(fs))
				}
			}
		}
	}
}

func TestRequestMapping(t *testing.T) {
	declared := Declaration{[]string{"method.request.header.X-Pet", "method.request.querystring.q"}, true}
	for _, tt := range []struct {
		to, from string
		want     []string
	}{
		{"integration.request.header.A", "method.request.header.X-Pet", nil},
		{"integration.request.header.A", "method.request.multivaluequerystring.q", nil},
		{"integration.request.header.A", "'text'", nil},
		{"integration.request.header.A", "context.stage", nil},
		{"integration.request.header.A", "method.request.header.X-Pett", []string{
			"1:1+28 P0412 the method does not declare method.request.header.X-Pett (did you mean method.request.header.X-Pet?)"}},
		{"integration.request.header.A", "method.request.path.id", []string{
			"1:1+22 P0412 the method does not declare method.request.path.id (declare it in the method's RequestParameters)"}},
		{"integration.request.header.A", "true", []string{
			"1:1+4 P0411 found true, expected an expression such as method.request.header.X-Name (a literal stands in quotation marks: 'true')"}},
		{"integration.request.header.A", "$context.stage", []string{
			"1:1+14 P0411 found $context.stage, expected an expression such as method.request.header.X-Name (without the $: context.stage)"}},
		{"integration.request.header.A", "method.request.body.a[x]", []string{
			`1:1+24 P0411 JSONPath "$.a[x]": 5: found 'x', expected a quoted name, a number, '*' or '?(' after '[' in method.request.body.a[x]`}},
		{"integration.request.header.A B", "'x'", []string{
			"1:1+30 P0411 found a name with other characters than a-z A-Z 0-9 . _ $ - in integration.request.header.A B"}},
		{"integration.request.headers.A", "'x", []string{
			"1:1+29 P0411 found integration.request.headers.A, expected integration.request.{header,querystring,path}.name",
			"1:1+2 P0411 found 'x, expected an expression such as method.request.header.X-Name (a literal ends with a quotation mark: 'x')"}},
		{"method.response.header.A", "integration.response.header.A", []string{
			"1:1+24 P0413 found method.response.header.A, expected integration.request.{header,querystring,path}.name",
			"1:1+29 P0413 found integration.response.header.A, which exists only after the call; expected method.request.…, context.…, stageVariables.… or 'text'"}},
	} {
		fs := RequestMapping(tt.to, tt.from, declared)
		if g, w := strings.Join(lines(fs), "\n"), strings.Join(tt.want, "\n"); g != w {
			t.Errorf("%s: %s\n got %s\nwant %s", tt.to, tt.from, g, w)
		}
		for _, f := range fs {
			if !strings.HasPrefix(f.AWS, "Invalid mapping expression specified: Validation Result") {
				t.Errorf("%s: %s: AWS would say %q", tt.to, tt.from, f.AWS)
			}
		}
	}
	if fs := RequestMapping("integration.request.header.A", "method.request.path.id", Declaration{}); len(fs) != 0 {
		t.Errorf("with unknown declarations: %v", lines(fs))
	}
}

func TestResponseMapping(t *testing.T) {
	declared := Declaration{[]string{"method.response.header.Location"}, true}
	for _, tt := range []struct {
		to, from string
		want     []string
	}{
		{"method.response.header.Location", "integration.response.header.L", nil},
		{"method.response.header.Other", "'x'", []string{
			"1:1+28 P0412 the method response does not declare method.response.header.Other (declare it in the method response's ResponseParameters)"}},
		{"method.response.header.location", "'x'", []string{
			"1:1+31 P0412 the method response does not declare method.response.header.location (did you mean method.response.header.Location?)"}},
		{"integration.request.header.A", "method.request.header.A", []string{
			"1:1+28 P0413 found integration.request.header.A, expected method.response.header.name",
			"1:1+23 P0413 found method.request.header.A, which a response cannot read; expected integration.response.…, context.…, stageVariables.… or 'text'"}},
	} {
		fs := ResponseMapping(tt.to, tt.from, declared)
		if g, w := strings.Join(lines(fs), "\n"), strings.Join(tt.want, "\n"); g != w {
			t.Errorf("%s: %s\n got %s\nwant %s", tt.to, tt.from, g, w)
		}
	}
}

func TestPatterns(t *testing.T) {
	got := Patterns([]Pattern{
		{"200", ""},
		{"502", "5\\d{2}"},
		{"400", "4\\d{2}"},
		{"404", "404"},
		{"500", "Error"},
		{"503", "50[34]"},
		{"409", "4["},
		{"429", ".*(429|5).*"},
	})
	want := [][]string{
		nil,
		{"? 1:1+6 P0502 each status code that matches this pattern is taken before, by the pattern .*(429|5).* of response 429 (patterns are tried in the order of the responses' status codes)"},
		nil,
		{"? 1:1+3 P0502 each status code that matches this pattern is taken before, by the pattern 4\\d{2} of response 400 (patterns are tried in the order of the responses' status codes)"},
		{"? 1:1+5 P0501 no status code from 000 to 999 matches this pattern as a whole, so this response is never chosen (for the status code 500 write 500)"},
		{"? 1:1+6 P0502 each status code that matches this pattern is taken before, by the pattern .*(429|5).* of response 429 (patterns are tried in the order of the responses' status codes)"},
		nil,
		nil,
	}
	for i := range want {
		g := strings.Join(lines(got[i]), "\n")
		if i == 6 {
			if !strings.Contains(g, "P0503 found the pattern \"4[\", expected a regular expression of Java: ") {
				t.Errorf("pattern %d: %s", i, g)
			}
			continue
		}
		if w := strings.Join(want[i], "\n"); g != w {
			t.Errorf("pattern %d\n got %s\nwant %s", i, g, w)
		}
	}
}

func TestOutput(t *testing.T) {
	for _, tt := range []struct {
		output, mediaType string
		found             bool
	}{
		{`{"a":}`, "application/json", true},
		{`{"a":}`, "application/hal+json; charset=utf-8", true},
		{`{"a":}`, "text/plain", false},
		{`{"a":1}`, "application/json", false},
		{`a=1`, "application/json", false},
		{``, "application/json", false},
	} {
		if f := Output([]byte(tt.output), tt.mediaType); (f != nil) != tt.found {
			t.Errorf("%s as %s: %v", tt.output, tt.mediaType, f)
		}
	}
}

func FuzzTemplate(f *testing.F) {
	for _, s := range []string{
		"{\"a\": $input.json('$.a')#if($x),#end}", "#foreach($i in [1..3])$i.y[$z]#end$", "#{if}(\"$a\")\\#end", "#macro(a)#end#a()",
		"$context.a.b $util.x('y') #set($q.w = {'a' : [1..$r]}) #evaluate('a')", "\r\n#if(\r#[[ #end ]]#",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		began := time.Now()
		findings := Template(text, Context{MediaType: "application/json"})
		if took := time.Since(began); took > 5*time.Second {
			t.Fatalf("%q takes %s", text, took)
		}
		for _, x := range findings {
			if x.Offset < 0 || x.Offset > len(text) || x.Line < 1 || x.Column < 1 || x.Length < 1 || x.Code == "" || x.Message == "" {
				t.Fatalf("%q: %+v", text, x)
			}
			if at := Offset(text, x.Line, x.Column); at != x.Offset && strings.ToValidUTF8(text, "") == text {
				t.Fatalf("%q: %+v is at %d", text, x, at)
			}
		}
	})
}

func FuzzMapping(f *testing.F) {
	f.Add("integration.request.header.A", "method.request.body.a[?(@.b)]", "5\\d{2}")
	f.Add("method.response.header.A", "'x'", "(a+)+$")
	f.Fuzz(func(t *testing.T, to, from, pattern string) {
		fs := append(RequestMapping(to, from, Declaration{Known: true}), ResponseMapping(to, from, Declaration{})...)
		for _, ps := range Patterns([]Pattern{{"200", pattern}, {"100", from}}) {
			fs = append(fs, ps...)
		}
		for _, x := range fs {
			if x.Length < 1 || x.Code == "" || x.Message == "" {
				t.Fatalf("%q %q %q: %+v", to, from, pattern, x)
			}
		}
	})
}
