package resource

import (
	"crypto/sha256"
	"encoding/base32"
	"strings"
)

// This file names things.

// joinID joins the parts of a composite identifier as the Cloud Control API
// does.
func joinID(parts ...string) string { return strings.Join(parts, "|") }

// lastPart returns the last part of a composite identifier.
func lastPart(id string) string { return id[strings.LastIndexByte(id, '|')+1:] }

// letters is an alphabet of [a-z0-9].
const letters = "abcdefghijklmnopqrstuvwxyz234567"

// derived returns length characters of [a-z0-9] that follow from parts, at most
// 51.
func derived(length int, parts ...string) string {
	sum := sha256.Sum256([]byte(strings.Join(parts, "\x00")))
	text := base32.NewEncoding(letters).WithPadding(base32.NoPadding).EncodeToString(sum[:])
	return text[:length]
}

// stackAPIID is the identifier of an API of a stack. It follows from the names
// alone, so that the API's address is the same when the stack is made anew.
func stackAPIID(r Request) string {
	return derived(10, "restapi", r.Region, r.AccountID, r.Stack, r.LogicalID)
}

// generatedName is the physical ID of a native resource that has none of its
// own, such as mysta-metho-01234b567890example.
func generatedName(r Request) string {
	return strings.ToLower(clipTo(r.Stack, 5) + "-" + clipTo(r.LogicalID, 5) + "-" + derived(19, r.StackID, r.Stack, r.LogicalID))
}

// stackName is the name of a native resource that was given none.
//
// See "Name Type" of the template reference.
func stackName(r Request) string {
	return r.Stack + "-" + r.LogicalID + "-" + derived(12, r.StackID, r.Stack, r.LogicalID)
}

func clipTo(s string, n int) string {
	if len(s) > n {
		return s[:n]
	}
	return s
}

// arnOf is the control plane's ARN of a path, such as /restapis/a1b2c3d4e5.
func (e *environment) arnOf(r Request, path string) string {
	return "arn:" + e.partition() + ":apigateway:" + e.region(r) + "::" + path
}

// executionARN is the data plane's ARN of an API, or of one of its stages.
func (e *environment) executionARN(r Request, path string) string {
	return "arn:" + e.partition() + ":execute-api:" + e.region(r) + ":" + e.account(r) + ":" + path
}

// invokeURL is the address of a stage.
func (e *environment) invokeURL(r Request, api, stage string) string {
	if e.invoke != nil {
		return e.invoke(api, stage)
	}
	suffix := "amazonaws.com"
	if e.partition() == "aws-cn" {
		suffix += ".cn"
	}
	return "https://" + api + ".execute-api." + e.region(r) + "." + suffix + "/" + stage
}

func (e *environment) partition() string       { return or(e.svc.Partition, "aws") }
func (e *environment) region(r Request) string { return or(r.Region, or(e.svc.Region, "us-east-1")) }
func (e *environment) account(r Request) string {
	return or(r.AccountID, or(e.svc.AccountID, "000000000000"))
}

func or(text, other string) string {
	if text == "" {
		return other
	}
	return text
}
