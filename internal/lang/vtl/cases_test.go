package vtl_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"math/big"
	"os"
	"path/filepath"
	"testing"

	"postern/internal/lang/vtl"
)

// A recorded case: see testdata/cases/README.md.
type recorded struct {
	ID       string          `json:"id"`
	Template string          `json:"template"`
	Vars     json.RawMessage `json:"vars"`
	Request  json.RawMessage `json:"request"`
	Context  json.RawMessage `json:"context"`
	Stage    json.RawMessage `json:"stageVariables"`
	Expect   *struct {
		Output *string   `json:"output"`
		Error  *struct{} `json:"error"` // only that it fails counts
	} `json:"expect"`
}

// alone reports whether the engine can run c without gateway objects.
func (c *recorded) alone() bool {
	return c.Request == nil && c.Context == nil && c.Stage == nil
}

func readCases(tb testing.TB) []recorded {
	tb.Helper()
	files, err := filepath.Glob("testdata/cases/*.jsonl")
	if err != nil || len(files) == 0 {
		tb.Fatalf("no case files: %v", err)
	}
	var all []recorded
	for _, name := range files {
		text, err := os.ReadFile(name)
		if err != nil {
			tb.Fatal(err)
		}
		lines := bufio.NewScanner(bytes.NewReader(text))
		lines.Buffer(nil, 1<<22)
		for lines.Scan() {
			var c recorded
			if err := json.Unmarshal(lines.Bytes(), &c); err != nil {
				tb.Fatalf("%s: %v", name, err)
			}
			all = append(all, c)
		}
		if err := lines.Err(); err != nil {
			tb.Fatal(err)
		}
	}
	return all
}

func TestRecordedCases(t *testing.T) {
	run := 0
	for _, c := range readCases(t) {
		if c.Expect == nil || !c.alone() {
			continue
		}
		run++
		t.Run(c.ID, func(t *testing.T) {
			tmpl, err := vtl.Parse(c.ID, c.Template)
			if err != nil {
				if c.Expect.Output != nil {
					t.Fatalf("%q\nis refused: %v\nwant %q", c.Template, err, *c.Expect.Output)
				}
				return
			}
			env := &vtl.Env{Scope: variables(t, c.Vars)}
			out, err := tmpl.AppendTo(nil, env)
			switch {
			case err != nil && c.Expect.Output != nil:
				t.Errorf("%q\nfails: %v\nwant %q", c.Template, err, *c.Expect.Output)
			case err != nil:
				var e *vtl.Error
				if !errors.As(err, &e) || e.Line < 1 || e.Column < 1 || e.Phase != vtl.Rendering {
					t.Errorf("%q\nfails with %#v, want a place", c.Template, err)
				}
			case c.Expect.Output == nil:
				t.Errorf("%q\ngives %q, want a failure", c.Template, out)
			case string(out) != *c.Expect.Output:
				t.Errorf("%q\ngives %q\nwant  %q", c.Template, out, *c.Expect.Output)
			}
		})
	}
	if run < 1700 {
		t.Errorf("only %d cases were run, want 1700 at least", run)
	}
}

// variables turns a JSON object into variables: objects are ordered maps,
// arrays plain lists.
func variables(tb testing.TB, text json.RawMessage) vtl.Variables {
	tb.Helper()
	if len(text) == 0 {
		return nil
	}
	v, err := decode(text)
	if err != nil {
		tb.Fatal(err)
	}
	vars := vtl.Variables{}
	v.AsMap().Range(func(k, v vtl.Value) bool {
		vars[k.Text()] = v
		return true
	})
	return vars
}

func decode(text []byte) (vtl.Value, error) {
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	return decodeValue(d)
}

func decodeValue(d *json.Decoder) (vtl.Value, error) {
	t, err := d.Token()
	if err != nil {
		return vtl.Null, err
	}
	switch t := t.(type) {
	case json.Delim:
		if t == '[' {
			l := vtl.NewList()
			for d.More() {
				v, err := decodeValue(d)
				if err != nil {
					return vtl.Null, err
				}
				l.Append(v)
			}
			_, err := d.Token()
			return l.Value(), err
		}
		m := vtl.NewMap(vtl.Ordered)
		for d.More() {
			k, err := d.Token()
			if err != nil {
				return vtl.Null, err
			}
			v, err := decodeValue(d)
			if err != nil {
				return vtl.Null, err
			}
			m.Put(k.(string), v)
		}
		_, err := d.Token()
		return m.Value(), err
	case string:
		return vtl.String(t), nil
	case bool:
		return vtl.Bool(t), nil
	case json.Number:
		if i, err := t.Int64(); err == nil {
			return vtl.Integer(i), nil
		}
		if i, ok := new(big.Int).SetString(t.String(), 10); ok {
			return vtl.BigInt(i), nil
		}
		const longest = 18 // characters of what the case files hold as a double
		if v, ok := vtl.ParseDecimal(t.String()); ok && len(t) > longest {
			return v, nil
		}
		f, err := t.Float64()
		return vtl.Double(f), err
	case nil:
		return vtl.Null, nil
	}
	return vtl.Null, io.ErrUnexpectedEOF
}
