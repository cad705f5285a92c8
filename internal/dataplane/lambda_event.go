package dataplane

import (
	"maps"
	"slices"
	"strings"

	"postern/internal/apigw"
	"postern/internal/lang/jsonpath"
	"postern/internal/lang/mapping"
	"postern/internal/message"
)

// This file is station 2 of AWS_PROXY: the whole request becomes the event of a
// Lambda function.
//
//   - Every key of the format is there; what the request lacks is null.
//   - Names keep the client's spelling. Of repeated headers and parameters the
//     plain maps have the last value, the others have all of them.
//   - Parameter mappings are not applied, but one that names a header which may
//     not be mapped fails the request. Observed.
//   - Chosen: maps are sorted by name, as API Gateway's headers are.
//
// See "Input format of a Lambda function for proxy integration".

// A lambdaEvent is the integration request of AWS_PROXY.
type lambdaEvent struct {
	call      *mappedRequest // the request that carries the event
	binary    binaryTypes
	signed    bool   // the method asks for signatures; they end here
	resource  string // `{"resource":"/pets/{id}","path":`
	variables string // the stage's variables as JSON
	refused   *Fault // a mapping that cannot be obeyed
}

func (e *lambdaEvent) build(x *exchange) error {
	if e.refused != nil {
		return e.refused
	}
	x.rendered = e.appendTo(x.rendered[:0], x)
	out := &x.out
	out.Method, out.Body = e.call.verb, x.rendered
	out.Header = e.call.defaultHeaders(x, out.Header[:0])
	out.Header.Add("Content-Type", "application/json")
	var err error
	out.URL, err = e.call.url(x)
	return err
}

// compileLambdaEvent prepares station 2 of an AWS_PROXY integration that calls a
// function.
func (c *compiler) lambdaEvent(r *apigw.Resource, m *apigw.Method, target *awsTarget) (*lambdaEvent, error) {
	in := m.Integration
	call := c.awsCall(r, m, target)
	rows, err := compileMappings(in.RequestParameters)
	if err != nil {
		return nil, err
	}
	e := &lambdaEvent{
		call:      call,
		binary:    c.binary,
		signed:    m.AuthorizationType == apigw.AuthIAM,
		resource:  string(append(appendText([]byte(`{"resource":`), r.Path), `,"path":`...)),
		variables: "null",
	}
	for _, row := range rows[mapping.IntegrationRequestHeader] {
		if rule(call.rules, row.name) == refuse {
			e.refused = configurationError(row.name+" header already present", nil)
		}
	}
	if len(c.variables) > 0 {
		var text []byte
		sep := byte('{')
		for _, name := range slices.Sorted(maps.Keys(c.variables)) {
			text = appendText(append(text, sep), name)
			text = appendText(append(text, ':'), c.variables[name])
			sep = ','
		}
		e.variables = string(append(text, '}'))
	}
	return e, nil
}

// appendTo appends the event.
func (e *lambdaEvent) appendTo(dst []byte, x *exchange) []byte {
	dst = append(dst, e.resource...)
	dst = appendText(dst, belowStage(x.below))
	dst = appendMember(dst, "httpMethod", x.scope.Context.HTTPMethod)
	dst = appendHeaderMaps(dst, x, e.signed)
	dst = appendQueryMaps(dst, x, "null")
	dst = append(dst, `,"pathParameters":`...)
	dst = appendPathParameters(dst, x.scope.Path, "null")
	dst = append(dst, `,"stageVariables":`...)
	dst = append(dst, e.variables...)
	dst = append(dst, `,"requestContext":`...)
	dst = appendRequestContext(dst, x)
	return e.appendBody(dst, x)
}

func (e *lambdaEvent) appendBody(dst []byte, x *exchange) []byte {
	switch {
	case len(x.body) == 0:
		return append(dst, `,"body":null,"isBase64Encoded":false}`...)
	case len(e.binary) > 0 && e.binary.match(requestMediaType(x)):
		dst = append(dst, `,"body":"`...)
		dst = appendBase64(dst, x.body)
		return append(dst, `","isBase64Encoded":true}`...)
	}
	dst = append(dst, `,"body":`...)
	dst = jsonpath.AppendQuoted(dst, validText(x.body))
	return append(dst, `,"isBase64Encoded":false}`...)
}

// belowStage is the path without the stage: slashes before its first segment
// are one. Observed.
func belowStage(path string) string {
	for strings.HasPrefix(path, "//") {
		path = path[1:]
	}
	return path
}

// appendHeaderMaps appends headers and multiValueHeaders.
func appendHeaderMaps(dst []byte, x *exchange, signed bool) []byte {
	x.order = x.order[:0]
	for i, f := range x.scope.Header {
		if signed && f.Name == "Authorization" {
			continue
		}
		x.order = append(x.order, i)
	}
	slices.SortStableFunc(x.order, func(a, b int) int {
		return compareFold(x.scope.Header[a].Name, x.scope.Header[b].Name)
	})
	dst = append(dst, `,"headers":`...)
	dst = appendLast(dst, x.scope.Header, x.order, message.EqualName, "null")
	dst = append(dst, `,"multiValueHeaders":`...)
	return appendAll(dst, x.scope.Header, x.order, message.EqualName, "null")
}

// appendQueryMaps appends queryStringParameters and
// multiValueQueryStringParameters. none is what stands for no parameters.
func appendQueryMaps(dst []byte, x *exchange, none string) []byte {
	x.order = x.order[:0]
	for i := range x.scope.Query {
		x.order = append(x.order, i)
	}
	slices.SortStableFunc(x.order, func(a, b int) int {
		return strings.Compare(x.scope.Query[a].Name, x.scope.Query[b].Name)
	})
	same := func(a, b string) bool { return a == b }
	dst = append(dst, `,"queryStringParameters":`...)
	dst = appendLast(dst, x.scope.Query, x.order, same, none)
	dst = append(dst, `,"multiValueQueryStringParameters":`...)
	return appendAll(dst, x.scope.Query, x.order, same, none)
}

// compareFold orders names without regard to the case of ASCII letters.
func compareFold(a, b string) int {
	for i := 0; i < len(a) && i < len(b); i++ {
		if x, y := lower(a[i]), lower(b[i]); x != y {
			return int(x) - int(y)
		}
	}
	return len(a) - len(b)
}

func lower(c byte) byte {
	if 'A' <= c && c <= 'Z' {
		c += 'a' - 'A'
	}
	return c
}

// appendLast appends a map of each name, as it is first spelled, to its last
// value. order sorts the values so that those of one name are neighbours.
func appendLast[T message.Field | message.Pair](dst []byte, values []T, order []int, same func(a, b string) bool, none string) []byte {
	if len(order) == 0 {
		return append(dst, none...)
	}
	sep := byte('{')
	for at := 0; at < len(order); {
		name, end := run(values, order, at, same)
		dst = append(dst, sep)
		sep = ','
		dst = appendText(dst, name)
		dst = append(dst, ':')
		dst = appendText(dst, message.Pair(values[order[end-1]]).Value)
		at = end
	}
	return append(dst, '}')
}

// appendAll appends a map of each name to all its values.
func appendAll[T message.Field | message.Pair](dst []byte, values []T, order []int, same func(a, b string) bool, none string) []byte {
	if len(order) == 0 {
		return append(dst, none...)
	}
	sep := byte('{')
	for at := 0; at < len(order); {
		name, end := run(values, order, at, same)
		dst = append(dst, sep)
		sep = ','
		dst = appendText(dst, name)
		dst = append(dst, ':')
		inner := byte('[')
		for _, i := range order[at:end] {
			dst = append(dst, inner)
			inner = ','
			dst = appendText(dst, message.Pair(values[i]).Value)
		}
		dst = append(dst, ']')
		at = end
	}
	return append(dst, '}')
}

// run returns the name of the values from order[at] on and where they end.
func run[T message.Field | message.Pair](values []T, order []int, at int, same func(a, b string) bool) (name string, end int) {
	name = message.Pair(values[order[at]]).Name
	for end = at + 1; end < len(order) && same(message.Pair(values[order[end]]).Name, name); end++ {
	}
	return name, end
}

func appendPathParameters(dst []byte, params message.Pairs, none string) []byte {
	if len(params) == 0 {
		return append(dst, none...)
	}
	sep := byte('{')
	for _, p := range params {
		dst = append(dst, sep)
		sep = ','
		dst = appendText(dst, p.Name)
		dst = append(dst, ':')
		dst = appendText(dst, p.Value)
	}
	return append(dst, '}')
}

// appendRequestContext appends what the functions of integrations and
// authorizers learn of a request beside the request itself.
func appendRequestContext(dst []byte, x *exchange) []byte {
	c := &x.scope.Context
	dst = append(dst, `{"resourceId":`...)
	dst = appendText(dst, c.ResourceID)
	if c.Authorizer.Present {
		dst = append(dst, `,"authorizer":`...)
		dst = appendAuthorizer(dst, &c.Authorizer)
	}
	dst = appendMember(dst, "resourcePath", c.ResourcePath)
	if c.OperationName != "" {
		dst = appendMember(dst, "operationName", c.OperationName)
	}
	dst = appendMember(dst, "httpMethod", c.HTTPMethod)
	dst = appendMember(dst, "extendedRequestId", c.ExtendedRequestID)
	dst = append(dst, `,"requestTime":"`...)
	dst = appendRequestTime(dst, c.RequestTime.UTC())
	dst = append(dst, '"')
	dst = appendMember(dst, "path", c.Path)
	dst = appendMember(dst, "accountId", c.AccountID)
	dst = appendMember(dst, "protocol", c.Protocol)
	dst = appendMember(dst, "stage", c.Stage)
	dst = appendMember(dst, "domainPrefix", c.DomainPrefix)
	dst = append(dst, `,"requestTimeEpoch":`...)
	dst = appendInt(dst, c.RequestTime.UnixMilli())
	dst = appendMember(dst, "requestId", c.RequestID)
	dst = append(dst, `,"identity":`...)
	dst = appendIdentity(dst, &c.Identity)
	dst = appendMember(dst, "domainName", c.DomainName)
	if c.DeploymentID != "" {
		dst = appendMember(dst, "deploymentId", c.DeploymentID)
	}
	dst = appendMember(dst, "apiId", c.APIID)
	return append(dst, '}')
}

// appendAuthorizer appends the claims of a user pool's token, or what a Lambda
// authorizer said.
func appendAuthorizer(dst []byte, a *mapping.Authorizer) []byte {
	if len(a.Claims) > 0 {
		dst = append(dst, `{"claims":{`...)
		for i, claim := range a.Claims {
			if i > 0 {
				dst = append(dst, ',')
			}
			dst = appendText(dst, claim.Name)
			dst = append(dst, ':')
			dst = appendText(dst, claim.Text)
		}
		return append(dst, "}}"...)
	}
	dst = append(dst, '{')
	for _, v := range a.Context {
		dst = appendText(dst, v.Name)
		dst = append(dst, ':')
		dst = appendText(dst, v.Text)
		dst = append(dst, ',')
	}
	dst = append(dst, `"principalId":`...)
	dst = appendText(dst, a.PrincipalID)
	latency, _ := a.IntegrationLatency.Value()
	dst = append(dst, `,"integrationLatency":`...)
	dst = appendInt(dst, latency)
	return append(dst, '}')
}

// appendIdentity appends who sent the request: twelve keys are always there.
// Observed.
func appendIdentity(dst []byte, id *mapping.Identity) []byte {
	dst = append(dst, '{')
	if cert := id.ClientCert; cert != nil {
		dst = append(dst, `"clientCert":{"clientCertPem":`...)
		dst = appendText(dst, cert.PEM)
		dst = appendMember(dst, "subjectDN", cert.SubjectDN)
		dst = appendMember(dst, "issuerDN", cert.IssuerDN)
		dst = appendMember(dst, "serialNumber", cert.SerialNumber)
		dst = append(dst, `,"validity":{"notBefore":`...)
		dst = appendText(dst, cert.NotBefore)
		dst = appendMember(dst, "notAfter", cert.NotAfter)
		dst = append(dst, "}},"...)
	}
	dst = append(dst, `"cognitoIdentityPoolId":`...)
	dst = appendTextOrNull(dst, id.CognitoIdentityPoolID)
	dst = appendNullable(dst, "accountId", id.AccountID)
	dst = appendNullable(dst, "cognitoIdentityId", id.CognitoIdentityID)
	dst = appendNullable(dst, "caller", id.Caller)
	dst = appendNullable(dst, "sourceIp", id.SourceIP)
	dst = appendNullable(dst, "principalOrgId", id.PrincipalOrgID)
	dst = appendNullable(dst, "accessKey", id.AccessKey)
	dst = appendNullable(dst, "cognitoAuthenticationType", id.CognitoAuthenticationType)
	dst = appendNullable(dst, "cognitoAuthenticationProvider", id.CognitoAuthenticationProvider)
	dst = appendNullable(dst, "userArn", id.UserARN)
	dst = appendNullable(dst, "userAgent", id.UserAgent)
	dst = appendNullable(dst, "user", id.User)
	for _, m := range [...]struct{ name, value string }{
		{"apiKey", id.APIKey}, {"apiKeyId", id.APIKeyID}, {"vpcId", id.VPCID}, {"vpceId", id.VPCEID},
	} {
		if m.value != "" {
			dst = appendMember(dst, m.name, m.value)
		}
	}
	return append(dst, '}')
}
