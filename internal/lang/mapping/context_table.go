package mapping

// This file is the table of the $context variables.
//
// See "Variables for data transformations for API Gateway", "Variables for
// access logging for API Gateway" and "Gateway responses for REST APIs in API
// Gateway". Names are case-sensitive. Override variables, an authorizer's
// context keys and claims have names of their own and stand in accessor.go.

import (
	"strconv"
	"time"

	"postern/internal/lang/jsonpath"
	"postern/internal/lang/vtl"
)

// A where says which readers know a variable.
type where uint8

const (
	inTemplates where = 1 << iota // and in parameter mappings
	inLogs
	inAuthorizers
	inGatewayResponses
	inEvents
	always // listed by keySet without a value too; observed for identity

	everywhere = inTemplates | inLogs | inAuthorizers | inGatewayResponses | inEvents
	onlyLogs   = inLogs
	forErrors  = inLogs | inGatewayResponses
	identity   = inTemplates | inLogs | inAuthorizers | inEvents
)

// A variable is one row of the table.
type variable struct {
	name  string
	where where
	get   func(*Context) value
}

var variables = [...]variable{
	{"accountId", everywhere, func(c *Context) value { return text(c.AccountID) }},
	{"apiId", everywhere, func(c *Context) value { return text(c.APIID) }},
	{"awsEndpointRequestId", inTemplates | inLogs, func(c *Context) value { return text(c.AWSEndpointRequestID) }},
	{"awsEndpointRequestId2", onlyLogs, func(c *Context) value { return text(c.AWSEndpointRequestID2) }},
	{"cipherSuite", onlyLogs, func(c *Context) value { return text(c.CipherSuite) }},
	{"customDomain.basePathMatched", onlyLogs, func(c *Context) value { return text(c.CustomDomain.BasePathMatched) }},
	{"customDomain.routingRuleIdMatched", onlyLogs, func(c *Context) value { return text(c.CustomDomain.RoutingRuleIDMatched) }},
	{"deploymentId", everywhere, func(c *Context) value { return text(c.DeploymentID) }},
	{"domainName", everywhere, func(c *Context) value { return text(c.DomainName) }},
	{"domainPrefix", everywhere, func(c *Context) value { return text(c.DomainPrefix) }},
	{"extendedRequestId", everywhere, func(c *Context) value { return text(c.ExtendedRequestID) }},
	{"httpMethod", everywhere, func(c *Context) value { return text(c.HTTPMethod) }},
	{"isCanaryRequest", inTemplates | inLogs | inGatewayResponses, func(c *Context) value { return flag(c.IsCanaryRequest) }},
	{"operationName", inTemplates | inLogs | inEvents, func(c *Context) value { return text(c.OperationName) }},
	{"path", everywhere, func(c *Context) value { return text(c.Path) }},
	{"protocol", everywhere, func(c *Context) value { return text(c.Protocol) }},
	{"requestId", everywhere, func(c *Context) value { return text(c.RequestID) }},
	{"requestTime", everywhere, func(c *Context) value { return clock(c.RequestTime) }},
	{"requestTimeEpoch", everywhere, func(c *Context) value { return epoch(c.RequestTime) }},
	{"resourceId", everywhere, func(c *Context) value { return text(c.ResourceID) }},
	{"resourcePath", everywhere, func(c *Context) value { return text(c.ResourcePath) }},
	{"responseLatency", onlyLogs, func(c *Context) value { return num(c.ResponseLatency) }},
	{"responseLength", onlyLogs, func(c *Context) value { return num(c.ResponseLength) }},
	{"stage", everywhere, func(c *Context) value { return text(c.Stage) }},
	{"status", onlyLogs, func(c *Context) value { return num(c.Status) }},
	{"tlsVersion", onlyLogs, func(c *Context) value { return text(c.TLSVersion) }},
	{"wafResponseCode", inTemplates | forErrors, func(c *Context) value { return text(c.WAFResponseCode) }},
	{"webaclArn", inTemplates | forErrors, func(c *Context) value { return text(c.WebACLARN) }},
	{"waf.error", onlyLogs, func(c *Context) value { return text(c.WAF.Error) }},
	{"waf.latency", onlyLogs, func(c *Context) value { return num(c.WAF.Latency) }},
	{"waf.status", onlyLogs, func(c *Context) value { return num(c.WAF.Status) }},
	{"xrayTraceId", inTemplates | inLogs, func(c *Context) value { return text(c.XRayTraceID) }},

	{"identity.accessKey", identity | always, func(c *Context) value { return text(c.Identity.AccessKey) }},
	{"identity.accountId", identity | always, func(c *Context) value { return text(c.Identity.AccountID) }},
	{"identity.apiKey", identity, func(c *Context) value { return text(c.Identity.APIKey) }},
	{"identity.apiKeyId", identity, func(c *Context) value { return text(c.Identity.APIKeyID) }},
	{"identity.caller", identity | always, func(c *Context) value { return text(c.Identity.Caller) }},
	{"identity.cognitoAuthenticationProvider", identity | always, func(c *Context) value { return text(c.Identity.CognitoAuthenticationProvider) }},
	{"identity.cognitoAuthenticationType", identity | always, func(c *Context) value { return text(c.Identity.CognitoAuthenticationType) }},
	{"identity.cognitoIdentityId", identity | always, func(c *Context) value { return text(c.Identity.CognitoIdentityID) }},
	{"identity.cognitoIdentityPoolId", identity | always, func(c *Context) value { return text(c.Identity.CognitoIdentityPoolID) }},
	{"identity.principalOrgId", identity | always, func(c *Context) value { return text(c.Identity.PrincipalOrgID) }},
	{"identity.sourceIp", identity | always, func(c *Context) value { return text(c.Identity.SourceIP) }},
	{"identity.user", identity | always, func(c *Context) value { return text(c.Identity.User) }},
	{"identity.userAgent", identity | always, func(c *Context) value { return text(c.Identity.UserAgent) }},
	{"identity.userArn", identity | always, func(c *Context) value { return text(c.Identity.UserARN) }},
	{"identity.vpcId", identity, func(c *Context) value { return text(c.Identity.VPCID) }},
	{"identity.vpceId", identity, func(c *Context) value { return text(c.Identity.VPCEID) }},
	{"identity.clientCert.clientCertPem", identity, func(c *Context) value { return text(c.cert().PEM) }},
	{"identity.clientCert.subjectDN", identity, func(c *Context) value { return text(c.cert().SubjectDN) }},
	{"identity.clientCert.issuerDN", identity, func(c *Context) value { return text(c.cert().IssuerDN) }},
	{"identity.clientCert.serialNumber", identity, func(c *Context) value { return text(c.cert().SerialNumber) }},
	{"identity.clientCert.validity.notBefore", identity, func(c *Context) value { return text(c.cert().NotBefore) }},
	{"identity.clientCert.validity.notAfter", identity, func(c *Context) value { return text(c.cert().NotAfter) }},

	{"authorizer.principalId", inTemplates | forErrors | inEvents, func(c *Context) value { return text(c.Authorizer.PrincipalID) }},
	{"authorizer.integrationLatency", inLogs | inEvents, func(c *Context) value { return num(c.Authorizer.IntegrationLatency) }},
	{"authorizer.integrationStatus", onlyLogs, func(c *Context) value { return num(c.Authorizer.IntegrationStatus) }},
	{"authorizer.latency", onlyLogs, func(c *Context) value { return num(c.Authorizer.Latency) }},
	{"authorizer.requestId", onlyLogs, func(c *Context) value { return text(c.Authorizer.RequestID) }},
	{"authorizer.status", onlyLogs, func(c *Context) value { return num(c.Authorizer.Status) }},
	{"authorizer.error", onlyLogs, func(c *Context) value { return text(c.Authorizer.Error) }},
	{"authorize.error", onlyLogs, func(c *Context) value { return text(c.Authorize.Error) }},
	{"authorize.latency", onlyLogs, func(c *Context) value { return num(c.Authorize.Latency) }},
	{"authorize.status", onlyLogs, func(c *Context) value { return num(c.Authorize.Status) }},
	{"authenticate.error", onlyLogs, func(c *Context) value { return text(c.Authenticate.Error) }},
	{"authenticate.latency", onlyLogs, func(c *Context) value { return num(c.Authenticate.Latency) }},
	{"authenticate.status", onlyLogs, func(c *Context) value { return num(c.Authenticate.Status) }},

	{"integration.error", onlyLogs, func(c *Context) value { return text(c.Integration.Error) }},
	{"integrationErrorMessage", onlyLogs, func(c *Context) value { return text(c.Integration.Error) }},
	{"integration.integrationStatus", onlyLogs, func(c *Context) value { return num(c.Integration.IntegrationStatus) }},
	{"integrationStatus", onlyLogs, func(c *Context) value { return num(c.Integration.IntegrationStatus) }},
	{"integration.status", onlyLogs, func(c *Context) value { return num(c.Integration.Status) }},
	{"integration.latency", onlyLogs, func(c *Context) value { return num(c.Integration.Latency) }},
	{"integrationLatency", onlyLogs, func(c *Context) value { return num(c.Integration.Latency) }},
	{"integration.requestId", onlyLogs, func(c *Context) value { return text(c.Integration.RequestID) }},
	{"integration.responseTransferMode", onlyLogs, func(c *Context) value { return text(c.Integration.ResponseTransferMode) }},
	{"integration.timeToAllHeaders", onlyLogs, func(c *Context) value { return num(c.Integration.TimeToAllHeaders) }},
	{"integration.timeToFirstContent", onlyLogs, func(c *Context) value { return num(c.Integration.TimeToFirstContent) }},

	{"error.message", forErrors, func(c *Context) value { return text(c.Error.Message) }},
	{"error.messageString", forErrors, func(c *Context) value { return quoted(&c.Error) }},
	{"error.responseType", forErrors, func(c *Context) value { return text(c.Error.ResponseType) }},
	{"error.validationErrorString", forErrors, func(c *Context) value { return text(c.Error.ValidationErrorString) }},
}

// cert returns the client's certificate; without one, an empty one.
func (c *Context) cert() *ClientCert {
	if c.Identity.ClientCert == nil {
		return &ClientCert{}
	}
	return c.Identity.ClientCert
}

// A value is the value of a variable.
type value struct {
	kind valueKind
	text string
	num  int64
}

type valueKind uint8

const (
	noValue valueKind = iota
	textValue
	numberValue
	boolValue
	timeValue // num is in milliseconds since the epoch; printed as a log does
)

func text(s string) value {
	if s == "" {
		return value{}
	}
	return value{kind: textValue, text: s}
}

func num(n Number) value {
	if !n.ok {
		return value{}
	}
	return value{kind: numberValue, num: n.n}
}

func flag(f Flag) value {
	switch f {
	case False:
		return value{kind: boolValue}
	case True:
		return value{kind: boolValue, num: 1}
	}
	return value{}
}

func clock(t time.Time) value {
	if t.IsZero() {
		return value{}
	}
	return value{kind: timeValue, num: t.UnixMilli()}
}

func epoch(t time.Time) value {
	if t.IsZero() {
		return value{}
	}
	return value{kind: numberValue, num: t.UnixMilli()}
}

// quoted is the message as a JSON string, or null for an error without one.
func quoted(e *GatewayError) value {
	switch {
	case e.HasMessage || e.Message != "":
		return text(string(jsonpath.AppendQuoted(nil, e.Message)))
	case e.ResponseType != "":
		return text("null")
	}
	return value{}
}

// appendTo appends the printed form of v.
func (v value) appendTo(dst []byte) []byte {
	switch v.kind {
	case textValue:
		return append(dst, v.text...)
	case numberValue:
		return strconv.AppendInt(dst, v.num, 10)
	case boolValue:
		return strconv.AppendBool(dst, v.num != 0)
	case timeValue:
		return time.UnixMilli(v.num).UTC().AppendFormat(dst, "02/Jan/2006:15:04:05 -0700")
	}
	return dst
}

// string returns the printed form of v.
func (v value) string() string {
	if v.kind == textValue {
		return v.text
	}
	return string(v.appendTo(nil))
}

// vtl returns v as templates see it.
func (v value) vtl() vtl.Value {
	switch v.kind {
	case textValue:
		return vtl.String(v.text)
	case numberValue:
		return vtl.Long(v.num)
	case boolValue:
		return vtl.Bool(v.num != 0)
	case timeValue:
		return vtl.String(v.string())
	}
	return vtl.Null
}
