package logsapi

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"postern/internal/lambda"
)

// A stream is a log stream: what one instance of a function logged.
type stream struct {
	Name        string `json:"logStreamName"`
	Created     int64  `json:"creationTime"` // this and those that follow: milliseconds
	First       int64  `json:"firstEventTimestamp"`
	Last        int64  `json:"lastEventTimestamp"`
	Ingested    int64  `json:"lastIngestionTime"`
	Token       string `json:"uploadSequenceToken"`
	ARN         string `json:"arn"`
	StoredBytes int64  `json:"storedBytes"`
}

func (c *call) describeStreams() (any, error) {
	var in struct {
		groupName
		LogStreamNamePrefix string
		OrderBy             string
		Descending          bool
		Limit               int
		NextToken           string
	}
	if err := c.read(&in); err != nil {
		return nil, err
	}
	name, err := c.group(&in.groupName)
	if err != nil {
		return nil, err
	}
	order := func(a, b *stream) int { return strings.Compare(a.Name, b.Name) }
	switch in.OrderBy {
	case "", "LogStreamName":
	case "LastEventTime":
		if in.LogStreamNamePrefix != "" {
			return nil, invalid("Cannot order by LastEventTime with a logStreamNamePrefix.")
		}
		order = func(a, b *stream) int { return cmp.Or(cmp.Compare(a.Last, b.Last), strings.Compare(a.Name, b.Name)) }
	default:
		return nil, invalid("1 validation error detected: Value '%.140s' at 'orderBy' failed to satisfy constraint: Member must satisfy enum value set: [LogStreamName, LastEventTime]", in.OrderBy)
	}
	streams := map[string]*stream{}
	all := []*stream{}
	for _, l := range c.lambda.Journal.Group(name) {
		if !strings.HasPrefix(l.Stream, in.LogStreamNamePrefix) {
			continue
		}
		s, at := streams[l.Stream], l.Time.UnixMilli()
		if s == nil {
			s = &stream{Name: l.Stream, Created: at, First: at, Token: "1", ARN: c.lambda.LogGroupARN(name) + ":log-stream:" + l.Stream}
			streams[l.Stream], all = s, append(all, s)
		}
		s.Last, s.Ingested = at, at
		s.StoredBytes += size(l)
	}
	slices.SortFunc(all, order)
	if in.Descending {
		slices.Reverse(all)
	}
	out := struct {
		LogStreams []*stream `json:"logStreams"`
		NextToken  string    `json:"nextToken,omitempty"`
	}{}
	out.LogStreams, out.NextToken, err = page(all, in.Limit, 50, in.NextToken)
	return &out, err
}

func (c *call) deleteStream() (any, error) {
	var in struct{ LogGroupName, LogStreamName string }
	if err := c.read(&in); err != nil {
		return nil, err
	}
	return nil, c.lambda.DeleteLogStream(c.ctx, in.LogGroupName, in.LogStreamName)
}

// group returns the name of a log group that is there.
func (c *call) group(in *groupName) (string, error) {
	name, err := in.name()
	if err != nil {
		return "", err
	}
	_, err = c.lambda.FindLogGroup(c.ctx, name)
	return name, err
}

// A period is from start to before end, in milliseconds.
type period struct{ StartTime, EndTime *int64 }

func (p *period) has(l lambda.Line) bool {
	at := l.Time.UnixMilli()
	return (p.StartTime == nil || at >= *p.StartTime) && (p.EndTime == nil || at < *p.EndTime)
}

// An event is a line with its number.
type event struct {
	number int64
	lambda.Line
}

// message is a line as CloudWatch Logs has it: with its end.
func (e *event) message() string { return e.Text + "\n" }

// maxEvents is how many events an answer has at most.
const maxEvents = 10_000

func (c *call) getEvents() (any, error) {
	var in struct {
		groupName
		period
		LogStreamName string
		StartFromHead bool
		Limit         int
		NextToken     string
	}
	if err := c.read(&in); err != nil {
		return nil, err
	}
	if in.LogStreamName == "" {
		return nil, null("logStreamName")
	}
	name, err := c.group(&in.groupName)
	if err != nil {
		return nil, err
	}
	limit, err := limited(in.Limit)
	if err != nil {
		return nil, err
	}
	var all []event
	found := false
	for n, l := range c.lambda.Journal.Group(name) {
		if l.Stream != in.LogStreamName {
			continue
		}
		found = true
		if in.has(l) {
			all = append(all, event{n, l})
		}
	}
	if !found {
		return nil, &refusal{string(lambda.ResourceNotFound), "The specified log stream does not exist."}
	}
	all, before, after, err := leaf(all, in.NextToken, in.StartFromHead, limit)
	if err != nil {
		return nil, err
	}
	type item struct {
		Timestamp int64  `json:"timestamp"`
		Message   string `json:"message"`
		Ingestion int64  `json:"ingestionTime"`
	}
	out := struct {
		Events   []item `json:"events"`
		Forward  string `json:"nextForwardToken"`
		Backward string `json:"nextBackwardToken"`
	}{[]item{}, after, before}
	for _, e := range all {
		at := e.Time.UnixMilli()
		out.Events = append(out.Events, item{at, e.message(), at})
	}
	return &out, nil
}

// leaf returns the events that a token of GetLogEvents leads to, and the tokens
// that lead on: f/ and b/ with the number of an event that is the first after, or
// before which are those that are asked for. At an end the token stays the same,
// which is how clients know it.
func leaf(all []event, token string, fromHead bool, limit int) (events []event, before, after string, err error) {
	direction, at := "f", int64(0)
	if token != "" {
		var number string
		direction, number, _ = strings.Cut(token, "/")
		if at, err = strconv.ParseInt(number, 10, 64); err != nil || direction != "f" && direction != "b" {
			return nil, "", "", invalid("The specified nextToken is invalid.")
		}
	} else if !fromHead {
		direction, at = "b", 1<<62
	}
	cut := 0
	for cut < len(all) && all[cut].number < at {
		cut++
	}
	if direction == "f" {
		events = all[cut:min(cut+limit, len(all))]
	} else {
		events = all[max(0, cut-limit):cut]
	}
	first, next := at, at
	if len(events) > 0 {
		first, next = events[0].number, events[len(events)-1].number+1
	} else if at == 1<<62 {
		first, next = 0, 0
	}
	return events, fmt.Sprintf("b/%056d", first), fmt.Sprintf("f/%056d", next), nil
}

func limited(limit int) (int, error) {
	if limit < 0 || limit > maxEvents {
		return 0, invalid("1 validation error detected: Value '%d' at 'limit' failed to satisfy constraint: Member must have value between 1 and %d", limit, maxEvents)
	}
	if limit == 0 {
		return maxEvents, nil
	}
	return limit, nil
}

func (c *call) filterEvents() (any, error) {
	var in struct {
		groupName
		period
		LogStreamNames      []string
		LogStreamNamePrefix string
		FilterPattern       string
		Limit               int
		NextToken           string
	}
	if err := c.read(&in); err != nil {
		return nil, err
	}
	if len(in.LogStreamNames) > 0 && in.LogStreamNamePrefix != "" {
		return nil, invalid("LogStreamNames and LogStreamNamePrefix are mutually exclusive parameters.")
	}
	name, err := c.group(&in.groupName)
	if err != nil {
		return nil, err
	}
	limit, err := limited(in.Limit)
	if err != nil {
		return nil, err
	}
	matches, err := parsePattern(in.FilterPattern)
	if err != nil {
		return nil, err
	}
	from := int64(0)
	if in.NextToken != "" {
		if from, err = strconv.ParseInt(in.NextToken, 10, 64); err != nil {
			return nil, invalid("The specified nextToken is invalid.")
		}
	}
	type item struct {
		Stream    string `json:"logStreamName"`
		Timestamp int64  `json:"timestamp"`
		Message   string `json:"message"`
		Ingestion int64  `json:"ingestionTime"`
		ID        string `json:"eventId"`
	}
	out := struct {
		Events    []item     `json:"events"`
		Searched  []struct{} `json:"searchedLogStreams"` // empty, as the service answers now
		NextToken string     `json:"nextToken,omitempty"`
	}{Events: []item{}, Searched: []struct{}{}}
	for n, l := range c.lambda.Journal.Group(name) {
		switch {
		case n < from, !in.has(l),
			len(in.LogStreamNames) > 0 && !slices.Contains(in.LogStreamNames, l.Stream),
			!strings.HasPrefix(l.Stream, in.LogStreamNamePrefix), !matches(l.Text):
			continue
		}
		if len(out.Events) == limit {
			out.NextToken = strconv.FormatInt(n, 10)
			break
		}
		e := event{n, l}
		at := l.Time.UnixMilli()
		out.Events = append(out.Events, item{l.Stream, at, e.message(), at, fmt.Sprintf("%056d", n)})
	}
	return &out, nil
}
