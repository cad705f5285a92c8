package house_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"

	"postern/internal/backend"
	"postern/internal/house"
	"postern/internal/lang/cfn"
	"postern/internal/provision/stack"
	"postern/internal/sigv4"
)

// The tests of this file put servers that others wrote behind AWS integrations:
// DynamoDB is dynalite, Kinesis is kinesalite, SQS is goaws, S3 is gofakes3.
// .ci/services installs them. POSTERN_WITHOUT_SERVICES=1 does without the tests
// where they cannot be installed.

const servicesDir = "testdata/services"

var installed = sync.OnceValues(func() ([]byte, error) {
	return exec.Command(filepath.Join("..", "..", ".ci", "services")).CombinedOutput()
})

// services starts the servers and returns the house in front of them. Each is
// reached through a door that lets valid signatures in only.
func services(t *testing.T) (address string, doors map[string]*door) {
	t.Helper()
	if out, err := installed(); err != nil {
		t.Fatalf(".ci/services: %v\n%s\nInstall what it needs, or set POSTERN_WITHOUT_SERVICES=1", err, out)
	}
	doors = map[string]*door{}
	endpoints := map[string]string{}
	for _, command := range [][]string{{"node", "npm.cjs"}, {"./bin/sqs"}, {"./bin/s3"}} {
		for name, upstream := range start(t, command) {
			d := &door{t: t, service: name, proxy: httputil.NewSingleHostReverseProxy(&url.URL{Scheme: "http", Host: upstream})}
			s := httptest.NewServer(d)
			t.Cleanup(s.Close)
			doors[name], endpoints[name] = d, s.URL
		}
	}
	h, err := house.New(house.Config{Endpoints: endpoints, AWS: func(context.Context) (*backend.AWSSettings, error) {
		return &backend.AWSSettings{Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
			return aws.Credentials{AccessKeyID: doorKey.AccessKeyID, SecretAccessKey: doorKey.SecretAccessKey}, nil
		})}, nil
	}})
	if err != nil {
		t.Fatal(err)
	}
	server := serve(t, h)
	text, err := os.ReadFile(filepath.Join(servicesDir, "template.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	template, err := cfn.Parse("template.yaml", text, cfn.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	plan, err := h.Stacks.Plan(t.Context(), "services", template, stack.Input{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := h.Stacks.Execute(t.Context(), plan, stack.Options{}); err != nil {
		t.Fatal(err)
	}
	stages, err := h.Control.PublishedStages(t.Context())
	if err != nil || len(stages) != 1 {
		t.Fatal(stages, err)
	}
	return server + "/_aws/execute-api/" + stages[0].RestAPIID + "/" + stages[0].StageName, doors
}

// start runs a program until the test ends and returns the services it prints
// with their addresses.
func start(t *testing.T, command []string) map[string]string {
	t.Helper()
	c := exec.Command(command[0], command[1:]...)
	c.Dir = servicesDir
	var errs syncBuffer
	c.Stderr = &errs
	out, err := c.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = c.Process.Kill() // it may have ended
		_ = c.Wait()
	})
	want := 1
	if command[0] == "node" {
		want = 2
	}
	found := map[string]string{}
	lines := bufio.NewScanner(out)
	for len(found) < want && lines.Scan() {
		if name, address, ok := strings.Cut(lines.Text(), " "); ok {
			found[name] = address
		}
	}
	if len(found) < want {
		t.Fatalf("%v serves %v: %s", command, found, errs.String())
	}
	return found
}

var doorKey = sigv4.Credentials{AccessKeyID: "AKIDGATEWAY", SecretAccessKey: "a secret of the test"}

// A door verifies signatures before a server that does not, or not quite.
type door struct {
	t       *testing.T
	service string
	proxy   http.Handler

	mu     sync.Mutex
	passed int
}

func (d *door) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return // the client went away
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	v := sigv4.Verifier{Region: "us-east-1", Services: []string{d.service}, Credentials: sigv4.Lookup([]sigv4.Profile{{Credentials: doorKey}})}
	if _, err := v.Verify(sigv4.FromHTTP(r, body)); err != nil {
		d.t.Errorf("%s: %s %s: %v", d.service, r.Method, r.RequestURI, err)
		w.WriteHeader(http.StatusForbidden)
		return
	}
	d.mu.Lock()
	d.passed++
	d.mu.Unlock()
	d.proxy.ServeHTTP(w, r)
}

// An asker sends requests to the stage.
type asker struct {
	*testing.T
	address string
}

func (a asker) ask(method, path, body string, header ...string) (*http.Response, string) {
	a.Helper()
	req, err := http.NewRequest(method, a.address+path, strings.NewReader(body))
	if err != nil {
		a.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	for i := 0; i < len(header); i += 2 {
		req.Header[header[i]] = []string{header[i+1]}
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		a.Fatal(err)
	}
	defer res.Body.Close()
	answer, err := io.ReadAll(res.Body)
	if err != nil {
		a.Fatal(err)
	}
	return res, string(answer)
}

// want is ask for an answer that is known.
func (a asker) want(method, path, body string, status int, answer string, header ...string) {
	a.Helper()
	res, got := a.ask(method, path, body, header...)
	if res.StatusCode != status || got != answer {
		a.Errorf("%s %s: got %d %s, want %d %s", method, path, res.StatusCode, got, status, answer)
	}
}

func TestServicesThatOthersWrote(t *testing.T) {
	if os.Getenv("POSTERN_WITHOUT_SERVICES") == "1" {
		t.Log("POSTERN_WITHOUT_SERVICES=1: no services are started")
		return
	}
	address, doors := services(t)
	for name, test := range map[string]func(asker){"dynamodb": commentsInDynamoDB, "kinesis": recordsInKinesis, "sqs": messagesInSQS, "s3": objectsInS3} {
		t.Run(name, func(t *testing.T) {
			test(asker{t, address})
			if doors[name].passed == 0 {
				t.Error("the service was not called")
			}
		})
	}
}

func commentsInDynamoDB(a asker) {
	a.want("PUT", "/comments", "", 200, `"Comments"`)
	res, body := a.ask("POST", "/comments", `{"pageId": "breaking-news", "userName": "Just Saying", "message": "I feel \"fine\" 😀"}`)
	if want := `{"id": "` + res.Header.Get("x-amzn-RequestId") + `"}`; res.StatusCode != 200 || body != want {
		a.Errorf("put: got %d %s, want %s", res.StatusCode, body, want)
	}
	if got := res.Header.Get("Content-Type"); got != "application/json" {
		a.Errorf("Content-Type %s", got)
	}
	res, body = a.ask("GET", "/comments/breaking-news", "")
	if want := `{"comments": [{"userName": "Just Saying", "message": "I feel "fine" 😀"}]}`; res.StatusCode != 200 || body != want {
		a.Errorf("query: got %d %s, want %s", res.StatusCode, body, want)
	}
	a.want("GET", "/comments/none", "", 200, `{"comments": []}`)
	a.want("POST", "/comments", `{"pageId": "\""}`, 400, `{"error": "SerializationException"}`) // the template does not escape it
}

func recordsInKinesis(a asker) {
	a.want("POST", "/streams/pets", `{"ShardCount": 1}`, 200, "")
	res, body := a.ask("GET", "/streams", "")
	var list struct{ StreamNames []string }
	if err := json.Unmarshal([]byte(body), &list); err != nil || res.StatusCode != 200 || len(list.StreamNames) != 1 || list.StreamNames[0] != "pets" {
		a.Errorf("list: got %d %s", res.StatusCode, body)
	}
	a.want("PUT", "/streams/pets/record", `{"Data": {"name": "ada", "n": 1}, "PartitionKey": "p"}`, 200, `"shardId-000000000000"`)
	_, body = a.ask("GET", "/streams/pets/sharditerator?shard-id=shardId-000000000000", "")
	var shard struct{ ShardIterator string }
	if err := json.Unmarshal([]byte(body), &shard); err != nil || shard.ShardIterator == "" {
		a.Fatalf("iterator: %s", body)
	}
	a.want("GET", "/streams/pets/record", "", 200, `{"name":"ada","n":1}`, "Shard-Iterator", shard.ShardIterator)
}

func messagesInSQS(a asker) {
	if res, body := a.ask("PUT", "/queue", ""); res.StatusCode != 200 || !strings.Contains(body, "orders") {
		a.Fatalf("create: got %d %s", res.StatusCode, body)
	}
	a.want("POST", "/queue", `{"by": "path", "with": "a&b=c+d é"}`, 200, `{"sent": true}`)
	a.want("POST", "/queue/send", `{"by":"action","with":"a&b=c+d é"}`, 200, `{"sent": true}`)
	a.want("POST", "/queue", `a,b`, 415, `{"message": "Unsupported Media Type"}`, "Content-Type", "text/csv")
	_, body := a.ask("GET", "/queue", "")
	for _, want := range []string{`{"by": "path", "with": "a&b=c+d é"}`, `{"by":"action","with":"a&b=c+d é"}`} {
		if !strings.Contains(strings.NewReplacer("&#34;", `"`, "&quot;", `"`, "&amp;", "&").Replace(body), want) {
			a.Errorf("no %s in %s", want, body)
		}
	}
}

func objectsInS3(a asker) {
	raw := "\x89PNG\r\n\x1a\n\x00\xff\xfe"
	a.want("PUT", "/photos", "", 200, "")
	a.want("PUT", "/photos/pets/a%20b+c.png", raw, 200, "", "Content-Type", "image/png")
	res, body := a.ask("GET", "/photos/pets/a%20b+c.png", "", "Accept", "image/png")
	if res.StatusCode != 200 || body != raw || res.Header.Get("Content-Type") != "image/png" || res.Header.Get("ETag") == "" {
		a.Errorf("get: got %d %q %v", res.StatusCode, body, res.Header)
	}
	a.want("PUT", "/photos/note.txt", "höher", 200, "", "Content-Type", "text/plain")
	a.want("GET", "/photos/note.txt", "", 200, "höher")
	if res, body := a.ask("GET", "/photos/none", ""); res.StatusCode != 404 || !strings.Contains(body, "<Code>NoSuchKey</Code>") {
		a.Errorf("no such key: got %d %s", res.StatusCode, body)
	}
	if res, _ := a.ask("DELETE", "/photos/note.txt", ""); res.StatusCode != 200 {
		a.Errorf("delete: got %d", res.StatusCode)
	}
	if res, _ := a.ask("GET", "/photos/note.txt", ""); res.StatusCode != 404 {
		a.Errorf("deleted: got %d", res.StatusCode)
	}
}
