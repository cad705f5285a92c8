package stackapi_test

import (
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
)

// The page has no script and no style in itself, so that the policy can forbid
// both, and every file that it names is there.
func TestTheConsoleIsServedUnderItsPolicy(t *testing.T) {
	s, _ := server(t)
	get := func(path string) *httptest.ResponseRecorder {
		r := httptest.NewRequest("GET", path, nil)
		r.RemoteAddr, r.Host = "127.0.0.1:5000", "127.0.0.1:4566"
		w := httptest.NewRecorder()
		s.ServeHTTP(w, r)
		return w
	}
	page := get("/_postern/")
	if page.Code != 200 || page.Header().Get("Content-Type") != "text/html; charset=utf-8" {
		t.Fatalf("got %d, %s", page.Code, page.Header())
	}
	policy := page.Header().Get("Content-Security-Policy")
	for _, rule := range []string{"default-src 'none';", "script-src 'self';", "style-src 'self';", "connect-src 'self';", "frame-ancestors 'none';", "trusted-types 'none'"} {
		if !strings.Contains(policy, rule) {
			t.Errorf("the policy lacks %s: %s", rule, policy)
		}
	}
	html := page.Body.String()
	for _, inline := range []string{`<script[^>]*>[^<]`, `<style`, `\sstyle=`, `\son[a-z]+=`, `javascript:`, `https?://`} {
		if found := regexp.MustCompile(inline).FindString(html); found != "" {
			t.Errorf("the page has %s", found)
		}
	}
	types := map[string]string{"js": "text/javascript; charset=utf-8", "css": "text/css; charset=utf-8", "svg": "image/svg+xml"}
	files := regexp.MustCompile(`(?:src|href)="([^"]+\.(\w+))"`).FindAllStringSubmatch(html, -1)
	if len(files) < 3 {
		t.Fatalf("the page names %v", files)
	}
	for _, f := range files {
		w := get(f[1])
		if w.Code != 200 || w.Header().Get("Content-Type") != types[f[2]] || w.Header().Get("Content-Security-Policy") != policy || w.Body.Len() == 0 {
			t.Errorf("%s: got %d, %s", f[1], w.Code, w.Header())
		}
	}
	// Nothing of what strangers write can become markup.
	script := get("/_postern/console/console.js").Body.String()
	for _, sink := range []string{"innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "Function(", "DOMParser", "srcdoc"} {
		if strings.Contains(script, sink) {
			t.Errorf("the script has %s", sink)
		}
	}
	if w := get("/_postern"); w.Code != 301 || w.Header().Get("Location") != "/_postern/" {
		t.Errorf("/_postern: got %d, %s", w.Code, w.Header())
	}
	for _, path := range []string{"/_postern/console/", "/_postern/console/nothing.js", "/_postern/console/..%2fconsole.go", "/_postern/index.html"} {
		if w := get(path); w.Code != 404 {
			t.Errorf("%s: got %d", path, w.Code)
		}
	}
}

func TestTheConsoleIsForLocalProgramsAndReadOnly(t *testing.T) {
	s, _ := server(t)
	for _, tt := range []struct {
		method, path, host, remote, site string
		want                             int
	}{
		{"GET", "/_postern/", "localhost:4566", "127.0.0.1:5000", "none", 200},
		{"HEAD", "/_postern/", "localhost:4566", "127.0.0.1:5000", "", 200},
		{"POST", "/_postern/", "localhost:4566", "127.0.0.1:5000", "", 404},
		{"GET", "/_postern/", "evil.example:4566", "127.0.0.1:5000", "", 403},
		{"GET", "/_postern/", "localhost:4566", "192.0.2.1:5000", "", 403},
		{"GET", "/_postern/", "localhost:4566", "127.0.0.1:5000", "cross-site", 403},
		{"GET", "/_postern/console/console.js", "evil.example:4566", "127.0.0.1:5000", "", 403},
	} {
		r := httptest.NewRequest(tt.method, tt.path, nil)
		r.RemoteAddr, r.Host = tt.remote, tt.host
		if tt.site != "" {
			r.Header.Set("Sec-Fetch-Site", tt.site)
		}
		w := httptest.NewRecorder()
		s.ServeHTTP(w, r)
		if w.Code != tt.want {
			t.Errorf("%+v: got %d", tt, w.Code)
		}
	}
}
