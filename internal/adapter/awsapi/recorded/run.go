package recorded

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"strings"
)

// ErrNoDataPlane says that a case has invoke steps and the Runner no Invoke.
var ErrNoDataPlane = errors.New("the case sends requests to a deployed API, and there is no data plane")

// maxAnswer is how much of an answer is read, in bytes.
const maxAnswer = 64 << 20

// A Runner runs cases against one server. It is safe for concurrent use when
// its functions are.
type Runner struct {
	URL    string       // of the control plane, without a slash at the end
	Client *http.Client // nil: http.DefaultClient

	// Invoke sends a request to a deployed API; the runner closes the answer's
	// body. Nil: there is no data plane.
	Invoke func(ctx context.Context, api string, r *http.Request) (*http.Response, error)

	// Backend returns the base URL of a backend of the README's table, without
	// a slash at the end. Nil: there is none, and cases with one fail.
	Backend func(name string) (string, error)

	// ControlOnly leaves out the steps that need a data plane.
	ControlOnly bool
}

type run struct {
	*Runner
	backend  string
	answers  map[string]any
	bindings bindings
}

// Run runs a case and returns the first difference, with its step.
func (r *Runner) Run(ctx context.Context, c *Case) error {
	if c.Invokes() && r.Invoke == nil && !r.ControlOnly {
		return ErrNoDataPlane
	}
	x := &run{Runner: r, answers: map[string]any{}, bindings: bindings{}}
	if c.Backend != "" && r.Backend != nil {
		base, err := r.Backend(c.Backend)
		if err != nil {
			return fmt.Errorf("backend %s: %w", c.Backend, err)
		}
		x.backend = base
	} else if c.Backend != "" {
		// Cases that only configure the backend need no more than its address.
		x.backend = "http://backend.example.com"
	}
	for i := range c.Steps {
		step := &c.Steps[i]
		do := x.control
		if step.Invoke != nil {
			if r.ControlOnly {
				continue
			}
			do = x.invoke
		}
		if err := do(ctx, step); err != nil {
			return fmt.Errorf("%s %s: %w", step.Name, step.Op, err)
		}
	}
	return nil
}

// control sends a request to the control plane and compares its answer.
func (r *run) control(ctx context.Context, step *Step) error {
	request, err := r.request(ctx, step.Request)
	if err != nil {
		return err
	}
	client := r.Client
	if client == nil {
		client = http.DefaultClient
	}
	response, err := client.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	text, err := io.ReadAll(io.LimitReader(response.Body, maxAnswer))
	if err != nil {
		return err
	}
	var body any
	if len(text) > 0 {
		if err := json.Unmarshal(text, &body); err != nil {
			body = string(text)
		}
	}
	if response.Header.Get("Content-Disposition") != "" {
		// SDKs give the body of an export as one member of several.
		body = map[string]any{"body": body, "contentDisposition": response.Header.Get("Content-Disposition"),
			"contentType": response.Header.Get("Content-Type")}
	}
	r.answers[step.Name] = body
	succeeded := response.StatusCode < 300
	if len(step.Observed) == 0 && succeeded == step.Fails {
		return fmt.Errorf("status %d, want success %t: %s", response.StatusCode, !step.Fails, text)
	}
	for _, o := range step.Observed {
		if err := r.compare(o, response, body); err != nil {
			return fmt.Errorf("%s: %w", o.Key, err)
		}
	}
	return nil
}

func (r *run) request(ctx context.Context, q *Request) (*http.Request, error) {
	path, err := r.expand(q.Path)
	if err != nil {
		return nil, err
	}
	if q.Query != "" {
		query, err := r.expand(q.Query)
		if err != nil {
			return nil, err
		}
		path += "?" + query
	}
	var body io.Reader
	contentType := "application/json"
	switch {
	case q.Body != nil:
		value, err := r.expandAll(q.Body)
		if err != nil {
			return nil, err
		}
		text, err := json.Marshal(value)
		if err != nil {
			return nil, err
		}
		body = bytes.NewReader(text)
	case q.BodyText != "":
		text, err := r.expand(q.BodyText)
		if err != nil {
			return nil, err
		}
		body, contentType = strings.NewReader(text), "application/octet-stream"
	}
	request, err := http.NewRequestWithContext(ctx, q.Method, r.URL+path, body)
	if err != nil {
		return nil, err
	}
	request.Header.Set("Accept", "application/json")
	if body != nil {
		request.Header.Set("Content-Type", contentType)
	}
	for name, value := range q.Headers {
		value, err := r.expand(value)
		if err != nil {
			return nil, err
		}
		request.Header.Set(name, value)
	}
	return request, nil
}

// compare compares the answer of the control plane with one observed entry.
func (r *run) compare(o Observed, response *http.Response, body any) error {
	var err error
	if list, ok := strings.CutSuffix(o.At, ".*"); ok {
		return r.compareAny(list, o.Value, body)
	}
	if o.At != "" {
		part, err := at(body, o.At)
		if err != nil {
			return err
		}
		r.bindings, err = match(o.Value, part, "$."+o.At, r.bindings)
		return err
	}
	if response.StatusCode != o.Status {
		return fmt.Errorf("status %d, want %d: %s", response.StatusCode, o.Status, show(body))
	}
	if o.Error != nil {
		code, _, _ := strings.Cut(response.Header.Get("X-Amzn-Errortype"), ":")
		if code != o.Error.Code {
			return fmt.Errorf("x-amzn-ErrorType %q, want %q: %s", code, o.Error.Code, show(body))
		}
		r.bindings, err = match(map[string]any{"message": o.Error.Message}, body, "$", r.bindings)
		return err
	}
	if o.Body == nil {
		if body != nil {
			return fmt.Errorf("body %s, want none", show(body))
		}
		return nil
	}
	want := o.Body
	if members, ok := want.(map[string]any); ok {
		want = asSent(members)
	}
	r.bindings, err = match(want, body, "$", r.bindings)
	return err
}

// asSent returns an answer that was recorded as SDKs give it: an error that they
// raise, or a file whose version is a date.
func asSent(members map[string]any) map[string]any {
	if members["Error"] != nil {
		return map[string]any{"message": members["message"]}
	}
	if disposition, ok := members["contentDisposition"].(string); ok {
		members = maps.Clone(members)
		members["contentDisposition"] = strings.Replace(disposition, "_date.", "_<date>.", 1)
	}
	return members
}

// compareAny compares each item of a list with an observed value until one is
// equal.
func (r *run) compareAny(path string, want, body any) error {
	value, err := at(body, path)
	if err != nil {
		return err
	}
	items, ok := value.([]any)
	if !ok || len(items) == 0 {
		return fmt.Errorf("$.%s is no list with items: %s", path, show(value))
	}
	for _, item := range items {
		next, differs := match(want, item, "$."+path+".*", r.bindings)
		if differs == nil {
			r.bindings = next
			return nil
		}
		err = differs
	}
	return err
}

// invoke sends a request to a deployed API and compares its answer.
func (r *run) invoke(ctx context.Context, step *Step) error {
	q := step.Invoke
	api, err := r.expand(q.API)
	if err != nil {
		return err
	}
	path, err := r.expand(q.Path)
	if err != nil {
		return err
	}
	var text []byte
	contentType := ""
	switch {
	case q.BodyJSON != nil:
		value, err := r.expandAll(q.BodyJSON)
		if err != nil {
			return err
		}
		if text, err = json.Marshal(value); err != nil {
			return err
		}
		contentType = "application/json"
	case q.Body != nil:
		body, err := r.expand(*q.Body)
		if err != nil {
			return err
		}
		text = []byte(body)
	}
	request, err := http.NewRequestWithContext(ctx, q.Method, "http://"+api+path, bytes.NewReader(text))
	if err != nil {
		return err
	}
	if query := queryOf(q.Query); query != "" {
		request.URL.RawQuery = query
	}
	if contentType != "" {
		request.Header.Set("Content-Type", contentType)
	}
	for name, value := range q.Headers {
		value, err := r.expand(value)
		if err != nil {
			return err
		}
		if strings.EqualFold(name, "User-Agent") {
			name = "User-Agent" // or net/http adds its own
		}
		request.Header[name] = []string{value} // in its spelling
	}
	response, err := r.Invoke(ctx, api, request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(io.LimitReader(response.Body, maxAnswer))
	if err != nil {
		return err
	}
	for _, o := range step.Observed {
		got, err := answerPart(o.At, response, body)
		if err != nil {
			return fmt.Errorf("%s: %w", o.Key, err)
		}
		want := o.Value
		switch o.At {
		case "content":
			want = bytesText(want)
		case "headers":
			want, got = comparableHeaders(want, got)
		}
		if r.bindings, err = match(want, got, "$."+o.At, r.bindings); err != nil {
			return fmt.Errorf("%s: %w; status %d, body %.600s", o.Key, err, response.StatusCode, body)
		}
	}
	return nil
}

func queryOf(q map[string]any) string {
	values := url.Values{}
	for name, value := range q {
		if list, ok := value.([]any); ok {
			for _, v := range list {
				values.Add(name, fmt.Sprint(v))
			}
			continue
		}
		values.Add(name, fmt.Sprint(value))
	}
	return values.Encode()
}

// edgeHeaders are added by the content delivery network of edge endpoints and
// may be left aside.
var edgeHeaders = []string{"x-cache", "via", "x-amz-cf-", "cloudfront-"}

// backendHeaders depend on the backend; their values are not compared.
var backendHeaders = []string{"content-length", "server", "date", "connection"}

// comparableHeaders returns both header maps with small names and without what
// the README says may differ.
func comparableHeaders(want, got any) (any, any) {
	w, ok := want.(map[string]any)
	if !ok {
		return want, got
	}
	g, ok := got.(map[string]any)
	if !ok {
		return want, got
	}
	wanted := make(map[string]any, len(w))
	for name, value := range w {
		wanted[strings.ToLower(name)] = value
	}
	for name := range g {
		for _, edge := range edgeHeaders {
			if _, ok := wanted[name]; !ok && strings.HasPrefix(name, edge) {
				delete(g, name)
			}
		}
	}
	for _, name := range backendHeaders {
		for _, name := range []string{name, "x-amzn-remapped-" + name} {
			if value, ok := g[name]; ok && wanted[name] != nil && !strings.HasPrefix(fmt.Sprint(wanted[name]), "response_param_") {
				wanted[name] = value
			}
		}
	}
	return wanted, g
}

// answerPart returns the part of a data plane answer that an observed entry is
// about: status_code, json, text, content, headers, or a path below json or
// headers.
func answerPart(path string, response *http.Response, body []byte) (any, error) {
	first, rest, _ := strings.Cut(path, ".")
	switch first {
	case "status_code":
		return float64(response.StatusCode), nil
	case "text", "content":
		return string(body), nil
	case "json":
		var value any
		if err := json.Unmarshal(body, &value); err != nil {
			return nil, fmt.Errorf("status %d, body is not JSON: %.600s", response.StatusCode, body)
		}
		return at(value, rest)
	case "headers":
		if rest != "" {
			values := response.Header.Values(rest)
			if values == nil {
				return nil, fmt.Errorf("no header %s", rest)
			}
			return strings.Join(values, ", "), nil
		}
		all := map[string]any{}
		for name, values := range response.Header {
			all[strings.ToLower(name)] = strings.Join(values, ", ")
		}
		return all, nil
	}
	return nil, fmt.Errorf("%q is no part of an answer", path)
}

// bytesText turns Python's notation of bytes, b'…', into text.
func bytesText(v any) any {
	text, ok := v.(string)
	if !ok || !strings.HasPrefix(text, "b'") || !strings.HasSuffix(text, "'") {
		return v
	}
	return strings.NewReplacer(`\n`, "\n", `\t`, "\t", `\'`, "'", `\\`, `\`).Replace(text[2 : len(text)-1])
}
