package stackapi

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// A Client uses the API of a gateway. It is safe for concurrent use.
type Client struct {
	URL       string            // of the gateway, such as http://127.0.0.1:4566
	Transport http.RoundTripper // nil: http.DefaultTransport
}

// Error makes a Failure an error.
func (f *Failure) Error() string { return f.Message }

// An Unreachable says that nothing answered, or not a Postern.
type Unreachable struct {
	URL string
	Err error // cause; nil: something else answered
}

func (e *Unreachable) Error() string {
	if e.Err == nil {
		return e.URL + ": another program answers here, not Postern"
	}
	return fmt.Sprintf("no Postern answers at %s: %v", e.URL, cause(e.Err))
}

// Unwrap returns the cause.
func (e *Unreachable) Unwrap() error { return e.Err }

// cause drops what net/http says around an error.
func cause(err error) error {
	var u *url.Error
	if errors.As(err, &u) {
		return u.Err
	}
	return err
}

// Running asks whether a Postern answers, within a second. It returns an
// Unreachable if none does.
func (c *Client) Running(ctx context.Context) (*Info, error) {
	ctx, cancel := context.WithTimeout(ctx, time.Second)
	defer cancel()
	info := &Info{}
	if err := c.call(ctx, http.MethodGet, "info", nil, info); err != nil {
		return nil, err
	}
	if info.Schema != InfoSchema {
		return nil, &Unreachable{URL: c.URL}
	}
	return info, nil
}

// Check asks what is wrong with templates.
func (c *Client) Check(ctx context.Context, r CheckRequest) ([]Problem, error) {
	out := Problems{}
	err := c.call(ctx, http.MethodPost, "check", r, &out)
	return out.Problems, err
}

// Plan asks what would happen to a stack.
func (c *Client) Plan(ctx context.Context, stack string, r StackRequest) (*Plan, error) {
	out := &Plan{}
	return out, c.call(ctx, http.MethodPost, "stacks/"+url.PathEscape(stack)+"/plan", r, out)
}

// Put makes or changes a stack and calls each for the plan and every event.
func (c *Client) Put(ctx context.Context, stack string, r StackRequest, each func(*Line)) (*Result, error) {
	return c.follow(ctx, http.MethodPut, "stacks/"+url.PathEscape(stack), r, each)
}

// Delete removes a stack and calls each for the plan and every event.
func (c *Client) Delete(ctx context.Context, stack string, each func(*Line)) (*Result, error) {
	return c.follow(ctx, http.MethodDelete, "stacks/"+url.PathEscape(stack), nil, each)
}

// Stacks lists the stacks.
func (c *Client) Stacks(ctx context.Context) ([]Stack, error) {
	out := Stacks{}
	err := c.call(ctx, http.MethodGet, "stacks", nil, &out)
	return out.Stacks, err
}

// Stack returns one stack with its resources.
func (c *Client) Stack(ctx context.Context, name string) (*Stack, error) {
	out := &Stack{}
	return out, c.call(ctx, http.MethodGet, "stacks/"+url.PathEscape(name), nil, out)
}

// Endpoints lists the APIs with what they serve.
func (c *Client) Endpoints(ctx context.Context) ([]API, error) {
	out := Endpoints{}
	err := c.call(ctx, http.MethodGet, "endpoints", nil, &out)
	return out.APIs, err
}

// Invoke sends a request to a method.
func (c *Client) Invoke(ctx context.Context, r InvokeRequest) (*InvokeResponse, error) {
	out := &InvokeResponse{}
	return out, c.call(ctx, http.MethodPost, "invoke", r, out)
}

func (c *Client) call(ctx context.Context, method, path string, in, out any) error {
	res, err := c.send(ctx, method, path, in)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	if err := json.NewDecoder(res.Body).Decode(out); err != nil {
		return fmt.Errorf("%s %s/%s: read answer: %w", method, c.URL, path, err)
	}
	return nil
}

// follow reads the lines of an answer that goes on.
func (c *Client) follow(ctx context.Context, method, path string, in any, each func(*Line)) (*Result, error) {
	res, err := c.send(ctx, method, path, in)
	if err != nil {
		return nil, err
	}
	defer res.Body.Close()
	lines := json.NewDecoder(bufio.NewReader(res.Body))
	for {
		l := &Line{}
		switch err := lines.Decode(l); {
		case errors.Is(err, io.EOF):
			return nil, fmt.Errorf("%s %s/%s: the gateway went away before it was done", method, c.URL, path)
		case err != nil:
			return nil, fmt.Errorf("%s %s/%s: read answer: %w", method, c.URL, path, err)
		case l.Result != nil:
			return l.Result, nil
		case each != nil:
			each(l)
		}
	}
}

// send returns an answer that is not a failure.
func (c *Client) send(ctx context.Context, method, path string, in any) (*http.Response, error) {
	var body io.Reader
	if in != nil {
		var b bytes.Buffer
		enc := json.NewEncoder(&b)
		enc.SetEscapeHTML(false)
		if err := enc.Encode(in); err != nil {
			return nil, err
		}
		body = &b
	}
	r, err := http.NewRequestWithContext(ctx, method, strings.TrimSuffix(c.URL, "/")+prefix+path, body)
	if err != nil {
		return nil, err
	}
	if in != nil {
		r.Header.Set("Content-Type", "application/json")
	}
	res, err := c.http().Do(r)
	if err != nil {
		if ctx := ctx.Err(); errors.Is(ctx, context.Canceled) {
			return nil, ctx
		}
		return nil, &Unreachable{URL: c.URL, Err: err}
	}
	if res.StatusCode < 300 && res.Header.Get(versionHeader) != "" {
		return res, nil
	}
	defer res.Body.Close()
	f := &Failure{}
	if err := json.NewDecoder(io.LimitReader(res.Body, 16<<20)).Decode(f); err != nil || f.Schema != FailureSchema {
		return nil, &Unreachable{URL: c.URL}
	}
	return nil, f
}

// Ready returns why requests should not be sent to the gateway; nil: they may.
func (c *Client) Ready(ctx context.Context) ([]string, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, strings.TrimSuffix(c.URL, "/")+"/_postern/readyz", nil)
	if err != nil {
		return nil, err
	}
	res, err := c.http().Do(r)
	if err != nil {
		return nil, &Unreachable{URL: c.URL, Err: err}
	}
	defer res.Body.Close()
	var h Health
	if err := json.NewDecoder(io.LimitReader(res.Body, 1<<20)).Decode(&h); err != nil || h.Schema != HealthSchema {
		return nil, &Unreachable{URL: c.URL}
	}
	return h.Reasons, nil
}

func (c *Client) http() *http.Client {
	if c.Transport != nil {
		return &http.Client{Transport: c.Transport}
	}
	return &http.Client{}
}

// follow calls each for the values that an operation answers with, one after the
// other, until ctx ends or the gateway goes away.
func follow[T any](ctx context.Context, c *Client, path string, each func(*T)) error {
	res, err := c.send(ctx, http.MethodGet, path, nil)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	lines := json.NewDecoder(bufio.NewReader(res.Body))
	for {
		v := new(T)
		switch err := lines.Decode(v); {
		case errors.Is(err, io.EOF), ctx.Err() != nil:
			return nil
		case err != nil:
			return err
		}
		each(v)
	}
}
