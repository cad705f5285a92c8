package main

import (
	"bytes"
	"errors"
	"fmt"
	"net"
	"os"
	"runtime"
	"slices"
	"strconv"
	"sync"
	"syscall"
	"time"
)

// This file is the load: clients that cost as little as a client can, so that
// what is measured is the gateway.
//
//   - A client is a thread with a blocking socket: one write for the request, one
//     read for the answer as a rule, no poller and no second goroutine between.
//   - Every answer is read to its end and compared: its status has to be 200 and
//     its body what the function says to this request.
//   - Direct is a server of the same make, in a process of its own, that answers
//     every request with the bytes that a contestant answered. What it takes is
//     the price of two processes and a socket, which no gateway can undercut.

// A client is a connection that sends one request after another.
type client struct {
	fd      int
	request []byte
	body    []byte // that every answer must have
	in      []byte
	decoded []byte // of an answer in chunks
}

// The function answers with these.
const (
	userAgent = "Go-http-client/1.1"
	wanted    = `{"message":"hello ada","method":"GET","agent":"` + userAgent + `"}`
)

// waits is how long a client waits for an answer.
var waits = syscall.Timeval{Sec: 10}

func dial(address, path string) (*client, error) {
	at, err := net.ResolveTCPAddr("tcp4", address)
	if err != nil {
		return nil, err
	}
	fd, err := syscall.Socket(syscall.AF_INET, syscall.SOCK_STREAM|syscall.SOCK_CLOEXEC, 0)
	if err != nil {
		return nil, err
	}
	c := &client{fd: fd, body: []byte(wanted), in: make([]byte, 0, 64<<10),
		request: []byte("GET " + path + " HTTP/1.1\r\nHost: " + address + "\r\nUser-Agent: " + userAgent + "\r\nAccept-Encoding: gzip\r\n\r\n")}
	err = errors.Join(
		syscall.SetsockoptInt(fd, syscall.IPPROTO_TCP, syscall.TCP_NODELAY, 1),
		syscall.SetsockoptTimeval(fd, syscall.SOL_SOCKET, syscall.SO_RCVTIMEO, &waits),
		syscall.Connect(fd, &syscall.SockaddrInet4{Port: at.Port, Addr: [4]byte(at.IP.To4())}))
	if err != nil {
		c.close()
		return nil, err
	}
	return c, nil
}

func (c *client) close() { _ = syscall.Close(c.fd) }

// exchange sends the request and reads the answer, which is in c.in.
func (c *client) exchange() error {
	if err := writeAll(c.fd, c.request); err != nil {
		return err
	}
	c.in = c.in[:0]
	for {
		if err := c.read(); err != nil {
			return err
		}
		whole, err := c.answered()
		if whole || err != nil {
			return err
		}
	}
}

func (c *client) read() error {
	if len(c.in) == cap(c.in) {
		return fmt.Errorf("the answer has more than %d bytes", cap(c.in))
	}
	n, err := readSome(c.fd, c.in[len(c.in):cap(c.in)])
	c.in = c.in[:len(c.in)+n]
	return err
}

// answered reports whether c.in is a whole answer, and what is wrong with it.
func (c *client) answered() (bool, error) {
	head, body, whole := bytes.Cut(c.in, []byte("\r\n\r\n"))
	if !whole {
		return false, nil
	}
	status, fields, _ := bytes.Cut(head, []byte("\r\n"))
	if !bytes.HasPrefix(status, []byte("HTTP/1.1 200 ")) {
		return false, fmt.Errorf("answered %q", c.in)
	}
	length, chunked := -1, false
	for len(fields) > 0 {
		var line []byte
		line, fields, _ = bytes.Cut(fields, []byte("\r\n"))
		name, value, _ := bytes.Cut(line, []byte(":"))
		value = bytes.TrimSpace(value)
		switch {
		case bytes.EqualFold(name, []byte("Content-Length")):
			n, err := strconv.Atoi(string(value))
			if err != nil {
				return false, err
			}
			length = n
		case bytes.EqualFold(name, []byte("Transfer-Encoding")):
			chunked = bytes.EqualFold(value, []byte("chunked"))
		case bytes.EqualFold(name, []byte("Connection")) && bytes.EqualFold(value, []byte("close")):
			return false, errors.New("the connection is not kept")
		}
	}
	switch {
	case chunked:
		if body, whole = c.chunks(body); !whole {
			return false, nil
		}
	case length < 0:
		return false, fmt.Errorf("the answer has no length: %q", c.in)
	case len(body) < length:
		return false, nil
	}
	if !bytes.Equal(body, c.body) {
		return false, fmt.Errorf("answered %q", c.in)
	}
	return true, nil
}

// chunks puts a body in chunks together, if it is all there.
func (c *client) chunks(b []byte) (body []byte, whole bool) {
	c.decoded = c.decoded[:0]
	for {
		size, rest, ok := bytes.Cut(b, []byte("\r\n"))
		if !ok {
			return nil, false
		}
		n, err := strconv.ParseUint(string(size), 16, 31)
		if err != nil || len(rest) < int(n)+2 {
			return nil, false
		}
		if n == 0 {
			return c.decoded, len(rest) == 2
		}
		c.decoded = append(c.decoded, rest[:n]...)
		b = rest[n+2:]
	}
}

func writeAll(fd int, b []byte) error {
	for len(b) > 0 {
		n, err := syscall.Write(fd, b)
		if err != nil && err != syscall.EINTR {
			return err
		}
		b = b[max(n, 0):]
	}
	return nil
}

func readSome(fd int, b []byte) (int, error) {
	for {
		switch n, err := syscall.Read(fd, b); {
		case err == syscall.EINTR:
		case err != nil:
			return 0, err
		case n == 0:
			return 0, errors.New("the connection was closed")
		default:
			return n, nil
		}
	}
}

// load sends requests for a while from several clients, and returns how long
// each took.
func load(address, path string, length time.Duration, connections int) (took []time.Duration, err error) {
	// A client waits in the kernel; it shall find a place to run at once.
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(runtime.NumCPU() + connections))
	var mu sync.Mutex
	var wait sync.WaitGroup
	start := time.Now()
	for range connections {
		wait.Go(func() {
			runtime.LockOSThread()
			defer runtime.UnlockOSThread()
			mine := make([]time.Duration, 0, 1<<17)
			c, failure := dial(address, path)
			if failure == nil {
				defer c.close()
			}
			for begun := time.Now(); failure == nil && begun.Sub(start) < length; {
				failure = c.exchange()
				now := time.Now()
				mine = append(mine, now.Sub(begun))
				begun = now
			}
			mu.Lock()
			defer mu.Unlock()
			took = append(took, mine...)
			err = errors.Join(err, failure)
		})
	}
	wait.Wait()
	return took, err
}

// median of one client's requests, in µs.
func median(address, path string, length time.Duration) (float64, error) {
	took, err := load(address, path, length, 1)
	if err != nil {
		return 0, err
	}
	slices.Sort(took)
	return micros(took[len(took)/2]), nil
}

// serveDirect answers every request with the bytes of standard input.
func serveDirect() error {
	answer, err := os.ReadFile("/dev/stdin")
	if err != nil {
		return err
	}
	fd, err := syscall.Socket(syscall.AF_INET, syscall.SOCK_STREAM, 0)
	if err != nil {
		return err
	}
	if err := errors.Join(syscall.Bind(fd, &syscall.SockaddrInet4{Addr: [4]byte{127, 0, 0, 1}}), syscall.Listen(fd, 64)); err != nil {
		return err
	}
	name, err := syscall.Getsockname(fd)
	if err != nil {
		return err
	}
	fmt.Printf("127.0.0.1:%d\n", name.(*syscall.SockaddrInet4).Port)
	for {
		accepted, _, err := syscall.Accept(fd)
		if err != nil {
			return err
		}
		_ = syscall.SetsockoptInt(accepted, syscall.IPPROTO_TCP, syscall.TCP_NODELAY, 1)
		go func() {
			runtime.LockOSThread()
			defer syscall.Close(accepted)
			in := make([]byte, 64<<10)
			for have := 0; ; {
				n, err := readSome(accepted, in[have:])
				if err != nil {
					return
				}
				if have += n; !bytes.HasSuffix(in[:have], []byte("\r\n\r\n")) {
					continue
				}
				if have = 0; writeAll(accepted, answer) != nil {
					return
				}
			}
		}()
	}
}
