package sigv4

import (
	"encoding/hex"
	"net/http"
	"slices"
	"strings"
	"time"
)

// A claim is what a request says of its signature.
type claim struct {
	accessKeyID  string
	scope        scope
	terminator   string
	date         time.Time
	signed       []string // in small letters, sorted
	signature    []byte
	sessionToken string
	presigned    bool
	expires      time.Duration // of a presigned address; 0: it does not say
}

// maxExpires is the longest that a presigned address is good for.
const maxExpires = 7 * 24 * time.Hour

// IsAuthorization reports whether the value of an Authorization field says that
// it is a signature.
func IsAuthorization(value string) bool {
	return strings.HasPrefix(value, algorithm+" ")
}

// Malformed returns what keeps the signature of r from being read, as an *Error,
// or nil.
func Malformed(r *Request) error {
	_, err := read(r)
	return err
}

// read returns what r says of its signature, or an *Error.
func read(r *Request) (*claim, error) {
	if text, ok := r.header("Authorization"); ok {
		if _, both := parameter(r.Query, "X-Amz-Algorithm"); both {
			return nil, &Error{InvalidSignature, "Found both 'X-Amz-Algorithm' as a query-string param and 'Authorization' as HTTP header."}
		}
		return readHeader(r, text)
	}
	for _, name := range [...]string{"X-Amz-Signature", "X-Amz-Credential", "X-Amz-Algorithm"} {
		if _, ok := parameter(r.Query, name); ok {
			return readQuery(r)
		}
	}
	return nil, &Error{MissingAuthenticationToken, "Missing Authentication Token"}
}

// incomplete refuses what cannot be read.
func incomplete(message string) error { return &Error{IncompleteSignature, message} }

// readHeader reads the Authorization field.
func readHeader(r *Request, text string) (*claim, error) {
	scheme, rest, _ := strings.Cut(text, " ")
	parts := map[string]string{}
	for part := range strings.SplitSeq(rest, ",") {
		if part = strings.TrimSpace(part); part == "" {
			continue
		}
		name, value, ok := strings.Cut(part, "=")
		if !ok {
			return nil, incomplete("'" + part + "' not a valid key=value pair (missing equal-sign) in Authorization header: '" + text + "'.")
		}
		parts[name] = value
	}
	date, dated := r.header("X-Amz-Date")
	if !dated {
		date, dated = r.header("Date")
	}
	missing := ""
	for _, name := range [...]string{"Credential", "Signature", "SignedHeaders"} {
		if parts[name] == "" {
			missing += "Authorization header requires '" + name + "' parameter. "
		}
	}
	if !dated {
		missing += "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header. "
	}
	if missing != "" {
		return nil, incomplete(missing + "Authorization=" + text)
	}
	if scheme != algorithm {
		return nil, incomplete("Unsupported AWS 'algorithm': '" + scheme + "'.")
	}
	c := &claim{}
	var err error
	if err = c.credential(parts["Credential"]); err != nil {
		return nil, err
	}
	if c.date, err = readDate(date); err != nil {
		return nil, err
	}
	if err = c.signedHeaders(parts["SignedHeaders"], "Authorization"); err != nil {
		return nil, err
	}
	c.sessionToken, _ = r.header("X-Amz-Security-Token")
	c.readSignature(parts["Signature"])
	return c, nil
}

// readQuery reads the parameters of a presigned address.
func readQuery(r *Request) (*claim, error) {
	get := func(name string) string {
		v, _ := parameter(r.Query, name)
		return v
	}
	missing := ""
	for _, name := range [...]string{"X-Amz-Algorithm", "X-Amz-Credential", "X-Amz-Signature", "X-Amz-SignedHeaders", "X-Amz-Date"} {
		if get(name) == "" {
			missing += "AWS query-string parameters must include '" + name + "'. "
		}
	}
	if missing != "" {
		return nil, incomplete(missing + "Re-examine the query-string parameters.")
	}
	if a := get("X-Amz-Algorithm"); a != algorithm {
		return nil, incomplete("Unsupported AWS 'algorithm': '" + a + "'.")
	}
	c := &claim{presigned: true}
	var err error
	if err = c.credential(get("X-Amz-Credential")); err != nil {
		return nil, err
	}
	if c.date, err = readDate(get("X-Amz-Date")); err != nil {
		return nil, err
	}
	if err = c.signedHeaders(get("X-Amz-SignedHeaders"), "query-string"); err != nil {
		return nil, err
	}
	if text, ok := parameter(r.Query, "X-Amz-Expires"); ok {
		n, ok := seconds(text)
		if !ok || n > maxExpires {
			return nil, incomplete("X-Amz-Expires must be a number of seconds from 0 to 604800.")
		}
		c.expires = max(n, time.Nanosecond) // 0 is said, too
	}
	c.sessionToken = get("X-Amz-Security-Token")
	c.readSignature(get("X-Amz-Signature"))
	return c, nil
}

func seconds(text string) (time.Duration, bool) {
	if text == "" || len(text) > 9 {
		return 0, false
	}
	n := 0
	for i := range len(text) {
		if text[i] < '0' || text[i] > '9' {
			return 0, false
		}
		n = n*10 + int(text[i]-'0')
	}
	return time.Duration(n) * time.Second, true
}

// credential reads key/date/region/service/aws4_request.
func (c *claim) credential(text string) error {
	parts := strings.Split(text, "/")
	if len(parts) != 5 {
		return incomplete("Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, got '" + text + "'.")
	}
	c.accessKeyID, c.terminator = parts[0], parts[4]
	c.scope = scope{date: parts[1], region: parts[2], service: parts[3]}
	return nil
}

// readDate reads an ISO date in the basic format, or one of HTTP.
func readDate(text string) (time.Time, error) {
	if t, err := time.Parse(dateFormat, text); err == nil {
		return t, nil
	}
	if t, err := http.ParseTime(text); err == nil {
		return t.UTC(), nil
	}
	return time.Time{}, incomplete("Date must be in ISO-8601 'basic format'. Got '" + text + "'. See http://en.wikipedia.org/wiki/ISO_8601")
}

// signedHeaders reads the names of the signed fields. The host must be one.
func (c *claim) signedHeaders(text, where string) error {
	for name := range strings.SplitSeq(strings.ToLower(text), ";") {
		if name = strings.TrimSpace(name); name == ":authority" {
			name = "host"
		}
		if name != "" {
			c.signed = append(c.signed, name)
		}
	}
	slices.Sort(c.signed)
	c.signed = slices.Compact(c.signed)
	if !slices.Contains(c.signed, "host") {
		return &Error{InvalidSignature, "'Host' or ':authority' must be a 'SignedHeader' in the AWS " + where + "."}
	}
	return nil
}

// readSignature keeps a signature. One that is no signature equals none.
func (c *claim) readSignature(text string) {
	c.signature, _ = hex.DecodeString(text)
}
