package cfn

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// A Resolver says what resources give.
type Resolver interface {
	// Ref returns what Ref of a resource gives, and whether it is known.
	Ref(id string) (value any, known bool)

	// GetAtt returns an attribute of a resource, and whether it is known. The
	// error says that there is none of that name.
	GetAtt(id, attribute string) (value any, known bool, err error)
}

// nothing is the Resolver of a stack that does not exist.
type nothing struct{}

func (nothing) Ref(string) (any, bool)                   { return nil, false }
func (nothing) GetAtt(string, string) (any, bool, error) { return nil, false, nil }

// Resolve computes the properties of a resource. The error is Errors.
func (b *Bound) Resolve(id string, r Resolver) (*Resolved, error) {
	x := b.byID[id]
	if x == nil {
		return nil, fmt.Errorf("%s: the template has no resource %s under these conditions", b.Template.File, quote(id))
	}
	path := []string{"Resources", id, "Properties"}
	if x.Properties == nil || x.Properties.bad {
		return &Resolved{template: b.Template, path: path, value: map[string]any{}, origin: &origin{node: x.member.Value}, fallback: x.member}, nil
	}
	v, o, err := b.resolve(x.Properties, path, r)
	if err != nil {
		return nil, err
	}
	if isVoid(v) {
		v = map[string]any{}
	}
	if _, ok := v.(map[string]any); !ok {
		return nil, Errors{{Position: b.Template.position(x.Properties), Width: 1, Path: path, Message: fmt.Sprintf("found %s, expected a map", kindOf(v))}}
	}
	return &Resolved{template: b.Template, path: path, value: v, origin: o, fallback: x.member}, nil
}

// An OutputValue is an output with its value.
type OutputValue struct {
	Name        string
	Description string
	Value       any    // string, or Unknown
	Export      string // name of the export; empty: none
	Secret      bool   // made of a NoEcho parameter
	Position    Position
}

// ResolveOutputs computes the outputs. The error is Errors.
func (b *Bound) ResolveOutputs(r Resolver) ([]OutputValue, error) {
	rep := &report{limit: b.Template.lim.Errors}
	e := b.evaluator(r, rep)
	out := make([]OutputValue, 0, len(b.outputs))
	for _, o := range b.outputs {
		e.budget = b.Template.lim.Output
		path := []string{"Outputs", o.Name}
		v, from := e.value(o.value, join(path, "Value"))
		if isVoid(v) {
			continue
		}
		x := OutputValue{Name: o.Name, Description: o.Description, Value: v, Secret: from.secret, Position: b.Template.position(o.value)}
		if !isUnknown(v) {
			s, ok := textOf(v)
			if !ok {
				e.fail(o.value, join(path, "Value"), "found %s, an output is a string", kindOf(v)).AWS =
					fmt.Sprintf("Template format error: Output %s is malformed. The Value field of every Outputs member must evaluate to a String.", o.Name)
				continue
			}
			x.Value = s
		}
		if o.export != nil {
			name, _ := e.value(o.export, join(path, "Export", "Name"))
			s, ok := textOf(name)
			if (!ok || s == "" || len(s) > 255) && !isVoid(name) {
				e.fail(o.export, join(path, "Export", "Name"), "found %s, expected text of 1 to 255 characters", kindOf(name))
			}
			x.Export = s
		}
		out = append(out, x)
	}
	return out, rep.err()
}

func (b *Bound) resolve(n *Node, path []string, r Resolver) (any, *origin, error) {
	rep := &report{limit: b.Template.lim.Errors}
	v, o := b.evaluator(r, rep).value(n, path)
	if b.lenient {
		return v, o, nil // Examine has reported it
	}
	return v, o, rep.err()
}

func (b *Bound) evaluator(r Resolver, rep *report) *evaluator {
	if r == nil {
		r = nothing{}
	}
	return &evaluator{b: b, t: b.Template, resolver: r, report: rep, budget: b.Template.lim.Output, imported: map[string]bool{}}
}

// masked stands for secrets in messages.
const masked = "****"

// An evaluator computes values.
type evaluator struct {
	b        *Bound
	t        *Template
	resolver Resolver
	report   *report
	budget   int             // bytes and elements that functions may still make
	needs    map[string]bool // resources that were asked for; nil: nobody wants to know
	imported map[string]bool // exports that were asked for
}

func (e *evaluator) fail(n *Node, path []string, format string, args ...any) *Error {
	x := &Error{Position: e.t.position(n), Width: width(n), Path: path, Message: fmt.Sprintf(format, args...)}
	e.report.add(x)
	return x
}

// failed is a value that nobody complains about again.
func failed(n *Node) (any, *origin) { return void{failed: true}, &origin{node: n} }

// spend takes from the budget, and fails when it is used up.
func (e *evaluator) spend(n *Node, path []string, amount int) bool {
	if e.budget < 0 {
		return false
	}
	if e.budget -= amount; e.budget < 0 {
		e.fail(n, path, "the functions of one resource make more than %d bytes", e.t.lim.Output)
		return false
	}
	return true
}

// value computes the value of a node and where its parts come from.
func (e *evaluator) value(n *Node, path []string) (any, *origin) {
	if n == nil {
		return failed(&Node{})
	}
	if n.bad {
		return failed(n)
	}
	o := &origin{node: n}
	switch n.Kind {
	case List:
		out := make([]any, 0, len(n.Items))
		for i, item := range n.Items {
			v, from := e.value(item, join(path, strconv.Itoa(i)))
			if keep, ok := element(v); ok {
				v = keep
			} else {
				continue
			}
			out = append(out, v)
			o.items = append(o.items, from)
			o.secret = o.secret || from.secret
		}
		return out, o
	case Map:
		if name, arg := n.call(); name != "" {
			return e.call(name, n, arg, path)
		}
		out := make(map[string]any, len(n.Members))
		o.members = make(map[string]*origin, len(n.Members))
		for i := range n.Members {
			m := &n.Members[i]
			v, from := e.value(m.Value, join(path, m.Key))
			if keep, ok := element(v); ok {
				v = keep
			} else {
				continue
			}
			from.key = m
			out[m.Key] = v
			o.members[m.Key] = from
			o.secret = o.secret || from.secret
		}
		return out, o
	}
	return scalar(n), o
}

// element returns what stands in a list or map for a value: nothing for
// AWS::NoValue, and something unknown for what was reported.
func element(v any) (any, bool) {
	if x, ok := v.(void); ok {
		return Unknown{}, x.failed
	}
	return v, true
}

// call computes a function whose shape was checked by Parse.
func (e *evaluator) call(name string, n, arg *Node, path []string) (any, *origin) {
	path = join(path, name)
	o := &origin{node: n}
	// in computes an argument, and taints the result if it is a secret.
	in := func(n *Node, path []string) any {
		v, from := e.value(n, path)
		o.secret = o.secret || from.secret
		return v
	}
	switch name {
	case "Ref":
		v, secret := e.name(arg.Text, arg, path)
		o.secret = secret
		return v, o
	case "Fn::GetAtt":
		attr := attributeOf(arg)
		if inner, _ := arg.Items[1].call(); inner != "" {
			attr, _ = textOf(in(arg.Items[1], path))
		}
		return e.attribute(arg.Items[0].Text, attr, arg, path), o
	case "Fn::If":
		branch := 1
		if !e.b.conditions[arg.Items[0].Text] {
			branch = 2
		}
		return e.value(arg.Items[branch], join(path, strconv.Itoa(branch)))
	case "Fn::Sub":
		return e.sub(n, arg, path)
	case "Fn::FindInMap":
		return e.findInMap(arg, path)
	case "Fn::ImportValue":
		v := in(arg, path)
		s, ok := textOf(v)
		if !ok {
			if !isVoid(v) {
				e.fail(arg, path, "found %s, expected the name of an export", kindOf(v))
			}
			return failed(n)
		}
		e.imported[s] = true
		if e.b.in.Export != nil {
			if value, ok := e.b.in.Export(s); ok {
				return value, o
			}
		}
		if o.secret {
			s = masked
		}
		e.fail(arg, path, "no stack exports %s", quote(s)).AWS = fmt.Sprintf("No export named %s found.", s)
		return failed(n)
	}
	// The others compute a result from computed arguments.
	var args []any
	if name == "Fn::Base64" || name == "Fn::Length" || name == "Fn::ToJsonString" {
		args = []any{in(arg, path)}
	} else {
		for i, item := range arg.Items {
			args = append(args, in(item, join(path, strconv.Itoa(i))))
		}
	}
	for _, a := range args {
		if v, ok := a.(void); ok {
			if !v.failed {
				e.fail(n, path, "AWS::NoValue cannot be an argument of %s", name)
			}
			return failed(n)
		}
	}
	if name == "Fn::ToJsonString" && !hasUnknown(args[0]) {
		v := orderedJSON(args[0], arg)
		if !e.spend(n, path, len(v)) {
			return failed(n)
		}
		return v, o
	}
	v, problem, aws := compute(name, args, e.budget)
	if problem != "" && o.secret {
		problem, aws = name+" cannot work with the value of a NoEcho parameter", ""
	}
	if problem != "" {
		e.fail(n, path, "%s", problem).AWS = aws
		return failed(n)
	}
	if !e.spend(n, path, cost(v)) {
		return failed(n)
	}
	return v, o
}

// cost is what a computed value takes from the budget.
func cost(v any) int {
	switch v := v.(type) {
	case string:
		return len(v)
	case Unknown:
		return len(v.Text)
	case []any:
		n := 0
		for _, x := range v {
			n += 16 + cost(x)
		}
		return n
	}
	return 0
}

// name computes Ref of a pseudo parameter, a parameter or a resource.
func (e *evaluator) name(name string, n *Node, path []string) (v any, secret bool) {
	if v, ok := e.pseudo(name); ok {
		return v, false
	}
	if v, ok := e.b.values[name]; ok {
		if list, ok := v.([]any); ok {
			v = slices.Clone(list)
		}
		return v, e.t.parameters[name].NoEcho
	}
	if !e.exists(name, n, path) {
		return void{failed: true}, false
	}
	if v, known := e.resolver.Ref(name); known {
		return v, false
	}
	return Unknown{"${" + name + "}"}, false
}

func (e *evaluator) pseudo(name string) (any, bool) {
	in := &e.b.in
	switch name {
	case "AWS::AccountId":
		return in.AccountID, true
	case "AWS::NotificationARNs":
		list := make([]any, len(in.NotificationARNs))
		for i, s := range in.NotificationARNs {
			list[i] = s
		}
		return list, true
	case "AWS::NoValue":
		return void{}, true
	case "AWS::Partition":
		return in.Partition, true
	case "AWS::Region":
		return in.Region, true
	case "AWS::StackId":
		return in.StackID, true
	case "AWS::StackName":
		return in.StackName, true
	case "AWS::URLSuffix":
		return in.URLSuffix, true
	}
	return nil, false
}

func (e *evaluator) attribute(id, attr string, n *Node, path []string) any {
	if !e.exists(id, n, path) {
		return void{failed: true}
	}
	v, known, err := e.resolver.GetAtt(id, attr)
	if err != nil {
		e.fail(n, path, "%s", err)
		return void{failed: true}
	}
	if known {
		return v
	}
	return Unknown{"${" + id + "." + attr + "}"}
}

// exists notes that a resource is needed, and fails if its condition is false.
func (e *evaluator) exists(id string, n *Node, path []string) bool {
	if e.b.byID[id] == nil {
		if e.b.lenient {
			return false
		}
		r := e.t.resources[id]
		if r == nil {
			e.fail(n, path, "there is no resource %s", quote(id))
			return false
		}
		x := e.fail(n, path, "%s does not exist, because its condition %s is false", id, r.Condition)
		x.Help = "use Fn::If with the same condition"
		x.AWS = fmt.Sprintf("Template format error: Unresolved resource dependencies [%s] in the %s block of the template", id, path[0])
		return false
	}
	if e.needs != nil {
		e.needs[id] = true
	}
	return true
}

func (e *evaluator) findInMap(arg *Node, path []string) (any, *origin) {
	o := &origin{node: arg}
	var keys [3]string
	for i := range keys {
		v, from := e.value(arg.Items[i], join(path, strconv.Itoa(i)))
		o.secret = o.secret || from.secret
		s, ok := textOf(v)
		if !ok {
			if !isVoid(v) {
				e.fail(arg.Items[i], path, "found %s, expected a name that is known before resources exist", kindOf(v))
			}
			return failed(arg)
		}
		keys[i] = s
	}
	at := e.t.Mappings.get(keys[0]).get(keys[1]).get(keys[2])
	if at == nil {
		if len(arg.Items) == 4 {
			return e.value(arg.Items[3].get("DefaultValue"), join(path, "3", "DefaultValue"))
		}
		if o.secret {
			keys[1], keys[2] = masked, masked
		}
		e.fail(arg, path, "mapping %s has no value under %s, %s", keys[0], quote(keys[1]), quote(keys[2])).AWS =
			fmt.Sprintf("Template error: Unable to get mapping for %s::%s::%s", keys[0], keys[1], keys[2])
		return failed(arg)
	}
	v, from := e.value(at, path)
	from.secret = from.secret || o.secret
	return v, from
}

// sub computes Fn::Sub, and remembers which part of the result stands where.
func (e *evaluator) sub(n, arg *Node, path []string) (any, *origin) {
	text, vars := arg, (*Node)(nil)
	if arg.Kind == List {
		text, vars = arg.Items[0], arg.Items[1]
	}
	o := &origin{node: text}
	var b strings.Builder
	unknown := false
	put := func(s string, from int, literal bool) bool {
		o.pieces = append(o.pieces, piece{at: b.Len(), from: from, literal: literal})
		b.WriteString(s)
		return e.spend(n, path, len(s)+1)
	}
	given := map[string]any{} // each is computed once, however often it is used
	secret := map[string]bool{}
	if vars != nil {
		for i := range vars.Members {
			m := &vars.Members[i]
			v, from := e.value(m.Value, join(path, "1", m.Key))
			given[m.Key], secret[m.Key] = v, from.secret
		}
	}
	done := 0
	for _, v := range subVariables(text.Text) {
		if !put(unescapeSub(text.Text[done:v.start]), done, true) {
			return failed(n)
		}
		done = v.end
		value, ok := given[v.name]
		hidden := secret[v.name]
		if !ok {
			value, hidden = e.variable(v.name, text, path)
		}
		o.secret = o.secret || hidden
		s, ok := textOf(value)
		switch u := value.(type) {
		case Unknown:
			unknown, s, ok = true, u.Text, true
		case void:
			if !u.failed {
				e.fail(text, path, "${%s} is AWS::NoValue, which has no text", v.name)
			}
			return failed(n)
		}
		if !ok {
			e.report.add(&Error{Position: e.t.textPosition(text, v.start), Width: len(v.name) + 3, Path: path,
				Message: fmt.Sprintf("${%s} is %s, expected a string", v.name, kindOf(value)), Help: "use Fn::Join for a list"})
			return failed(n)
		}
		if !put(s, v.start, false) {
			return failed(n)
		}
	}
	if !put(unescapeSub(text.Text[done:]), done, true) {
		return failed(n)
	}
	if unknown {
		return Unknown{b.String()}, o
	}
	return b.String(), o
}

// unescapeSub makes ${!x} to ${x}.
func unescapeSub(s string) string { return strings.ReplaceAll(s, "${!", "${") }

func (e *evaluator) variable(name string, text *Node, path []string) (any, bool) {
	if id, attr, ok := strings.Cut(name, "."); ok {
		return e.attribute(id, attr, text, path), false
	}
	return e.name(name, text, path)
}

// orderedJSON writes a value as JSON, with the keys of its node's maps in the
// order of the file where they can be told.
func orderedJSON(v any, n *Node) string {
	m, ok := v.(map[string]any)
	if list, isList := v.([]any); isList {
		parts := make([]string, len(list))
		for i, x := range list {
			var item *Node
			if n != nil && n.Kind == List && len(n.Items) == len(list) {
				item = n.Items[i]
			}
			parts[i] = orderedJSON(x, item)
		}
		return "[" + strings.Join(parts, ",") + "]"
	}
	if !ok || n == nil || n.Kind != Map {
		return jsonText(v)
	}
	var parts []string
	for i := range n.Members {
		if x, ok := m[n.Members[i].Key]; ok {
			parts = append(parts, jsonText(n.Members[i].Key)+":"+orderedJSON(x, n.Members[i].Value))
		}
	}
	if len(parts) != len(m) {
		return jsonText(v)
	}
	return "{" + strings.Join(parts, ",") + "}"
}

func jsonText(v any) string {
	var b strings.Builder
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return "null"
	}
	return strings.TrimSuffix(b.String(), "\n")
}
