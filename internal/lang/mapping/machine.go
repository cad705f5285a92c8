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

	found     slab[Override] // what Scope.Override holds
	foundText slab[string]

	context  lazyMap              // of this rendering
	branches []contextBranch      // maps in it, by contextNode.branch
	branched bool                 // one of them is known
	stage    stageVariables       // of this rendering
	buf      []byte               // for texts in the making
	params   *allParams           // of this rendering; nil until a template asks
	paths    map[string]pathValue // $input.path() of this rendering
}

type lazyMap struct {
	m       vtl.Map
	known   bool
	changed bool // by a template
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
	m.overrides.reset()
	m.found.reset()
	m.foundText.reset()
	m.forget()
	m.scope, m.template = nil, nil
}

// forget forgets what belongs to one rendering.
func (m *machine) forget() {
	m.context.known, m.context.changed = false, false
	if m.branched {
		m.branched = false
		for i := range m.branches {
			m.branches[i].known = false
		}
	}
	if m.params != nil {
		m.params.known = false
	}
	if len(m.paths) > 0 {
		clear(m.paths)
	}
}

// begin prepares m for one rendering of t.
func (m *machine) begin(t *Template) {
	m.template = t
	m.forget()
	if m.overrides.used() {
		m.params = nil // overrides may hold a part of it
	}
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
		return m.stage.reset(m.scope.StageVariables).Value(), true
	}
	v, ok := m.scope.more[name]
	return v, ok
}
