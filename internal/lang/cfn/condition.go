package cfn

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"postern/internal/nearest"
)

// boolean checks an expression that is true or false.
//
// See "Condition functions" and "Rule-specific intrinsic functions".
func (p *parser) boolean(n *Node, path []string, s scope) {
	before := p.report.added
	defer func() { n.bad = n.bad || p.report.added > before }()
	if n.Kind != Map || len(n.Members) != 1 {
		if s.rule && n.Kind == Bool {
			return
		}
		p.errorf(n, path, "found %s, expected one of %s", n.brief(), strings.Join(conditionFunctions, ", ")).AWS =
			"Template format error: Conditions can only be boolean operations on parameters and other conditions"
		return
	}
	name, arg := n.Members[0].Key, n.Members[0].Value
	path = join(path, name)
	if why, no := unsupported[name]; no {
		p.errorf(n, path, "%s is not supported: %s", name, why)
		return
	}
	switch {
	case name == "Condition":
		if arg.Kind != String || p.t.conditions[arg.Text] == nil {
			p.unknownCondition(arg, path)
		}
	case name == "Fn::Equals":
		if p.args(arg, path, 2, 2, "two values", "Template error: every Fn::Equals object requires a list of 2 string parameters.") {
			p.value(arg.Items[0], join(path, "0"), s)
			p.value(arg.Items[1], join(path, "1"), s)
		}
	case name == "Fn::And", name == "Fn::Or", name == "Fn::Not":
		least, most, what := 2, 10, "2 to 10 conditions"
		aws := fmt.Sprintf("Template error: every %s object requires a list of at least 2 and at most 10 boolean parameters.", name)
		if name == "Fn::Not" {
			least, most, what = 1, 1, "one condition"
			aws = "Template error: every Fn::Not object requires one boolean parameter."
		}
		if p.args(arg, path, least, most, what, aws) {
			for i, item := range arg.Items {
				p.boolean(item, join(path, strconv.Itoa(i)), s)
			}
		}
	case s.rule && slices.Contains(ruleFunctions, name):
		if p.args(arg, path, 2, 2, "two lists or values", "") {
			p.value(arg.Items[0], join(path, "0"), s)
			p.value(arg.Items[1], join(path, "1"), s)
		}
	default:
		e := p.errorf(n, path, "%s does not give true or false, expected one of %s", quote(name), strings.Join(conditionFunctions, ", "))
		e.Help = nearest.Question(name, conditionFunctions)
		e.AWS = "Template format error: Conditions can only be boolean operations on parameters and other conditions"
	}
}

// rule checks {RuleConditions?, Assertions: [{Assert, AssertDescription}]}.
func (p *parser) rule(r *Named) {
	path := []string{"Rules", r.Name}
	if r.Value.Kind != Map {
		p.errorf(r.Value, path, "found %s, expected a map with Assertions", r.Value.brief())
		return
	}
	p.members(r.Value, path, []string{"RuleCondition", "RuleConditions", "Assertions"}, "")
	s := scope{rule: true}
	for _, key := range []string{"RuleCondition", "RuleConditions"} {
		if c := r.Value.get(key); c != nil {
			p.boolean(c, join(path, key), s)
		}
	}
	as := r.Value.get("Assertions")
	if as == nil || as.Kind != List || len(as.Items) == 0 {
		p.keyErrorf(r.member, path, "expected a list of Assertions")
		return
	}
	for i, a := range as.Items {
		at := join(path, "Assertions", strconv.Itoa(i))
		if a.get("Assert") == nil {
			p.errorf(a, at, "expected a map with Assert and AssertDescription")
			continue
		}
		p.members(a, at, []string{"Assert", "AssertDescription"}, "")
		p.boolean(a.get("Assert"), join(at, "Assert"), s)
	}
}

// conditionCircles reports conditions that need themselves, and finds the order
// in which conditions can be decided.
func (p *parser) conditionCircles() {
	g := graph{}
	for _, c := range p.t.Conditions {
		g[c.Name] = conditionsIn(c.Value, nil)
	}
	order, found := g.walk(p.report.limit)
	for _, name := range order {
		p.t.decide = append(p.t.decide, p.t.conditions[name])
	}
	for _, circle := range found {
		c := p.t.conditions[circle[0]]
		e := p.keyErrorf(c.member, []string{"Conditions", c.Name}, "the condition needs itself: %s", showCircle(circle))
		e.AWS = fmt.Sprintf("Circular dependency between conditions: [%s]", strings.Join(circle, ", "))
	}
}

func conditionsIn(n *Node, names []string) []string {
	if n == nil {
		return names
	}
	for _, item := range n.Items {
		names = conditionsIn(item, names)
	}
	for i := range n.Members {
		m := &n.Members[i]
		if m.Key == "Condition" && m.Value.Kind == String {
			names = append(names, m.Value.Text)
		} else if m.Key == "Fn::If" && m.Value.Kind == List && len(m.Value.Items) > 0 && m.Value.Items[0].Kind == String {
			names = append(names, m.Value.Items[0].Text)
			names = conditionsIn(m.Value, names)
		} else {
			names = conditionsIn(m.Value, names)
		}
	}
	return names
}
