package listen

import (
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
)

// This file decides who may use what is meant for this machine's own programs.
//
//   - The connection comes from a loopback address.
//   - Host is a loopback name or address, or one of the names that its clients
//     know it by. A page on evil.example whose name
//     resolves to 127.0.0.1 (DNS rebinding) sends evil.example.
//   - Origin, if a browser sends one, is the origin of the request itself, and
//     Sec-Fetch-Site says neither cross-site nor same-site.

// Local returns why a request is not one of this machine's own programs, or "".
// domains are names whose hosts, and those below them, lead here too.
func Local(r *http.Request, domains ...string) string {
	if !loopbackAddress(r.RemoteAddr) {
		return "the request comes from " + r.RemoteAddr + ", only this machine's loopback addresses are answered"
	}
	if !LoopbackHost(r.Host) && !below(r.Host, domains) {
		return "the Host is " + fmt.Sprintf("%.80q", r.Host) + ", expected localhost or a loopback address"
	}
	return foreign(r)
}

// foreign returns why a request is one of another site's page, or "".
func foreign(r *http.Request) string {
	if origin := r.Header.Get("Origin"); origin != "" {
		u, err := url.Parse(origin)
		if err != nil || u.Host == "" || !strings.EqualFold(u.Host, r.Host) {
			return "the Origin is " + fmt.Sprintf("%.80q", origin) + ", expected that of " + r.Host
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

// LoopbackHost reports whether a Host is localhost, below localhost, or a
// loopback address.
func LoopbackHost(host string) bool {
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

// below reports whether a Host is one of domains or below it.
func below(host string, domains []string) bool {
	name := host
	if h, _, err := net.SplitHostPort(host); err == nil {
		name = h
	}
	name = "." + strings.ToLower(name)
	for _, d := range domains {
		if strings.HasSuffix(name, "."+d) {
			return true
		}
	}
	return false
}
