package backend

import (
	"net/netip"
	"strings"
	"testing"
)

func TestAddressesOfLinkAndMetadata(t *testing.T) {
	for addr, want := range map[string]bool{
		"169.254.169.254":          true,
		"169.254.0.0":              true,
		"169.254.255.255":          true,
		"169.253.255.255":          false,
		"169.255.0.0":              false,
		"::ffff:169.254.169.254":   true,
		"64:ff9b::169.254.169.254": true,
		"64:ff9b::10.0.0.1":        false,
		"fe80::1":                  true,
		"fe80::1%eth0":             true,
		"febf::1":                  true,
		"fec0::1":                  false,
		"fd00:ec2::254":            true,
		"fd00:ec2::253":            false,
		"127.0.0.1":                false,
		"10.0.0.1":                 false,
		"::1":                      false,
	} {
		if got := isLinkLocal(netip.MustParseAddr(addr)); got != want {
			t.Errorf("%s: got %v, want %v", addr, got, want)
		}
	}
}

// FuzzEndpoint checks that what is sent is what was given and can be on a
// request line, and that signers see the same, in the one form or the other.
func FuzzEndpoint(f *testing.F) {
	for _, s := range []string{
		"http://h", "https://h:443/p?q#f", "http://[::1]:80//a%zz", "http://h?q", "http://h//a//b?x=%20", "HTTP://H/", "http://h/#", "http://h/?#?", "http://a@b/", "http://h:1:2/",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, raw string) {
		a, err := endpoint(raw)
		if err != nil {
			return
		}
		u, sent := a.url(), a.target
		if signed := u.RequestURI(); signed != sent && signed != a.scheme+"://"+a.host+sent {
			t.Fatalf("%q is sent as %q, and signed as %q", raw, sent, signed)
		}
		if strings.ContainsFunc(sent, func(r rune) bool { return r <= ' ' || r >= 0x7f }) {
			t.Fatalf("%q is sent as %q", raw, sent)
		}
		_, rest, _ := strings.Cut(raw, "://")
		rest, _, _ = strings.Cut(rest, "#")
		given := strings.TrimPrefix(rest, u.Host)
		if !strings.HasPrefix(given, "/") {
			given = "/" + given
		}
		if sent != given {
			t.Fatalf("%q is sent as %q, want %q", raw, sent, given)
		}
		if u.Hostname() == "" || u.User != nil {
			t.Fatalf("%q has host %q and user %v", raw, u.Host, u.User)
		}
	})
}
