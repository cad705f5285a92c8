package dataplane

import (
	"strings"

	"postern/internal/apigw"
	"postern/internal/lang/mapping"
	"postern/internal/message"
	"postern/internal/sigv4"
)

// This file is station 2: it makes what the backend gets.
//
// The order of a mapped request: the media type chooses a template or passes
// the payload, the payload is converted, parameters are mapped, the template is
// rendered, its overrides win, headers are judged, the address is assembled.

// A mappedRequest is the integration request of HTTP and AWS: parameters are
// mapped and the payload goes through a template.
type mappedRequest struct {
	payload requestPayload
	address address
	verb    string // ANY: the client's

	headers []mappingRow
	query   []mappingRow
	path    []mappingRow
	rules   map[string]headerRule // of headers that are mapped

	apiID     string
	userAgent string
	proxy     bool            // HTTP_PROXY: the whole request is passed on
	service   *serviceRequest // AWS and AWS_PROXY; nil: an HTTP endpoint
}

// compileHTTPRequest prepares station 2 of an HTTP or HTTP_PROXY integration.
func (c *compiler) httpRequest(where string, in *apigw.Integration) (*mappedRequest, error) {
	rows, err := compileMappings(in.RequestParameters)
	if err != nil {
		return nil, err
	}
	r := &mappedRequest{
		address:   compileAddress(in.URI, c.variables),
		verb:      in.HTTPMethod,
		headers:   rows[mapping.IntegrationRequestHeader],
		query:     rows[mapping.IntegrationRequestQuery],
		path:      rows[mapping.IntegrationRequestPath],
		rules:     mapped,
		apiID:     c.snapshot.API.ID,
		userAgent: "AmazonAPIGateway_" + c.snapshot.API.ID,
		proxy:     in.Type == apigw.HTTPProxy,
	}
	r.payload = c.requestPayload(where, in)
	return r, nil
}

func (r *mappedRequest) build(x *exchange) error {
	verb := r.verb
	if verb == "ANY" {
		verb = x.scope.Context.HTTPMethod
	}
	body, err := r.payload.convert(x)
	if err != nil {
		return err
	}
	out := &x.out
	out.Method = verb
	out.Header = r.defaultHeaders(x, out.Header[:0])
	for i := range r.headers {
		if err := r.mapHeader(x, &r.headers[i]); err != nil {
			return err
		}
	}
	// The template runs after the mappings and may override them.
	if body, err = r.payload.render(x, body); err != nil {
		return err
	}
	for _, o := range x.scope.Override.Header {
		if err := r.setHeader(&out.Header, o.Name, o.Values); err != nil {
			return err
		}
	}
	if r.service != nil {
		body = r.service.body(body)
	}
	if len(body) > 0 && !r.proxy && !out.Header.Has("Content-Type") {
		out.Header.Add("Content-Type", r.contentType(x))
	}
	out.Body = body
	if out.URL, err = r.url(x); err != nil {
		return err
	}
	return nil
}

// defaultHeaders appends what is sent when nothing is mapped. A custom
// integration gets a Content-Type once it is known that there is a payload.
// Observed. A signature is for API Gateway alone, also where it is not verified;
// see "Authorization" in "Amazon API Gateway important notes".
func (r *mappedRequest) defaultHeaders(x *exchange, h message.Header) message.Header {
	if r.proxy {
		agent := false
		for _, f := range x.scope.Header {
			if rule(forwarded, f.Name) == drop || f.Name == "Authorization" && sigv4.IsAuthorization(f.Value) {
				continue
			}
			agent = agent || message.EqualName(f.Name, "User-Agent")
			h = append(h, f)
		}
		if !agent {
			h = append(h, message.Field{Name: "User-Agent", Value: r.userAgent})
		}
		return append(h, message.Field{Name: "X-Amzn-Apigateway-Api-Id", Value: r.apiID})
	}
	h = append(h, message.Field{Name: "Accept", Value: "application/json"})
	if r.service != nil {
		return r.service.defaultHeaders(x, r, h)
	}
	return append(h,
		message.Field{Name: "User-Agent", Value: r.userAgent},
		message.Field{Name: "X-Amzn-Apigateway-Api-Id", Value: r.apiID},
		message.Field{Name: "X-Amzn-Trace-Id", Value: x.traceID},
	)
}

// contentType is what a payload is called that no mapping describes.
func (r *mappedRequest) contentType(x *exchange) string {
	if r.service != nil && r.service.contentType != "" {
		return r.service.contentType
	}
	if v := x.scope.Header.Get("Content-Type"); v != "" {
		return v
	}
	return "application/json"
}

func (r *mappedRequest) mapHeader(x *exchange, row *mappingRow) error {
	values, err := row.values(x)
	if err != nil || len(values) == 0 {
		return err
	}
	value := joined(values)
	switch rule(r.rules, row.name) {
	case drop:
	case refuse:
		return configurationError(row.name+" header already present", nil)
	default:
		x.out.Header.Set(row.name, value)
	}
	return nil
}

// setHeader obeys an override, which may have several values.
func (r *mappedRequest) setHeader(h *message.Header, name string, values []string) error {
	switch rule(r.rules, name) {
	case drop:
		return nil
	case refuse:
		return configurationError(name+" header already present", nil)
	}
	h.Del(name)
	for _, v := range values {
		h.Add(name, v)
	}
	return nil
}

// url assembles the backend's address.
func (r *mappedRequest) url(x *exchange) (string, error) {
	if r.address.invalid {
		return "", invalidEndpoint
	}
	if r.address.fixed != "" && len(r.query) == 0 && len(x.scope.Override.Query) == 0 && !r.proxy {
		return r.address.fixed, nil
	}
	dst, err := r.address.appendTo(x.uri[:0], x, r.path)
	if err != nil {
		return "", err
	}
	sep := byte('?')
	if r.address.hasQuery {
		sep = '&'
	}
	if r.proxy {
		for _, p := range x.scope.Query {
			dst = appendQuery(dst, &sep, p.Name, p.Value)
		}
	}
	for i := range r.query {
		values, err := r.query[i].values(x)
		if err != nil {
			return "", err
		}
		for _, v := range values {
			dst = appendQuery(dst, &sep, r.query[i].name, v)
		}
	}
	if overrides := x.scope.Override.Query; len(overrides) > 0 {
		dst = overrideQuery(dst, overrides)
	}
	x.uri = dst
	return string(dst), nil
}

// A requestPayload is what becomes of the method request's payload.
type requestPayload struct {
	binary    binaryTypes
	handling  apigw.ContentHandling
	templates templateSet
	behavior  apigw.PassthroughBehavior
	proxy     bool
}

func (c *compiler) requestPayload(where string, in *apigw.Integration) requestPayload {
	p := requestPayload{binary: c.binary, handling: in.ContentHandling, behavior: in.PassthroughBehavior}
	if in.Type == apigw.HTTPProxy {
		return requestPayload{binary: c.binary, proxy: true}
	}
	p.templates = compileTemplates(where+" request template", in.RequestTemplates)
	c.warn(p.templates.errors()...)
	return p
}

// A converted is a payload on its way through station 2.
type converted struct {
	payload
	template    *template
	decodeLater bool
}

// convert chooses the template and applies content handling. The scope sees the
// converted text.
func (p *requestPayload) convert(x *exchange) ([]byte, error) {
	contentType := requestMediaType(x)
	binary := len(p.binary) > 0 && p.binary.match(contentType)
	if p.proxy {
		if binary {
			return x.body, nil
		}
		return validText(x.body), nil
	}
	t, err := p.template(contentType)
	if err != nil {
		return nil, err
	}
	body, decodeLater := convertRequest(x.body, binary, p.handling)
	x.chosen = converted{body, t, decodeLater}
	x.scope.SetRequestBody(body.bytes)
	return body.bytes, nil
}

// template picks the mapping template for a media type, or nil to pass the
// payload through. It fails as the passthrough behavior demands.
//
// See "Method request behavior for payloads without mapping templates for REST
// APIs in API Gateway".
func (p *requestPayload) template(contentType string) (*template, error) {
	if t := p.templates.byType[contentType]; t != nil {
		return t, nil
	}
	if t := p.templates.byType["$default"]; t != nil {
		return t, nil
	}
	switch p.behavior {
	case apigw.Never:
		return nil, unsupportedMediaType
	case apigw.WhenNoTemplates:
		if len(p.templates.byType) > 0 {
			return nil, unsupportedMediaType
		}
	}
	return nil, nil
}

// render runs the template that convert chose, if any, and decodes what is to
// be decoded.
func (p *requestPayload) render(x *exchange, body []byte) ([]byte, error) {
	if p.proxy {
		return body, nil
	}
	chosen := &x.chosen
	if chosen.template != nil {
		if chosen.raw {
			return nil, configurationError("Unable to transform request", nil)
		}
		out, err := chosen.template.render(x.rendered[:0], x, "request")
		if err != nil {
			return nil, err
		}
		x.rendered = out
		body = out
	}
	if chosen.decodeLater && len(body) > 0 {
		return decodeBase64(body)
	}
	return body, nil
}

// A mockRequest is station 2 of MOCK: the rendered template says the status.
type mockRequest struct {
	payload requestPayload
}

func (r *mockRequest) build(x *exchange) error {
	body, err := r.payload.convert(x)
	if err != nil {
		return err
	}
	if x.chosen.raw && x.chosen.template == nil {
		return unparsableStatus
	}
	body, err = r.payload.render(x, body)
	if err != nil {
		return err
	}
	x.out.Body = body
	return nil
}

// logMethodRequest writes what came in to the execution log.
func (x *exchange) logMethodRequest() {
	if x.trace == nil {
		return
	}
	x.trace.add("Starting execution for request: ", x.scope.Context.RequestID)
	x.trace.add("HTTP Method: ", x.scope.Context.HTTPMethod, ", Resource Path: ", x.below)
	x.trace.pairs("Method request path: ", x.scope.Path)
	x.trace.pairs("Method request query string: ", x.scope.Query)
	x.trace.header("Method request headers: ", x.scope.Header)
	x.trace.add("Method request body before transformations: ", strings.ToValidUTF8(string(x.trace.cut(x.body)), "\uFFFD"))
}
