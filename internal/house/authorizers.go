package house

import (
	"fmt"
	"net/http"
	"strings"
	"sync"
	"time"

	"postern/internal/auth"
	"postern/internal/control"
)

// authorizers keeps what authorizers share from one plan to the next.
type authorizers struct {
	now      func() time.Time
	endpoint string // where user pools are; empty: at AWS
	pools    keyed[string, *auth.UserPool]

	mu      sync.Mutex
	results map[control.StageKey]*auth.Results
}

// stage returns what keeps the answers of a stage's Lambda authorizers.
func (a *authorizers) stage(api, stage string) *auth.Results {
	a.mu.Lock()
	defer a.mu.Unlock()
	k := control.StageKey{RestAPIID: api, StageName: stage}
	r := a.results[k]
	if r == nil {
		r = auth.NewResults(a.now)
		if a.results == nil {
			a.results = make(map[control.StageKey]*auth.Results)
		}
		a.results[k] = r
	}
	return r
}

// flush lets go of the answers of a stage's authorizers.
func (a *authorizers) flush(k control.StageKey, which control.StageCache) {
	if which != control.AuthorizerCache {
		return
	}
	a.mu.Lock()
	r := a.results[k]
	a.mu.Unlock()
	if r != nil {
		r.Clear()
	}
}

func (a *authorizers) forget(k control.StageKey) {
	a.mu.Lock()
	defer a.mu.Unlock()
	delete(a.results, k)
}

// keysWithin is how long the keys of a user pool may take to come.
const keysWithin = 10 * time.Second

// pool returns what verifies the tokens of a user pool: one at AWS, or below the
// endpoint of cognito-idp.
func (a *authorizers) pool(arn string) (*auth.UserPool, error) {
	parts := strings.SplitN(arn, ":", 6)
	if len(parts) != 6 || parts[2] != "cognito-idp" || !strings.HasPrefix(parts[5], "userpool/") {
		return nil, fmt.Errorf("%s is not the ARN of a user pool", arn)
	}
	id := strings.TrimPrefix(parts[5], "userpool/")
	issuer := "https://cognito-idp." + parts[3] + ".amazonaws.com/" + id
	if a.endpoint != "" {
		issuer = strings.TrimSuffix(a.endpoint, "/") + "/" + id
	}
	return a.pools.get(issuer, func() *auth.UserPool {
		return &auth.UserPool{Issuer: issuer, Client: &http.Client{Timeout: keysWithin}, Now: a.now}
	}), nil
}
