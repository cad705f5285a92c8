package function_test

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"postern/internal/backend"
	"postern/internal/function"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// A journal keeps what functions log.
type journal struct {
	mu      sync.Mutex
	lines   []function.Line
	changed chan struct{}
}

func (j *journal) add(l function.Line) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.lines = append(j.lines, l)
	if j.changed != nil {
		close(j.changed)
		j.changed = nil
	}
}

// text returns all lines, joined.
func (j *journal) text() string {
	j.mu.Lock()
	defer j.mu.Unlock()
	var b strings.Builder
	for _, l := range j.lines {
		b.WriteString(l.Text + "\n")
	}
	return b.String()
}

// await returns when ok is true of the text.
func (j *journal) await(t *testing.T, ok func(text string) bool) {
	t.Helper()
	limit := time.After(30 * time.Second)
	for {
		j.mu.Lock()
		if j.changed == nil {
			j.changed = make(chan struct{})
		}
		changed := j.changed
		j.mu.Unlock()
		if ok(j.text()) {
			return
		}
		select {
		case <-changed:
		case <-limit:
			t.Fatalf("the log does not come to what is awaited:\n%s", j.text())
		}
	}
}

// A bench is a Runner with a journal for a test.
type bench struct {
	*function.Runner
	journal
	t *testing.T
}

func newBench(t *testing.T) *bench {
	b := &bench{Runner: &function.Runner{Path: os.Getenv("PATH"), Dir: t.TempDir()}, t: t}
	t.Cleanup(func() {
		if err := b.Close(); err != nil {
			t.Error(err)
		}
		if t.Failed() {
			lines := strings.SplitAfter(b.text(), "\n")
			t.Logf("the end of the log:\n%s", strings.Join(lines[max(0, len(lines)-40):], ""))
		}
	})
	return b
}

// write makes a directory of files: name, text, name, text …
func write(t *testing.T, files ...string) (dir string) {
	t.Helper()
	dir = t.TempDir()
	for i := 0; i < len(files); i += 2 {
		path := filepath.Join(dir, files[i])
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		mode := os.FileMode(0o644)
		if files[i] == "bootstrap" {
			mode = 0o755
		}
		if err := os.WriteFile(path, []byte(files[i+1]), mode); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func (b *bench) open(c function.Config) *function.Function {
	b.t.Helper()
	if c.Name == "" {
		c.Name = "f"
	}
	if c.ARN == "" {
		c.ARN = "arn:aws:lambda:eu-west-1:123456789012:function:" + c.Name
	}
	if c.Timeout == 0 {
		c.Timeout = 20 * time.Second
	}
	if c.MemorySize == 0 {
		c.MemorySize = 256
	}
	c.Log = b.add
	f, err := b.Open(&c)
	if err != nil {
		b.t.Fatal(err)
	}
	return f
}

// node opens a function of one file index.mjs.
func (b *bench) node(source string) *function.Function {
	b.t.Helper()
	return b.open(function.Config{Runtime: "nodejs20.x", Handler: "index.handler", Code: function.Code{Dir: write(b.t, "index.mjs", source)}})
}

// python opens a function of one file index.py.
func (b *bench) python(source string) *function.Function {
	b.t.Helper()
	return b.open(function.Config{Runtime: "python3.11", Handler: "index.handler", Code: function.Code{Dir: write(b.t, "index.py", source)}})
}

func within(t *testing.T) context.Context {
	ctx, cancel := context.WithTimeout(t.Context(), 60*time.Second)
	t.Cleanup(cancel)
	return ctx
}

// invoke returns the answer to a payload.
func invoke(t *testing.T, f *function.Function, payload string) *backend.FunctionAnswer {
	t.Helper()
	a, err := f.Invoke(within(t), &backend.FunctionCall{Payload: []byte(payload)})
	if err != nil {
		t.Fatal(err)
	}
	if a.Status != 200 {
		t.Errorf("status %d, want 200", a.Status)
	}
	return a
}

// returns checks what a function returns.
func returns(t *testing.T, f *function.Function, payload, want string) {
	t.Helper()
	a := invoke(t, f, payload)
	if a.FunctionError != "" || string(a.Payload) != want {
		t.Errorf("invoke %s: got %s %s, want %s", payload, a.FunctionError, a.Payload, want)
	}
}

// fails checks with which error a function ends. The message may be a part.
func fails(t *testing.T, f *function.Function, payload, kind, message string) *backend.FunctionAnswer {
	t.Helper()
	a := invoke(t, f, payload)
	var e struct{ ErrorType, ErrorMessage string }
	if err := json.Unmarshal(a.Payload, &e); err != nil {
		t.Fatalf("payload %.200s: %v", a.Payload, err)
	}
	if a.FunctionError != "Unhandled" || e.ErrorType != kind || !strings.Contains(e.ErrorMessage, message) {
		t.Errorf("invoke %s: got %s %s, want %s: %s", payload, a.FunctionError, a.Payload, kind, message)
	}
	return a
}

func TestHandlersOfNode(t *testing.T) {
	b := newBench(t)
	for _, tt := range []struct {
		name    string
		handler string // "": index.handler
		files   []string
		payload string
		want    string
	}{
		{name: "async ES module", files: []string{"index.mjs", `export const handler = async (event) => ({ got: event.a })`}, payload: `{"a":[1,"ü"]}`, want: `{"got":[1,"ü"]}`},
		{name: "CommonJS", files: []string{"index.js", `exports.handler = async function (event, context) { return context.functionName }`}, want: `"f"`},
		{name: "type module", files: []string{"package.json", `{"type":"module"}`, "index.js", `export async function handler() { return import.meta.url.endsWith('index.js') }`}, want: `true`},
		{name: "cjs", files: []string{"index.cjs", `exports.handler = async () => __filename.endsWith('index.cjs')`}, want: `true`},
		{name: "callback", files: []string{"index.js", `exports.handler = (event, context, callback) => { setTimeout(() => callback(null, {n: event.n + 1}), 5) }`}, payload: `{"n":1}`, want: `{"n":2}`},
		{name: "callback waits for an empty event loop", files: []string{"index.js", `exports.handler = (event, context, callback) => { let late = 0; setTimeout(() => { late = 1 }, 20); callback(null, { toJSON: () => late }) }`}, want: `1`},
		{name: "callback that does not wait", files: []string{"index.js", `exports.handler = (event, context, callback) => { context.callbackWaitsForEmptyEventLoop = false; setInterval(() => {}, 1000); callback(null, 'now') }`}, want: `"now"`},
		{name: "nobody answers", files: []string{"index.js", `exports.handler = () => {}`}, want: `null`},
		{name: "a promise that never settles", files: []string{"index.js", `exports.handler = () => new Promise(() => {})`}, want: `null`},
		{name: "undefined", files: []string{"index.js", `exports.handler = async () => {}`}, want: `null`},
		{name: "context.succeed", files: []string{"index.js", `exports.handler = (e, context) => context.succeed('done')`}, want: `"done"`},
		{name: "below a directory, nested export", handler: "src/app.api.get", files: []string{"src/app.js", `exports.api = { get: async () => require('./x') }`, "src/x.json", `[1]`}, want: `[1]`},
		{name: "top-level await", files: []string{"index.mjs", `const v = await new Promise((f) => setTimeout(() => f(7), 5)); export const handler = async () => v`}, want: `7`},
		{name: "node_modules", files: []string{"index.js", `exports.handler = async () => require('dep')`, "node_modules/dep/index.js", `module.exports = 'dep'`}, want: `"dep"`},
		{name: "a response stream", files: []string{"index.mjs", `export const handler = awslambda.streamifyResponse(async (event, out) => { out.write('a'); out.write('b'); out.end() })`}, want: `ab`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if tt.handler == "" {
				tt.handler = "index.handler"
			}
			f := b.open(function.Config{Runtime: "nodejs20.x", Handler: tt.handler, Code: function.Code{Dir: write(t, tt.files...)}})
			defer f.Retire()
			returns(t, f, tt.payload, tt.want)
			returns(t, f, tt.payload, tt.want)
		})
	}
}

func TestErrorsOfNode(t *testing.T) {
	b := newBench(t)
	for _, tt := range []struct {
		name          string
		handler       string // "": index.handler
		file, source  string
		kind, message string
		trace         bool
	}{
		{name: "thrown", file: "index.mjs", source: `export const handler = async () => { throw new TypeError('no: "x"') }`, kind: "TypeError", message: `no: "x"`, trace: true},
		{name: "thrown at once", file: "index.js", source: `exports.handler = () => { throw new Error('sync') }`, kind: "Error", message: "sync", trace: true},
		{name: "given to the callback", file: "index.js", source: `exports.handler = (e, c, callback) => callback(new RangeError('far'))`, kind: "RangeError", message: "far", trace: true},
		{name: "a string", file: "index.js", source: `exports.handler = (e, c, callback) => callback('bad')`, kind: "string", message: "bad"},
		{name: "a class of its own", file: "index.js", source: `class NotFound extends Error { constructor(m) { super(m); this.name = 'NotFound' } }; exports.handler = async () => { throw new NotFound('pet') }`, kind: "NotFound", message: "pet", trace: true},
		{name: "what is no JSON", file: "index.js", source: `exports.handler = async () => { const a = {}; a.a = a; return a }`, kind: "Runtime.UnserializableResponse", message: "Unable to stringify response body as json"},
		{name: "a rejection nobody handles", file: "index.js", source: `exports.handler = () => new Promise(() => { Promise.reject(new Error('lost')) })`, kind: "Runtime.UnhandledPromiseRejection", message: "Error: lost"},
		{name: "an exception nobody catches", file: "index.js", source: `exports.handler = () => new Promise(() => { setTimeout(() => { throw new Error('later') }, 1) })`, kind: "Error", message: "later"},
		{name: "no module", file: "other.js", source: ``, kind: "Runtime.ImportModuleError", message: "Error: Cannot find module './index'"},
		{name: "a module it imports", file: "index.js", source: `require('nothing-of-that-name')`, kind: "Runtime.ImportModuleError", message: "Error: Cannot find module 'nothing-of-that-name'"},
		{name: "no export", file: "index.js", source: `exports.other = 1`, kind: "Runtime.HandlerNotFound", message: "index.handler is undefined or not exported"},
		{name: "no function", file: "index.js", source: `exports.handler = 1`, kind: "Runtime.HandlerNotFound", message: "index.handler is not a function"},
		{name: "syntax", file: "index.js", source: `exports.handler = (`, kind: "Runtime.UserCodeSyntaxError", message: "SyntaxError: Unexpected"},
		{name: "no name", handler: "index", file: "index.js", source: ``, kind: "Runtime.MalformedHandlerName", message: "Bad handler"},
		{name: "while it loads", file: "index.js", source: `throw new Error('at load')`, kind: "Error", message: "at load", trace: true},
		{name: "exit", file: "index.js", source: `exports.handler = () => process.exit(3)`, kind: "Runtime.ExitError", message: "Error: Runtime exited with error: exit status 3"},
		{name: "exit with 0", file: "index.js", source: `exports.handler = () => process.exit(0)`, kind: "Runtime.ExitError", message: "Error: Runtime exited without providing a reason"},
		{name: "exit while it loads", file: "index.js", source: `process.exit(4)`, kind: "Runtime.ExitError", message: "Error: Runtime exited with error: exit status 4"},
		{name: "a signal", file: "index.js", source: `exports.handler = () => process.kill(process.pid, 'SIGSEGV')`, kind: "Runtime.ExitError", message: "Error: Runtime exited with error: signal: segmentation fault"},
		{name: "7 MB", file: "index.js", source: `exports.handler = async () => 'x'.repeat(7 << 20)`, kind: "Function.ResponseSizeTooLarge", message: "Response payload size exceeded maximum allowed payload size (6291556 bytes)."},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if tt.handler == "" {
				tt.handler = "index.handler"
			}
			f := b.open(function.Config{Runtime: "nodejs20.x", Handler: tt.handler, Code: function.Code{Dir: write(t, tt.file, tt.source)}})
			defer f.Retire()
			a := fails(t, f, `{}`, tt.kind, tt.message)
			var e struct{ Trace []string }
			if err := json.Unmarshal(a.Payload, &e); err != nil || tt.trace != (len(e.Trace) > 1) && tt.trace {
				t.Errorf("trace in %s: %v", a.Payload, err)
			}
			fails(t, f, `{}`, tt.kind, tt.message) // and again, in the same or a new instance
		})
	}
}

func TestHandlersOfPython(t *testing.T) {
	b := newBench(t)
	for _, tt := range []struct {
		name    string
		handler string // "": index.handler
		files   []string
		payload string
		want    string
	}{
		{name: "plain", files: []string{"index.py", "def handler(event, context):\n    return {'got': event['a']}\n"}, payload: `{"a":[1,"ü"]}`, want: `{"got": [1, "ü"]}`},
		{name: "None", files: []string{"index.py", "def handler(event, context):\n    pass\n"}, want: `null`},
		{name: "below a directory", handler: "src/app.lambda_handler", files: []string{"src/app.py", "def lambda_handler(event, context):\n    return context.function_name\n"}, want: `"f"`},
		{name: "a package", handler: "pkg.mod.run", files: []string{"pkg/__init__.py", "", "pkg/mod.py", "from . import other\ndef run(event, context):\n    return other.value\n", "pkg/other.py", "value = 4\n"}, want: `4`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if tt.handler == "" {
				tt.handler = "index.handler"
			}
			f := b.open(function.Config{Runtime: "python3.11", Handler: tt.handler, Code: function.Code{Dir: write(t, tt.files...)}})
			defer f.Retire()
			returns(t, f, tt.payload, tt.want)
			returns(t, f, tt.payload, tt.want)
		})
	}
}

func TestErrorsOfPython(t *testing.T) {
	b := newBench(t)
	for _, tt := range []struct {
		name, source, kind, message string
		trace                       string // in stackTrace; "": none
	}{
		{name: "raised", source: "def handler(event, context):\n    raise ValueError('no')\n", kind: "ValueError", message: "no", trace: "line 2, in handler\\n    raise ValueError('no')"},
		{name: "not JSON", source: "def handler(event, context):\n    return object()\n", kind: "Runtime.MarshalError", message: "Unable to marshal response: Object of type object is not JSON serializable"},
		{name: "no function", source: "x = 1\n", kind: "Runtime.HandlerNotFound", message: "Handler 'handler' missing on module 'index'"},
		{name: "import", source: "import nothing_of_that_name\n", kind: "Runtime.ImportModuleError", message: "Unable to import module 'index': No module named 'nothing_of_that_name'"},
		{name: "syntax", source: "def handler(:\n", kind: "Runtime.UserCodeSyntaxError", message: "Syntax error in module 'index': "},
		{name: "while it loads", source: "raise KeyError('at load')\n", kind: "KeyError", message: "'at load'"},
		{name: "exit", source: "import sys\ndef handler(event, context):\n    sys.exit(5)\n", kind: "Runtime.ExitError", message: "Error: Runtime exited with error: exit status 5"},
		{name: "7 MB", source: "def handler(event, context):\n    return 'x' * (7 << 20)\n", kind: "Function.ResponseSizeTooLarge", message: "exceeded maximum allowed payload size"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			f := b.python(tt.source)
			defer f.Retire()
			a := fails(t, f, `{}`, tt.kind, tt.message)
			if !strings.Contains(string(a.Payload), tt.trace) {
				t.Errorf("got %s, want a stack trace with %s", a.Payload, tt.trace)
			}
			fails(t, f, `{}`, tt.kind, tt.message)
		})
	}
}

func TestContexts(t *testing.T) {
	b := newBench(t)
	call := backend.FunctionCall{
		ARN:           "arn:aws:lambda:eu-west-1:123456789012:function:f:live",
		RequestID:     "11111111-2222-4333-8444-555555555555",
		TraceID:       "Root=1-6829a0b1-0123456789abcdef01234567;Sampled=1",
		ClientContext: `{"custom":{"k":"ü"}}`,
	}
	want := `{"arn":"arn:aws:lambda:eu-west-1:123456789012:function:f:live","custom":"ü","id":"11111111-2222-4333-8444-555555555555","left":true,` +
		`"memory":"256","trace":"Root=1-6829a0b1-0123456789abcdef01234567;Sampled=1","version":"$LATEST"}`
	for name, f := range map[string]*function.Function{
		"node": b.node(`export const handler = async (e, c) => { const ms = c.getRemainingTimeInMillis(); return {
			arn: c.invokedFunctionArn, custom: c.clientContext.custom.k, id: c.awsRequestId, left: ms > 15000 && ms <= 20000,
			memory: c.memoryLimitInMB, trace: process.env._X_AMZN_TRACE_ID, version: c.functionVersion } }`),
		"python": b.python(`
import os
def handler(e, c):
    ms = c.get_remaining_time_in_millis()
    return dict(arn=c.invoked_function_arn, custom=c.client_context.custom["k"], id=c.aws_request_id, left=15000 < ms <= 20000,
        memory=c.memory_limit_in_mb, trace=os.environ["_X_AMZN_TRACE_ID"], version=c.function_version)
`),
	} {
		t.Run(name, func(t *testing.T) {
			a, err := f.Invoke(within(t), &call)
			if err != nil {
				t.Fatal(err)
			}
			var v map[string]any
			if err := json.Unmarshal(a.Payload, &v); err != nil {
				t.Fatalf("%s: %v", a.Payload, err)
			}
			if got, _ := json.Marshal(v); string(got) != want {
				t.Errorf("got  %s\nwant %s", got, want)
			}
		})
	}
}

func TestEnvironmentIsTheFunctionsAlone(t *testing.T) {
	t.Setenv("POSTERN_SECRET_OF_THE_PARENT", "x")
	b := newBench(t)
	b.Environment = map[string]string{"AWS_ACCESS_KEY_ID": "AKID", "AWS_ENDPOINT_URL": "http://127.0.0.1:1"}
	f := b.open(function.Config{Runtime: "nodejs20.x", Handler: "index.handler", Version: "7",
		Environment: map[string]string{"TABLE": "pets", "TZ": "Europe/Berlin"},
		Code:        function.Code{Dir: write(t, "index.js", `exports.handler = async () => process.env`)}})
	var env map[string]string
	if err := json.Unmarshal(invoke(t, f, `{}`).Payload, &env); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{
		"TABLE": "pets", "TZ": "Europe/Berlin", "LANG": "en_US.UTF-8",
		"AWS_ACCESS_KEY_ID": "AKID", "AWS_ENDPOINT_URL": "http://127.0.0.1:1",
		"AWS_REGION": "eu-west-1", "AWS_DEFAULT_REGION": "eu-west-1", "AWS_EXECUTION_ENV": "AWS_Lambda_nodejs20.x",
		"AWS_LAMBDA_FUNCTION_NAME": "f", "AWS_LAMBDA_FUNCTION_VERSION": "7", "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "256",
		"AWS_LAMBDA_LOG_GROUP_NAME": "/aws/lambda/f", "_HANDLER": "index.handler", "POSTERN_SECRET_OF_THE_PARENT": "", "HOME": "",
	} {
		if env[name] != want {
			t.Errorf("%s is %q, want %q", name, env[name], want)
		}
	}
	if !strings.Contains(env["AWS_LAMBDA_LOG_STREAM_NAME"], "/[7]") {
		t.Errorf("log stream %q", env["AWS_LAMBDA_LOG_STREAM_NAME"])
	}
}

func TestLogLines(t *testing.T) {
	b := newBench(t)
	f := b.node(`
		console.log('loading');
		export const handler = async (event) => { console.log('one\ntwo %d', 2, {a: 1}); console.error('bad'); process.stdout.write('no end'); return 1 }`)
	const id = "11111111-2222-4333-8444-555555555555"
	a, err := f.Invoke(within(t), &backend.FunctionCall{RequestID: id, LogTail: true})
	if err != nil {
		t.Fatal(err)
	}
	b.await(t, func(text string) bool { return strings.Contains(text, "REPORT") })
	const iso = `\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z`
	matches(t, b.text(), `INIT_START Runtime Version: nodejs:[\d.]+
(runtime nodejs20.x runs with .*
)?`+iso+`	undefined	INFO	loading
START RequestId: `+id+` Version: \$LATEST
`+iso+`	`+id+`	INFO	one
two 2 \{ a: 1 \}
`+iso+`	`+id+`	ERROR	bad
no end
END RequestId: `+id+`
REPORT RequestId: `+id+`	Duration: [\d.]+ ms	Billed Duration: \d+ ms	Memory Size: 256 MB	Max Memory Used: \d+ MB	Init Duration: [\d.]+ ms	
`)
	matches(t, a.Log, `START RequestId: (.*
)+REPORT .*
`)
	for _, l := range b.lines {
		if within := strings.Contains(l.Text, id) || l.Text == "no end"; within != (l.RequestID == id) || l.Stream == "" {
			t.Errorf("line %+v", l)
		}
	}
	invoke(t, f, `{}`)
	if n := strings.Count(b.text(), "Init Duration"); n != 1 {
		t.Errorf("%d Init Durations, want 1", n)
	}
}

func TestLogLinesOfPython(t *testing.T) {
	b := newBench(t)
	f := b.python(`
import logging
def handler(event, context):
    print('printed')
    logging.getLogger().warning('one\ntwo')
    raise ValueError('no')
`)
	const id = "11111111-2222-4333-8444-555555555555"
	a, err := f.Invoke(within(t), &backend.FunctionCall{RequestID: id, LogTail: true})
	if err != nil {
		t.Fatal(err)
	}
	matches(t, a.Log, `START RequestId: `+id+` Version: \$LATEST
printed
\[WARNING\]	\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z	`+id+`	one
two
\[ERROR\] ValueError: no
Traceback \(most recent call last\):
  File ".*/index.py", line 6, in handler
    raise ValueError\('no'\)
END RequestId: `+id+`
REPORT RequestId: .*	Status: error	Error Type: ValueError
`)
}

func TestTheTailHas4KB(t *testing.T) {
	b := newBench(t)
	f := b.node(`export const handler = async () => { for (let i = 0; i < 3000; i++) console.log('line', i) }`)
	a, err := f.Invoke(within(t), &backend.FunctionCall{LogTail: true})
	if err != nil {
		t.Fatal(err)
	}
	if len(a.Log) != 4096 || !strings.Contains(a.Log, "line 2999\nEND") {
		t.Errorf("got %d bytes: %s", len(a.Log), a.Log)
	}
	if n := strings.Count(b.text(), "\tline "); n != 3000 {
		t.Errorf("%d lines, want 3000", n)
	}
}

func TestRefusals(t *testing.T) {
	b := newBench(t)
	f := b.node(`export const handler = async () => 1`)
	for _, tt := range []struct {
		name string
		call backend.FunctionCall
		want string
	}{
		{"not JSON", backend.FunctionCall{Payload: []byte("{a}")}, "InvalidRequestContentException: Could not parse request body into json: "},
		{"too large", backend.FunctionCall{Payload: []byte(`"` + strings.Repeat("x", 6<<20) + `"`)}, "RequestTooLargeException: Request must be smaller than 6291456 bytes for the InvokeFunction operation"},
		{"too large an event", backend.FunctionCall{Type: "Event", Payload: []byte(`"` + strings.Repeat("x", 1<<20) + `"`)}, "RequestTooLargeException: Request must be smaller than 1048576 bytes"},
		{"an unknown type", backend.FunctionCall{Type: "event"}, "InvalidParameterValueException: "},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, err := f.Invoke(within(t), &tt.call)
			if err == nil || !strings.HasPrefix(err.Error(), tt.want) {
				t.Errorf("got %v, want %s", err, tt.want)
			}
		})
	}
	a, err := f.Invoke(within(t), &backend.FunctionCall{Type: "DryRun"})
	if err != nil || a.Status != 204 || b.text() != "" {
		t.Errorf("DryRun: %+v %v %s", a, err, b.text())
	}
}

func TestOpenRefuses(t *testing.T) {
	b := newBench(t)
	dir := t.TempDir()
	extension := write(t, "extensions/x", "")
	for _, tt := range []struct {
		name string
		c    function.Config
		want string
	}{
		{"java", function.Config{Runtime: "java21", Code: function.Code{Dir: dir}}, `functions of runtime "java21" do not run locally; those of provided.*, nodejs*.x and python3.* do`},
		{"no runtime", function.Config{Code: function.Code{Dir: dir}}, "the function has no runtime"},
		{"no code", function.Config{Runtime: "python3.12"}, "function f: code is either a directory or an archive"},
		{"no directory", function.Config{Runtime: "python3.12", Code: function.Code{Dir: dir + "/x"}}, "function f: stat "},
		{"no archive", function.Config{Runtime: "python3.12", Code: function.Code{Zip: []byte("PK")}}, "function f: Could not unzip uploaded file."},
		{"extensions", function.Config{Runtime: "python3.12", Code: function.Code{Dir: dir}, Layers: []function.Code{{Dir: extension}}}, "function f: a layer holds extensions"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			tt.c.Name, tt.c.ARN = "f", "arn:aws:lambda:eu-west-1:123456789012:function:f"
			_, err := b.Open(&tt.c)
			if err == nil || !strings.HasPrefix(err.Error(), tt.want) {
				t.Errorf("got %v, want %s", err, tt.want)
			}
		})
	}
}

func TestAMissingInterpreterIsNamed(t *testing.T) {
	b := newBench(t)
	b.Path = t.TempDir()
	f := b.node(`export const handler = async () => 1`)
	fails(t, f, `{}`, "Runtime.InvalidEntrypoint", "Error: runtime nodejs20.x needs node on PATH")
	if !strings.Contains(b.text(), "needs node on PATH") {
		t.Errorf("log: %s", b.text())
	}
}

func TestArchives(t *testing.T) {
	b := newBench(t)
	for runtime, source := range map[string]string{
		"nodejs20.x": `exports.handler = async () => __filename`,
		"python3.12": "def handler(e, c):\n    return __file__\n",
	} {
		archive, err := function.Inline(runtime, source)
		if err != nil {
			t.Fatal(err)
		}
		again, err := function.Inline(runtime, source)
		if err != nil || string(again) != string(archive) {
			t.Errorf("the same source makes another archive: %v", err)
		}
		if err := function.CheckZip(archive); err != nil {
			t.Error(err)
		}
		c := function.Config{Runtime: runtime, Handler: "index.handler", Code: function.Code{Zip: archive}}
		f, g := b.open(c), b.open(c)
		first, second := invoke(t, f, ""), invoke(t, g, "")
		if string(first.Payload) != string(second.Payload) || !strings.Contains(string(first.Payload), "/index.") {
			t.Errorf("got %s and %s, want one file", first.Payload, second.Payload)
		}
		f.Retire()
		returns(t, f, "", string(first.Payload))
		g.Retire()
		returns(t, g, "", string(first.Payload))
	}
	if _, err := function.Inline("provided.al2023", ""); err == nil {
		t.Error("provided.al2023 has inline source")
	}
}

func TestLayers(t *testing.T) {
	b := newBench(t)
	one := write(t, "nodejs/node_modules/dep/index.js", `module.exports = 'one'`, "python/dep.py", "value = 'one'\n", "python/only.py", "value = 1\n")
	two := write(t, "nodejs/node_modules/dep/index.js", `module.exports = 'two'`, "python/dep.py", "value = 'two'\n")
	layers := []function.Code{{Dir: one}, {Dir: two}}
	f := b.open(function.Config{Runtime: "nodejs20.x", Handler: "index.handler", Layers: layers, Code: function.Code{Dir: write(t, "index.js", `exports.handler = async () => require('dep')`)}})
	returns(t, f, "", `"two"`)
	f = b.open(function.Config{Runtime: "python3.12", Handler: "index.handler", Layers: layers, Code: function.Code{Dir: write(t, "index.py", "import dep, only\ndef handler(e, c):\n    return dep.value\n")}})
	returns(t, f, "", `"two"`)
	f = b.open(function.Config{Runtime: "provided.al2023", Layers: []function.Code{{Dir: write(t, "bootstrap", "#!/bin/sh\nexit 9\n")}}, Code: function.Code{Dir: t.TempDir()}})
	fails(t, f, "", "Runtime.ExitError", "exit status 9")
	f = b.open(function.Config{Runtime: "provided.al2023", Code: function.Code{Dir: t.TempDir()}})
	fails(t, f, "", "Runtime.InvalidEntrypoint", "Error: Couldn't find valid bootstrap(s): [")
}

func TestBootstrapsInShell(t *testing.T) {
	b := newBench(t)
	f := b.open(function.Config{Runtime: "provided.al2023", Handler: "x", Code: function.Code{Dir: write(t, "bootstrap", `#!/bin/bash
set -e
while true; do
	head=$(mktemp)
	event=$(curl -sS -LD "$head" "http://$AWS_LAMBDA_RUNTIME_API/2018-06-01/runtime/invocation/next")
	id=$(grep -i Lambda-Runtime-Aws-Request-Id "$head" | tr -d '[:space:]' | cut -d: -f2)
	echo "event $event"
	case $event in
	*nonsense*) curl -sS "http://$AWS_LAMBDA_RUNTIME_API/2018-06-01/runtime/invocation/$id/response" -d 'no <json>';;
	*wrong*) curl -sS "http://$AWS_LAMBDA_RUNTIME_API/2018-06-01/runtime/invocation/other/response" -d '1'; curl -sS "http://$AWS_LAMBDA_RUNTIME_API/2018-06-01/runtime/invocation/next"; curl -sS "http://$AWS_LAMBDA_RUNTIME_API/2018-06-01/x"; curl -sS "http://$AWS_LAMBDA_RUNTIME_API/2018-06-01/runtime/invocation/$id/response" -d '2';;
	*error*) curl -sS "http://$AWS_LAMBDA_RUNTIME_API/2018-06-01/runtime/invocation/$id/error" -d '{"errorType":"Mine","errorMessage":"m"}';;
	*chunked*) echo -n '"in chunks"' | curl -sS -X POST -H 'Transfer-Encoding: chunked' -H 'Lambda-Runtime-Function-Response-Mode: streaming' --data-binary @- "http://$AWS_LAMBDA_RUNTIME_API/2018-06-01/runtime/invocation/$id/response";;
	*) curl -sS "http://$AWS_LAMBDA_RUNTIME_API/2018-06-01/runtime/invocation/$id/response" -d "$event";;
	esac
done
`)}})
	returns(t, f, `{"a":1}`, `{"a":1}`)
	returns(t, f, `"nonsense"`, `no <json>`)
	returns(t, f, `"chunked"`, `"in chunks"`)
	returns(t, f, `"wrong"`, `2`)
	fails(t, f, `"error"`, "Mine", "m")
	returns(t, f, `{"a":2}`, `{"a":2}`)
	for _, want := range []string{
		`{"errorMessage":"Invalid request ID","errorType":"InvalidRequestID"}`,
		`"errorType":"InvalidStateTransition"`,
		`404 page not found`,
		`event {"a":2}`,
	} {
		if !strings.Contains(b.text(), want) {
			t.Errorf("the log has no %s:\n%s", want, b.text())
		}
	}
}
