package cfn

import (
	"fmt"
	"reflect"
)

// condition decides a named condition, once.
func (e *evaluator) condition(name string, n *Node, path []string) bool {
	if v, ok := e.b.conditions[name]; ok {
		return v
	}
	e.b.conditions[name] = false // what needs itself was reported
	v := e.truth(n, path)
	e.b.conditions[name] = v
	return v
}

// truth decides an expression whose shape was checked by Parse.
func (e *evaluator) truth(n *Node, path []string) bool {
	if n.bad {
		return false
	}
	if n.Kind == Bool {
		return scalar(n) == true
	}
	name, arg := n.Members[0].Key, n.Members[0].Value
	path = join(path, name)
	switch name {
	case "Condition":
		c := e.t.conditions[arg.Text]
		return e.condition(c.Name, c.Value, []string{"Conditions", c.Name})
	case "Fn::And":
		all := true
		for _, item := range arg.Items {
			all = e.truth(item, path) && all
		}
		return all
	case "Fn::Or":
		one := false
		for _, item := range arg.Items {
			one = e.truth(item, path) || one
		}
		return one
	case "Fn::Not":
		return !e.truth(arg.Items[0], path)
	}
	a, b := e.operand(arg.Items[0], path), e.operand(arg.Items[1], path)
	switch name {
	case "Fn::Equals":
		return same(a, b)
	case "Fn::Contains":
		return e.contains(arg, path, a, b)
	case "Fn::EachMemberIn":
		for _, v := range listOf(a) {
			if !e.contains(arg, path, b, v) {
				return false
			}
		}
		return true
	default: // Fn::EachMemberEquals
		for _, v := range listOf(a) {
			if !same(v, b) {
				return false
			}
		}
		return true
	}
}

func (e *evaluator) operand(n *Node, path []string) any {
	// A named condition that Fn::If asks for must be decided first.
	for _, name := range conditionsIn(n, nil) {
		if c := e.t.conditions[name]; c != nil {
			e.condition(c.Name, c.Value, []string{"Conditions", c.Name})
		}
	}
	v, _ := e.value(n, path)
	return v
}

func (e *evaluator) contains(n *Node, path []string, list, v any) bool {
	l, ok := list.([]any)
	if !ok {
		e.fail(n, path, "found %s, expected a list", kindOf(list))
		return false
	}
	for _, x := range l {
		if same(x, v) {
			return true
		}
	}
	return false
}

func listOf(v any) []any {
	if l, ok := v.([]any); ok {
		return l
	}
	return []any{v}
}

// same compares as text what is text.
func same(a, b any) bool {
	x, ok1 := textOf(a)
	y, ok2 := textOf(b)
	if ok1 || ok2 {
		return ok1 && ok2 && x == y
	}
	return reflect.DeepEqual(plainOf(a), plainOf(b))
}

// plainOf spells all scalars inside a value as text.
func plainOf(v any) any {
	switch v := v.(type) {
	case []any:
		out := make([]any, len(v))
		for i, x := range v {
			out[i] = plainOf(x)
		}
		return out
	case map[string]any:
		out := make(map[string]any, len(v))
		for k, x := range v {
			out[k] = plainOf(x)
		}
		return out
	}
	if s, ok := textOf(v); ok {
		return s
	}
	return fmt.Sprint(v)
}
