package house_test

import (
	"io"
	"net"
	"strings"
	"testing"

	"postern/internal/house"
)

// Requests that no client of AWS would send are refused, and change nothing.
func TestBrokenRequestsToTheControlPlane(t *testing.T) {
	h, err := house.New(house.Config{})
	if err != nil {
		t.Fatal(err)
	}
	server := serve(t, h)
	head := func(request string, more ...string) string {
		return request + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n" + strings.Join(more, "") + "\r\n"
	}
	for _, tt := range []struct {
		name, send string
	}{
		{"escape of no hexadecimal digits", head("GET /restapis/%zz")},
		{"escape that is cut", head("DELETE /restapis/a%2")},
		{"blank in the path", head("GET /rest apis")},
		{"no path", head("GET restapis")},
		{"body shorter than it says", head("POST /restapis", "Content-Length: 50\r\n") + `{"name":"a"}`},
		{"chunk without a size", head("POST /restapis", "Transfer-Encoding: chunked\r\n") + "x\r\n{\"name\":\"a\"}\r\n0\r\n\r\n"},
		{"chunks that do not end", head("POST /restapis", "Transfer-Encoding: chunked\r\n") + "c\r\n{\"name\":\"a\"}\r\n"},
		{"two lengths", head("POST /restapis", "Content-Length: 12\r\n", "Content-Length: 13\r\n") + `{"name":"a"}`},
		{"length that is none", head("POST /restapis", "Content-Length: -1\r\n") + `{"name":"a"}`},
	} {
		conn, err := net.Dial("tcp", strings.TrimPrefix(server, "http://"))
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		if _, err := io.WriteString(conn, tt.send); err != nil {
			t.Fatal(err)
		}
		if err := conn.(*net.TCPConn).CloseWrite(); err != nil {
			t.Fatal(err)
		}
		answer, err := io.ReadAll(conn)
		if err != nil || !strings.HasPrefix(string(answer), "HTTP/1.1 400 ") {
			t.Errorf("%s: got %q, %v; want status 400", tt.name, answer, err)
		}
		if revision, err := h.Store.Revision(t.Context()); err != nil || revision != 0 {
			t.Fatalf("%s: something was written: revision %d, %v", tt.name, revision, err)
		}
	}
}
