package sigv4

import (
	"crypto/hmac"
	"crypto/subtle"
	"fmt"
	"slices"
	"time"
)

// A Verifier judges signatures. Its fields are set before it is used. It is safe
// for concurrent use if its functions are.
type Verifier struct {
	// Credentials returns what an access key signs with, and whether it is known.
	Credentials func(accessKeyID string) (Credentials, bool)

	Region   string   // that signatures must be made for; empty: any
	Services []string // that signatures may be made for, the first one named in errors; none: any

	Now  func() time.Time // nil: time.Now
	Skew time.Duration    // how far clocks may be apart; 0: five minutes
}

// defaultSkew is how far the clocks of caller and gateway may be apart. See
// "Troubleshoot Signature Version 4 signing for AWS API requests".
const defaultSkew = 5 * time.Minute

// Verify returns who signed r, or an *Error.
func (v *Verifier) Verify(r *Request) (*Caller, error) {
	c, err := read(r)
	if err != nil {
		return nil, err
	}
	if err := v.inScope(c); err != nil {
		return nil, err
	}
	if err := v.inTime(c); err != nil {
		return nil, err
	}
	credentials, ok := v.Credentials(c.accessKeyID)
	if !ok || subtle.ConstantTimeCompare([]byte(credentials.SessionToken), []byte(c.sessionToken)) != 1 {
		return nil, &Error{UnrecognizedClient, "The security token included in the request is invalid."}
	}
	if !credentials.Expires.IsZero() && v.now().After(credentials.Expires) {
		return nil, &Error{ExpiredToken, "The security token included in the request is expired"}
	}
	payload := c.payload(r)
	var canonical, text string
	for i, path := range canonicalPaths(r.Path, c.scope.service) {
		canonicalForm := r.canonical(path, c.signed, payload)
		toSign := stringToSign(c.date, c.scope, canonicalForm)
		if hmac.Equal(c.signature, signature(credentials.SecretAccessKey, c.scope, toSign)) {
			return &Caller{
				AccessKeyID:  c.accessKeyID,
				SessionToken: c.sessionToken,
				Date:         c.date,
				Region:       c.scope.region,
				Service:      c.scope.service,
				Presigned:    c.presigned,
			}, nil
		}
		if i == 0 {
			canonical, text = canonicalForm, toSign
		}
	}
	return nil, &Error{InvalidSignature, "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details." +
		"\n\nThe Canonical String for this request should have been\n'" + canonical + "'\n\nThe String-to-Sign should have been\n'" + text + "'\n"}
}

func (v *Verifier) now() time.Time {
	if v.Now != nil {
		return v.Now().UTC()
	}
	return time.Now().UTC()
}

// inScope refuses a signature that was made for something else.
func (v *Verifier) inScope(c *claim) error {
	message := ""
	if v.Region != "" && c.scope.region != v.Region {
		message += "Credential should be scoped to a valid region. "
	}
	if len(v.Services) > 0 && !slices.Contains(v.Services, c.scope.service) {
		message += "Credential should be scoped to correct service: '" + v.Services[0] + "'. "
	}
	if c.terminator != terminator {
		message += "Credential should be scoped with a valid terminator: '" + terminator + "', not '" + c.terminator + "'. "
	}
	if day := c.date.Format("20060102"); c.scope.date != day {
		message += "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '" +
			c.scope.date + "' != '" + day + "', from '" + c.date.Format(dateFormat) + "'. "
	}
	if message != "" {
		return &Error{InvalidSignature, message}
	}
	return nil
}

// inTime refuses a signature that is too old, or not good yet.
func (v *Verifier) inTime(c *claim) error {
	now, skew := v.now(), v.Skew
	if skew == 0 {
		skew = defaultSkew
	}
	good := skew
	if c.expires > 0 {
		good = c.expires
	}
	at := func(t time.Time) string { return t.Format(dateFormat) }
	switch {
	case now.After(c.date.Add(good)):
		return &Error{InvalidSignature, fmt.Sprintf("Signature expired: %s is now earlier than %s (%s - %d min.)",
			at(c.date), at(now.Add(-good)), at(now), int(good.Minutes()))}
	case c.date.After(now.Add(skew)):
		return &Error{InvalidSignature, fmt.Sprintf("Signature not yet current: %s is still later than %s (%s + %d min.)",
			at(c.date), at(now.Add(skew)), at(now), int(skew.Minutes()))}
	}
	return nil
}

// payload is the payload's hash as the signer should have written it: that of
// the body, whatever the request says it is, unless it is left out.
func (c *claim) payload(r *Request) string {
	said, ok := r.header("X-Amz-Content-Sha256")
	if !ok && c.presigned {
		said, ok = parameter(r.Query, "X-Amz-Content-Sha256")
	}
	if said == unsignedPayload || !ok && c.presigned && c.scope.service == "s3" {
		return unsignedPayload
	}
	return payloadHash(r.Body)
}
