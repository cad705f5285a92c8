package house_test

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"sync"

	"github.com/aws/aws-sdk-go-v2/service/apigateway"
	"github.com/aws/aws-sdk-go-v2/service/apigateway/types"

	"postern/internal/apigw"
	"postern/internal/house"
)

// Every list that has pages gives the same things in pages of one as in one
// page, and nothing for a negative limit.
func drivePages(c *sdk) {
	api, _ := c.newStage()
	several := func(make func(n int)) {
		for n := range 3 {
			make(n)
		}
	}
	name := func(n int) *string { return new(fmt.Sprintf("n%d", n)) }
	root := do(c, c.GetResources, &apigateway.GetResourcesInput{RestApiId: api}).Items[0].Id
	plan := do(c, c.CreateUsagePlan, &apigateway.CreateUsagePlanInput{Name: new("plan")}).Id
	domain := do(c, c.CreateDomainName, &apigateway.CreateDomainNameInput{DomainName: new("a.example.com"), CertificateArn: new(certificate)}).DomainName
	private := do(c, c.CreateDomainName, &apigateway.CreateDomainNameInput{DomainName: new("in.example.com"), CertificateArn: new(certificate),
		EndpointConfiguration: &types.EndpointConfiguration{Types: []types.EndpointType{types.EndpointTypePrivate}}}).DomainNameArn
	several(func(n int) {
		c.newAPI()
		do(c, c.CreateDomainNameAccessAssociation, &apigateway.CreateDomainNameAccessAssociationInput{DomainNameArn: private, AccessAssociationSource: name(n), AccessAssociationSourceType: types.AccessAssociationSourceTypeVpce})
		do(c, c.CreateResource, &apigateway.CreateResourceInput{RestApiId: api, ParentId: root, PathPart: name(n)})
		do(c, c.CreateModel, &apigateway.CreateModelInput{RestApiId: api, Name: name(n), ContentType: new("application/json"), Schema: new(`{"type":"object"}`)})
		do(c, c.CreateRequestValidator, &apigateway.CreateRequestValidatorInput{RestApiId: api, Name: name(n)})
		do(c, c.CreateAuthorizer, &apigateway.CreateAuthorizerInput{RestApiId: api, Name: name(n), Type: types.AuthorizerTypeToken, AuthorizerUri: new(function), IdentitySource: new("method.request.header.A")})
		do(c, c.CreateDeployment, &apigateway.CreateDeploymentInput{RestApiId: api})
		do(c, c.CreateDocumentationPart, &apigateway.CreateDocumentationPartInput{RestApiId: api, Properties: new("{}"), Location: &types.DocumentationPartLocation{Type: types.DocumentationPartTypeResource, Path: new("/" + *name(n))}})
		do(c, c.CreateDocumentationVersion, &apigateway.CreateDocumentationVersionInput{RestApiId: api, DocumentationVersion: name(n)})
		key := do(c, c.CreateApiKey, &apigateway.CreateApiKeyInput{Name: name(n)})
		do(c, c.CreateUsagePlan, &apigateway.CreateUsagePlanInput{Name: name(n)})
		do(c, c.CreateUsagePlanKey, &apigateway.CreateUsagePlanKeyInput{UsagePlanId: plan, KeyId: key.Id, KeyType: new("API_KEY")})
		do(c, c.CreateVpcLink, &apigateway.CreateVpcLinkInput{Name: name(n), TargetArns: []string{balancer}})
		do(c, c.GenerateClientCertificate, &apigateway.GenerateClientCertificateInput{})
		do(c, c.CreateDomainName, &apigateway.CreateDomainNameInput{DomainName: new(*name(n) + ".example.com"), CertificateArn: new(certificate)})
		do(c, c.CreateBasePathMapping, &apigateway.CreateBasePathMappingInput{DomainName: domain, BasePath: name(n), RestApiId: api})
	})
	ids := map[string]*string{"RestApiId": api, "UsagePlanId": plan, "DomainName": domain}
	for _, op := range sdkOperations() {
		method := reflect.ValueOf(c.Client).MethodByName(op)
		input := method.Type().In(1).Elem()
		limit, paged := input.FieldByName("Limit")
		output, items := method.Type().Out(0).Elem().FieldByName("Items")
		_, more := method.Type().Out(0).Elem().FieldByName("Position")
		// Of usage there are pages of days, and nothing was used.
		if _, left := undriven[op]; !paged || !items || !more || left || op == "GetUsage" {
			continue
		}
		page := func(n int32, position *string) (list []string, next *string) {
			in := reflect.New(input)
			for field, id := range ids {
				if f := in.Elem().FieldByName(field); f.IsValid() {
					f.Set(reflect.ValueOf(id))
				}
			}
			in.Elem().FieldByIndex(limit.Index).Set(reflect.ValueOf(&n))
			in.Elem().FieldByName("Position").Set(reflect.ValueOf(position))
			out, err := invoke(c, op, in)
			if err != nil {
				c.Fatalf("%s: %v", op, err)
			}
			got := out.Elem().FieldByIndex(output.Index)
			for i := range got.Len() {
				list = append(list, memberOf(c.T, got.Index(i).Interface(), ""))
			}
			return list, out.Elem().FieldByName("Position").Interface().(*string)
		}
		all, next := page(500, nil)
		if len(all) < 3 || next != nil {
			c.Errorf("%s: %d in one page, and position %v", op, len(all), next)
		}
		if none, _ := page(-1, nil); len(none) != 0 {
			c.Errorf("%s: %d with limit -1, want none", op, len(none))
		}
		var single []string
		for position, more := (*string)(nil), true; more; more = position != nil {
			var list []string
			if list, position = page(1, position); len(list) > 1 || len(single) > len(all) {
				c.Fatalf("%s: a page of one has %d, after %d of %d", op, len(list), len(single), len(all))
			}
			single = append(single, list...)
		}
		if !slices.Equal(single, all) {
			c.Errorf("%s: in pages of one\n%s\nin one page\n%s", op, strings.Join(single, "\n"), strings.Join(all, "\n"))
		}
	}
}

// invoke calls an operation by its name.
func invoke(c *sdk, op string, in reflect.Value) (reflect.Value, error) {
	out := reflect.ValueOf(c.Client).MethodByName(op).Call([]reflect.Value{reflect.ValueOf(c.Context()), in})
	err, _ := out[1].Interface().(error)
	return out[0], err
}

// emptyHanded are operations that answer without an error although what they
// name is not there.
var emptyHanded = map[string]string{
	"GetUsagePlanKeys": "observed: a plan that is not there has no keys",
	"GetUsagePlans":    "a key that is not there is in no plan",
}

// Every operation that reads, changes or removes answers NotFoundException when
// what it names is not there.
func driveNothing(c *sdk) {
	for _, op := range sdkOperations() {
		input := reflect.ValueOf(c.Client).MethodByName(op).Type().In(1).Elem()
		in := reflect.New(input)
		named := false
		for i := range input.NumField() {
			f := input.Field(i)
			if f.Type == reflect.TypeFor[*string]() && f.Name != "Position" && f.Name != "NameQuery" && f.Name != "CustomerId" {
				value, special := map[string]string{"StatusCode": "200", "HttpMethod": "GET", "StartDate": "2026-01-01", "EndDate": "2026-01-02", "ExportType": "oas30",
					"ResourceArn": "arn:aws:apigateway:us-east-1::/restapis/nobody", "Accepts": "application/json", "SdkType": "java", "AuthorizationType": "NONE", "DomainNameId": "", "KeyId": "nobody"}[f.Name]
				if !special {
					value, named = "nobody", true
				}
				if value != "" {
					in.Elem().Field(i).Set(reflect.ValueOf(&value))
				}
			}
		}
		if t, ok := input.FieldByName("ResponseType"); ok {
			in.Elem().FieldByIndex(t.Index).Set(reflect.ValueOf(types.GatewayResponseTypeThrottled))
		}
		if keys, ok := input.FieldByName("TagKeys"); ok {
			in.Elem().FieldByIndex(keys.Index).Set(reflect.ValueOf([]string{"a"}))
		}
		reads := strings.HasPrefix(op, "Get") || strings.HasPrefix(op, "Update") || strings.HasPrefix(op, "Delete") || strings.HasPrefix(op, "Flush") || strings.HasPrefix(op, "TestInvoke")
		if _, left := undriven[op]; !reads && op != "UntagResource" || !named && op != "GetTags" && op != "UntagResource" || left {
			continue
		}
		_, err := invoke(c, op, in)
		if reason, ok := emptyHanded[op]; ok {
			if err != nil {
				c.Errorf("%s: %v, although %s", op, err, reason)
			}
			continue
		}
		var missing *types.NotFoundException
		if !errors.As(err, &missing) || missing.ErrorMessage() == "" {
			c.Errorf("%s of nobody: got %v, want NotFoundException", op, err)
		}
	}
}

// Of several deletes at once one succeeds, and the others find nothing.
func driveDeletes(c *sdk) {
	api, root := c.newMethod()
	get, ok, prod := new("GET"), new("200"), new("prod")
	deployment := do(c, c.CreateDeployment, &apigateway.CreateDeploymentInput{RestApiId: api, StageName: prod}).Id
	resource := do(c, c.CreateResource, &apigateway.CreateResourceInput{RestApiId: api, ParentId: root, PathPart: new("pets")}).Id
	validator := do(c, c.CreateRequestValidator, &apigateway.CreateRequestValidatorInput{RestApiId: api, Name: new("all")}).Id
	authorizer := do(c, c.CreateAuthorizer, &apigateway.CreateAuthorizerInput{RestApiId: api, Name: new("judge"), Type: types.AuthorizerTypeToken, AuthorizerUri: new(function),
		IdentitySource: new("method.request.header.A")}).Id
	do(c, c.PutGatewayResponse, &apigateway.PutGatewayResponseInput{RestApiId: api, ResponseType: types.GatewayResponseTypeThrottled})
	part := do(c, c.CreateDocumentationPart, &apigateway.CreateDocumentationPartInput{RestApiId: api, Properties: new("{}"), Location: &types.DocumentationPartLocation{Type: types.DocumentationPartTypeApi}}).Id
	version := do(c, c.CreateDocumentationVersion, &apigateway.CreateDocumentationVersionInput{RestApiId: api, DocumentationVersion: new("v1")}).Version
	plan := do(c, c.CreateUsagePlan, &apigateway.CreateUsagePlanInput{Name: new("plan")}).Id
	key := do(c, c.CreateApiKey, &apigateway.CreateApiKeyInput{}).Id
	do(c, c.CreateUsagePlanKey, &apigateway.CreateUsagePlanKeyInput{UsagePlanId: plan, KeyId: key, KeyType: new("API_KEY")})
	link := do(c, c.CreateVpcLink, &apigateway.CreateVpcLinkInput{Name: new("link"), TargetArns: []string{balancer}}).Id
	cert := do(c, c.GenerateClientCertificate, &apigateway.GenerateClientCertificateInput{}).ClientCertificateId
	domain := do(c, c.CreateDomainName, &apigateway.CreateDomainNameInput{DomainName: new("a.example.com"), CertificateArn: new(certificate)}).DomainName
	do(c, c.CreateBasePathMapping, &apigateway.CreateBasePathMappingInput{DomainName: domain, BasePath: new("v1"), RestApiId: api})

	once(c, c.DeleteBasePathMapping, &apigateway.DeleteBasePathMappingInput{DomainName: domain, BasePath: new("v1")})
	once(c, c.DeleteDomainName, &apigateway.DeleteDomainNameInput{DomainName: domain})
	once(c, c.DeleteStage, &apigateway.DeleteStageInput{RestApiId: api, StageName: prod})
	once(c, c.DeleteDeployment, &apigateway.DeleteDeploymentInput{RestApiId: api, DeploymentId: deployment})
	once(c, c.DeleteIntegrationResponse, &apigateway.DeleteIntegrationResponseInput{RestApiId: api, ResourceId: root, HttpMethod: get, StatusCode: ok})
	once(c, c.DeleteIntegration, &apigateway.DeleteIntegrationInput{RestApiId: api, ResourceId: root, HttpMethod: get})
	once(c, c.DeleteMethodResponse, &apigateway.DeleteMethodResponseInput{RestApiId: api, ResourceId: root, HttpMethod: get, StatusCode: ok})
	once(c, c.DeleteMethod, &apigateway.DeleteMethodInput{RestApiId: api, ResourceId: root, HttpMethod: get})
	once(c, c.DeleteResource, &apigateway.DeleteResourceInput{RestApiId: api, ResourceId: resource})
	once(c, c.DeleteModel, &apigateway.DeleteModelInput{RestApiId: api, ModelName: new("Error")})
	once(c, c.DeleteRequestValidator, &apigateway.DeleteRequestValidatorInput{RestApiId: api, RequestValidatorId: validator})
	once(c, c.DeleteAuthorizer, &apigateway.DeleteAuthorizerInput{RestApiId: api, AuthorizerId: authorizer})
	once(c, c.DeleteGatewayResponse, &apigateway.DeleteGatewayResponseInput{RestApiId: api, ResponseType: types.GatewayResponseTypeThrottled})
	once(c, c.DeleteDocumentationPart, &apigateway.DeleteDocumentationPartInput{RestApiId: api, DocumentationPartId: part})
	once(c, c.DeleteDocumentationVersion, &apigateway.DeleteDocumentationVersionInput{RestApiId: api, DocumentationVersion: version})
	once(c, c.DeleteUsagePlanKey, &apigateway.DeleteUsagePlanKeyInput{UsagePlanId: plan, KeyId: key})
	once(c, c.DeleteUsagePlan, &apigateway.DeleteUsagePlanInput{UsagePlanId: plan})
	once(c, c.DeleteApiKey, &apigateway.DeleteApiKeyInput{ApiKey: key})
	once(c, c.DeleteVpcLink, &apigateway.DeleteVpcLinkInput{VpcLinkId: link})
	once(c, c.DeleteClientCertificate, &apigateway.DeleteClientCertificateInput{ClientCertificateId: cert})
	once(c, c.DeleteRestApi, &apigateway.DeleteRestApiInput{RestApiId: api})
}

// once performs a delete eight times at the same time.
func once[I, O any](c *sdk, op operation[I, O], in *I) {
	c.Helper()
	errs := make([]error, 8)
	var wait sync.WaitGroup
	for i := range errs {
		wait.Go(func() { _, errs[i] = op(c.Context(), in) })
	}
	wait.Wait()
	done := 0
	for _, err := range errs {
		var missing *types.NotFoundException
		switch {
		case err == nil:
			done++
		case !errors.As(err, &missing):
			c.Errorf("%T: got %v, want NotFoundException", in, err)
		}
	}
	if done != 1 {
		c.Errorf("%T: %d of 8 succeeded, want 1", in, done)
	}
}

// Quotas are refused as the service refuses them.
func driveLimits(c *sdk) {
	one := newSDK(c.T, c.ledger, house.Config{Limits: limits(func(l *apigw.Limits) {
		l.Resources, l.Stages, l.VPCLinks, l.Authorizers, l.DocumentationParts, l.StageVariables = 2, 1, 1, 1, 1, 1
	})})
	api, deployment := one.newStage()
	root := do(one, one.GetResources, &apigateway.GetResourcesInput{RestApiId: api}).Items[0].Id
	twice := func(make func(n int) error) {
		c.Helper()
		if err := make(0); err != nil {
			c.Error(err)
		}
		var e *types.LimitExceededException
		if err := make(1); !errors.As(err, &e) || e.RetryAfterSeconds != nil {
			c.Errorf("got %v, want LimitExceededException", err)
		}
	}
	ctx, name := context.Background(), func(n int) *string { return new(fmt.Sprintf("n%d", n)) }
	twice(func(n int) error {
		_, err := one.CreateResource(ctx, &apigateway.CreateResourceInput{RestApiId: api, ParentId: root, PathPart: name(n)})
		return err
	})
	twice(func(n int) error {
		_, err := one.CreateVpcLink(ctx, &apigateway.CreateVpcLinkInput{Name: name(n), TargetArns: []string{balancer}})
		return err
	})
	twice(func(n int) error {
		_, err := one.CreateAuthorizer(ctx, &apigateway.CreateAuthorizerInput{RestApiId: api, Name: name(n), Type: types.AuthorizerTypeToken, AuthorizerUri: new(function), IdentitySource: new("method.request.header.A")})
		return err
	})
	twice(func(n int) error {
		_, err := one.CreateDocumentationPart(ctx, &apigateway.CreateDocumentationPartInput{RestApiId: api, Properties: new("{}"),
			Location: &types.DocumentationPartLocation{Type: types.DocumentationPartTypeResource, Path: new("/" + *name(n))}})
		return err
	})
	twice(func(n int) error {
		_, err := one.UpdateStage(ctx, &apigateway.UpdateStageInput{RestApiId: api, StageName: new("prod"), PatchOperations: patch("replace /variables/" + *name(n) + " x")})
		return err
	})
	refused[*types.LimitExceededException](one, one.CreateStage, &apigateway.CreateStageInput{RestApiId: api, StageName: new("dev"), DeploymentId: deployment},
		"Maximum number of Stages for this API has been reached.  Please contact AWS if you need additional Stages.")
}
