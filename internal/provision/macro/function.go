package macro

import (
	"fmt"
	"slices"
	"strings"

	"postern/internal/lang/cfn"
)

// This file expands AWS::Serverless::Function: a function, the role that it
// runs with, and what lets its events call it.

// sameProperties are the properties that a function has in AWS Lambda too.
var sameProperties = []string{"FunctionName", "Handler", "Runtime", "Description", "MemorySize", "Timeout", "Environment", "Layers", "Architectures",
	"PackageType", "ImageConfig", "KmsKeyArn", "EphemeralStorage", "FileSystemConfigs", "VpcConfig", "SnapStart", "LoggingConfig",
	"ReservedConcurrentExecutions", "RecursiveLoop"}

// ownProperties are those that mean something here.
var ownProperties = []string{"CodeUri", "InlineCode", "ImageUri", "Role", "Policies", "Events", "Tags", "Tracing", "AutoPublishAlias"}

// noEffect are those that change no answer of an API.
var noEffect = []string{"PermissionsBoundary", "AssumeRolePolicyDocument", "DeadLetterQueue", "EventInvokeConfig", "DeploymentPreference",
	"ProvisionedConcurrencyConfig", "FunctionUrlConfig", "VersionDescription", "AutoPublishAliasAllProperties", "AutoPublishCodeSha256",
	"CodeSigningConfigArn", "RuntimeManagementConfig", "RolePath", "PropagateTags", "VersionDeletionPolicy", "PublishToLatestPublished"}

// A function is one that is being expanded.
type function struct {
	*serverlessTemplate
	member     cfn.Member
	properties *cfn.Node
	path       []string
	called     string // the logical ID of what events call: the function or its alias
	aliased    bool
}

func (s *serverlessTemplate) function(m cfn.Member) {
	f := &function{s, m, s.withGlobals(m, "Function"), []string{"Resources", m.Key, "Properties"}, m.Key, false}
	s.unknown(f.properties, f.path, slices.Concat(sameProperties, ownProperties), noEffect)
	k := maker{m.Value}
	lambda := k.object()
	for _, name := range sameProperties {
		if n := f.properties.Get(name); n != nil {
			lambda.Set(name, n)
		}
	}
	if code := f.code(); code != nil {
		lambda.Set("Code", code)
	}
	if mode := f.properties.Get("Tracing"); mode != nil {
		lambda.Set("TracingConfig", k.object("Mode", mode))
	}
	if tags := f.tags(); tags != nil {
		lambda.Set("Tags", tags)
	}
	role := f.properties.Get("Role")
	if role == nil {
		role = k.attribute(m.Key+"Role", "Arn")
		f.role()
	}
	lambda.Set("Role", role)
	s.add(m, m.Key, functionType, lambda, attributes(m)...)
	f.alias()
	for _, event := range members(f.properties.Get("Events")) {
		f.event(event)
	}
}

// code returns where the function's code is.
func (f *function) code() *cfn.Node {
	k := maker{f.member.Value}
	uri := f.properties.Get("CodeUri")
	switch {
	case f.properties.Get("InlineCode") != nil:
		return k.object("ZipFile", f.properties.Get("InlineCode"))
	case f.properties.Get("ImageUri") != nil:
		return k.object("ImageUri", f.properties.Get("ImageUri"))
	case uri == nil:
		f.Errorf(f.member.Value, f.path, "the function has no code: CodeUri or InlineCode is missing")
		return nil
	case uri.Kind == cfn.Map && !isCall(uri):
		return k.object("S3Bucket", uri.Get("Bucket"), "S3Key", uri.Get("Key"), "S3ObjectVersion", uri.Get("Version"))
	}
	return uri
}

// tags returns tags as AWS Lambda's type has them.
func (f *function) tags() *cfn.Node {
	tags := f.properties.Get("Tags")
	if tags == nil || isCall(tags) {
		return tags
	}
	return tagList(maker{tags}, tags)
}

func tagList(k maker, tags *cfn.Node) *cfn.Node {
	out := k.list()
	for _, t := range members(tags) {
		out.Items = append(out.Items, k.object("Key", t.Key, "Value", t.Value))
	}
	return out
}

const basicExecution = "arn:${AWS::Partition}:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"

// role makes the role of a function. What it may do is kept and restricts
// nothing here, so policies of AWS SAM's own, by their short names, are left
// out.
func (f *function) role() {
	k := maker{f.member.Value}
	managed, inline := k.list(k.sub(basicExecution)), k.list()
	policies := f.properties.Get("Policies")
	items := []*cfn.Node{policies}
	if policies != nil && policies.Kind == cfn.List {
		items = policies.Items
	}
	for i, p := range items {
		switch {
		case p == nil:
		case p.Kind == cfn.String && !strings.HasPrefix(p.Text, "arn:"):
			managed.Items = append(managed.Items, k.sub("arn:${AWS::Partition}:iam::aws:policy/"+p.Text))
		case p.Kind == cfn.String || isCall(p):
			managed.Items = append(managed.Items, p)
		case p.Get("Statement") != nil:
			inline.Items = append(inline.Items, k.object("PolicyName", fmt.Sprintf("%sRolePolicy%d", f.member.Key, i), "PolicyDocument", p))
		default:
			f.Warnf(p, append(slices.Clone(f.path), "Policies"), "a policy template of AWS SAM is left out of the role; permissions restrict nothing here")
		}
	}
	trust := k.object("Version", "2012-10-17", "Statement", k.list(k.object("Effect", "Allow",
		"Principal", k.object("Service", k.list(k.text("lambda.amazonaws.com"))), "Action", k.list(k.text("sts:AssumeRole")))))
	role := k.object("AssumeRolePolicyDocument", trust, "ManagedPolicyArns", managed)
	if len(inline.Items) > 0 {
		role.Set("Policies", inline)
	}
	f.add(f.member, f.member.Key+"Role", roleType, role)
}

// alias publishes a version under a name, for events to call.
func (f *function) alias() {
	alias := f.properties.Get("AutoPublishAlias")
	if alias == nil {
		return
	}
	if text(alias) == "" {
		f.Errorf(alias, append(slices.Clone(f.path), "AutoPublishAlias"), "the name of an alias is text, without a function")
		return
	}
	k, id := maker{alias}, f.member.Key
	version := id + "Version" + digest(f.code(), 10)
	f.add(f.member, version, versionType, k.object("FunctionName", k.ref(id)), "DeletionPolicy", "Retain")
	f.called, f.aliased = id+"Alias"+text(alias), true
	f.add(f.member, f.called, aliasType, k.object("FunctionName", k.ref(id), "FunctionVersion", k.attribute(version, "Version"), "Name", alias))
	f.names[id+".Alias"], f.names[id+".Version"] = f.called, version
}

// event makes what an event needs. Only those of APIs have a source here.
func (f *function) event(event cfn.Member) {
	path := append(slices.Clone(f.path), "Events", event.Key)
	switch typ := text(event.Value.Get("Type")); typ {
	case "Api":
		f.apiEvent(event, append(path, "Properties"))
	case "HttpApi":
		f.Errorf(event.Value.Get("Type"), append(path, "Type"), "HttpApi is an HTTP API; Postern serves REST APIs").Help = "write Api"
	case "":
		f.Errorf(event.Value, path, "the event has no Type")
	default:
		f.Warnf(event.Value.Get("Type"), append(path, "Type"), "there is no source of %s events here, so nothing but its APIs calls the function", typ)
	}
}

var eventProperties = []string{"Path", "Method", "RestApiId", "Auth", "RequestModel", "RequestParameters", "TimeoutInMillis", "ResponseTransferMode"}

// apiEvent makes the method of an API that calls the function, and the
// permission to do so.
func (f *function) apiEvent(event cfn.Member, path []string) {
	properties := event.Value.Get("Properties")
	f.unknown(properties, path, eventProperties, nil)
	at, verb := text(properties.Get("Path")), strings.ToLower(text(properties.Get("Method")))
	if !strings.HasPrefix(at, "/") || verb == "" {
		f.Errorf(event.Value, path, "the event needs a Path that begins with / and a Method")
		return
	}
	named := properties.Get("RestApiId")
	id := refOf(named)
	switch {
	case named == nil:
		id = implicitAPI
		if f.apis[id] == nil {
			f.apis[id] = f.implicit(f.member)
		}
	case id == "" || f.apis[id] == nil:
		f.Errorf(named, append(path, "RestApiId"), "it does not name an API of this template, to which the method could be added").Help =
			"write !Ref and the name of an " + serverless + "Api"
		return
	}
	a := f.apis[id]
	a.method(f, event, properties, at, verb)

	k := maker{event.Value}
	source := k.object("Fn::Sub", k.list(
		k.text("arn:${AWS::Partition}:execute-api:${AWS::Region}:${AWS::AccountId}:${__ApiId__}/${__Stage__}/"+permitted(at, verb)),
		k.object("__ApiId__", k.ref(id), "__Stage__", "*")))
	f.add(f.member, f.member.Key+event.Key+"Permission"+a.suffix(), permissionType, k.object(
		"Action", "lambda:InvokeFunction", "FunctionName", k.ref(f.called), "Principal", "apigateway.amazonaws.com", "SourceArn", source))
}

// permitted is the method as the ARN of a permission has it.
func permitted(path, verb string) string {
	method := strings.ToUpper(verb)
	if verb == "any" {
		method = "*"
	}
	segments := strings.Split(path, "/")
	for i, s := range segments {
		if strings.HasPrefix(s, "{") && strings.HasSuffix(s, "}") {
			segments[i] = "*"
		}
	}
	return method + strings.Join(segments, "/")
}

// invocation is what an integration that calls the function has for its address.
func (f *function) invocation(k maker) *cfn.Node {
	called := "${" + f.member.Key + ".Arn}"
	if f.aliased {
		called = "${" + f.called + "}"
	}
	return k.sub("arn:${AWS::Partition}:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/" + called + "/invocations")
}
