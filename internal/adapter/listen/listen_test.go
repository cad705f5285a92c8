package listen_test

import (
	"bufio"
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"log/slog"
	"math/big"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"postern/internal/adapter/listen"
	"postern/internal/message"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// A gateway is a function that answers.
type gateway func(ctx context.Context, req *message.Request, write func(*message.Response) error) error

func (g gateway) Serve(ctx context.Context, req *message.Request, write func(*message.Response) error) error {
	return g(ctx, req, write)
}

// ok answers everything with 200 and a short body.
func ok(_ context.Context, _ *message.Request, write func(*message.Response) error) error {
	return write(&message.Response{Status: 200, Body: []byte("ok")})
}

// A running server, stopped when the test ends.
type running struct {
	*listen.Server
	addr string
	log  *logBuffer
}

// serve runs h. A TLS server has a certificate for 127.0.0.1.
func serve(t *testing.T, h http.Handler, secured bool, set ...func(*listen.Server)) *running {
	t.Helper()
	r := &running{log: &logBuffer{}}
	r.Server = &listen.Server{Handler: h, Log: slog.New(slog.NewTextHandler(r.log, nil))}
	if secured {
		r.TLS = &tls.Config{Certificates: []tls.Certificate{selfSigned(t)}}
	}
	for _, f := range set {
		f(r.Server)
	}
	l, err := listen.Listen(t.Context(), "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	r.addr = l.Addr().String()
	ended := make(chan error)
	go func() { ended <- r.Serve(l) }()
	t.Cleanup(func() {
		ctx, cancel := context.WithCancel(context.Background())
		cancel() // cut at once what a test has left open
		if _, err := r.Shutdown(ctx); err != nil {
			t.Errorf("Shutdown: %v", err)
		}
		if err := <-ended; err != nil {
			t.Errorf("Serve: %v", err)
		}
	})
	return r
}

// gatewayServer serves g.
func gatewayServer(t *testing.T, g gateway, set ...func(*listen.Server)) *running {
	t.Helper()
	h := &listen.Handler{Gateway: g}
	r := serve(t, h, false, append(set, func(s *listen.Server) { h.Log = s.Log })...)
	return r
}

// A logBuffer may be read while it is written.
type logBuffer struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (l *logBuffer) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.Write(b)
}

func (l *logBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.String()
}

// send writes raw to a new connection and returns it with a reader, both good
// for ten seconds.
func (r *running) send(t *testing.T, raw string) (net.Conn, *bufio.Reader) {
	t.Helper()
	conn, err := net.Dial("tcp", r.addr)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	if err := conn.SetDeadline(time.Now().Add(10 * time.Second)); err != nil {
		t.Fatal(err)
	}
	// The server may refuse before it has read everything.
	_, _ = io.WriteString(conn, raw)
	return conn, bufio.NewReader(conn)
}

// answer reads a response without its Date, its fields sorted by name.
func answer(t *testing.T, r *bufio.Reader, method string) string {
	t.Helper()
	head, body := rawAnswer(t, r, method)
	slices.SortStableFunc(head[1:], func(a, b string) int {
		a, _, _ = strings.Cut(a, ":")
		b, _, _ = strings.Cut(b, ":")
		return strings.Compare(a, b)
	})
	return strings.Join(head, "|") + "|" + body
}

// rawAnswer reads a response without its Date, as it is on the wire.
func rawAnswer(t *testing.T, r *bufio.Reader, method string) (head []string, body string) {
	t.Helper()
	length := 0
	for {
		line, err := r.ReadString('\n')
		if err != nil {
			t.Fatalf("after %q: %v", head, err)
		}
		if line == "\r\n" {
			break
		}
		if strings.HasPrefix(line, "Date: ") {
			continue
		}
		head = append(head, strings.TrimSuffix(line, "\r\n"))
		if v, ok := strings.CutPrefix(line, "Content-Length: "); ok {
			fmt.Sscan(v, &length)
		}
	}
	if method == "HEAD" {
		return head, ""
	}
	b := make([]byte, length)
	if _, err := io.ReadFull(r, b); err != nil {
		t.Fatal(err)
	}
	return head, string(b)
}

// wantClosed checks that the server has nothing more to say.
func wantClosed(t *testing.T, r *bufio.Reader) {
	t.Helper()
	if b, err := io.ReadAll(r); len(b) > 0 || err != nil && !strings.Contains(err.Error(), "reset") {
		t.Errorf("got %q, %v, want a closed connection", b, err)
	}
}

func selfSigned(t *testing.T) tls.Certificate {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1),
		NotBefore:    time.Now().Add(-time.Hour),
		NotAfter:     time.Now().Add(time.Hour),
		IPAddresses:  []net.IP{net.IPv4(127, 0, 0, 1)},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
}

// client returns a client of the protocols that protocols sets.
func client(t *testing.T, set func(*http.Protocols)) *http.Client {
	t.Helper()
	tr := &http.Transport{
		TLSClientConfig: &tls.Config{InsecureSkipVerify: true},
		Protocols:       new(http.Protocols),
	}
	set(tr.Protocols)
	t.Cleanup(tr.CloseIdleConnections)
	return &http.Client{Transport: tr}
}
