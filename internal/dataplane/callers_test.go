package dataplane

import (
	"fmt"
	"testing"

	"postern/internal/apigw"
)

func TestMethodsSayWhatTheyAskOfCallers(t *testing.T) {
	guarded := withAuth(mock("x"), apigw.AuthCustom)
	guarded.AuthorizerID, guarded.APIKeyRequired = "auth01", true
	d := deploy(t, method{verb: "GET", path: "/a", Method: mock("x")}, method{verb: "GET", path: "/b", Method: guarded},
		method{verb: "GET", path: "/c", Method: withAuth(mock("x"), apigw.AuthIAM)})
	d.snapshot.Authorizers = []*apigw.Authorizer{{ID: "auth01", Name: "gate", Type: apigw.RequestAuthorizer, AuthorizerURI: authorizerURI,
		IdentitySource: "method.request.header.Auth, method.request.querystring.q, context.stage"}}
	d.functions = &gatekeeper{}
	d.publish()
	got := ""
	for _, m := range d.gateway.Routes().Stage(d.snapshot.API.ID, d.stage.StageName).Methods() {
		got += fmt.Sprintf("%s headers %v query %v scope %q\n", m.Path, m.Headers, m.Query, m.Scope)
	}
	want := `/a headers [] query [] scope ""
/b headers [x-api-key Auth] query [q] scope ""
/c headers [] query [] scope "aws:amz:eu-west-1:execute-api"
`
	if got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}
