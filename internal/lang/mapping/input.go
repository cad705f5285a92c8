package mapping

// This file is $input.
//
//   - $input.body is the payload as text; an empty one is {}.
//   - $input.path(p) is a value, $input.json(p) its JSON; no match, and null, is
//     no value and "".
//   - $input.params(name) looks in path, query string and header, in this order.
//     A name that is repeated has its last value; the case of a header matters.
//
// See "Input variables" in "Variables for data transformations for API Gateway".

import (
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
		return m.allParams()[0], true, nil
	case len(args) != 1:
		return vtl.Null, false, nil
	case name == "params":
		return vtl.String(m.param(args[0].Text())), true, nil
	case name == "path":
		return m.path(args[0].Text())
	case name == "json":
		return m.json(args[0].Text())
	}
	return vtl.Null, false, nil
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
		r.value = m.values.of(node)
		r.ok = !r.value.IsNull()
	}
	if r.value.AsList() != nil || r.value.AsMap() != nil {
		m.remember(text, r)
	}
	return r.value, r.ok, nil
}

// json evaluates $input.json.
func (m *machine) json(text string) (vtl.Value, bool, error) {
	_, node, ok, err := m.find(text)
	switch {
	case err != nil:
		return vtl.Null, false, err
	case !ok || node.Kind() == jsonpath.Null:
		return vtl.String(`""`), true, nil
	}
	m.buf = node.AppendJSON(m.buf[:0])
	return vtl.String(string(m.buf)), true, nil
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

// allParams returns $input.params() and the three maps in it.
func (m *machine) allParams() []vtl.Value {
	if m.params != nil {
		return m.params
	}
	s := m.scope
	path := vtl.LazyMap(newPairs(len(s.Path), func(i int) message.Pair { return s.Path[i] }), vtl.Ordered).Value()
	query := vtl.LazyMap(newPairs(len(s.Query), func(i int) message.Pair { return s.Query[i] }), vtl.Ordered).Value()
	header := vtl.LazyMap(newPairs(len(s.Header), func(i int) message.Pair {
		return message.Pair(s.Header[i])
	}), vtl.Ordered).Value()
	all := vtl.NewMap(vtl.Ordered)
	all.Put("path", path)
	all.Put("querystring", query)
	all.Put("header", header)
	m.params = append(m.params, all.Value(), path, query, header)
	return m.params
}
