package mapping

import "testing"

func TestSubstitution(t *testing.T) {
	s := sample()
	for _, tt := range []struct {
		text, want string // with - for absent
	}{
		{"", ""},
		{"plain", "plain"},
		{"$context.stage", "prod"},
		{"[$context.requestTime]", "[05/Jul/2021:09:30:00 +0000]"},
		{`"$context.httpMethod $context.stage"`, `"- prod"`},
		{"$context.status/$context.responseLength", "404/0"},
		{"$context.identity.user.", "ada."},
		{"$context.identity.userAgent", "curl/8.1"},
		{"$context.identity.users", "-"},
		{"$context.identity", "-"},
		{"$context.stage.x", "prod.x"},
		{"$context.stagex", "-"},
		{"$context.authorizer.scope", "read write"},
		{"$context.authorizer.x-y", "why-y"},
		{"$context.authorizer.x.y", "why.y"},
		{"$context.authorizer.latency", "12"},
		{"$context.authorizer.claims.email", "ada@example.org"},
		{"$context.authorizer.claims", "-"},
		{"$context.integrationLatency $context.integration.latency $context.integrationErrorMessage", "7 7 timed out"},
		{`{"message":$context.error.messageString}`, `{"message":"Invalid \"body\""}`},
		{"$context.error.message", `Invalid "body"`},
		{"$context.error.validationErrorString", "-"},
		{"$context.requestOverride.querystring.page", "2,3"},
		{"$context.responseOverride.status", "202"},
		{"$stageVariables.env-x", "blue-x"},
		{"$stageVariables.no", "-"},
		{"$method.request.path.id", "a%2Fb"},
		{"$method.request.querystring.q.", "2."},
		{`"$method.request.header.X-One"`, `"c"`},
		{"$method.request.header.x-no", "-"},
		{"$method.request.body.t", "A"},
		{"$method.request.body.a.b[2].", "x."},
		{"$method.request.body.a.b[1]]", "2.5]"},
		{"$method.request.body.no", "-"},
		{"$context", "$context"},
		{"$context.", "$context."},
		{"$context.-", "$context.-"},
		{"${context.stage}", "${context.stage}"},
		{"$$context.stage$", "$prod$"},
		{"$!context.stage", "$!context.stage"},
		{"$stageVariables.", "$stageVariables."},
		{"$method.request.cookie.x", "$method.request.cookie.x"},
		{"$input.body #set($x = 1)", "$input.body #set($x = 1)"},
		{"$Context.stage", "$Context.stage"},
	} {
		if got := string(ParseSubstitution(tt.text).AppendTo(nil, s, "-")); got != tt.want {
			t.Errorf("%s:\n got %s\nwant %s", tt.text, got, tt.want)
		}
	}
}

func TestMessageString(t *testing.T) {
	format := ParseSubstitution(`{"message":$context.error.messageString}`)
	for _, tt := range []struct {
		err    GatewayError
		absent string
		want   string
	}{
		{GatewayError{Message: "Forbidden", HasMessage: true, ResponseType: "INVALID_API_KEY"}, "", `{"message":"Forbidden"}`},
		{GatewayError{HasMessage: true, ResponseType: "DEFAULT_4XX"}, "", `{"message":""}`},
		{GatewayError{ResponseType: "AUTHORIZER_CONFIGURATION_ERROR"}, "", `{"message":null}`},
		{GatewayError{}, "-", `{"message":-}`},
	} {
		s := &Scope{Context: Context{Error: tt.err}}
		if got := string(format.AppendTo(nil, s, tt.absent)); got != tt.want {
			t.Errorf("%+v: got %s, want %s", tt.err, got, tt.want)
		}
	}
}

func TestSubstitutionOfAnUnreadableBody(t *testing.T) {
	s := new(Scope)
	s.SetRequestBody([]byte(`{"a":`))
	if got := string(ParseSubstitution("<$method.request.body.a>").AppendTo(nil, s, "")); got != "<>" {
		t.Errorf("got %s, want <>", got)
	}
}

func FuzzParseSubstitution(f *testing.F) {
	for _, s := range []string{
		`$context.identity.sourceIp - [$context.requestTime] "$context.status"`, "$context.authorizer.x-y", "$$context..", "$method.request.body.a[0].b..c",
		"$stageVariables.env$", "$method.request.header.X-One.",
	} {
		f.Add(s)
	}
	s := sample()
	f.Fuzz(func(t *testing.T, text string) {
		p := ParseSubstitution(text)
		got := p.AppendTo([]byte("x"), s, "-")
		if len(got) == 0 || got[0] != 'x' {
			t.Fatalf("%q: %q", text, got)
		}
		if again := ParseSubstitution(p.String()).AppendTo([]byte("x"), s, "-"); string(again) != string(got) {
			t.Fatalf("%q gives %q and %q", text, got, again)
		}
	})
}

func BenchmarkSubstitution(b *testing.B) {
	b.ReportAllocs()
	s := sample()
	t := ParseSubstitution(`$context.identity.sourceIp $context.identity.caller $context.identity.user [$context.requestTime] ` +
		`"$context.httpMethod $context.resourcePath $context.protocol" $context.status $context.responseLength $context.requestId`)
	var dst []byte
	for b.Loop() {
		dst = t.AppendTo(dst[:0], s, "-")
	}
}
