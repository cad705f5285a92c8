package awsapi

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"postern/internal/apigw"
	"postern/internal/property"
)

// A Client speaks to a server of the control-plane API: Postern's or the real
// one. It is safe for concurrent use. A refusal of the server is an
// *apigw.Error.
type Client struct {
	Endpoint string       // base URL; what stands before /restapis
	HTTP     *http.Client // nil: http.DefaultClient

	// Sign signs a request whose body is given. Nil: requests are not signed.
	Sign func(r *http.Request, body []byte) error
}

// maxAnswer is how much of an answer the client reads, in bytes.
const maxAnswer = 64 << 20

// call performs an operation. The values are those of the path's parameters in
// their order, in is the body or nil. It returns the members of the answer.
func (c *Client) call(ctx context.Context, operation string, values []string, query url.Values, in map[string]any) (map[string]any, error) {
	var body []byte
	if in != nil {
		var err error
		if body, err = appendJSON(nil, in); err != nil {
			return nil, fmt.Errorf("%s: %w", operation, err)
		}
	}
	return c.send(ctx, operation, values, query, body, "application/json")
}

// send is call for a body that is sent as it is, or nil.
func (c *Client) send(ctx context.Context, operation string, values []string, query url.Values, body []byte, contentType string) (map[string]any, error) {
	op, err := operationByName(operation)
	if err != nil {
		return nil, err
	}
	target := strings.TrimSuffix(c.Endpoint, "/") + op.target(values)
	if len(query) > 0 {
		target += "?" + query.Encode()
	}
	r, err := http.NewRequestWithContext(ctx, op.method, target, bytes.NewReader(body))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", operation, err)
	}
	r.Header.Set("Accept", "application/json")
	if body != nil {
		r.Header.Set("Content-Type", contentType)
	}
	if c.Sign != nil {
		if err := c.Sign(r, body); err != nil {
			return nil, fmt.Errorf("%s: sign: %w", operation, err)
		}
	}
	client := c.HTTP
	if client == nil {
		client = http.DefaultClient
	}
	response, err := client.Do(r)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", operation, err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(io.LimitReader(response.Body, maxAnswer+1))
	if err == nil && len(text) > maxAnswer {
		err = fmt.Errorf("the answer has more than %d bytes", maxAnswer)
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", operation, err)
	}
	members := map[string]any{}
	if len(text) > 0 {
		d := json.NewDecoder(bytes.NewReader(text))
		d.UseNumber()
		if err := d.Decode(&members); err != nil && response.StatusCode < 300 {
			return nil, fmt.Errorf("%s: answer %s is not JSON: %w", operation, response.Status, err)
		}
	}
	if response.StatusCode >= 300 {
		return nil, refusalOf(response, members)
	}
	return members, nil
}

func operationByName(name string) (*operation, error) {
	ops := operations()
	for i := range ops {
		if ops[i].name == name {
			return &ops[i], nil
		}
	}
	return nil, errors.New(name + " is no operation")
}

// target returns the operation's path with values for its parameters.
func (op *operation) target(values []string) string {
	var b strings.Builder
	n := 0
	for segment := range strings.SplitSeq(op.path[1:], "/") {
		b.WriteByte('/')
		if strings.HasPrefix(segment, "{") && n < len(values) {
			segment = url.PathEscape(values[n])
			n++
		}
		b.WriteString(segment)
	}
	return b.String()
}

// refusalOf reads an error answer. The kind is in a header; what follows a colon
// is not part of it.
func refusalOf(response *http.Response, members map[string]any) error {
	code, _, _ := strings.Cut(response.Header.Get("X-Amzn-Errortype"), ":")
	e := &apigw.Error{Code: apigw.Code(code), Message: http.StatusText(response.StatusCode)}
	if code == "" {
		e.Code = apigw.Code("HTTP" + strconv.Itoa(response.StatusCode))
	}
	for _, name := range []string{"message", "Message"} {
		if text, ok := members[name].(string); ok {
			e.Message = text
		}
	}
	return e
}

// read makes a noun of an answer.
func read[T any, P interface {
	*T
	property.Noun
}](members map[string]any, err error) (*T, error) {
	if err != nil {
		return nil, err
	}
	n := new(T)
	rows := P(n).Properties()
	for i := range rows {
		rows[i].Is &^= property.Required // an answer may leave out what a request may not
	}
	if err := property.Decode(property.Wire, rows, members).Err(); err != nil {
		return nil, fmt.Errorf("read the answer: %w", err)
	}
	return n, nil
}

// readAll performs a list operation page by page.
func readAll[T any, P interface {
	*T
	property.Noun
}](ctx context.Context, c *Client, operation string, values []string, query url.Values) ([]*T, error) {
	if query == nil {
		query = url.Values{}
	}
	query.Set("limit", "500")
	var nouns []*T
	for {
		members, err := c.call(ctx, operation, values, query, nil)
		if err != nil {
			return nil, err
		}
		items, _ := members["item"].([]any)
		for _, item := range items {
			m, ok := item.(map[string]any)
			if !ok {
				return nil, fmt.Errorf("%s: an item is %T, expected an object", operation, item)
			}
			n, err := read[T, P](m, nil)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", operation, err)
			}
			nouns = append(nouns, n)
		}
		position, _ := members["position"].(string)
		if position == "" {
			return nouns, nil
		}
		if position == query.Get("position") {
			return nil, fmt.Errorf("%s: the server repeats position %q", operation, position)
		}
		query.Set("position", position)
	}
}

// patchBody is the body of an update.
func patchBody(ops []property.PatchOperation) map[string]any {
	list := make([]any, len(ops))
	for i, op := range ops {
		m := map[string]any{"op": op.Op, "path": op.Path}
		if op.HasValue || op.Value != "" {
			m["value"] = op.Value
		}
		if op.From != "" {
			m["from"] = op.From
		}
		list[i] = m
	}
	return map[string]any{"patchOperations": list}
}
