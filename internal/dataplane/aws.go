package dataplane

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strconv"
	"strings"

	"postern/internal/apigw"
	"postern/internal/backend"
	"postern/internal/lang/mapping"
	"postern/internal/message"
)

// This file is what the stations of AWS and AWS_PROXY have of their own: whom
// they call, as whom, and what the Lambda API's refusals mean.

// nothing is the integration request of an integration that cannot be called.
type nothing struct{}

func (nothing) build(*exchange) error { return nil }

// awsStations compiles stations 2 and 3 and the call of an AWS or AWS_PROXY
// integration.
func (c *compiler) awsStations(where string, out *Method, r *apigw.Resource, m *apigw.Method) error {
	in := m.Integration
	target, ok := parseAWSURI(fillStageVariables(in.URI, c.variables), c.region)
	if !ok {
		out.integrationRequest, out.integration.broken = nothing{}, invalidEndpoint
		return nil
	}
	out.integration = c.awsIntegration(m, target)
	proxy := in.Type == apigw.AWSProxy
	if proxy && out.integration.lambda {
		event, err := c.lambdaEvent(r, m, target)
		out.integrationRequest, out.integrationResponse = event, &lambdaReply{c.binary}
		return err
	}
	request := c.awsCall(r, m, target)
	out.integrationRequest = request
	if proxy {
		// Chosen: a stream of Firehose gets the payload as it is.
		request.payload = requestPayload{binary: c.binary, proxy: true}
		out.integrationResponse = &passedResponse{c.binary}
		return nil
	}
	rows, err := compileMappings(in.RequestParameters)
	if err != nil {
		return err
	}
	request.headers = rows[mapping.IntegrationRequestHeader]
	request.query = rows[mapping.IntegrationRequestQuery]
	request.path = rows[mapping.IntegrationRequestPath]
	request.payload = c.requestPayload(where, in)
	res, err := c.selectedResponse(where, m)
	if err != nil {
		return err
	}
	res.lambda = out.integration.lambda
	out.integrationResponse = res
	return nil
}

// awsCall prepares a request to a service, its mappings and payload aside.
func (c *compiler) awsCall(r *apigw.Resource, m *apigw.Method, target *awsTarget) *mappedRequest {
	_, lambda := target.function()
	o := target.options()
	s := &serviceRequest{lambda: lambda, source: c.source(r, m)}
	address := "https://" + o.Host() + "/"
	protocol, name, contentType := o.Protocol()
	switch {
	case target.action == "":
		address += target.path
	case protocol == backend.JSONProtocol:
		s.target, s.contentType = name, contentType
		address += query("", target.path)
	case target.service == "s3":
		address += s3Path(target.path)
	case protocol == backend.RESTProtocol:
		address += query("", target.path)
	default:
		address += query("Action="+target.action, target.path)
	}
	return &mappedRequest{
		address:   splitAddress(strings.ReplaceAll(address, ";", "%3B")),
		verb:      m.Integration.HTTPMethod,
		rules:     called,
		apiID:     c.snapshot.API.ID,
		userAgent: "AmazonAPIGateway_" + c.snapshot.API.ID,
		service:   s,
	}
}

// query joins two parts of a query string and puts a question mark before them.
func query(a, b string) string {
	switch {
	case a == "" && b == "":
		return ""
	case a == "" || b == "":
		return "?" + a + b
	}
	return "?" + a + "&" + b
}

// s3Path is the path and query of an S3 action: Bucket and Key make the path.
func s3Path(parameters string) string {
	var bucket, key, rest string
	for part := range strings.SplitSeq(parameters, "&") {
		name, value, _ := strings.Cut(part, "=")
		switch name {
		case "Bucket":
			bucket = value
		case "Key":
			key = "/" + value
		case "":
		default:
			rest += "&" + part
		}
	}
	return bucket + key + query("", strings.TrimPrefix(rest, "&"))
}

func (t *awsTarget) options() *backend.ServiceOptions {
	return &backend.ServiceOptions{Partition: t.partition, Region: t.region, Subdomain: t.subdomain, Service: t.service, Action: t.action}
}

// A serviceRequest is what a request to a service has beyond one to an HTTP
// endpoint.
type serviceRequest struct {
	lambda      bool
	source      sourceARN
	target      string // X-Amz-Target; empty: none
	contentType string // unless one is mapped; empty: the client's
}

// defaultHeaders appends what is sent when nothing is mapped. Observed.
func (s *serviceRequest) defaultHeaders(x *exchange, r *mappedRequest, h message.Header) message.Header {
	if s.target != "" {
		h = append(h, message.Field{Name: "X-Amz-Target", Value: s.target})
	}
	if s.lambda {
		h = append(h,
			message.Field{Name: "x-amzn-lambda-integration-tag", Value: x.scope.Context.RequestID},
			message.Field{Name: "X-Amz-Source-Arn", Value: s.source.text(x.scope.Context.HTTPMethod)})
	}
	return append(h,
		message.Field{Name: "User-Agent", Value: r.userAgent},
		message.Field{Name: "x-amzn-apigateway-api-id", Value: r.apiID},
		message.Field{Name: "X-Amzn-Trace-Id", Value: x.traceID},
	)
}

// body is the payload as it is sent: a function gets an object for none.
// Observed.
func (s *serviceRequest) body(b []byte) []byte {
	if s.lambda && len(b) == 0 {
		return emptyObject
	}
	return b
}

var emptyObject = []byte("{}")

// awsIntegration prepares the call of a service.
func (c *compiler) awsIntegration(m *apigw.Method, target *awsTarget) integration {
	in := m.Integration
	out := integration{timeout: in.Timeout, remote: true, service: true}
	if out.timeout <= 0 {
		out.timeout = c.limits.IntegrationTimeout
	}
	o := target.options()
	credentials := c.credentials(in)
	switch {
	case callerCredentials(credentials):
		if m.AuthorizationType != apigw.AuthIAM {
			out.broken = configurationError("There was an internal error while executing your request",
				errors.New("credentials "+credentials+" stand for the caller's, whom only a method with authorization AWS_IAM knows"))
			return out
		}
		o.Caller = true
		out.caller, out.secret = true, c.suppliers.Secret
	default:
		o.Role = credentials
	}
	var remote backend.Backend
	if c.suppliers.AWS != nil {
		remote = c.suppliers.AWS(*o)
	}
	function, lambda := target.function()
	if !lambda {
		if out.backend = remote; remote == nil {
			out.broken = configurationError("There was an internal error while executing your request", errors.New("no service of AWS can be called"))
		}
		return out
	}
	out.lambda = true
	if strings.Contains(function, "{") {
		function = "" // the request's URL says which
	} else {
		function = decodePath(function)
	}
	if in.Type == apigw.AWSProxy && in.HTTPMethod != http.MethodPost {
		// Observed: 500 where INTEGRATION_FAILURE is customised without a status.
		out.broken = configurationError("There was an internal error while executing your request",
			errors.New("Lambda functions are invoked by POST, and the integration's method is "+in.HTTPMethod))
		return out
	}
	out.backend = &backend.Lambda{
		Local:    c.suppliers.Functions,
		Remote:   remote,
		Function: function,
		Home:     "arn:" + target.partition + ":lambda:" + target.region + ":" + c.accountID + ":function:",
		Service:  credentials == "",
		Checked:  in.Type == apigw.AWSProxy,
	}
	return out
}

// credentials returns whose credentials sign the calls of an integration. Those
// of older documentation have backslashes before the asterisks.
func (c *compiler) credentials(in *apigw.Integration) string {
	return strings.ReplaceAll(fillStageVariables(in.Credentials, c.variables), `\`, "")
}

// callerCredentials reports whether credentials stand for the caller's own:
// arn:aws:iam::*:user/*.
func callerCredentials(arn string) bool {
	return strings.HasPrefix(arn, "arn:") && strings.HasSuffix(arn, ":iam::*:user/*")
}

// asCaller makes the verified caller's credentials those that sign.
func (i *integration) asCaller(ctx context.Context, x *exchange) error {
	key := x.scope.Context.Identity.AccessKey
	if key == "" || i.secret == nil {
		return configurationError("There was an internal error while executing your request", errors.New("the caller's credentials are not known"))
	}
	secret, err := i.secret(ctx, key)
	if err != nil {
		return configurationError("There was an internal error while executing your request", err)
	}
	token := x.scope.Header.Get("X-Amz-Security-Token")
	if token == "" {
		token, _ = x.scope.Query.Last("X-Amz-Security-Token")
	}
	x.out.Caller = backend.Credentials{AccessKeyID: key, SecretKey: secret, SessionToken: token}
	return nil
}

// serviceAnswered notes what a service said of itself.
func (x *exchange) serviceAnswered(back *message.Response) {
	c := &x.scope.Context
	for _, f := range back.Header {
		switch {
		case message.EqualName(f.Name, "x-amzn-RequestId"), message.EqualName(f.Name, "x-amz-request-id"):
			c.AWSEndpointRequestID, c.Integration.RequestID = f.Value, f.Value
		case message.EqualName(f.Name, "x-amz-id-2"):
			c.AWSEndpointRequestID2 = f.Value
		}
	}
}

// lambdaFault says what it means that the Lambda API did not invoke a function,
// or returns nil if it did. Texts observed.
func lambdaFault(x *exchange, back *message.Response) *Fault {
	if back.Status >= 200 && back.Status < 300 {
		return nil
	}
	var said struct {
		Message string `json:"message"` // also Message
	}
	_ = json.Unmarshal(back.Body, &said) // without a message there is none to show
	kind, _, _ := strings.Cut(back.Header.Get("x-amzn-ErrorType"), ":")
	reason := kind + ": " + clip(said.Message)
	if kind == "AccessDeniedException" {
		reason = kind + notPermitted(x.out.Header.Get("X-Amz-Source-Arn"), said.Message)
	}
	cause := errors.New("Lambda answered " + strconv.Itoa(back.Status) + " " + reason)
	if kind == "AccessDeniedException" || kind == "ResourceNotFoundException" {
		return configurationError("Invalid permissions on Lambda function", cause)
	}
	status := strconv.Itoa(back.Status)
	x.trace.add("Lambda invocation failed with status: ", status, ". Lambda request id: ", back.Header.Get("x-amzn-RequestId"))
	switch {
	case back.Status == http.StatusTooManyRequests:
		return configurationError("Rate Exceeded.", cause)
	case back.Status == http.StatusRequestEntityTooLarge:
		return &Fault{Type: apigw.RequestTooLarge, Message: "Request Too Long", Log: "Lambda invocation failed with status " + status, Err: cause}
	case back.Status == http.StatusBadRequest && kind == "InvalidRequestContentException":
		return &Fault{Type: apigw.Default4XX, Status: http.StatusBadRequest, ErrorType: "BadRequestException", Message: said.Message,
			Log: "Lambda invocation failed with status " + status, Err: cause}
	}
	return configurationError("There was an internal error while executing your request", cause)
}

// notPermitted says for the log why a function refused and, if it was the
// gateway itself that it refused, who has to let it.
func notPermitted(source, said string) string {
	out := ": " + said
	if source != "" && strings.Contains(said, "apigateway.amazonaws.com") {
		out += "; an AWS::Lambda::Permission for the principal apigateway.amazonaws.com and the source ARN " + source + " would let it"
	}
	return out
}
