package mapping

import "postern/internal/lang/vtl"

// This file lets a test, or someone who tries a template, say what it sees.

// GiveContext makes $context of templates a map with these members and the two
// override maps, in place of what s.Context holds. Expressions and substitutions
// go on reading s.Context. Maps within should be Hashed and Silent, as those of
// API Gateway are. s keeps members, which must not change.
func (s *Scope) GiveContext(members *vtl.Map) { s.given = members }

// GiveVariables adds variables to the four of API Gateway, for tests of a part of
// a template. s keeps vars, which must not change.
func (s *Scope) GiveVariables(vars vtl.Variables) { s.more = vars }

// givenContext returns a $context of its own for one rendering.
func (m *machine) givenContext() *vtl.Map {
	c := vtl.NewMap(vtl.Hashed | vtl.Silent)
	m.scope.given.Range(func(name, v vtl.Value) bool {
		c.Put(name.Text(), v)
		return true
	})
	c.Put("requestOverride", m.overrides.requestMap().Value())
	c.Put("responseOverride", m.overrides.responseMap().Value())
	return c
}

// OverrideMaps returns $context.requestOverride and $context.responseOverride
// as the templates of s have left them, also what has no effect. A map that
// none has asked for is nil. They are valid until s is used again.
func (s *Scope) OverrideMaps() (request, response *vtl.Map) {
	if s.machine == nil {
		return nil, nil
	}
	return s.machine.overrides.request, s.machine.overrides.response
}

// ContextNames returns the names of the $context variables that templates can
// read, dotted, and the maps among them that hold names of their own:
// authorizer, requestOverride and responseOverride.
func ContextNames() []string {
	names := make([]string, 0, len(variables)+3)
	for i := range variables {
		if variables[i].where&inTemplates != 0 {
			names = append(names, variables[i].name)
		}
	}
	return append(names, "authorizer", "requestOverride", "responseOverride")
}
