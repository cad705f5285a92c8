package backend_test

import (
	"bufio"
	"bytes"
	"context"
	"io"
	"net"
	"testing"

	"postern/internal/backend"
)

// TestTheBodyIsTheCallersAgain has the answer come before the body is sent, and
// changes the body as soon as Invoke has returned. The race detector sees a
// read that comes too late.
func TestTheBodyIsTheCallersAgain(t *testing.T) {
	addr := listenTCP(t, func(_ int, conn net.Conn, in *bufio.Reader) {
		if _, err := in.ReadByte(); err != nil {
			return
		}
		io.WriteString(conn, "HTTP/1.1 413 Content Too Large\r\nConnection: close\r\nContent-Length: 0\r\n\r\n")
		io.Copy(io.Discard, in)
	})
	b := newPool(t).HTTP(backend.Options{})
	body := make([]byte, 8<<20)
	for range 5 {
		// An error is as good as the answer: what matters is what comes after.
		_, _ = b.Invoke(within(t), &backend.Request{Method: "POST", URL: "http://" + addr, Body: body})
		clear(body)
	}
	ctx, cancel := context.WithCancel(t.Context())
	addr = listenTCP(t, func(_ int, _ net.Conn, in *bufio.Reader) {
		io.CopyN(io.Discard, in, 1<<20)
		cancel()
		io.Copy(io.Discard, in)
	})
	_, err := b.Invoke(ctx, &backend.Request{Method: "POST", URL: "http://" + addr, Body: body})
	clear(body)
	if err != context.Canceled {
		t.Errorf("got %v, want context.Canceled", err)
	}
}

func TestBodiesOfAnySizeArriveWhole(t *testing.T) {
	addr, requests := recorder(t)
	b := newPool(t).HTTP(backend.Options{})
	for _, size := range []int{1, 4095, 16 << 10, 16<<10 + 1, 32 << 10, 1 << 20, 10_485_760} {
		body := bytes.Repeat([]byte("0123456789abcde"), size/15+1)[:size]
		if _, err := b.Invoke(within(t), &backend.Request{Method: "PUT", URL: "http://" + addr, Body: body}); err != nil {
			t.Fatal(err)
		}
		raw := <-requests
		if got := raw[len(raw)-size:]; got != string(body) {
			t.Errorf("a body of %d bytes arrived otherwise", size)
		}
	}
}
