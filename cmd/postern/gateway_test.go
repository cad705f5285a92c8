package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"

	"postern/internal/adapter/cli"
	"postern/internal/adapter/listen"
)

// A running is the program in this process.
type running struct {
	signals chan os.Signal
	stdout  *io.PipeReader
	stderr  *buffer
	code    chan int
}

// program wires the command without a process around it.
func program(in io.Reader, out, errs io.Writer, signals <-chan os.Signal) *cli.Program {
	return &cli.Program{
		In: in, Out: out, Err: errs,
		Getenv:  func(string) string { return "" },
		Signals: signals,
		Version: version(),
		Open:    open,
		Listen:  func(ctx context.Context, addr string) (net.Listener, error) { return listen.Listen(ctx, addr) },
		NewServer: func(h http.Handler, log *slog.Logger) cli.Server {
			return &listen.Server{Handler: h, Log: log}
		},
	}
}

// begin runs a command that serves, and is ended by a signal.
func begin(t *testing.T, args ...string) *running {
	t.Helper()
	read, write := io.Pipe()
	r := &running{signals: make(chan os.Signal, 2), stdout: read, stderr: &buffer{}, code: make(chan int, 1)}
	go func() {
		r.code <- program(strings.NewReader(""), write, r.stderr, r.signals).Main(context.Background(), args)
		write.Close()
	}()
	return r
}

// once runs a command to its end.
func once(args ...string) (code int, stdout, stderr string) {
	var out, errs bytes.Buffer
	code = program(strings.NewReader(""), &out, &errs, nil).Main(context.Background(), args)
	return code, out.String(), errs.String()
}

// A buffer can be read while it is written.
type buffer struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (b *buffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.Write(p)
}

func (b *buffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.String()
}

// stage reads what up -o json prints and returns the addresses of the gateway
// and of the only stage.
func (r *running) stage(t *testing.T) (gateway, stage string) {
	t.Helper()
	var doc struct {
		URL    string
		Stacks []struct {
			APIs []struct{ Stages []struct{ URL string } }
		}
	}
	if err := json.NewDecoder(r.stdout).Decode(&doc); err != nil {
		t.Fatalf("up: %v\n%s", err, r.stderr)
	}
	return strings.TrimPrefix(doc.URL, "http://"), doc.Stacks[0].APIs[0].Stages[0].URL
}

// end sends a signal and returns the exit code.
func (r *running) end(sig os.Signal) int {
	r.signals <- sig
	_, _ = io.Copy(io.Discard, r.stdout)
	return <-r.code
}

func template(t *testing.T, text string) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "pets.yaml")
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

const mockTemplate = `
Resources:
  Api: {Type: "AWS::ApiGateway::RestApi", Properties: {Name: mock}}
  Get:
    Type: AWS::ApiGateway::Method
    Properties:
      RestApiId: !Ref Api
      ResourceId: !GetAtt Api.RootResourceId
      HttpMethod: GET
      AuthorizationType: NONE
      MethodResponses: [{StatusCode: "200"}]
      Integration:
        Type: MOCK
        PassthroughBehavior: WHEN_NO_TEMPLATES
        RequestTemplates: {application/json: '{"statusCode": 200}'}
        IntegrationResponses:
          - StatusCode: "200"
            ResponseTemplates: {application/json: 'version VERSION'}
`

// An update takes effect at once and for every request, and cuts none off.
func TestUpdateDropsNoRequest(t *testing.T) {
	file := template(t, strings.ReplaceAll(mockTemplate, "VERSION", "0"))
	r := begin(t, "up", file, "--listen", "127.0.0.1:0", "--data-dir", ":memory:", "-o", "json")
	gateway, url := r.stage(t)

	var stop atomic.Bool
	var asked, wrong atomic.Int64
	var clients sync.WaitGroup
	for range 4 {
		clients.Go(func() {
			transport := &http.Transport{}
			defer transport.CloseIdleConnections()
			client := &http.Client{Transport: transport}
			for !stop.Load() {
				body, err := get(client, url)
				asked.Add(1)
				if err != nil || !strings.HasPrefix(body, "version ") {
					wrong.Add(1)
					t.Errorf("got %q, %v", body, err)
					return
				}
			}
		})
	}
	for _, version := range []string{"1", "2", "3", "4", "5"} {
		if err := os.WriteFile(file, []byte(strings.ReplaceAll(mockTemplate, "VERSION", version)), 0o600); err != nil {
			t.Fatal(err)
		}
		if code, _, stderr := once("up", file, "--listen", gateway, "-q"); code != 0 {
			t.Fatalf("update: exit code %d\n%s", code, stderr)
		}
		if body, err := get(http.DefaultClient, url); err != nil || body != "version "+version {
			t.Errorf("after the update got %q, %v, want version %s", body, err, version)
		}
	}
	stop.Store(true)
	clients.Wait()
	if wrong.Load() > 0 || asked.Load() == 0 {
		t.Errorf("%d of %d requests went wrong", wrong.Load(), asked.Load())
	}
	http.DefaultClient.CloseIdleConnections()
	if code := r.end(os.Interrupt); code != 130 {
		t.Errorf("exit code %d, want 130\n%s", code, r.stderr)
	}
}

// Requests for methods take a lane, which keeps the order of fields.
func TestMethodsAreServedInLanes(t *testing.T) {
	r := begin(t, "up", template(t, mockTemplate), "--listen", "127.0.0.1:0", "--data-dir", ":memory:", "-o", "json")
	gateway, address := r.stage(t)
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	conn, err := net.Dial("tcp", gateway)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	fmt.Fprintf(conn, "GET %s HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n\r\n", u.Path, u.Host)
	answer, err := io.ReadAll(conn)
	var names []string
	for line := range strings.SplitSeq(string(answer), "\r\n") {
		if name, _, ok := strings.Cut(line, ": "); ok {
			names = append(names, name)
		}
	}
	want := "Date Content-Type Content-Length Connection x-amzn-RequestId x-amz-apigw-id"
	if got := strings.Join(names, " "); got != want || err != nil {
		t.Errorf("got fields %s, %v, want %s\n%s", got, err, want, answer)
	}
	if code := r.end(os.Interrupt); code != 130 {
		t.Errorf("exit code %d, want 130\n%s", code, r.stderr)
	}
}

func get(client *http.Client, url string) (string, error) {
	res, err := client.Get(url)
	if err != nil {
		return "", err
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	return string(body), err
}

const slowTemplate = `
Resources:
  Api: {Type: "AWS::ApiGateway::RestApi", Properties: {Name: slow}}
  Get:
    Type: AWS::ApiGateway::Method
    Properties:
      RestApiId: !Ref Api
      ResourceId: !GetAtt Api.RootResourceId
      HttpMethod: GET
      AuthorizationType: NONE
      Integration: {Type: HTTP_PROXY, IntegrationHttpMethod: GET, Uri: BACKEND}
`

// The first signal lets what has begun come to its end; the second does not.
func TestStopDrainsAndThenCuts(t *testing.T) {
	for _, tt := range []struct {
		name   string
		second bool
		want   int
	}{
		{name: "one signal", want: 143},
		{name: "two signals", second: true, want: 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			arrived, answer := make(chan struct{}), make(chan struct{})
			backend := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				close(arrived)
				select {
				case <-answer:
				case <-r.Context().Done():
				}
				_, _ = io.WriteString(w, "late")
			})}
			l, err := net.Listen("tcp", "127.0.0.1:0")
			if err != nil {
				t.Fatal(err)
			}
			go func() { _ = backend.Serve(l) }()
			defer backend.Close()

			file := template(t, strings.ReplaceAll(slowTemplate, "BACKEND", "http://"+l.Addr().String()+"/"))
			r := begin(t, "up", file, "--listen", "127.0.0.1:0", "--data-dir", ":memory:", "-o", "json")
			gateway, url := r.stage(t)
			body := make(chan string, 1)
			go func() {
				got, err := get(&http.Client{Transport: &http.Transport{DisableKeepAlives: true}}, url)
				if err != nil {
					got = "cut off"
				}
				body <- got
			}()
			<-arrived
			r.signals <- syscall.SIGTERM
			// The port is closed before anything is waited for.
			for {
				c, err := net.Dial("tcp", gateway)
				if err != nil {
					break
				}
				c.Close()
			}
			want := "late"
			if tt.second {
				r.signals <- syscall.SIGTERM
				want = "cut off"
			} else {
				close(answer)
			}
			_, _ = io.Copy(io.Discard, r.stdout)
			if code := <-r.code; code != tt.want {
				t.Errorf("exit code %d, want %d\n%s", code, tt.want, r.stderr)
			}
			if got := <-body; got != want {
				t.Errorf("the request got %q, want %q", got, want)
			}
		})
	}
}
