package apigw

import (
	"fmt"
	"net/url"
	"regexp"
	"strings"
	"time"

	"postern/internal/property"
)

// This file holds the rules that join the properties of an integration, in the
// order in which API Gateway checks them.

// Verbs are the HTTP methods that a method may have.
var Verbs = []string{"GET", "PUT", "POST", "DELETE", "PATCH", "OPTIONS", "HEAD", "ANY"}

// IsVerb reports whether s is one of Verbs.
func IsVerb(s string) bool {
	for _, v := range Verbs {
		if v == s {
			return true
		}
	}
	return false
}

// Validate reports what no single row can know. The errors carry the control
// plane's names, and API Gateway's own sentence where it is known. Mapping
// expressions are judged by control, which knows the method's parameters.
func (in *Integration) Validate(limits *Limits) property.Errors {
	var errs property.Errors
	add := func(e *property.Error) { errs = append(errs, e) }
	if in.Type != Mock {
		if !IsVerb(in.HTTPMethod) {
			e := property.Bad("integrationHttpMethod", in.HTTPMethod, "%q is not one of %s", in.HTTPMethod, strings.Join(Verbs, ", "))
			if in.HTTPMethod == "" {
				e = property.Missing("integrationHttpMethod", "the type is "+string(in.Type))
			}
			add(e.Saying("Enumeration value for HttpMethod must be non-empty").DueTo("type"))
		}
		if e := in.checkURI(); e != nil {
			add(e.DueTo("type"))
		} else if in.Credentials == "" && in.needsRole() {
			add(property.Missing("credentials", "services other than Lambda are called as a role").
				Saying("Role ARN must be specified for AWS integrations").DueTo("type", "uri"))
		}
	}
	if in.Credentials != "" && !strings.HasPrefix(in.Credentials, "arn:") && !strings.Contains(in.Credentials, "${stageVariables.") {
		add(property.Bad("credentials", in.Credentials, "%q is not an ARN, such as arn:aws:iam::123456789012:role/name", in.Credentials).
			Saying("Invalid ARN specified in the request"))
	}
	isHTTP := in.Type == HTTP || in.Type == HTTPProxy
	if in.ConnectionType == ViaVPCLink && in.ConnectionID == "" && isHTTP {
		add(property.Missing("connectionId", "connectionType is VPC_LINK").
			Saying("ConnectionId should be set to the vpcLinkId or stage variable on connection type VPC_LINK").
			DueTo("connectionType", "type"))
	}
	if in.Timeout != 0 && (in.Timeout < limits.MinTimeout || in.Timeout > limits.IntegrationTimeout) {
		low, high := limits.MinTimeout.Milliseconds(), limits.IntegrationTimeout.Milliseconds()
		add(property.Bad("timeoutInMillis", in.Timeout.Milliseconds(), "%d is outside %d–%d milliseconds", in.Timeout.Milliseconds(), low, high).
			Saying(fmt.Sprintf("Timeout should be between %d ms and %d ms", low, high)))
	}
	switch in.PassthroughBehavior {
	case "", WhenNoMatch, WhenNoTemplates, Never:
	default:
		add(property.Bad("passthroughBehavior", in.PassthroughBehavior, "%q is not one of WHEN_NO_MATCH, WHEN_NO_TEMPLATES, NEVER", in.PassthroughBehavior).
			Saying("Invalid passthrough behavior specified"))
	}
	if in.ResponseTransferMode == Stream {
		if in.Type != HTTPProxy && in.Type != AWSProxy {
			add(property.Bad("responseTransferMode", in.ResponseTransferMode, "STREAM needs the type HTTP_PROXY or AWS_PROXY").
				Saying("Response transfer mode STREAM is only supported for HTTP_PROXY and AWS_PROXY integrations").DueTo("type"))
		} else {
			add(property.Bad("responseTransferMode", in.ResponseTransferMode, "STREAM is not part of Postern yet; leave it out or write BUFFERED").
				Saying("Response transfer mode STREAM is not part of Postern yet"))
		}
	}
	if in.IntegrationTarget != "" && (in.Type != HTTPProxy || in.ConnectionType != ViaVPCLink) {
		add(property.Bad("integrationTarget", in.IntegrationTarget, "an integration target needs the type HTTP_PROXY and the connection type VPC_LINK").
			Saying("Integration target requires an HTTP_PROXY integration with connection type VPC_LINK").
			DueTo("type", "connectionType"))
	}
	return append(errs, CheckTemplates("requestTemplates", in.RequestTemplates, limits)...)
}

// CheckTemplates judges the keys and sizes of a map of templates.
func CheckTemplates(name string, templates map[string]string, limits *Limits) property.Errors {
	var errs property.Errors
	for _, k := range sortedKeys(templates) {
		if !IsMediaType(k) {
			e := property.Bad(name, k, "%q is not a media type, such as application/json, nor $default", k)
			e.Path = append(e.Path, k)
			errs = append(errs, e.Saying(fmt.Sprintf("Validation Result: warnings : [], errors : [Invalid content type specified: %s]", k)))
		}
		if n := len(templates[k]); n > limits.TemplateSize {
			e := property.Bad(name, nil, "the template has %d bytes, at most %d are allowed", n, limits.TemplateSize)
			e.Path = append(e.Path, k)
			errs = append(errs, e)
		}
	}
	return errs
}

// IsMediaType reports whether s can be the key of a template: a media type, or
// $default.
func IsMediaType(s string) bool {
	if s == "$default" {
		return true
	}
	head, _, _ := strings.Cut(s, ";")
	return mediaType.MatchString(strings.TrimSpace(head))
}

var mediaType = regexp.MustCompile(`^[A-Za-z0-9!#$&^_.+*-]+/[A-Za-z0-9!#$&^_.+*-]+$`)

// checkURI judges the backend's address by the integration's type.
func (in *Integration) checkURI() *property.Error {
	switch in.Type {
	case HTTP, HTTPProxy:
		if in.URI == "" {
			return property.Missing("uri", "the type is "+string(in.Type)).Saying("Invalid HTTP endpoint specified for URI")
		}
		if why := badEndpoint(in.URI); why != "" {
			return property.Bad("uri", in.URI, "%q is not an http(s) URL: %s", in.URI, why).Saying("Invalid HTTP endpoint specified for URI")
		}
	case AWS, AWSProxy:
		if in.URI == "" {
			return property.Missing("uri", "the type is "+string(in.Type)).Saying("Invalid ARN specified in the request")
		}
		parts := strings.SplitN(in.URI, ":", 6)
		if len(parts) < 6 || parts[0] != "arn" {
			return property.Bad("uri", in.URI, "%q is not an ARN of the form arn:aws:apigateway:{region}:{service}:{path|action}/…", in.URI).
				Saying("Invalid ARN specified in the request")
		}
		rest, isPath := strings.CutPrefix(parts[5], "path/")
		_, isAction := strings.CutPrefix(parts[5], "action/")
		if !isPath && !isAction || parts[2] != "apigateway" {
			return property.Bad("uri", in.URI, "the ARN %q has neither path/ nor action/ after the service", in.URI).
				Saying("AWS ARN for integration must contain path or action")
		}
		if in.Type == AWSProxy && !proxyTarget(parts[4], rest, isPath) {
			return property.Bad("uri", in.URI, "AWS_PROXY calls a Lambda function (…:lambda:path/2015-03-31/functions/{arn}/invocations) or Firehose").
				Saying("Integrations of type 'AWS_PROXY' currently only supports Lambda function and Firehose stream invocations.")
		}
	}
	return nil
}

// needsRole reports whether the integration, whose address is a good one, calls a
// service as a role. A function has a policy of its own, which may do instead.
//
// Observed: AWS refused services without a role in several public reports, and
// functions in none.
func (in *Integration) needsRole() bool {
	return (in.Type == AWS || in.Type == AWSProxy) && strings.Split(in.URI, ":")[4] != "lambda"
}

// proxyTarget reports whether an AWS_PROXY integration may call the address.
func proxyTarget(service, path string, isPath bool) bool {
	if service == "firehose" {
		return !isPath
	}
	if service != "lambda" || !isPath {
		return false
	}
	return lambdaInvocation.MatchString(path)
}

var lambdaInvocation = regexp.MustCompile(`^(2015-03-31/functions/.+/invocations|2021-11-15/functions/.+/response-streaming-invocations)$`)

var stageVariable = regexp.MustCompile(`\$\{stageVariables\.[A-Za-z0-9_.-]+\}`)

// badEndpoint says why text is no HTTP endpoint, or nothing if it is one.
// Stage variables and path placeholders are taken as given.
func badEndpoint(text string) string {
	if loc := stageVariable.FindStringIndex(text); loc != nil && loc[0] == 0 {
		return ""
	}
	plain := stageVariable.ReplaceAllString(text, "8") // may be a host, a port or a part of the path
	plain = strings.NewReplacer("{", "", "}", "").Replace(plain)
	if strings.ContainsFunc(plain, func(r rune) bool { return r <= ' ' || r == 0x7f }) {
		return "it has blanks or control characters"
	}
	u, err := url.Parse(plain)
	switch {
	case err != nil:
		return "it does not parse"
	case u.Scheme != "http" && u.Scheme != "https":
		return "the scheme is not http or https"
	case u.Hostname() == "":
		return "it has no host"
	case u.User != nil:
		return "it carries user information"
	}
	return ""
}

// DefaultTimeout is how long the gateway waits for a backend unless told
// otherwise.
const DefaultTimeout = 29 * time.Second
