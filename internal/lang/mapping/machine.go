package mapping

import (
	"postern/internal/lang/jsonpath"
	"postern/internal/lang/vtl"
)

// A machine is what a scope needs to run templates and to read JSON. It lives as
// long as its exchange and keeps its memory.
type machine struct {
	scope    *Scope // at work for
	template *Template
	env      vtl.Env

	request  payload
	response payload
	values   values // what is alive of the JSON in them, and in texts

	// What the request template sets here, the response template reads.
	// [observed]
	overrides overrideMaps

	context lazyMap              // of this rendering
	nested  []nestedMap          // maps in it, by their place in the table
	buf     []byte               // for texts in the making
	params  []vtl.Value          // $input.params() of this rendering: all, path, querystring, header
	paths   map[string]pathValue // $input.path() of this rendering
}

type lazyMap struct {
	m     vtl.Map
	known bool
}

type nestedMap struct {
	node *contextNode
	m    *vtl.Map
}

// A pathValue is the result of $input.path.
type pathValue struct {
	path  *jsonpath.Path
	value vtl.Value
	ok    bool
	known bool
}

// maxKept is the memory in bytes that a buffer keeps between requests.
const maxKept = 1 << 20

// reset forgets the request and keeps the memory.
func (m *machine) reset() {
	if cap(m.buf) > maxKept {
		m.buf = nil
	}
	m.request.reset()
	m.response.reset()
	m.env.Reset()
	m.values.reset()
	clear(m.nested[:cap(m.nested)])
	clear(m.paths)
	*m = machine{
		env:      m.env,
		request:  m.request,
		response: m.response,
		values:   m.values,
		nested:   m.nested[:0],
		buf:      m.buf[:0],
		paths:    m.paths,
	}
}

// begin prepares m for one rendering of t.
func (m *machine) begin(t *Template) {
	m.template = t
	m.context.known = false
	clear(m.nested)
	m.nested = m.nested[:0]
	m.params = nil
	clear(m.paths)
	m.env.Scope = (*globals)(m)
}

// payload returns the payload that $input reads.
func (m *machine) payload() *payload { return m.scope.payload(m.scope.inResponse) }

// globals is the variables a template starts with.
type globals machine

// Variable returns one of the four gateway variables, or one that was given.
func (g *globals) Variable(name string) (vtl.Value, bool) {
	m := (*machine)(g)
	switch name {
	case "input":
		return vtl.Object((*input)(m)), true
	case "context":
		return m.contextMap().Value(), true
	case "util":
		return vtl.Object((*util)(m)), true
	case "stageVariables":
		return vtl.LazyMap(&stageVariables{vars: m.scope.StageVariables}, vtl.Hashed).Value(), true
	}
	v, ok := m.scope.more[name]
	return v, ok
}
