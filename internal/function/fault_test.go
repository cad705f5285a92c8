//go:build unix

package function_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"postern/internal/backend"
	"postern/internal/function"
)

// gone checks that nothing is left of a process group.
func gone(t *testing.T, pgid int) {
	t.Helper()
	entries, err := filepath.Glob("/proc/[0-9]*/stat")
	if err != nil || len(entries) == 0 {
		t.Skipf("no /proc: %v", err)
	}
	for _, name := range entries {
		b, err := os.ReadFile(name)
		if err != nil {
			continue // it has just ended
		}
		_, rest, ok := strings.Cut(string(b), ") ")
		if f := strings.Fields(rest); ok && len(f) > 2 && f[2] == strconv.Itoa(pgid) && f[0] != "Z" {
			t.Errorf("left of group %d: %s", pgid, b)
		}
	}
}

// until returns when ok is true. It asks again and again: nothing tells.
func until(t *testing.T, what string, ok func() bool) {
	t.Helper()
	tick := time.NewTicker(2 * time.Millisecond)
	defer tick.Stop()
	limit := time.After(30 * time.Second)
	for !ok() {
		select {
		case <-tick.C:
		case <-limit:
			t.Fatalf("in vain: %s", what)
		}
	}
}

// pids are the processes that print a line "pid N" while they start.
func (b *bench) pids() (pids []int) {
	for _, m := range regexp.MustCompile(`pid (\d+)`).FindAllStringSubmatch(b.text(), -1) {
		n, _ := strconv.Atoi(m[1])
		pids = append(pids, n)
	}
	return pids
}

const sayPID = "console.log('pid ' + process.pid);\n"

func TestATimeoutKillsTheWholeGroup(t *testing.T) {
	b := newBench(t)
	f := b.open(function.Config{Runtime: "nodejs20.x", Handler: "index.handler", Timeout: time.Second, Code: function.Code{Dir: write(t, "index.mjs", sayPID+`
import { spawn } from 'node:child_process';
export const handler = async (event) => {
	if (!event.hang) return 'ok';
	console.log('hanging');
	spawn('sleep', ['1000'], { stdio: 'inherit' });
	for (;;);
}`)}})
	returns(t, f, `{}`, `"ok"`)
	fails(t, f, `{"hang":true}`, "Sandbox.Timedout", "Error: Task timed out after 1.00 seconds")
	returns(t, f, `{}`, `"ok"`)
	matches(t, b.text(), `(?s).*hanging
\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z ([0-9a-f-]{36}) Task timed out after 1.00 seconds
END RequestId: [0-9a-f-]{36}
REPORT RequestId: [0-9a-f-]{36}	Duration: 1\d\d\d\.\d\d ms	Billed Duration: 1\d\d\d ms	Memory Size: 256 MB	Max Memory Used: \d+ MB	Status: timeout
INIT_START.*`)
	gone(t, b.pids()[0])
	if err := b.Close(); err != nil {
		t.Error(err)
	}
	gone(t, b.pids()[1])
}

func TestACrashIsRecoveredFromAtOnce(t *testing.T) {
	b := newBench(t)
	f := b.node(sayPID + `export const handler = async (event) => { if (event.crash) process.abort(); return 'ok' }`)
	for range 3 {
		returns(t, f, `{}`, `"ok"`)
		fails(t, f, `{"crash":true}`, "Runtime.ExitError", "Error: Runtime exited with error: signal: aborted")
	}
	returns(t, f, `{}`, `"ok"`)
	if !strings.Contains(b.text(), "Runtime exited with error: signal: aborted\nRuntime.ExitError\nEND RequestId") {
		t.Error("the log does not tell of the crash")
	}
}

func TestACrashBetweenInvocationsIsNotSeen(t *testing.T) {
	b := newBench(t)
	f := b.node(sayPID + `export const handler = async (event) => 'ok'`)
	for n := range 3 {
		returns(t, f, `{}`, `"ok"`)
		if err := syscall.Kill(b.pids()[n], syscall.SIGKILL); err != nil {
			t.Fatal(err)
		}
		until(t, "the death is seen", func() bool { return f.Instances() == 0 })
	}
	returns(t, f, `{}`, `"ok"`)
}

func TestInitIsTriedTwice(t *testing.T) {
	b := newBench(t)
	mark := filepath.Join(t.TempDir(), "mark")
	f := b.open(function.Config{Runtime: "nodejs20.x", Handler: "index.handler", Code: function.Code{Dir: write(t, "index.js",
		fmt.Sprintf(`const fs = require('fs'); if (!fs.existsSync(%q)) { fs.writeFileSync(%q, ''); process.exit(7) }; exports.handler = async () => 'second'`, mark, mark))}})
	returns(t, f, `{}`, `"second"`)
	matches(t, b.text(), `(?s).*INIT_REPORT Init Duration: [\d.]+ ms	Phase: init	Status: error	Error Type: Runtime.ExitError
.*START.*END.*`)
}

func TestInitThatHangs(t *testing.T) {
	b := newBench(t)
	b.SetInitTimeout(500 * time.Millisecond)
	f := b.open(function.Config{Runtime: "nodejs20.x", Handler: "index.handler", Timeout: time.Second, Code: function.Code{Dir: write(t, "index.mjs",
		sayPID+`await new Promise((f) => setTimeout(f, 1e6)); export const handler = async () => 1`)}})
	fails(t, f, `{}`, "Sandbox.Timedout", "Error: Task timed out after 1.00 seconds")
	matches(t, b.text(), `(?s).*INIT_REPORT Init Duration: 5\d\d\.\d\d ms	Phase: init	Status: timeout
.*INIT_REPORT Init Duration: 1\d\d\d\.\d\d ms	Phase: invoke	Status: timeout
.*Task timed out after 1.00 seconds\nEND.*REPORT.*	Status: timeout
`)
	for _, pid := range b.pids() {
		gone(t, pid)
	}
}

func TestTooMuchMemory(t *testing.T) {
	if _, err := os.Stat("/proc/self/statm"); err != nil {
		t.Skip("memory is limited on Linux only")
	}
	b := newBench(t)
	f := b.open(function.Config{Runtime: "nodejs20.x", Handler: "index.handler", MemorySize: 128, Code: function.Code{Dir: write(t, "index.mjs",
		`export const handler = async (e) => { const all = []; for (let n = 0; n < e.mb; n++) { all.push(Buffer.alloc(1 << 20, 1)); await new Promise((f) => setTimeout(f, 2)) }; return 'ok' }`)}})
	fails(t, f, `{"mb":5000}`, "Runtime.OutOfMemory", "Error: Runtime exited with error: signal: killed")
	returns(t, f, `{"mb":1}`, `"ok"`)
	if !strings.Contains(b.text(), "Max Memory Used: 128 MB\tInit Duration: ") || !strings.Contains(b.text(), "Status: error\tError Type: Runtime.OutOfMemory") {
		t.Error("the REPORT line does not tell of the memory")
	}
}

func TestWhoHangsUpLeavesTheInvocationRunning(t *testing.T) {
	b := newBench(t)
	f := b.node(`export const handler = async (e) => { console.log('begun'); await new Promise((f) => setTimeout(f, e.ms ?? 0)); console.log('ended'); return 'ok' }`)
	for n := range 3 { // with an instance that starts, then with one that is warm
		ctx, cancel := context.WithCancel(t.Context())
		go func() {
			b.await(t, func(text string) bool { return strings.Count(text, "begun") > n })
			cancel()
		}()
		if _, err := f.Invoke(ctx, &backend.FunctionCall{Payload: []byte(`{"ms":1000}`)}); !errors.Is(err, context.Canceled) {
			t.Errorf("got %v, want canceled", err)
		}
		if strings.Count(b.text(), "ended") > n {
			t.Error("the caller waited to the end")
		}
		b.await(t, func(text string) bool { return strings.Count(text, "REPORT") > n })
	}
	returns(t, f, `{}`, `"ok"`)
	if n := strings.Count(b.text(), "INIT_START"); n != 1 {
		t.Errorf("%d instances, want 1", n)
	}
}

// TestInvokeKeepsNothing has callers leave, and use their payload otherwise,
// while the invocation has yet to begin, and while a large one is on its way.
func TestInvokeKeepsNothing(t *testing.T) {
	b := newBench(t)
	f := b.node(`export const handler = async (e) => { console.log(new Set(e).size === 1 ? 'all ' + e[0] : 'mixed'); await new Promise((f) => setTimeout(f, 20)) }`)
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	for n, size := range []int{10, 1 << 20, 10} {
		payload := []byte(`"` + strings.Repeat("x", size) + `"`)
		if _, err := f.Invoke(gone, &backend.FunctionCall{Payload: payload}); !errors.Is(err, context.Canceled) {
			t.Errorf("got %v, want canceled", err)
		}
		for i := range payload {
			payload[i] = 'y'
		}
		b.await(t, func(text string) bool { return strings.Count(text, "REPORT") == n+1 })
	}
	if n := strings.Count(b.text(), "all x"); n != 3 {
		t.Errorf("%d of 3 payloads were kept", n)
	}
}

func TestCloseEndsWhatRuns(t *testing.T) {
	b := newBench(t)
	f := b.node(sayPID + `export const handler = async () => { console.log('begun'); await new Promise((f) => setTimeout(f, 1e6)) }`)
	done := make(chan error)
	go func() {
		_, err := f.Invoke(context.Background(), &backend.FunctionCall{})
		done <- err
	}()
	b.await(t, func(text string) bool { return strings.Contains(text, "begun") })
	if err := b.Close(); err != nil {
		t.Fatal(err)
	}
	if err := <-done; err == nil || err.Error() != "the functions are shut down" {
		t.Errorf("got %v", err)
	}
	gone(t, b.pids()[0])
	if _, err := f.Invoke(t.Context(), &backend.FunctionCall{}); err == nil {
		t.Error("Invoke works after Close")
	}
}

func TestConcurrentInvocations(t *testing.T) {
	b := newBench(t)
	f := b.node(sayPID + `let busy = false; export const handler = async (e) => { if (busy) throw new Error('two at once'); busy = true; await new Promise((f) => setTimeout(f, 5)); busy = false; return e }`)
	var wg sync.WaitGroup
	for n := range 64 {
		wg.Go(func() {
			for m := range 5 {
				payload := fmt.Sprintf(`"%d-%d"`, n, m)
				a, err := f.Invoke(within(t), &backend.FunctionCall{Payload: []byte(payload)})
				if err != nil || string(a.Payload) != payload {
					t.Errorf("got %+v %v, want %s", a, err, payload)
				}
			}
		})
	}
	wg.Wait()
	if n := len(b.pids()); n < 2 || n > 64 {
		t.Errorf("%d instances", n)
	}
	if err := b.Close(); err != nil {
		t.Fatal(err)
	}
	for _, pid := range b.pids() {
		gone(t, pid)
	}
}

func TestOneAfterTheOtherIsOneInstance(t *testing.T) {
	b := newBench(t)
	for _, f := range []*function.Function{
		b.node(sayPID + `export const handler = async () => 1`),
		b.python("import os\nprint('pid', os.getpid())\ndef handler(e, c):\n    return 1\n"),
	} {
		for range 100 {
			returns(t, f, "", "1")
		}
	}
	if got := b.pids(); len(got) != 2 {
		t.Errorf("instances %v, want 1 of each", got)
	}
}

func TestReservedConcurrency(t *testing.T) {
	b := newBench(t)
	b.Concurrency = 3
	one, zero := 1, 0
	source := `export const handler = async (e) => { console.log('begun ' + e.n); if (e.n) await new Promise((f) => setTimeout(f, 1e6)); return 1 }`
	dir := write(t, "index.mjs", source)
	open := func(name string, reserved *int) *function.Function {
		return b.open(function.Config{Name: name, Runtime: "nodejs20.x", Handler: "index.handler", Reserved: reserved, Code: function.Code{Dir: dir}})
	}
	limited, never, free := open("limited", &one), open("never", &zero), open("free", nil)
	n := 0
	occupy := func(f *function.Function) {
		n++
		go f.Invoke(context.Background(), &backend.FunctionCall{Payload: fmt.Appendf(nil, `{"n":%d}`, n)})
		want := fmt.Sprintf("begun %d", n)
		b.await(t, func(text string) bool { return strings.Contains(text, want) })
	}
	throttled := func(f *function.Function) {
		t.Helper()
		_, err := f.Invoke(within(t), &backend.FunctionCall{})
		var refused *backend.FunctionRefused
		if !errors.As(err, &refused) || refused.Status != 429 || refused.Code != "TooManyRequestsException" || refused.Reason != "Rate Exceeded." {
			t.Errorf("got %v, want TooManyRequestsException", err)
		}
	}
	throttled(never)
	occupy(limited)
	throttled(limited)
	occupy(free)
	occupy(free)
	throttled(free)
}

func TestEvents(t *testing.T) {
	b := newBench(t)
	b.SetRetryAfter(time.Millisecond)
	f := b.node(`let n = 0; export const handler = async (e) => { n++; console.log('attempt', n); if (n % 3 || e.never) throw new Error('not yet'); return 1 }`)
	event := func(payload string) {
		t.Helper()
		a, err := f.Invoke(within(t), &backend.FunctionCall{Type: "Event", Payload: []byte(payload), RequestID: "e"})
		if err != nil || a.Status != 202 || len(a.Payload) != 0 {
			t.Fatalf("got %+v %v, want 202 without a payload", a, err)
		}
	}
	event(`{}`)
	b.await(t, func(text string) bool {
		return strings.Contains(text, "attempt 3") && strings.Count(text, "REPORT RequestId: e\t") == 3
	})
	event(`{"never":true}`)
	b.await(t, func(text string) bool {
		return strings.Contains(text, "RequestId: e Event dropped: every attempt failed")
	})
	if n := strings.Count(b.text(), "\tattempt"); n != 6 {
		t.Errorf("%d attempts, want 6", n)
	}
}

func TestUnusedInstancesEnd(t *testing.T) {
	b := newBench(t)
	b.IdleTimeout = 50 * time.Millisecond
	f := b.node(sayPID + `export const handler = async () => 1`)
	returns(t, f, "", "1")
	pid := b.pids()[0]
	until(t, "the unused instance ends", func() bool { return syscall.Kill(pid, 0) != nil })
	returns(t, f, "", "1")
}

func TestChangedCodeIsReloaded(t *testing.T) {
	for _, sub := range []string{"", "lib"} {
		t.Run("in "+sub, func(t *testing.T) {
			b := newBench(t)
			dir := write(t, "index.mjs", `import { v } from './lib/v.mjs'; import fs from 'node:fs';
export const handler = async (e) => { if (e.wait) { console.log('waiting'); while (!fs.existsSync(e.wait)) await new Promise((f) => setTimeout(f, 5)) }; return v }`, "lib/v.mjs", `export const v = 1`)
			f := b.open(function.Config{Runtime: "nodejs20.x", Handler: "index.handler", Code: function.Code{Dir: dir}})
			returns(t, f, "{}", "1")
			mark := filepath.Join(t.TempDir(), "go")
			old := make(chan string)
			go func() {
				a, err := f.Invoke(context.Background(), &backend.FunctionCall{Payload: fmt.Appendf(nil, `{"wait":%q}`, mark)})
				if err != nil {
					old <- err.Error()
					return
				}
				old <- string(a.Payload)
			}()
			b.await(t, func(text string) bool { return strings.Contains(text, "waiting") })
			if sub == "" { // the directory is replaced, as by a bundler
				if err := os.Rename(filepath.Join(dir, "lib"), filepath.Join(dir, "old")); err != nil {
					t.Fatal(err)
				}
				if err := os.Mkdir(filepath.Join(dir, "lib"), 0o755); err != nil {
					t.Fatal(err)
				}
			}
			if err := os.WriteFile(filepath.Join(dir, "lib/v.mjs"), []byte(`export const v = 2`), 0o644); err != nil {
				t.Fatal(err)
			}
			until(t, "the new code is seen", func() bool { return string(invoke(t, f, "{}").Payload) == "2" })
			if err := os.WriteFile(mark, nil, 0o644); err != nil {
				t.Fatal(err)
			}
			if got := <-old; got != "1" {
				t.Errorf("the running invocation returned %s, want 1", got)
			}
			returns(t, f, "{}", "2")
		})
	}
}

func TestAFunctionThatWritesIntoItsFolderIsServed(t *testing.T) {
	b := newBench(t)
	f := b.node(`import fs from 'node:fs'; fs.appendFileSync(new URL('loads.txt', import.meta.url), 'x'); export const handler = async () => 1`)
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 3 {
				returns(t, f, "", "1")
			}
		})
	}
	wg.Wait()
}

func TestRetire(t *testing.T) {
	b := newBench(t)
	f := b.node(sayPID + `export const handler = async (e) => { if (e.ms) { console.log('begun'); await new Promise((f) => setTimeout(f, e.ms)) }; return 1 }`)
	done := make(chan string)
	go func() {
		a, err := f.Invoke(context.Background(), &backend.FunctionCall{Payload: []byte(`{"ms":300}`)})
		if err != nil {
			done <- err.Error()
			return
		}
		done <- string(a.Payload)
	}()
	b.await(t, func(text string) bool { return strings.Contains(text, "begun") })
	f.Retire()
	f.Retire()
	if got := <-done; got != "1" {
		t.Errorf("the running invocation returned %s, want 1", got)
	}
	returns(t, f, "{}", "1")
	for _, pid := range b.pids() {
		until(t, "an instance of the retired function ends", func() bool { return syscall.Kill(pid, 0) != nil })
	}
}

func TestLargeEventsAndAnswers(t *testing.T) {
	b := newBench(t)
	f := b.node(`export const handler = async (e) => e`)
	for _, size := range []int{60 << 10, 64 << 10, 1 << 20, 6<<20 - 2} {
		payload := `"` + strings.Repeat("x", size) + `"`
		if a := invoke(t, f, payload); string(a.Payload) != payload {
			t.Errorf("%d bytes came back as %d", len(payload), len(a.Payload))
		}
	}
}
