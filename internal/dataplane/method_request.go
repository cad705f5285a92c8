package dataplane

import (
	"bytes"
	"compress/flate"
	"compress/gzip"
	"compress/zlib"
	"context"
	"io"
	"slices"
	"strings"

	"postern/internal/apigw"
	"postern/internal/lang/jsonschema"
	"postern/internal/throttle"
)

// This file is station 1: it admits a request or turns it away.

// A methodRequest is what a request must satisfy.
type methodRequest struct {
	closed     *Fault    // set when the method asks for something that is not enforced yet
	access     *access   // nil: anybody may call
	key        *keyCheck // nil: no API key is required
	throttle   *throttle.Bucket
	decompress bool
	limit      int64 // bytes of a decompressed payload

	required parameters // checked if not empty
	models   map[string]*model
	body     bool // the validator checks the payload
}

// parameters are the names that a request must have a value for, sorted.
type parameters struct {
	header, path, query []string
}

// A model is a compiled schema, or the reason why it cannot be used.
type model struct {
	schema *jsonschema.Schema
	err    error
}

// compileMethodRequest prepares station 1 of a method.
func (c *compiler) methodRequest(resource *apigw.Resource, m *apigw.Method) methodRequest {
	r := methodRequest{
		closed:     c.closed(m),
		access:     c.access(m.HTTPMethod+" "+resource.Path, m),
		key:        c.keyCheck(resource, m),
		throttle:   c.bucket(resource, m),
		decompress: c.snapshot.API.MinimumCompressionSize != nil,
		limit:      c.limits.Payload,
	}
	v := c.validator(m.RequestValidatorID)
	if v == nil {
		return r
	}
	if v.ValidateRequestParameters {
		for name, required := range m.RequestParameters {
			if !required {
				continue
			}
			for _, place := range []struct {
				prefix string
				to     *[]string
			}{
				{"method.request.header.", &r.required.header},
				{"method.request.multivalueheader.", &r.required.header},
				{"method.request.path.", &r.required.path},
				{"method.request.querystring.", &r.required.query},
				{"method.request.multivaluequerystring.", &r.required.query},
			} {
				if n, ok := strings.CutPrefix(name, place.prefix); ok {
					*place.to = append(*place.to, n)
				}
			}
		}
		slices.Sort(r.required.header)
		slices.Sort(r.required.path)
		slices.Sort(r.required.query)
	}
	if v.ValidateRequestBody {
		r.body = true
		r.models = make(map[string]*model, len(m.RequestModels))
		for contentType, name := range m.RequestModels {
			key := mediaType(contentType)
			if contentType == "$default" {
				key = contentType
			}
			r.models[key] = c.model(name)
		}
	}
	return r
}

// closed returns the fault of a method that asks for a check the corridor
// cannot make yet. It never runs open.
func (c *compiler) closed(m *apigw.Method) *Fault {
	missing := func(f Fault, what string) *Fault {
		f.Log = what + " is not part of Postern yet: the method stays closed"
		f.Early = true
		return &f
	}
	api := &c.snapshot.API
	switch {
	case api.Policy == "" && api.EndpointConfiguration != nil && slices.Contains(api.EndpointConfiguration.Types, "PRIVATE"):
		return &Fault{Type: forbidden.Type, ErrorType: forbidden.ErrorType, Message: forbidden.Message, Early: true,
			Log: "a private API without a resource policy denies every request"}
	}
	switch m.AuthorizationType {
	case "", apigw.AuthNone, apigw.AuthIAM, apigw.AuthCustom, apigw.AuthCognito:
	default:
		return missing(Fault{Type: apigw.Unauthorized, Message: "Unauthorized"}, "authorization by "+m.AuthorizationType)
	}
	if m.APIKeyRequired && c.suppliers.APIKeys == nil {
		return missing(*invalidAPIKey, "checking API keys")
	}
	return nil
}

// admit turns a request away, or lets it into the corridor.
func (r *methodRequest) admit(ctx context.Context, x *exchange) error {
	if r.closed != nil {
		return r.closed
	}
	if r.access != nil {
		if err := r.access.check(ctx, x); err != nil {
			return err
		}
	}
	if r.key != nil {
		if err := r.key.admit(x); err != nil {
			return err
		}
	}
	if r.throttle != nil && !r.throttle.Allow() {
		return tooManyRequests
	}
	x.executing = true
	x.body = x.request.Body
	if r.decompress {
		if err := r.inflate(x); err != nil {
			return err
		}
	}
	x.scope.SetRequestBody(x.body)
	x.logMethodRequest()
	if missing := r.required.missing(x); len(missing) > 0 {
		return &Fault{Type: apigw.BadRequestParameters, Message: "Missing required request parameters: [" + strings.Join(missing, ", ") + "]"}
	}
	if r.body {
		return r.validate(x)
	}
	return nil
}

// missing returns the required parameters without a value: headers, then path,
// then query. Observed.
func (p *parameters) missing(x *exchange) []string {
	var out []string
	for _, name := range p.header {
		if v, _ := x.scope.Header.Last(name); strings.TrimSpace(v) == "" {
			out = append(out, name)
		}
	}
	for _, name := range p.path {
		if v, _ := x.scope.Path.Last(name); strings.TrimSpace(v) == "" {
			out = append(out, name)
		}
	}
	for _, name := range p.query {
		if v, _ := x.scope.Query.Last(name); strings.TrimSpace(v) == "" {
			out = append(out, name)
		}
	}
	return out
}

// validate judges the payload by the model of its media type. Without a model
// for the type there is no validation at all.
//
// See "Request validation for REST APIs in API Gateway".
func (r *methodRequest) validate(x *exchange) error {
	contentType := requestMediaType(x)
	m := r.models[contentType]
	if m == nil {
		m = r.models["$default"]
	}
	if m == nil {
		return nil
	}
	if m.err != nil {
		return configurationError("Unable to read the model of content type "+contentType, m.err)
	}
	problems := m.schema.Validate(x.body)
	if len(problems) == 0 {
		return nil
	}
	details := "[" + strings.Join(problems, ", ") + "]"
	return &Fault{
		Type:       apigw.BadRequestBody,
		Message:    "Invalid request body",
		Log:        "Request body does not match model schema for content type " + contentType + ": " + details,
		Validation: details,
	}
}

// requestMediaType is the media type of the method request, which is JSON if
// the client does not say.
func requestMediaType(x *exchange) string {
	t := mediaType(x.scope.Header.Get("Content-Type"))
	if t == "" {
		return "application/json"
	}
	return t
}

// inflate undoes the payload's content encoding.
// See "Payload compression for REST APIs in API Gateway".
func (r *methodRequest) inflate(x *exchange) error {
	encoding := strings.ToLower(strings.TrimSpace(x.scope.Header.Get("Content-Encoding")))
	var in io.Reader
	var err error
	switch encoding {
	case "", "identity":
		return nil
	case "gzip":
		in, err = gzip.NewReader(bytes.NewReader(x.body))
	case "deflate":
		// Some clients send the bare format instead of the zlib one.
		if in, err = zlib.NewReader(bytes.NewReader(x.body)); err != nil {
			in, err = flate.NewReader(bytes.NewReader(x.body)), nil
		}
	default:
		return unsupportedMediaType
	}
	if err != nil {
		return unsupportedMediaType
	}
	out, err := io.ReadAll(io.LimitReader(in, r.limit+1))
	if err != nil {
		return unsupportedMediaType
	}
	if int64(len(out)) > r.limit {
		return &Fault{Type: apigw.RequestTooLarge, Message: "Request Too Long"}
	}
	x.body = out
	return nil
}
