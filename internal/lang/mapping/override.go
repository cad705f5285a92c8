package mapping

import (
	"strconv"

	"postern/internal/lang/vtl"
)

// Overrides is what templates have set on $context.requestOverride and
// $context.responseOverride. The later of two templates sees what the earlier
// has set.
//
// See "Use a mapping template to override an API's request and response
// parameters and status codes for REST APIs in API Gateway".
type Overrides struct {
	Header, Query, Path []Override // of the integration request
	ResponseHeader      []Override
	ResponseStatus      int // 0: not set, or not an integer from 100 to 599
}

// An Override is one parameter and its new value or values.
type Override struct {
	Name   string
	Values []string
}

// overrideMaps are the maps that templates write to. They exist once a template
// has asked for them, and then with all that is in them. [observed]
type overrideMaps struct {
	request, response *vtl.Map
	room              [requestMaps + 2]vtl.Map // the two with those in them
}

const requestMaps = 4 // of requestOverride: itself and three in it

// reset forgets what templates have set and keeps the memory.
func (o *overrideMaps) reset() {
	used := o.room[:0]
	switch {
	case o.request != nil:
		used = o.room[:]
	case o.response != nil:
		used = o.room[requestMaps:]
	}
	for i := range used {
		used[i].Reset(0, nil)
	}
	o.request, o.response = nil, nil
}

// used reports whether a template has asked for one of the maps.
func (o *overrideMaps) used() bool { return o.request != nil || o.response != nil }

func (o *overrideMaps) requestMap() *vtl.Map {
	if o.request == nil {
		o.request = overrideMap(o.room[:requestMaps], "header", "path", "querystring")
	}
	return o.request
}

func (o *overrideMaps) responseMap() *vtl.Map {
	if o.response == nil {
		o.response = overrideMap(o.room[requestMaps:], "header")
	}
	return o.response
}

// overrideMap makes the first map of room one that holds the others by name.
func overrideMap(room []vtl.Map, names ...string) *vtl.Map {
	m := &room[0]
	m.Reset(vtl.Hashed|vtl.Silent, nil)
	for i, name := range names {
		room[i+1].Reset(vtl.Hashed|vtl.Silent, nil)
		m.Put(name, room[i+1].Value())
	}
	return m
}

// collect takes what templates have set into the scope.
func (m *machine) collect() {
	if !m.overrides.used() {
		return
	}
	m.current("requestOverride", &m.overrides.request)
	m.current("responseOverride", &m.overrides.response)
	o := &m.scope.Override
	*o = Overrides{}
	if request := m.overrides.request; request != nil {
		o.Header = m.parameters(request, "header")
		o.Query = m.parameters(request, "querystring")
		o.Path = m.parameters(request, "path")
	}
	if response := m.overrides.response; response != nil {
		o.ResponseHeader = m.parameters(response, "header")
		status, _ := response.Get("status")
		o.ResponseStatus = statusOf(status)
	}
}

// current replaces a map by what $context has in its place, which may be
// another map or none.
func (m *machine) current(name string, have **vtl.Map) {
	if *have != nil && m.context.known && !m.context.m.IsLazy() {
		v, _ := m.contextMap().Get(name)
		*have = v.AsMap()
	}
}

// parameters returns the overrides in one of the maps, or nil.
func (m *machine) parameters(of *vtl.Map, name string) []Override {
	v, _ := of.Get(name)
	group := v.AsMap()
	if group == nil || group.Len() == 0 {
		return nil
	}
	out := m.found.take(group.Len())[:0]
	group.Range(func(key, v vtl.Value) bool {
		out = append(out, Override{key.Text(), m.texts(v)})
		return true
	})
	return out
}

// texts returns the printed forms of a list's elements, or of the one value.
func (m *machine) texts(v vtl.Value) []string {
	list := v.AsList()
	if list == nil {
		out := m.foundText.take(1)
		out[0] = v.Text()
		return out
	}
	out := m.foundText.take(list.Len())
	for i := range out {
		out[i] = list.At(i).Text()
	}
	return out
}

// statusOf returns a status that a response can have, or 0. Chosen: digits in
// quotes count, since JSON fields often hold them so.
func statusOf(v vtl.Value) int {
	n, ok := v.AsInt()
	if s, isText := v.AsString(); isText && len(s) == 3 {
		i, err := strconv.Atoi(s)
		n, ok = int64(i), err == nil
	}
	if !ok || n < 100 || n > 599 {
		return 0
	}
	return int(n)
}
