package auth

import (
	"crypto/rand"
	"crypto/rsa"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"reflect"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/lestrrat-go/jwx/v3/jwa"
	"github.com/lestrrat-go/jwx/v3/jwk"
	"github.com/lestrrat-go/jwx/v3/jws"
)

// An issuer signs tokens and shows its keys.
type issuer struct {
	t      *testing.T
	key    *rsa.PrivateKey
	kid    string
	asked  atomic.Int64
	broken atomic.Bool
	server *httptest.Server
}

func newIssuer(t *testing.T) *issuer {
	t.Helper()
	i := &issuer{t: t, kid: "one"}
	var err error
	if i.key, err = rsa.GenerateKey(rand.Reader, 2048); err != nil {
		t.Fatal(err)
	}
	i.server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		i.asked.Add(1)
		if i.broken.Load() || r.URL.Path != "/.well-known/jwks.json" {
			http.Error(w, "no", http.StatusInternalServerError)
			return
		}
		public, err := jwk.Import(i.key.Public())
		if err == nil {
			err = public.Set(jwk.KeyIDKey, i.kid)
		}
		if err != nil {
			t.Error(err)
		}
		_ = json.NewEncoder(w).Encode(map[string]any{"keys": []any{public}})
	}))
	t.Cleanup(i.server.Close)
	return i
}

// token signs claims.
func (i *issuer) token(alg jwa.SignatureAlgorithm, key any, claims map[string]any) string {
	i.t.Helper()
	payload, err := json.Marshal(claims)
	if err != nil {
		i.t.Fatal(err)
	}
	h := jws.NewHeaders()
	if err := h.Set(jws.KeyIDKey, i.kid); err != nil {
		i.t.Fatal(err)
	}
	text, err := jws.Sign(payload, jws.WithKey(alg, key, jws.WithProtectedHeaders(h)))
	if err != nil {
		i.t.Fatal(err)
	}
	return string(text)
}

var poolTime = time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)

func (i *issuer) claims(more ...any) map[string]any {
	c := map[string]any{"iss": i.server.URL, "exp": poolTime.Add(time.Hour).Unix(), "iat": poolTime.Unix(), "token_use": "id", "sub": "ada"}
	for n := 0; n < len(more); n += 2 {
		if c[more[n].(string)] = more[n+1]; more[n+1] == nil {
			delete(c, more[n].(string))
		}
	}
	return c
}

func TestUserPoolVerifiesTokens(t *testing.T) {
	i := newIssuer(t)
	other, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	good := i.token(jwa.RS256(), i.key, i.claims())
	for _, tt := range []struct {
		name, token string
		scopes      []string
		want        error
	}{
		{name: "an ID token", token: good},
		{name: "with a word before it", token: "bearer " + good},
		{name: "an access token", token: i.token(jwa.RS256(), i.key, i.claims("token_use", "access"))},
		{name: "of an issuer without uses", token: i.token(jwa.RS256(), i.key, i.claims("token_use", nil))},
		{name: "of another use", token: i.token(jwa.RS256(), i.key, i.claims("token_use", "refresh")), want: ErrToken},
		{name: "expired", token: i.token(jwa.RS256(), i.key, i.claims("exp", poolTime.Add(-time.Second).Unix())), want: ErrExpired},
		{name: "without an end", token: i.token(jwa.RS256(), i.key, i.claims("exp", nil)), want: ErrToken},
		{name: "not good yet", token: i.token(jwa.RS256(), i.key, i.claims("nbf", poolTime.Add(time.Hour).Unix())), want: ErrToken},
		{name: "of another issuer", token: i.token(jwa.RS256(), i.key, i.claims("iss", "https://evil.example")), want: ErrToken},
		{name: "of another key", token: i.token(jwa.RS256(), other, i.claims()), want: ErrToken},
		{name: "signed with the public key as a secret", token: i.token(jwa.HS256(), []byte("secret"), i.claims()), want: ErrToken},
		{name: "unsigned", token: "eyJhbGciOiJub25lIiwia2lkIjoib25lIn0.eyJzdWIiOiJhZGEifQ.", want: ErrToken},
		{name: "cut", token: good[:len(good)-4], want: ErrToken},
		{name: "no token", token: "abc", want: ErrToken},
		{name: "nothing", want: ErrToken},
		{name: "a scope", token: i.token(jwa.RS256(), i.key, i.claims("token_use", "access", "scope", "a pets/read")), scopes: []string{"pets/write", "pets/read"}},
		{name: "another scope", token: i.token(jwa.RS256(), i.key, i.claims("token_use", "access", "scope", "a pets/reading")), scopes: []string{"pets/read"}, want: ErrScope},
		{name: "no scope", token: i.token(jwa.RS256(), i.key, i.claims("token_use", "access")), scopes: []string{"pets/read"}, want: ErrScope},
		{name: "an ID token with a scope", token: i.token(jwa.RS256(), i.key, i.claims("scope", "pets/read")), scopes: []string{"pets/read"}, want: ErrScope},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p := &UserPool{Issuer: i.server.URL, Now: func() time.Time { return poolTime }}
			claims, err := p.Verify(t.Context(), tt.token, tt.scopes)
			if !errors.Is(err, tt.want) || (err == nil) != (claims.Get("sub") == "ada") {
				t.Errorf("got %v, %v; want %v", claims, err, tt.want)
			}
		})
	}
}

func TestClaimsAreText(t *testing.T) {
	i := newIssuer(t)
	p := &UserPool{Issuer: i.server.URL, Now: func() time.Time { return poolTime }}
	got, err := p.Verify(t.Context(), i.token(jwa.RS256(), i.key, i.claims("email_verified", true, "auth_time", 1767323045, "cognito:groups", []string{"a", "b"})), nil)
	want := Claims{{"auth_time", "1767323045"}, {"cognito:groups", "a,b"}, {"email_verified", "true"}, {"exp", "Fri Jan 02 04:04:05 UTC 2026"},
		{"iat", "Fri Jan 02 03:04:05 UTC 2026"}, {"iss", i.server.URL}, {"sub", "ada"}, {"token_use", "id"}}
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("got %v, %v; want %v", got, err, want)
	}
}

func TestKeysAreReadWhenTheyAreNeeded(t *testing.T) {
	i := newIssuer(t)
	now := poolTime
	p := &UserPool{Issuer: i.server.URL, Now: func() time.Time { return now }}
	verify := func(what string, want error, asked int64) {
		t.Helper()
		_, err := p.Verify(t.Context(), i.token(jwa.RS256(), i.key, i.claims("exp", now.Add(time.Hour).Unix())), nil)
		if !errors.Is(err, want) || i.asked.Load() != asked {
			t.Errorf("%s: %v after %d reads; want %v after %d", what, err, i.asked.Load(), want, asked)
		}
	}
	i.broken.Store(true)
	verify("no keys", ErrKeys, 1)
	verify("still none, and not asked for", ErrKeys, 1)
	i.broken.Store(false)
	now = now.Add(keysLost)
	verify("there they are", nil, 2)
	verify("known", nil, 2)
	i.kid = "two"
	verify("a new key, too soon", ErrToken, 2)
	now = now.Add(keysAgain)
	verify("a new key", nil, 3)
	i.broken.Store(true)
	now = now.Add(keysGoodFor)
	verify("old keys will do", nil, 4)
}

func TestReadResult(t *testing.T) {
	for _, tt := range []struct{ payload, want string }{
		{`{"principalId":"ada","policyDocument":{"Statement":[]}}`, ""},
		{`{"policyDocument":{}}`, "the authorizer's output has no principalId"},
		{`{"principalId":7,"policyDocument":{}}`, "the authorizer's output is not the object it should be: "},
		{`{"principalId":"ada"}`, "the authorizer's output has no policyDocument"},
		{`{"principalId":"ada","policyDocument":null}`, "the authorizer's output has no policyDocument"},
		{`{"principalId":"ada","policyDocument":{"Statement":[{"Effect":"Yes"}]}}`, "the authorizer's policyDocument: statement 1: the Effect must be Allow or Deny"},
		{`{"principalId":"ada","policyDocument":{},"context":{"a":{}}}`, `the authorizer's context has an object or a list under "a", expected a text, a number, true or false`},
		{`{"principalId":"ada","policyDocument":{},"context":[]}`, "the authorizer's output is not the object it should be: "},
		{`"no"`, "the authorizer's output is not the object it should be: "},
	} {
		_, err := ReadResult([]byte(tt.payload))
		if got := sentence(err); got != tt.want && (tt.want == "" || !strings.HasPrefix(got, tt.want)) {
			t.Errorf("%s: got %s, want %s", tt.payload, got, tt.want)
		}
	}
	r, err := ReadResult([]byte(`{"principalId":"ada","policyDocument":{},"context":{"n":1.50,"b":true,"s":"x","z":null},"usageIdentifierKey":"k"}`))
	if want := []Value{{"b", "true"}, {"n", "1.50"}, {"s", "x"}}; err != nil || r.UsageKey != "k" || !reflect.DeepEqual(r.Context, want) {
		t.Errorf("got %+v, %v", r, err)
	}
}

func sentence(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

func FuzzReadResult(f *testing.F) {
	f.Add(`{"principalId":"ada","policyDocument":{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]},"context":{"a":1}}`)
	f.Fuzz(func(t *testing.T, payload string) {
		if r, err := ReadResult([]byte(payload)); (r == nil) == (err == nil) || r != nil && r.Policy == nil {
			t.Fatalf("got %+v, %v", r, err)
		}
	})
}

func FuzzKeyOf(f *testing.F) {
	f.Add("eyJhbGciOiJub25lIiwia2lkIjoib25lIn0.eyJzdWIiOiJhZGEifQ.")
	f.Fuzz(func(t *testing.T, token string) {
		if kid, ok := keyOf(token); ok && kid == "" {
			t.Fatal("a key without a name")
		}
		if _, err := readClaims(token); err == nil && token == "" {
			t.Fatal("claims of nothing")
		}
	})
}
