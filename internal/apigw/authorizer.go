package apigw

import (
	"regexp"
	"strings"

	"postern/internal/property"
)

// The types of an authorizer.
const (
	TokenAuthorizer   = "TOKEN"
	RequestAuthorizer = "REQUEST"
	CognitoAuthorizer = "COGNITO_USER_POOLS"
)

// An Authorizer says who may call the methods that name it: a Lambda function
// by a token or by the request, or a Cognito user pool.
//
// See "CreateAuthorizer" and "AWS::ApiGateway::Authorizer".
type Authorizer struct {
	ID                           string
	Name                         string
	Type                         string
	ProviderARNs                 []string // user pools, for COGNITO_USER_POOLS
	AuthType                     string   // free text, for definitions that are exported
	AuthorizerURI                string   // the Lambda function, for TOKEN and REQUEST
	AuthorizerCredentials        string   // the role that calls the function
	IdentitySource               string   // mapping expressions, separated by commas
	IdentityValidationExpression string   // a regular expression, for TOKEN
	ResultTTL                    *int64   // seconds; nil: 300
}

// DefaultAuthorizerTTL is how long an authorizer's answer holds if it does not
// say. See "CreateAuthorizer".
const DefaultAuthorizerTTL = 300 // seconds

// Properties is the one definition of what can be said of an authorizer.
func (a *Authorizer) Properties() property.List {
	return property.List{
		{
			Name:  "id",
			Names: property.Names{CloudFormation: "AuthorizerId"},
			Value: property.Text(&a.ID),
			Is:    property.ReadOnly,
			Doc:   "The authorizer's identifier.",
		},
		{
			Name:  "name",
			Value: property.Text(&a.Name),
			Is:    property.Required,
			Patch: property.Replace,
			Doc:   "The authorizer's name, unique in its API.",
		},
		{
			Name:  "type",
			Value: property.Enum(&a.Type, TokenAuthorizer, RequestAuthorizer, CognitoAuthorizer),
			Is:    property.Required,
			Patch: property.Replace,
			Doc:   "What decides.",
		},
		{
			Name:  "providerARNs",
			Names: property.Names{Terraform: "provider_arns"},
			Value: property.TextList(&a.ProviderARNs),
			Is:    property.Unordered,
			Patch: property.Add | property.Remove,
			Doc:   "The user pools, for COGNITO_USER_POOLS.",
		},
		{
			Name:  "authType",
			Names: property.Names{Terraform: property.None},
			Value: property.Text(&a.AuthType),
			Patch: property.Replace,
			Doc:   "A word for exported definitions; it changes nothing.",
		},
		{
			Name:  "authorizerUri",
			Value: property.Text(&a.AuthorizerURI),
			Patch: property.Replace,
			Doc:   "The Lambda function, for TOKEN and REQUEST.",
		},
		{
			Name:  "authorizerCredentials",
			Value: property.Text(&a.AuthorizerCredentials),
			Patch: property.Replace,
			Doc:   "The role that calls the function.",
		},
		{
			Name:  "identitySource",
			Value: property.Text(&a.IdentitySource),
			Patch: property.Add | property.Replace | property.Remove,
			Doc:   "What of the request says who calls: mapping expressions, separated by commas.",
		},
		{
			Name:  "identityValidationExpression",
			Value: property.Text(&a.IdentityValidationExpression),
			Patch: property.Replace,
			Doc:   "A regular expression that a token must match, for TOKEN.",
		},
		{
			Name:  "authorizerResultTtlInSeconds",
			Value: property.OptionalInt(&a.ResultTTL, 0, 3600),
			Patch: property.Replace,
			Doc:   "How long an answer holds, in seconds; 0 is not at all.",
		},
	}
}

// IdentitySources returns the mapping expressions of the identity source.
func (a *Authorizer) IdentitySources() []string {
	var sources []string
	for s := range strings.SplitSeq(a.IdentitySource, ",") {
		if s = strings.TrimSpace(s); s != "" {
			sources = append(sources, s)
		}
	}
	return sources
}

// authorizerURI is the address of an authorizer's function. Blanks may stand
// after "path/". Observed.
var authorizerURI = regexp.MustCompile(`^arn:[a-z-]+:apigateway:[a-z0-9-]+:lambda:path/+\s*2015-03-31/functions/\S+/invocations$`)

// headerSource and requestSource are what may say who calls.
var (
	headerSource  = regexp.MustCompile(`^method\.request\.header\.[A-Za-z0-9._$-]+$`)
	requestSource = regexp.MustCompile(`^(method\.request\.(header|querystring)|stageVariables|context)\.[A-Za-z0-9._$-]+$`)
)

// Validate reports what no single row can know.
func (a *Authorizer) Validate() property.Errors {
	var errs property.Errors
	bad := func(name string, found any, sentence string) {
		errs = append(errs, property.Bad(name, found, "%s", sentence).Saying(sentence))
	}
	if strings.TrimSpace(a.Name) == "" {
		bad("name", a.Name, "Authorizer name cannot be blank")
	}
	sources := a.IdentitySources()
	pattern := headerSource
	switch a.Type {
	case TokenAuthorizer, RequestAuthorizer:
		if !authorizerURI.MatchString(a.AuthorizerURI) {
			bad("authorizerUri", a.AuthorizerURI, "Invalid Authorizer URI: "+brief(a.AuthorizerURI)+". Authorizer URI should be a valid API Gateway ARN that represents a Lambda function invocation.")
		}
		if a.Type == RequestAuthorizer {
			pattern = requestSource
		}
	case CognitoAuthorizer:
		if len(a.ProviderARNs) == 0 {
			bad("providerARNs", nil, "A COGNITO_USER_POOLS authorizer needs the ARN of at least one user pool")
		}
		for _, arn := range a.ProviderARNs {
			if parts := strings.SplitN(arn, ":", 6); len(parts) != 6 || parts[0] != "arn" || parts[2] != "cognito-idp" || !strings.HasPrefix(parts[5], "userpool/") {
				bad("providerARNs", arn, "Invalid ARN. ARN is not well formed "+brief(arn))
			}
		}
	default:
		bad("type", a.Type, "Invalid authorizer type specified. Valid options are TOKEN,REQUEST,COGNITO_USER_POOLS")
	}
	for _, s := range sources {
		if !pattern.MatchString(s) {
			bad("identitySource", s, "Invalid mapping expression specified: Validation Result: warnings : [], errors : [Invalid mapping expression specified: "+brief(s)+"]")
		}
	}
	switch {
	case len(sources) == 0 && a.Type != RequestAuthorizer:
		bad("identitySource", a.IdentitySource, "A "+a.Type+" authorizer needs an identity source such as method.request.header.Authorization")
	case len(sources) == 0 && a.TTL() > 0:
		bad("identitySource", a.IdentitySource, "A REQUEST authorizer needs an identity source unless authorizerResultTtlInSeconds is 0")
	case len(sources) > 1 && a.Type != RequestAuthorizer:
		bad("identitySource", a.IdentitySource, "A "+a.Type+" authorizer has one identity source")
	}
	if ttl := a.TTL(); ttl < 0 || ttl > 3600 {
		bad("authorizerResultTtlInSeconds", ttl, "Authorizer result TTL must be between 0 and 3600 seconds")
	}
	return errs
}

// brief shortens a client's text for a message.
func brief(s string) string {
	if r := []rune(s); len(r) > 200 {
		return string(r[:199]) + "…"
	}
	return s
}

// TTL returns how long an answer holds, in seconds.
func (a *Authorizer) TTL() int64 {
	if a.ResultTTL == nil {
		return DefaultAuthorizerTTL
	}
	return *a.ResultTTL
}
