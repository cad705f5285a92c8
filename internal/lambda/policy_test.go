package lambda

import (
	"strings"
	"testing"
	"time"
)

func TestARNsLikeAPattern(t *testing.T) {
	const source = "arn:aws:execute-api:us-east-1:000000000000:abc/prod/GET/pets/{id}"
	for _, tt := range []struct {
		pattern string
		want    bool
	}{
		{source, true},
		{"arn:aws:execute-api:us-east-1:000000000000:abc/*/*/*", true},
		{"arn:aws:execute-api:us-east-1:000000000000:abc/*", true},
		{"arn:aws:execute-api:us-east-1:000000000000:abc/*/GET/pets/*", true},
		{"arn:aws:execute-api:us-east-1:000000000000:abc/????/GET/*", true},
		{"arn:aws:execute-api:*:*:abc/*", true},
		{"arn:aws:execute-api:us-east-1:000000000000:abc/*/POST/*", false},
		{"arn:aws:execute-api:us-east-1:000000000000:abc", false},
		{"arn:aws:execute-api:us-east-1:000000000000:abd/*", false},
		{"arn:aws:execute-api:us-east-1:000000000000:abc/???/GET/*", false},
		{"arn:aws:execute-api:*", false}, // a star does not reach into the next part
		{"*", false},
		{"arn:aws:execute-api:us-east-1:000000000000:*}", true},
	} {
		if got := arnLike(tt.pattern, source); got != tt.want {
			t.Errorf("%s: got %t, want %t", tt.pattern, got, tt.want)
		}
	}
}

// A pattern of many stars is judged in a time that does not explode.
func TestManyStars(t *testing.T) {
	begin := time.Now()
	if fits(strings.Repeat("*a", 2000)+"b", strings.Repeat("a", 20_000)) {
		t.Error("it fits")
	}
	if took := time.Since(begin); took > 30*time.Second {
		t.Errorf("it took %v", took)
	}
}

func TestWhoMayInvoke(t *testing.T) {
	const gateway = "apigateway.amazonaws.com"
	const source = "arn:aws:execute-api:us-east-1:000000000000:abc/prod/GET/pets"
	for _, tt := range []struct {
		name string
		p    Permission
		want bool
	}{
		{"the gateway from anywhere", Permission{Principal: gateway, Action: "lambda:InvokeFunction"}, true},
		{"every action", Permission{Principal: gateway, Action: "lambda:*"}, true},
		{"anybody", Permission{Principal: "*", Action: "lambda:InvokeFunction"}, true},
		{"another action", Permission{Principal: gateway, Action: "lambda:GetFunction"}, false},
		{"another service", Permission{Principal: "events.amazonaws.com", Action: "lambda:InvokeFunction"}, false},
		{"this API", Permission{Principal: gateway, Action: "lambda:InvokeFunction", SourceARN: "arn:aws:execute-api:us-east-1:000000000000:abc/*"}, true},
		{"another API", Permission{Principal: gateway, Action: "lambda:InvokeFunction", SourceARN: "arn:aws:execute-api:us-east-1:000000000000:xyz/*"}, false},
		{"this account", Permission{Principal: gateway, Action: "lambda:InvokeFunction", SourceAccount: "000000000000"}, true},
		{"another account", Permission{Principal: gateway, Action: "lambda:InvokeFunction", SourceAccount: "111111111111"}, false},
		{"function URLs", Permission{Principal: "*", Action: "lambda:InvokeFunction", URLAuthType: "NONE"}, false},
	} {
		if got := (&Policy{Statements: []*Permission{&tt.p}}).allows(gateway, source); got != tt.want {
			t.Errorf("%s: got %t, want %t", tt.name, got, tt.want)
		}
	}
	if (*Policy)(nil).allows(gateway, source) {
		t.Error("no policy allows")
	}
}
