package resource

import (
	"context"
	"errors"
	"testing"

	"postern/internal/apigw"
	"postern/internal/control"
	"postern/internal/property"
)

// See the table of answers and codes in "What each handler does".
func TestAnswersOfTheServiceHaveCodes(t *testing.T) {
	typ := integrationTypes(newEnvironment(&control.Service{}, Options{}))[0].(*integrationType)
	m := &integration{key: apigw.MethodKey{RestAPIID: "a", ResourceID: "b", HTTPMethod: "GET"}}
	missing := "Resource of type 'Terraform::AWS::ApiGatewayIntegration' with identifier 'a|b|GET' was not found."
	taken := "Resource of type 'Terraform::AWS::ApiGatewayIntegration' with identifier 'a|b|GET' already exists."
	badURI := apigw.BadRequest("Invalid HTTP endpoint specified for URI")
	badURI.Err = property.Bad("uri", "x", "no URL")
	for _, tt := range []struct {
		name    string
		err     error
		doing   action
		code    Code
		message string
	}{
		{"refused", apigw.BadRequest("no"), updating, InvalidRequest, "no"},
		{"refused for a property", badURI, creating, InvalidRequest, "Invalid HTTP endpoint specified for URI"},
		{"constraint", &apigw.Error{Code: apigw.ValidationException, Message: "no"}, creating, InvalidRequest, "no"},
		{"parent is missing", apigw.NotFound("Invalid Resource identifier specified"), creating, InvalidRequest, "Invalid Resource identifier specified (ResourceId b)"},
		{"it is missing", apigw.NotFound("Invalid Integration identifier specified"), reading, NotFound, missing},
		{"it is gone", apigw.NotFound("Invalid Method identifier specified"), updating, NotFound, missing},
		{"name is taken", apigw.Conflict("taken"), creating, AlreadyExists, taken},
		{"in use", apigw.Conflict("Cannot delete model 'X'"), deleting, ResourceConflict, "Cannot delete model 'X'"},
		{"at once", apigw.Conflict("Please try again later."), creating, ResourceConflict, "Please try again later."},
		{"too fast", &apigw.Error{Code: apigw.TooManyRequestsException, Message: "slow"}, creating, Throttling, "slow"},
		{"too many", &apigw.Error{Code: apigw.LimitExceededException, Message: "full"}, creating, ServiceLimitExceeded, "full"},
		{"forbidden", &apigw.Error{Code: apigw.AccessDeniedException, Message: "no"}, reading, AccessDenied, "no"},
		{"unknown caller", &apigw.Error{Code: apigw.UnauthorizedException, Message: "who"}, reading, AccessDenied, "who"},
		{"away", &apigw.Error{Code: apigw.ServiceUnavailableException, Message: "later"}, reading, ServiceInternalError, "later"},
		{"store", errors.New("disk full"), updating, ServiceInternalError, "disk full"},
		{"given up", context.Canceled, updating, NotStabilized, "context canceled"},
		{"own", &Error{Code: NotUpdatable, Message: "own"}, updating, NotUpdatable, "own"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			err := typ.failure(tt.err, Request{}, m, tt.doing)
			if CodeOf(err) != tt.code || err.Error() != tt.message {
				t.Errorf("got  %s %q\nwant %s %q", CodeOf(err), err, tt.code, tt.message)
			}
			if !errors.Is(err, tt.err) {
				t.Error("the cause is lost")
			}
			if errors.Is(err, ErrNotFound) != (tt.code == NotFound) {
				t.Errorf("errors.Is(err, ErrNotFound) is %t", errors.Is(err, ErrNotFound))
			}
		})
	}
	var e *Error
	if errors.As(typ.failure(badURI, Request{}, m, creating), &e); len(e.Path) != 1 || e.Path[0] != "Uri" {
		t.Errorf("path: got %v, want Uri", e.Path)
	}
}

func TestCodesWorthRepeating(t *testing.T) {
	for code, want := range map[Code]bool{ResourceConflict: true, Throttling: true, ServiceInternalError: true, NetworkFailure: true,
		InvalidRequest: false, AlreadyExists: false, NotFound: false, ServiceLimitExceeded: false, InternalFailure: false} {
		if code.Retry() != want {
			t.Errorf("%s: got %t", code, !want)
		}
	}
	if CodeOf(errors.New("x")) != InternalFailure || CodeOf(ErrNotFound) != NotFound {
		t.Error("plain errors have the wrong codes")
	}
}

func TestRegistryFindsTypes(t *testing.T) {
	types := Types(&control.Service{}, Options{})
	g, err := NewRegistry(types...)
	if err != nil {
		t.Fatal(err)
	}
	if g.Lookup("TF::AWS::ApiGatewayStage") != g.Lookup("Terraform::AWS::ApiGatewayStage") || g.Lookup("AWS::ApiGateway::Nothing") != nil {
		t.Error("wrong type found")
	}
	for word, want := range map[string]string{
		"AWS::ApiGateway::RestAPI": "AWS::ApiGateway::RestApi", "AWS::ApiGatway::Method": "AWS::ApiGateway::Method",
		"TF::AWS::ApiGatewayIntegratio": "TF::AWS::ApiGatewayIntegration", "Acme::Rocket::Sled": "",
		"AWS::IAM::User": "", "AWS::Lambda::LayerVersion": "", "AWS::ApiGatewayV2::Api": "",
	} {
		if got := g.Near(word); got != want {
			t.Errorf("%s: got %q, want %q", word, got, want)
		}
	}
	if _, err := NewRegistry(types[0], types[0]); err == nil {
		t.Error("a name twice is no error")
	}
}

func TestAddressesOfTheService(t *testing.T) {
	for _, tt := range []struct{ partition, want string }{
		{"", "https://abc.execute-api.eu-west-1.amazonaws.com/prod"},
		{"aws-cn", "https://abc.execute-api.eu-west-1.amazonaws.com.cn/prod"},
	} {
		e := newEnvironment(&control.Service{Partition: tt.partition}, Options{})
		if got := e.invokeURL(Request{Region: "eu-west-1"}, "abc", "prod"); got != tt.want {
			t.Errorf("got %s, want %s", got, tt.want)
		}
	}
	e := newEnvironment(&control.Service{}, Options{})
	if got, want := e.executionARN(Request{}, "abc/prod"), "arn:aws:execute-api:us-east-1:000000000000:abc/prod"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestGeneratedNames(t *testing.T) {
	r := Request{Stack: "mystack", StackID: "arn", LogicalID: "Method", Region: "us-east-1"}
	if got := generatedName(r); got[:12] != "mysta-metho-" || len(got) != len("mysta-metho-01234b567890example") {
		t.Errorf("got %s", got)
	}
	other := r
	other.LogicalID = "Methods"
	if generatedName(r) == generatedName(other) || stackAPIID(r) == stackAPIID(other) || len(stackAPIID(r)) != 10 {
		t.Error("names are not told apart")
	}
}
