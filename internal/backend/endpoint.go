package backend

import (
	"fmt"
	"net/url"
	"strconv"
	"strings"
)

// endpoint takes an absolute URL apart without changing how its path and query
// are written. Its error is an *InvalidEndpoint.
//
// Chosen: a fragment is left out, as it never travels; user information and
// bytes outside printable ASCII are refused, as nothing says how API Gateway
// would send them.
func endpoint(raw string) (*url.URL, error) {
	u, err := splitURL(raw)
	if err != nil {
		return nil, &InvalidEndpoint{Err: fmt.Errorf("%q: %w", clip(raw), err)}
	}
	return u, nil
}

func splitURL(raw string) (*url.URL, error) {
	for i := range len(raw) {
		if c := raw[i]; c <= ' ' || c >= 0x7f {
			return nil, fmt.Errorf("byte %#02x at %d must be percent-encoded", c, i)
		}
	}
	scheme, rest, ok := strings.Cut(raw, "://")
	scheme = strings.ToLower(scheme)
	if !ok || scheme != "http" && scheme != "https" {
		return nil, fmt.Errorf("scheme is not http or https")
	}
	rest, _, _ = strings.Cut(rest, "#")
	host, target := rest, ""
	if i := strings.IndexAny(rest, "/?"); i >= 0 {
		host, target = rest[:i], rest[i:]
	}
	if err := checkHost(host); err != nil {
		return nil, err
	}
	u := &url.URL{Scheme: scheme, Host: host}
	path, query, hasQuery := strings.Cut(target, "?")
	u.RawQuery, u.ForceQuery = query, hasQuery
	if path == "" {
		path = "/"
	}
	setPath(u, path)
	return u, nil
}

// setPath makes u.RequestURI begin with path, byte for byte. Package url would
// take an opaque path that begins with two slashes for a host, so such a path
// goes by way of RawPath; if it is encoded in a way that url would correct, the
// target is sent in absolute form (RFC 9112, section 3.2.2).
func setPath(u *url.URL, path string) {
	if !strings.HasPrefix(path, "//") {
		u.Opaque = path
		return
	}
	if decoded, err := url.PathUnescape(path); err == nil {
		u.Path, u.RawPath = decoded, path
		if u.EscapedPath() == path {
			return
		}
	}
	u.Path, u.RawPath = "", ""
	u.Opaque = "//" + u.Host + path
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
