//go:build unix

package nowait

import (
	"bytes"
	"errors"
	"io"
	"net"
	"os"
	"syscall"
	"testing"
	"time"
)

func TestCallsOnAPipe(t *testing.T) {
	r, w, err := os.Pipe() // in non-blocking mode
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	defer w.Close()
	control := func(f *os.File, call func(fd uintptr)) {
		t.Helper()
		raw, err := f.SyscallConn()
		if err == nil {
			err = raw.Control(call)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	b := make([]byte, 8)
	read := func() (n int, err error) {
		control(r, func(fd uintptr) { n, err = Read(fd, b) })
		return n, err
	}
	write := func(text []byte) (n int, err error) {
		control(w, func(fd uintptr) { n, err = Write(fd, text) })
		return n, err
	}

	if n, err := read(); n != 0 || !errors.Is(err, syscall.EAGAIN) {
		t.Errorf("nothing is there: %d %v", n, err)
	}
	if n, err := write([]byte("hello")); n != 5 || err != nil {
		t.Errorf("write: %d %v", n, err)
	}
	if n, err := read(); string(b[:n]) != "hello" || err != nil {
		t.Errorf("read %q %v", b[:n], err)
	}
	for err == nil { // until it is full
		_, err = write(make([]byte, 64<<10))
	}
	if !errors.Is(err, syscall.EAGAIN) {
		t.Errorf("the pipe is full: %v", err)
	}
	for err = nil; err == nil; {
		_, err = read()
	}
	w.Close()
	if n, err := read(); n != 0 || err != nil {
		t.Errorf("the end: %d %v", n, err)
	}
}

// TestConnections sends more than fits into the buffers of a connection.
func TestConnections(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	l = Listener(l)
	defer l.Close()
	theirs, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer theirs.Close()
	ours, err := l.Accept()
	if err != nil {
		t.Fatal(err)
	}
	defer ours.Close()

	text := bytes.Repeat([]byte("0123456789"), 1<<20)
	written := make(chan error, 1)
	go func() {
		n, err := ours.Write(text)
		if err == nil && n != len(text) {
			err = io.ErrShortWrite
		}
		written <- errors.Join(err, ours.(*conn).CloseWrite())
	}()
	got, err := io.ReadAll(theirs)
	if err := errors.Join(err, <-written); err != nil || !bytes.Equal(got, text) {
		t.Errorf("%d of %d bytes came: %v", len(got), len(text), err)
	}

	go func() {
		_, err := theirs.Write(text)
		written <- errors.Join(err, theirs.(*net.TCPConn).CloseWrite())
	}()
	got, err = io.ReadAll(ours)
	if err := errors.Join(err, <-written); err != nil || !bytes.Equal(got, text) {
		t.Errorf("%d of %d bytes came: %v", len(got), len(text), err)
	}
}

func TestConnectionsObeyDeadlines(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	l = Listener(l)
	defer l.Close()
	theirs, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer theirs.Close()
	ours, err := l.Accept()
	if err != nil {
		t.Fatal(err)
	}
	read := make(chan error, 1)
	go func() {
		_, err := ours.Read(make([]byte, 1))
		read <- err
	}()
	var limit net.Error
	ours.SetReadDeadline(time.Unix(1, 0))
	if err := <-read; !errors.Is(err, os.ErrDeadlineExceeded) || !errors.As(err, &limit) || !limit.Timeout() {
		t.Errorf("read: %v", err)
	}
	ours.SetWriteDeadline(time.Unix(1, 0))
	if _, err := ours.Write([]byte("x")); !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("write: %v", err)
	}
	ours.SetReadDeadline(time.Time{})
	ours.Close()
	if _, err := ours.Read(make([]byte, 1)); !errors.Is(err, net.ErrClosed) {
		t.Errorf("read of a closed one: %v", err)
	}
}
