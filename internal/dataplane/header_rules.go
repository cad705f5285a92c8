package dataplane

import (
	"maps"
	"strings"
)

// This file holds what becomes of headers by their names. Every header that is
// dropped, renamed or refused stands here.
//
// See "Amazon API Gateway important notes for REST APIs" and "Observed" in the
// recordings of 2023 to 2026.

// A headerRule is what becomes of one header.
type headerRule uint8

const (
	pass headerRule = iota
	drop
	remap  // to x-amzn-Remapped-{name}
	refuse // the request fails
)

// entering are headers of a client that nobody behind the front sees.
var entering = map[string]headerRule{
	"connection":         drop,
	"content-length":     drop,
	"content-md5":        drop,
	"expect":             drop,
	"max-forwards":       drop,
	"proxy-authenticate": drop,
	"server":             drop,
	"te":                 drop,
	"transfer-encoding":  drop,
	"trailer":            drop,
	"upgrade":            drop,
	"www-authenticate":   drop,
	"keep-alive":         drop, // hop-by-hop, RFC 9110, section 7.6.1
	"proxy-connection":   drop,
}

// forwarded are headers of the method request on their way through HTTP_PROXY.
var forwarded = map[string]headerRule{
	"host":                   drop,
	"content-encoding":       drop,
	"via":                    drop,
	"x-http-method-override": drop,
}

// mapped are headers that a mapping or an override puts into an HTTP
// integration request.
var mapped = map[string]headerRule{
	"connection":               drop,
	"expect":                   drop,
	"proxy-authenticate":       drop,
	"te":                       drop,
	"via":                      drop,
	"content-length":           refuse,
	"transfer-encoding":        refuse,
	"x-amzn-trace-id":          refuse,
	"x-amzn-apigateway-api-id": refuse,
}

// called are headers that a mapping or an override puts into a request to an AWS
// service. AWS_PROXY fails because of a refused one although it maps none.
var called = map[string]headerRule{
	"referer":                  drop,
	"authorization":            refuse,
	"connection":               refuse,
	"content-length":           refuse,
	"expect":                   refuse,
	"proxy-authenticate":       refuse,
	"te":                       refuse,
	"transfer-encoding":        refuse,
	"x-amzn-trace-id":          refuse,
	"x-amzn-apigateway-api-id": refuse,
}

// answered are headers that an integration response puts into the answer.
var answered = map[string]headerRule{
	"authorization":      remap,
	"connection":         remap,
	"content-length":     remap,
	"content-md5":        remap,
	"date":               remap,
	"expect":             remap,
	"host":               remap,
	"max-forwards":       remap,
	"proxy-authenticate": remap,
	"server":             remap,
	"trailer":            remap,
	"upgrade":            remap,
	"user-agent":         remap,
	"www-authenticate":   remap,
	"transfer-encoding":  drop,
}

// proxied are headers of a backend on their way through HTTP_PROXY.
var proxied = map[string]headerRule{
	"authorization":      remap,
	"connection":         remap,
	"content-length":     remap,
	"content-md5":        remap,
	"date":               remap,
	"expect":             remap,
	"host":               remap,
	"max-forwards":       remap,
	"proxy-authenticate": remap,
	"server":             remap,
	"trailer":            remap,
	"upgrade":            remap,
	"user-agent":         remap,
	"www-authenticate":   remap,
	"x-amzn-requestid":   remap,
	"x-amz-apigw-id":     remap,
	"transfer-encoding":  drop,
	"te":                 drop,
	"via":                drop,
	"keep-alive":         drop,
	"proxy-connection":   drop,
}

// replied are headers that a function returns through AWS_PROXY.
var replied = func() map[string]headerRule {
	m := maps.Clone(proxied)
	delete(m, "via")
	return m
}()

// rule looks a header up in one of the tables without allocating.
func rule(table map[string]headerRule, name string) headerRule {
	var buf [32]byte
	if len(name) > len(buf) {
		return pass
	}
	for i := range len(name) {
		c := name[i]
		if 'A' <= c && c <= 'Z' {
			c += 'a' - 'A'
		}
		buf[i] = c
	}
	return table[string(buf[:len(name)])]
}

// remappedName is the name under which a remapped header reaches the client.
func remappedName(name string) string { return "x-amzn-Remapped-" + name }

// spelling is the client's spelling of a header as the corridor sees it: two
// names are normalized whatever the client wrote. Observed.
func spelling(name string) string {
	switch {
	case len(name) == len("authorization") && strings.EqualFold(name, "authorization"):
		return "Authorization"
	case len(name) == len("user-agent") && strings.EqualFold(name, "user-agent"):
		return "User-Agent"
	}
	return name
}
