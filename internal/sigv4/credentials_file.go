package sigv4

import (
	"bufio"
	"fmt"
	"io"
	"strings"
	"time"
)

// A Profile is a section of a credentials file.
type Profile struct {
	Name string
	Line int // of its heading
	Credentials
}

// ReadProfiles reads a file of credentials in AWS's format: sections in square
// brackets with aws_access_key_id, aws_secret_access_key and, if they are
// temporary, aws_session_token and aws_expiration. Other settings are none of
// our business. No error shows a value.
//
// See "Configuration and credential file settings in the AWS CLI".
func ReadProfiles(r io.Reader) ([]Profile, error) {
	var profiles []Profile
	lines := bufio.NewScanner(r)
	for n := 1; lines.Scan(); n++ {
		raw := strings.TrimPrefix(lines.Text(), "\ufeff")
		line := strings.TrimSpace(raw)
		switch {
		case line == "" || line[0] == '#' || line[0] == ';':
			continue
		case line[0] == '[':
			name, rest, ok := strings.Cut(line[1:], "]")
			rest = strings.TrimSpace(rest)
			if !ok || strings.TrimSpace(name) == "" || rest != "" && rest[0] != '#' && rest[0] != ';' {
				return nil, fmt.Errorf("%d: expected a profile's name in square brackets", n)
			}
			profiles = append(profiles, Profile{Name: strings.TrimSpace(name), Line: n})
			continue
		case raw[0] == ' ' || raw[0] == '\t':
			continue // of a nested setting
		}
		name, value, ok := strings.Cut(line, "=")
		if !ok {
			return nil, fmt.Errorf("%d: expected name = value", n)
		}
		if len(profiles) == 0 {
			return nil, fmt.Errorf("%d: expected a profile's name in square brackets before the first setting", n)
		}
		p := &profiles[len(profiles)-1]
		value = strings.TrimSpace(value)
		switch strings.ToLower(strings.TrimSpace(name)) {
		case "aws_access_key_id":
			p.AccessKeyID = value
		case "aws_secret_access_key":
			p.SecretAccessKey = value
		case "aws_session_token":
			p.SessionToken = value
		case "aws_expiration", "x_security_token_expires":
			t, err := time.Parse(time.RFC3339, value)
			if err != nil {
				return nil, fmt.Errorf("%d: expected a time such as 2026-01-02T15:04:05Z", n)
			}
			p.Expires = t
		}
	}
	if err := lines.Err(); err != nil {
		return nil, err
	}
	kept := profiles[:0]
	for _, p := range profiles {
		switch {
		case p.AccessKeyID == "" && p.SecretAccessKey == "":
			continue // a profile that gets its credentials elsewhere
		case p.AccessKeyID == "":
			return nil, fmt.Errorf("%d: profile %s has no aws_access_key_id", p.Line, p.Name)
		case p.SecretAccessKey == "":
			return nil, fmt.Errorf("%d: profile %s has no aws_secret_access_key", p.Line, p.Name)
		}
		kept = append(kept, p)
	}
	return kept, nil
}

// Lookup returns a function that finds the credentials of an access key. The
// first profile that has the key counts.
func Lookup(profiles []Profile) func(accessKeyID string) (Credentials, bool) {
	byKey := make(map[string]Credentials, len(profiles))
	for _, p := range profiles {
		if _, twice := byKey[p.AccessKeyID]; !twice {
			byKey[p.AccessKeyID] = p.Credentials
		}
	}
	return func(id string) (Credentials, bool) {
		c, ok := byKey[id]
		return c, ok
	}
}
