package function

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"strconv"
	"syscall"
	"time"

	"postern/internal/backend"
	"postern/internal/nowait"
)

// This file is what Postern and its own bootstraps say to each other: the
// Runtime API in short, one line and a payload at a time, over two pipes that
// the process has as file descriptors 3, to read, and 4, to write.
//
//	to the bootstrap    id TAB deadline TAB arn TAB trace TAB client-context TAB bytes LF payload
//	from the bootstrap  next LF
//	                    response TAB id TAB bytes LF payload
//	                    error TAB id TAB type TAB bytes LF payload
//	                    init TAB type TAB bytes LF payload
//
// The deadline is in milliseconds since 1970. After response and error a
// bootstrap says next in the same write, and then nothing until its next event.
//
// Nobody reads while an instance is idle. The goroutine that has an event for it
// writes the event and reads the answer: a warm invocation is one write, one
// wait and one read, and no other goroutine has to run for it. A caller that
// leaves has another goroutine go on.

// A pipe is the connection with a bootstrap of ours.
type pipe struct {
	instance *instance
	events   *os.File // to the bootstrap
	answers  *os.File // from the bootstrap

	rawEvents, rawAnswers syscall.RawConn
	writes, reads         func(fd uintptr) (done bool) // writable, readable

	// The rest belongs to whom begin has given the pipe, until park.

	sending *invocation // whose event is in unsent
	unsent  []byte
	out     []byte    // memory of events
	in      []byte    // what was read
	at      int       // of in, where the next message begins
	skip    int       // bytes, to be dropped before it
	err     error     // of writable and readable
	fires   time.Time // when a read gives up; zero: it does not
}

func newPipe(i *instance, events, answers *os.File) (*pipe, error) {
	p := &pipe{instance: i, events: events, answers: answers, in: make([]byte, 0, pipeBuffer)}
	p.writes, p.reads = p.writable, p.readable
	var e1, e2 error
	p.rawEvents, e1 = events.SyscallConn()
	p.rawAnswers, e2 = answers.SyscallConn()
	return p, errors.Join(e1, e2)
}

const (
	pipeBuffer = 16 << 10 // bytes, of one read
	keptBuffer = 64 << 10 // bytes, that an instance keeps
	maxHead    = 16 << 10 // bytes, of a line
)

// patience is how long a read waits until it looks whether its caller has left.
// To be told of that, or to set a deadline for each read, costs a twentieth of an
// invocation.
const patience = 100 * time.Millisecond

func (p *pipe) close() {
	p.events.Close()
	p.answers.Close()
}

// run has v run, which begin has given the pipe for, and settles it. If ctx ends
// first, it returns and leaves that to another goroutine. Afterwards the pipe is
// somebody else's.
func (p *pipe) run(ctx context.Context, v *invocation) {
	b := append(append(p.out[:0], v.requestID...), '\t')
	b = append(strconv.AppendInt(b, v.begun.Add(p.instance.function.config.Timeout).UnixMilli(), 10), '\t')
	b = append(append(b, headerText(v.arn)...), '\t')
	b = append(append(b, headerText(v.traceID)...), '\t')
	b = append(append(b, headerText(v.client)...), '\t')
	b = append(strconv.AppendInt(b, int64(len(v.payload)), 10), '\n')
	if len(v.payload) < largeEvent {
		b = append(b, v.payload...)
	}
	p.out, p.sending, p.unsent = b, v, b
	p.attend(ctx, v.begun)
	p.follow(ctx, nil)
}

// follow reads what the bootstrap says until it waits for its next event, or
// ends. settle ends the invocation that has been answered; nil: none has.
func (p *pipe) follow(ctx context.Context, settle func()) {
	i := p.instance
	defer i.work.Done()
	for {
		m, payload, err := p.message()
		switch {
		case errors.Is(err, os.ErrDeadlineExceeded):
			now := time.Now()
			if end, limited := ctx.Deadline(); ctx.Err() == nil && (!limited || now.Before(end)) {
				p.attend(ctx, now)
				continue
			}
			if p.sending != nil {
				p.sending.payload = bytes.Clone(p.sending.payload) // its caller leaves
			}
			p.attend(context.Background(), now)
			i.work.Add(1)
			go p.follow(context.Background(), settle)
			return
		case err == nil && m.verb == "next":
			if p.at == len(p.in) && i.park(p) {
				// The instance is ready again before its answer is: who asks once more finds it.
				if settle != nil {
					settle()
				}
				return
			}
			err = errUnclear
		case err == nil:
			if next := p.said(m, payload); next != nil {
				settle = next
			}
		}
		if err != nil {
			p.close()
			i.unpark(p)
			if settle != nil {
				settle()
			}
			if v := p.sending; v != nil && i.disown(v) {
				v.payload = bytes.Clone(v.payload)
				i.function.dispatch(v)
			}
			return
		}
	}
}

// attend has reads give up within patience, and not after the deadline of ctx.
func (p *pipe) attend(ctx context.Context, now time.Time) {
	var next time.Time // for nobody
	if ctx != context.Background() {
		next = now.Add(patience)
		if end, limited := ctx.Deadline(); limited && end.Before(next) {
			next = end
		} else if p.fires.After(now.Add(patience / 4)) {
			return // soon enough
		}
	} else if p.fires.IsZero() {
		return
	}
	p.fires = next
	p.answers.SetReadDeadline(next) // fails if closed, as reads do
}

var errUnclear = errors.New("the bootstrap does not keep to the protocol")

// message reads a line and its payload, if it is not to be dropped. It may be
// called again after it has failed with os.ErrDeadlineExceeded.
func (p *pipe) message() (m bootstrapMessage, payload []byte, err error) {
	for {
		n := min(p.skip, len(p.in)-p.at)
		p.at, p.skip = p.at+n, p.skip-n
		if p.skip == 0 {
			break
		}
		if err := p.fill(0); err != nil {
			return m, nil, err
		}
	}
	for {
		end := bytes.IndexByte(p.in[p.at:], '\n')
		switch {
		case end >= 0:
			if m, err = parseMessage(p.in[p.at : p.at+end]); err != nil {
				return m, nil, err
			}
			switch large := m.size > maxResponse; {
			case large && m.verb != "response":
				return m, nil, errUnclear
			case large:
				p.at, p.skip = p.at+end+1, m.size
				return m, nil, nil
			}
			stop := p.at + end + 1 + m.size
			if len(p.in) < stop {
				if err := p.fill(stop - p.at); err != nil {
					return m, nil, err
				}
				continue
			}
			if m.size > 0 {
				payload = bytes.Clone(p.in[stop-m.size : stop])
			}
			p.at = stop
			return m, payload, nil
		case len(p.in)-p.at > maxHead:
			return m, nil, errUnclear
		}
		if err := p.fill(0); err != nil {
			return m, nil, err
		}
	}
}

// fill reads once, having written what is to be written. It makes room for a
// message of size bytes.
func (p *pipe) fill(size int) error {
	if p.at > 0 {
		p.in = append(p.in[:0], p.in[p.at:]...)
		p.at = 0
	}
	switch n := max(size, len(p.in)+pipeBuffer/2); {
	case n > cap(p.in):
		p.in = append(make([]byte, 0, max(n, 2*cap(p.in))), p.in...)
	case len(p.in) == 0 && cap(p.in) > keptBuffer && size == 0:
		p.in = make([]byte, 0, pipeBuffer)
	}
	if v := p.sending; v != nil && len(v.payload) >= largeEvent {
		if err := p.sendLarge(v); err != nil {
			return err
		}
	}
	p.err = nil
	if err := p.rawAnswers.Read(p.reads); err != nil {
		return err
	}
	return p.err
}

// sendLarge writes an event that may have to wait for the bootstrap to read.
func (p *pipe) sendLarge(v *invocation) error {
	if err := p.send(p.unsent); err != nil {
		return err
	}
	if err := p.send(v.payload); err != nil {
		return err
	}
	p.sending = nil
	return nil
}

// readable reads what is there, if an event has been written: it is to be
// written when it is sure that whoever waits will see the answer come, and
// before that there is none to look for.
func (p *pipe) readable(fd uintptr) (done bool) {
	if p.sending != nil {
		if p.err = p.send(p.unsent); p.err != nil {
			return true
		}
		p.sending = nil
		return false
	}
	n, err := nowait.Read(fd, p.in[len(p.in):cap(p.in)])
	switch {
	case n > 0:
		p.in = p.in[:len(p.in)+n]
	case err == syscall.EAGAIN:
		return false
	case err != nil:
		p.err = err
	default:
		p.err = io.EOF
	}
	return true
}

// writable writes what there is room for.
func (p *pipe) writable(fd uintptr) (done bool) {
	var n int
	if n, p.err = nowait.Write(fd, p.unsent); p.err == syscall.EAGAIN {
		return false
	}
	p.unsent = p.unsent[n:]
	return p.err != nil || len(p.unsent) == 0
}

// send writes b, and waits for the bootstrap to read if it has to.
func (p *pipe) send(b []byte) error {
	p.unsent = b
	if err := p.rawEvents.Write(p.writes); err != nil {
		return err
	}
	return p.err
}

// said does what a message other than next says. It returns what is to be done
// when the next one has come.
func (p *pipe) said(m bootstrapMessage, payload []byte) (settle func()) {
	answer := &backend.FunctionAnswer{Payload: payload}
	var why *failure
	switch {
	case m.verb == "init":
		p.instance.failInit(reported(m.kind, payload))
		return nil
	case m.size > maxResponse:
		why = tooLarge()
		answer.FunctionError, answer.Payload = "Unhandled", why.answer("")
	case m.verb == "error":
		why = reported(m.kind, payload)
		answer.FunctionError = "Unhandled"
	}
	settle, _ = p.instance.respond(m.id, answer, why) // an answer to what is over is for nobody
	return settle
}

// A bootstrapMessage is one line of a bootstrap.
type bootstrapMessage struct {
	verb string // next, response, error or init
	id   string // of the invocation; response and error
	kind string // of error and init
	size int    // of what follows, bytes
}

func parseMessage(line []byte) (m bootstrapMessage, err error) {
	verb, rest, _ := bytes.Cut(line, []byte{'\t'})
	field := func() string {
		first, more, _ := bytes.Cut(rest, []byte{'\t'})
		rest = more
		return string(first)
	}
	switch string(verb) {
	case "next":
		if len(rest) > 0 {
			return m, errUnclear
		}
		return bootstrapMessage{verb: "next"}, nil
	case "response":
		m.verb, m.id = "response", field()
	case "error":
		m.verb, m.id, m.kind = "error", field(), field()
	case "init":
		m.verb, m.kind = "init", field()
	default:
		return m, errUnclear
	}
	if m.size, err = strconv.Atoi(string(rest)); err != nil || m.size < 0 {
		return m, errUnclear
	}
	return m, nil
}
