package dataplane

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"postern/internal/apigw"
	"postern/internal/message"
)

// The tests of this file replay what AWS was recorded to do.

func readCases(t *testing.T, name string, into any) {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("testdata", "aws-observed", name))
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(b, into); err != nil {
		t.Fatal(err)
	}
}

func TestRecordedRouting(t *testing.T) {
	var file struct {
		Cases []struct {
			Name      string
			Resources []struct{ Path, Method, Answers string }
			Requests  []struct{ Method, Path, Answers string }
		}
	}
	readCases(t, "invoke-routing.json", &file)
	for _, c := range file.Cases {
		t.Run(c.Name, func(t *testing.T) {
			var methods []method
			for _, r := range c.Resources {
				methods = append(methods, method{verb: r.Method, path: r.Path, Method: mock(r.Answers)})
			}
			d := deploy(t, methods...)
			for _, r := range c.Requests {
				d.send(message.Request{Method: r.Method, Path: r.Path}).want(t, 200, r.Answers)
			}
		})
	}
}

func TestRecordedSlashes(t *testing.T) {
	d := deploy(t, method{verb: "GET", path: "/{proxy+}", Method: mock("$input.params('proxy') $context.path")},
		method{verb: "GET", path: "/hardcoded", Method: mock("hard")})
	d.get("/proxy-value/").want(t, 200, "proxy-value /test/proxy-value/")
	d.get("/a//b").want(t, 200, "a//b /test/a//b")
	d.get("//proxy-value").want(t, 200, "proxy-value /test//proxy-value")
	d.get("//hardcoded").want(t, 200, "hard")
	d.get("/test%2Balias+x").want(t, 200, "test%2Balias+x /test/test%2Balias+x")
	d.get("/").want(t, 403, `{"message":"Missing Authentication Token"}`)
}

func TestRecordedBinaryRequests(t *testing.T) {
	var file struct {
		Raw     string `json:"raw_body_base64"`
		Request []struct {
			ContentHandling  apigw.ContentHandling `json:"contentHandling"`
			BinaryMediaTypes []string              `json:"binaryMediaTypes"`
			ContentType      string                `json:"request_content_type"`
			Body             string                `json:"body"`
			Status           int                   `json:"status"`
			BackendGets      string                `json:"backend_gets"`
		}
		Response []struct {
			ContentHandling  apigw.ContentHandling `json:"contentHandling"`
			BinaryMediaTypes []string              `json:"binaryMediaTypes"`
			Accept           string                `json:"accept"`
			ContentType      string                `json:"backend_content_type"`
			Body             string                `json:"backend_body"`
			Status           int                   `json:"status"`
			ClientGets       string                `json:"client_gets"`
		}
	}
	readCases(t, "binary-and-content-handling.json", &file)
	raw, err := base64.StdEncoding.DecodeString(file.Raw)
	if err != nil {
		t.Fatal(err)
	}
	bodies := map[string][]byte{"raw": raw, "base64": []byte(file.Raw), "text": []byte("this is a UTF8 text typed object")}
	check := func(t *testing.T, got, sent []byte, want string) {
		t.Helper()
		var expected []byte
		switch want {
		case "unchanged":
			expected = sent
		case "base64 of the body":
			expected = []byte(base64.StdEncoding.EncodeToString(sent))
		case "the decoded bytes":
			expected = raw
		case "each invalid byte sequence replaced by U+FFFD (EF BF BD), 99 bytes":
			if len(got) != 99 || !bytes.Contains(got, []byte("\uFFFD")) {
				t.Errorf("got %d bytes, want 99", len(got))
			}
			return
		default:
			t.Fatalf("unknown expectation %q", want)
		}
		if !bytes.Equal(got, expected) {
			t.Errorf("got %q, want %q", got, expected)
		}
	}
	for i, c := range file.Request {
		m := custom("http://b.test/")
		m.Integration.ContentHandling = c.ContentHandling
		d := deploy(t, method{verb: "PUT", path: "/", Method: m})
		d.snapshot.API.BinaryMediaTypes = c.BinaryMediaTypes
		d.publish()
		a := d.send(message.Request{Method: "PUT", Header: header("Content-Type", c.ContentType), Body: bodies[c.Body]})
		if c.Status >= 400 || c.BackendGets == "" {
			if a.status != 500 || d.backend.got.URL != "" {
				t.Errorf("request %d: got %d and the backend was called with %s; want 500", i, a.status, d.backend.got.URL)
			}
			continue
		}
		check(t, d.backend.got.Body, bodies[c.Body], c.BackendGets)
	}
	for i, c := range file.Response {
		m := custom("http://b.test/")
		m.Integration.Responses["200"].ContentHandling = c.ContentHandling
		d := deploy(t, method{verb: "GET", path: "/", Method: m})
		d.snapshot.API.BinaryMediaTypes = c.BinaryMediaTypes
		d.publish()
		d.backend.answer = message.Response{Status: 200, Header: header("Content-Type", c.ContentType), Body: bodies[c.Body]}
		a := d.send(message.Request{Method: "GET", Header: header("Accept", c.Accept)})
		if a.status != c.Status {
			t.Errorf("response %d: got %d, want %d", i, a.status, c.Status)
		}
		if c.ClientGets != "" {
			check(t, []byte(a.body), bodies[c.Body], c.ClientGets)
		}
	}
}
