package logsapi_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"postern/internal/adapter/logsapi"
	"postern/internal/function"
	"postern/internal/lambda"
	"postern/internal/store"
)

// A world is a server with lines that functions have logged.
type world struct {
	*testing.T
	server  *logsapi.Server
	journal *lambda.Journal
	began   time.Time
}

func newWorld(t *testing.T) *world {
	w := &world{T: t, journal: &lambda.Journal{}, began: time.UnixMilli(1_800_000_000_000)}
	w.server = &logsapi.Server{Lambda: &lambda.Service{Store: store.NewMemory(), Journal: w.journal, Now: func() time.Time { return w.began }}}
	return w
}

// logs adds lines of a function, one each millisecond.
func (w *world) logs(name, stream string, lines ...string) {
	for i, text := range lines {
		w.journal.Add(lambda.Line{Function: name, Group: "/aws/lambda/" + name,
			Line: function.Line{Time: w.began.Add(time.Duration(i) * time.Millisecond), Stream: stream, Text: text}})
	}
}

// call performs an operation and returns its status and answer.
func (w *world) call(operation, body string) (int, string) {
	w.Helper()
	r := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(body))
	r.Header.Set("X-Amz-Target", "Logs_20140328."+operation)
	if !logsapi.Serves(r) {
		w.Fatalf("%s is not served", operation)
	}
	rec := httptest.NewRecorder()
	w.server.ServeHTTP(rec, r)
	res := rec.Result()
	text, err := io.ReadAll(res.Body)
	if err != nil || res.Header.Get("Content-Type") != "application/x-amz-json-1.1" || len(res.Header.Get("x-amzn-RequestId")) != 36 {
		w.Errorf("%s: %v, headers %v", operation, err, res.Header)
	}
	return res.StatusCode, string(text)
}

// ok performs an operation that must succeed and reads its answer into out.
func (w *world) ok(operation, body string, out any) {
	w.Helper()
	status, text := w.call(operation, body)
	if status != 200 {
		w.Fatalf("%s %s: %d %s", operation, body, status, text)
	}
	if out == nil {
		if text != "" {
			w.Errorf("%s answers %s", operation, text)
		}
		return
	}
	if err := json.Unmarshal([]byte(text), out); err != nil {
		w.Fatalf("%s answers %s: %v", operation, text, err)
	}
}

type events struct {
	Events []struct {
		LogStreamName, Message, EventID string
		Timestamp                       int64
	}
	NextToken, NextForwardToken, NextBackwardToken string
}

func (e *events) String() string {
	var b strings.Builder
	for _, x := range e.Events {
		b.WriteString(strings.TrimSuffix(x.Message, "\n") + "|")
	}
	return b.String()
}

func TestWhatFunctionsLogIsInTheirGroup(t *testing.T) {
	w := newWorld(t)
	w.logs("f", "one", "START", "hello ada", "END")
	w.logs("f", "two", "START", "hello bo", "END")
	w.logs("g", "three", "another function")
	for _, tt := range []struct{ name, body, want string }{
		{"all", `{"interleaved": true}`, "START|hello ada|END|START|hello bo|END|"},
		{"a word", `{"filterPattern": "hello"}`, "hello ada|hello bo|"},
		{"several words", `{"filterPattern": "hello bo"}`, "hello bo|"},
		{"a phrase", `{"filterPattern": "\"hello a\""}`, "hello ada|"},
		{"one of", `{"filterPattern": "?START ?ada"}`, "START|hello ada|START|"},
		{"none of", `{"filterPattern": "hello -bo"}`, "hello ada|"},
		{"only none of", `{"filterPattern": "-hello -START"}`, "END|END|"},
		{"an expression", `{"filterPattern": "%b[a-z]$%"}`, "hello bo|"},
		{"spelled otherwise", `{"filterPattern": "HELLO"}`, ""},
		{"streams", `{"logStreamNames": ["two"]}`, "START|hello bo|END|"},
		{"a prefix of streams", `{"logStreamNamePrefix": "o"}`, "START|hello ada|END|"},
		{"since", `{"startTime": 1800000000002}`, "END|END|"},
		{"until", `{"endTime": 1800000000001}`, "START|START|"},
	} {
		var got events
		w.ok("FilterLogEvents", `{"logGroupName": "/aws/lambda/f", `+strings.TrimPrefix(tt.body, "{"), &got)
		if tt.name == "all" {
			w.ok("FilterLogEvents", `{"logGroupIdentifier": "arn:aws:logs:us-east-1:000000000000:log-group:/aws/lambda/f:*"}`, &got)
			if e := got.Events[0]; e.LogStreamName != "one" || e.Timestamp != 1_800_000_000_000 || e.Message != "START\n" || len(e.EventID) != 56 {
				t.Errorf("the first event is %+v", e)
			}
		}
		if got.String() != tt.want || got.NextToken != "" {
			t.Errorf("%s: got %s, want %s", tt.name, &got, tt.want)
		}
	}

	var pages []string
	for token := ""; ; {
		var got events
		w.ok("FilterLogEvents", fmt.Sprintf(`{"logGroupName": "/aws/lambda/f", "limit": 4, "nextToken": %q}`, token), &got)
		pages = append(pages, got.String())
		if token = got.NextToken; token == "" {
			break
		}
	}
	if got := strings.Join(pages, " "); got != "START|hello ada|END|START| hello bo|END|" {
		t.Errorf("pages %s", got)
	}
}

// Clients go on until a token leads to itself.
func TestGetLogEventsLeadsBothWays(t *testing.T) {
	w := newWorld(t)
	w.logs("f", "one", "1", "2", "3", "4", "5")
	get := func(more string) *events {
		out := &events{}
		w.ok("GetLogEvents", `{"logGroupName": "/aws/lambda/f", "logStreamName": "one", "limit": 2`+more+`}`, out)
		return out
	}
	follow := func(first *events, token func(*events) string) string {
		text := first.String()
		for at := token(first); ; {
			next := get(fmt.Sprintf(`, "nextToken": %q`, at))
			text += " " + next.String()
			if token(next) == at {
				return text
			}
			at = token(next)
		}
	}
	if got := follow(get(`, "startFromHead": true`), func(e *events) string { return e.NextForwardToken }); got != "1|2| 3|4| 5| " {
		t.Errorf("forward: %s", got)
	}
	if got := follow(get(""), func(e *events) string { return e.NextBackwardToken }); got != "4|5| 2|3| 1| " {
		t.Errorf("backward: %s", got)
	}
	end := get("")
	w.logs("f", "one", "6")
	if got := get(fmt.Sprintf(`, "nextToken": %q`, end.NextForwardToken)); got.String() != "6|" {
		t.Errorf("what came since is %s", got)
	}
}

func TestLogStreams(t *testing.T) {
	w := newWorld(t)
	w.logs("f", "b", "1", "2", "3")
	w.logs("f", "a", "1", "2")
	var out struct {
		LogStreams []struct {
			LogStreamName, ARN                                                       string
			CreationTime, FirstEventTimestamp, LastEventTimestamp, LastIngestionTime int64
		}
		NextToken string
	}
	for _, tt := range []struct{ more, want string }{
		{``, "a b"},
		{`, "orderBy": "LastEventTime", "descending": true`, "b a"},
		{`, "logStreamNamePrefix": "b"`, "b"},
		{`, "limit": 1`, "a"},
		{`, "limit": 1, "nextToken": "1"`, "b"},
	} {
		out.LogStreams = nil
		w.ok("DescribeLogStreams", `{"logGroupName": "/aws/lambda/f"`+tt.more+`}`, &out)
		var names []string
		for _, s := range out.LogStreams {
			names = append(names, s.LogStreamName)
		}
		if got := strings.Join(names, " "); got != tt.want {
			t.Errorf("%s: got %s, want %s", tt.more, got, tt.want)
		}
	}
	if s := out.LogStreams[0]; s.ARN != "arn:aws:logs:us-east-1:000000000000:log-group:/aws/lambda/f:log-stream:b" || s.FirstEventTimestamp != 1_800_000_000_000 ||
		s.LastEventTimestamp != 1_800_000_000_002 || s.CreationTime != s.FirstEventTimestamp || s.LastIngestionTime != s.LastEventTimestamp {
		t.Errorf("a stream is %+v", s)
	}
	w.ok("DeleteLogStream", `{"logGroupName": "/aws/lambda/f", "logStreamName": "b"}`, nil)
	var left events
	w.ok("FilterLogEvents", `{"logGroupName": "/aws/lambda/f"}`, &left)
	if left.String() != "1|2|" {
		t.Errorf("without the stream there is %s", &left)
	}
}

func TestLogGroups(t *testing.T) {
	w := newWorld(t)
	describe := func(body string) string {
		var out struct {
			LogGroups []map[string]any
			NextToken string
		}
		w.ok("DescribeLogGroups", body, &out)
		var b strings.Builder
		for _, g := range out.LogGroups {
			fmt.Fprintf(&b, "%v", g["logGroupName"])
			for _, name := range []string{"retentionInDays", "logGroupClass"} {
				if v := g[name]; v != nil && v != "STANDARD" {
					fmt.Fprintf(&b, " %v", v)
				}
			}
			if g["arn"] != fmt.Sprintf("%v:*", g["logGroupArn"]) || g["creationTime"] != 1_800_000_000_000.0 || g["metricFilterCount"] != 0.0 {
				t.Errorf("a group is %v", g)
			}
			b.WriteString("|")
		}
		return b.String() + out.NextToken
	}
	equal := func(got, want string) {
		t.Helper()
		if got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
	equal(describe(`{}`), "")
	w.ok("CreateLogGroup", `{"logGroupName": "own", "tags": {"a": "b"}}`, nil)
	w.logs("f", "one", "hello")
	equal(describe(`{}`), "/aws/lambda/f|own|")
	equal(describe(`{"logGroupNamePrefix": "o"}`), "own|")
	equal(describe(`{"logGroupNamePattern": "lambda"}`), "/aws/lambda/f|")
	equal(describe(`{"limit": 1}`), "/aws/lambda/f|1")
	equal(describe(`{"nextToken": "1"}`), "own|")

	w.ok("PutRetentionPolicy", `{"logGroupName": "/aws/lambda/f", "retentionInDays": 7}`, nil)
	equal(describe(`{}`), "/aws/lambda/f 7|own|")
	w.ok("DeleteRetentionPolicy", `{"logGroupName": "/aws/lambda/f"}`, nil)
	equal(describe(`{}`), "/aws/lambda/f|own|")

	w.ok("TagResource", `{"resourceArn": "arn:aws:logs:us-east-1:000000000000:log-group:own", "tags": {"c": "d"}}`, nil)
	w.ok("UntagLogGroup", `{"logGroupName": "own", "tags": ["a"]}`, nil)
	for operation, body := range map[string]string{
		"ListTagsForResource": `{"resourceArn": "arn:aws:logs:us-east-1:000000000000:log-group:own:*"}`,
		"ListTagsLogGroup":    `{"logGroupName": "own"}`,
	} {
		if _, text := w.call(operation, body); text != `{"tags":{"c":"d"}}` {
			t.Errorf("%s answers %s", operation, text)
		}
	}
	for _, name := range []string{"/aws/lambda/f", "own"} {
		w.ok("DeleteLogGroup", fmt.Sprintf(`{"logGroupName": %q}`, name), nil)
	}
	equal(describe(`{}`), "")
	w.logs("f", "one", "again")
	equal(describe(`{}`), "/aws/lambda/f|")
}

func TestRefusals(t *testing.T) {
	w := newWorld(t)
	w.logs("f", "one", "hello")
	for _, tt := range []struct{ operation, body, code, message string }{
		{"FilterLogEvents", `{"logGroupName": "/aws/lambda/g"}`, "ResourceNotFoundException", "The specified log group does not exist."},
		{"FilterLogEvents", `{"logGroupName": "/aws/lambda"}`, "ResourceNotFoundException", "The specified log group does not exist."},
		{"GetLogEvents", `{"logGroupName": "/aws/lambda/f", "logStreamName": "two"}`, "ResourceNotFoundException", "The specified log stream does not exist."},
		{"DeleteLogStream", `{"logGroupName": "/aws/lambda/f", "logStreamName": "two"}`, "ResourceNotFoundException", "The specified log stream does not exist."},
		{"DeleteLogGroup", `{"logGroupName": "nobody"}`, "ResourceNotFoundException", "The specified log group does not exist."},
		{"PutRetentionPolicy", `{"logGroupName": "nobody", "retentionInDays": 1}`, "ResourceNotFoundException", "The specified log group does not exist."},
		{"PutRetentionPolicy", `{"logGroupName": "/aws/lambda/f", "retentionInDays": 2}`, "InvalidParameterException",
			"1 validation error detected: Value '2' at 'retentionInDays' failed to satisfy constraint: Member must satisfy enum value set: [1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653]"},
		{"CreateLogGroup", `{"logGroupName": "/aws/lambda/f"}`, "ResourceAlreadyExistsException", "The specified log group already exists"},
		{"CreateLogGroup", `{"logGroupName": "a b"}`, "InvalidParameterException",
			`1 validation error detected: Value 'a b' at 'logGroupName' failed to satisfy constraint: Member must satisfy regular expression pattern: [\.\-_/#A-Za-z0-9]+`},
		{"CreateLogGroup", `{}`, "InvalidParameterException", "1 validation error detected: Value null at 'logGroupName' failed to satisfy constraint: Member must not be null"},
		{"FilterLogEvents", `{"logGroupName": "/aws/lambda/f", "filterPattern": "{$.a = 1}"}`, "InvalidParameterException", "Filter patterns that look into JSON or into columns are not part of Postern; write terms"},
		{"FilterLogEvents", `{"logGroupName": "/aws/lambda/f", "filterPattern": "\"open"}`, "InvalidParameterException", "Invalid filter pattern"},
		{"FilterLogEvents", `{"logGroupName": "/aws/lambda/f", "nextToken": "x"}`, "InvalidParameterException", "The specified nextToken is invalid."},
		{"FilterLogEvents", `{"logGroupName": "/aws/lambda/f", "limit": 10001}`, "InvalidParameterException", "1 validation error detected: Value '10001' at 'limit' failed to satisfy constraint: Member must have value between 1 and 10000"},
		{"StartQuery", `{}`, "UnknownOperationException", `Of CloudWatch Logs, Postern has log groups and what functions log; it has no operation "StartQuery"`},
		{"DescribeLogGroups", `{"limit": "x"}`, "SerializationException", ""},
	} {
		status, text := w.call(tt.operation, tt.body)
		var got struct {
			Type    string `json:"__type"`
			Message string
		}
		if err := json.Unmarshal([]byte(text), &got); err != nil || status != 400 || got.Type != tt.code || tt.message != "" && got.Message != tt.message {
			t.Errorf("%s %s: got %d %s, want %s: %s", tt.operation, tt.body, status, text, tt.code, tt.message)
		}
	}
}
