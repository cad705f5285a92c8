package dataplane

import "strings"

// This file decides which API and stage a request is for.
//
//   - The Host decides first: {api}.execute-api.{anything}. Port and case do not
//     matter. The first segment of the path is the stage.
//   - Then custom domain names, in domain_name.go.
//   - Chosen: two path forms serve where names do not resolve,
//     /_aws/execute-api/{api}/{stage}/… and
//     /restapis/{api}/{stage}/_user_request_/….

// An Address is where a request goes.
type Address struct {
	API   string
	Stage string
	Path  string // below the stage, with a leading slash; as received
	Base  string // what stood before the stage in the path; empty in the host form

	Custom   bool   // by a custom domain name: the stage does not stand in the path, or behind the base path
	BasePath string // the base path of a custom domain name; empty: none

	closed *Fault // what turns the request away whatever it is for
}

// Address reads the address of a request to the data plane. It reports false for
// one that is not for an API. Nil routes know no custom domain name.
func (r *Routes) Address(host, path string) (Address, bool) {
	if api, ok := apiOfHost(host); ok {
		stage, rest := cutSegment(strings.TrimLeft(path, "/"))
		return Address{API: api, Stage: stage, Path: rest}, true
	}
	if d := r.domain(host); d != nil {
		return d.address(path), true
	}
	if rest, ok := strings.CutPrefix(path, "/_aws/execute-api/"); ok {
		api, rest := cutSegment(rest)
		stage, below := cutSegment(strings.TrimPrefix(rest, "/"))
		return Address{API: api, Stage: stage, Path: below, Base: path[:len(path)-len(rest)]}, api != ""
	}
	if rest, ok := strings.CutPrefix(path, "/restapis/"); ok {
		api, rest := cutSegment(rest)
		stage, rest := cutSegment(strings.TrimPrefix(rest, "/"))
		below, ok := strings.CutPrefix(rest, "/_user_request_")
		if ok && (below == "" || below[0] == '/') {
			if below == "" {
				below = "/"
			}
			return Address{API: api, Stage: stage, Path: below, Base: "/restapis/" + api}, true
		}
	}
	return Address{}, false
}

// cutSegment splits "a/b/c" into "a" and "/b/c". Nothing left is "/".
func cutSegment(path string) (segment, rest string) {
	if i := strings.IndexByte(path, '/'); i >= 0 {
		return path[:i], path[i:]
	}
	return path, "/"
}

// apiOfHost returns the API that a host name belongs to.
func apiOfHost(host string) (string, bool) {
	label, rest, ok := strings.Cut(host, ".")
	if !ok || label == "" {
		return "", false
	}
	const service = "execute-api"
	if len(rest) < len(service) || !strings.EqualFold(rest[:len(service)], service) {
		return "", false
	}
	if len(rest) > len(service) && rest[len(service)] != '.' && rest[len(service)] != ':' {
		return "", false
	}
	// A private API's alias is {api}-{vpce}.
	api, _, _ := strings.Cut(label, "-")
	return strings.ToLower(api), true
}
