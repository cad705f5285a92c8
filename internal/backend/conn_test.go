package backend_test

import (
	"bufio"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"postern/internal/backend"
)

// TestAConnectionThatWasClosedMeanwhileIsNotUsed has the backend close each
// connection behind its answer, so that a call that must not be repeated would
// fail on a kept one.
func TestAConnectionThatWasClosedMeanwhileIsNotUsed(t *testing.T) {
	certificates := httptest.NewUnstartedServer(nil)
	certificates.StartTLS()
	defer certificates.Close()
	for _, scheme := range []string{"http", "https"} {
		t.Run(scheme, func(t *testing.T) {
			closed := make(chan bool, 10)
			addr := listenTCP(t, func(_ int, conn net.Conn, in *bufio.Reader) {
				served := conn
				if scheme == "https" {
					served = tls.Server(conn, &tls.Config{Certificates: certificates.TLS.Certificates})
					in = bufio.NewReader(served)
				}
				if readRaw(in) != "" {
					io.WriteString(served, plainOK)
				}
				served.Close()
				closed <- true
			})
			p := newPool(t)
			p.Roots = x509.NewCertPool()
			p.Roots.AddCert(certificates.Certificate())
			b := p.HTTP(backend.Options{})
			for i := range 3 {
				res, err := b.Invoke(within(t), &backend.Request{Method: "POST", URL: scheme + "://" + addr, Body: []byte("b")})
				if err != nil {
					t.Fatalf("call %d: %v", i, err)
				}
				if string(res.Body) != "ok" {
					t.Errorf("got %q", res.Body)
				}
				<-closed
			}
		})
	}
}

// TestOnlyCleanConnectionsAreKept has one answer of a kind on each connection,
// and counts connections.
func TestOnlyCleanConnectionsAreKept(t *testing.T) {
	for _, tt := range []struct {
		name, raw string
		kept      bool
	}{
		{"a length", plainOK, true},
		{"chunks", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\nT: 1\r\n\r\n", true},
		{"no content", "HTTP/1.1 204 No Content\r\n\r\n", true},
		{"HTTP/1.0 that says so", "HTTP/1.0 200 OK\r\nConnection: Keep-Alive\r\nContent-Length: 2\r\n\r\nok", true},
		{"line feeds alone", "HTTP/1.1 200 OK\nContent-Length: 2\n\nok", true},
		{"a folded field", "HTTP/1.1 200 OK\r\nX: a\r\n b\r\nContent-Length: 2\r\n\r\nok", true},
		{"the same length twice", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 2\r\n\r\nok", true},
		{"HTTP/1.0", "HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok", false},
		{"it says close", "HTTP/1.1 200 OK\r\nConnection: x, close\r\nContent-Length: 2\r\n\r\nok", false},
		{"more than was declared", plainOK + "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil", false},
		{"chunks and a length", "HTTP/1.1 200 OK\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n", false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			used := make(chan int, 10)
			addr := listenTCP(t, func(n int, conn net.Conn, in *bufio.Reader) {
				for readRaw(in) != "" {
					used <- n
					io.WriteString(conn, tt.raw)
				}
			})
			b := newPool(t).HTTP(backend.Options{})
			for range 2 {
				res, err := b.Invoke(within(t), &backend.Request{Method: "GET", URL: "http://" + addr})
				if err != nil {
					t.Fatal(err)
				}
				if res.Status == 200 && string(res.Body) != "ok" {
					t.Errorf("got %q", res.Body)
				}
			}
			if first, second := <-used, <-used; (first == second) != tt.kept {
				t.Errorf("got connections %d and %d, want the same: %v", first, second, tt.kept)
			}
		})
	}
}

// TestSlowBackends has a backend take its time, longer than a call waits at a
// time, to take the request and to answer.
func TestSlowBackends(t *testing.T) {
	const pause = backend.Patience + backend.Patience/4
	for _, size := range []int{1, 8 << 20} {
		addr := listenTCP(t, func(_ int, conn net.Conn, in *bufio.Reader) {
			for {
				time.Sleep(pause)
				if readRaw(in) == "" {
					return
				}
				time.Sleep(pause)
				io.WriteString(conn, plainOK[:20])
				time.Sleep(pause)
				io.WriteString(conn, plainOK[20:])
			}
		})
		b := newPool(t).HTTP(backend.Options{})
		for range 2 {
			res, err := b.Invoke(within(t), &backend.Request{Method: "POST", URL: "http://" + addr, Body: make([]byte, size)})
			if err != nil || string(res.Body) != "ok" {
				t.Errorf("a body of %d bytes: got %v, %v", size, res, err)
			}
		}
	}
}

func TestInformationWithoutEndIsNoAnswer(t *testing.T) {
	addr := replies(t, strings.Repeat("HTTP/1.1 102 Processing\r\n\r\n", 1000))
	_, err := newPool(t).HTTP(backend.Options{}).Invoke(within(t), &backend.Request{Method: "GET", URL: "http://" + addr})
	if e, ok := errors.AsType[*backend.Network](err); !ok || e.Reason != backend.NotHTTP {
		t.Errorf("got %v, want %s", err, backend.NotHTTP)
	}
}

// TestAnEarlyAnswerCounts has the backend answer when it has seen the head of a
// large request, and then read on.
func TestAnEarlyAnswerCounts(t *testing.T) {
	addr := listenTCP(t, func(_ int, conn net.Conn, in *bufio.Reader) {
		if _, err := in.ReadString('\n'); err != nil {
			return
		}
		io.WriteString(conn, "HTTP/1.1 413 Content Too Large\r\nContent-Length: 3\r\n\r\nbig")
		io.Copy(io.Discard, in)
	})
	res, err := newPool(t).HTTP(backend.Options{}).Invoke(within(t), &backend.Request{Method: "POST", URL: "http://" + addr, Body: make([]byte, 8<<20)})
	if err != nil || res.Status != 413 || string(res.Body) != "big" {
		t.Errorf("got %+v, %v, want 413", res, err)
	}
}

// TestManyHosts has one HTTP call more hosts than it remembers.
func TestManyHosts(t *testing.T) {
	addr := listenTCP(t, func(_ int, conn net.Conn, in *bufio.Reader) {
		_, host, _ := strings.Cut(readRaw(in), "Host: ")
		host, _, _ = strings.Cut(host, "\r\n")
		fmt.Fprintf(conn, "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: %d\r\n\r\n%s", len(host), host)
	})
	b := newPool(t).HTTP(backend.Options{Dial: addr})
	for i := range 5000 {
		host := fmt.Sprintf("h%d.test", i%4500)
		res, err := b.Invoke(within(t), &backend.Request{Method: "GET", URL: "http://" + host + "/p"})
		if err != nil {
			t.Fatal(err)
		}
		if string(res.Body) != host {
			t.Fatalf("got %q, want the host %s", res.Body, host)
		}
	}
}
