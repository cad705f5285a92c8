// Package recorded runs the recorded answers of the real service against
// another server: it sends the requests of a case and compares the answers.
//
// The form of the files is described in testdata/aws-observed/README.md.
package recorded

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"path"
	"strings"
)

// A File is the cases of one topic.
type File struct {
	Topic string `json:"topic"`
	Cases []Case `json:"cases"`
}

// A Case is steps that run in order against one account.
type Case struct {
	Topic   string `json:"-"` // of its file, without .json
	Name    string `json:"name"`
	Backend string `json:"backend"` // what stands at {{backend}}; empty: nothing
	Steps   []Step `json:"steps"`
}

// ID names the case among all cases.
func (c *Case) ID() string { return c.Topic + "/" + c.Name }

// Invokes reports whether the case sends requests to a deployed API.
func (c *Case) Invokes() bool {
	for i := range c.Steps {
		if c.Steps[i].Invoke != nil {
			return true
		}
	}
	return false
}

// A Step is one request to the control plane, or one to a deployed API.
type Step struct {
	Name      string     `json:"step"`
	Op        string     `json:"op"`
	Request   *Request   `json:"request"`
	Invoke    *Invoke    `json:"invoke"`
	Fails     bool       `json:"fails"`
	Unordered []string   `json:"unordered"`
	Observed  []Observed `json:"observed"`
}

// A Request is a request to the control plane, with placeholders.
type Request struct {
	Method   string            `json:"method"`
	Path     string            `json:"path"`
	Query    string            `json:"query"`
	Headers  map[string]string `json:"headers"`
	Body     any               `json:"body"`
	BodyText string            `json:"body_text"`
}

// An Invoke is a request to a deployed API, with placeholders.
type Invoke struct {
	API      string            `json:"api"`
	Method   string            `json:"method"`
	Path     string            `json:"path"`  // begins with the stage
	Query    map[string]any    `json:"query"` // a list is a repeated parameter
	Headers  map[string]string `json:"headers"`
	Body     *string           `json:"body"`
	BodyJSON any               `json:"body_json"`
}

// An Observed is what the service answered, or a part of it.
type Observed struct {
	Key    string `json:"key"`
	Status int    `json:"status"` // 0: this entry has At
	Error  *struct {
		Code    string `json:"code"`
		Message string `json:"message"`
	} `json:"error"`
	Body  any    `json:"body"` // exact; nil: empty
	At    string `json:"at"`   // a path into the answer
	Value any    `json:"value"`
}

// Load reads the step files of a directory in the order of their names. Files
// that are tables instead of steps are left out.
func Load(dir fs.FS) ([]File, error) {
	names, err := fs.Glob(dir, "*.json")
	if err != nil {
		return nil, err
	}
	var files []File
	for _, name := range names {
		text, err := fs.ReadFile(dir, name)
		if err != nil {
			return nil, err
		}
		f, err := parse(text)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		topic := strings.TrimSuffix(path.Base(name), ".json")
		var steps []Case
		for _, c := range f.Cases {
			if len(c.Steps) > 0 {
				c.Topic = topic
				steps = append(steps, c)
			}
		}
		if f.Cases = steps; len(steps) > 0 {
			f.Topic = topic
			files = append(files, f)
		}
	}
	return files, nil
}

func parse(text []byte) (File, error) {
	var probe struct {
		Topic string            `json:"topic"`
		Cases []json.RawMessage `json:"cases"`
	}
	if err := json.Unmarshal(text, &probe); err != nil {
		return File{}, err
	}
	f := File{Topic: probe.Topic}
	for _, raw := range probe.Cases {
		var keys map[string]json.RawMessage
		if json.Unmarshal(raw, &keys) != nil || keys["steps"] == nil {
			continue
		}
		var c Case
		if err := json.Unmarshal(raw, &c); err != nil {
			return File{}, err
		}
		f.Cases = append(f.Cases, c)
	}
	return f, nil
}
