package iamapi_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"postern/internal/adapter/iamapi"
	"postern/internal/iam"
	"postern/internal/store"
)

const trust = `{"Version":"2012-10-17","Statement":[]}`

// A server is one over an empty store.
type server struct {
	t *testing.T
	*iamapi.Server
}

func newServer(t *testing.T) *server {
	now := func() time.Time { return time.Unix(1_800_000_000, 0) }
	return &server{t, &iamapi.Server{Roles: &iam.Service{Store: store.NewMemory(), Now: now}}}
}

// do performs an action with parameters in turn, and returns the answer without
// what is random.
func (s *server) do(action string, parameters ...string) (status int, body string) {
	s.t.Helper()
	form := url.Values{"Action": {action}, "Version": {"2010-05-08"}}
	for i := 0; i < len(parameters); i += 2 {
		form.Set(parameters[i], parameters[i+1])
	}
	r := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded; charset=utf-8")
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	text, err := io.ReadAll(w.Body)
	if err != nil {
		s.t.Fatal(err)
	}
	out := regexp.MustCompile(`<RequestId>[0-9a-f-]{36}</RequestId>`).ReplaceAllString(string(text), "<RequestId/>")
	return w.Code, regexp.MustCompile(`A(ROA|NPA)[A-Z2-7]{17}`).ReplaceAllString(out, "A$1")
}

func TestRolesAndPolicies(t *testing.T) {
	s := newServer(t)
	for _, step := range []struct {
		action     string
		parameters []string
		status     int
		want       string // a part of the answer
	}{
		{"CreateRole", []string{"RoleName", "actor", "AssumeRolePolicyDocument", trust, "Tags.member.1.Key", "a", "Tags.member.1.Value", "b"}, 200,
			`<CreateRoleResponse xmlns="https://iam.amazonaws.com/doc/2010-05-08/"><CreateRoleResult><Role><Path>/</Path><RoleName>actor</RoleName><RoleId>AROA</RoleId><Arn>arn:aws:iam::000000000000:role/actor</Arn><CreateDate>2027-01-15T08:00:00Z</CreateDate><AssumeRolePolicyDocument>%7B%22Version%22%3A%222012-10-17%22%2C%22Statement%22%3A%5B%5D%7D</AssumeRolePolicyDocument><MaxSessionDuration>3600</MaxSessionDuration><Tags><member><Key>a</Key><Value>b</Value></member></Tags></Role></CreateRoleResult><ResponseMetadata><RequestId/></ResponseMetadata></CreateRoleResponse>`},
		{"CreateRole", []string{"RoleName", "actor", "AssumeRolePolicyDocument", trust}, 409, `<ErrorResponse xmlns="https://iam.amazonaws.com/doc/2010-05-08/"><Error><Type>Sender</Type><Code>EntityAlreadyExists</Code><Message>Role with name actor already exists.</Message></Error><RequestId/></ErrorResponse>`},
		{"CreateRole", []string{"RoleName", "other", "AssumeRolePolicyDocument", "{"}, 400, "<Code>MalformedPolicyDocument</Code>"},
		{"CreateRole", []string{"RoleName", "a/b", "AssumeRolePolicyDocument", trust}, 400, "<Code>ValidationError</Code>"},
		{"GetRole", []string{"RoleName", "nobody"}, 404, "<Code>NoSuchEntity</Code><Message>The role with name nobody cannot be found.</Message>"},
		{"PutRolePolicy", []string{"RoleName", "actor", "PolicyName", "own", "PolicyDocument", trust}, 200, "<PutRolePolicyResponse"},
		{"GetRolePolicy", []string{"RoleName", "actor", "PolicyName", "own"}, 200, "<RoleName>actor</RoleName><PolicyName>own</PolicyName><PolicyDocument>%7B"},
		{"GetRolePolicy", []string{"RoleName", "actor", "PolicyName", "none"}, 404, "The role policy with name none cannot be found."},
		{"ListRolePolicies", []string{"RoleName", "actor"}, 200, "<PolicyNames><member>own</member></PolicyNames><IsTruncated>false</IsTruncated>"},
		{"CreatePolicy", []string{"PolicyName", "p", "PolicyDocument", trust}, 200, "<Arn>arn:aws:iam::000000000000:policy/p</Arn><Path>/</Path><DefaultVersionId>v1</DefaultVersionId><AttachmentCount>0</AttachmentCount>"},
		{"AttachRolePolicy", []string{"RoleName", "actor", "PolicyArn", "arn:aws:iam::000000000000:policy/p"}, 200, ""},
		{"AttachRolePolicy", []string{"RoleName", "actor", "PolicyArn", "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"}, 200, ""},
		{"AttachRolePolicy", []string{"RoleName", "actor", "PolicyArn", "arn:aws:iam::000000000000:policy/q"}, 404, "Policy arn:aws:iam::000000000000:policy/q does not exist or is not attachable."},
		{"ListAttachedRolePolicies", []string{"RoleName", "actor"}, 200, "<AttachedPolicies><member><PolicyName>p</PolicyName><PolicyArn>arn:aws:iam::000000000000:policy/p</PolicyArn></member><member><PolicyName>AWSLambdaBasicExecutionRole</PolicyName>"},
		{"CreatePolicyVersion", []string{"PolicyArn", "arn:aws:iam::000000000000:policy/p", "PolicyDocument", `{"Statement":[{}]}`, "SetAsDefault", "true"}, 200, "<VersionId>v2</VersionId><IsDefaultVersion>true</IsDefaultVersion>"},
		{"GetPolicy", []string{"PolicyArn", "arn:aws:iam::000000000000:policy/p"}, 200, "<DefaultVersionId>v2</DefaultVersionId><AttachmentCount>1</AttachmentCount>"},
		{"GetPolicyVersion", []string{"PolicyArn", "arn:aws:iam::000000000000:policy/p", "VersionId", "v2"}, 200, "<Document>%7B%22Statement%22%3A%5B%7B%7D%5D%7D</Document>"},
		{"ListEntitiesForPolicy", []string{"PolicyArn", "arn:aws:iam::000000000000:policy/p"}, 200, "<PolicyRoles><member><RoleName>actor</RoleName><RoleId>AROA</RoleId></member></PolicyRoles>"},
		{"ListEntitiesForPolicy", []string{"PolicyArn", "arn:aws:iam::000000000000:policy/q"}, 404, "<Code>NoSuchEntity</Code>"},
		{"CreateRole", []string{"RoleName", "second", "AssumeRolePolicyDocument", trust}, 200, ""},
		{"ListRoles", []string{"MaxItems", "1"}, 200, "<RoleName>actor</RoleName>"},
		{"ListRoles", []string{"MaxItems", "1"}, 200, "<IsTruncated>true</IsTruncated><Marker>1</Marker>"},
		{"ListRoles", []string{"MaxItems", "1", "Marker", "1"}, 200, "<ListRolesResult><Roles><member><Path>/</Path><RoleName>second</RoleName>"},
		{"ListRoles", []string{"MaxItems", "0"}, 400, "<Code>ValidationError</Code>"},
		{"UpdateRoleDescription", []string{"RoleName", "second", "Description", "two"}, 200, "<Description>two</Description>"},
		{"DeleteRole", []string{"RoleName", "second"}, 200, ""},
		{"DeletePolicy", []string{"PolicyArn", "arn:aws:iam::000000000000:policy/p"}, 409, "<Code>DeleteConflict</Code>"},
		{"DeleteRole", []string{"RoleName", "actor"}, 409, "Cannot delete entity, must detach all policies first."},
		{"DetachRolePolicy", []string{"RoleName", "actor", "PolicyArn", "arn:aws:iam::000000000000:policy/p"}, 200, ""},
		{"DetachRolePolicy", []string{"RoleName", "actor", "PolicyArn", "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"}, 200, ""},
		{"DeleteRole", []string{"RoleName", "actor"}, 409, "Cannot delete entity, must delete policies first."},
		{"DeleteRolePolicy", []string{"RoleName", "actor", "PolicyName", "own"}, 200, ""},
		{"UpdateRole", []string{"RoleName", "actor", "Description", "d", "MaxSessionDuration", "7200"}, 200, "<UpdateRoleResult></UpdateRoleResult>"},
		{"UpdateRole", []string{"RoleName", "actor", "MaxSessionDuration", "60"}, 400, "<Code>ValidationError</Code>"},
		{"UntagRole", []string{"RoleName", "actor", "TagKeys.member.1", "a"}, 200, ""},
		{"ListRoles", []string{"PathPrefix", "/"}, 200, "<Description>d</Description><MaxSessionDuration>7200</MaxSessionDuration>"},
		{"ListInstanceProfilesForRole", []string{"RoleName", "actor"}, 200, "<InstanceProfiles></InstanceProfiles>"},
		{"DeleteRole", []string{"RoleName", "actor"}, 200, "<DeleteRoleResponse"},
		{"DeletePolicy", []string{"PolicyArn", "arn:aws:iam::000000000000:policy/p"}, 200, ""},
		{"ListPolicies", nil, 200, "<IsTruncated>false</IsTruncated>"},
		{"CreateUser", []string{"UserName", "u"}, 400, "<Code>InvalidAction</Code>"},
	} {
		status, body := s.do(step.action, step.parameters...)
		if status != step.status || !strings.Contains(body, step.want) {
			t.Errorf("%s %v\ngot  %d %s\nwant %d …%s…", step.action, step.parameters, status, body, step.status, step.want)
		}
	}
}

func TestWhatIsServed(t *testing.T) {
	for _, tt := range []struct {
		authorization, path string
		want                bool
	}{
		{"AWS4-HMAC-SHA256 Credential=test/20261125/us-east-1/iam/aws4_request, SignedHeaders=host, Signature=0", "/", true},
		{"AWS4-HMAC-SHA256 Credential=test/20261125/us-east-1/sts/aws4_request, SignedHeaders=host, Signature=0", "/", false},
		{"AWS4-HMAC-SHA256 Credential=test/20261125/us-east-1/iam/aws4_request, SignedHeaders=host, Signature=0", "/restapis", false},
		{"", "/", false},
	} {
		r := httptest.NewRequest(http.MethodPost, tt.path, nil)
		r.Header.Set("Authorization", tt.authorization)
		if got := iamapi.Serves(r); got != tt.want {
			t.Errorf("%s %s: got %t", tt.path, tt.authorization, got)
		}
	}
}
