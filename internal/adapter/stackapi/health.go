package stackapi

import (
	"context"
	"net/http"
	"sync"
	"sync/atomic"

	"postern/internal/adapter/listen"
)

// health says that the process can answer. It never touches the store.
func (s *Server) health(w http.ResponseWriter, _ *http.Request) {
	write(w, http.StatusOK, &Health{Schema: HealthSchema, Service: "postern", Version: s.version(), Status: "ok"})
}

// NeighborHealth is where scripts written for LocalStack ask whether they can
// begin.
const NeighborHealth = "/_localstack/health"

// services are what those scripts look for.
var services = map[string]string{"apigateway": "running", "cloudformation": "running", "iam": "running", "lambda": "running", "sts": "running"}

func (s *Server) neighborHealth(w http.ResponseWriter, _ *http.Request) {
	write(w, http.StatusOK, map[string]any{"edition": "postern", "version": s.version(), "services": services})
}

// ready says whether requests should be sent here.
func (s *Server) ready(w http.ResponseWriter, _ *http.Request) {
	var reasons []string
	if s.Ready != nil {
		reasons = s.Ready()
	}
	writeReady(w, s.version(), reasons)
}

func writeReady(w http.ResponseWriter, version string, reasons []string) {
	h := &Health{Schema: HealthSchema, Service: "postern", Version: version, Status: "ok", Reasons: reasons}
	status := http.StatusOK
	if len(reasons) > 0 {
		h.Status, status = "unavailable", http.StatusServiceUnavailable
	}
	write(w, status, h)
}

// A Drain is a handler that can say that it is about to stop: then readyz
// answers 503, connections are not kept, and who follows logs or requests is sent
// away.
type Drain struct {
	Handler http.Handler
	Version string

	draining atomic.Bool
	once     sync.Once
	stopping chan struct{} // closed by Start
}

// Start makes it say so. It is called once.
func (d *Drain) Start() {
	d.draining.Store(true)
	close(d.stop())
}

func (d *Drain) stop() chan struct{} {
	d.once.Do(func() { d.stopping = make(chan struct{}) })
	return d.stopping
}

// Direct implements listen.Director.
func (d *Drain) Direct(host, path string) *listen.Handler {
	h, ok := d.Handler.(listen.Director)
	if !ok || d.draining.Load() {
		return nil
	}
	return h.Direct(host, path)
}

// ServeHTTP implements http.Handler.
func (d *Drain) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if d.draining.Load() {
		w.Header().Set("Connection", "close")
		if r.URL.Path == "/_postern/readyz" && listen.LoopbackHost(r.Host) {
			w.Header().Set(versionHeader, d.Version)
			writeReady(w, d.Version, []string{"draining"})
			return
		}
	}
	if r.URL.Path == prefix+"logs" || r.URL.Path == prefix+"traces" {
		ctx, cancel := context.WithCancel(r.Context())
		defer cancel()
		go func() {
			select {
			case <-d.stop():
				cancel()
			case <-ctx.Done():
			}
		}()
		r = r.WithContext(ctx)
	}
	d.Handler.ServeHTTP(w, r)
}
