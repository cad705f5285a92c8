package mapping

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"postern/internal/lang/jsonpath"
	"postern/internal/lang/vtl"
	"postern/internal/message"
)

// A renderCase is one line of the VTL cases; see the README beside them.
type renderCase struct {
	ID             string            `json:"id"`
	Template       string            `json:"template"`
	Request        *requestCase      `json:"request"`
	Context        json.RawMessage   `json:"context"`
	StageVariables map[string]string `json:"stageVariables"`
	Expect         *struct {
		Output    string                                `json:"output"`
		Overrides map[string]map[string]json.RawMessage `json:"overrides"`
		Error     json.RawMessage                       `json:"error"`
	} `json:"expect"`
}

type requestCase struct {
	Body   *string                    `json:"body"`
	Params map[string]json.RawMessage `json:"params"`
}

// recorded are the cases that list keys otherwise than AWS was observed to: all
// members of $context.identity, also of a request without a signer, and path
// before accountId, which share a bucket.
var recorded = map[string]string{
	"context-032": "resourceId;authorizer;resourcePath;httpMethod;requestTime;path;accountId;protocol;requestOverride;stage;domainPrefix;" +
		"requestTimeEpoch;requestId;identity;domainName;responseOverride;apiId;",
	"context-031": "cognitoIdentityPoolId=;accountId=;cognitoIdentityId=;caller=;sourceIp=203.0.113.9;principalOrgId=;accessKey=;" +
		"cognitoAuthenticationType=;cognitoAuthenticationProvider=;userArn=;userAgent=curl/8.1 (x; \"q\");user=;",
}

func TestRecordedRenderings(t *testing.T) {
	n := 0
	for _, tc := range renderCases(t) {
		if tc.Expect == nil || tc.Request == nil && tc.Context == nil && tc.StageVariables == nil {
			continue
		}
		n++
		t.Run(tc.ID, func(t *testing.T) {
			s := tc.scope(t)
			tmpl, err := ParseTemplate(tc.ID, tc.Template)
			var got []byte
			if err == nil {
				got, err = tmpl.AppendTo([]byte("before:"), s)
			}
			var failure *vtl.Error
			if err != nil && !errors.As(err, &failure) {
				t.Errorf("the error is a %T, want a *vtl.Error", err)
			}
			if (err != nil) != (tc.Expect.Error != nil) {
				t.Fatalf("%s\n got error %v\nwant %s", tc.Template, err, tc.Expect.Error)
			}
			if err != nil {
				return
			}
			want := "before:" + tc.Expect.Output
			if special, ok := recorded[tc.ID]; ok {
				want = "before:" + special
			}
			if string(got) != want {
				t.Errorf("%s\n got %s\nwant %s", tc.Template, got, want)
			}
			if got, want := s.Override, tc.overrides(t); !sameOverrides(got, want) {
				t.Errorf("%s\n overrides %+v\nwant      %+v", tc.Template, got, want)
			}
		})
	}
	if n < 250 {
		t.Errorf("only %d cases", n)
	}
}

func renderCases(t testing.TB) []renderCase {
	files, err := filepath.Glob("../vtl/testdata/cases/*.jsonl")
	if err != nil || len(files) == 0 {
		t.Fatalf("no cases: %v", err)
	}
	var all []renderCase
	for _, name := range files {
		f, err := os.Open(name)
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		lines := bufio.NewScanner(f)
		lines.Buffer(nil, 16<<20)
		for lines.Scan() {
			var tc renderCase
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

// scope is what the template of the case sees.
func (tc *renderCase) scope(t testing.TB) *Scope {
	s := &Scope{StageVariables: tc.StageVariables}
	if tc.Request != nil {
		if tc.Request.Body != nil {
			s.SetRequestBody([]byte(*tc.Request.Body))
		}
		for kind, params := range tc.Request.Params {
			for name, v := range members(t, params) {
				switch kind {
				case "path":
					s.Path = append(s.Path, message.Pair{Name: name, Value: v.Text()})
				case "querystring":
					s.Query = append(s.Query, message.Pair{Name: name, Value: v.Text()})
				case "header":
					s.Header = append(s.Header, message.Field{Name: name, Value: v.Text()})
				}
			}
		}
	}
	if tc.Context != nil {
		setContext(t, &s.Context, "", tc.Context)
	}
	return s
}

// members gives the members of a JSON object in their order.
func members(t testing.TB, text []byte) func(func(string, jsonpath.Node) bool) {
	root, err := jsonpath.New(text).Root()
	if err != nil {
		t.Fatal(err)
	}
	return root.Members()
}

// setContext sets the variables of a JSON object by name.
func setContext(t testing.TB, c *Context, prefix string, text []byte) {
	fields := map[string]*string{
		"accountId": &c.AccountID, "apiId": &c.APIID, "stage": &c.Stage, "requestId": &c.RequestID, "httpMethod": &c.HTTPMethod,
		"path": &c.Path, "resourcePath": &c.ResourcePath, "resourceId": &c.ResourceID, "protocol": &c.Protocol,
		"domainName": &c.DomainName, "domainPrefix": &c.DomainPrefix, "extendedRequestId": &c.ExtendedRequestID,
		"deploymentId": &c.DeploymentID, "identity.sourceIp": &c.Identity.SourceIP, "identity.userAgent": &c.Identity.UserAgent,
		"identity.apiKey": &c.Identity.APIKey, "identity.user": &c.Identity.User, "identity.caller": &c.Identity.Caller,
		"identity.userArn": &c.Identity.UserARN, "identity.accountId": &c.Identity.AccountID,
		"authorizer.principalId": &c.Authorizer.PrincipalID,
	}
	for name, v := range members(t, text) {
		full := prefix + name
		switch {
		case v.Kind() == jsonpath.Object:
			if full == "authorizer" {
				c.Authorizer.Present = true
			}
			setContext(t, c, full+".", v.AppendJSON(nil))
		case full == "requestTime":
		case full == "requestTimeEpoch":
			_, ms, _ := v.Number()
			c.RequestTime = time.UnixMilli(ms)
		case fields[full] != nil:
			*fields[full] = v.Text()
		case prefix == "authorizer.":
			c.Authorizer.Context = append(c.Authorizer.Context, Value{name, v.Text()})
		case prefix == "authorizer.claims.":
			c.Authorizer.Claims = append(c.Authorizer.Claims, Value{name, v.Text()})
		default:
			t.Fatalf("the context of a case has %s", full)
		}
	}
}

// overrides is what the case expects. What has no effect is left out.
func (tc *renderCase) overrides(t testing.TB) Overrides {
	var o Overrides
	for kind, groups := range tc.Expect.Overrides {
		for group, params := range groups {
			if kind == "responseOverride" && group == "status" {
				if root, err := jsonpath.New(params).Root(); err == nil {
					_, n, _ := root.Number()
					o.ResponseStatus = int(n)
				}
				continue
			}
			list := map[string]*[]Override{
				"requestOverride.header": &o.Header, "requestOverride.querystring": &o.Query, "requestOverride.path": &o.Path,
				"responseOverride.header": &o.ResponseHeader,
			}[kind+"."+group]
			if list == nil {
				continue
			}
			for name, v := range members(t, params) {
				values := []string{v.Text()}
				if v.Kind() == jsonpath.Array {
					values = nil
					for e := range v.Elements() {
						values = append(values, e.Text())
					}
				}
				*list = append(*list, Override{name, values})
			}
		}
	}
	return o
}

func sameOverrides(a, b Overrides) bool {
	for _, o := range []*Overrides{&a, &b} {
		for _, list := range [][]Override{o.Header, o.Query, o.Path, o.ResponseHeader} {
			slices.SortFunc(list, func(x, y Override) int { return strings.Compare(x.Name, y.Name) })
		}
	}
	return reflect.DeepEqual(a, b)
}

// render renders a template that must parse.
func render(t testing.TB, s *Scope, text string) (string, error) {
	t.Helper()
	tmpl, err := ParseTemplate("test", text)
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	out, err := tmpl.AppendTo(nil, s)
	return string(out), err
}

func TestTemplatesReadTheScope(t *testing.T) {
	for _, tt := range []struct{ template, want string }{
		{"$input.params('id') $input.params('q') $input.params('X-One') [$input.params('x-ONE')]", "a%2Fb 2 c []"},
		{"$input.params().querystring", "{q=2, r=}"},
		{"$input.params().header", "{X-One=c, x-one=b}"},
		{"$input.path('$.list')", "[1]"}, // the response, once there is one
		{"$input.body", `{"ok": true, "list": [ 1 ]}`},
		{"$input.json('$')", `{"ok":true,"list":[1]}`},
		{"$input.json('$.list')$input.path('$.list')[0]", "[1]1"},
		{"$stageVariables.env$stageVariables.nope$stageVariables", "blue{env=blue, empty=}"},
		{"$context.requestTime $context.requestTimeEpoch $context.isCanaryRequest", "05/Jul/2021:09:30:00 +0000 1625477400000 false"},
		{"[$context.authorizer][$context.authorizer.claims][$context.identity]", "[][][]"},
		{"$context.authorizer.claims['cognito:username'] $context.authorizer.claims.email", "ada ada@example.org"},
		{"[$context.identity.clientCert.subjectDN][$context.identity.nope][$context.status][$context.error.message]", "[][][][]"},
		{"#foreach($k in $context.authorizer.keySet())$k #end", "scope claims x principalId "},
		{"$context.authorizer.size()$context.authorizer.containsKey('latency')", "4false"},
		{"[$input][$util][$input.nope][$util.nope][$util.nope('x')][$input.path]", "[][][][][][]"},
		{"[$util.parseJson('')][$util.parseJson('[1.50]')][$util.base64Decode('YQ')]", "[][[1.5]][a]"},
		{"[$input.path(5)][$input.json(5)][$input.json([])]", "[][][]"},
		{"$util.urlDecode('%ff%ac%e2%82|%ed%a0%80%f0%9f%98|%c3%a9')", "\uFFFD\uFFFD\uFFFD|\uFFFD\uFFFD|é"},
		{"$util.base64Decode('wK/gn4A=') $util.base64Decode('4oK08J+YgA')", "\uFFFD\uFFFD\uFFFD\uFFFD\uFFFD \u20B4😀"},
		{"#set($list = $input.path('$.list'))#set($ok = $list.add(2))$list $input.path('$.list') $input.json('$.list')", "[1,2] [1,2] [1]"},
		{"#foreach($i in [0..2])$input.path(\"$.list[$i]\"),#end", "1,,,"},
		{"$context.responseOverride.status $context.requestOverride.querystring.page|", " |"},
	} {
		got, err := render(t, sample(), tt.template)
		if err != nil || got != tt.want {
			t.Errorf("%s\n got %s, %v\nwant %s", tt.template, got, err, tt.want)
		}
	}
}

func TestClientCertificate(t *testing.T) {
	s := sample()
	s.Context.Identity.ClientCert = &ClientCert{SubjectDN: "CN=ada", NotAfter: "May 28 12:30:02 2029 GMT"}
	got, err := render(t, s, "$context.identity.clientCert.subjectDN, $context.identity.clientCert.validity.notAfter, "+
		"$context.identity.containsKey('clientCert')$context.identity.clientCert.containsKey('issuerDN')")
	if want := "CN=ada, May 28 12:30:02 2029 GMT, truefalse"; got != want || err != nil {
		t.Errorf("got %s, %v; want %s", got, err, want)
	}
}

// Observed: the keys of $context of a MOCK integration without an authorizer.
func TestKeysOfContext(t *testing.T) {
	s := &Scope{Context: Context{
		AccountID: "1", APIID: "1", DeploymentID: "1", DomainName: "1", DomainPrefix: "1", ExtendedRequestID: "1", HTTPMethod: "1",
		Path: "1", Protocol: "1", RequestID: "1", RequestTime: time.UnixMilli(1), ResourceID: "1", ResourcePath: "1", Stage: "1",
	}}
	got, err := render(t, s, "#foreach($k in $context.keySet())$k, #end")
	want := "resourceId, resourcePath, httpMethod, extendedRequestId, requestTime, path, accountId, protocol, requestOverride, stage, " +
		"domainPrefix, requestTimeEpoch, requestId, identity, domainName, deploymentId, responseOverride, apiId, "
	if got != want || err != nil {
		t.Errorf("got %s, %v\nwant %s", got, err, want)
	}
	got, err = render(t, s, "#foreach($k in $context.requestOverride.keySet())$k, #end#foreach($k in $context.responseOverride.keySet())$k#end")
	if want := "path, header, querystring, header"; got != want || err != nil {
		t.Errorf("got %s, %v\nwant %s", got, err, want)
	}
}

func TestFailingTemplates(t *testing.T) {
	for _, text := range []string{
		"$input.path('$[')", "$input.json('')", "#set($p = '$.a b')$input.path($p)", "$input.path('$.list.max().x').x$input.path('$.nope[?(@')",
		"$util.parseJson('{')", "$util.parseJson('x')", "$util.urlDecode('%z')", "$util.urlDecode('%')", "$util.base64Decode('@@@')",
		"$util.base64Decode('YQ=')", "$util.base64Decode('YQ===')", "$util.base64Decode('YQ==YQ==')", "$util.base64Decode('=')", "$util.base64Decode('YWJj\n')",
		"$input.path('$.ok.sum()')", "$input.params(5)", "$input.params('a', 'b')", "$input[-1]",
	} {
		s := sample()
		tmpl, err := ParseTemplate("test", "#set($context.responseOverride.status = 404)out"+text)
		if err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		out, err := tmpl.AppendTo([]byte("before"), s)
		var e *vtl.Error
		if !errors.As(err, &e) || string(out) != "before" {
			t.Errorf("%s: got %q, %v; want an error", text, out, err)
		}
		if s.Override.ResponseStatus != 202 {
			t.Errorf("%s: the status is overridden to %d", text, s.Override.ResponseStatus)
		}
	}
	if _, err := ParseTemplate("orders.vm", "a\n#if(true)"); err == nil || !strings.HasPrefix(err.Error(), "orders.vm:2:") {
		t.Errorf("the syntax error is %v", err)
	}
}

func TestOverridesOutliveTheTemplate(t *testing.T) {
	s := new(Scope)
	s.SetRequestBody([]byte(`{"id": 7}`))
	if _, err := render(t, s, `#set($context.requestOverride.header.X-A = ['1', $input.path('$.id')])`+
		`#set($context.requestOverride.path['id'] = "n$input.path('$.id')")`+
		`#set($ok = $context.requestOverride.querystring.put('q', 2.5))`+
		`#set($context.responseOverride.custom = 'kept')#set($context.responseOverride.status = 444)#set($x = 1)`); err != nil {
		t.Fatal(err)
	}
	want := Overrides{
		Header:         []Override{{"X-A", []string{"1", "7"}}},
		Query:          []Override{{"q", []string{"2.5"}}},
		Path:           []Override{{"id", []string{"n7"}}},
		ResponseStatus: 444,
	}
	if !sameOverrides(s.Override, want) {
		t.Errorf("after the request template: %+v, want %+v", s.Override, want)
	}
	s.SetResponse(nil, []byte(`{"id": 8}`))
	got, err := render(t, s, `$input.path('$.id') $context.requestOverride.header.X-A[1] $context.responseOverride.custom `+
		`$context.responseOverride.status [$x]#set($context.responseOverride.header.Location = '/8')#set($context.responseOverride.status = '201')`)
	if want := "8 7 kept 444 []"; got != want || err != nil {
		t.Errorf("got %s, %v; want %s", got, err, want)
	}
	want.ResponseStatus, want.ResponseHeader = 201, []Override{{"Location", []string{"/8"}}}
	if !sameOverrides(s.Override, want) {
		t.Errorf("after the response template: %+v, want %+v", s.Override, want)
	}
	s.Reset()
	if got, err := render(t, s, "[$context.responseOverride.custom]"); got != "[]" || err != nil {
		t.Errorf("after Reset: %s, %v", got, err)
	}
}

// A list in an override may still be in the document it came from.
func TestOverridesOutliveThePayload(t *testing.T) {
	s := new(Scope)
	s.SetRequestBody([]byte(`{"list": [1, {"k": "v"}]}`))
	if _, err := render(t, s, `#set($context.responseOverride.custom = $input.path('$.list'))`); err != nil {
		t.Fatal(err)
	}
	s.SetRequestBody([]byte(`{}`))
	got, err := render(t, s, `$input.body $input.path('$').size() $context.responseOverride.custom $context.responseOverride.custom[1].k`)
	if want := `{} 0 [1,{"k":"v"}] v`; got != want || err != nil {
		t.Errorf("got %s, %v; want %s", got, err, want)
	}
}

func TestLoopsEndQuietly(t *testing.T) {
	s := new(Scope)
	got, err := render(t, s, `#foreach($i in [1..1200])#set($n = $i)#end$n`)
	if got != "1000" || err != nil || s.LoopsCut() != 1 {
		t.Errorf("got %s, %v, %d loops cut; want 1000 and 1", got, err, s.LoopsCut())
	}
}

func TestStatusOverrides(t *testing.T) {
	for value, want := range map[string]int{
		"404": 404, "100": 100, "599": 599, "99": 0, "600": 0, "'418'": 418, "' 41'": 0, "4.04": 0, "200.0": 0, "''": 0, "[200]": 0, "$missing": 0,
	} {
		s := new(Scope)
		if _, err := render(t, s, "#set($context.responseOverride.status = "+value+")"); err != nil || s.Override.ResponseStatus != want {
			t.Errorf("status = %s: %d, %v; want %d", value, s.Override.ResponseStatus, err, want)
		}
	}
}

func TestReplacedOverrideObjects(t *testing.T) {
	s := new(Scope)
	if _, err := render(t, s, `#set($context.requestOverride = {'header': {'A': 'b'}})#set($context.responseOverride = 'x')`); err != nil {
		t.Fatal(err)
	}
	if want := (Overrides{Header: []Override{{"A", []string{"b"}}}}); !sameOverrides(s.Override, want) {
		t.Errorf("got %+v, want %+v", s.Override, want)
	}
}

// What a stranger sends must not take time that grows with its square.
func TestHugeNumbersStayText(t *testing.T) {
	digits := strings.Repeat("9", 100_000)
	s := new(Scope)
	s.SetRequestBody([]byte(`{"n":` + digits + `,"d":1.0000000000000000001e2000000000,"m":1.00000000000000000001}`))
	got, err := render(t, s, "$input.path('$.n').length()#set($x = $input.path('$.d') + 1) $x $input.path('$.m')")
	if want := "100000 Infinity 1.00000000000000000001"; got != want || err != nil {
		t.Errorf("got %.80s, %v; want %s", got, err, want)
	}
}

func FuzzTemplate(f *testing.F) {
	for _, tc := range renderCases(f) {
		if tc.Request != nil && tc.Request.Body != nil {
			f.Add(tc.Template, *tc.Request.Body, "v")
		}
	}
	f.Fuzz(func(t *testing.T, text, body, param string) {
		tmpl, err := ParseTemplate("fuzz", text)
		if err != nil {
			return
		}
		s := sample()
		s.Reset()
		s.Query = message.Pairs{{Name: param, Value: body}, {Name: "id", Value: param}}
		s.StageVariables = map[string]string{param: body, "env": "blue"}
		s.Context = Context{Stage: param, Authorizer: Authorizer{Present: true, Context: []Value{{param, body}}}}
		s.SetRequestBody([]byte(body))
		s.work().env.Limits = vtl.Limits{Output: 1 << 20, Steps: 100_000, Memory: 8 << 20, Text: 1 << 20, Elements: 10_000, Match: 50 * time.Millisecond}
		first, err := tmpl.AppendTo(nil, s)
		if err != nil {
			return
		}
		s.Override = Overrides{}
		s.work().overrides = overrideMaps{}
		again, err := tmpl.AppendTo(nil, s)
		if err != nil || string(first) != string(again) {
			t.Fatalf("%q gives %q and then %q, %v", text, first, again, err)
		}
		s.Override = Overrides{}
		s.work().overrides = overrideMaps{}
		s.machine.values.plain = true
		if again, err = tmpl.AppendTo(nil, s); !errors.Is(err, vtl.ErrLimit) && (err != nil || string(first) != string(again)) {
			t.Fatalf("%q gives %q, and without looking at values in their place %q, %v", text, first, again, err)
		}
	})
}

func ExampleTemplate() {
	t, err := ParseTemplate("orders.vm", `#set($order = $input.path('$'))
{"id": "$order.id", "by": "$context.identity.sourceIp", "items": $input.json('$.items')}`)
	if err != nil {
		fmt.Println(err)
		return
	}
	s := &Scope{Context: Context{Identity: Identity{SourceIP: "203.0.113.9"}}}
	s.SetRequestBody([]byte(`{"id": 7, "items": [{"sku": "t-1"}]}`))
	out, err := t.AppendTo(nil, s)
	fmt.Println(string(out), err)
	// Output: {"id": "7", "by": "203.0.113.9", "items": [{"sku":"t-1"}]} <nil>
}
