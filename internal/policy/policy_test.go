package policy

import (
	"strings"
	"testing"
)

const invoke = "execute-api:Invoke"

const orders = "arn:aws:execute-api:eu-west-1:123456789012:api1234567/prod/GET/orders/7"

// asked is a request with the keys of a text such as "aws:sourceip=192.0.2.1 key=a key=b".
func asked(keys string) *Request {
	values := map[string][]string{}
	for word := range strings.FieldsSeq(keys) {
		k, v, _ := strings.Cut(word, "=")
		values[k] = append(values[k], v)
	}
	return &Request{Action: invoke, Resource: orders, Value: func(key string) []string { return values[key] }}
}

func statementsOf(statements ...string) string {
	return `{"Version":"2012-10-17","Statement":[` + strings.Join(statements, ",") + `]}`
}

func TestEffects(t *testing.T) {
	allow, deny := `{"Effect":"Allow","Principal":"*","Action":"execute-api:Invoke","Resource":"*"}`, `{"Effect":"Deny","Principal":"*","Action":"execute-api:*","Resource":"*"}`
	other := `{"Effect":"Deny","Principal":"*","Action":"execute-api:InvalidateCache","Resource":"*"}`
	for _, tt := range []struct {
		name, document string
		want           Decision
	}{
		{"allowed", statementsOf(allow), Allow},
		{"denied after it was allowed", statementsOf(allow, deny), ExplicitDeny},
		{"denied before it was allowed", statementsOf(deny, allow), ExplicitDeny},
		{"denied something else", statementsOf(other, allow), Allow},
		{"nothing allows it", statementsOf(other), ImplicitDeny},
		{"no statement", `{"Version":"2012-10-17"}`, ImplicitDeny},
		{"one statement without a list", `{"Statement":` + allow + `}`, Allow},
	} {
		d, err := ParseResource([]byte(tt.document), Options{})
		if err != nil {
			t.Fatalf("%s: %v", tt.name, err)
		}
		if got := d.Evaluate(asked("")); got != tt.want {
			t.Errorf("%s: got %v, want %v", tt.name, got, tt.want)
		}
	}
}

// Each statement allows; the want is whether it is about the request.
func TestElements(t *testing.T) {
	const rest = `,"Principal":"*"`
	const any = `,"Action":"*","Resource":"*"`
	caller := func(arn string) func(*Request) {
		return func(r *Request) { r.PrincipalARN, r.PrincipalAccount = arn, "123456789012" }
	}
	ada := caller("arn:aws:iam::123456789012:user/ada")
	for _, tt := range []struct {
		name, statement string
		keys            string
		caller          func(*Request)
		want            bool
	}{
		{name: "action in other letters", statement: `"Action":"EXECUTE-API:inv*","Resource":"*"` + rest, want: true},
		{name: "one of several actions", statement: `"Action":["s3:*","execute-api:I?voke"],"Resource":"*"` + rest, want: true},
		{name: "another action", statement: `"Action":"s3:*","Resource":"*"` + rest},
		{name: "all but another action", statement: `"NotAction":"s3:*","Resource":"*"` + rest, want: true},
		{name: "all but this action", statement: `"NotAction":["s3:*","execute-api:*"],"Resource":"*"` + rest},

		{name: "the very resource", statement: `"Action":"*","Resource":"` + orders + `"` + rest, want: true},
		{name: "wildcards", statement: `"Action":"*","Resource":"arn:aws:execute-api:*:*:*/prod/G?T/*"` + rest, want: true},
		{name: "a wildcard at the end", statement: `"Action":"*","Resource":"arn:aws:execute-api:eu-west-1:123456789012:api1234567/*"` + rest, want: true},
		{name: "an ARN in part", statement: `"Action":"*","Resource":"arn:aws:execute-api"` + rest, want: true},
		{name: "an ARN in part with a wildcard", statement: `"Action":"*","Resource":"arn:aws:execute-api:*"` + rest, want: true},
		{name: "a wildcard does not reach over a colon", statement: `"Action":"*","Resource":"arn:aws:*:api1234567/*"` + rest},
		{name: "another stage", statement: `"Action":"*","Resource":"arn:aws:execute-api:*:*:*/dev/*"` + rest},
		{name: "resources have small and capital letters", statement: `"Action":"*","Resource":"arn:aws:execute-api:*:*:*/Prod/*"` + rest},
		{name: "no wildcard below the API", statement: `"Action":"*","Resource":"arn:aws:execute-api:eu-west-1:123456789012:api1234567/"` + rest},
		{name: "all but another resource", statement: `"Action":"*","NotResource":"arn:aws:execute-api:*:*:*/dev/*"` + rest, want: true},
		{name: "all but this resource", statement: `"Action":"*","NotResource":"*"` + rest},
		{name: "short form", statement: `"Action":"*","Resource":["execute-api:/prod/GET/*"]` + rest, want: true},
		{name: "variable in a resource", statement: `"Action":"*","Resource":"arn:aws:execute-api:*:*:*/*/*/${aws:username}/*"` + rest, keys: "aws:username=orders", want: true},
		{name: "variable without a value", statement: `"Action":"*","Resource":"arn:aws:execute-api:*:*:*/*/*/${aws:username}/*"` + rest},
		{name: "variable with another value", statement: `"Action":"*","Resource":"arn:aws:execute-api:*:*:*/*/*/${aws:username, 'orders'}/*"` + rest, want: true},
		{name: "a variable's wildcard is none", statement: `"Action":"*","Resource":"arn:aws:execute-api:*:*:*/*/*/${aws:username}/7"` + rest, keys: "aws:username=*"},

		{name: "everybody", statement: `"Principal":{"AWS":"*"}` + any, want: true},
		{name: "nobody has signed", statement: `"Principal":{"AWS":"arn:aws:iam::123456789012:user/ada"}` + any},
		{name: "the user", statement: `"Principal":{"AWS":["arn:aws:iam::123456789012:user/ada"]}` + any, caller: ada, want: true},
		{name: "another user", statement: `"Principal":{"AWS":"arn:aws:iam::123456789012:user/bo"}` + any, caller: ada},
		{name: "the account", statement: `"Principal":{"AWS":"123456789012"}` + any, caller: ada, want: true},
		{name: "the account's root", statement: `"Principal":{"AWS":"arn:aws:iam::123456789012:root"}` + any, caller: ada, want: true},
		{name: "another account", statement: `"Principal":{"AWS":"arn:aws:iam::999999999999:root"}` + any, caller: ada},
		{name: "a service", statement: `"Principal":{"Service":"lambda.amazonaws.com"}` + any, caller: ada},
		{name: "all but another user", statement: `"NotPrincipal":{"AWS":"arn:aws:iam::123456789012:user/bo"}` + any, caller: ada, want: true},
		{name: "all but the user", statement: `"NotPrincipal":{"AWS":"arn:aws:iam::123456789012:user/ada"}` + any, caller: ada},
	} {
		t.Run(tt.name, func(t *testing.T) {
			d, err := ParseResource([]byte(statementsOf(`{"Effect":"Allow",`+tt.statement+`}`)), Options{Expand: func(resource string) string {
				if short, ok := strings.CutPrefix(resource, "execute-api:/"); ok {
					return "arn:aws:execute-api:eu-west-1:123456789012:api1234567/" + short
				}
				return resource
			}})
			if err != nil {
				t.Fatal(err)
			}
			r := asked(tt.keys)
			if tt.caller != nil {
				tt.caller(r)
			}
			if got := d.Evaluate(r) == Allow; got != tt.want {
				t.Errorf("got %v, want %v", got, tt.want)
			}
		})
	}
}

func TestConditions(t *testing.T) {
	for _, tt := range []struct {
		condition, keys string
		want            bool
	}{
		{`"StringEquals":{"aws:Referer":"a"}`, "aws:referer=a", true},
		{`"StringEquals":{"AWS:referer":["b","a"]}`, "aws:referer=a", true},
		{`"StringEquals":{"aws:Referer":"a"}`, "aws:referer=A", false},
		{`"StringEquals":{"aws:Referer":"a*"}`, "aws:referer=ab", false},
		{`"StringEquals":{"aws:Referer":"a"}`, "", false},
		{`"StringEqualsIfExists":{"aws:Referer":"a"}`, "", true},
		{`"StringEqualsIfExists":{"aws:Referer":"a"}`, "aws:referer=b", false},
		{`"StringNotEquals":{"aws:Referer":["a","b"]}`, "aws:referer=b", false},
		{`"StringNotEquals":{"aws:Referer":["a","b"]}`, "aws:referer=c", true},
		{`"StringNotEquals":{"aws:SourceVpce":"vpce-1"}`, "", true},
		{`"StringEqualsIgnoreCase":{"aws:UserAgent":"CURL"}`, "aws:useragent=curl", true},
		{`"StringNotEqualsIgnoreCase":{"aws:UserAgent":"CURL"}`, "aws:useragent=curl", false},
		{`"StringLike":{"aws:UserAgent":"Mozilla/*"}`, "aws:useragent=Mozilla/5.0", true},
		{`"StringNotLike":{"aws:UserAgent":"Mozilla/*"}`, "aws:useragent=Mozilla/5.0", false},
		{`"StringEquals":{"aws:UserAgent":"${aws:Referer}"}`, "aws:useragent=x aws:referer=x", true},
		{`"StringEquals":{"aws:UserAgent":"a${*}"}`, "aws:useragent=a*", true},
		{`"StringLike":{"aws:UserAgent":"a${*}"}`, "aws:useragent=ab", false},

		{`"IpAddress":{"aws:SourceIp":"192.0.2.0/24"}`, "aws:sourceip=192.0.2.7", true},
		{`"IpAddress":{"aws:SourceIp":["198.51.100.1","192.0.2.7"]}`, "aws:sourceip=192.0.2.7", true},
		{`"IpAddress":{"aws:SourceIp":"192.0.2.0/24"}`, "aws:sourceip=192.0.3.7", false},
		{`"NotIpAddress":{"aws:SourceIp":["192.0.2.0/24","198.51.100.0/24"]}`, "aws:sourceip=198.51.100.7", false},
		{`"NotIpAddress":{"aws:SourceIp":"192.0.2.0/24"}`, "aws:sourceip=192.0.3.7", true},
		{`"IpAddress":{"aws:SourceIp":"2001:db8::/32"}`, "aws:sourceip=2001:db8::1", true},
		{`"IpAddress":{"aws:SourceIp":"127.0.0.0/8"}`, "aws:sourceip=::ffff:127.0.0.1", true},

		{`"Bool":{"aws:SecureTransport":"false"}`, "aws:securetransport=false", true},
		{`"Bool":{"aws:SecureTransport":true}`, "aws:securetransport=false", false},
		{`"Null":{"aws:Referer":"true"}`, "", true},
		{`"Null":{"aws:Referer":true}`, "aws:referer=a", false},
		{`"Null":{"aws:Referer":"false"}`, "aws:referer=a", true},

		{`"NumericLessThan":{"k":10}`, "k=9.5", true},
		{`"NumericLessThanEquals":{"k":"10"}`, "k=10.0", true},
		{`"NumericGreaterThan":{"k":10}`, "k=10", false},
		{`"NumericGreaterThanEquals":{"k":10}`, "k=10", true},
		{`"NumericEquals":{"k":10}`, "k=x", false},
		{`"NumericNotEquals":{"k":10}`, "k=11", true},

		{`"DateGreaterThan":{"aws:CurrentTime":"2026-01-01T00:00:00Z"}`, "aws:currenttime=2026-01-01T00:00:01Z", true},
		{`"DateLessThan":{"aws:CurrentTime":"2026-01-01T00:00:00Z"}`, "aws:currenttime=2026-01-01T00:00:00Z", false},
		{`"DateLessThanEquals":{"aws:EpochTime":"1767225600"}`, "aws:epochtime=1767225600", true},
		{`"DateGreaterThanEquals":{"aws:CurrentTime":"2026-01-01"}`, "aws:currenttime=2026-01-01T00:00:00Z", true},
		{`"DateEquals":{"aws:EpochTime":"2026-01-01T00:00:00Z"}`, "aws:epochtime=1767225600", true},
		{`"DateNotEquals":{"aws:EpochTime":"2026-01-01T00:00:00Z"}`, "aws:epochtime=1767225600", false},

		{`"ArnLike":{"aws:PrincipalArn":"arn:aws:iam::*:user/a*"}`, "aws:principalarn=arn:aws:iam::1:user/ada", true},
		{`"ArnEquals":{"aws:PrincipalArn":"arn:aws:iam::1:user/*"}`, "aws:principalarn=arn:aws:iam::1:user/ada", true},
		{`"ArnNotLike":{"aws:PrincipalArn":"arn:aws:iam::1:user/*"}`, "aws:principalarn=arn:aws:iam::1:user/ada", false},
		{`"ArnNotEquals":{"aws:PrincipalArn":"arn:aws:iam::2:user/*"}`, "aws:principalarn=arn:aws:iam::1:user/ada", true},
		{`"BinaryEquals":{"k":"YQ=="}`, "k=YQ==", true},

		{`"ForAllValues:StringEquals":{"k":["a","b"]}`, "k=a k=b", true},
		{`"ForAllValues:StringEquals":{"k":["a","b"]}`, "k=a k=c", false},
		{`"ForAllValues:StringEquals":{"k":"a"}`, "", true},
		{`"ForAnyValue:StringEquals":{"k":["a","b"]}`, "k=c k=b", true},
		{`"ForAnyValue:StringEquals":{"k":"a"}`, "", false},
		{`"ForAllValues:StringNotEquals":{"k":"a"}`, "k=b k=a", false},
		{`"ForAnyValue:StringNotEquals":{"k":"a"}`, "k=b k=a", true},

		{`"StringEquals":{"j":"a","k":"b"}`, "j=a k=b", true},
		{`"StringEquals":{"j":"a","k":"b"}`, "j=a k=c", false},
		{`"StringEquals":{"j":"a"},"Bool":{"k":"true"}`, "j=a k=false", false},
	} {
		d, err := ParseIdentity([]byte(statementsOf(`{"Effect":"Allow","Action":"*","Resource":"*","Condition":{` + tt.condition + `}}`)))
		if err != nil {
			t.Errorf("%s: %v", tt.condition, err)
			continue
		}
		if got := d.Evaluate(asked(tt.keys)) == Allow; got != tt.want {
			t.Errorf("%s of %q: got %v, want %v", tt.condition, tt.keys, got, tt.want)
		}
	}
}

func TestParseSaysWhatIsWrong(t *testing.T) {
	const rest = `,"Action":"*","Resource":"*"`
	for _, tt := range []struct{ text, want string }{
		{`[]`, "the policy is no JSON object: "},
		{`{"Version":"2020","Statement":[]}`, `the Version is "2020", expected 2012-10-17 or 2008-10-17`},
		{statementsOf(`{"Effect":"allow","Principal":"*"` + rest + `}`), "statement 1: the Effect must be Allow or Deny"},
		{statementsOf(`{"Effect":"Allow"` + rest + `}`), "statement 1: expected Principal or NotPrincipal"},
		{statementsOf(`{"Effect":"Allow","Principal":"me"` + rest + `}`), `statement 1: the Principal is "me", expected * or an object`},
		{statementsOf(`{"Effect":"Allow","Principal":"*","Action":"*"}`), "statement 1: expected Resource or NotResource"},
		{statementsOf(`{"Effect":"Allow","Principal":"*","NotAction":"*"` + rest + `}`), "statement 1: found Action and NotAction, expected one of them"},
		{statementsOf(`{"Effect":"Allow","Principal":"*","Action":1,"Resource":"*"}`), "statement 1: Action: expected a text or a list of texts"},
		{statementsOf(`{"Effect":"Allow","Principal":"*"` + rest + `,"Condition":{"StringIs":{"a":"b"}}}`), "statement 1: condition StringIs: no such operator"},
		{statementsOf(`{"Effect":"Allow","Principal":"*"` + rest + `,"Condition":{"IpAddress":{"a":"b"}}}`), `statement 1: condition IpAddress of a: expected an address such as 192.0.2.1, found "b"`},
		{statementsOf(`{"Effect":"Allow","Principal":"*"` + rest + `,"Condition":{"IpAddress":"a"}}`), "statement 1: the Condition must have operators with keys and their values"},
	} {
		if _, err := ParseResource([]byte(tt.text), Options{}); err == nil || !strings.HasPrefix(err.Error(), tt.want) {
			t.Errorf("%s: got %v, want %s", tt.text, err, tt.want)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add(statementsOf(`{"Effect":"Allow","Principal":{"AWS":["*","1"]},"NotAction":"a?*b","NotResource":["arn:a","x${a,'b'}y"],"Condition":{"ForAnyValue:StringNotLikeIfExists":{"k":["a${*}",1,true]},"Null":{"k":"true"}}}`), "arn:aws:a:b:c:d")
	f.Add(`{"Statement":null}`, "")
	f.Fuzz(func(t *testing.T, text, resource string) {
		d, err := ParseResource([]byte(text), Options{})
		if (d == nil) == (err == nil) {
			t.Fatal("neither a document nor an error, or both")
		}
		if d != nil {
			r := asked("k=a k=b")
			r.Resource = resource
			if first := d.Evaluate(r); first != d.Evaluate(r) {
				t.Fatal("two decisions for one request")
			}
		}
	})
}

func BenchmarkEvaluate(b *testing.B) {
	d, err := ParseResource([]byte(statementsOf(`{"Effect":"Allow","Principal":"*","Action":"execute-api:Invoke","Resource":"arn:aws:execute-api:eu-west-1:123456789012:api1234567/prod/*"}`,
		`{"Effect":"Deny","Principal":"*","Action":"execute-api:Invoke","Resource":"*","Condition":{"NotIpAddress":{"aws:SourceIp":"192.0.2.0/24"}}}`)), Options{})
	if err != nil {
		b.Fatal(err)
	}
	ip := []string{"192.0.2.7"}
	r := &Request{Action: strings.ToLower(invoke), Resource: orders, Value: func(string) []string { return ip }}
	b.ReportAllocs()
	for b.Loop() {
		if d.Evaluate(r) != Allow {
			b.Fatal("not allowed")
		}
	}
}
