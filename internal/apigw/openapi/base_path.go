package openapi

import (
	"net/url"
	"strings"
)

// This file decides where paths begin.
//
// See "Set the OpenAPI basePath property".

// basePath returns the base path of the definition. Of OpenAPI 3 it is the first
// basePath variable, whether the address uses it or not, else the path of the
// first server. Observed.
func (r *reader) basePath() string {
	if r.swagger {
		return r.root.get("basePath").scalar()
	}
	servers := r.root.get("servers").list()
	for _, server := range servers {
		if v := server.get("variables").get("basePath"); v != nil {
			return v.get("default").scalar()
		}
	}
	if len(servers) == 0 {
		return ""
	}
	address := servers[0].get("url").scalar()
	for _, v := range servers[0].get("variables").all() {
		address = strings.ReplaceAll(address, "{"+v.name+"}", v.value.get("default").scalar())
	}
	if u, err := url.Parse(address); err == nil {
		return u.Path
	}
	return ""
}

// prefixed returns the path of a resource: path below what the options leave of
// the base path.
func (r *reader) prefixed(base, path string) string {
	base = strings.Trim(base, "/")
	switch r.options.BasePath {
	case "prepend":
	case "split": // the first segment stands outside of the API
		_, base, _ = strings.Cut(base, "/")
	default:
		base = ""
	}
	path = strings.Trim(path, "/")
	switch {
	case base == "":
		return "/" + path
	case path == "":
		return "/" + base
	}
	return "/" + base + "/" + path
}
