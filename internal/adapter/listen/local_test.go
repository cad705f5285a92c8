package listen

import (
	"net/http/httptest"
	"testing"
)

func TestLocal(t *testing.T) {
	for _, tt := range []struct {
		name, remote, host, origin, site string
		ok                               bool
	}{
		{"a program here", "127.0.0.1:5", "127.0.0.1:4566", "", "", true},
		{"by name", "[::1]:5", "localhost:4566", "", "", true},
		{"by an API's name", "127.0.0.1:5", "abc.execute-api.localhost:4566", "", "", true},
		{"by a service's name", "127.0.0.1:5", "apigateway.eu-west-1.amazonaws.com", "", "", true},
		{"our own page", "127.0.0.1:5", "localhost:4566", "http://localhost:4566", "same-origin", true},
		{"another machine", "192.0.2.1:5", "127.0.0.1:4566", "", "", false},
		{"a rebound name", "127.0.0.1:5", "evil.example:4566", "", "", false},
		{"a name that only ends alike", "127.0.0.1:5", "evilamazonaws.com", "", "", false},
		{"another page", "127.0.0.1:5", "localhost:4566", "http://evil.example", "", false},
		{"another port's page", "127.0.0.1:5", "localhost:4566", "http://localhost:80", "", false},
		{"no origin at all", "127.0.0.1:5", "localhost:4566", "null", "", false},
		{"another page without an origin", "127.0.0.1:5", "localhost:4566", "", "cross-site", false},
	} {
		r := httptest.NewRequest("POST", "/restapis", nil)
		r.RemoteAddr, r.Host = tt.remote, tt.host
		if tt.origin != "" {
			r.Header.Set("Origin", tt.origin)
		}
		if tt.site != "" {
			r.Header.Set("Sec-Fetch-Site", tt.site)
		}
		if reason := Local(r, "amazonaws.com"); (reason == "") != tt.ok {
			t.Errorf("%s: got %q", tt.name, reason)
		}
	}
}
