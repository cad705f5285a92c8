package cli

import (
	"testing"

	"postern/internal/adapter/stackapi"
)

func TestPlanShowsBeforeAndAfter(t *testing.T) {
	c, out, _ := captured()
	c.showPlan(&stackapi.Plan{Stack: "pets", Template: "pets.yaml", Action: stackapi.ActionUpdate, Tags: true,
		Outputs: []stackapi.OutputChange{{Name: "Url", Before: "a", After: "b"}},
		Changes: []stackapi.Change{
			{Action: stackapi.ActionCreate, LogicalID: "New", Type: "AWS::ApiGateway::Resource", File: "pets.yaml", Line: 7},
			{Action: stackapi.ActionUpdate, LogicalID: "Integration", Type: "Terraform::AWS::ApiGatewayIntegration", Properties: []stackapi.PropertyChange{
				{Name: "TimeoutMilliseconds", Before: "5000", After: "8000"},
				{Name: "CacheNamespace", Before: "x", After: nil},
				{Name: "Uri", Before: "http://a", After: "{{changeSet:KNOWN_AFTER_APPLY}}", Cause: "Link"},
				{Name: "RequestTemplates", Before: map[string]any{"application/json": "{\n  \"a\": 1\n}\n", "text/csv": "same"},
					After: map[string]any{"application/json": "{\n  \"a\": 2\n}\n", "text/csv": "same"}},
			}},
			{Action: stackapi.ActionReplace, LogicalID: "Stage", Type: "AWS::ApiGateway::Stage", Properties: []stackapi.PropertyChange{
				{Name: "StageName", Before: "dev", After: "prod", Replace: true}}},
			{Action: stackapi.ActionDelete, LogicalID: "Old", Type: "AWS::ApiGateway::Model", Retain: true},
		}})
	want := `pets.yaml  stack pets  plan: +1 ~1 !1 -1
  + New          AWS::ApiGateway::Resource                pets.yaml:7
  ~ Integration  Terraform::AWS::ApiGatewayIntegration
      TimeoutMilliseconds: 5000 → 8000
      CacheNamespace: x → (none)
      Uri: http://a → (known after it is made)  because of Link
      RequestTemplates
        application/json
          -   "a": 1
          +   "a": 2
  ! Stage        AWS::ApiGateway::Stage                 is replaced
      StageName: dev → prod  forces a replacement
  - Old          AWS::ApiGateway::Model                 leaves the stack and is kept
  output Url: a → b
  tags of the stack change
`
	if out.String() != want {
		t.Errorf("got\n%s\nwant\n%s", out, want)
	}
}

func TestCurlLinesCanBePasted(t *testing.T) {
	for _, tt := range []struct {
		method stackapi.Method
		want   string
	}{
		{stackapi.Method{HTTPMethod: "GET", URL: "http://127.0.0.1/pets"}, "curl http://127.0.0.1/pets"},
		{stackapi.Method{HTTPMethod: "ANY", URL: "http://127.0.0.1/pets"}, "curl http://127.0.0.1/pets"},
		{stackapi.Method{HTTPMethod: "HEAD", URL: "http://127.0.0.1/pets"}, "curl -I http://127.0.0.1/pets"},
		{stackapi.Method{HTTPMethod: "DELETE", URL: "http://127.0.0.1/pets"}, "curl -X DELETE http://127.0.0.1/pets"},
		{stackapi.Method{HTTPMethod: "POST", URL: "http://127.0.0.1/$default"}, "curl -X POST -H 'Content-Type: application/json' -d '{}' 'http://127.0.0.1/$default'"},
		{stackapi.Method{HTTPMethod: "GET", URL: "http://127.0.0.1/it's"}, `curl 'http://127.0.0.1/it'\''s'`},
		{stackapi.Method{HTTPMethod: "GET", URL: "http://127.0.0.1/pets", Headers: []string{"x-api-key", "Authorization"}}, "curl -H 'x-api-key: …' -H 'Authorization: …' http://127.0.0.1/pets"},
		{stackapi.Method{HTTPMethod: "GET", URL: "http://127.0.0.1/pets", Query: []string{"a", "b"}}, "curl 'http://127.0.0.1/pets?a=…&b=…'"},
		{stackapi.Method{HTTPMethod: "GET", URL: "http://127.0.0.1/pets", Scope: "aws:amz:us-east-1:execute-api"}, "curl --aws-sigv4 aws:amz:us-east-1:execute-api --user …:… http://127.0.0.1/pets"},
	} {
		if got := curl(tt.method); got != tt.want {
			t.Errorf("got %s, want %s", got, tt.want)
		}
	}
}
