package dataplane

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"postern/internal/apigw"
	"postern/internal/backend"
	"postern/internal/cache"
	"postern/internal/message"
)

// cached deploys methods on a stage that caches, with the defaults of a setting
// for all methods.
func cached(t *testing.T, methods ...method) *deployed {
	t.Helper()
	d := deploy(t, methods...)
	d.kept = &cache.Responses{Cache: cache.NewMemory(1<<20, nil), MaxBody: 1000}
	d.stage.CacheClusterEnabled = true
	setting := apigw.DefaultMethodSetting()
	setting.CachingEnabled = true
	d.stage.MethodSettings = map[string]*apigw.MethodSetting{"*/*": setting}
	d.publish()
	return d
}

// keyed is an HTTP_PROXY integration with cache key parameters.
func keyed(keys ...string) apigw.Method {
	m := proxy("http://backend/")
	m.Integration.CacheNamespace = "ns"
	m.Integration.CacheKeyParameters = keys
	return m
}

// counting makes the backend answer with the number of the call.
func (d *deployed) counting() *atomic.Int64 {
	var calls atomic.Int64
	d.backend.respond = func(*backend.Request) (*message.Response, error) {
		return &message.Response{Status: 200, Header: header("X-Call", fmt.Sprint(calls.Load()+1)), Body: fmt.Appendf(nil, "call %d", calls.Add(1))}, nil
	}
	return &calls
}

func TestCachedAnswerSparesTheBackend(t *testing.T) {
	d := cached(t, method{verb: "GET", path: "/a", Method: keyed()})
	calls := d.counting()
	first := d.get("/a")
	first.want(t, 200, "call 1")
	if d.record.Cache != CacheMiss {
		t.Errorf("the first is %v, want a miss", d.record.Cache)
	}
	second := d.send(message.Request{Path: "/a", Query: "other=1"})
	second.want(t, 200, "call 1")
	second.wantHeader(t, "X-Call", "1")
	if d.record.Cache != CacheHit || d.record.IntegrationLatency != 0 {
		t.Errorf("the second is %v after %v at the backend, want a hit and none", d.record.Cache, d.record.IntegrationLatency)
	}
	if first.header.Get("x-amzn-RequestId") == second.header.Get("x-amzn-RequestId") {
		t.Error("two requests have one ID")
	}
	if calls.Load() != 1 {
		t.Errorf("%d calls", calls.Load())
	}
}

func TestCacheOnlyWhereItIsSwitchedOn(t *testing.T) {
	for _, tt := range []struct {
		name   string
		verb   string
		change func(*deployed)
		calls  int64 // of two requests
	}{
		{name: "GET, all methods", verb: "GET", calls: 1},
		{name: "POST, all methods", verb: "POST", calls: 2},
		{name: "POST of its own", verb: "POST", calls: 1, change: func(d *deployed) {
			d.stage.MethodSettings["a/POST"] = d.stage.MethodSettings["*/*"]
		}},
		{name: "GET switched off by itself", verb: "GET", calls: 2, change: func(d *deployed) {
			d.stage.MethodSettings["a/GET"] = apigw.DefaultMethodSetting()
		}},
		{name: "no cluster", verb: "GET", calls: 2, change: func(d *deployed) { d.stage.CacheClusterEnabled = false }},
		{name: "no time to live", verb: "GET", calls: 2, change: func(d *deployed) { d.stage.MethodSettings["*/*"].CacheTTLInSeconds = 0 }},
		{name: "no settings", verb: "GET", calls: 2, change: func(d *deployed) { d.stage.MethodSettings = nil }},
	} {
		t.Run(tt.name, func(t *testing.T) {
			d := cached(t, method{verb: tt.verb, path: "/a", Method: keyed()})
			calls := d.counting()
			if tt.change != nil {
				tt.change(d)
				d.publish()
			}
			for range 2 {
				d.send(message.Request{Method: tt.verb, Path: "/a"})
			}
			if calls.Load() != tt.calls {
				t.Errorf("%d calls, want %d", calls.Load(), tt.calls)
			}
		})
	}
}

// The key is what the parameters say, all values of each, absent and empty
// apart, and nothing else.
func TestCacheKey(t *testing.T) {
	d := cached(t, method{verb: "GET", path: "/a/{id}", Method: keyed(
		"method.request.querystring.q", "method.request.header.X-Kind", "method.request.path.id")})
	calls := d.counting()
	for i, tt := range []struct {
		path   string
		header message.Header
		call   int
	}{
		{"/a/1", nil, 1},
		{"/a/1?other=2", header("Accept", "text/plain"), 1},
		{"/a/2", nil, 2},
		{"/a/1?q=", nil, 3},
		{"/a/1?q=x", nil, 4},
		{"/a/1?q=x&q=y", nil, 5},
		{"/a/1?q=y&q=x", nil, 6},
		{"/a/1?q=xy", nil, 7},
		{"/a/1", header("X-Kind", "x"), 8},
		{"/a/1", header("x-kind", "x"), 8},
		{"/a/1?q=x&q=y&z", nil, 5},
	} {
		path, query, _ := strings.Cut(tt.path, "?")
		got := d.send(message.Request{Path: path, Query: query, Header: tt.header})
		if want := fmt.Sprintf("call %d", tt.call); got.body != want {
			t.Errorf("request %d, %s %v: got %s, want %s", i, tt.path, tt.header, got.body, want)
		}
	}
	if calls.Load() != 8 {
		t.Errorf("%d calls", calls.Load())
	}
}

// Whatever clients send, a cached answer is the one that was made for the same
// parameters.
func TestCacheNeverMixesKeys(t *testing.T) {
	d := cached(t, method{verb: "GET", path: "/a/{id}", Method: keyed(
		"method.request.querystring.q", "method.request.querystring.r", "method.request.path.id")})
	rapid.Check(t, func(r *rapid.T) {
		id := rapid.StringMatching(`[ab%2C]{1,3}`).Filter(func(s string) bool { return !strings.Contains(s, "%") }).Draw(r, "id")
		text := rapid.SliceOfN(rapid.StringMatching(`(q|r)=[ab,;]{0,2}`), 0, 3).Draw(r, "query")
		query := strings.Join(text, "&")
		seen := ""
		d.backend.respond = func(*backend.Request) (*message.Response, error) {
			return &message.Response{Status: 200, Body: []byte(params(id, query))}, nil
		}
		seen = d.send(message.Request{Path: "/a/" + id, Query: query}).body
		if want := params(id, query); seen != want {
			r.Fatalf("/a/%s?%s got the answer of %s", id, query, seen)
		}
	})
}

// params is what the key of TestCacheNeverMixesKeys is made of, in words.
func params(id, query string) string {
	values := map[string][]string{}
	for _, p := range parseQuery(nil, query) {
		values[p.Name] = append(values[p.Name], p.Value)
	}
	return fmt.Sprintf("%q %q %q", id, values["q"], values["r"])
}

func TestMethodsShareANamespace(t *testing.T) {
	other := keyed()
	other.Integration.CacheNamespace = "other"
	d := cached(t,
		method{verb: "GET", path: "/a", Method: keyed()},
		method{verb: "GET", path: "/b", Method: keyed()},
		method{verb: "GET", path: "/c", Method: other})
	d.counting()
	d.get("/a").want(t, 200, "call 1")
	d.get("/b").want(t, 200, "call 1")
	d.get("/c").want(t, 200, "call 2")
}

func TestNewDeploymentDoesNotSeeOldEntries(t *testing.T) {
	d := cached(t, method{verb: "GET", path: "/a", Method: keyed()})
	d.counting()
	d.get("/a").want(t, 200, "call 1")
	d.snapshot.Deployment.ID = "dep456"
	d.publish()
	d.get("/a").want(t, 200, "call 2")
}

func TestCanaryUsesTheCacheIfItMay(t *testing.T) {
	for use, want := range map[bool]string{true: "call 1", false: "call 2"} {
		d := cached(t, method{verb: "GET", path: "/a", Method: keyed()})
		d.counting()
		d.stage.CanarySettings = &apigw.CanarySettings{PercentTraffic: 100, UseStageCache: use}
		config := d.config()
		config.Canary = d.snapshot
		s, err := Compile(config)
		if err != nil {
			t.Fatal(err)
		}
		d.gateway.Swap(d.gateway.Routes().With(s))
		d.get("/a").want(t, 200, "call 1")
		d.get("/a").want(t, 200, want)
	}
}

// Every answer of the backend is kept, and no answer of the gateway's own.
func TestWhatIsCached(t *testing.T) {
	d := cached(t, method{verb: "GET", path: "/a", Method: keyed()})
	calls := 0
	answers := []func() (*message.Response, error){
		func() (*message.Response, error) { return nil, &backend.Network{Reason: "refused"} },
		func() (*message.Response, error) {
			return &message.Response{Status: 200, Body: make([]byte, 1001)}, nil
		},
		func() (*message.Response, error) {
			return &message.Response{Status: 500, Body: []byte("oh")}, nil
		},
	}
	d.backend.respond = func(*backend.Request) (*message.Response, error) {
		calls++
		return answers[min(calls, len(answers))-1]()
	}
	d.get("/a").want(t, 504, `{"message": "Network error communicating with endpoint"}`)
	if a := d.get("/a"); a.status != 200 || len(a.body) != 1001 {
		t.Errorf("the large answer: %d, %d bytes", a.status, len(a.body))
	}
	d.get("/a").want(t, 500, "oh")
	d.get("/a").want(t, 500, "oh")
	if calls != 3 {
		t.Errorf("%d calls, want 3: a failure and a large answer are not kept, a status 500 is", calls)
	}
}

func TestCachedAnswersExpire(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := cached(t, method{verb: "GET", path: "/a", Method: keyed()})
		d.stage.MethodSettings["*/*"].CacheTTLInSeconds = 10
		d.publish()
		d.counting()
		d.get("/a").want(t, 200, "call 1")
		time.Sleep(9 * time.Second) // of the test's own time
		d.get("/a").want(t, 200, "call 1")
		time.Sleep(2 * time.Second)
		d.get("/a").want(t, 200, "call 2")
	})
}

func TestCacheControlOfClients(t *testing.T) {
	const ignored = "199 Cache-control headers were ignored because the caller was unauthorized."
	for _, tt := range []struct {
		name      string
		header    string
		authorize bool
		strategy  string
		status    int
		body      string
		warning   string
	}{
		{name: "anybody may", header: "max-age=0", status: 200, body: "call 2"},
		{name: "among others", header: "no-store, Max-Age=0", status: 200, body: "call 2"},
		{name: "other directives", header: "no-cache, max-age=10", status: 200, body: "call 1"},
		{name: "with a warning", header: "max-age=0", authorize: true, strategy: "SUCCEED_WITH_RESPONSE_HEADER", status: 200, body: "call 1", warning: ignored},
		{name: "without one", header: "max-age=0", authorize: true, strategy: "SUCCEED_WITHOUT_RESPONSE_HEADER", status: 200, body: "call 1"},
		{name: "refused", header: "max-age=0", authorize: true, strategy: "FAIL_WITH_403", status: 403, body: `{"message": "Forbidden"}`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			d := cached(t, method{verb: "GET", path: "/a", Method: keyed()})
			setting := d.stage.MethodSettings["*/*"]
			setting.RequireAuthorizationForCacheControl, setting.UnauthorizedCacheControlHeaderStrategy = tt.authorize, tt.strategy
			d.publish()
			d.counting()
			d.get("/a").want(t, 200, "call 1")
			a := d.send(message.Request{Path: "/a", Header: header("Cache-Control", tt.header)})
			a.want(t, tt.status, tt.body)
			a.wantHeader(t, "Warning", tt.warning)
			if tt.status == 200 {
				d.get("/a").want(t, 200, tt.body) // what was renewed is kept
			}
		})
	}
}

func TestManyFirstCallersMakeOneCall(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := cached(t, method{verb: "GET", path: "/a", Method: keyed()})
		d.gateway.Observe = nil
		release := make(chan struct{})
		var calls atomic.Int64
		d.backend.respond = func(*backend.Request) (*message.Response, error) {
			calls.Add(1)
			<-release
			return &message.Response{Status: 200, Body: []byte("one")}, nil
		}
		var wg sync.WaitGroup
		for range 64 {
			wg.Go(func() { d.get("/a").want(t, 200, "one") })
		}
		synctest.Wait()
		close(release)
		wg.Wait()
		if calls.Load() != 1 {
			t.Errorf("%d calls", calls.Load())
		}
	})
}

// One who waits for another's answer gets the backend's failures, and none that
// only the other request meets.
func TestWaitersFailOnlyByTheBackend(t *testing.T) {
	for _, tt := range []struct {
		name   string
		first  string // what the first accepts
		err    error  // of the backend
		status int    // of those who wait
		body   string
		calls  int64
	}{
		{name: "the backend stalls", first: "application/json", err: &backend.Timeout{Err: context.DeadlineExceeded},
			status: 504, body: `{"message": "Endpoint request timed out"}`, calls: 1},
		{name: "the first one's template is broken", first: "text/plain", status: 200, body: "fine", calls: 4},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				m := custom("http://backend/")
				m.Integration.CacheNamespace = "ns"
				m.Integration.Responses["200"].ResponseTemplates = map[string]string{"application/json": "fine", "text/plain": "#if("}
				d := cached(t, method{verb: "GET", path: "/a", Method: m})
				d.gateway.Observe = nil
				release := make(chan struct{})
				var calls atomic.Int64
				d.backend.respond = func(*backend.Request) (*message.Response, error) {
					calls.Add(1)
					<-release
					return &message.Response{Status: 200}, tt.err
				}
				var wg sync.WaitGroup
				wg.Go(func() {
					if a := d.send(message.Request{Path: "/a", Header: header("Accept", tt.first)}); a.status < 500 {
						t.Errorf("the first got %d %s", a.status, a.body)
					}
				})
				synctest.Wait()
				for range 3 {
					wg.Go(func() { d.get("/a").want(t, tt.status, tt.body) })
				}
				synctest.Wait()
				close(release)
				wg.Wait()
				if calls.Load() != tt.calls {
					t.Errorf("%d calls, want %d", calls.Load(), tt.calls)
				}
			})
		})
	}
}

// Who has signed may renew what is kept, unless the resource policy denies it;
// anybody else may if the resource policy allows it.
func TestWhoMayRenewEntries(t *testing.T) {
	statement := func(effect, action string) string {
		return `{"Effect": "` + effect + `", "Principal": "*", "Action": "execute-api:` + action + `", "Resource": "execute-api:/*"}`
	}
	for _, tt := range []struct {
		name    string
		iam     bool
		policy  []string // statements
		renewed bool
	}{
		{name: "anybody"},
		{name: "anybody, allowed to call", policy: []string{statement("Allow", "Invoke")}},
		{name: "anybody, allowed both", policy: []string{statement("Allow", "*")}, renewed: true},
		{name: "signed", iam: true, renewed: true},
		{name: "signed and denied", iam: true, policy: []string{statement("Deny", "InvalidateCache")}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			m := keyed()
			if tt.iam {
				m = withAuth(m, apigw.AuthIAM)
			}
			d := cached(t, method{verb: "GET", path: "/a", Method: m})
			d.now, d.keys = func() time.Time { return testTime }, testKeys
			if len(tt.policy) > 0 {
				d.snapshot.API.Policy = `{"Version": "2012-10-17", "Statement": [` + strings.Join(tt.policy, ", ") + `]}`
			}
			d.publish()
			d.counting()
			send := func(h message.Header) answer {
				req := message.Request{Path: "/a", Header: h}
				if tt.iam {
					req = signed(t, req, "hush", false)
				}
				return d.send(req)
			}
			send(nil).want(t, 200, "call 1")
			want := "call 1"
			if tt.renewed {
				want = "call 2"
			}
			send(header("Cache-Control", "max-age=0")).want(t, 200, want)
		})
	}
}
