package main

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"time"

	"postern/internal/lang/jsonpath"
	"postern/internal/lang/mapping"
	"postern/internal/message"
)

// files are the six workloads and the drivers of the peers.
//
//go:embed testdata
var files embed.FS

var names = []string{"cors-mock", "all-params", "ddb-list", "sqs-form", "deep-json", "loop-1000"}

// batches are how many renders there are between two looks at the clock, which
// would be a tenth of the smallest.
var batches = map[string]int{"cors-mock": 64, "all-params": 8, "ddb-list": 1, "sqs-form": 64, "deep-json": 1, "loop-1000": 1}

// deepJSON is the SHA-256 of what deep-json gives, which is too long to be kept.
const deepJSON = "877404622c905c84ceb675d6e6fe4b890bda25c27b4d82da50efc8cd8df81945"

// right reports whether output is what the workload must give.
func right(name string, output []byte) bool {
	if name == "deep-json" {
		sum := sha256.Sum256(output)
		return hex.EncodeToString(sum[:]) == deepJSON
	}
	want, err := files.ReadFile("testdata/" + name + ".out")
	return err == nil && string(output) == string(want)
}

// A workload is a compiled template and the request it is rendered for.
type workload struct {
	template *mapping.Template
	body     []byte
	path     message.Pairs
	query    message.Pairs
	header   message.Header
	stage    map[string]string
	fill     func(*mapping.Context)
	scope    mapping.Scope // reused, as that of an exchange is
	out      []byte
}

func load(name string) (*workload, error) {
	text, err := files.ReadFile("testdata/" + name + ".vtl")
	if err != nil {
		return nil, err
	}
	given, err := files.ReadFile("testdata/" + name + ".json")
	if err != nil {
		return nil, err
	}
	w := &workload{stage: map[string]string{}}
	if w.template, err = mapping.ParseTemplate(name, string(text)); err != nil {
		return nil, err
	}
	root, err := jsonpath.New(given).Root()
	if err != nil {
		return nil, fmt.Errorf("%s.json: %w", name, err)
	}
	request := in(root, "request")
	w.body = []byte(in(request, "body").Text())
	for k, v := range in(request, "params", "path").Members() {
		w.path = append(w.path, message.Pair{Name: k, Value: v.Text()})
	}
	for k, v := range in(request, "params", "querystring").Members() {
		w.query = append(w.query, message.Pair{Name: k, Value: v.Text()})
	}
	for k, v := range in(request, "params", "header").Members() {
		w.header = append(w.header, message.Field{Name: k, Value: v.Text()})
	}
	for k, v := range in(root, "stageVariables").Members() {
		w.stage[k] = v.Text()
	}
	w.fill, err = context(in(root, "context"))
	return w, err
}

// in returns the member at the end of a path of names, or no node.
func in(n jsonpath.Node, path ...string) jsonpath.Node {
	for _, name := range path {
		n, _ = n.Member(name)
	}
	return n
}

// context returns what fills $context field by field, as the gateway does.
func context(n jsonpath.Node) (func(*mapping.Context), error) {
	text := func(path ...string) string { return in(n, path...).Text() }
	at, err := time.Parse("02/Jan/2006:15:04:05 -0700", text("requestTime"))
	if err != nil {
		return nil, err
	}
	var (
		accountID, apiID, stage, requestID = text("accountId"), text("apiId"), text("stage"), text("requestId")
		verb, path, protocol               = text("httpMethod"), text("path"), text("protocol")
		resourcePath, resourceID           = text("resourcePath"), text("resourceId")
		sourceIP, userAgent                = text("identity", "sourceIp"), text("identity", "userAgent")
		caller, user, userARN              = text("identity", "caller"), text("identity", "user"), text("identity", "userArn")
		identityAccount                    = text("identity", "accountId")
		principal                          = text("authorizer", "principalId")
		authorizer                         = []mapping.Value{{Name: "scope", Text: text("authorizer", "scope")}}
	)
	return func(c *mapping.Context) {
		c.AccountID, c.APIID, c.Stage, c.RequestID = accountID, apiID, stage, requestID
		c.HTTPMethod, c.Path, c.Protocol, c.RequestTime = verb, path, protocol, at
		c.ResourcePath, c.ResourceID = resourcePath, resourceID
		c.Identity.SourceIP, c.Identity.UserAgent = sourceIP, userAgent
		c.Identity.Caller, c.Identity.User, c.Identity.UserARN = caller, user, userARN
		c.Identity.AccountID = identityAccount
		c.Authorizer.Present, c.Authorizer.PrincipalID, c.Authorizer.Context = true, principal, authorizer
	}, nil
}

// render starts from the compiled template and the raw request, as a request
// does: nothing of the one before is known but its memory.
func (w *workload) render() (string, error) {
	s := &w.scope
	s.Reset()
	s.Path, s.Query, s.Header = w.path, w.query, w.header
	s.StageVariables = w.stage
	w.fill(&s.Context)
	s.SetRequestBody(w.body)
	out, err := w.template.AppendTo(w.out[:0], s)
	w.out = out
	return string(out), err
}
