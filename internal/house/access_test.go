package house_test

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"

	"postern/internal/apigw"
	"postern/internal/control"
	"postern/internal/house"
	"postern/internal/sigv4"
)

// A client signs for real connections: the bytes that are signed are those that
// arrive.
func TestSignedRequestsOverTheWire(t *testing.T) {
	h, err := house.New(house.Config{Keys: []sigv4.Profile{{Name: "ada", Credentials: sigv4.Credentials{AccessKeyID: "AKIDADA", SecretAccessKey: "hush"}}}})
	if err != nil {
		t.Fatal(err)
	}
	server := serve(t, h)
	ctx := t.Context()
	api, err := h.Control.CreateRestAPI(ctx, &apigw.RestAPI{Name: "a"}, control.RestAPIOptions{})
	if err != nil {
		t.Fatal(err)
	}
	resource, err := h.Control.CreateResource(ctx, api.ID, api.RootResourceID, "{proxy+}")
	if err != nil {
		t.Fatal(err)
	}
	k := apigw.MethodKey{RestAPIID: api.ID, ResourceID: resource.ID, HTTPMethod: "ANY"}
	check := func(_ any, err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	check(h.Control.PutMethod(ctx, k, &apigw.Method{AuthorizationType: apigw.AuthIAM}))
	check(h.Control.PutIntegration(ctx, k, &apigw.Integration{Type: apigw.Mock, RequestTemplates: map[string]string{"application/json": `{"statusCode": 200}`}}))
	check(h.Control.PutMethodResponse(ctx, apigw.ResponseKey{MethodKey: k, StatusCode: "200"}, &apigw.MethodResponse{StatusCode: "200"}))
	check(h.Control.PutIntegrationResponse(ctx, apigw.ResponseKey{MethodKey: k, StatusCode: "200"}, &apigw.IntegrationResponse{StatusCode: "200", ResponseTemplates: map[string]string{"application/json": "$context.identity.userArn"}}))
	check(h.Control.CreateDeployment(ctx, api.ID, control.DeploymentInput{StageName: "prod"}))

	for _, address := range []string{"/_aws/execute-api/" + api.ID + "/prod/a%20b/%C3%A9?x=1&x=0&empty", "/_aws/execute-api/" + api.ID + "/prod/a//b/"} {
		for _, secret := range []string{"hush", "wrong"} {
			body := `{"name":"ada"}`
			r, err := http.NewRequest("POST", server+address, strings.NewReader(body))
			if err != nil {
				t.Fatal(err)
			}
			r.Header.Set("Content-Type", "application/json")
			hash := sha256.Sum256([]byte(body))
			err = v4.NewSigner().SignHTTP(context.Background(), aws.Credentials{AccessKeyID: "AKIDADA", SecretAccessKey: secret}, r, hex.EncodeToString(hash[:]), "execute-api", "us-east-1", time.Now())
			if err != nil {
				t.Fatal(err)
			}
			res, err := http.DefaultClient.Do(r)
			if err != nil {
				t.Fatal(err)
			}
			got, err := io.ReadAll(res.Body)
			res.Body.Close()
			if err != nil {
				t.Fatal(err)
			}
			want := "arn:aws:iam::000000000000:user/ada"
			if secret == "wrong" {
				want = `{"message":"The request signature we calculated does not match`
			}
			if !strings.HasPrefix(string(got), want) {
				t.Errorf("%s with %s: got %d %s, want %s", address, secret, res.StatusCode, got, want)
			}
		}
	}
}
