package stackapi

import (
	"embed"
	"net/http"
	"path"
	"strings"
)

// This file serves the console: a page, its style and its script, which use the
// API like any other client.
//
//   - Nothing is fetched from elsewhere, and nothing in the page itself is run:
//     what a stranger wrote cannot become script even if it became markup.
//   - Who may not use the API does not get the page.

//go:embed console
var consoleFiles embed.FS

// consolePolicy lets the page have what stands beside it, and nothing else.
const consolePolicy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; " +
	"base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'"

// consoleTypes are the media types of its files, by the ends of their names.
var consoleTypes = map[string]string{
	".html": "text/html; charset=utf-8",
	".css":  "text/css; charset=utf-8",
	".js":   "text/javascript; charset=utf-8",
	".svg":  "image/svg+xml",
}

// console answers with a file of the console; with its page where none is named.
func (s *Server) console(w http.ResponseWriter, r *http.Request) {
	if err := s.admit(w, r); err != nil {
		s.fail(w, r, err)
		return
	}
	name := strings.TrimPrefix(strings.TrimPrefix(r.URL.Path, "/_postern/"), "console/")
	if name == "" {
		name = "index.html"
	}
	text, err := consoleFiles.ReadFile("console/" + name)
	if err != nil {
		s.nothing(w, r)
		return
	}
	h := w.Header()
	h.Set("Content-Type", consoleTypes[path.Ext(name)])
	h.Set("Content-Security-Policy", consolePolicy)
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	_, _ = w.Write(text) // the client has gone
}
