package main

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"postern": main})
}

// The scripts have, besides testscript's own commands:
//
//	start NAME ARG…        postern ARG… in the background, until it says how it is stopped
//	end NAME SIGNAL CODE   send INT or TERM, and expect an exit code; its output is stdout and stderr
//	await NAME TEXT        until it has written TEXT to stderr
//	ask VERB URL [BODY]    an HTTP request; status and body are stdout
//	enlarge FILE BYTES     fill a file with blanks up to a size
//	again TEXT PROGRAM ARG…  run it until its stdout has TEXT
//	replace FILE OLD NEW   change a file, as an editor does
//	occupy ADDRESS         listen there, and say nothing
//	unprivileged ARG…      postern ARG… as a user who may not write here
//
// $LISTEN and $ECHO are addresses that nobody uses.
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:           filepath.Join("testdata", "script"),
		UpdateScripts: os.Getenv("UPDATE_SCRIPTS") != "",
		Setup: func(e *testscript.Env) error {
			ports, err := freePorts(2)
			if err != nil {
				return err
			}
			root, err := filepath.Abs("../..")
			if err != nil {
				return err
			}
			e.Setenv("LISTEN", ports[0])
			e.Setenv("ECHO", ports[1])
			e.Setenv("POSTERN_LISTEN", ports[0])
			e.Setenv("EXAMPLES", filepath.Join(root, "examples"))
			s := &session{processes: map[string]*process{}}
			e.Values[sessionKey{}] = s
			e.Defer(s.end)
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"start":        start,
			"end":          end,
			"await":        await,
			"ask":          ask,
			"again":        again,
			"enlarge":      enlarge,
			"replace":      replace,
			"occupy":       occupy,
			"unprivileged": unprivileged,
		},
	})
}

// freePorts returns loopback addresses that were free a moment ago.
func freePorts(n int) ([]string, error) {
	var out []string
	for range n {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			return nil, err
		}
		defer l.Close()
		out = append(out, l.Addr().String())
	}
	return out, nil
}

type sessionKey struct{}

// A session is what a script has started.
type session struct {
	processes map[string]*process
	listeners []net.Listener
}

func sessionOf(ts *testscript.TestScript) *session { return ts.Value(sessionKey{}).(*session) }

func (s *session) end() {
	for _, p := range s.processes {
		_ = p.cmd.Process.Kill()
		<-p.done
	}
	for _, l := range s.listeners {
		l.Close()
	}
}

// A process is a postern in the background.
type process struct {
	cmd  *exec.Cmd
	out  bytes.Buffer
	done chan struct{}

	mu      sync.Mutex
	err     bytes.Buffer
	changed chan struct{} // closed and replaced when err grows
}

// read keeps what the process writes to stderr, line by line.
func (p *process) read(r io.Reader) {
	lines := bufio.NewReader(r)
	for {
		line, err := lines.ReadString('\n')
		p.mu.Lock()
		p.err.WriteString(line)
		close(p.changed)
		p.changed = make(chan struct{})
		p.mu.Unlock()
		if err != nil {
			return
		}
	}
}

// until waits for a text on stderr. It returns false if the process ends first.
func (p *process) until(text string) bool {
	limit := time.After(time.Minute)
	for {
		p.mu.Lock()
		found, changed := strings.Contains(p.err.String(), text), p.changed
		p.mu.Unlock()
		if found {
			return true
		}
		select {
		case <-changed:
		case <-p.done:
			p.mu.Lock()
			defer p.mu.Unlock()
			return strings.Contains(p.err.String(), text)
		case <-limit:
			return false
		}
	}
}

func start(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: start NAME ARG…")
	}
	p := &process{cmd: exec.Command("postern", args[1:]...), done: make(chan struct{}), changed: make(chan struct{})}
	path, err := exec.LookPath(filepath.Join(binDir(ts), "postern"))
	ts.Check(err)
	p.cmd.Path, p.cmd.Err = path, nil
	p.cmd.Dir = ts.MkAbs(".")
	p.cmd.Env = environment(ts)
	p.cmd.Stdout = &p.out
	stderr, err := p.cmd.StderrPipe()
	ts.Check(err)
	ts.Check(p.cmd.Start())
	sessionOf(ts).processes[args[0]] = p
	go func() {
		defer close(p.done)
		p.read(stderr)
		_ = p.cmd.Wait()
	}()
	if !p.until("stop: Ctrl-C") {
		ts.Fatalf("postern %s does not serve:\n%s", strings.Join(args[1:], " "), p.err.String())
	}
}

// binDir is where testscript keeps the program.
func binDir(ts *testscript.TestScript) string {
	for _, dir := range filepath.SplitList(ts.Getenv("PATH")) {
		if _, err := os.Stat(filepath.Join(dir, "postern")); err == nil {
			return dir
		}
	}
	ts.Fatalf("there is no postern in PATH %s", ts.Getenv("PATH"))
	return ""
}

func environment(ts *testscript.TestScript) []string {
	var out []string
	for _, name := range []string{"PATH", "HOME", "WORK", "LISTEN", "ECHO", "EXAMPLES", "POSTERN_LISTEN", "POSTERN_DATA_DIR"} {
		if v := ts.Getenv(name); v != "" {
			out = append(out, name+"="+v)
		}
	}
	return out
}

func end(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 3 {
		ts.Fatalf("usage: end NAME SIGNAL CODE")
	}
	s := sessionOf(ts)
	p := s.processes[args[0]]
	if p == nil {
		ts.Fatalf("there is no process %s", args[0])
	}
	sig := syscall.SIGINT
	if args[1] == "TERM" {
		sig = syscall.SIGTERM
	}
	if err := p.cmd.Process.Signal(sig); err != nil {
		<-p.done
		ts.Fatalf("%s has ended by itself: %v, %v\n%s", args[0], err, p.cmd.ProcessState, p.err.String())
	}
	select {
	case <-p.done:
	case <-time.After(time.Minute):
		ts.Fatalf("%s does not stop:\n%s", args[0], p.err.String())
	}
	delete(s.processes, args[0])
	_, _ = ts.Stdout().Write(p.out.Bytes())
	_, _ = ts.Stderr().Write(p.err.Bytes())
	if got := fmt.Sprint(p.cmd.ProcessState.ExitCode()); got != args[2] {
		ts.Fatalf("%s: exit code %s, want %s\n%s", args[0], got, args[2], p.err.String())
	}
}

func await(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: await NAME TEXT")
	}
	p := sessionOf(ts).processes[args[0]]
	if p == nil || !p.until(args[1]) {
		ts.Fatalf("%s does not say %q:\n%s", args[0], args[1], p.err.String())
	}
}

func ask(ts *testscript.TestScript, neg bool, args []string) {
	if len(args) < 2 || len(args) > 3 {
		ts.Fatalf("usage: ask VERB URL [BODY]")
	}
	body := ""
	if len(args) == 3 {
		body = args[2]
	}
	r, err := http.NewRequest(args[0], args[1], strings.NewReader(body))
	ts.Check(err)
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}, Timeout: time.Minute}
	res, err := client.Do(r)
	if neg {
		if err == nil {
			res.Body.Close()
			ts.Fatalf("%s answers", args[1])
		}
		return
	}
	ts.Check(err)
	defer res.Body.Close()
	got, err := io.ReadAll(res.Body)
	ts.Check(err)
	fmt.Fprintf(ts.Stdout(), "%d\n%s\n", res.StatusCode, got)
}

func again(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: again TEXT PROGRAM ARG…")
	}
	for limit := time.Now().Add(time.Minute); time.Now().Before(limit); {
		ts.Check(ts.Exec(args[1], args[2:]...))
		if strings.Contains(ts.ReadFile("stdout"), args[0]) {
			return
		}
	}
	ts.Fatalf("%s never says %q", strings.Join(args[1:], " "), args[0])
}

func enlarge(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: enlarge FILE BYTES")
	}
	var size int64
	_, err := fmt.Sscan(args[1], &size)
	ts.Check(err)
	name := ts.MkAbs(args[0])
	text, err := os.ReadFile(name)
	ts.Check(err)
	f, err := os.Create(name)
	ts.Check(err)
	defer f.Close()
	_, err = f.Write(text)
	ts.Check(err)
	line := append(bytes.Repeat([]byte(" "), 1<<20-1), '\n')
	for n := int64(len(text)); n < size; n += int64(len(line)) {
		_, err = f.Write(line[:min(int64(len(line)), size-n)])
		ts.Check(err)
	}
}

func replace(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 3 {
		ts.Fatalf("usage: replace FILE OLD NEW")
	}
	name := ts.MkAbs(args[0])
	text, err := os.ReadFile(name)
	ts.Check(err)
	if !strings.Contains(string(text), args[1]) {
		ts.Fatalf("%s has no %q", args[0], args[1])
	}
	// A new file in place of the old one.
	ts.Check(os.WriteFile(name+".new", []byte(strings.ReplaceAll(string(text), args[1], args[2])), 0o600))
	ts.Check(os.Rename(name+".new", name))
}

func occupy(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: occupy ADDRESS")
	}
	l, err := net.Listen("tcp", args[0])
	ts.Check(err)
	s := sessionOf(ts)
	s.listeners = append(s.listeners, l)
}

// unprivileged runs postern as nobody if this is root, who may write anywhere.
func unprivileged(ts *testscript.TestScript, neg bool, args []string) {
	program, err := os.ReadFile(filepath.Join(binDir(ts), "postern"))
	ts.Check(err)
	dir, err := os.MkdirTemp("", "postern")
	ts.Check(err)
	defer os.RemoveAll(dir)
	ts.Check(os.Chmod(dir, 0o755))
	bin := filepath.Join(dir, "postern")
	ts.Check(os.WriteFile(bin, program, 0o755))
	ts.Check(os.Chmod(bin, 0o755))
	// What the program reads and where it may not write.
	files, err := filepath.Glob(filepath.Join(ts.MkAbs("."), "*.yaml"))
	ts.Check(err)
	for _, f := range files {
		text, err := os.ReadFile(f)
		ts.Check(err)
		ts.Check(os.WriteFile(filepath.Join(dir, filepath.Base(f)), text, 0o644))
	}
	sealed := filepath.Join(dir, "sealed")
	ts.Check(os.Mkdir(sealed, 0o555))
	cmd := exec.Command(bin, args...)
	cmd.Dir = dir
	cmd.Env = append(environment(ts), "HOME="+dir)
	cmd.Stdout, cmd.Stderr = ts.Stdout(), ts.Stderr()
	if os.Geteuid() == 0 {
		const nobody = 65534
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: nobody, Gid: nobody}}
	}
	err = cmd.Run()
	if (err != nil) != neg {
		ts.Fatalf("postern %s: %v", strings.Join(args, " "), err)
	}
	left, err := os.ReadDir(sealed)
	ts.Check(err)
	if len(left) > 0 {
		ts.Fatalf("something was written: %v", left)
	}
}
