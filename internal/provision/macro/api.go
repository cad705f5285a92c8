package macro

import (
	"regexp"
	"slices"
	"strings"

	"postern/internal/lang/cfn"
)

// This file expands AWS::Serverless::Api: an API from an OpenAPI definition, its
// deployment and its stage.

// implicitAPI is the API of functions whose events name none.
const implicitAPI = "ServerlessRestApi"

// What of an API means something here, and what changes no answer.
var (
	apiProperties = []string{"StageName", "Name", "DefinitionBody", "DefinitionUri", "CacheClusterEnabled", "CacheClusterSize", "Variables",
		"EndpointConfiguration", "MethodSettings", "BinaryMediaTypes", "MinimumCompressionSize", "Cors", "Auth", "GatewayResponses",
		"AccessLogSetting", "CanarySetting", "TracingEnabled", "OpenApiVersion", "Models", "Domain", "Tags", "Description", "ApiKeySourceType",
		"DisableExecuteApiEndpoint", "FailOnWarnings", "Mode", "Policy", "SecurityPolicy", "EndpointAccessMode"}
	apiNoEffect = []string{"AlwaysDeploy", "MergeDefinitions", "PropagateTags"}
	// sameStage are the properties that a stage has in API Gateway too.
	sameStage = []string{"CacheClusterEnabled", "CacheClusterSize", "Variables", "MethodSettings", "AccessLogSetting", "CanarySetting", "TracingEnabled"}
	// sameAPI are the properties that an API has in API Gateway too.
	sameAPI = []string{"Name", "Description", "ApiKeySourceType", "DisableExecuteApiEndpoint", "FailOnWarnings", "Mode",
		"MinimumCompressionSize", "Policy", "SecurityPolicy", "EndpointAccessMode"}
)

// An api is one that is being expanded.
type api struct {
	*serverlessTemplate
	member     cfn.Member
	properties *cfn.Node
	path       []string
	body       *cfn.Node
	openapi    bool                    // the definition is OpenAPI 3; else Swagger 2.0
	keyless    map[*cfn.Node]bool      // operations that need no API key, whatever the API says
	only       map[*cfn.Node]*cfn.Node // the conditions of operations
	k          maker
}

func (s *serverlessTemplate) newAPI(m cfn.Member) *api {
	a := &api{serverlessTemplate: s, member: m, properties: s.withGlobals(m, "Api"), path: []string{"Resources", m.Key, "Properties"},
		keyless: map[*cfn.Node]bool{}, only: map[*cfn.Node]*cfn.Node{}, k: maker{m.Value}}
	s.unknown(a.properties, a.path, apiProperties, apiNoEffect)
	a.begin()
	return a
}

// implicit makes the API of events that name none, at the first function that
// has one.
func (s *serverlessTemplate) implicit(m cfn.Member) *api {
	m.Key = implicitAPI
	properties := cfn.NewMap(m.Value)
	if globals := s.globals.Get("Api"); globals != nil {
		properties = s.clone(globals)
	}
	if properties.Get("StageName") == nil {
		properties.Set("StageName", cfn.NewText(m.Value, "Prod"))
	}
	m.Value = cfn.NewMap(m.Value, cfn.NewMember("Type", cfn.NewText(m.Value, serverless+"Api")))
	a := &api{serverlessTemplate: s, member: m, properties: properties, path: []string{"Globals", "Api"},
		keyless: map[*cfn.Node]bool{}, only: map[*cfn.Node]*cfn.Node{}, k: maker{m.Value}}
	a.begin()
	return a
}

// begin makes the definition that methods are added to.
func (a *api) begin() {
	version := text(a.properties.Get("OpenApiVersion"))
	body, uri := a.properties.Get("DefinitionBody"), a.properties.Get("DefinitionUri")
	if body == nil && uri != nil && uri.Kind == cfn.String {
		if body = a.files.file(a.Expansion, uri, append(a.path, "DefinitionUri")); body == nil {
			uri = nil // which is told
		}
	}
	switch {
	case body != nil && body.Kind == cfn.Map && !isCall(body):
		a.body = body
		if text(body.Get("openapi")) != "" {
			version = "3.0.1"
		}
	case body != nil:
		a.Errorf(body, append(a.path, "DefinitionBody"), "the definition has to stand in the template, without a function around it")
	case uri != nil:
		a.Errorf(uri, append(a.path, "DefinitionUri"), "definitions in a bucket are not read").Help = "name a file, such as ./openapi.yaml"
	}
	a.openapi = strings.HasPrefix(version, "3")
	if a.body == nil {
		a.body = a.k.object()
		if a.openapi {
			a.body.Set("openapi", a.k.text("3.0.1"))
		} else {
			a.body.Set("swagger", a.k.text("2.0"))
		}
		title := a.properties.Get("Name")
		if title == nil {
			title = a.k.ref("AWS::StackName")
		}
		a.body.Set("info", a.k.object("version", "1.0", "title", title))
	}
	if a.body.Get("paths") == nil {
		a.body.Set("paths", a.k.object())
	}
	if stage := a.properties.Get("StageName"); stage == nil {
		a.Errorf(a.member.Value, a.path, "StageName is missing, and it is required")
	}
	a.names[a.member.Key+".Stage"] = a.stageID()
}

// alphanumeric is what a part of a logical ID may have.
var notAlphanumeric = regexp.MustCompile(`[^A-Za-z0-9]`)

// suffix is what tells the things of one stage from those of others.
func (a *api) suffix() string {
	if stage := a.properties.Get("StageName"); stage != nil && !isCall(stage) {
		return notAlphanumeric.ReplaceAllString(text(stage), "")
	}
	return "Stage"
}

func (a *api) stageID() string {
	if s := a.suffix(); s != "Stage" {
		return a.member.Key + s + "Stage"
	}
	return a.member.Key + "Stage"
}

const anyMethod = "x-amazon-apigateway-any-method"

// method adds the method of an event to the definition. One that the definition
// has itself stays.
func (a *api) method(f *function, event cfn.Member, properties *cfn.Node, path, verb string) {
	k := maker{event.Value}
	if verb == "any" {
		verb = anyMethod
	}
	paths := a.body.Get("paths")
	item := paths.Get(path)
	if item == nil {
		item = k.object()
		paths.Set(path, item)
	}
	operation := item.Get(verb)
	if operation != nil && operation.Get("x-amazon-apigateway-integration") != nil {
		return
	}
	if operation == nil {
		operation = k.object()
		item.Set(verb, operation)
	}
	if condition := f.member.Value.Get("Condition"); condition != nil {
		a.only[operation] = condition
	}
	in := k.object("type", "aws_proxy", "httpMethod", "POST", "uri", f.invocation(k), "timeoutInMillis", properties.Get("TimeoutInMillis"),
		"responseTransferMode", properties.Get("ResponseTransferMode"))
	operation.Set("x-amazon-apigateway-integration", in)
	if operation.Get("responses") == nil {
		operation.Set("responses", k.object())
	}
	a.parameters(k, operation, properties, path)
	a.requestModel(k, operation, properties.Get("RequestModel"))
	a.authorize(f, event, operation, properties.Get("Auth"))
}

// parameters declares the variables of the path, and what the event asks for.
func (a *api) parameters(k maker, operation, properties *cfn.Node, path string) {
	list := operation.Get("parameters")
	if list == nil {
		list = k.list()
	}
	declare := func(name, in string, required bool) {
		p := k.object("name", name, "in", in)
		if required || in == "path" {
			p.Set("required", k.flag(true))
		}
		if a.openapi {
			p.Set("schema", k.object("type", "string"))
		} else {
			p.Set("type", k.text("string"))
		}
		list.Items = append(list.Items, p)
	}
	for segment := range strings.SplitSeq(path, "/") {
		if strings.HasPrefix(segment, "{") && strings.HasSuffix(segment, "}") {
			declare(strings.TrimSuffix(segment[1:len(segment)-1], "+"), "path", true)
		}
	}
	if given := properties.Get("RequestParameters"); given != nil {
		for _, item := range given.Items {
			name, required := text(item), false
			if m := members(item); len(m) == 1 {
				name, required = m[0].Key, yes(m[0].Value.Get("Required"))
			}
			place, rest, _ := strings.Cut(strings.TrimPrefix(name, "method.request."), ".")
			if place == "querystring" {
				place = "query"
			}
			if place != "path" { // which are declared
				declare(rest, place, required)
			}
		}
	}
	if len(list.Items) > 0 {
		operation.Set("parameters", list)
	}
}

// requestModel gives a method a model for its payload and a validator.
func (a *api) requestModel(k maker, operation, given *cfn.Node) {
	if given == nil {
		return
	}
	name := text(given.Get("Model"))
	if a.openapi {
		operation.Set("requestBody", k.object("content", k.object("application/json", k.object("schema", k.object("$ref", "#/components/schemas/"+name)))))
	} else {
		list := operation.Get("parameters")
		if list == nil {
			list = k.list()
		}
		body := k.object("in", "body", "name", name, "schema", k.object("$ref", "#/definitions/"+name))
		if yes(given.Get("Required")) {
			body.Set("required", k.flag(true))
		}
		list.Items = append(list.Items, body)
		operation.Set("parameters", list)
	}
	payload, parameters := yes(given.Get("ValidateBody")), yes(given.Get("ValidateParameters"))
	if !payload && !parameters {
		return
	}
	validator := map[[2]bool]string{{true, true}: "body-and-params", {true, false}: "body-only", {false, true}: "params-only"}[[2]bool{payload, parameters}]
	validators := a.body.Get("x-amazon-apigateway-request-validators")
	if validators == nil {
		validators = k.object()
		a.body.Set("x-amazon-apigateway-request-validators", validators)
	}
	validators.Set(validator, k.object("validateRequestBody", k.flag(payload), "validateRequestParameters", k.flag(parameters)))
	operation.Set("x-amazon-apigateway-request-validator", k.text(validator))
}

// expand makes the resources.
func (a *api) expand() {
	a.auth()
	a.models()
	a.gatewayResponses()
	a.cors()
	a.conditions()
	k, id := a.k, a.member.Key
	properties := k.object("Body", a.body)
	for _, name := range sameAPI {
		if n := a.properties.Get(name); n != nil {
			properties.Set(name, n)
		}
	}
	a.endpoint(properties)
	a.binaryMediaTypes(properties)
	tags := a.properties.Get("Tags")
	if tags != nil && !isCall(tags) {
		tags = tagList(k, tags)
		properties.Set("Tags", tags)
	}
	a.add(a.member, id, apiType+"RestApi", properties, attributes(a.member)...)

	sum := digest(a.body, 40)
	deployment := id + "Deployment" + sum[:10]
	a.names[id+".Deployment"] = deployment
	a.add(a.member, deployment, apiType+"Deployment", k.object("RestApiId", k.ref(id), "Description", "RestApi deployment id: "+sum))

	stage := k.object("RestApiId", k.ref(id), "DeploymentId", k.ref(deployment), "StageName", a.properties.Get("StageName"), "Tags", tags)
	for _, name := range sameStage {
		if n := a.properties.Get(name); n != nil {
			stage.Set(name, n)
		}
	}
	a.add(a.member, a.stageID(), apiType+"Stage", stage)
	a.usagePlan()
	a.domain()
}

// conditions leaves out the methods of functions that are not made.
func (a *api) conditions() {
	for _, path := range members(a.body.Get("paths")) {
		for i := range members(path.Value) {
			operation := &path.Value.Members[i].Value
			if condition := a.only[*operation]; condition != nil {
				k := maker{*operation}
				*operation = k.object("Fn::If", k.list(a.clone(condition), *operation, k.ref("AWS::NoValue")))
			}
		}
	}
}

// endpoint gives an API its endpoint, which AWS SAM writes as text or with
// another name for its type.
func (a *api) endpoint(properties *cfn.Node) {
	e := a.properties.Get("EndpointConfiguration")
	switch {
	case e == nil:
	case e.Kind == cfn.Map && !isCall(e):
		out := a.k.object()
		if t := e.Get("Type"); t != nil {
			out.Set("Types", a.k.list(t))
		}
		if ids := e.Get("VPCEndpointIds"); ids != nil {
			out.Set("VpcEndpointIds", ids)
		}
		if t := e.Get("IpAddressType"); t != nil {
			out.Set("IpAddressType", t)
		}
		properties.Set("EndpointConfiguration", out)
	default:
		properties.Set("EndpointConfiguration", a.k.object("Types", a.k.list(e)))
	}
}

// binaryMediaTypes writes slashes for the ~1 that AWS SAM has.
func (a *api) binaryMediaTypes(properties *cfn.Node) {
	types := a.properties.Get("BinaryMediaTypes")
	if types == nil {
		return
	}
	out := a.clone(types)
	for _, t := range out.Items {
		if t.Kind == cfn.String {
			t.Text = strings.ReplaceAll(t.Text, "~1", "/")
		}
	}
	properties.Set("BinaryMediaTypes", out)
}

// models adds the models of the API to the definition.
func (a *api) models() {
	given := a.properties.Get("Models")
	if given == nil {
		return
	}
	at := a.body
	names := []string{"definitions"}
	if a.openapi {
		names = []string{"components", "schemas"}
	}
	for _, name := range names {
		if at.Get(name) == nil {
			at.Set(name, a.k.object())
		}
		at = at.Get(name)
	}
	for _, m := range members(given) {
		at.Set(m.Key, m.Value)
	}
}

// gatewayResponses adds the API's words for failures to the definition.
func (a *api) gatewayResponses() {
	given := a.properties.Get("GatewayResponses")
	if given == nil {
		return
	}
	out := a.k.object()
	for _, m := range members(given) {
		k := maker{m.Value}
		parameters := k.object()
		for _, place := range [][2]string{{"Headers", "header"}, {"Paths", "path"}, {"QueryStrings", "querystring"}} {
			for _, p := range members(m.Value.Get("ResponseParameters").Get(place[0])) {
				parameters.Set("gatewayresponse."+place[1]+"."+p.Key, p.Value)
			}
		}
		response := k.object("statusCode", m.Value.Get("StatusCode"), "responseTemplates", m.Value.Get("ResponseTemplates"))
		if len(parameters.Members) > 0 {
			response.Set("responseParameters", parameters)
		}
		out.Set(m.Key, response)
	}
	a.body.Set("x-amazon-apigateway-gateway-responses", out)
}

// cors answers preflight requests on every path that does not do so itself.
func (a *api) cors() {
	given := a.properties.Get("Cors")
	if given == nil {
		return
	}
	k := maker{given}
	headers := k.object()
	header := func(name string, value *cfn.Node) {
		if value != nil {
			headers.Set("method.response.header.Access-Control-"+name, value)
		}
	}
	origin := given
	if given.Kind == cfn.Map && !isCall(given) {
		origin = given.Get("AllowOrigin")
		header("Allow-Headers", given.Get("AllowHeaders"))
		header("Max-Age", given.Get("MaxAge"))
		if yes(given.Get("AllowCredentials")) {
			header("Allow-Credentials", k.text("'true'"))
		}
	}
	header("Allow-Origin", origin)
	declared := k.object()
	for _, h := range append(slices.Clone(headers.Members), cfn.NewMember("method.response.header.Access-Control-Allow-Methods", given)) {
		name := strings.TrimPrefix(h.Key, "method.response.header.")
		if a.openapi {
			declared.Set(name, k.object("schema", k.object("type", "string")))
		} else {
			declared.Set(name, k.object("type", "string"))
		}
	}
	for _, path := range members(a.body.Get("paths")) {
		if path.Value.Kind != cfn.Map || path.Value.Get("options") != nil {
			continue
		}
		own := a.clone(headers)
		methods := given.Get("AllowMethods")
		if methods == nil || given.Kind != cfn.Map || isCall(given) {
			methods = k.text("'" + strings.Join(verbsOf(path.Value), ",") + "'")
		}
		own.Set("method.response.header.Access-Control-Allow-Methods", methods)
		path.Value.Set("options", k.object(
			"responses", k.object("200", k.object("description", "Default response for CORS method", "headers", a.clone(declared))),
			"x-amazon-apigateway-integration", k.object("type", "mock",
				"requestTemplates", k.object("application/json", "{\n  \"statusCode\" : 200\n}\n"),
				"responses", k.object("default", k.object("statusCode", "200", "responseParameters", own,
					"responseTemplates", k.object("application/json", "{}\n")))),
		))
	}
}

// verbsOf returns the verbs of a path, and OPTIONS.
func verbsOf(item *cfn.Node) []string {
	var out []string
	for _, m := range members(item) {
		switch {
		case m.Key == anyMethod:
			out = append(out, "DELETE", "GET", "HEAD", "PATCH", "POST", "PUT")
		case slices.Contains([]string{"get", "put", "post", "delete", "head", "patch"}, m.Key):
			out = append(out, strings.ToUpper(m.Key))
		}
	}
	out = append(out, "OPTIONS")
	slices.Sort(out)
	return slices.Compact(out)
}

// domain makes the names of one's own, and what leads them to the API.
func (a *api) domain() {
	given := a.properties.Get("Domain")
	if given == nil {
		return
	}
	path := append(slices.Clone(a.path), "Domain")
	a.unknown(given, path, []string{"DomainName", "CertificateArn", "BasePath", "EndpointConfiguration", "SecurityPolicy", "MutualTlsAuthentication",
		"OwnershipVerificationCertificateArn", "NormalizeBasePath"}, []string{"Route53"})
	k := maker{given}
	id := "ApiGatewayDomainName" + digest(given.Get("DomainName"), 10)
	typ := "REGIONAL"
	if t := text(given.Get("EndpointConfiguration")); t != "" {
		typ = t
	}
	properties := k.object("DomainName", given.Get("DomainName"), "EndpointConfiguration", k.object("Types", k.list(k.text(typ))),
		"SecurityPolicy", given.Get("SecurityPolicy"), "MutualTlsAuthentication", given.Get("MutualTlsAuthentication"),
		"OwnershipVerificationCertificateArn", given.Get("OwnershipVerificationCertificateArn"))
	if certificate := given.Get("CertificateArn"); typ == "EDGE" {
		properties.Set("CertificateArn", orNull(k, certificate))
	} else {
		properties.Set("RegionalCertificateArn", orNull(k, certificate))
	}
	made := slices.ContainsFunc(a.out, func(m cfn.Member) bool { return m.Key == id })
	if !made { // APIs may share a name
		a.add(a.member, id, apiType+"DomainName", properties)
	}
	bases := []*cfn.Node{nil}
	if list := given.Get("BasePath"); list != nil {
		bases = list.Items
	}
	for _, base := range bases {
		name := strings.Trim(text(base), "/")
		mapping := k.object("DomainName", k.ref(id), "RestApiId", k.ref(a.member.Key), "Stage", k.ref(a.stageID()))
		if name != "" {
			mapping.Set("BasePath", k.text(name))
		}
		a.add(a.member, a.member.Key+notAlphanumeric.ReplaceAllString(name, "")+"BasePathMapping", apiType+"BasePathMapping", mapping)
	}
}

func orNull(k maker, n *cfn.Node) *cfn.Node {
	if n == nil {
		return cfn.NewMap(k.at)
	}
	return n
}
