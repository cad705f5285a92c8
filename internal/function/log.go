package function

import (
	"bytes"
	"errors"
	"os"
	"strings"
	"sync"
	"syscall"
	"time"

	"postern/internal/nowait"
)

const (
	maxLine = 262_118 // bytes; see "CloudWatch Logs quotas", event size
	maxTail = 4096    // bytes of FunctionAnswer.Log; see "Invoke", LogType
)

// A log is what one instance and the platform about it write, in order.
type log struct {
	sink   func(Line) // may be nil
	stream string
	events bool     // of a bootstrap of ours: \r stands for \n within one event
	output *os.File // what the process writes to
	raw    syscall.RawConn

	mu        sync.Mutex
	requestID string // of the invocation that runs
	partial   []byte // a line that has not ended
	scratch   []byte
	tail      []byte // of the invocation that runs
	keep      bool   // somebody wants the tail
}

func newLog(sink func(Line), stream string, events bool, output *os.File) (*log, error) {
	raw, err := output.SyscallConn()
	if err != nil {
		return nil, err
	}
	return &log{sink: sink, stream: stream, events: events, output: output, raw: raw, scratch: make([]byte, 16<<10)}, nil
}

// follow reads the output until it ends or close is called.
func (l *log) follow() {
	// An error means that the file was closed, which is the end.
	_ = l.raw.Read(func(fd uintptr) bool {
		for {
			l.mu.Lock()
			ended, more := l.read(fd)
			l.mu.Unlock()
			if !more {
				return ended
			}
		}
	})
}

// drain reads what has been written until now.
func (l *log) drain() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.drainLocked()
}

func (l *log) drainLocked() {
	_ = l.raw.Control(func(fd uintptr) { l.read(fd) }) // an error: closed
	l.flush()
}

// close drains the output and closes it, which ends follow.
func (l *log) close() {
	l.drain()
	l.output.Close()
}

// read takes what is there, and reports whether the output has ended and whether
// it stopped early: a process that never stops writing must not keep an answer
// back.
func (l *log) read(fd uintptr) (ended, more bool) {
	for total := 0; total < 4<<20; {
		n, err := nowait.Read(fd, l.scratch)
		switch {
		case n > 0:
			total += n
			l.text(l.scratch[:n])
			if n < len(l.scratch) {
				return false, false // nothing was left; what has come since wakes follow
			}
		case errors.Is(err, syscall.EAGAIN):
			return false, false
		default:
			return true, false
		}
	}
	return false, true
}

// text takes a piece of the output apart into lines.
func (l *log) text(b []byte) {
	for {
		end := bytes.IndexByte(b, '\n')
		if end < 0 {
			break
		}
		if len(l.partial) > 0 {
			l.partial = append(l.partial, b[:end]...)
			l.flush()
		} else {
			l.line(b[:end])
		}
		b = b[end+1:]
	}
	for len(l.partial)+len(b) > maxLine {
		n := maxLine - len(l.partial)
		l.partial = append(l.partial, b[:n]...)
		b = b[n:]
		l.flush()
	}
	l.partial = append(l.partial, b...)
}

func (l *log) flush() {
	if len(l.partial) > 0 {
		l.line(l.partial)
		l.partial = l.partial[:0]
	}
}

// line writes one event. Its time is now: lines do not bear one that all agree on.
func (l *log) line(b []byte) {
	for len(b) > maxLine {
		l.line(b[:maxLine])
		b = b[maxLine:]
	}
	b = bytes.TrimSuffix(b, []byte("\r"))
	if !l.keep && l.sink == nil {
		return
	}
	text := string(b)
	if l.events {
		text = strings.ReplaceAll(text, "\r", "\n")
	}
	l.write(time.Now(), text)
}

func (l *log) write(now time.Time, text string) {
	if l.keep {
		if len(l.tail) > 2*maxTail {
			l.tail = append(l.tail[:0], l.tail[len(l.tail)-maxTail:]...)
		}
		l.tail = append(append(l.tail, text...), '\n')
	}
	if l.sink != nil {
		l.sink(Line{Time: now, Stream: l.stream, RequestID: l.requestID, Text: text})
	}
}

// platform writes lines that are not the function's.
func (l *log) platform(lines ...string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := time.Now()
	for _, text := range lines {
		l.write(now, text)
	}
}

// wanted reports whether anybody reads what platform writes.
func (l *log) wanted(v *invocation) bool {
	return l.sink != nil || v.logTail
}

// begin says that from now on an invocation is running.
func (l *log) begin(v *invocation, version string) {
	if !l.wanted(v) {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.requestID == v.requestID {
		return // it began with the start of the instance
	}
	if !l.events { // what ours write was read when they were done
		l.drainLocked()
	}
	l.requestID, l.keep, l.tail = v.requestID, v.logTail, l.tail[:0]
	l.write(time.Now(), "START RequestId: "+v.requestID+" Version: "+version)
}

// end writes the last lines of an invocation that is wanted, and returns its
// tail. failed is how it failed; empty: there is nothing to say of that.
func (l *log) end(now time.Time, failed, end, report string) (tail string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.drainLocked()
	if failed != "" {
		l.write(now, failed)
	}
	l.write(now, end)
	l.write(now, report)
	if l.keep {
		tail = string(l.tail[max(0, len(l.tail)-maxTail):])
	}
	l.requestID, l.keep = "", false
	return tail
}
