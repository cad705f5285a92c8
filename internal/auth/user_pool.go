package auth

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/lestrrat-go/jwx/v3/jwk"
	"github.com/lestrrat-go/jwx/v3/jws"
	"github.com/lestrrat-go/jwx/v3/jwt"
)

// What a token is refused for.
var (
	ErrToken   = errors.New("the token is not one of the user pool")
	ErrExpired = errors.New("the token has expired")
	ErrScope   = errors.New("the token has none of the scopes")
	ErrKeys    = errors.New("the keys of the user pool cannot be read")
)

// A UserPool verifies the tokens of one Cognito user pool, or of any other
// issuer of JSON web tokens. It is safe for concurrent use. Its fields are set
// before it is used.
type UserPool struct {
	Issuer string           // that tokens must name; its keys are at /.well-known/jwks.json
	Client *http.Client     // nil: http.DefaultClient
	Now    func() time.Time // nil: time.Now

	mu   sync.Mutex
	keys jwk.Set
	read time.Time // when keys were read
	lost error     // why there are none
	next time.Time // when they may be asked for again after lost
}

// How long keys are good for, and how soon a key that is not among them lets
// them be read again.
const (
	keysGoodFor = time.Hour
	keysAgain   = time.Minute
	keysLost    = 5 * time.Second // after a failure
)

// Claims are those of a verified token, as text, sorted by name.
type Claims []Value

// Get returns a claim, or "".
func (c Claims) Get(name string) string {
	for _, v := range c {
		if v.Name == name {
			return v.Text
		}
	}
	return ""
}

// Verify returns the claims of a token, which may have "Bearer " before it. It
// fails with one of the errors of this file. With scopes, the token must be an
// access token that has one of them.
//
// See "Verifying JSON web tokens" in the Amazon Cognito Developer Guide.
func (p *UserPool) Verify(ctx context.Context, token string, scopes []string) (Claims, error) {
	token = bare(token)
	kid, ok := keyOf(token)
	if !ok {
		return nil, ErrToken
	}
	keys, err := p.keySet(ctx, kid)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrKeys, err)
	}
	_, err = jwt.Parse([]byte(token), jwt.WithKeySet(keys, jws.WithInferAlgorithmFromKey(true)),
		jwt.WithValidate(true), jwt.WithIssuer(p.Issuer), jwt.WithRequiredClaim("exp"), jwt.WithClock(jwt.ClockFunc(p.now)))
	switch {
	case errors.Is(err, jwt.TokenExpiredError()):
		return nil, ErrExpired
	case err != nil:
		return nil, ErrToken
	}
	claims, err := readClaims(token)
	if err != nil {
		return nil, ErrToken
	}
	use := claims.Get("token_use")
	if use != "" && use != "id" && use != "access" {
		return nil, ErrToken
	}
	if len(scopes) == 0 {
		return claims, nil
	}
	if use == "id" {
		return nil, ErrScope
	}
	for has := range strings.FieldsSeq(claims.Get("scope")) {
		if slices.Contains(scopes, has) {
			return claims, nil
		}
	}
	return nil, ErrScope
}

func (p *UserPool) now() time.Time {
	if p.Now != nil {
		return p.Now()
	}
	return time.Now()
}

// keyOf returns the key that a token says it is signed with.
func keyOf(token string) (string, bool) {
	header, _, ok := strings.Cut(token, ".")
	if !ok {
		return "", false
	}
	text, err := base64.RawURLEncoding.DecodeString(header)
	if err != nil {
		return "", false
	}
	var h struct{ Kid string }
	return h.Kid, json.Unmarshal(text, &h) == nil && h.Kid != ""
}

// IssuerOf returns the issuer that a token names, which nobody has verified yet;
// "" if there is none.
func IssuerOf(token string) string {
	claims, err := readClaims(bare(token))
	if err != nil {
		return ""
	}
	return claims.Get("iss")
}

// bare is a token without the word before it.
func bare(token string) string {
	token = strings.TrimSpace(token)
	if len(token) > 7 && strings.EqualFold(token[:7], "Bearer ") {
		token = strings.TrimSpace(token[7:])
	}
	return token
}

// keySet returns the pool's keys, which are read again when they are old or when
// kid is none of them. Of many callers one reads.
func (p *UserPool) keySet(ctx context.Context, kid string) (jwk.Set, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := p.now()
	age := now.Sub(p.read)
	if p.keys != nil {
		_, known := p.keys.LookupKeyID(kid)
		if known && age < keysGoodFor || !known && age < keysAgain {
			return p.keys, nil
		}
	}
	if p.lost == nil || !now.Before(p.next) {
		keys, err := p.fetch(ctx)
		if p.lost = err; err == nil {
			p.keys, p.read = keys, now
		} else {
			p.next = now.Add(keysLost)
		}
	}
	if p.keys == nil {
		return nil, p.lost
	}
	return p.keys, nil // old ones will do until there are others
}

// maxKeys is the longest key set that is read, in bytes.
const maxKeys = 1 << 20

func (p *UserPool) fetch(ctx context.Context) (jwk.Set, error) {
	// Keys are for everybody: the one who asked first may go away.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
	defer cancel()
	address := p.Issuer + "/.well-known/jwks.json"
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, err
	}
	client := p.Client
	if client == nil {
		client = http.DefaultClient
	}
	res, err := client.Do(r)
	if err != nil {
		return nil, err
	}
	defer res.Body.Close()
	text, err := io.ReadAll(io.LimitReader(res.Body, maxKeys))
	if err != nil {
		return nil, err
	}
	if res.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("GET %s: status %d", address, res.StatusCode)
	}
	set, err := jwk.Parse(text)
	if err != nil {
		return nil, fmt.Errorf("GET %s: %w", address, err)
	}
	return set, nil
}

// readClaims returns the claims of a verified token as text. Dates are in
// Java's form, and lists are separated by commas, as API Gateway has them.
func readClaims(token string) (Claims, error) {
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		return nil, ErrToken
	}
	text, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err != nil {
		return nil, err
	}
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	var members map[string]any
	if err := d.Decode(&members); err != nil {
		return nil, err
	}
	var claims Claims
	for _, name := range slices.Sorted(maps.Keys(members)) {
		value := claimText(members[name])
		if n, ok := members[name].(json.Number); ok && (name == "exp" || name == "iat") {
			if seconds, err := n.Int64(); err == nil {
				value = time.Unix(seconds, 0).UTC().Format("Mon Jan 02 15:04:05 UTC 2006")
			}
		}
		claims = append(claims, Value{name, value})
	}
	return claims, nil
}

func claimText(v any) string {
	switch v := v.(type) {
	case nil:
		return ""
	case string:
		return v
	case []any:
		texts := make([]string, len(v))
		for i := range v {
			texts[i] = claimText(v[i])
		}
		return strings.Join(texts, ",")
	case map[string]any:
		text, err := json.Marshal(v)
		if err != nil {
			return ""
		}
		return string(text)
	}
	return fmt.Sprint(v)
}
