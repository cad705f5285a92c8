package stackapi

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"postern/internal/dataplane"
)

// A TraceFilter says which of the requests that are remembered are meant. The
// zero TraceFilter means all.
type TraceFilter struct {
	API    string
	Stage  string
	Status string // 404, or a class such as 4xx; failed: 4xx and 5xx
	Path   string // the beginning of the path below the stage
	Since  string // the id of a request: only those that were answered after it
	Last   int    // as many of the newest at most; 0: all
}

// query writes f as the parameters of a request.
func (f *TraceFilter) query() url.Values {
	q := url.Values{}
	for _, p := range []struct{ name, value string }{
		{"api", f.API}, {"stage", f.Stage}, {"status", f.Status}, {"path", f.Path}, {"since", f.Since},
	} {
		if p.value != "" {
			q.Set(p.name, p.value)
		}
	}
	if f.Last > 0 {
		q.Set("last", strconv.Itoa(f.Last))
	}
	return q
}

// readTraceFilter reads the parameters of a request.
func readTraceFilter(q url.Values) (*TraceFilter, error) {
	f := &TraceFilter{API: q.Get("api"), Stage: q.Get("stage"), Status: q.Get("status"), Path: strings.TrimSuffix(q.Get("path"), "*"), Since: q.Get("since")}
	if text := q.Get("last"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil || n < 1 {
			return nil, invalid("last is %s, expected a number of requests", quoted(text))
		}
		f.Last = n
	}
	if !validStatus(f.Status) {
		return nil, invalid("status is %s, expected a status such as 404, a class such as 5xx, or failed", quoted(f.Status))
	}
	return f, nil
}

// StatusFailed is the status of a TraceFilter that means 4xx and 5xx.
const StatusFailed = "failed"

func validStatus(s string) bool {
	return s == "" || s == StatusFailed ||
		len(s) == 3 && s[0] >= '1' && s[0] <= '9' && (strings.EqualFold(s[1:], "xx") || strings.Trim(s, "0123456789") == "")
}

// match reports whether a request is meant, Since and Last aside.
func (f *TraceFilter) match(e *dataplane.Recorded) bool {
	status := strconv.Itoa(e.Status)
	switch {
	case f.API != "" && e.API != f.API, f.Stage != "" && e.Stage != f.Stage, !strings.HasPrefix(e.Path, f.Path):
		return false
	case f.Status == "":
		return true
	case f.Status == StatusFailed:
		return e.Status >= 400
	case strings.EqualFold(f.Status[1:], "xx"):
		return status[0] == f.Status[0]
	}
	return status == f.Status
}

// recorder returns what remembers requests.
func (s *Server) recorder() (*dataplane.Recorder, error) {
	if s.Recorder == nil {
		return nil, &refusal{http.StatusNotFound, Failure{Code: CodeNoTraces, Message: "this gateway does not remember requests",
			Help: "start it with --traces: postern serve --traces=200"}}
	}
	return s.Recorder, nil
}

// listTraces answers with the requests that are remembered; with follow, with a
// line of JSON for each, and for those to come until the client goes away.
func (s *Server) listTraces(w http.ResponseWriter, r *http.Request) error {
	recorder, err := s.recorder()
	if err != nil {
		return err
	}
	filter, err := readTraceFilter(r.URL.Query())
	if err != nil {
		return err
	}
	var after int64
	if filter.Since != "" {
		// Of one that is forgotten, all that are remembered came later.
		if found, _ := recorder.Find(filter.Since); len(found) > 0 {
			after = found[0].Number
		}
	}
	list, last, changed := recorder.Since(after)
	list = filter.of(list)
	if filter.Last > 0 {
		list = list[max(0, len(list)-filter.Last):]
	}
	if r.URL.Query().Get("follow") != "true" {
		out := Traces{Schema: TracesSchema, Size: recorder.Size(), Traces: make([]Answered, len(list))}
		for i, e := range list {
			out.Traces[i] = answered(e)
		}
		write(w, http.StatusOK, &out)
		return nil
	}
	w.Header().Set("Content-Type", "application/x-ndjson")
	w.WriteHeader(http.StatusOK)
	flush := http.NewResponseController(w)
	_ = flush.Flush()
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	for {
		for _, e := range list {
			if enc.Encode(answered(e)) != nil {
				return nil // the client has gone
			}
		}
		if len(list) > 0 && flush.Flush() != nil {
			return nil
		}
		select {
		case <-changed:
		case <-r.Context().Done():
			return nil
		}
		list, last, changed = recorder.Since(last)
		list = filter.of(list)
	}
}

// of returns those of a list that are meant.
func (f *TraceFilter) of(list []*dataplane.Recorded) []*dataplane.Recorded {
	return slices.DeleteFunc(list, func(e *dataplane.Recorded) bool { return !f.match(e) })
}

// getTrace answers with one request: the newest that has the id.
func (s *Server) getTrace(w http.ResponseWriter, r *http.Request) error {
	recorder, err := s.recorder()
	if err != nil {
		return err
	}
	id := r.PathValue("id")
	found, whole := recorder.Find(id)
	switch {
	case len(found) == 0:
		return &refusal{http.StatusNotFound, Failure{Code: CodeNotFound, Message: "no request " + quoted(id) + " is remembered", Help: idHelp(recorder)}}
	case len(found) > 1 && !whole:
		return invalid("%s begins the ids of %d requests; write more of it", quoted(id), len(found))
	}
	e := found[0]
	out := &Trace{Schema: TraceSchema, Answered: answered(e), Headers: [][2]string{}, Log: []TraceLine{}}
	for _, f := range e.Header {
		out.Headers = append(out.Headers, [2]string{f.Name, f.Value})
	}
	for _, l := range e.Lines {
		out.Log = append(out.Log, TraceLine{Time: l.Time, Station: l.Station.String(), Text: l.Text})
	}
	write(w, http.StatusOK, out)
	return nil
}

// idHelp says what can be asked for.
func idHelp(recorder *dataplane.Recorder) string {
	list, _, _ := recorder.Since(0)
	if len(list) == 0 {
		return "the gateway has answered no request yet"
	}
	return fmt.Sprintf("ids are in the headers of an answer: x-amzn-RequestId such as %s, x-amz-apigw-id, or X-Amzn-Trace-Id; %s (at most %d)",
		list[len(list)-1].RequestID, remembered(len(list)), recorder.Size())
}

func remembered(n int) string {
	if n == 1 {
		return "1 request is remembered"
	}
	return fmt.Sprintf("the last %d requests are remembered", n)
}

// answered turns what is remembered into a document.
func answered(e *dataplane.Recorded) Answered {
	out := Answered{
		Number: e.Number, RequestID: e.RequestID, ExtendedID: e.ExtendedID, TraceID: e.TraceID, Time: e.Start.UTC(),
		API: e.API, Stage: e.Stage, HTTPMethod: e.HTTPMethod, Resource: e.ResourcePath, Path: e.Path, URL: e.URL, Client: e.Peer,
		Status: e.Status, Millis: millis(e.Latency), BackendStatus: e.BackendStatus, BackendMillis: millis(e.IntegrationLatency),
		RequestBytes: e.RequestBytes, ResponseBytes: e.ResponseBytes,
	}
	switch e.Cache {
	case dataplane.CacheHit:
		out.Cache = "hit"
	case dataplane.CacheMiss:
		out.Cache = "miss"
	}
	if f := e.Failure; f != nil {
		out.Fault = &Fault{ResponseType: string(f.Type), Station: f.Station.String(), Message: f.Message, Log: f.Log, Cause: f.Cause}
	}
	return out
}

// millis is a duration in milliseconds, to the microsecond.
func millis(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

// Traces lists requests that are remembered, the oldest first.
func (c *Client) Traces(ctx context.Context, f TraceFilter) (*Traces, error) {
	out := &Traces{}
	return out, c.call(ctx, http.MethodGet, "traces?"+f.query().Encode(), nil, out)
}

// FollowTraces calls each for the requests that Traces lists and for those to
// come, until ctx ends or the gateway goes away.
func (c *Client) FollowTraces(ctx context.Context, f TraceFilter, each func(*Answered)) error {
	query := f.query()
	query.Set("follow", "true")
	return follow(ctx, c, "traces?"+query.Encode(), each)
}

// Trace returns the newest request that has an id: that of x-amzn-RequestId or
// its beginning, of x-amz-apigw-id, or of X-Amzn-Trace-Id.
func (c *Client) Trace(ctx context.Context, id string) (*Trace, error) {
	out := &Trace{}
	return out, c.call(ctx, http.MethodGet, "traces/"+url.PathEscape(id), nil, out)
}
