package jsonschema

import (
	"net/netip"
	"regexp"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// A format is a named test of strings, and what is said of one that fails.
type format struct {
	test func(string) bool
	text string // with one %s
}

func (f *format) check(s string, r *report) {
	if !f.test(s) {
		r.add(f.text, s)
	}
}

// formats are those of draft 4, and regex, as the Java validator knows them.
var formats = map[string]*format{
	"date-time": {isDateTime, `string "%s" is invalid against requested date format(s) ` +
		`[yyyy-MM-dd'T'HH:mm:ssZ, yyyy-MM-dd'T'HH:mm:ss.[0-9]{1,12}Z]`},
	"email":    {isEmail, `string "%s" is not a valid email address`},
	"hostname": {isHostname, `string "%s" is not a valid hostname`},
	"ipv4":     {isIPv4, `string "%s" is not a valid IPv4 address`},
	"ipv6":     {isIPv6, `string "%s" is not a valid IPv6 address`},
	"regex":    {isRegex, `string "%s" is not a valid ECMA 262 regular expression`},
	"uri":      {isURI, `string "%s" is not a valid URI`},
}

var dateTime = regexp.MustCompile(`^(\d{4}-\d\d-\d\d)[Tt](\d\d:\d\d:\d\d)(?:\.\d{1,12})?(?:[Zz]|[+-]([01]\d|2[0-3]):[0-5]\d)$`)

// isDateTime knows no leap seconds, and wants a time zone.
func isDateTime(s string) bool {
	m := dateTime.FindStringSubmatch(s)
	if m == nil {
		return false
	}
	_, err := time.Parse(time.DateTime, m[1]+" "+m[2])
	return err == nil
}

// isEmail wants a local part and a domain, which may have no dot. A local part
// in quotes may hold anything.
func isEmail(s string) bool {
	i := strings.LastIndexByte(s, '@')
	if i < 1 {
		return false
	}
	local, domain := s[:i], s[i+1:]
	if len(local) > 1 && local[0] == '"' && local[len(local)-1] == '"' {
		local = "quoted"
	}
	if strings.HasPrefix(domain, "[") && strings.HasSuffix(domain, "]") {
		_, err := netip.ParseAddr(strings.TrimPrefix(domain[1:len(domain)-1], "IPv6:"))
		return err == nil && dotted(local)
	}
	for _, r := range domain {
		if r < utf8.RuneSelf && !isAlphanumeric(r) && r != '-' && r != '.' {
			return false
		}
	}
	return dotted(local) && dotted(domain)
}

// dotted reports whether s is atoms with single dots between them.
func dotted(s string) bool {
	for _, r := range s {
		if r <= ' ' || r == 0x7f || strings.ContainsRune(`()<>,;:\"[]@`, r) {
			return false
		}
	}
	return s != "" && s[0] != '.' && s[len(s)-1] != '.' && !strings.Contains(s, "..")
}

func isAlphanumeric(r rune) bool {
	return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9'
}

// isHostname takes names outside of ASCII, "_" inside, and a dot at the end;
// the last label does not start with a digit.
func isHostname(s string) bool {
	const maxName, maxLabels, maxLabel = 253, 127, 63
	s = strings.TrimSuffix(s, ".")
	labels := strings.Split(s, ".")
	if utf8.RuneCountInString(s) > maxName || len(labels) > maxLabels {
		return false
	}
	for _, label := range labels {
		if label == "" || utf8.RuneCountInString(label) > maxLabel || strings.ContainsRune("-_", rune(label[0])) ||
			strings.ContainsRune("-_", rune(label[len(label)-1])) {
			return false
		}
		for _, r := range label {
			if r < utf8.RuneSelf && !isAlphanumeric(r) && r != '-' && r != '_' {
				return false
			}
		}
	}
	last := labels[len(labels)-1]
	return last[0] < '0' || last[0] > '9'
}

func isIPv4(s string) bool {
	a, err := netip.ParseAddr(s)
	return err == nil && a.Is4()
}

func isIPv6(s string) bool {
	a, err := netip.ParseAddr(s)
	return err == nil && a.Is6() && a.Zone() == ""
}

func isRegex(s string) bool {
	_, err := compilePattern(s)
	return err == nil
}

var (
	scheme    = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9+.-]*$`)
	authority = regexp.MustCompile(`^(?:[^\[\]]*@)?\[[0-9A-Fa-f:.%A-Za-z_]+\](?::[0-9]*)?$`)
)

// isURI is java.net.URI: relative references are URIs, characters outside of
// ASCII may stand for themselves.
func isURI(s string) bool {
	if !hasURICharacters(s) {
		return false
	}
	s, fragment, _ := strings.Cut(s, "#")
	if strings.Contains(fragment, "#") {
		return false
	}
	i := strings.IndexAny(s, ":/?")
	if i >= 0 && s[i] == ':' {
		if !scheme.MatchString(s[:i]) || s[i+1:] == "" {
			return false
		}
		if s = s[i+1:]; s[0] != '/' {
			return true // opaque
		}
	}
	s, _, hasQuery := strings.Cut(s, "?")
	rest, ok := strings.CutPrefix(s, "//")
	if !ok {
		return !strings.ContainsAny(s, "[]")
	}
	host, path, hasPath := strings.Cut(rest, "/")
	if host == "" && !hasPath && !hasQuery {
		return false
	}
	if strings.ContainsAny(host, "[]") && !authority.MatchString(host) {
		return false
	}
	return !strings.ContainsAny(path, "[]")
}

func hasURICharacters(s string) bool {
	for i, r := range s {
		switch {
		case r == '%':
			if i+2 >= len(s) || !isHex(s[i+1]) || !isHex(s[i+2]) {
				return false
			}
		case r >= utf8.RuneSelf:
			if unicode.IsControl(r) || unicode.Is(unicode.Z, r) {
				return false
			}
		case !isAlphanumeric(r) && !strings.ContainsRune("_-!.~'()*,;:$&+=?/[]@#", r):
			return false
		}
	}
	return true
}

func isHex(c byte) bool {
	return c >= '0' && c <= '9' || c >= 'a' && c <= 'f' || c >= 'A' && c <= 'F'
}
