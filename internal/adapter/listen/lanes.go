package listen

import (
	"context"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"postern/internal/nowait"
	"postern/internal/wire"
)

// Lanes are the connections of a Server that net/http does not read. One
// goroutine looks after all of them: nobody reads from a connection while a
// request is answered, so it peeks at those whose answer takes long, to see
// whether the client is still there. nil: there are none.
type lanes struct {
	director      Director
	log           *slog.Logger
	headerTimeout time.Duration
	idleTimeout   time.Duration
	dates         wire.Dates
	buffers       sync.Pool   // of *[]byte; answers
	shutting      atomic.Bool // set with mu held

	mu      sync.Mutex
	all     map[*lane]struct{}
	looking bool          // look runs
	empty   chan struct{} // closed when there is no lane and will be none
}

// lookEvery is how long a client may be gone before its request is told, twice.
const lookEvery = 200 * time.Millisecond

func newLanes(d Director, log *slog.Logger, header, idle time.Duration) *lanes {
	return &lanes{director: d, log: log, headerTimeout: header, idleTimeout: idle, all: map[*lane]struct{}{}, empty: make(chan struct{})}
}

// open begins a lane, if that is possible. Behind shut it closes the connection.
func (s *lanes) open(conn *pacedConn, f *front) bool {
	if s == nil {
		return false
	}
	socket := nowait.NewConn(conn.Conn)
	if socket == nil {
		return false
	}
	conn.Conn = socket
	raw, err := socket.SyscallConn()
	if err != nil {
		return false
	}
	l := &lane{lanes: s, front: f, conn: conn, raw: raw, log: s.log}
	l.peer, _ = splitAddr(conn.RemoteAddr())
	_, l.port = splitAddr(conn.LocalAddr())
	l.reply = newReply(l)
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.shutting.Load() {
		conn.Close()
		return true
	}
	l.ctx, l.cancel = context.WithCancel(context.Background())
	s.all[l] = struct{}{}
	if !s.looking {
		s.looking = true
		go s.look()
	}
	go l.run()
	return true
}

// leave forgets a lane.
func (s *lanes) leave(l *lane) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, ok := s.all[l]; !ok {
		return
	}
	delete(s.all, l)
	if len(s.all) == 0 && s.shutting.Load() {
		close(s.empty)
	}
}

// look ends the contexts of clients that have gone away, until there is no lane.
func (s *lanes) look() {
	tick := time.NewTicker(lookEvery)
	defer tick.Stop()
	var long []*lane
	for {
		select {
		case <-tick.C:
		case <-s.empty:
			return
		}
		s.mu.Lock()
		if len(s.all) == 0 {
			s.looking = false
			s.mu.Unlock()
			return
		}
		long = long[:0]
		for l := range s.all {
			turn := l.turn.Load()
			if turn&1 == 1 && turn == l.seen && l.ctx.Err() == nil {
				long = append(long, l)
			}
			l.seen = turn
		}
		s.mu.Unlock()
		for _, l := range long {
			if ended(l.raw) {
				l.cancel()
			}
		}
		clear(long)
	}
}

// shut closes the lanes that are idle. Requests that have begun come to their
// end, and the lanes with them.
func (s *lanes) shut() {
	if s == nil {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.shutting.Swap(true) {
		return
	}
	for l := range s.all {
		if turn := l.turn.Load(); turn&1 == 0 && l.turn.CompareAndSwap(turn, gone) {
			l.conn.Close()
		}
	}
	if len(s.all) == 0 {
		close(s.empty)
	}
}

// wait returns when all lanes have ended, or ctx.
func (s *lanes) wait(ctx context.Context) error {
	if s == nil {
		return nil
	}
	select {
	case <-s.empty:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// cut closes the lanes that are left, and returns how many had a request.
func (s *lanes) cut() int {
	if s == nil {
		return 0
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	n := 0
	for l := range s.all {
		if l.busy() {
			n++
		}
		l.cancel()
		l.conn.Close()
	}
	return n
}
