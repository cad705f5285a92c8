//go:build unix

package nowait

import (
	"errors"
	"os"
	"syscall"
	"testing"
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
