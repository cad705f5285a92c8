package house_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"postern/internal/adapter/awsapi/recorded"
	"postern/internal/house"
)

// TestRecorded replays what AWS was recorded to answer to requests for deployed
// APIs: control plane, publishing and data plane together. The cases without
// such requests are replayed by adapter/awsapi.
func TestRecorded(t *testing.T) {
	files, err := recorded.Load(os.DirFS("../adapter/awsapi/testdata/aws-observed"))
	if err != nil {
		t.Fatal(err)
	}
	passed, all := 0, 0
	seen := map[string]bool{}
	for _, f := range files {
		for i := range f.Cases {
			c := &f.Cases[i]
			if !c.Invokes() {
				continue
			}
			all++
			seen[c.ID()] = true
			err := replay(t, c)
			reason, expected := unmet[c.ID()]
			switch {
			case err == nil && expected:
				t.Errorf("%s passes; its reason in unmet can go: %s", c.ID(), reason)
			case err != nil && !expected:
				t.Errorf("%s: %v", c.ID(), err)
			case err == nil:
				passed++
			default:
				t.Logf("%s does not pass: %s", c.ID(), reason)
			}
		}
	}
	for id := range unmet {
		if !seen[id] {
			t.Errorf("unmet names %s, and there is no such case", id)
		}
	}
	t.Logf("%d of %d recorded cases pass", passed, all)
}

// unmet are the recorded cases that do not pass, and why.
var unmet = map[string]string{}

// TestEveryRecordingIsRun looks for a room with each file that the README of the
// recordings names.
func TestEveryRecordingIsRun(t *testing.T) {
	text, err := os.ReadFile("../adapter/awsapi/testdata/aws-observed/README.md")
	if err != nil {
		t.Fatal(err)
	}
	_, steps, _ := strings.Cut(string(text), "## Step files\n\n`")
	steps, _, _ = strings.Cut(steps, "`")
	files := strings.FieldsFunc(steps, func(r rune) bool { return r == ',' || r == ' ' || r == '\n' })
	_, tables, _ := strings.Cut(string(text), "## Tables\n")
	for _, m := range regexp.MustCompile("(?m)^- `(.+)\\.json`").FindAllStringSubmatch(tables, -1) {
		files = append(files, m[1])
	}
	if len(files) < 26 {
		t.Errorf("the README names %d files: %v", len(files), files)
	}
	for _, name := range files {
		var rooms []string
		for _, pattern := range []string{"../*/testdata/aws-observed/", "../*/*/testdata/aws-observed/"} {
			found, err := filepath.Glob(pattern + name + ".json")
			if err != nil {
				t.Fatal(err)
			}
			rooms = append(rooms, found...)
		}
		if len(rooms) == 0 {
			t.Errorf("no room has %s.json", name)
		}
	}
}

func replay(t *testing.T, c *recorded.Case) error {
	h, err := house.New(house.Config{AccountID: "111111111111"})
	if err != nil {
		t.Fatal(err)
	}
	var server string
	var result error
	t.Run("", func(t *testing.T) { // so that the house is closed before the next one
		server = serve(t, h)
		r := recorded.Runner{
			URL: server,
			Invoke: func(ctx context.Context, api string, req *http.Request) (*http.Response, error) {
				target := strings.TrimPrefix(server, "http://")
				req.URL.Scheme, req.URL.Host = "http", target
				req.Host = api + ".execute-api.us-east-1.amazonaws.com"
				// The client of the recordings sent this by itself.
				if req.Header.Get("Accept-Encoding") == "" {
					req.Header.Set("Accept-Encoding", "gzip, deflate")
				}
				res, err := http.DefaultClient.Do(req.WithContext(ctx))
				if err == nil && res.Close && res.Header.Get("Connection") == "" {
					res.Header.Set("Connection", "close") // net/http's client takes it away
				}
				return res, err
			},
			Backend: func(name string) (string, error) {
				s := httptest.NewServer(recordedBackend(name))
				t.Cleanup(s.Close)
				return s.URL, nil
			},
		}
		result = r.Run(context.Background(), c)
	})
	return result
}

// recordedBackend is a backend of the recordings' README.
func recordedBackend(name string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			w.WriteHeader(http.StatusBadRequest)
			return
		}
		var parsed any
		if json.Unmarshal(body, &parsed) != nil {
			parsed = nil
		}
		header := map[string]string{"Host": r.Host}
		if r.ContentLength > 0 {
			header["Content-Length"] = fmt.Sprint(r.ContentLength)
		}
		for name, values := range r.Header {
			header[name] = strings.Join(values, ",")
		}
		if header["Pragma"] == "no-cache" {
			delete(header, "Cache-Control") // net/http's server adds it
		}
		args := map[string]any{}
		for name, values := range r.URL.Query() {
			args[name] = values
			if len(values) == 1 {
				args[name] = values[0]
			}
		}
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("Connection", "keep-alive")
		var answer map[string]any
		switch name {
		case "status":
			code := 0
			fmt.Sscan(r.URL.Path[strings.LastIndexByte(r.URL.Path, '/')+1:], &code)
			w.WriteHeader(code)
			return
		case "echo":
			data := string(body)
			if data == "" {
				data = "{}"
			}
			answer = map[string]any{"data": data, "headers": header, "url": "http://" + r.Host + r.URL.RequestURI(), "method": r.Method, "json": parsed}
		case "echo-httpbin":
			for name := range header { // httpbin does not show them
				if strings.HasPrefix(name, "X-Forwarded-") {
					delete(header, name)
				}
			}
			w.Header().Set("Server", "gunicorn/19.9.0")
			w.Header().Set("Access-Control-Allow-Origin", "*")
			w.Header().Set("Access-Control-Allow-Credentials", "true")
			answer = map[string]any{"args": args, "data": string(body), "files": map[string]any{}, "form": map[string]any{}, "headers": header,
				"json": parsed, "origin": "127.0.0.1", "url": "http://" + r.Host + r.URL.RequestURI()}
		case "echo-function-url":
			small := map[string]string{}
			for k, v := range header {
				k = strings.ToLower(k)
				if !strings.HasPrefix(k, "x-amzn") && !strings.HasPrefix(k, "x-forwarded-") {
					small[k] = v
				}
			}
			for k, v := range r.URL.Query() {
				args[k] = strings.Join(v, ",")
			}
			w.Header().Set("x-amzn-RequestId", "0b1a6a1e-4c76-4bb5-8e33-5f4a1b0c9d2e")
			w.Header().Set("X-Amzn-Trace-Id", "Root=1-65000000-0123456789abcdef01234567;Parent=0123456789abcdef;Sampled=0")
			answer = map[string]any{"args": args, "data": string(body), "domain": r.Host, "headers": small, "method": r.Method, "origin": "127.0.0.1", "path": r.URL.Path}
		}
		_ = json.NewEncoder(w).Encode(answer)
	})
}
