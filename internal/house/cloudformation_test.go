package house_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"
	"github.com/aws/smithy-go"

	"postern/internal/house"
)

const mockStack = `
Parameters:
  Word: {Type: String, Default: one}
  Secret: {Type: String, Default: hidden, NoEcho: true}
Resources:
  Api: {Type: AWS::ApiGateway::RestApi, Properties: {Name: mock}}
  Get:
    Type: AWS::ApiGateway::Method
    Properties:
      RestApiId: !Ref Api
      ResourceId: !GetAtt Api.RootResourceId
      HttpMethod: GET
      AuthorizationType: NONE
      Integration:
        Type: MOCK
        RequestTemplates: {application/json: '{"statusCode": 200}'}
        IntegrationResponses: [{StatusCode: '200', ResponseTemplates: {application/json: !Ref Word}}]
      MethodResponses: [{StatusCode: '200'}]
  Deployment: {Type: AWS::ApiGateway::Deployment, DependsOn: Get, Properties: {RestApiId: !Ref Api, Description: !Ref Word}}
  Stage: {Type: AWS::ApiGateway::Stage, Properties: {RestApiId: !Ref Api, DeploymentId: !Ref Deployment, StageName: prod}}
Outputs:
  Id: {Value: !Ref Api, Export: {Name: mock-api}}
`

// cloud is a house and a CloudFormation client that knows nothing of us.
func cloud(t *testing.T) (string, *cloudformation.Client) {
	t.Helper()
	h, err := house.New(house.Config{})
	if err != nil {
		t.Fatal(err)
	}
	server := serve(t, h)
	return server, cloudformation.New(cloudformation.Options{Region: "us-east-1", BaseEndpoint: &server, RetryMaxAttempts: 1,
		Credentials: aws.CredentialsProviderFunc(anyKey)})
}

// must fails the test if an operation does.
func must[T any](t *testing.T) func(out T, err error) T {
	return func(out T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
}

// refusedAs checks the code and the sentence of a refusal.
func refusedAs(t *testing.T, err error, code, message string) {
	t.Helper()
	var refused smithy.APIError
	if !errors.As(err, &refused) || refused.ErrorCode() != code || !strings.Contains(refused.ErrorMessage(), message) {
		t.Errorf("got %v\nwant %s: %s", err, code, message)
	}
}

// What aws cloudformation deploy, sam and cdk do: a change set that makes the
// stack, one that changes it, one without changes, and the end.
func TestCloudFormationChangeSets(t *testing.T) {
	server, c := cloud(t)
	ctx := t.Context()
	name := aws.String("mock")
	describe := func() (types.Stack, error) {
		out, err := c.DescribeStacks(ctx, &cloudformation.DescribeStacksInput{StackName: name})
		if err != nil {
			return types.Stack{}, err
		}
		return out.Stacks[0], nil
	}
	_, err := describe()
	refusedAs(t, err, "ValidationError", "Stack with id mock does not exist")

	body := aws.String(mockStack)
	made := must[*cloudformation.CreateChangeSetOutput](t)(c.CreateChangeSet(ctx, &cloudformation.CreateChangeSetInput{
		StackName: name, ChangeSetName: aws.String("first"), ChangeSetType: types.ChangeSetTypeCreate, TemplateBody: body,
		Tags: []types.Tag{{Key: aws.String("team"), Value: aws.String("a")}}}))
	if st, err := describe(); err != nil || st.StackStatus != types.StackStatusReviewInProgress || *st.StackId != *made.StackId {
		t.Errorf("a stack of which there is a change set: %v, %v", st, err)
	}
	set := must[*cloudformation.DescribeChangeSetOutput](t)(c.DescribeChangeSet(ctx, &cloudformation.DescribeChangeSetInput{ChangeSetName: made.Id}))
	if set.Status != types.ChangeSetStatusCreateComplete || set.ExecutionStatus != types.ExecutionStatusAvailable || len(set.Changes) != 4 ||
		set.Changes[0].ResourceChange.Action != types.ChangeActionAdd {
		t.Errorf("the first change set: %+v", set)
	}
	for _, p := range set.Parameters {
		if *p.ParameterKey == "Secret" && *p.ParameterValue != "****" {
			t.Errorf("a NoEcho parameter is shown: %s", *p.ParameterValue)
		}
	}
	must[*cloudformation.ExecuteChangeSetOutput](t)(c.ExecuteChangeSet(ctx, &cloudformation.ExecuteChangeSetInput{ChangeSetName: made.Id}))
	if err := cloudformation.NewStackCreateCompleteWaiter(c, quickly).Wait(ctx, &cloudformation.DescribeStacksInput{StackName: name}, time.Minute); err != nil {
		t.Fatal(err)
	}
	st, err := describe()
	if err != nil || *st.StackId != *made.StackId || len(st.Outputs) != 1 || *st.Outputs[0].ExportName != "mock-api" || *st.Tags[0].Key != "team" {
		t.Fatalf("the stack: %+v, %v", st, err)
	}
	answers := func(want string) {
		t.Helper()
		res, err := http.Get(server + "/_aws/execute-api/" + *st.Outputs[0].OutputValue + "/prod/")
		if err != nil {
			t.Fatal(err)
		}
		defer res.Body.Close()
		if got, err := io.ReadAll(res.Body); err != nil || string(got) != want {
			t.Errorf("the API answers %s, %v; want %s", got, err, want)
		}
	}
	answers("one")

	_, err = c.CreateChangeSet(ctx, &cloudformation.CreateChangeSetInput{StackName: name, ChangeSetName: aws.String("again"), ChangeSetType: types.ChangeSetTypeCreate, TemplateBody: body})
	refusedAs(t, err, "AlreadyExistsException", "Stack [mock] already exists and cannot be created again with the changeSet [again].")
	must[*cloudformation.CreateChangeSetOutput](t)(c.CreateChangeSet(ctx, &cloudformation.CreateChangeSetInput{StackName: name, ChangeSetName: aws.String("same"), TemplateBody: body}))
	same := must[*cloudformation.DescribeChangeSetOutput](t)(c.DescribeChangeSet(ctx, &cloudformation.DescribeChangeSetInput{StackName: name, ChangeSetName: aws.String("same")}))
	if same.Status != types.ChangeSetStatusFailed || *same.StatusReason != "The submitted information didn't contain changes. Submit different information to create a change set." {
		t.Errorf("a change set without changes: %s %s", same.Status, aws.ToString(same.StatusReason))
	}
	_, err = c.ExecuteChangeSet(ctx, &cloudformation.ExecuteChangeSetInput{StackName: name, ChangeSetName: aws.String("same")})
	refusedAs(t, err, "InvalidChangeSetStatus", "cannot be executed in its current status of [FAILED]")
	must[*cloudformation.DeleteChangeSetOutput](t)(c.DeleteChangeSet(ctx, &cloudformation.DeleteChangeSetInput{StackName: name, ChangeSetName: aws.String("same")}))

	two := []types.Parameter{{ParameterKey: aws.String("Word"), ParameterValue: aws.String("two")}}
	for _, n := range []string{"second", "stale"} {
		must[*cloudformation.CreateChangeSetOutput](t)(c.CreateChangeSet(ctx, &cloudformation.CreateChangeSetInput{StackName: name, ChangeSetName: &n,
			UsePreviousTemplate: aws.Bool(true), Parameters: append(two, types.Parameter{ParameterKey: aws.String("Secret"), UsePreviousValue: aws.Bool(true)})}))
	}
	second := must[*cloudformation.DescribeChangeSetOutput](t)(c.DescribeChangeSet(ctx, &cloudformation.DescribeChangeSetInput{StackName: name,
		ChangeSetName: aws.String("second"), IncludePropertyValues: aws.Bool(true)}))
	actions := map[string]types.Replacement{}
	for _, ch := range second.Changes {
		actions[*ch.ResourceChange.LogicalResourceId] = ch.ResourceChange.Replacement
	}
	if actions["Get"] != types.ReplacementFalse {
		t.Errorf("changes: %v", actions)
	}
	must[*cloudformation.ExecuteChangeSetOutput](t)(c.ExecuteChangeSet(ctx, &cloudformation.ExecuteChangeSetInput{StackName: name, ChangeSetName: aws.String("second")}))
	if err := cloudformation.NewStackUpdateCompleteWaiter(c, quickly).Wait(ctx, &cloudformation.DescribeStacksInput{StackName: name}, time.Minute); err != nil {
		t.Fatal(err)
	}
	_, err = c.DescribeChangeSet(ctx, &cloudformation.DescribeChangeSetInput{StackName: name, ChangeSetName: aws.String("stale")})
	refusedAs(t, err, "ChangeSetNotFound", "ChangeSet [stale] does not exist")

	events := must[*cloudformation.DescribeStackEventsOutput](t)(c.DescribeStackEvents(ctx, &cloudformation.DescribeStackEventsInput{StackName: name}))
	if e := events.StackEvents[0]; *e.ResourceType != "AWS::CloudFormation::Stack" || e.ResourceStatus != types.ResourceStatusUpdateComplete || *e.PhysicalResourceId != *st.StackId {
		t.Errorf("the newest event: %+v", e)
	}
	must[*cloudformation.UpdateTerminationProtectionOutput](t)(c.UpdateTerminationProtection(ctx, &cloudformation.UpdateTerminationProtectionInput{StackName: name, EnableTerminationProtection: aws.Bool(true)}))
	_, err = c.DeleteStack(ctx, &cloudformation.DeleteStackInput{StackName: name})
	refusedAs(t, err, "ValidationError", "Stack [mock] cannot be deleted while TerminationProtection is enabled")
	must[*cloudformation.UpdateTerminationProtectionOutput](t)(c.UpdateTerminationProtection(ctx, &cloudformation.UpdateTerminationProtectionInput{StackName: name, EnableTerminationProtection: aws.Bool(false)}))
	must[*cloudformation.DeleteStackOutput](t)(c.DeleteStack(ctx, &cloudformation.DeleteStackInput{StackName: name}))
	if err := cloudformation.NewStackDeleteCompleteWaiter(c, func(o *cloudformation.StackDeleteCompleteWaiterOptions) {
		o.MinDelay, o.MaxDelay = 10*time.Millisecond, 50*time.Millisecond
	}).
		Wait(ctx, &cloudformation.DescribeStacksInput{StackName: st.StackId}, time.Minute); err != nil {
		t.Fatal(err)
	}
	_, err = describe()
	refusedAs(t, err, "ValidationError", "Stack with id mock does not exist")
}

// quickly polls as often as a test wants to.
func quickly[O cloudformation.StackCreateCompleteWaiterOptions | cloudformation.StackUpdateCompleteWaiterOptions](o *O) {
	switch o := any(o).(type) {
	case *cloudformation.StackCreateCompleteWaiterOptions:
		o.MinDelay, o.MaxDelay = 10*time.Millisecond, 50*time.Millisecond
	case *cloudformation.StackUpdateCompleteWaiterOptions:
		o.MinDelay, o.MaxDelay = 10*time.Millisecond, 50*time.Millisecond
	}
}

func TestCloudFormationStacks(t *testing.T) {
	_, c := cloud(t)
	ctx := t.Context()
	create := func(name, body string, more ...func(*cloudformation.CreateStackInput)) error {
		in := &cloudformation.CreateStackInput{StackName: &name, TemplateBody: &body}
		for _, f := range more {
			f(in)
		}
		_, err := c.CreateStack(ctx, in)
		return err
	}
	for _, tt := range []struct {
		name, stack, body, code, message string
		more                             func(*cloudformation.CreateStackInput)
	}{
		{name: "syntax", stack: "a", body: "Resources: {", code: "ValidationError", message: "Template format error: YAML not well-formed."},
		{name: "no resources", stack: "a", body: "Resources: {}", code: "ValidationError", message: "Template format error: At least one Resources member must be defined."},
		{name: "type", stack: "a", body: "Resources: {A: {Type: AWS::ApiGateway::RestAp}}", code: "ValidationError", message: "Template format error: Unrecognized resource types: [AWS::ApiGateway::RestAp]"},
		{name: "type of AWS", stack: "a", body: "Resources: {A: {Type: AWS::S3::Bucket}}", code: "ValidationError", message: "resources of type AWS::S3::Bucket are not part of Postern"},
		{name: "name", stack: "a_b", body: mockStack, code: "ValidationError", message: "failed to satisfy constraint: Member must satisfy regular expression pattern: [a-zA-Z][-a-zA-Z0-9]*"},
		{name: "unknown parameter", stack: "a", body: mockStack, code: "ValidationError", message: "Parameters: [X] do not exist in the template",
			more: func(in *cloudformation.CreateStackInput) {
				in.Parameters = []types.Parameter{{ParameterKey: aws.String("X"), ParameterValue: aws.String("1")}}
			}},
		{name: "address of a template", stack: "a", code: "ValidationError", message: "TemplateURL must be a supported URL.",
			more: func(in *cloudformation.CreateStackInput) {
				in.TemplateBody, in.TemplateURL = nil, aws.String("https://bucket/x")
			}},
		{name: "what is not obeyed", stack: "a", body: mockStack, code: "ValidationError", message: "NotificationARNs is not part of Postern; leave it out",
			more: func(in *cloudformation.CreateStackInput) { in.NotificationARNs = []string{"arn:aws:sns:x"} }},
	} {
		t.Run(tt.name, func(t *testing.T) {
			more := tt.more
			if more == nil {
				more = func(*cloudformation.CreateStackInput) {}
			}
			refusedAs(t, create(tt.stack, tt.body, more), tt.code, tt.message)
		})
	}
	if list := must[*cloudformation.ListStacksOutput](t)(c.ListStacks(ctx, &cloudformation.ListStacksInput{})); len(list.StackSummaries) != 0 {
		t.Errorf("refused stacks are there: %+v", list.StackSummaries)
	}

	// A resource that cannot be made takes the rest back.
	if err := create("broken", `{"Resources": {"Api": {"Type": "AWS::ApiGateway::RestApi", "Properties": {"Name": "a"}},
		"R": {"Type": "AWS::ApiGateway::Resource", "Properties": {"RestApiId": {"Ref": "Api"}, "ParentId": "nope", "PathPart": "a"}}}}`); err != nil {
		t.Fatal(err)
	}
	err := cloudformation.NewStackCreateCompleteWaiter(c, quickly).Wait(ctx, &cloudformation.DescribeStacksInput{StackName: aws.String("broken")}, time.Minute)
	if err == nil {
		t.Error("a broken stack is complete")
	}
	_, err = c.UpdateStack(ctx, &cloudformation.UpdateStackInput{StackName: aws.String("broken"), TemplateBody: aws.String(mockStack)})
	refusedAs(t, err, "ValidationError", "is in ROLLBACK_COMPLETE state and can not be updated.")

	// One stack holds the export of another.
	if err := create("mock", mockStack); err != nil {
		t.Fatal(err)
	}
	if err := cloudformation.NewStackCreateCompleteWaiter(c, quickly).Wait(ctx, &cloudformation.DescribeStacksInput{StackName: aws.String("mock")}, time.Minute); err != nil {
		t.Fatal(err)
	}
	refusedAs(t, create("mock", mockStack), "AlreadyExistsException", "Stack [mock] already exists")
	_, err = c.UpdateStack(ctx, &cloudformation.UpdateStackInput{StackName: aws.String("mock"), TemplateBody: aws.String(mockStack)})
	refusedAs(t, err, "ValidationError", "No updates are to be performed.")
	if err := create("user", `{"Resources": {"M": {"Type": "AWS::ApiGateway::Model", "Properties": {"RestApiId": {"Fn::ImportValue": "mock-api"}, "ContentType": "application/json", "Name": "M", "Schema": "{\"type\": \"object\"}"}}}}`); err != nil {
		t.Fatal(err)
	}
	if err := cloudformation.NewStackCreateCompleteWaiter(c, quickly).Wait(ctx, &cloudformation.DescribeStacksInput{StackName: aws.String("user")}, time.Minute); err != nil {
		t.Fatal(err)
	}
	imports := must[*cloudformation.ListImportsOutput](t)(c.ListImports(ctx, &cloudformation.ListImportsInput{ExportName: aws.String("mock-api")}))
	exports := must[*cloudformation.ListExportsOutput](t)(c.ListExports(ctx, &cloudformation.ListExportsInput{}))
	if len(imports.Imports) != 1 || imports.Imports[0] != "user" || len(exports.Exports) != 1 {
		t.Errorf("imports %v, exports %v", imports.Imports, exports.Exports)
	}
	before := must[*cloudformation.DescribeStacksOutput](t)(c.DescribeStacks(ctx, &cloudformation.DescribeStacksInput{StackName: aws.String("mock")})).Stacks[0]
	must[*cloudformation.DeleteStackOutput](t)(c.DeleteStack(ctx, &cloudformation.DeleteStackInput{StackName: aws.String("mock")}))
	kept := must[*cloudformation.DescribeStackEventsOutput](t)(c.DescribeStackEvents(ctx, &cloudformation.DescribeStackEventsInput{StackName: aws.String("mock")})).StackEvents[0]
	if string(kept.ResourceStatus) != string(before.StackStatus) || *kept.ResourceStatusReason != "Export mock-api cannot be deleted as it is in use by user" {
		t.Errorf("a stack whose export is in use is %s: %s", kept.ResourceStatus, *kept.ResourceStatusReason)
	}

	// What there is to see of a stack and its template.
	summary := must[*cloudformation.GetTemplateSummaryOutput](t)(c.GetTemplateSummary(ctx, &cloudformation.GetTemplateSummaryInput{StackName: aws.String("mock")}))
	if len(summary.Parameters) != 2 || !*summary.Parameters[1].NoEcho || len(summary.ResourceTypes) != 4 {
		t.Errorf("summary: %+v", summary)
	}
	text := must[*cloudformation.GetTemplateOutput](t)(c.GetTemplate(ctx, &cloudformation.GetTemplateInput{StackName: aws.String("mock")}))
	if *text.TemplateBody != mockStack {
		t.Errorf("the template: %s", *text.TemplateBody)
	}
	one := must[*cloudformation.DescribeStackResourceOutput](t)(c.DescribeStackResource(ctx, &cloudformation.DescribeStackResourceInput{StackName: aws.String("mock"), LogicalResourceId: aws.String("Api")}))
	found := must[*cloudformation.DescribeStackResourcesOutput](t)(c.DescribeStackResources(ctx, &cloudformation.DescribeStackResourcesInput{PhysicalResourceId: one.StackResourceDetail.PhysicalResourceId}))
	if len(found.StackResources) != 4 || *found.StackResources[0].StackName != "mock" {
		t.Errorf("the stack of a resource: %+v", found.StackResources)
	}
	_, err = c.DescribeStackResource(ctx, &cloudformation.DescribeStackResourceInput{StackName: aws.String("mock"), LogicalResourceId: aws.String("Nope")})
	refusedAs(t, err, "ValidationError", "Resource Nope does not exist for stack mock")
}

// What a resource type refuses is told by the stack's events, as on AWS, and
// what was made goes unless the client wants to look at it.
func TestCloudFormationStacksThatFail(t *testing.T) {
	_, c := cloud(t)
	ctx := t.Context()
	good, bad := mockStack, strings.Replace(mockStack, "Type: MOCK", "Type: HTTP", 1)
	name := aws.String("failing")
	// status waits for the end of an operation, and returns the stack with its
	// resources.
	status := func() (types.Stack, []types.StackResource) {
		t.Helper()
		for deadline := time.Now().Add(time.Minute); ; time.Sleep(time.Millisecond) {
			st := must[*cloudformation.DescribeStacksOutput](t)(c.DescribeStacks(ctx, &cloudformation.DescribeStacksInput{StackName: name})).Stacks[0]
			if !strings.HasSuffix(string(st.StackStatus), "_IN_PROGRESS") || time.Now().After(deadline) {
				return st, must[*cloudformation.DescribeStackResourcesOutput](t)(c.DescribeStackResources(ctx, &cloudformation.DescribeStackResourcesInput{StackName: name})).StackResources
			}
		}
	}
	told := func(status types.ResourceStatus) {
		t.Helper()
		out := must[*cloudformation.DescribeStackEventsOutput](t)(c.DescribeStackEvents(ctx, &cloudformation.DescribeStackEventsInput{StackName: name}))
		for _, ev := range out.StackEvents {
			if *ev.LogicalResourceId == "Get" && ev.ResourceStatus == status {
				if *ev.ResourceStatusReason != "Enumeration value for HttpMethod must be non-empty" {
					t.Errorf("the reason is %q", *ev.ResourceStatusReason)
				}
				return
			}
		}
		t.Errorf("no event says that Get is %s", status)
	}
	remove := func() {
		t.Helper()
		must[*cloudformation.DeleteStackOutput](t)(c.DeleteStack(ctx, &cloudformation.DeleteStackInput{StackName: name}))
		for deadline := time.Now().Add(time.Minute); ; time.Sleep(time.Millisecond) {
			if _, err := c.DescribeStacks(ctx, &cloudformation.DescribeStacksInput{StackName: name}); err != nil {
				return
			}
			if time.Now().After(deadline) {
				t.Fatal("the stack is still there")
			}
		}
	}
	for _, tt := range []struct {
		in   cloudformation.CreateStackInput
		want types.StackStatus
		left int // resources, when it has failed
	}{
		{cloudformation.CreateStackInput{}, types.StackStatusRollbackComplete, 0},
		{cloudformation.CreateStackInput{OnFailure: types.OnFailureDoNothing}, types.StackStatusCreateFailed, 1},
		{cloudformation.CreateStackInput{DisableRollback: aws.Bool(true)}, types.StackStatusCreateFailed, 1},
	} {
		in := tt.in
		in.StackName, in.TemplateBody = name, &bad
		must[*cloudformation.CreateStackOutput](t)(c.CreateStack(ctx, &in))
		st, resources := status()
		if st.StackStatus != tt.want || len(resources) != tt.left || st.LastUpdatedTime != nil || !strings.HasPrefix(*st.StackStatusReason, "The following resource(s) failed to create: [Get]. ") {
			t.Errorf("a create that fails ends as %s (%s), with %d resources, updated %v", st.StackStatus, *st.StackStatusReason, len(resources), st.LastUpdatedTime)
		}
		told(types.ResourceStatusCreateFailed)
		_, err := c.UpdateStack(ctx, &cloudformation.UpdateStackInput{StackName: name, TemplateBody: &good})
		refusedAs(t, err, "ValidationError", "is in "+string(tt.want)+" state and can not be updated.")
		remove()
	}

	must[*cloudformation.CreateStackOutput](t)(c.CreateStack(ctx, &cloudformation.CreateStackInput{StackName: name, TemplateBody: &good, Capabilities: []types.Capability{types.CapabilityCapabilityIam}}))
	if st, _ := status(); st.StackStatus != types.StackStatusCreateComplete || len(st.Capabilities) != 1 {
		t.Fatalf("the stack is %s with %v", st.StackStatus, st.Capabilities)
	}
	must[*cloudformation.UpdateStackOutput](t)(c.UpdateStack(ctx, &cloudformation.UpdateStackInput{StackName: name, TemplateBody: &bad}))
	if st, resources := status(); st.StackStatus != types.StackStatusUpdateRollbackComplete || len(resources) != 4 || st.LastUpdatedTime == nil {
		t.Errorf("an update that fails ends as %s with %d resources", st.StackStatus, len(resources))
	}
	told(types.ResourceStatusUpdateFailed)

	// Change sets are looked at before they are carried out.
	_, err := c.CreateChangeSet(ctx, &cloudformation.CreateChangeSetInput{StackName: name, ChangeSetName: aws.String("bad"), TemplateBody: &bad})
	refusedAs(t, err, "ValidationError", "Enumeration value for HttpMethod must be non-empty")
	id := must[*cloudformation.DescribeStacksOutput](t)(c.DescribeStacks(ctx, &cloudformation.DescribeStacksInput{StackName: name})).Stacks[0].StackId
	remove()

	// The story of a stack that is gone is found by its identifier.
	story := must[*cloudformation.DescribeStackEventsOutput](t)(c.DescribeStackEvents(ctx, &cloudformation.DescribeStackEventsInput{StackName: id})).StackEvents
	first, last := story[len(story)-1], story[0]
	if *last.LogicalResourceId != "failing" || last.ResourceStatus != types.ResourceStatusDeleteComplete || first.ResourceStatus != types.ResourceStatusCreateInProgress {
		t.Errorf("the story goes from %s of %s to %s of %s", first.ResourceStatus, *first.LogicalResourceId, last.ResourceStatus, *last.LogicalResourceId)
	}
}

// Forms that are none of CloudFormation's go on to the control plane, whole.
func TestCloudFormationKnowsItsRequests(t *testing.T) {
	server, _ := cloud(t)
	for _, tt := range []struct {
		form string
		want string
	}{
		{"Action=DescribeStacks&Version=2010-05-15", "DescribeStacksResponse"},
		{"Version=2010-05-15&Action=Nope", "InvalidAction"},
		{"Action=CreateStack&Version=2010-05-15&StackName=" + strings.Repeat("a", 5000), "failed to satisfy constraint"},
	} {
		res, err := http.Post(server+"/", "application/x-www-form-urlencoded", strings.NewReader(tt.form))
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(res.Body)
		res.Body.Close()
		if err != nil || !strings.Contains(string(body), tt.want) {
			t.Errorf("%.60s: got %s, want %s", tt.form, body, tt.want)
		}
	}
	res, err := http.PostForm(server+"/", url.Values{"Action": {"ListUsers"}, "Version": {"2010-05-08"}})
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if body, err := io.ReadAll(res.Body); err != nil || strings.Contains(string(body), "cloudformation.amazonaws.com") {
		t.Errorf("a form of another service is answered by this API: %s, %v", body, err)
	}
}

// anyKey signs with a key that nobody knows.
func anyKey(context.Context) (aws.Credentials, error) {
	return aws.Credentials{AccessKeyID: "AKIAANYBODY", SecretAccessKey: "secret"}, nil
}
