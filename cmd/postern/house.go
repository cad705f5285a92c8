package main

import (
	"bytes"
	"context"
	"fmt"
	"iter"
	"net/http"
	"os"
	"slices"
	"strings"
	"time"

	"postern/internal/adapter/cli"
	"postern/internal/adapter/stackapi"
	"postern/internal/backend"
	"postern/internal/control"
	"postern/internal/dataplane"
	"postern/internal/house"
	"postern/internal/lambda"
	"postern/internal/message"
)

// open wires a house with Postern's own API.
func open(s cli.Settings) (cli.House, error) {
	h, err := house.New(house.Config{
		DataDir:   s.DataDir,
		AccountID: s.AccountID,
		Region:    s.Region,
		BaseURL:   s.BaseURL,
		Links:     s.Links,
		Endpoints: s.Endpoints,
		AWS:       func(ctx context.Context) (*backend.AWSSettings, error) { return awsSettings(ctx, s.BaseURL) },
		LinkLocal: s.LinkLocal,
		Keys:      s.Keys,
		Insecure:  s.Insecure,
		Traces:    s.Traces,
		Log:       s.Log,
		Path:      os.Getenv("PATH"),
		Spare:     house.SpareMemory(os.Getenv),

		Environment: functionEnvironment(os.Environ(), s.Lend),
		FunctionLog: func(l lambda.Line) {
			if s.FunctionLog != nil {
				s.FunctionLog(logLine(l))
			}
		},
	})
	if err != nil {
		return nil, err
	}
	if f := h.Stacks.Finisher; f != nil {
		h.Stacks.Finisher = stackapi.Finisher{Finisher: f}
	}
	// What was going on when the program last stopped is ended before anything
	// else is done. A stack that cannot be mended does not keep the others from
	// being served.
	if err := h.Stacks.Recover(context.Background(), nil); err != nil && s.Log != nil {
		s.Log.Error("recover stacks", "err", err)
	}
	h.Own = &stackapi.Server{
		Stacks:    h.Stacks,
		Endpoints: func(ctx context.Context) ([]stackapi.API, error) { return endpoints(ctx, h) },
		Invoke: func(ctx context.Context, r stackapi.InvokeRequest) (*stackapi.InvokeResponse, error) {
			return invoke(ctx, h, r)
		},
		Functions: func(ctx context.Context) ([]stackapi.Function, error) { return functions(ctx, h) },
		Logs: func(ctx context.Context, function string, tail int, follow bool) iter.Seq[stackapi.LogLine] {
			return func(yield func(stackapi.LogLine) bool) {
				for l := range h.Journal.Lines(ctx, function, tail, follow) {
					if !yield(logLine(l)) {
						return
					}
				}
			}
		},
		Recorder: h.Gateway.Recorder,
		Ready:    func() []string { return notReady(h) },
		Admit:    h.Admit,
		Info: stackapi.Info{Version: s.Version, AccountID: s.AccountID, Region: s.Region, DataDir: s.DataDir,
			Links: s.Links, Endpoints: s.Endpoints, Traces: s.Traces, PID: os.Getpid()},
		Log: s.Log,
	}
	return h, nil
}

// functionEnvironment is what functions get of this process's environment: where
// the services of AWS are, and credentials if they are lent.
func functionEnvironment(environment []string, lend bool) map[string]string {
	out := map[string]string{}
	for _, v := range environment {
		name, value, _ := strings.Cut(v, "=")
		switch name {
		case "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN":
			if lend {
				out[name] = value
			}
		case "AWS_ENDPOINT_URL":
			out[name] = value
		default:
			if strings.HasPrefix(name, "AWS_ENDPOINT_URL_") {
				out[name] = value
			}
		}
	}
	return out
}

func logLine(l lambda.Line) stackapi.LogLine {
	return stackapi.LogLine{Time: l.Time, Function: l.Function, Stream: l.Stream, RequestID: l.RequestID, Text: l.Text}
}

// functions lists the Lambda functions.
func functions(ctx context.Context, h *house.House) ([]stackapi.Function, error) {
	list, err := h.Lambda.ListFunctions(ctx, false)
	if err != nil {
		return nil, err
	}
	out := make([]stackapi.Function, len(list))
	for i, f := range list {
		out[i] = stackapi.Function{Name: f.Name, ARN: h.Lambda.ARN(f.Name, ""), Runtime: f.Runtime, Handler: f.Handler, Code: f.Source.Path}
	}
	return out, nil
}

// notReady says why a house does not serve what it holds.
func notReady(h *house.House) []string {
	served, running := h.Publisher.Served()
	stored, err := h.Store.Revision(context.Background())
	switch {
	case err != nil:
		return []string{"the store does not answer: " + err.Error()}
	case !running:
		return []string{"the publisher does not run"}
	case served < stored:
		return []string{fmt.Sprintf("revision %d of %d is served", served, stored)}
	}
	return nil
}

// endpoints lists every API with what its stages serve.
func endpoints(ctx context.Context, h *house.House) ([]stackapi.API, error) {
	var out []stackapi.API
	for page := (control.Page{Limit: control.MaxLimit}); ; {
		apis, next, err := h.Control.GetRestAPIs(ctx, page)
		if err != nil {
			return nil, err
		}
		for _, api := range apis {
			out = append(out, stackapi.API{ID: api.ID, Name: api.Name})
		}
		if next == "" {
			break
		}
		page.After = next
	}
	keys, err := h.Control.PublishedStages(ctx)
	if err != nil {
		return nil, err
	}
	problems, routes := h.Publisher.Problems(), h.Gateway.Routes()
	for _, k := range keys {
		i := slices.IndexFunc(out, func(a stackapi.API) bool { return a.ID == k.RestAPIID })
		if i < 0 {
			continue
		}
		stage := stackapi.Stage{Name: k.StageName}
		if err := problems[k]; err != nil {
			stage.Problem = err.Error()
		}
		if compiled := routes.Stage(k.RestAPIID, k.StageName); compiled != nil {
			stage.Deployment = compiled.DeploymentID()
			for _, m := range compiled.Methods() {
				stage.Methods = append(stage.Methods, stackapi.Method{HTTPMethod: m.HTTPMethod, Path: m.Path, Type: string(m.Type), Headers: m.Headers, Query: m.Query, Scope: m.Scope})
			}
		}
		out[i].Stages = append(out[i].Stages, stage)
	}
	return out, nil
}

// invoke sends a request to a stage, with its execution log.
func invoke(ctx context.Context, h *house.House, r stackapi.InvokeRequest) (*stackapi.InvokeResponse, error) {
	path, query, _ := strings.Cut(r.Path, "?")
	now := time.Now()
	req := &message.Request{
		Method:   r.Method,
		Scheme:   "http",
		Host:     r.API + ".execute-api.localhost",
		Path:     "/" + r.Stage + path,
		Query:    query,
		Body:     r.Body,
		Peer:     "127.0.0.1",
		Port:     r.Port,
		Received: now,
	}
	req.Header.Add("Host", req.Host)
	for _, f := range r.Headers {
		if http.CanonicalHeaderKey(f[0]) == "Host" {
			continue
		}
		req.Header.Add(f[0], f[1])
	}
	out := &stackapi.InvokeResponse{}
	err := h.Gateway.Trace(ctx, req, func(res *message.Response, trace *dataplane.Trace) error {
		out.Status, out.Body, out.Headers = res.Status, bytes.Clone(res.Body), [][2]string{}
		for _, f := range res.Header {
			out.Headers = append(out.Headers, [2]string{strings.Clone(f.Name), strings.Clone(f.Value)})
		}
		if trace != nil {
			out.Log = strings.Split(strings.TrimSuffix(trace.String(), "\n"), "\n")
		}
		return nil
	})
	out.Millis = float64(time.Since(now).Microseconds()) / 1000
	return out, err
}
