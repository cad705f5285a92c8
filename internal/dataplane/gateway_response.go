package dataplane

import (
	"maps"
	"slices"
	"strconv"

	"postern/internal/apigw"
	"postern/internal/lang/mapping"
)

// This file is the side door: a Fault becomes the API's own gateway response.
//
// See "Gateway responses for REST APIs in API Gateway".

// A gatewayResponse is what an API says to one kind of failure.
type gatewayResponse struct {
	status    int // 0: that of the failure
	headers   []mappingRow
	templates map[string]*mapping.Substitution // by media type; nil: the default text
	first     string                           // media type of the first template
}

// A gatewayResponses is every type of one API, with the customised defaults of
// its class already folded in.
type gatewayResponses map[apigw.GatewayResponseType]*gatewayResponse

// plainResponses are the gateway responses of an API that has changed none.
var plainResponses = mustPlain()

func mustPlain() gatewayResponses {
	r, err := compileGatewayResponses(nil)
	if err != nil {
		panic(err) // there is nothing to compile
	}
	return r
}

func compileGatewayResponses(custom []*apigw.GatewayResponse) (gatewayResponses, error) {
	byType := make(map[apigw.GatewayResponseType]*apigw.GatewayResponse, len(custom))
	for _, g := range custom {
		byType[g.ResponseType] = g
	}
	out := make(gatewayResponses)
	for _, kind := range apigw.GatewayResponseKinds() {
		g := byType[kind.Type]
		if g == nil && kind.Type != apigw.RequestTooLarge {
			g = byType[class(kind)]
		}
		r := &gatewayResponse{status: number(kind.Status)}
		if g != nil {
			if err := r.customise(g); err != nil {
				return nil, err
			}
		}
		out[kind.Type] = r
	}
	return out, nil
}

// class is the type that stands in for those that are not customised.
func class(kind apigw.GatewayResponseKind) apigw.GatewayResponseType {
	if kind.Type == apigw.Default5XX || kind.Status != "" && kind.Status[0] == '5' {
		return apigw.Default5XX
	}
	return apigw.Default4XX
}

func number(s string) int {
	n, err := strconv.Atoi(s)
	if err != nil {
		return 0
	}
	return n
}

func (r *gatewayResponse) customise(g *apigw.GatewayResponse) error {
	if g.StatusCode != "" {
		r.status = number(g.StatusCode)
	}
	rows, err := compileMappings(g.ResponseParameters)
	if err != nil {
		return err
	}
	r.headers = rows[mapping.GatewayResponseHeader]
	for _, key := range slices.Sorted(maps.Keys(g.ResponseTemplates)) {
		text := g.ResponseTemplates[key]
		if text == apigw.DefaultGatewayTemplate && len(g.ResponseTemplates) == 1 && key == "application/json" {
			continue // the default text
		}
		if r.templates == nil {
			r.templates = make(map[string]*mapping.Substitution)
			r.first = mediaType(key)
		}
		r.templates[mediaType(key)] = mapping.ParseSubstitution(text)
	}
	return nil
}

// errorTypes are the values of x-amzn-ErrorType.
var errorTypes = map[apigw.GatewayResponseType]string{
	apigw.AccessDenied:                 "AccessDeniedException",
	apigw.APIConfigurationError:        "InternalServerErrorException",
	apigw.AuthorizerConfigurationError: "AuthorizerConfigurationException",
	apigw.AuthorizerFailure:            "InternalServerErrorException",
	apigw.BadRequestBody:               "BadRequestException",
	apigw.BadRequestParameters:         "BadRequestException",
	apigw.ExpiredToken:                 "ExpiredTokenException",
	apigw.IntegrationFailure:           "InternalServerErrorException",
	apigw.IntegrationTimeout:           "InternalServerErrorException",
	apigw.InvalidAPIKey:                "ForbiddenException",
	apigw.InvalidSignature:             "InvalidSignatureException",
	apigw.MissingAuthenticationToken:   "MissingAuthenticationTokenException",
	apigw.QuotaExceeded:                "LimitExceededException",
	apigw.RequestTooLarge:              "RequestTooLargeException",
	apigw.ResourceNotFound:             "ResourceNotFoundException",
	apigw.Throttled:                    "TooManyRequestsException",
	apigw.Unauthorized:                 "UnauthorizedException",
	apigw.UnsupportedMediaType:         "BadRequestException",
	apigw.WAFFiltered:                  "ForbiddenException",
}

// answer makes x.res of a fault.
func (g gatewayResponses) answer(x *exchange, f *Fault) {
	r := g[f.Type]
	if r == nil {
		r = &gatewayResponse{}
	}
	res := &x.res
	res.Header = res.Header[:0]
	res.Status = r.status
	if res.Status == 0 {
		res.Status = f.Status
	}
	if res.Status == 0 {
		res.Status = 500
	}
	e := &x.scope.Context.Error
	e.Message, e.HasMessage = f.Message, !f.Null
	e.ResponseType = string(f.Type)
	e.ValidationErrorString = f.Validation

	contentType := "application/json"
	if r.templates == nil {
		res.Body = defaultBody(x.rendered[:0], f)
	} else {
		if t := accepted(x.scope.Header.Get("Accept")); r.templates[t] != nil {
			contentType = t
		} else if r.templates[contentType] == nil {
			contentType = r.first
		}
		res.Body = r.templates[contentType].AppendTo(x.rendered[:0], &x.scope, "")
	}
	x.rendered = res.Body
	for i := range r.headers {
		values, err := r.headers[i].values(x)
		if err != nil {
			continue // a payload that is no JSON must not hide the failure itself
		}
		for _, v := range values {
			addAnswered(&res.Header, r.headers[i].name, v)
		}
	}
	if !res.Header.Has("Content-Type") {
		res.Header.Add("Content-Type", contentType)
	}
	name := f.ErrorType
	if name == "" {
		name = errorTypes[f.Type]
	}
	if name != "" {
		res.Header.Add("x-amzn-ErrorType", name)
	}
}

// defaultBody is the body of a gateway response until an API changes it. What
// is raised before execution has no blank after the colon, and what a policy
// denies has a capital letter. Observed.
func defaultBody(dst []byte, f *Fault) []byte {
	if f.Denied {
		dst = append(dst, `{"Message":`...)
	} else if f.Early {
		dst = append(dst, `{"message":`...)
	} else {
		dst = append(dst, `{"message": `...)
	}
	if f.Null {
		return append(dst, "null}"...)
	}
	dst = appendJSON(dst, f.Message)
	return append(dst, '}')
}

// appendJSON appends s as a JSON string.
func appendJSON(dst []byte, s string) []byte {
	const hex = "0123456789abcdef"
	dst = append(dst, '"')
	for i := range len(s) {
		switch c := s[i]; {
		case c == '"' || c == '\\':
			dst = append(dst, '\\', c)
		case c == '\n':
			dst = append(dst, '\\', 'n')
		case c < 0x20:
			dst = append(dst, '\\', 'u', '0', '0', hex[c>>4], hex[c&15])
		default:
			dst = append(dst, c)
		}
	}
	return append(dst, '"')
}
