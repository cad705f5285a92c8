//go:build !race

package listen_test

import (
	"context"
	"io"
	"testing"

	"postern/internal/message"
)

// A request costs a lane the text of its head.
func TestALaneAllocatesOnce(t *testing.T) {
	res := &message.Response{Status: 200, Header: message.Header{{Name: "Content-Type", Value: "t"}}, Body: []byte("ok")}
	r := gatewayServer(t, func(_ context.Context, _ *message.Request, write func(*message.Response) error) error {
		return write(res)
	})
	request := []byte("GET /p HTTP/1.1\r\nHost: h\r\nX: 1\r\n\r\n")
	conn, in := r.send(t, string(request))
	head, body := rawAnswer(t, in, "GET")
	size := len(body) + len("\r\n") + len("Date: Mon, 02 Jan 2006 15:04:05 GMT\r\n")
	for _, line := range head {
		size += len(line) + len("\r\n")
	}
	buf := make([]byte, size)
	if n := testing.AllocsPerRun(1000, func() {
		if _, err := conn.Write(request); err != nil {
			t.Fatal(err)
		}
		if _, err := io.ReadFull(conn, buf); err != nil {
			t.Fatal(err)
		}
	}); n > 1 {
		t.Errorf("%v allocations for a request, want one", n)
	}
}
