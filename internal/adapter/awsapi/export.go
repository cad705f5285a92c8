package awsapi

import (
	"net/http"
	"slices"
	"strconv"
	"strings"

	"postern/internal/apigw"
	"postern/internal/control"
)

// A file is an answer that is not JSON of the API, but a text to be saved.
type file struct {
	name string
	text []byte
}

func (f *file) write(w http.ResponseWriter, status int) {
	h := w.Header()
	h.Set("Content-Type", "application/octet-stream")
	h.Set("Content-Disposition", `attachment; filename="`+strings.Map(inFileName, f.name)+`"`)
	h.Set("Content-Length", strconv.Itoa(len(f.text)))
	w.WriteHeader(status)
	_, _ = w.Write(f.text) // the client may be gone
}

// inFileName keeps what can stand between quotes in a header.
func inFileName(r rune) rune {
	if r < ' ' || r > '~' || r == '"' || r == '\\' {
		return '_'
	}
	return r
}

func (c *call) getExport() (any, error) {
	extensions := c.words("extensions")
	o := control.ExportOptions{
		Type:         c.path("export_type"),
		Integrations: slices.Contains(extensions, "integrations"),
		Authorizers:  slices.Contains(extensions, "authorizers"),
		Extensions:   slices.Contains(extensions, "apigateway"),

		Documentation: slices.Contains(extensions, "documentation"),
	}
	switch accept, _, _ := strings.Cut(c.header.Get("Accept"), ";"); strings.TrimSpace(accept) {
	case "", "*/*", "application/json":
	case "application/yaml":
		o.YAML = true
	default:
		return nil, apigw.BadRequest("Unsupported media type in Accept: %q is not one of application/json, application/yaml", accept)
	}
	out, err := c.control.GetExport(c.ctx, c.api(), c.path("stage_name"), o)
	if err != nil {
		return nil, err
	}
	return &file{name: out.FileName, text: out.Definition}, nil
}
