package apigw_test

import (
	"errors"
	"testing"

	"postern/internal/apigw"
)

func TestPathParts(t *testing.T) {
	for _, tt := range []struct {
		part             string
		valid            bool
		name             string
		greedy, variable bool
	}{
		{"pets", true, "", false, false},
		{"a.b_c-d:e,f", true, "", false, false},
		{"{id}", true, "id", false, true},
		{"{proxy+}", true, "proxy", true, true},
		{"", false, "", false, false},
		{"{}", false, "", false, false},
		{"{+}", false, "", true, true},
		{"{a", false, "", false, false},
		{"x{a}", false, "", false, false},
		{"a/b", false, "", false, false},
		{"a b", false, "", false, false},
		{"ä", false, "", false, false},
	} {
		if got := apigw.IsPathPart(tt.part); got != tt.valid {
			t.Errorf("%q: valid %t, want %t", tt.part, got, tt.valid)
		}
		if name, greedy, ok := apigw.Variable(tt.part); tt.valid && (name != tt.name || greedy != tt.greedy || ok != tt.variable) {
			t.Errorf("%q: got %q %t %t, want %q %t %t", tt.part, name, greedy, ok, tt.name, tt.greedy, tt.variable)
		}
	}
}

func TestErrorsHaveAStatus(t *testing.T) {
	for _, tt := range []struct {
		err    *apigw.Error
		status int
		text   string
	}{
		{apigw.BadRequest("no %s", "way"), 400, "BadRequestException: no way"},
		{apigw.NotFound("gone"), 404, "NotFoundException: gone"},
		{apigw.Conflict("taken"), 409, "ConflictException: taken"},
		{&apigw.Error{Code: apigw.ValidationException}, 400, "ValidationException: "},
		{&apigw.Error{Code: apigw.LimitExceededException}, 429, "LimitExceededException: "},
		{&apigw.Error{Code: apigw.AccessDeniedException}, 403, "AccessDeniedException: "},
		{&apigw.Error{Code: "Another"}, 500, "Another: "},
	} {
		if got := tt.err.Code.Status(); got != tt.status || tt.err.Error() != tt.text {
			t.Errorf("got %d %q, want %d %q", got, tt.err, tt.status, tt.text)
		}
	}
	cause := errors.New("disk")
	if err := (&apigw.Error{Code: apigw.InternalFailure, Err: cause}); !errors.Is(err, cause) {
		t.Error("the cause is lost")
	}
}

func TestEveryGatewayResponseTypeOnce(t *testing.T) {
	seen := map[apigw.GatewayResponseType]bool{}
	last := apigw.GatewayResponseType("")
	for _, k := range apigw.GatewayResponseKinds() {
		if seen[k.Type] || k.Type < last {
			t.Errorf("%s is twice there or out of order", k.Type)
		}
		if k.Status != "" && !apigw.IsStatusCode(k.Status) {
			t.Errorf("%s: %q is no status code", k.Type, k.Status)
		}
		seen[k.Type], last = true, k.Type
	}
	if len(seen) != 21 {
		t.Errorf("%d types, want 21", len(seen))
	}
}
