// Functions measures what a warm local Lambda function in Node.js costs behind
// AWS_PROXY, beside serverless-offline with the same function, in one run.
//
//	go run ./bench/functions [-rounds 5] [-seconds 10] [-connections 8]
//
// Each round starts both anew, one after the other, and warms them for half as
// long as it measures. It installs serverless and serverless-offline from npm,
// once, into the user's cache directory; project/package.json says which. Linux
// only: CPU time is read from /proc.
//
// What is counted, of all threads and child processes of a contestant:
//
//   - outside the function: everything but the process (Postern) or the worker
//     thread (serverless-offline) that the function runs in. The bootstrap of
//     the runtime is inside by this count, for both.
//   - outside the handler: everything but what the handler costs by itself, with
//     its event parsed and its result written. The bootstrap is outside by this
//     count, and so are all threads and processes of Node.js.
//
// Latency is that of one client. What is added is the median without two things:
// the median of direct (client.go), which is the same client, the same request
// and the same bytes as an answer without a gateway and a function between them,
// and what the handler takes by itself. Both are measured in the same run.
package main

import (
	"bytes"
	"context"
	"embed"
	"errors"
	"flag"
	"fmt"
	"log"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"postern/internal/adapter/listen"
	"postern/internal/apigw"
	"postern/internal/control"
	"postern/internal/house"
	"postern/internal/lambda"
)

//go:embed project
var project embed.FS

func main() {
	rounds := flag.Int("rounds", 5, "rounds of each contestant")
	seconds := flag.Float64("seconds", 10, "seconds of each round")
	connections := flag.Int("connections", 8, "clients that send one request after another")
	flag.Parse()
	log.SetFlags(0)
	var err error
	switch flag.Arg(0) {
	case "postern":
		err = servePostern(flag.Arg(1))
	case "direct":
		err = serveDirect()
	default:
		err = compare(*rounds, time.Duration(*seconds*float64(time.Second)), *connections)
	}
	if err != nil {
		log.Fatal(err)
	}
}

// servePostern serves the function of a folder behind AWS_PROXY, as an operator
// would have it: with its resource policy, its log kept.
func servePostern(dir string) error {
	h, err := house.New(house.Config{Path: os.Getenv("PATH"), Spare: house.SpareMemory(os.Getenv)})
	if err != nil {
		return err
	}
	ctx := context.Background()
	go func() { log.Fatal(h.Run(ctx)) }()
	if err := h.Ready(ctx); err != nil {
		return err
	}
	f, err := h.Lambda.CreateFunction(ctx, &lambda.Creation{
		Function: lambda.Function{Name: "hello", Runtime: "nodejs20.x", Handler: "index.handler", Role: "arn:aws:iam::000000000000:role/hello",
			Timeout: 6 * time.Second, MemorySize: 1024, Package: "Zip", Architecture: []string{"x86_64"}},
		Code: lambda.Code{Path: dir},
	})
	if err != nil {
		return err
	}
	if err := provision(ctx, h.Control, h.Lambda.ARN(f.Name, "")); err != nil {
		return err
	}
	if _, err := h.Lambda.AddPermission(ctx, f.Name, "", "", &lambda.Permission{ID: "api", Action: "lambda:InvokeFunction",
		Principal: "apigateway.amazonaws.com", SourceARN: "arn:aws:execute-api:us-east-1:000000000000:bench00000/*"}); err != nil {
		return err
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	fmt.Println(l.Addr())
	return (&listen.Server{Handler: h.Handler()}).Serve(l)
}

func provision(ctx context.Context, c *control.Service, function string) error {
	api, err := c.CreateRestAPI(ctx, &apigw.RestAPI{Name: "bench"}, control.RestAPIOptions{ID: "bench00000"})
	if err != nil {
		return err
	}
	hello, err := c.CreateResource(ctx, api.ID, api.RootResourceID, "hello")
	if err != nil {
		return err
	}
	name, err := c.CreateResource(ctx, api.ID, hello.ID, "{name}")
	if err != nil {
		return err
	}
	key := apigw.MethodKey{RestAPIID: api.ID, ResourceID: name.ID, HTTPMethod: "ANY"}
	_, e1 := c.PutMethod(ctx, key, &apigw.Method{AuthorizationType: apigw.AuthNone})
	_, e2 := c.PutIntegration(ctx, key, &apigw.Integration{Type: apigw.AWSProxy, HTTPMethod: "POST",
		URI: "arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/" + function + "/invocations"})
	_, e3 := c.CreateDeployment(ctx, api.ID, control.DeploymentInput{StageName: "prod"})
	return errors.Join(e1, e2, e3)
}

// A contestant is a running gateway with the function behind it.
type contestant struct {
	name    string
	process *os.Process
	dir     string // of its project
	address string // of its listener
	path    string // of the function
	rounds  []round
}

// A round is what one measurement came to.
type round struct {
	outside float64 // µs of CPU for each request, outside the function
	total   float64 // µs of CPU for each request, all of it
	rate    float64 // requests for each second
	p50     float64 // µs, with one client
	direct  float64 // µs, p50 of direct with its answer
}

func compare(rounds int, length time.Duration, connections int) error {
	cache, err := os.UserCacheDir()
	if err != nil {
		return err
	}
	modules := filepath.Join(cache, "postern-bench-functions")
	if err := install(modules); err != nil {
		return err
	}
	work, err := os.MkdirTemp("", "bench-functions-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(work)

	bareCPU, bareTime, err := bare(filepath.Join(work, "bare"))
	if err != nil {
		return err
	}
	field := []*contestant{{name: "Postern"}, {name: "serverless-offline"}}
	for n := range rounds {
		for i, c := range field {
			dir := filepath.Join(work, fmt.Sprintf("%d-%d", n, i))
			if err := write(dir); err != nil {
				return err
			}
			start := func() error { return c.startPostern(dir) }
			if i == 1 {
				start = func() error { return c.startServerless(dir, modules) }
			}
			if err := start(); err != nil {
				return err
			}
			r, err := c.round(length, connections)
			c.stop()
			if err != nil {
				return fmt.Errorf("%s: %w", c.name, err)
			}
			c.rounds = append(c.rounds, r)
			fmt.Fprintf(os.Stderr, "round %d of %d: %-18s %7.1f µs outside the function, %7.1f µs in all, p50 %7.1f µs (direct %5.1f), %6.0f requests/s\n",
				n+1, rounds, c.name, r.outside, r.total, r.p50, r.direct, r.rate)
		}
	}
	report(field, bareCPU, bareTime)
	return nil
}

// write copies the project into a new folder.
func write(dir string) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	entries, err := project.ReadDir("project")
	if err != nil {
		return err
	}
	for _, e := range entries {
		text, err := project.ReadFile("project/" + e.Name())
		if err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(dir, e.Name()), text, 0o644); err != nil {
			return err
		}
	}
	return nil
}

func install(dir string) error {
	if err := write(dir); err != nil {
		return err
	}
	if _, err := os.Stat(filepath.Join(dir, "node_modules", "serverless-offline", "package.json")); err == nil {
		return nil
	}
	cmd := exec.Command("npm", "install", "--no-audit", "--no-fund", "--no-package-lock")
	cmd.Dir, cmd.Stdout, cmd.Stderr = dir, os.Stderr, os.Stderr
	return cmd.Run()
}

func (c *contestant) startPostern(dir string) error {
	self, err := os.Executable()
	if err != nil {
		return err
	}
	cmd := exec.Command(self, "postern", dir)
	cmd.Env = append(os.Environ(), "TMPDIR="+dir)
	address, err := started(cmd)
	c.process, c.dir, c.address, c.path = cmd.Process, dir, address, "/_aws/execute-api/bench00000/prod/hello/ada"
	if err != nil {
		return err
	}
	return c.await()
}

// started starts a child of this program, which prints its address.
func started(cmd *exec.Cmd) (address string, err error) {
	cmd.Stderr = os.Stderr
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return "", err
	}
	if err := cmd.Start(); err != nil {
		return "", err
	}
	if _, err := fmt.Fscanln(out, &address); err != nil {
		return "", fmt.Errorf("%s did not start: %w", cmd.Args[1], err)
	}
	return address, nil
}

// direct measures the client with an answer of c and nothing between.
func (c *contestant) direct(length time.Duration) (float64, error) {
	first, err := dial(c.address, c.path)
	if err != nil {
		return 0, err
	}
	defer first.close()
	if err := first.exchange(); err != nil {
		return 0, err
	}
	self, err := os.Executable()
	if err != nil {
		return 0, err
	}
	cmd := exec.Command(self, "direct")
	cmd.Stdin = bytes.NewReader(first.in)
	address, err := started(cmd)
	if err != nil {
		return 0, err
	}
	defer func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	}()
	return median(address, c.path, length)
}

func (c *contestant) startServerless(dir, modules string) error {
	if err := os.Symlink(filepath.Join(modules, "node_modules"), filepath.Join(dir, "node_modules")); err != nil {
		return err
	}
	var ports [2]string
	for i := range ports {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			return err
		}
		_, ports[i], _ = net.SplitHostPort(l.Addr().String())
		if err := l.Close(); err != nil {
			return err
		}
	}
	cmd := exec.Command("node", "node_modules/serverless/bin/serverless.js", "offline", "--host", "127.0.0.1",
		"--httpPort", ports[0], "--lambdaPort", ports[1], "--noPrependStageInUrl")
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "SLS_TELEMETRY_DISABLED=1", "SLS_TRACKING_DISABLED=1", "SLS_NOTIFICATIONS_MODE=off", "NODE_ENV=production")
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	if err := cmd.Start(); err != nil {
		return err
	}
	c.process, c.dir, c.address, c.path = cmd.Process, dir, "127.0.0.1:"+ports[0], "/hello/ada"
	return c.await()
}

func (c *contestant) stop() {
	_ = c.process.Kill()
	_, _ = c.process.Wait()
}

// await waits until the function answers.
func (c *contestant) await() error {
	var err error
	for range 300 {
		var first *client
		if first, err = dial(c.address, c.path); err == nil {
			err = first.exchange()
			first.close()
			if err == nil {
				return nil
			}
		}
		time.Sleep(100 * time.Millisecond)
	}
	c.stop()
	return fmt.Errorf("%s does not answer: %w", c.name, err)
}

// bare measures the handler by itself: CPU and elapsed µs for each call.
func bare(dir string) (cpu, elapsed float64, err error) {
	if err := write(dir); err != nil {
		return 0, 0, err
	}
	cmd := exec.Command("node", "bare.mjs")
	cmd.Dir, cmd.Stderr = dir, os.Stderr
	out, err := cmd.Output()
	if err != nil {
		return 0, 0, err
	}
	_, err = fmt.Sscan(string(out), &cpu, &elapsed)
	return cpu, elapsed, err
}

// round measures a contestant that has just started: half a round warms it.
func (c *contestant) round(length time.Duration, connections int) (r round, err error) {
	if _, err := load(c.address, c.path, length/2, connections); err != nil {
		return r, err
	}
	total, inside, err := c.cpu()
	if err != nil {
		return r, err
	}
	begun := time.Now()
	took, err := load(c.address, c.path, length, connections)
	if err != nil {
		return r, err
	}
	elapsed := time.Since(begun)
	total2, inside2, err := c.cpu()
	if err != nil {
		return r, err
	}
	n := float64(len(took))
	r.total = micros(total2-total) / n
	r.outside = micros(total2-total-(inside2-inside)) / n
	r.rate = n / elapsed.Seconds()
	if r.p50, err = median(c.address, c.path, length/2); err != nil {
		return r, err
	}
	r.direct, err = c.direct(length / 4)
	return r, err
}

func micros(d time.Duration) float64 { return float64(d) / float64(time.Microsecond) }

// cpu returns the CPU time of a contestant with its children, and how much of it
// was spent in what the function runs in: the process if that is a child, else
// the thread.
func (c *contestant) cpu() (total, inside time.Duration, err error) {
	if total, err = ticks(fmt.Sprintf("/proc/%d/stat", c.process.Pid)); err != nil {
		return 0, 0, err
	}
	text, err := os.ReadFile(filepath.Join(c.dir, ".threads"))
	if err != nil {
		return 0, 0, err
	}
	for line := range strings.Lines(string(text)) {
		pid, _, _ := strings.Cut(line, "/")
		stat := "/proc/" + pid + "/stat"
		child := pid != strconv.Itoa(c.process.Pid)
		if !child {
			stat = "/proc/" + strings.TrimSpace(line) + "/stat"
		}
		t, err := ticks(stat)
		if errors.Is(err, os.ErrNotExist) {
			return 0, 0, fmt.Errorf("what ran the function has ended: %s", line)
		}
		if err != nil {
			return 0, 0, err
		}
		inside += t
		if child {
			total += t
		}
	}
	return total, inside, nil
}

// ticks reads user and system time, in hundredths of a second.
func ticks(stat string) (time.Duration, error) {
	b, err := os.ReadFile(stat)
	if err != nil {
		return 0, err
	}
	_, rest, _ := strings.Cut(string(b), ") ")
	fields := strings.Fields(rest)
	if len(fields) < 13 {
		return 0, fmt.Errorf("%s: %s", stat, b)
	}
	user, e1 := strconv.ParseInt(fields[11], 10, 64)
	system, e2 := strconv.ParseInt(fields[12], 10, 64)
	return time.Duration(user+system) * 10 * time.Millisecond, errors.Join(e1, e2)
}

func report(field []*contestant, bareCPU, bareTime float64) {
	fmt.Printf("the handler by itself: %.1f µs CPU, %.1f µs elapsed\n\n", bareCPU, bareTime)
	row := func(what string, of func(round) float64) {
		var all [2][]float64
		for i, c := range field {
			for _, r := range c.rounds {
				all[i] = append(all[i], of(r))
			}
			slices.Sort(all[i])
		}
		a, b := all[0], all[1]
		fmt.Printf("%-34s", what)
		for i, c := range field {
			v := all[i]
			fmt.Printf("  %s %.1f (%.1f–%.1f)", c.name, v[len(v)/2], v[0], v[len(v)-1])
		}
		fmt.Printf("  ratio %.1f, at least %.1f\n", b[len(b)/2]/a[len(a)/2], b[0]/a[len(a)-1])
	}
	row("CPU µs/request outside function", func(r round) float64 { return r.outside })
	row("CPU µs/request outside handler", func(r round) float64 { return r.total - bareCPU })
	row("CPU µs/request, all", func(r round) float64 { return r.total })
	row("p50 added latency, µs", func(r round) float64 { return r.p50 - r.direct - bareTime })
	row("p50 without the handler, µs", func(r round) float64 { return r.p50 - bareTime })
	row("p50 of direct, µs", func(r round) float64 { return r.direct })
	row("requests/s (inverse ratio)", func(r round) float64 { return r.rate })
}
