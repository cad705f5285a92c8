package resource_test

import (
	"context"
	"testing"

	"postern/internal/apigw"
)

// An update of a native method goes through states that the control plane takes:
// a mapping never names what is not declared, in either direction.
func TestNativeMethodIsUpdatedInOrder(t *testing.T) {
	w := newWorld(t)
	api := w.make("AWS::ApiGateway::RestApi", "Api", object("Name", "shop"))
	key := object("RestApiId", api.ref(), "ResourceId", api.attribute("RootResourceId"), "HttpMethod", "GET")
	small := with(key, "AuthorizationType", "NONE",
		"Integration", object("Type", "MOCK", "RequestTemplates", object("application/json", `{"statusCode":200}`), "IntegrationResponses", list(object("StatusCode", "200"))),
		"MethodResponses", list(object("StatusCode", "200")))
	large := with(key, "AuthorizationType", "NONE",
		"RequestParameters", object("method.request.querystring.q", "true", "method.request.header.X", false),
		"Integration", object("Type", "HTTP", "IntegrationHttpMethod", "POST", "Uri", "http://b/{q}",
			"RequestParameters", object("integration.request.path.q", "method.request.querystring.q"),
			"CacheKeyParameters", list("method.request.querystring.q"), "CacheNamespace", "ours", "TimeoutInMillis", "100",
			"IntegrationResponses", list(
				object("StatusCode", 200, "ResponseParameters", object("method.response.header.Y", "integration.response.header.Y")),
				object("StatusCode", 404, "SelectionPattern", "404", "ResponseTemplates", object("application/json", "gone")))),
		"MethodResponses", list(
			object("StatusCode", "404", "ResponseModels", object("application/json", "Error")),
			object("StatusCode", "200", "ResponseParameters", object("method.response.header.Y", "true"))))
	x := w.make("AWS::ApiGateway::Method", "Get", small)
	for _, next := range []map[string]any{large, small, large} {
		x.set(next)
		same(t, x)
	}
	m, err := w.svc.GetMethod(context.Background(), methodKey(key))
	if err != nil {
		t.Fatal(err)
	}
	if len(m.Responses) != 2 || len(m.Integration.Responses) != 2 || m.Integration.CacheNamespace != "ours" {
		t.Errorf("got %+v with %+v", m, m.Integration)
	}
	x.set(with(small, "Integration", nil))
	if m, err = w.svc.GetMethod(context.Background(), methodKey(key)); err != nil || m.Integration != nil || len(m.Responses) != 1 {
		t.Errorf("without an integration: got %+v, %v", m, err)
	}
	if x.ref() != "shop-get-"+x.ref()[len("shop-get-"):] || len(x.ref()) != len("shop-get-01234b567890example") {
		t.Errorf("physical ID: got %s", x.ref())
	}
}

func TestNativeMethodComparesByMeaning(t *testing.T) {
	typ := newWorld(t).Lookup("AWS::ApiGateway::Method")
	base := object("RestApiId", "a", "ResourceId", "b", "HttpMethod", "GET", "AuthorizationType", "NONE",
		"Integration", object("Type", "MOCK", "IntegrationResponses", list(object("StatusCode", "200"), object("StatusCode", "404", "SelectionPattern", "404"))))
	same := with(base, "AuthorizationType", nil, "ApiKeyRequired", "false", "MethodResponses", list(),
		"Integration", object("Type", "MOCK", "Uri", "ignored", "PassthroughBehavior", "WHEN_NO_MATCH", "TimeoutInMillis", "29000", "CacheNamespace", "b", "ConnectionType", "INTERNET",
			"IntegrationResponses", list(object("StatusCode", 404, "SelectionPattern", "404"), object("StatusCode", 200, "SelectionPattern", ""))))
	if d := typ.Diff(base, same); len(d) > 0 {
		t.Errorf("differs: %v", d)
	}
	d := typ.Diff(base, with(base, "Integration", object("Type", "MOCK"), "HttpMethod", "POST"))
	if len(d) != 2 || !d[0].Replace || d[1].Replace {
		t.Errorf("got %v", d)
	}
}

// A Terraform-shaped method leaves the parts alone that have resources of their
// own.
func TestMethodsKeepTheirParts(t *testing.T) {
	w := newWorld(t)
	key := w.hello()
	w.make("Terraform::AWS::ApiGatewayIntegration", "I", with(key, "Type", "MOCK"))
	w.make("Terraform::AWS::ApiGatewayMethodResponse", "R", with(key, "StatusCode", "200"))
	x := w.make("Terraform::AWS::ApiGatewayMethod", "Post", with(key, "HttpMethod", "POST", "Authorization", "NONE"))
	x.remove()
	r := w.request("Method", with(key, "Authorization", "NONE", "OperationName", "hello"))
	r.PhysicalID = "x"
	if _, err := w.Lookup("Terraform::AWS::ApiGatewayMethod").Update(context.Background(), r); err != nil {
		t.Fatal(err)
	}
	m, err := w.svc.GetMethod(context.Background(), methodKey(key))
	if err != nil || m.OperationName != "hello" || m.Integration == nil || m.Integration.Type != apigw.Mock || m.Responses["200"] == nil {
		t.Errorf("got %+v, %v", m, err)
	}
}
