package house_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"go.yaml.in/yaml/v4"
	"golang.org/x/tools/txtar"

	"postern/internal/adapter/listen"
	"postern/internal/apigw"
	"postern/internal/house"
	"postern/internal/lang/cfn"
	"postern/internal/property"
	"postern/internal/provision/stack"
)

// A walk is a test that a property reaches its effect: a file of
// testdata/walks sets it through each surface, sends a request, and looks at
// what the backend and the client got.
//
//	-- integration --   properties of the integration, as the Terraform-shaped type spells them
//	-- response --      properties of its integration response; without the file: {}
//	-- api --           properties of the API, native spelling; optional
//	-- links --         VPC links, one a line: name = {{backend}} without the scheme; optional
//	-- endpoints --     services of AWS, one a line: name = {{backend}}; optional
//	-- variables --     stage variables, one a line: name = value; optional
//	-- stage --         patches of the stage, one a line: path = value; optional
//	-- template.yaml -- a whole template instead; then only templates are walked
//	-- request --       request line, header fields, empty line, body
//	-- backend --       lines that what the backend got must have; optional
//	-- answer --        status, header fields that must be there, empty line, body
//	-- log --           text that a line of the log must have; optional
//
// {{backend}} and {{tls}} are the addresses of two backends. A second request
// and its answer are called "request 2" and "answer 2".

// noWalk are the rows without a walk, and why.
var noWalk = map[string]string{
	"responseTransferMode": "STREAM is refused; BUFFERED is what every other walk does",
}

// keys name the method that an integration belongs to. They are no rows of the
// integration, and have walks all the same.
var keys = []string{"restApiId", "resourceId", "httpMethod"}

func TestEveryPropertyHasAWalk(t *testing.T) {
	var in apigw.Integration
	names := slices.Clone(keys)
	for _, r := range in.Properties() {
		names = append(names, r.Name)
	}
	for _, name := range names {
		files, err := filepath.Glob(filepath.Join("testdata", "walks", name+"*.txtar"))
		if err != nil {
			t.Fatal(err)
		}
		_, excused := noWalk[name]
		switch {
		case len(files) == 0 && !excused:
			t.Errorf("%s has no walk; write testdata/walks/%s.txtar or the reason in noWalk", name, name)
		case len(files) > 0 && excused:
			t.Errorf("%s has a walk; its reason in noWalk can go", name)
		}
	}
}

func TestWalks(t *testing.T) {
	files, err := filepath.Glob(filepath.Join("testdata", "walks", "*.txtar"))
	if err != nil || len(files) == 0 {
		t.Fatal("no walks", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			t.Parallel()
			w := readWalk(t, file)
			if w.text["template.yaml"] != "" {
				w.run(t, "template", func(b *built) { b.template(w.text["template.yaml"]) })
				return
			}
			w.run(t, "terraform type", func(b *built) { b.template(b.terraform()) })
			if name, missing := w.unknownTo(t, property.CloudFormation); missing {
				t.Logf("the native type has no %s", name)
			} else {
				w.run(t, "native type", func(b *built) { b.template(b.native()) })
			}
			w.run(t, "api", func(b *built) { b.wire() })
		})
	}
}

type walk struct {
	text map[string]string
}

func readWalk(t *testing.T, file string) *walk {
	t.Helper()
	a, err := txtar.ParseFile(file)
	if err != nil {
		t.Fatal(err)
	}
	w := &walk{text: map[string]string{}}
	for _, f := range a.Files {
		w.text[f.Name] = string(f.Data)
	}
	return w
}

// unknownTo returns a property of the walk that a surface does not have.
func (w *walk) unknownTo(t *testing.T, s *property.Surface) (string, bool) {
	t.Helper()
	var in apigw.Integration
	rows := in.Properties()
	for name := range yamlMap(t, w.text["integration"]) {
		r, ok := rows.Find(property.TerraformType, name)
		if ok && s.NameOf(r) == "" && r.Is&property.WriteOnly == 0 {
			return name, true
		}
	}
	return "", false
}

func yamlMap(t *testing.T, text string) map[string]any {
	t.Helper()
	m := map[string]any{}
	if err := yaml.Unmarshal([]byte(text), &m); err != nil {
		t.Fatalf("%v in\n%s", err, text)
	}
	return m
}

// A built is the world of one walk over one surface.
type built struct {
	*testing.T
	walk    *walk
	house   *house.House
	server  string // base URL of the gateway
	backend *backendRecorder
	address string // base URL of the stage
	log     *syncBuffer
	fill    *strings.Replacer
}

func (w *walk) run(t *testing.T, surface string, provision func(*built)) {
	t.Run(surface, func(t *testing.T) {
		b := build(t, w)
		provision(b)
		for i := 1; ; i++ {
			suffix := ""
			if i > 1 {
				suffix = fmt.Sprintf(" %d", i)
			}
			request, ok := w.text["request"+suffix]
			if !ok {
				break
			}
			b.step(suffix, request)
		}
	})
}

func build(t *testing.T, w *walk) *built {
	t.Helper()
	b := &built{T: t, walk: w, backend: &backendRecorder{}, log: &syncBuffer{}}
	plain := httptest.NewServer(b.backend)
	secure := httptest.NewTLSServer(b.backend)
	secure.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelError)
	t.Cleanup(plain.Close)
	t.Cleanup(secure.Close)
	b.fill = strings.NewReplacer("{{backend}}", plain.URL, "{{tls}}", secure.URL)

	links := map[string]string{}
	for line := range strings.Lines(b.fill.Replace(w.text["links"])) {
		if name, address, ok := strings.Cut(line, "="); ok {
			address = strings.TrimSpace(address)
			links[strings.TrimSpace(name)] = strings.TrimPrefix(strings.TrimPrefix(address, "http://"), "https://")
		}
	}
	services := map[string]string{}
	for line := range strings.Lines(b.fill.Replace(w.text["endpoints"])) {
		if name, address, ok := strings.Cut(line, "="); ok {
			services[strings.TrimSpace(name)] = strings.TrimSpace(address)
		}
	}
	h, err := house.New(house.Config{Links: links, Endpoints: services, Log: slog.New(slog.NewTextHandler(b.log, nil))})
	if err != nil {
		t.Fatal(err)
	}
	b.house = h
	b.server = serve(t, h)
	return b
}

// serve runs a house on a port of its own and returns its base URL.
func serve(t *testing.T, h *house.House) string {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	var wait sync.WaitGroup
	wait.Go(func() {
		if err := h.Run(ctx); err != nil {
			t.Error(err)
		}
	})
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := &listen.Server{Handler: h.Handler(), Log: slog.New(slog.DiscardHandler)}
	wait.Go(func() {
		if err := s.Serve(l); err != nil {
			t.Error(err)
		}
	})
	t.Cleanup(func() {
		stop, done := context.WithTimeout(context.Background(), 10*time.Second)
		defer done()
		if cut, err := s.Shutdown(stop); err != nil || cut > 0 {
			t.Errorf("shutdown cut %d requests: %v", cut, err)
		}
		cancel()
		wait.Wait()
		if err := h.Close(); err != nil {
			t.Error(err)
		}
	})
	if err := h.Ready(ctx); err != nil {
		t.Fatal(err)
	}
	return "http://" + l.Addr().String()
}

// integration reads the walk's integration by its rows.
func (b *built) integration() *apigw.Integration {
	b.Helper()
	in := &apigw.Integration{}
	props := yamlMap(b.T, b.fill.Replace(b.walk.text["integration"]))
	if errs := property.Decode(property.TerraformType, in.Properties(), props).Failures(); len(errs) > 0 {
		b.Fatal(errs)
	}
	for k, v := range in.RequestParametersInJSON {
		if in.RequestParameters == nil {
			in.RequestParameters = map[string]string{}
		}
		in.RequestParameters[k] = v
	}
	in.RequestParametersInJSON = nil
	return in
}

func (b *built) response() *apigw.IntegrationResponse {
	b.Helper()
	r := &apigw.IntegrationResponse{StatusCode: "200"}
	rows := r.Properties()
	props := yamlMap(b.T, b.walk.text["response"])
	props["StatusCode"] = "200"
	if errs := property.Decode(property.TerraformType, rows, props).Failures(); len(errs) > 0 {
		b.Fatal(errs)
	}
	return r
}

// parameters are declared on the walk's method, so that mappings may read them.
var parameters = map[string]any{
	"method.request.path.name":       true,
	"method.request.querystring.q":   false,
	"method.request.header.X-Walker": false,
}

var responseHeaders = map[string]any{"method.response.header.X-Walked": false}

// frame is a template around the walk's integration, which answers at
// /walk/{name}.
func (b *built) frame(method map[string]any, more map[string]any) string {
	b.Helper()
	api := yamlMap(b.T, b.walk.text["api"])
	api["Name"] = "walk"
	resources := map[string]any{
		"Api":    map[string]any{"Type": "AWS::ApiGateway::RestApi", "Properties": api},
		"Walk":   map[string]any{"Type": "AWS::ApiGateway::Resource", "Properties": map[string]any{"RestApiId": ref("Api"), "ParentId": att("Api", "RootResourceId"), "PathPart": "walk"}},
		"Named":  map[string]any{"Type": "AWS::ApiGateway::Resource", "Properties": map[string]any{"RestApiId": ref("Api"), "ParentId": ref("Walk"), "PathPart": "{name}"}},
		"Method": map[string]any{"Type": "AWS::ApiGateway::Method", "Properties": method},
	}
	after := []any{"Method"}
	for id, r := range more {
		resources[id] = r
		after = append(after, id)
	}
	if variables := b.variables(); len(variables) > 0 {
		resources["Deployment"] = map[string]any{"Type": "AWS::ApiGateway::Deployment", "DependsOn": after, "Properties": map[string]any{"RestApiId": ref("Api")}}
		resources["Stage"] = map[string]any{"Type": "AWS::ApiGateway::Stage", "Properties": map[string]any{
			"RestApiId": ref("Api"), "DeploymentId": ref("Deployment"), "StageName": "local", "Variables": variables}}
	}
	text, err := json.MarshalIndent(map[string]any{"Resources": resources}, "", "  ")
	if err != nil {
		b.Fatal(err)
	}
	return string(text)
}

func (b *built) variables() map[string]any {
	out := map[string]any{}
	for line := range strings.Lines(b.fill.Replace(b.walk.text["variables"])) {
		if name, value, ok := strings.Cut(line, "="); ok {
			out[strings.TrimSpace(name)] = strings.TrimSpace(value)
		}
	}
	return out
}

func ref(id string) map[string]any { return map[string]any{"Ref": id} }
func att(id, name string) map[string]any {
	return map[string]any{"Fn::GetAtt": []any{id, name}}
}

func (b *built) terraform() string {
	b.Helper()
	method := map[string]any{"RestApiId": ref("Api"), "ResourceId": ref("Named"), "HttpMethod": "ANY", "AuthorizationType": "NONE", "RequestParameters": parameters}
	at := map[string]any{"RestApiId": ref("Api"), "ResourceId": ref("Named"), "HttpMethod": "ANY"}
	with := func(typ string, props map[string]any, after ...any) map[string]any {
		for k, v := range at {
			props[k] = v
		}
		return map[string]any{"Type": "Terraform::AWS::ApiGateway" + typ, "Properties": props, "DependsOn": after}
	}
	response := yamlMap(b.T, b.walk.text["response"])
	response["StatusCode"] = "200"
	return b.frame(method, map[string]any{
		"MethodResponse":      with("MethodResponse", map[string]any{"StatusCode": "200", "ResponseParameters": responseHeaders}, "Method"),
		"Integration":         with("Integration", yamlMap(b.T, b.fill.Replace(b.walk.text["integration"])), "Method"),
		"IntegrationResponse": with("IntegrationResponse", response, "Integration", "MethodResponse"),
	})
}

func (b *built) native() string {
	b.Helper()
	in := b.integration()
	in.Responses = map[string]*apigw.IntegrationResponse{"200": b.response()}
	return b.frame(map[string]any{
		"RestApiId": ref("Api"), "ResourceId": ref("Named"), "HttpMethod": "ANY", "AuthorizationType": "NONE",
		"RequestParameters": parameters,
		"MethodResponses":   []any{map[string]any{"StatusCode": "200", "ResponseParameters": responseHeaders}},
		"Integration":       property.Encode(property.CloudFormation, in.Properties()),
	}, nil)
}

// template provisions a template as a stack.
func (b *built) template(text string) {
	b.Helper()
	t, err := cfn.Parse("walk.yaml", []byte(b.fill.Replace(text)), cfn.Limits{})
	if err != nil {
		b.Fatal(err)
	}
	ctx := context.Background()
	plan, err := b.house.Stacks.Plan(ctx, "walk", t, stack.Input{})
	if err != nil {
		b.Fatal(err)
	}
	if _, err := b.house.Stacks.Execute(ctx, plan, stack.Options{}); err != nil {
		b.Fatal(err)
	}
	b.findAddress()
}

// findAddress makes b.address the only stage there is, or "local" of the first
// API.
func (b *built) findAddress() {
	b.Helper()
	stages, err := b.house.Control.PublishedStages(context.Background())
	if err != nil || len(stages) == 0 {
		b.Fatal("nothing is published", err)
	}
	b.address = b.server + "/_aws/execute-api/" + stages[0].RestAPIID + "/" + stages[0].StageName
	var ops []any
	for line := range strings.Lines(b.walk.text["stage"]) {
		if path, value, ok := strings.Cut(line, "="); ok {
			ops = append(ops, map[string]any{"op": "replace", "path": strings.TrimSpace(path), "value": strings.TrimSpace(value)})
		}
	}
	if len(ops) > 0 {
		b.call("PATCH", "/restapis/"+stages[0].RestAPIID+"/stages/"+stages[0].StageName, map[string]any{"patchOperations": ops})
	}
}

// wire makes the API by the control plane's own calls.
func (b *built) wire() {
	b.Helper()
	api := apigw.RestAPI{}
	apiProps := yamlMap(b.T, b.walk.text["api"])
	apiProps["Name"] = "walk"
	if errs := property.Decode(property.CloudFormation, api.Properties(), apiProps).Failures(); len(errs) > 0 {
		b.Fatal(errs)
	}
	made := b.call("POST", "/restapis", property.Encode(property.Wire, api.Properties()))
	id, root := made["id"].(string), made["rootResourceId"].(string)
	parent := b.call("POST", "/restapis/"+id+"/resources/"+root, map[string]any{"pathPart": "walk"})["id"].(string)
	named := b.call("POST", "/restapis/"+id+"/resources/"+parent, map[string]any{"pathPart": "{name}"})["id"].(string)
	method := "/restapis/" + id + "/resources/" + named + "/methods/ANY"
	b.call("PUT", method, map[string]any{"authorizationType": "NONE", "requestParameters": parameters})
	b.call("PUT", method+"/responses/200", map[string]any{"responseParameters": responseHeaders})
	b.call("PUT", method+"/integration", property.Encode(property.Wire, b.integration().Properties()))
	response := property.Encode(property.Wire, b.response().Properties())
	delete(response, "statusCode")
	b.call("PUT", method+"/integration/responses/200", response)
	b.call("POST", "/restapis/"+id+"/deployments", map[string]any{"stageName": "local", "variables": b.variables()})
	b.findAddress()
}

func (b *built) call(method, path string, body any) map[string]any {
	b.Helper()
	text, err := json.Marshal(body)
	if err != nil {
		b.Fatal(err)
	}
	req, err := http.NewRequest(method, b.server+path, bytes.NewReader(text))
	if err != nil {
		b.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		b.Fatal(err)
	}
	defer res.Body.Close()
	answer, err := io.ReadAll(res.Body)
	if err != nil {
		b.Fatal(err)
	}
	if res.StatusCode >= 300 {
		b.Fatalf("%s %s %s: %d %s", method, path, text, res.StatusCode, answer)
	}
	out := map[string]any{}
	if err := json.Unmarshal(answer, &out); err != nil {
		b.Fatalf("%s: %v", answer, err)
	}
	return out
}

// step sends one request and compares what the backend and the client got.
func (b *built) step(suffix, request string) {
	b.Helper()
	b.backend.forget()
	req := b.parseRequest(request)
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	res, err := client.Do(req)
	if err != nil {
		b.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		b.Fatal(err)
	}
	b.compare(b.walk.text["answer"+suffix], res, string(body))
	got := b.backend.text()
	for line := range strings.Lines(b.walk.text["backend"+suffix]) {
		if line = strings.TrimSpace(b.fill.Replace(line)); line != "" && !strings.Contains(got, line+"\n") {
			b.Errorf("request%s: the backend did not get %q; it got\n%s", suffix, line, got)
		}
	}
	if want := strings.TrimSpace(b.fill.Replace(b.walk.text["log"+suffix])); want != "" && !b.log.has(want) {
		b.Errorf("request%s: no line of the log has %q:\n%s", suffix, want, b.log.String())
	}
}

func (b *built) parseRequest(text string) *http.Request {
	b.Helper()
	head, body, _ := strings.Cut(text, "\n\n")
	lines := strings.Split(head, "\n")
	verb, path, _ := strings.Cut(strings.TrimSpace(lines[0]), " ")
	req, err := http.NewRequest(verb, b.address+path, strings.NewReader(strings.TrimSuffix(body, "\n")))
	if err != nil {
		b.Fatal(err)
	}
	for _, line := range lines[1:] {
		if name, value, ok := strings.Cut(line, ":"); ok {
			req.Header[name] = append(req.Header[name], strings.TrimSpace(value))
		}
	}
	return req
}

func (b *built) compare(want string, res *http.Response, body string) {
	b.Helper()
	head, wantBody, hasBody := strings.Cut(want, "\n\n")
	lines := strings.Split(strings.TrimSpace(head), "\n")
	if got := fmt.Sprint(res.StatusCode); got != strings.TrimSpace(lines[0]) {
		b.Errorf("got status %s with %s, want %s\nlog: %s", got, body, lines[0], b.log.String())
	}
	for _, line := range lines[1:] {
		name, value, _ := strings.Cut(line, ":")
		if got := res.Header.Get(name); got != strings.TrimSpace(value) {
			b.Errorf("%s: got %q, want %q", name, got, strings.TrimSpace(value))
		}
	}
	if wantBody = strings.TrimSuffix(b.fill.Replace(wantBody), "\n"); hasBody && body != wantBody {
		b.Errorf("got  %s\nwant %s", body, wantBody)
	}
}

// A backendRecorder answers requests and remembers the last one.
//
//	/status/{code}  that status
//	/slow           never, until the client goes away
//	/bytes          two bytes that are no UTF-8, as image/png
//	AssumeRole      credentials whose token is "walked"; not remembered
//	/2015-03-31/…   201, the payload of the invocation as the reply's body
//	/base64         the text "aGk=" as text/plain
//	anything else   200, JSON with method, path and body
type backendRecorder struct {
	mu   sync.Mutex
	last string
}

func (r *backendRecorder) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	body, _ := io.ReadAll(bufio.NewReader(req.Body))
	if strings.Contains(string(body), "Action=AssumeRole&") {
		_, _ = io.WriteString(w, assumed)
		return
	}
	var text strings.Builder
	fmt.Fprintf(&text, "%s %s\nHost: %s\n", req.Method, req.URL.RequestURI(), req.Host)
	for name, values := range req.Header {
		for _, v := range values {
			fmt.Fprintf(&text, "%s: %s\n", name, v)
		}
	}
	fmt.Fprintf(&text, "body: %s\n", body)
	r.mu.Lock()
	r.last = text.String()
	r.mu.Unlock()
	switch path := req.URL.Path; {
	case strings.HasPrefix(path, "/status/"):
		code := 0
		fmt.Sscan(strings.TrimPrefix(path, "/status/"), &code)
		w.WriteHeader(code)
	case path == "/slow":
		<-req.Context().Done()
	case path == "/bytes":
		w.Header().Set("Content-Type", "image/png")
		_, _ = w.Write([]byte{0x89, 0xff})
	case strings.HasPrefix(path, "/2015-03-31/functions/"):
		var event struct{ Path, HTTPMethod string }
		_ = json.Unmarshal(body, &event)
		_ = json.NewEncoder(w).Encode(map[string]any{"statusCode": 201, "headers": map[string]string{"X-Walked": "yes"}, "body": event.HTTPMethod + " " + event.Path})
	case path == "/base64":
		w.Header().Set("Content-Type", "text/plain")
		_, _ = io.WriteString(w, "aGk=")
	default:
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("X-Backend", "yes")
		_ = json.NewEncoder(w).Encode(map[string]any{"method": req.Method, "path": req.URL.Path, "body": string(body)})
	}
}

const assumed = `<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleResult><Credentials>
<AccessKeyId>ASIAWALK</AccessKeyId><SecretAccessKey>s</SecretAccessKey><SessionToken>walked</SessionToken><Expiration>2100-01-01T00:00:00Z</Expiration>
</Credentials></AssumeRoleResult></AssumeRoleResponse>`

func (r *backendRecorder) text() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.last
}

func (r *backendRecorder) forget() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.last = ""
}

// A syncBuffer is a log that can be read while it is written.
type syncBuffer struct {
	mu      sync.Mutex
	buf     bytes.Buffer
	written chan struct{} // closed by the next write; nil: nobody waits
}

func (s *syncBuffer) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.written != nil {
		close(s.written)
		s.written = nil
	}
	return s.buf.Write(p)
}

func (s *syncBuffer) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.buf.String()
}

// has waits until the log has text: a request is logged when its answer is on
// the way. It gives up after ten seconds.
func (s *syncBuffer) has(text string) bool {
	giveUp := time.After(10 * time.Second)
	for {
		s.mu.Lock()
		found := strings.Contains(s.buf.String(), text)
		if s.written == nil {
			s.written = make(chan struct{})
		}
		written := s.written
		s.mu.Unlock()
		if found {
			return true
		}
		select {
		case <-written:
		case <-giveUp:
			return false
		}
	}
}
