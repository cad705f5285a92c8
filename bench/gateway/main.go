// Gateway measures what a request costs Postern beside its neighbors, in one
// run: CPU time of the gateway's processes per answered request, in turns
// (A B C A B C …), with medians over the rounds.
//
//	go run ./bench/gateway [-rounds 5] [-seconds 2] [-connections 32]
//
// The neighbors are a net/http reverse proxy of twenty lines and, where it is
// installed, nginx. Ratios are relative to nginx if it ran, else to net/http.
// Linux only: CPU time is read from /proc.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"postern/internal/adapter/listen"
	"postern/internal/apigw"
	"postern/internal/control"
	"postern/internal/house"
)

func main() {
	rounds := flag.Int("rounds", 5, "rounds of each contestant")
	seconds := flag.Float64("seconds", 2, "seconds of each round")
	connections := flag.Int("connections", 32, "clients that send one request after another")
	flag.Parse()
	log.SetFlags(0)
	switch flag.Arg(0) {
	case "backend":
		serve(http.HandlerFunc(answer))
	case "nethttp":
		serve(reverseProxy(flag.Arg(1)))
	case "postern":
		servePostern(flag.Arg(1))
	default:
		if err := compare(*rounds, time.Duration(*seconds*float64(time.Second)), *connections); err != nil {
			log.Fatal(err)
		}
	}
}

// serve listens on a free port, prints its address, and serves until killed.
func serve(h http.Handler) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(l.Addr())
	s := &listen.Server{Handler: h}
	log.Fatal(s.Serve(l))
}

var payload = []byte(`{"id": 7, "name": "ada", "kind": "` + strings.Repeat("x", 160) + `"}`)

func answer(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	_, _ = w.Write(payload)
}

func reverseProxy(to string) http.Handler {
	target, err := url.Parse("http://" + to)
	if err != nil {
		log.Fatal(err)
	}
	return &httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) {
			r.SetURL(target)
			r.Out.URL.Path = "/items/" + strings.TrimPrefix(r.In.URL.Path, "/pets/")
			r.Out.Header.Set("X-Kind", "pet")
		},
		Transport: &http.Transport{MaxIdleConnsPerHost: 512},
	}
}

// servePostern serves one API: /pets/{id} is HTTP_PROXY with a mapped path and
// header, /mock is MOCK with a template.
func servePostern(to string) {
	h, err := house.New(house.Config{Spare: house.SpareMemory(os.Getenv)})
	if err != nil {
		log.Fatal(err)
	}
	ctx := context.Background()
	go func() { log.Fatal(h.Run(ctx)) }()
	if err := h.Ready(ctx); err != nil {
		log.Fatal(err)
	}
	if err := provision(ctx, h.Control, to); err != nil {
		log.Fatal(err)
	}
	serve(h.Handler())
}

func provision(ctx context.Context, c *control.Service, to string) error {
	api, err := c.CreateRestAPI(ctx, &apigw.RestAPI{Name: "bench"}, control.RestAPIOptions{ID: "bench00000"})
	if err != nil {
		return err
	}
	pets, err := c.CreateResource(ctx, api.ID, api.RootResourceID, "pets")
	if err != nil {
		return err
	}
	pet, err := c.CreateResource(ctx, api.ID, pets.ID, "{id}")
	if err != nil {
		return err
	}
	mock, err := c.CreateResource(ctx, api.ID, api.RootResourceID, "mock")
	if err != nil {
		return err
	}
	petKey := apigw.MethodKey{RestAPIID: api.ID, ResourceID: pet.ID, HTTPMethod: "GET"}
	mockKey := apigw.MethodKey{RestAPIID: api.ID, ResourceID: mock.ID, HTTPMethod: "GET"}
	mockOK := apigw.ResponseKey{MethodKey: mockKey, StatusCode: "200"}
	_, e1 := c.PutMethod(ctx, petKey, &apigw.Method{AuthorizationType: apigw.AuthNone, RequestParameters: map[string]bool{"method.request.path.id": true}})
	_, e2 := c.PutIntegration(ctx, petKey, &apigw.Integration{
		Type: apigw.HTTPProxy, HTTPMethod: "GET", URI: "http://" + to + "/items/{id}",
		RequestParameters: map[string]string{"integration.request.path.id": "method.request.path.id", "integration.request.header.X-Kind": "'pet'"},
	})
	_, e3 := c.PutMethod(ctx, mockKey, &apigw.Method{AuthorizationType: apigw.AuthNone})
	_, e4 := c.PutMethodResponse(ctx, mockOK, &apigw.MethodResponse{StatusCode: "200"})
	_, e5 := c.PutIntegration(ctx, mockKey, &apigw.Integration{Type: apigw.Mock, RequestTemplates: map[string]string{"application/json": `{"statusCode": 200}`}})
	_, e6 := c.PutIntegrationResponse(ctx, mockOK, &apigw.IntegrationResponse{StatusCode: "200",
		ResponseTemplates: map[string]string{"application/json": `{"id": "$context.requestId", "agent": "$input.params('User-Agent')"}`}})
	_, e7 := c.CreateDeployment(ctx, api.ID, control.DeploymentInput{StageName: "prod"})
	return errors.Join(e1, e2, e3, e4, e5, e6, e7)
}

// A contestant is a running gateway.
type contestant struct {
	name    string
	process *os.Process
	paths   map[string]string // workload → URL
	cost    map[string][]float64
	rate    map[string][]float64
}

var workloads = []string{"proxy", "mock"}

func compare(rounds int, length time.Duration, connections int) error {
	backend, address, err := child("backend")
	if err != nil {
		return err
	}
	defer backend.Kill()
	var field []*contestant
	for _, name := range []string{"nethttp", "postern"} {
		p, at, err := child(name, address)
		if err != nil {
			return err
		}
		defer p.Kill()
		c := &contestant{name: name, process: p, paths: map[string]string{"proxy": "http://" + at + "/pets/7"}}
		if name == "postern" {
			base := "http://" + at + "/_aws/execute-api/bench00000/prod"
			c.paths = map[string]string{"proxy": base + "/pets/7", "mock": base + "/mock"}
		}
		field = append(field, c)
	}
	if c, stop, err := nginx(address); err == nil {
		defer stop()
		field = append([]*contestant{c}, field...)
	} else {
		fmt.Fprintln(os.Stderr, "without nginx:", err)
	}
	for round := range rounds {
		for _, c := range field {
			for _, w := range workloads {
				if err := c.round(w, length, connections); err != nil {
					return fmt.Errorf("%s %s: %w", c.name, w, err)
				}
			}
		}
		fmt.Fprintf(os.Stderr, "round %d of %d\n", round+1, rounds)
	}
	report(field)
	return nil
}

func child(args ...string) (*os.Process, string, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, "", err
	}
	cmd := exec.Command(self, args...)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, "", err
	}
	if err := cmd.Start(); err != nil {
		return nil, "", err
	}
	var address string
	if _, err := fmt.Fscanln(out, &address); err != nil {
		return nil, "", fmt.Errorf("%s did not start: %w", args[0], err)
	}
	return cmd.Process, address, nil
}

const nginxConfig = `
daemon off; worker_processes 1; pid %[1]s/pid; error_log %[1]s/error.log;
events { worker_connections 1024; }
http {
	access_log off; keepalive_requests 1000000;
	client_body_temp_path %[1]s/b; proxy_temp_path %[1]s/p; fastcgi_temp_path %[1]s/f; uwsgi_temp_path %[1]s/u; scgi_temp_path %[1]s/s;
	upstream back { server %[2]s; keepalive 512; keepalive_requests 1000000; }
	server {
		listen %[3]s;
		location ~ ^/pets/(.*)$ { proxy_pass http://back/items/$1; proxy_http_version 1.1; proxy_set_header Connection ""; proxy_set_header X-Kind pet; }
		location /mock { default_type application/json; return 200 '{"id": "$request_id", "agent": "$http_user_agent"}'; }
	}
}
`

func nginx(backend string) (*contestant, func(), error) {
	path, err := exec.LookPath("nginx")
	if err != nil {
		return nil, nil, err
	}
	dir, err := os.MkdirTemp("", "bench-nginx-")
	if err != nil {
		return nil, nil, err
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, nil, err
	}
	address := l.Addr().String()
	if err := l.Close(); err != nil {
		return nil, nil, err
	}
	config := filepath.Join(dir, "nginx.conf")
	if err := os.WriteFile(config, fmt.Appendf(nil, nginxConfig, dir, backend, address), 0o600); err != nil {
		return nil, nil, err
	}
	cmd := exec.Command(path, "-c", config, "-p", dir)
	if err := cmd.Start(); err != nil {
		return nil, nil, err
	}
	for range 100 {
		if c, err := net.Dial("tcp", address); err == nil {
			_ = c.Close()
			break
		}
		time.Sleep(20 * time.Millisecond)
	}
	stop := func() {
		_ = cmd.Process.Signal(os.Interrupt)
		_ = cmd.Wait()
		_ = os.RemoveAll(dir)
	}
	return &contestant{name: "nginx", process: cmd.Process,
		paths: map[string]string{"proxy": "http://" + address + "/pets/7", "mock": "http://" + address + "/mock"}}, stop, nil
}

// round sends requests for a while and notes the CPU time of each.
func (c *contestant) round(workload string, length time.Duration, connections int) error {
	target := c.paths[workload]
	if target == "" {
		return nil
	}
	before, err := cpu(c.process.Pid)
	if err != nil {
		return err
	}
	start := time.Now()
	var answered, failed atomic.Int64
	var wait sync.WaitGroup
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: connections}}
	for range connections {
		wait.Go(func() {
			for time.Since(start) < length {
				res, err := client.Get(target)
				if err != nil {
					failed.Add(1)
					continue
				}
				_, err = io.Copy(io.Discard, res.Body)
				_ = res.Body.Close()
				if err != nil || res.StatusCode != http.StatusOK {
					failed.Add(1)
					continue
				}
				answered.Add(1)
			}
		})
	}
	wait.Wait()
	client.CloseIdleConnections()
	took := time.Since(start)
	after, err := cpu(c.process.Pid)
	switch {
	case err != nil:
		return err
	case failed.Load() > 0 || answered.Load() == 0:
		return fmt.Errorf("%d requests failed, %d were answered", failed.Load(), answered.Load())
	}
	if c.cost == nil {
		c.cost, c.rate = map[string][]float64{}, map[string][]float64{}
	}
	c.cost[workload] = append(c.cost[workload], float64((after-before).Microseconds())/float64(answered.Load()))
	c.rate[workload] = append(c.rate[workload], float64(answered.Load())/took.Seconds())
	return nil
}

// cpu returns the user and system time of a process and its children.
func cpu(pid int) (time.Duration, error) {
	total, err := ticks(pid)
	if err != nil {
		return 0, err
	}
	all, err := filepath.Glob("/proc/[0-9]*")
	if err != nil {
		return 0, err
	}
	for _, p := range all {
		child, err := strconv.Atoi(filepath.Base(p))
		if err != nil {
			continue
		}
		if parent, ok := field(child, 1); ok && parent == int64(pid) {
			if t, err := ticks(child); err == nil {
				total += t
			}
		}
	}
	return total, nil
}

// ticks reads utime and stime, in hundredths of a second.
func ticks(pid int) (time.Duration, error) {
	user, ok1 := field(pid, 11)
	system, ok2 := field(pid, 12)
	if !ok1 || !ok2 {
		return 0, fmt.Errorf("no CPU time of process %d", pid)
	}
	return time.Duration(user+system) * 10 * time.Millisecond, nil
}

// field returns a field of /proc/{pid}/stat, counted from the state.
func field(pid, n int) (int64, bool) {
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return 0, false
	}
	_, rest, ok := strings.Cut(string(b), ") ")
	fields := strings.Fields(rest)
	if !ok || n >= len(fields) {
		return 0, false
	}
	v, err := strconv.ParseInt(fields[n], 10, 64)
	return v, err == nil
}

func report(field []*contestant) {
	fmt.Printf("%-8s %-9s %14s %18s %8s %10s\n", "workload", "gateway", "CPU µs/request", "spread", "ratio", "requests/s")
	for _, w := range workloads {
		base := 0.0
		for _, c := range field {
			costs := slices.Sorted(slices.Values(c.cost[w]))
			if len(costs) == 0 {
				continue
			}
			m := costs[len(costs)/2]
			if base == 0 {
				base = m
			}
			rates := slices.Sorted(slices.Values(c.rate[w]))
			fmt.Printf("%-8s %-9s %14.1f %8.1f – %7.1f %8.2f %10.0f\n", w, c.name, m, costs[0], costs[len(costs)-1], m/base, rates[len(rates)/2])
		}
	}
}
