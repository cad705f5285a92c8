package stackapi

import (
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
)

// This file decides who may use the API.
//
//   - The connection comes from a loopback address.
//   - Host is a loopback name or address. A page on evil.example whose name
//     resolves to 127.0.0.1 (DNS rebinding) sends evil.example.
//   - Origin, if a browser sends one, is the origin of the request itself, and
//     Sec-Fetch-Site says neither cross-site nor same-site.

// local returns why a request is not answered, or "".
func local(r *http.Request) string {
	if !loopbackAddress(r.RemoteAddr) {
		return "the request comes from " + r.RemoteAddr + ", only this machine's loopback addresses are answered"
	}
	if !loopbackHost(r.Host) {
		return "the Host is " + quoted(r.Host) + ", expected localhost or a loopback address"
	}
	if origin := r.Header.Get("Origin"); origin != "" {
		u, err := url.Parse(origin)
		if err != nil || u.Host == "" || !strings.EqualFold(u.Host, r.Host) {
			return "the Origin is " + quoted(origin) + ", expected that of " + r.Host
		}
	}
	if site := r.Header.Get("Sec-Fetch-Site"); site == "cross-site" || site == "same-site" {
		return "the request comes from another site, says the browser"
	}
	return ""
}

// loopbackAddress reports whether addr, an IP:port, is of this machine.
func loopbackAddress(addr string) bool {
	a, err := netip.ParseAddrPort(addr)
	return err == nil && a.Addr().Unmap().IsLoopback()
}

// loopbackHost reports whether a Host is localhost, below localhost, or a
// loopback address.
func loopbackHost(host string) bool {
	name := host
	if h, _, err := net.SplitHostPort(host); err == nil {
		name = h
	}
	name = strings.TrimSuffix(strings.TrimPrefix(name, "["), "]")
	if a, err := netip.ParseAddr(name); err == nil {
		return a.Unmap().IsLoopback()
	}
	name = strings.ToLower(strings.TrimSuffix(name, "."))
	return name == "localhost" || strings.HasSuffix(name, ".localhost")
}

// quoted cuts what a stranger sent.
func quoted(s string) string {
	if len(s) > 80 {
		s = s[:80] + "…"
	}
	return `"` + strings.ToValidUTF8(s, "?") + `"`
}
