package dataplane

import (
	"maps"
	"strings"

	"postern/internal/apigw"
)

// This file leads custom domain names to stages.
//
//   - An exact name comes before a wildcard, whose asterisk is one label.
//   - The base path is one segment, as base path mappings of REST APIs have it:
//     the segment that a request begins with, or else the mapping of the name
//     itself. The rest of the path is the resource's.
//   - A mapping without a stage leaves it to the next segment.
//   - No mapping: 403.
//
// See "Set up custom domain name for REST APIs in API Gateway" and "Use API
// mappings to connect API stages to a custom domain name for REST APIs".

// A Domain is the compiled form of a custom domain name. It is read-only.
type Domain struct {
	key    string                 // of Routes.domains
	closed *Fault                 // set when the name asks for something that is not enforced yet
	paths  map[string]mappedStage // by base path; "" is the name itself
}

// A mappedStage is where a base path leads.
type mappedStage struct {
	api   string
	stage string // empty: the next segment names it
}

// CompileDomain returns the compiled form of a domain name with its mappings.
func CompileDomain(d *apigw.DomainName, mappings []*apigw.BasePathMapping) *Domain {
	out := &Domain{key: domainKey(d.DomainName), closed: closedDomain(d), paths: make(map[string]mappedStage, len(mappings))}
	for _, m := range mappings {
		base := m.BasePath
		if base == apigw.NoBasePath {
			base = ""
		}
		out.paths[base] = mappedStage{api: m.RestAPIID, stage: m.Stage}
	}
	return out
}

// closedDomain returns the fault of a name that asks for a check that is not
// made. It never leads to an API.
func closedDomain(d *apigw.DomainName) *Fault {
	missing := func(what string) *Fault {
		f := *forbidden
		f.Log = "domain name " + d.DomainName + ": " + what + " is not part of Postern yet: the name stays closed"
		return &f
	}
	switch {
	case d.MutualTLS != nil:
		return missing("mutual TLS")
	case d.EndpointType() == "PRIVATE":
		return missing("a private domain name's check of VPC endpoints and policies")
	case d.Policy != "":
		return missing("a domain name's policy")
	case d.RoutingMode == "ROUTING_RULE_ONLY":
		return missing("routing by rules")
	}
	return nil
}

// Closed returns why requests to the name are turned away, or "".
func (d *Domain) Closed() string {
	if d.closed == nil {
		return ""
	}
	return d.closed.Log
}

// domainKey is what a domain name is found by: a wildcard by what follows its
// asterisk, such as .example.com.
func domainKey(name string) string { return strings.TrimPrefix(strings.ToLower(name), "*") }

// WithDomains returns routes in which domains serve their names.
func (r *Routes) WithDomains(domains ...*Domain) *Routes {
	out := r.clone()
	out.domains = maps.Clone(out.domains)
	if out.domains == nil {
		out.domains = make(map[string]*Domain, len(domains))
	}
	for _, d := range domains {
		out.domains[d.key] = d
	}
	return out
}

// WithoutDomain returns routes that lack a domain name.
func (r *Routes) WithoutDomain(name string) *Routes {
	out := r.clone()
	out.domains = maps.Clone(out.domains)
	delete(out.domains, domainKey(name))
	return out
}

// domain returns the custom domain name that a Host is, or nil.
func (r *Routes) domain(host string) *Domain {
	if r == nil || len(r.domains) == 0 {
		return nil
	}
	name := strings.TrimSuffix(hostname(host), ".")
	if d := r.domains[name]; d != nil && name[0] != '.' {
		return d
	}
	name = strings.ToLower(name)
	i := strings.IndexByte(name, '.')
	if i <= 0 {
		return nil
	}
	if d := r.domains[name]; d != nil {
		return d
	}
	return r.domains[name[i:]]
}

// address returns where a request to the name goes. The API is empty where no
// mapping leads.
func (d *Domain) address(path string) Address {
	a := Address{Path: path, Custom: true, closed: d.closed}
	segment, rest := cutSegment(strings.TrimLeft(path, "/"))
	m, ok := d.paths[segment]
	if ok && segment != "" {
		a.BasePath = segment
	} else {
		m, rest = d.paths[""], path
	}
	a.API, a.Stage, a.Path = m.api, m.stage, rest
	if m.api != "" && m.stage == "" {
		a.Stage, a.Path = cutSegment(strings.TrimLeft(rest, "/"))
	}
	return a
}
