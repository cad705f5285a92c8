package macro

import (
	"slices"
	"strings"

	"postern/internal/lang/cfn"
)

// This file says in a definition who may call, from the Auth of APIs and events.

var (
	apiAuth = []string{"DefaultAuthorizer", "Authorizers", "AddDefaultAuthorizerToCorsPreflight", "AddApiKeyRequiredToCorsPreflight", "ApiKeyRequired",
		"UsagePlan", "ResourcePolicy", "InvokeRole"}
	eventAuth  = []string{"Authorizer", "AuthorizationScopes", "ApiKeyRequired", "ResourcePolicy", "InvokeRole", "OverrideApiAuth"}
	authorizer = []string{"UserPoolArn", "FunctionArn", "FunctionPayloadType", "FunctionInvokeRole", "Identity", "AuthorizationScopes", "AuthType",
		"DisableFunctionDefaultPermissions"}
)

// authorize says who may call the method of an event.
func (a *api) authorize(f *function, event cfn.Member, operation, auth *cfn.Node) {
	if auth == nil {
		return
	}
	path := append(slices.Clone(f.path), "Events", event.Key, "Properties", "Auth")
	a.unknown(auth, path, eventAuth, nil)
	if auth.Get("ResourcePolicy") != nil {
		a.Errorf(auth.Get("ResourcePolicy"), append(path, "ResourcePolicy"), "write the policy at the API: Auth, ResourcePolicy, CustomStatements")
	}
	k := maker{auth}
	if name := auth.Get("Authorizer"); name != nil {
		a.require(k, operation, text(name), auth.Get("AuthorizationScopes"))
	}
	if key := auth.Get("ApiKeyRequired"); key != nil {
		if yes(key) {
			a.requireKey(k, operation)
		} else {
			a.keyless[operation] = true
		}
	}
}

// require makes a method ask an authorizer, or nobody.
func (a *api) require(k maker, operation *cfn.Node, name string, scopes *cfn.Node) {
	switch name {
	case "NONE":
		operation.Set("security", k.list())
		return
	case "AWS_IAM":
		a.scheme(k, name, k.object("type", "apiKey", "name", "Authorization", "in", "header", "x-amazon-apigateway-authtype", "awsSigv4"))
	default:
		given := a.properties.Get("Auth").Get("Authorizers").Get(name)
		if given == nil {
			a.Errorf(k.at, append(slices.Clone(a.path), "Auth", "Authorizers"), "%s has no authorizer %s", a.member.Key, name)
			return
		}
		if scopes == nil {
			scopes = given.Get("AuthorizationScopes")
		}
	}
	if scopes == nil {
		scopes = k.list()
	}
	operation.Set("security", k.list(k.object(name, a.clone(scopes))))
}

const keyScheme = "api_key"

// requireKey makes a method ask for an API key, too.
func (a *api) requireKey(k maker, operation *cfn.Node) {
	a.scheme(k, keyScheme, k.object("type", "apiKey", "name", "x-api-key", "in", "header"))
	if list := operation.Get("security"); list != nil && len(list.Items) > 0 {
		list.Items[0].Set(keyScheme, k.list())
		return
	}
	operation.Set("security", k.list(k.object(keyScheme, k.list())))
}

// scheme adds a security scheme to the definition.
func (a *api) scheme(k maker, name string, scheme *cfn.Node) {
	at := a.body
	names := []string{"securityDefinitions"}
	if a.openapi {
		names = []string{"components", "securitySchemes"}
	}
	for _, n := range names {
		if at.Get(n) == nil {
			at.Set(n, k.object())
		}
		at = at.Get(n)
	}
	if at.Get(name) == nil {
		at.Set(name, scheme)
	}
}

// auth says who may call, for the whole API.
func (a *api) auth() {
	auth := a.properties.Get("Auth")
	path := append(slices.Clone(a.path), "Auth")
	a.unknown(auth, path, apiAuth, nil)
	for _, m := range members(auth.Get("Authorizers")) {
		a.authorizer(m, append(path, "Authorizers", m.Key))
	}
	preflight := auth.Get("AddDefaultAuthorizerToCorsPreflight")
	byDefault := text(auth.Get("DefaultAuthorizer"))
	a.eachOperation(func(verb string, operation *cfn.Node) {
		k := maker{operation}
		if byDefault != "" && operation.Get("security") == nil && (verb != "options" || preflight == nil || yes(preflight)) {
			a.require(k, operation, byDefault, nil)
		}
		if yes(auth.Get("ApiKeyRequired")) && !a.keyless[operation] && verb != "options" {
			a.requireKey(k, operation)
		}
	})
	a.resourcePolicy(auth.Get("ResourcePolicy"), append(path, "ResourcePolicy"))
}

func (a *api) eachOperation(f func(verb string, operation *cfn.Node)) {
	for _, path := range members(a.body.Get("paths")) {
		for _, m := range members(path.Value) {
			if m.Value.Kind == cfn.Map && (m.Key == anyMethod || slices.Contains([]string{"get", "put", "post", "delete", "options", "head", "patch"}, m.Key)) {
				f(m.Key, m.Value)
			}
		}
	}
}

// authorizer adds an authorizer to the definition: a user pool, or a function
// that is asked about a token or about the request.
func (a *api) authorizer(m cfn.Member, path []string) {
	a.unknown(m.Value, path, authorizer, nil)
	k, identity := maker{m.Value}, m.Value.Get("Identity")
	header := text(identity.Get("Header"))
	if header == "" {
		header = "Authorization"
	}
	x := k.object()
	if ttl := identity.Get("ReauthorizeEvery"); ttl != nil {
		x.Set("authorizerResultTtlInSeconds", ttl)
	}
	pool, function := m.Value.Get("UserPoolArn"), m.Value.Get("FunctionArn")
	authType := "custom"
	switch {
	case pool != nil:
		authType = "cognito_user_pools"
		x.Set("type", k.text("cognito_user_pools"))
		if pool.Kind != cfn.List {
			pool = k.list(pool)
		}
		x.Set("providerARNs", pool)
	case function == nil:
		a.Errorf(m.Value, path, "the authorizer has neither UserPoolArn nor FunctionArn")
		return
	case text(m.Value.Get("FunctionPayloadType")) == "REQUEST":
		x.Set("type", k.text("request"))
		header = "Unused"
		if sources := identitySources(identity); sources != "" {
			x.Set("identitySource", k.text(sources))
		}
	default:
		x.Set("type", k.text("token"))
		if e := identity.Get("ValidationExpression"); e != nil {
			x.Set("identityValidationExpression", e)
		}
	}
	if function != nil && pool == nil {
		x.Set("authorizerUri", k.object("Fn::Sub", k.list(
			k.text("arn:${AWS::Partition}:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/${__FunctionArn__}/invocations"),
			k.object("__FunctionArn__", function))))
		if role := m.Value.Get("FunctionInvokeRole"); role != nil && text(role) != "NONE" {
			x.Set("authorizerCredentials", role)
		}
		source := k.object("Fn::Sub", k.list(
			k.text("arn:${AWS::Partition}:execute-api:${AWS::Region}:${AWS::AccountId}:${__ApiId__}/authorizers/*"),
			k.object("__ApiId__", k.ref(a.member.Key))))
		a.add(a.member, a.member.Key+m.Key+"AuthorizerPermission", permissionType, k.object(
			"Action", "lambda:InvokeFunction", "FunctionName", function, "Principal", "apigateway.amazonaws.com", "SourceArn", source))
	}
	a.scheme(k, m.Key, k.object("type", "apiKey", "name", header, "in", "header",
		"x-amazon-apigateway-authtype", authType, "x-amazon-apigateway-authorizer", x))
}

// identitySources writes what of a request an authorizer looks at.
func identitySources(identity *cfn.Node) string {
	var out []string
	for _, place := range [][2]string{{"Headers", "method.request.header."}, {"QueryStrings", "method.request.querystring."},
		{"StageVariables", "stageVariables."}, {"Context", "context."}} {
		if list := identity.Get(place[0]); list != nil {
			for _, item := range list.Items {
				out = append(out, place[1]+text(item))
			}
		}
	}
	return strings.Join(out, ", ")
}

// resourcePolicy adds statements on who may call the API.
func (a *api) resourcePolicy(given *cfn.Node, path []string) {
	if given == nil {
		return
	}
	for _, m := range members(given) {
		if m.Key != "CustomStatements" {
			a.Errorf(m.Value, append(path, m.Key), "it is not part of Postern: write the statements as CustomStatements")
		}
	}
	statements := given.Get("CustomStatements")
	if statements == nil {
		return
	}
	if statements.Kind != cfn.List {
		statements = a.k.list(statements)
	}
	a.body.Set("x-amazon-apigateway-policy", a.k.object("Version", "2012-10-17", "Statement", statements))
}

// usagePlan makes a plan with a key for the API's stage.
func (a *api) usagePlan() {
	plan := a.properties.Get("Auth").Get("UsagePlan")
	if plan == nil {
		return
	}
	k, id := maker{plan}, a.member.Key
	path := append(slices.Clone(a.path), "Auth", "UsagePlan")
	switch how := text(plan.Get("CreateUsagePlan")); how {
	case "NONE":
		return
	case "PER_API":
	case "SHARED":
		a.Errorf(plan.Get("CreateUsagePlan"), append(path, "CreateUsagePlan"), "plans that APIs share are not part of Postern: write PER_API, or the plan as "+apiType+"UsagePlan")
		return
	default:
		a.Errorf(plan, append(path, "CreateUsagePlan"), "found %q, expected PER_API, SHARED or NONE", how)
		return
	}
	a.unknown(plan, path, []string{"CreateUsagePlan", "Description", "Quota", "Tags", "Throttle", "UsagePlanName"}, nil)
	tags := plan.Get("Tags")
	stages := k.list(k.object("ApiId", k.ref(id), "Stage", k.ref(a.stageID())))
	a.add(a.member, id+"UsagePlan", apiType+"UsagePlan", k.object("ApiStages", stages, "Description", plan.Get("Description"), "Quota", plan.Get("Quota"),
		"Throttle", plan.Get("Throttle"), "UsagePlanName", plan.Get("UsagePlanName"), "Tags", tags), "DependsOn", k.list(k.text(id)))
	a.add(a.member, id+"ApiKey", apiType+"ApiKey", k.object("Enabled", k.flag(true),
		"StageKeys", k.list(k.object("RestApiId", k.ref(id), "StageName", k.ref(a.stageID())))), "DependsOn", k.list(k.text(id+"UsagePlan")))
	a.add(a.member, id+"UsagePlanKey", apiType+"UsagePlanKey", k.object("KeyId", k.ref(id+"ApiKey"), "KeyType", "API_KEY", "UsagePlanId", k.ref(id+"UsagePlan")),
		"DependsOn", k.list(k.text(id+"ApiKey")))
}
