package function

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"net"
	"strconv"
	"sync"
	"time"

	"postern/internal/backend"
)

// This file is what Postern and its own bootstraps say to each other: the
// Runtime API in short, one line and a payload at a time, over a socket that the
// process has as file descriptor 3.
//
//	to the bootstrap    id TAB deadline TAB arn TAB trace TAB client-context TAB bytes LF payload
//	from the bootstrap  next LF
//	                    response TAB id TAB bytes LF payload
//	                    error TAB id TAB type TAB bytes LF payload
//	                    init TAB type TAB bytes LF payload
//
// The deadline is in milliseconds since 1970. After response and error a
// bootstrap says next in the same write.

// A pipe is the connection with a bootstrap of ours.
type pipe struct {
	instance *instance
	net      net.Conn

	mu  sync.Mutex
	out []byte // reused
}

func (p *pipe) close() { p.net.Close() }

// event sends an invocation to a bootstrap that has said next.
func (p *pipe) event(v *invocation, deadline time.Time) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	b := append(append(p.out[:0], v.requestID...), '\t')
	b = append(strconv.AppendInt(b, deadline.UnixMilli(), 10), '\t')
	b = append(append(b, headerText(v.arn)...), '\t')
	b = append(append(b, headerText(v.traceID)...), '\t')
	b = append(append(b, headerText(v.client)...), '\t')
	b = append(strconv.AppendInt(b, int64(len(v.payload)), 10), '\n')
	p.out = b
	if len(v.payload) >= largeEvent {
		buffers := net.Buffers{b, v.payload}
		_, err := buffers.WriteTo(p.net)
		return err
	}
	p.out = append(b, v.payload...)
	_, err := p.net.Write(p.out)
	return err
}

// serve reads what the bootstrap says until it ends.
func (p *pipe) serve() {
	defer p.net.Close()
	defer p.instance.unpark(p)
	in := bufio.NewReaderSize(p.net, 16<<10)
	var settle func() // tells a caller that its invocation has ended
	for {
		line, err := in.ReadSlice('\n')
		next := settle
		if err == nil {
			next, err = p.said(in, bytes.TrimSuffix(line, []byte("\n")))
		}
		// An instance is ready again before its answer is: who asks once more finds it.
		if settle != nil {
			settle()
		}
		if err != nil {
			return
		}
		settle = next
	}
}

var errUnclear = errors.New("the bootstrap does not keep to the protocol")

// said does what one line says. It returns what is to be done when the
// next one has come.
func (p *pipe) said(in *bufio.Reader, line []byte) (settle func(), err error) {
	m, err := parseMessage(line)
	if err != nil {
		return nil, err
	}
	if m.verb == "next" {
		if !p.instance.park(p) {
			return nil, errUnclear
		}
		return nil, nil
	}
	answer := &backend.FunctionAnswer{}
	var why *failure
	if m.verb == "response" && m.size > maxResponse {
		if _, err := io.CopyN(io.Discard, in, int64(m.size)); err != nil {
			return nil, err
		}
		why = tooLarge()
		answer.FunctionError, answer.Payload = "Unhandled", why.answer("")
	} else {
		if m.size > maxResponse {
			return nil, errUnclear
		}
		answer.Payload = make([]byte, m.size)
		if _, err := io.ReadFull(in, answer.Payload); err != nil {
			return nil, err
		}
	}
	switch m.verb {
	case "init":
		p.instance.failInit(reported(m.kind, answer.Payload))
		return nil, nil
	case "error":
		why = reported(m.kind, answer.Payload)
		answer.FunctionError = "Unhandled"
	}
	settle, _ = p.instance.respond(m.id, answer, why) // an answer to what is over is for nobody
	return settle, nil
}

// A bootstrapMessage is one line of a bootstrap.
type bootstrapMessage struct {
	verb string // next, response, error or init
	id   string // of the invocation; response and error
	kind string // of error and init
	size int    // of what follows, bytes
}

func parseMessage(line []byte) (m bootstrapMessage, err error) {
	field := func() string {
		first, rest, _ := bytes.Cut(line, []byte{'\t'})
		line = rest
		return string(first)
	}
	switch m.verb = field(); m.verb {
	case "next":
		if len(line) > 0 {
			return m, errUnclear
		}
		return m, nil
	case "response":
		m.id = field()
	case "error":
		m.id, m.kind = field(), field()
	case "init":
		m.kind = field()
	default:
		return m, errUnclear
	}
	if m.size, err = strconv.Atoi(string(line)); err != nil || m.size < 0 {
		return m, errUnclear
	}
	return m, nil
}
