package stackapi

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"postern/internal/provision/stack"
)

func (s *Server) listFunctions(w http.ResponseWriter, r *http.Request) error {
	out := Functions{Schema: FunctionsSchema, Functions: []Function{}}
	if s.Functions != nil {
		list, err := s.Functions(r.Context())
		if err != nil {
			return err
		}
		states, err := s.Stacks.List(r.Context())
		if err != nil {
			return err
		}
		for _, f := range list {
			for _, st := range states {
				if slices.ContainsFunc(st.Resources, func(r stack.ResourceState) bool { return isFunction(r) && r.PhysicalID == f.Name }) {
					f.Stack = st.Name
				}
			}
			out.Functions = append(out.Functions, f)
		}
	}
	write(w, http.StatusOK, &out)
	return nil
}

func isFunction(r stack.ResourceState) bool {
	return strings.HasSuffix(r.Type, "::Lambda::Function") || strings.HasSuffix(r.Type, "::LambdaFunction")
}

// logs answers with a line of JSON for each line of the functions' logs; with
// follow, until the client goes away.
func (s *Server) logs(w http.ResponseWriter, r *http.Request) error {
	query := r.URL.Query()
	tail := -1 // all
	if text := query.Get("tail"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil || n < 0 {
			return invalid("tail is %s, expected a number of lines", quoted(text))
		}
		tail = n
	}
	w.Header().Set("Content-Type", "application/x-ndjson")
	w.WriteHeader(http.StatusOK)
	flush := http.NewResponseController(w)
	_ = flush.Flush()
	if s.Logs == nil {
		return nil
	}
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	for line := range s.Logs(r.Context(), query.Get("function"), tail, query.Get("follow") == "true") {
		if enc.Encode(&line) != nil || flush.Flush() != nil {
			return nil // the client has gone
		}
	}
	return nil
}

// Functions lists the Lambda functions.
func (c *Client) Functions(ctx context.Context) ([]Function, error) {
	out := Functions{}
	err := c.call(ctx, http.MethodGet, "functions", nil, &out)
	return out.Functions, err
}

// Logs calls each for the last lines of a function's log, or of all with "", that
// are remembered: as many as tail says, all if it is negative. With andWait, also for
// those to come, until ctx ends or the gateway goes away.
func (c *Client) Logs(ctx context.Context, function string, tail int, andWait bool, each func(*LogLine)) error {
	query := url.Values{"function": {function}}
	if tail >= 0 {
		query.Set("tail", strconv.Itoa(tail))
	}
	if andWait {
		query.Set("follow", "true")
	}
	return follow(ctx, c, "logs?"+query.Encode(), each)
}
