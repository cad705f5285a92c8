package mapping

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"postern/internal/message"
)

// sample is a scope with something of everything.
func sample() *Scope {
	s := &Scope{
		Path:           message.Pairs{{Name: "id", Value: "a%2Fb"}},
		Query:          message.Pairs{{Name: "q", Value: "1"}, {Name: "r", Value: ""}, {Name: "q", Value: "2"}},
		Header:         message.Header{{Name: "X-One", Value: "a"}, {Name: "x-one", Value: "b"}, {Name: "X-One", Value: "c"}},
		StageVariables: map[string]string{"env": "blue", "empty": ""},
		Context: Context{
			AccountID:       "210987654321",
			APIID:           "k3v9x2abcd",
			RequestTime:     time.Date(2021, 7, 5, 11, 30, 0, 0, time.FixedZone("", 7200)),
			Stage:           "prod",
			IsCanaryRequest: False,
			Status:          Num(404),
			ResponseLength:  Num(0),
			Identity:        Identity{SourceIP: "203.0.113.9", User: "ada", UserAgent: "curl/8.1"},
			Authorizer: Authorizer{
				Present: true, PrincipalID: "user-77",
				Context: []Value{{"scope", "read write"}, {"x", "why"}},
				Claims:  []Value{{"cognito:username", "ada"}, {"email", "ada@example.org"}},
				Latency: Num(12),
			},
			Integration: Integration{Latency: Num(7), Error: "timed out"},
			Error:       GatewayError{Message: `Invalid "body"`, HasMessage: true, ResponseType: "BAD_REQUEST_BODY"},
		},
		Override: Overrides{
			Query:          []Override{{"page", []string{"2", "3"}}},
			ResponseStatus: 202,
		},
	}
	s.SetRequestBody([]byte(` {"a": {"b": [1, 2.50, "x", null, true]}, "c d": "e", "t": "\u0041"}`))
	s.SetResponse(message.Header{{Name: "X-Two", Value: "d"}, {Name: "x-two", Value: "e"}}, []byte(`{"ok": true, "list": [ 1 ]}`))
	return s
}

func TestExpressionValues(t *testing.T) {
	s := sample()
	for _, tt := range []struct {
		text   string
		source Source
		name   string
		want   []string // nothing means that the destination is left out
	}{
		{"method.request.path.id", MethodRequestPath, "id", []string{"a%2Fb"}},
		{"method.request.path.no", MethodRequestPath, "no", nil},
		{"method.request.querystring.q", MethodRequestQuery, "q", []string{"2"}},
		{"method.request.querystring.r", MethodRequestQuery, "r", []string{""}},
		{"method.request.querystring.Q", MethodRequestQuery, "Q", nil},
		{"method.request.multivaluequerystring.q", MethodRequestMultiValueQuery, "q", []string{"1", "2"}},
		{"method.request.multivaluequerystring.no", MethodRequestMultiValueQuery, "no", nil},
		{"method.request.header.X-One", MethodRequestHeader, "X-One", []string{"c"}},
		{"method.request.header.X-ONE", MethodRequestHeader, "X-ONE", nil},
		{"method.request.multivalueheader.X-One", MethodRequestMultiValueHeader, "X-One", []string{"a", "c"}},
		{"method.request.body", MethodRequestBody, "", []string{` {"a": {"b": [1, 2.50, "x", null, true]}, "c d": "e", "t": "\u0041"}`}},
		{"method.request.body.a", MethodRequestBody, "a", []string{`{"b":[1,2.5,"x",null,true]}`}},
		{"method.request.body.a.b[1]", MethodRequestBody, "a.b[1]", []string{"2.5"}},
		{"method.request.body.a.b[2]", MethodRequestBody, "a.b[2]", []string{"x"}},
		{"method.request.body.a.b[3]", MethodRequestBody, "a.b[3]", nil},
		{"method.request.body.a.b[4]", MethodRequestBody, "a.b[4]", []string{"true"}},
		{"method.request.body['c d']", MethodRequestBody, "['c d']", []string{"e"}},
		{"method.request.body.t", MethodRequestBody, "t", []string{"A"}},
		{"method.request.body.no.thing", MethodRequestBody, "no.thing", nil},
		{"method.request.body..no", MethodRequestBody, ".no", []string{"[]"}},
		{"integration.response.header.X-TWO", IntegrationResponseHeader, "X-TWO", []string{"e"}},
		{"integration.response.multivalueheader.X-Two", IntegrationResponseMultiValueHeader, "X-Two", []string{"d", "e"}},
		{"integration.response.body", IntegrationResponseBody, "", []string{`{"ok": true, "list": [ 1 ]}`}},
		{"integration.response.body.list", IntegrationResponseBody, "list", []string{"[1]"}},
		{"integration.response.body.no", IntegrationResponseBody, "no", nil},
		{"stageVariables.env", StageVariable, "env", []string{"blue"}},
		{"stageVariables.empty", StageVariable, "empty", []string{""}},
		{"stageVariables.no", StageVariable, "no", nil},
		{"context.stage", ContextVariable, "stage", []string{"prod"}},
		{"context.requestTime", ContextVariable, "requestTime", []string{"05/Jul/2021:09:30:00 +0000"}},
		{"context.requestTimeEpoch", ContextVariable, "requestTimeEpoch", []string{"1625477400000"}},
		{"context.isCanaryRequest", ContextVariable, "isCanaryRequest", []string{"false"}},
		{"context.identity.sourceIp", ContextVariable, "identity.sourceIp", []string{"203.0.113.9"}},
		{"context.identity.caller", ContextVariable, "identity.caller", nil},
		{"context.identity", ContextVariable, "identity", nil},
		{"context.authorizer.principalId", ContextVariable, "authorizer.principalId", []string{"user-77"}},
		{"context.authorizer.scope", ContextVariable, "authorizer.scope", []string{"read write"}},
		{"context.authorizer.claims.email", ContextVariable, "authorizer.claims.email", []string{"ada@example.org"}},
		{"context.authorizer.claims", ContextVariable, "authorizer.claims", nil},
		{"context.error.responseType", ContextVariable, "error.responseType", []string{"BAD_REQUEST_BODY"}},
		{"context.error.messageString", ContextVariable, "error.messageString", []string{`"Invalid \"body\""`}},
		{"context.requestOverride.querystring.page", ContextVariable, "requestOverride.querystring.page", []string{"2,3"}},
		{"context.responseOverride.status", ContextVariable, "responseOverride.status", []string{"202"}},
		{"context.status", ContextVariable, "status", nil}, // for access logs only
		{"context.nope", ContextVariable, "nope", nil},
		{"'literal'", Literal, "literal", []string{"literal"}},
		{"''", Literal, "", []string{""}},
		{"'it's'", Literal, "it's", []string{"it's"}},
	} {
		e, err := ParseExpression(tt.text)
		if err != nil {
			t.Errorf("%s: %v", tt.text, err)
			continue
		}
		if e.Source() != tt.source || e.Name() != tt.name || e.String() != tt.text {
			t.Errorf("%s: source %d, name %q, text %q", tt.text, e.Source(), e.Name(), e)
		}
		got, err := e.AppendValues(nil, s)
		if err != nil || !slices.Equal(got, tt.want) {
			t.Errorf("%s: values %q, %v; want %q", tt.text, got, err, tt.want)
		}
		text, ok, err := e.Text(s)
		if want := strings.Join(tt.want, ","); err != nil || ok != (tt.want != nil) || text != want {
			t.Errorf("%s: text %q, %v, %v; want %q", tt.text, text, ok, err, want)
		}
	}
}

func TestRefusedExpressions(t *testing.T) {
	for _, tt := range []struct {
		text   string
		reason Reason
	}{
		{"", NotExpression},
		{"true", NotExpression},
		{"'", NotExpression},
		{"literal", NotExpression},
		{"method.request.header", NotExpression},
		{"method.request.cookie.x", NotExpression},
		{"method.request.bodyx", NotExpression},
		{"method.Request.body", NotExpression},
		{"integration.response.path.x", NotExpression},
		{"$context.stage", NotExpression},
		{"method.request.header.", BadParameterName},
		{"method.request.header.a b", BadParameterName},
		{"method.request.querystring.été", BadParameterName},
		{"method.request.path.{id}", BadParameterName},
		{"context.authorizer['x']", BadParameterName},
		{"stageVariables.", BadParameterName},
		{"method.request.body.", BadJSONPath},
		{"method.request.body[x]", BadJSONPath},
	} {
		_, err := ParseExpression(tt.text)
		var e *ExpressionError
		if !errors.As(err, &e) || e.Reason != tt.reason || e.Text != tt.text {
			t.Errorf("ParseExpression(%q): %v, want reason %d", tt.text, err, tt.reason)
		}
	}
}

func TestExpressionErrorsAreAWSs(t *testing.T) {
	for text, want := range map[string]string{
		"true":                       "Invalid mapping expression specified: true",
		"method.request.header.a b":  "Parameter name should match the following regular expression: ^[a-zA-Z0-9._$-]+$",
		"method.request.body.a..[x]": "Invalid mapping expression specified: method.request.body.a..[x]",
	} {
		_, err := ParseExpression(text)
		if err == nil || err.Error() != want {
			t.Errorf("ParseExpression(%q): %v, want %s", text, err, want)
		}
	}
}

func TestMalformedBodies(t *testing.T) {
	request, _ := ParseExpression("method.request.body.a")
	whole, _ := ParseExpression("method.request.body")
	response, _ := ParseExpression("integration.response.body.a")
	answer, _ := ParseExpression("integration.response.body")
	deep := strings.Repeat("[", 500) + strings.Repeat("]", 500)
	for _, tt := range []struct {
		body              string
		request, response string // value, "none" or "error"
	}{
		{``, "none", "none"},
		{`{"a":1}`, "1", "1"},
		{`{"a":1`, "error", "error"},
		{`  [1,]`, "error", "error"},
		{`"x`, "error", "error"},
		{`'x'`, "error", "error"},
		{`a=b`, "none", "error"},
		{`<a/>`, "none", "error"},
		{`5`, "none", "none"},
		{deep, "error", "error"},
	} {
		s := new(Scope)
		s.SetRequestBody([]byte(tt.body))
		s.SetResponse(nil, []byte(tt.body))
		for e, want := range map[*Expression]string{&request: tt.request, &response: tt.response} {
			got, ok, err := e.Text(s)
			switch {
			case errors.Is(err, ErrInvalidJSONBody):
				got = "error"
			case err != nil:
				got = err.Error()
			case !ok:
				got = "none"
			}
			if got != want {
				t.Errorf("%s of %.20q: %s, want %s", e, tt.body, got, want)
			}
		}
		want := tt.body
		if want == "" {
			want = "{}"
		}
		if got, ok, err := whole.Text(s); got != want || !ok || err != nil {
			t.Errorf("%s of %.20q: %q, %v, %v", whole, tt.body, got, ok, err)
		}
		if _, _, err := answer.Text(s); (err != nil) != (tt.response == "error") {
			t.Errorf("%s of %.20q: %v", answer, tt.body, err)
		}
	}
}

func TestResetForgetsTheRequest(t *testing.T) {
	s := sample()
	body, _ := ParseExpression("method.request.body.a.b[0]")
	if got, _, _ := body.Text(s); got != "1" {
		t.Fatalf("%s is %q", body, got)
	}
	s.Reset()
	for _, text := range []string{
		"method.request.path.id", "method.request.querystring.q", "method.request.header.X-One", "method.request.body.a",
		"integration.response.header.X-Two", "integration.response.body.ok", "stageVariables.env", "context.stage",
		"context.responseOverride.status",
	} {
		e, err := ParseExpression(text)
		if err != nil {
			t.Fatal(err)
		}
		if got, ok, err := e.Text(s); ok || err != nil {
			t.Errorf("%s is %q, %v after Reset", text, got, err)
		}
	}
	s.SetRequestBody([]byte(`{"a":{"b":["next"]}}`))
	if got, _, err := body.Text(s); got != "next" {
		t.Errorf("%s is %q, %v; want next", body, got, err)
	}
	s.SetRequestBody([]byte(`{"a":{"b":["again"]}}`))
	if got, _, err := body.Text(s); got != "again" {
		t.Errorf("%s is %q, %v; want again", body, got, err)
	}
}

func TestTargets(t *testing.T) {
	for _, tt := range []struct {
		text   string
		want   Target
		reason Reason // 0: none
	}{
		{"integration.request.header.X-A", Target{IntegrationRequestHeader, "X-A"}, 0},
		{"integration.request.querystring.a.b", Target{IntegrationRequestQuery, "a.b"}, 0},
		{"integration.request.path.id", Target{IntegrationRequestPath, "id"}, 0},
		{"method.response.header.Content-Type", Target{MethodResponseHeader, "Content-Type"}, 0},
		{"gatewayresponse.header.$x", Target{GatewayResponseHeader, "$x"}, 0},
		{"integration.request.header.", Target{}, BadParameterName},
		{"integration.request.header.a/b", Target{}, BadParameterName},
		{"integration.request.body.x", Target{}, NotExpression},
		{"method.request.header.X", Target{}, NotExpression},
		{"X", Target{}, NotExpression},
	} {
		got, err := ParseTarget(tt.text)
		var e *ExpressionError
		switch {
		case tt.reason == 0 && (err != nil || got != tt.want || got.String() != tt.text):
			t.Errorf("%s: %v, %v; want %v", tt.text, got, err, tt.want)
		case tt.reason != 0 && (!errors.As(err, &e) || e.Reason != tt.reason):
			t.Errorf("%s: %v, want reason %d", tt.text, err, tt.reason)
		}
	}
}

// Every row of the table can be asked for, and its name is asked for once.
func TestTableOfVariables(t *testing.T) {
	seen := make(map[string]bool)
	c := &Context{}
	for _, v := range variables {
		if seen[v.name] {
			t.Errorf("%s stands there twice", v.name)
		}
		seen[v.name] = true
		if got := v.get(c); got.kind != noValue {
			t.Errorf("%s of an empty context is %q", v.name, got.string())
		}
		if v.where&everywhere == 0 {
			t.Errorf("%s cannot be read anywhere", v.name)
		}
	}
	if len(seen) < 80 {
		t.Errorf("only %d variables", len(seen))
	}
}

func FuzzParseExpression(f *testing.F) {
	for _, s := range []string{
		"method.request.path.id", "method.request.body.a[?(@.b)]", "'x'", "context.authorizer.claims.email", "stageVariables.a",
		"integration.response.multivalueheader.X", "method.request.body['a b']", "true",
	} {
		f.Add(s)
	}
	s := sample()
	f.Fuzz(func(t *testing.T, text string) {
		e, err := ParseExpression(text)
		if err != nil {
			return
		}
		again, err := ParseExpression(e.String())
		if err != nil || fmt.Sprint(again.Source(), again.Name()) != fmt.Sprint(e.Source(), e.Name()) {
			t.Fatalf("%q is not stable: %v", text, err)
		}
		one, ok, err := e.Text(s)
		all, err2 := e.AppendValues(nil, s)
		if (err == nil) != (err2 == nil) || err == nil && (ok != (len(all) > 0) || one != strings.Join(all, ",")) {
			t.Fatalf("%q: text %q, %v, %v; values %q, %v", text, one, ok, err, all, err2)
		}
	})
}

// The corridor evaluates these for every request.
func TestExpressionsDoNotAllocate(t *testing.T) {
	s := sample()
	values := make([]string, 0, 8)
	for _, text := range []string{
		"method.request.path.id", "method.request.querystring.q", "method.request.multivaluequerystring.q", "method.request.header.X-One",
		"stageVariables.env", "context.stage", "context.identity.sourceIp", "context.authorizer.scope", "'literal'",
		"method.request.body", "method.request.body.no",
	} {
		e, err := ParseExpression(text)
		if err != nil {
			t.Fatal(err)
		}
		n := testing.AllocsPerRun(100, func() {
			if values, err = e.AppendValues(values[:0], s); err != nil {
				t.Fatal(err)
			}
		})
		if n != 0 {
			t.Errorf("%s allocates %v times", text, n)
		}
	}
	line := ParseSubstitution(`$context.identity.sourceIp [$context.requestTime] "$context.stage" $context.status $stageVariables.env`)
	dst := make([]byte, 0, 256)
	if n := testing.AllocsPerRun(100, func() { dst = line.AppendTo(dst[:0], s, "-") }); n != 0 {
		t.Errorf("a substitution allocates %v times", n)
	}
}

func BenchmarkExpression(b *testing.B) {
	s := sample()
	for _, text := range []string{"method.request.header.X-One", "context.identity.sourceIp", "method.request.body.a.b[2]"} {
		e, err := ParseExpression(text)
		if err != nil {
			b.Fatal(err)
		}
		b.Run(text, func(b *testing.B) {
			b.ReportAllocs()
			var values []string
			for b.Loop() {
				if values, err = e.AppendValues(values[:0], s); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
