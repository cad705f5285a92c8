package dataplane

import (
	"bytes"
	"compress/flate"
	"compress/gzip"
	"io"
	"strconv"
	"strings"

	"postern/internal/apigw"
	"postern/internal/message"
)

// This file is station 4: it completes what the client gets.

// A methodResponse is what every answer of a method gets.
type methodResponse struct {
	traced   bool  // the answer carries X-Amzn-Trace-Id
	compress int64 // bytes from which answers are compressed; negative: never
}

func (c *compiler) methodResponse(in *apigw.Integration) methodResponse {
	r := methodResponse{traced: in.Type == apigw.HTTP || in.Type == apigw.AWS || in.Type == apigw.AWSProxy, compress: -1}
	if n := c.snapshot.API.MinimumCompressionSize; n != nil {
		r.compress = *n
	}
	return r
}

// finish completes x.res.
func (r *methodResponse) finish(x *exchange) {
	res := &x.res
	if r.traced {
		res.Header.Set("X-Amzn-Trace-Id", x.traceID)
	}
	if !res.Header.Has("Content-Type") {
		res.Header.Add("Content-Type", "application/json")
	}
	if x.trace != nil {
		x.trace.enter(AtMethodResponse)
		x.trace.body("Method response body after transformations: ", res.Body)
		x.trace.header("Method response headers: ", res.Header)
		x.trace.add("Successfully completed execution")
	}
	if r.compress >= 0 && int64(len(res.Body)) >= r.compress && len(res.Body) > 0 && !res.Header.Has("Content-Encoding") {
		r.encode(x)
	}
}

// encode compresses the payload if the client explicitly accepts a coding that
// the gateway knows. If the coding it prefers is another, nothing is done.
//
// See "Payload compression for REST APIs in API Gateway".
func (r *methodResponse) encode(x *exchange) {
	coding := preferredCoding(x.scope.Header)
	if coding != "gzip" && coding != "deflate" {
		return
	}
	var buf bytes.Buffer
	var w io.WriteCloser
	if coding == "gzip" {
		w = gzip.NewWriter(&buf)
	} else {
		w, _ = flate.NewWriter(&buf, flate.DefaultCompression) // the level is valid
	}
	// A bytes.Buffer takes every write.
	_, _ = w.Write(x.res.Body)
	_ = w.Close()
	x.res.Body = buf.Bytes()
	x.res.Header.Add("Content-Encoding", coding)
}

// preferredCoding returns the content coding that Accept-Encoding ranks
// highest; the first of equals. It is empty if none is named.
func preferredCoding(h message.Header) string {
	best, bestQuality := "", 0.0
	for part := range strings.SplitSeq(h.Get("Accept-Encoding"), ",") {
		name, params, _ := strings.Cut(part, ";")
		name = strings.ToLower(strings.TrimSpace(name))
		quality := 1.0
		if q, ok := strings.CutPrefix(strings.TrimSpace(params), "q="); ok {
			if v, err := strconv.ParseFloat(q, 64); err == nil {
				quality = v
			}
		}
		if name != "" && name != "*" && quality > bestQuality {
			best, bestQuality = name, quality
		}
	}
	return best
}
