package mapping

// This file is $input.
//
//   - $input.body is the payload as text; an empty one is {}.
//   - $input.path(p) is a value, $input.json(p) its JSON; no match, and null, is
//     no value and "".
//   - $input.params(name) looks in path, query string and header, in this order.
//     A name that is repeated has its last value; the case of a header matters.
//   - What is no text is no path, and fails as a name, as params needs no argument.
//
// See "Input variables" in "Variables for data transformations for API Gateway".

import (
	"errors"
	"fmt"

	"postern/internal/lang/jsonpath"
	"postern/internal/lang/vtl"
	"postern/internal/message"
)

// input is the host object $input.
type input machine

// Property returns $input.body.
func (in *input) Property(name string) (vtl.Value, bool) {
	if name != "body" {
		return vtl.Null, false
	}
	return vtl.String((*machine)(in).payload().text()), true
}

// Call calls path, json or params.
func (in *input) Call(name string, args []vtl.Value) (vtl.Value, bool, error) {
	m := (*machine)(in)
	switch {
	case name == "params" && len(args) == 0:
		return m.allParams(), true, nil
	case !isText(args):
		if name == "params" {
			return vtl.Null, false, errParams
		}
		return vtl.Null, false, nil
	case name == "params":
		return vtl.String(m.param(args[0].Text())), true, nil
	case name == "path":
		return m.path(args[0].Text())
	case name == "json":
		var err error
		m.buf, err = m.appendJSON(m.buf[:0], args[0].Text())
		return vtl.String(string(m.buf)), err == nil, err
	}
	return vtl.Null, false, nil
}

// AppendCall prints JSON and parameters without making texts of them.
func (in *input) AppendCall(dst []byte, name string, args []vtl.Value) ([]byte, bool, error) {
	if !isText(args) {
		return dst, false, nil
	}
	m := (*machine)(in)
	switch name {
	case "params":
		return append(dst, m.param(args[0].Text())...), true, nil
	case "json":
		dst, err := m.appendJSON(dst, args[0].Text())
		return dst, true, err
	}
	return dst, false, nil
}

var errParams = errors.New("found another argument of $input.params than one text, expected a name or nothing")

// isText reports whether the argument is one text, or null.
func isText(args []vtl.Value) bool {
	return len(args) == 1 && (args[0].Kind() == vtl.KindString || args[0].IsNull())
}

// AppendTo prints nothing: $input itself has no text. [chosen]
func (in *input) AppendTo(dst []byte) []byte { return dst }

// compiled returns the path of text, compiled with the template if it stands
// there, and otherwise once per rendering.
func (m *machine) compiled(text string) (*jsonpath.Path, error) {
	if p := m.template.paths[text]; p != nil {
		return p, nil
	}
	if r, ok := m.paths[text]; ok {
		return r.path, nil
	}
	p, err := jsonpath.Compile(text)
	if err == nil {
		m.remember(text, pathValue{path: p})
	}
	return p, err
}

// remember keeps what is known about the path of text for this rendering.
func (m *machine) remember(text string, r pathValue) {
	const most = 10_000 // a template can make paths without end
	if m.paths == nil {
		m.paths = make(map[string]pathValue)
	}
	if len(m.paths) < most {
		m.paths[text] = r
	}
}

// path evaluates $input.path. Asked again, it gives the same object, so that a
// template that has changed it sees the change.
func (m *machine) path(text string) (vtl.Value, bool, error) {
	if r := m.paths[text]; r.known {
		return r.value, r.ok, nil
	}
	p, node, ok, err := m.find(text)
	if err != nil {
		return vtl.Null, false, err
	}
	r := pathValue{path: p, known: true}
	if ok {
		r.value = m.values.of(m.payload().doc(), node)
		r.ok = !r.value.IsNull()
	}
	if r.value.AsList() != nil || r.value.AsMap() != nil {
		m.remember(text, r)
	}
	return r.value, r.ok, nil
}

// appendJSON evaluates $input.json.
func (m *machine) appendJSON(dst []byte, text string) ([]byte, error) {
	if p, err := m.compiled(text); err == nil && p.IsRoot() {
		if out, ok := m.payload().appendJSON(dst); ok {
			return out, nil
		}
	}
	_, node, ok, err := m.find(text)
	switch {
	case err != nil:
		return dst, err
	case !ok || node.Kind() == jsonpath.Null:
		return append(dst, `""`...), nil
	}
	return node.AppendJSON(dst), nil
}

func (m *machine) find(text string) (*jsonpath.Path, jsonpath.Node, bool, error) {
	p, err := m.compiled(text)
	if err != nil {
		return nil, jsonpath.Node{}, false, err
	}
	node, ok, err := p.Eval(m.payload().doc())
	if err != nil {
		return nil, jsonpath.Node{}, false, fmt.Errorf("JSONPath %q: %w", text, err)
	}
	return p, node, ok, nil
}

// param looks up $input.params(name).
func (m *machine) param(name string) string {
	s := m.scope
	if v, ok := s.Path.Last(name); ok {
		return v
	}
	if v, ok := s.Query.Last(name); ok {
		return v
	}
	v, _ := s.Header.LastExact(name)
	return v
}

// allParams is $input.params() and the three maps in it.
type allParams struct {
	all    vtl.Map
	groups [3]paramGroup
	known  bool
}

type paramGroup struct {
	pairs pairs
	hash  vtl.Map
}

// allParams returns $input.params().
func (m *machine) allParams() vtl.Value {
	if m.params == nil {
		m.params = new(allParams)
	}
	p := m.params
	if p.known {
		return p.all.Value()
	}
	s := m.scope
	path, query, header := &p.groups[0], &p.groups[1], &p.groups[2]
	path.pairs.reset()
	for _, v := range s.Path {
		path.pairs.add(v)
	}
	query.pairs.reset()
	for _, v := range s.Query {
		query.pairs.add(v)
	}
	header.pairs.reset()
	for _, f := range s.Header {
		header.pairs.add(message.Pair(f))
	}
	p.all.Reset(vtl.Ordered, nil)
	for i, name := range [...]string{"path", "querystring", "header"} {
		g := &p.groups[i]
		g.hash.Reset(vtl.Ordered, &g.pairs)
		p.all.Put(name, g.hash.Value())
	}
	p.known = true
	return p.all.Value()
}
