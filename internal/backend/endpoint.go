package backend

import (
	"fmt"
	"net/url"
	"strconv"
	"strings"
)

// An address is an absolute URL taken apart.
type address struct {
	scheme string // http or https
	host   string // as Host has it
	target string // path and query, byte for byte
}

// endpoint takes an absolute URL apart without changing how its path and query
// are written. Its error is an *InvalidEndpoint.
//
// Chosen: a fragment is left out, as it never travels; user information and
// bytes outside printable ASCII are refused, as nothing says how API Gateway
// would send them.
func endpoint(raw string) (address, error) {
	a, err := splitURL(raw)
	if err != nil {
		return address{}, &InvalidEndpoint{Err: fmt.Errorf("%q: %w", clip(raw), err)}
	}
	return a, nil
}

func splitURL(raw string) (a address, err error) {
	if !printable(raw) {
		i := strings.IndexFunc(raw, func(r rune) bool { return r <= ' ' || r >= 0x7f })
		return a, fmt.Errorf("byte %#02x at %d must be percent-encoded", raw[i], i)
	}
	scheme, rest, ok := strings.Cut(raw, "://")
	scheme = strings.ToLower(scheme)
	if !ok || scheme != "http" && scheme != "https" {
		return a, fmt.Errorf("scheme is not http or https")
	}
	host, rest := rest, ""
	if i := strings.IndexAny(host, "/?#"); i >= 0 {
		host, rest = host[:i], host[i:]
	}
	if err := checkHost(host); err != nil {
		return a, err
	}
	return address{scheme, host, targetOf(rest)}, nil
}

// printable reports whether s is ASCII without blanks and control characters.
func printable(s string) bool {
	for i := range len(s) {
		if c := s[i]; c <= ' ' || c >= 0x7f {
			return false
		}
	}
	return true
}

// targetOf returns what follows the host in a URL as the target of a request.
func targetOf(rest string) string {
	rest, _, _ = strings.Cut(rest, "#")
	if rest == "" || rest[0] == '?' {
		return "/" + rest
	}
	return rest
}

// url returns a as a URL whose RequestURI is the target, byte for byte, with one
// exception. Package url would take an opaque path that begins with two slashes
// for a host, so such a path goes by way of RawPath; if it is encoded in a way
// that url would correct, the target becomes one in absolute form (RFC 9112,
// section 3.2.2).
func (a address) url() *url.URL {
	path, query, hasQuery := strings.Cut(a.target, "?")
	u := &url.URL{Scheme: a.scheme, Host: a.host, RawQuery: query, ForceQuery: hasQuery}
	if !strings.HasPrefix(path, "//") {
		u.Opaque = path
		return u
	}
	if decoded, err := url.PathUnescape(path); err == nil {
		u.Path, u.RawPath = decoded, path
		if u.EscapedPath() == path {
			return u
		}
	}
	u.Path, u.RawPath = "", ""
	u.Opaque = "//" + a.host + path
	return u
}

func checkHost(host string) error {
	name, port := host, ""
	if strings.HasPrefix(host, "[") {
		end := strings.IndexByte(host, ']')
		if end < 0 {
			return fmt.Errorf("host %q has no ]", clip(host))
		}
		name, port = host[1:end], host[end+1:]
		if strings.Trim(name, "0123456789abcdefABCDEF:.") != "" || !strings.Contains(name, ":") {
			return fmt.Errorf("host %q is not an IPv6 address", clip(host))
		}
	} else {
		if i := strings.IndexByte(host, ':'); i >= 0 {
			name, port = host[:i], host[i:]
		}
		for _, c := range name {
			if !strings.ContainsRune("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._", c) {
				return fmt.Errorf("host %q has the character %q", clip(host), c)
			}
		}
	}
	if name == "" || len(name) > 253 {
		return fmt.Errorf("host name has %d bytes, expected 1 to 253", len(name))
	}
	if port == "" {
		return nil
	}
	if n, err := strconv.ParseUint(strings.TrimPrefix(port, ":"), 10, 16); err != nil || n == 0 || port[0] != ':' {
		return fmt.Errorf("port of host %q is not 1 to 65535", clip(host))
	}
	return nil
}

func clip(s string) string {
	if len(s) > 200 {
		return s[:200] + "…"
	}
	return s
}
