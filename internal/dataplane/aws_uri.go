package dataplane

import (
	"regexp"
	"strings"

	"postern/internal/apigw"
	"postern/internal/backend"
)

// This file takes the URI of an AWS or AWS_PROXY integration apart:
//
//	arn:{partition}:apigateway:{region}:{subdomain.service|service}:{path|action}/{service_api}
//
// See "uri" of the Integration resource in the API Gateway API reference.

// An awsTarget is what an AWS or AWS_PROXY integration calls.
type awsTarget struct {
	partition string // aws, aws-cn, aws-us-gov …
	region    string
	subdomain string // may be empty
	service   string // as the URI has it: lambda, sqs, dynamodb …
	action    string // of an action URI; empty: a path URI
	path      string // of a path URI, without leading slash, with placeholders and query; the parameters of an action
}

// parseAWSURI reads a URI whose stage variables are filled in.
func parseAWSURI(uri, homeRegion string) (*awsTarget, bool) {
	parts := strings.SplitN(uri, ":", 6)
	if len(parts) < 6 || parts[0] != "arn" || parts[2] != "apigateway" {
		return nil, false
	}
	t := &awsTarget{partition: parts[1], region: parts[3], service: parts[4]}
	if t.partition == "" {
		t.partition = "aws"
	}
	if t.region == "" {
		t.region = homeRegion
	}
	if i := strings.LastIndexByte(t.service, '.'); i >= 0 {
		t.subdomain, t.service = t.service[:i], t.service[i+1:]
	}
	if t.service == "" || !hostLabels(t.service) || !hostLabels(t.region) || t.subdomain != "" && !hostLabels(t.subdomain) {
		return nil, false
	}
	if path, ok := strings.CutPrefix(parts[5], "path/"); ok {
		t.path = strings.TrimLeft(path, "/")
		return t, true
	}
	action, ok := strings.CutPrefix(parts[5], "action/")
	if !ok {
		return nil, false
	}
	// action/Name&k=v…, action/Name?k=v…, action/Action=Name&k=v…
	name, rest := action, ""
	if i := strings.IndexAny(action, "&?"); i >= 0 {
		name, rest = action[:i], action[i+1:]
	}
	if value, ok := strings.CutPrefix(name, "Action="); ok {
		name = value
	}
	t.action, t.path = name, rest
	return t, name != ""
}

// hostLabels reports whether text can be part of a host name. Placeholders are
// taken as given.
func hostLabels(text string) bool {
	for i := range len(text) {
		c := text[i]
		if !unreserved(c) || c == '~' {
			return false
		}
	}
	return !strings.HasPrefix(text, ".") && !strings.HasSuffix(text, ".")
}

var functionPath = regexp.MustCompile(`^[0-9]{4}-[0-9]{2}-[0-9]{2}/functions/(.+)/(?:response-streaming-)?invocations$`)

// function returns the function that a target invokes: its ARN or name as the
// URI has it, with placeholders.
func (t *awsTarget) function() (string, bool) {
	if t.service != "lambda" || t.action != "" {
		return "", false
	}
	m := functionPath.FindStringSubmatch(t.path)
	if m == nil {
		return "", false
	}
	return m[1], true
}

// A sourceARN names a method to the service that is called for it.
type sourceARN struct {
	head, tail string // of an ANY method, before and behind the client's verb
	whole      string // of others
}

// compileSource prepares the ARN of a method.
func (c *compiler) source(r *apigw.Resource, m *apigw.Method) sourceARN {
	head := "arn:" + backend.PartitionOf(c.region) + ":execute-api:" + c.region + ":" + c.accountID + ":" + c.snapshot.API.ID + "/" + c.stage.StageName + "/"
	if m.HTTPMethod == "ANY" {
		return sourceARN{head: head, tail: r.Path}
	}
	return sourceARN{whole: head + m.HTTPMethod + r.Path}
}

func (s *sourceARN) text(verb string) string {
	if s.whole != "" {
		return s.whole
	}
	return s.head + verb + s.tail
}
