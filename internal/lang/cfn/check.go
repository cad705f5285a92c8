package cfn

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"postern/internal/nearest"
)

// This file checks what can be known without parameter values: that functions
// exist and have the right shape, stand where they may, and name things that
// exist.

// pseudo are the pseudo parameters. See "Get AWS values using pseudo parameters".
var pseudo = []string{
	"AWS::AccountId", "AWS::NotificationARNs", "AWS::NoValue", "AWS::Partition", "AWS::Region", "AWS::StackId", "AWS::StackName", "AWS::URLSuffix",
}

// functions are the functions with their long names, and unsupported why some
// are refused.
var (
	functions = []string{
		"Ref", "Fn::Base64", "Fn::Cidr", "Fn::FindInMap", "Fn::GetAtt", "Fn::If", "Fn::ImportValue", "Fn::Join", "Fn::Length",
		"Fn::Select", "Fn::Split", "Fn::Sub", "Fn::ToJsonString",
	}
	conditionFunctions = []string{"Condition", "Fn::And", "Fn::Equals", "Fn::Not", "Fn::Or"}
	ruleFunctions      = []string{"Fn::Contains", "Fn::EachMemberEquals", "Fn::EachMemberIn"}
	unsupported        = map[string]string{
		"Fn::GetAZs":         "there are no availability zones here",
		"Fn::Transform":      "macros are not supported: write their result into the template",
		"Fn::GetStackOutput": "use an export and Fn::ImportValue",
		"Fn::RefAll":         "there is no account to look into",
		"Fn::ValueOf":        "there is no account to look into",
		"Fn::ValueOfAll":     "there is no account to look into",
	}
)

// A scope says what an expression may use.
type scope struct {
	block     string // Resources or Outputs: for the words of AWS
	self      string // logical id of the resource; empty elsewhere
	resources bool   // may refer to resources
	condition bool   // is a condition
	rule      bool   // is a rule
	maybe     bool   // in a branch of Fn::If
	call      *Node  // the function around, if any
}

func (p *parser) check() {
	t := p.t
	for _, c := range t.Conditions {
		p.boolean(c.Value, []string{"Conditions", c.Name}, scope{condition: true})
	}
	p.conditionCircles()
	for _, r := range t.rules {
		p.rule(r)
	}
	for _, r := range t.Resources {
		s := scope{block: "Resources", self: r.ID, resources: true}
		if r.Properties != nil {
			p.value(r.Properties, []string{"Resources", r.ID, "Properties"}, s)
		}
		s.resources = false
		p.value(r.deletion, []string{"Resources", r.ID, "DeletionPolicy"}, s)
		p.value(r.replace, []string{"Resources", r.ID, "UpdateReplacePolicy"}, s)
	}
	for _, o := range t.Outputs {
		s := scope{block: "Outputs", resources: true}
		p.value(o.value, []string{"Outputs", o.Name, "Value"}, s)
		s.resources = false
		p.value(o.export, []string{"Outputs", o.Name, "Export", "Name"}, s)
	}
	p.unresolved()
	if len(p.report.errors) == 0 {
		p.circles()
	}
}

// value checks a value and all inside it.
func (p *parser) value(n *Node, path []string, s scope) {
	if n == nil || p.report.full() {
		return
	}
	switch n.Kind {
	case Null:
		p.null(n, path)
		n.bad = true
	case String:
		if i := strings.Index(n.Text, "{{resolve:"); i >= 0 {
			p.report.add(&Error{Position: p.t.textPosition(n, i), Width: len("{{resolve:"), Path: path,
				Message: "dynamic references are not supported", Help: "use a parameter with NoEcho"})
			n.bad = true
		}
	case List:
		for i, item := range n.Items {
			p.value(item, join(path, strconv.Itoa(i)), s)
		}
	case Map:
		before := p.report.added
		inner := s
		inner.call = n
		if p.call(n, path, inner) {
			n.bad = n.bad || p.report.added > before
			return
		}
		for i := range n.Members {
			m := &n.Members[i]
			if strings.HasPrefix(m.Key, "Fn::") {
				p.keyErrorf(m, join(path, m.Key), "a function stands alone, here it has %d neighbors", len(n.Members)-1)
				n.bad = true
				continue
			}
			p.value(m.Value, join(path, m.Key), s)
		}
	}
}

// call checks n if it is a call of a function.
func (p *parser) call(n *Node, path []string, s scope) bool {
	name, arg := n.call()
	if name == "" {
		return false
	}
	path = join(path, name)
	if arg.Kind == Null {
		p.errorf(arg, path, "found nothing, expected the argument of %s", name)
		return true
	}
	if why, no := unsupported[name]; no {
		p.errorf(n, path, "%s is not supported: %s", name, why)
		return true
	}
	if slices.Contains(conditionFunctions, name) || slices.Contains(ruleFunctions, name) {
		p.errorf(n, path, "%s gives true or false, here a value is expected", name).Help = "name the condition in Conditions and use Fn::If"
		return true
	}
	if !slices.Contains(functions, name) {
		e := p.errorf(n, path, "there is no function %s", quote(name))
		e.Help = nearest.Question(name, slices.Concat(functions, conditionFunctions))
		e.AWS = "Template error: unknown function " + name
		return true
	}
	p.function(name, n, arg, path, s)
	return true
}

func (p *parser) function(name string, n, arg *Node, path []string, s scope) {
	switch name {
	case "Ref":
		if arg.Kind != String || arg.Text == "" {
			p.errorf(arg, path, "found %s, expected a name", arg.brief()).AWS = "Template error: every Ref object must have a single String value."
			return
		}
		p.name(arg.Text, p.t.position(arg), width(arg), path, s)
	case "Fn::GetAtt":
		p.getAtt(arg, path, s)
	case "Fn::Sub":
		p.sub(arg, path, s)
	case "Fn::Join":
		if !p.args(arg, path, 2, 2, "a delimiter and a list", "Template error: every Fn::Join object requires two parameters, (1) a string delimiter and (2) a list of strings to be joined or a function that returns a list of strings (such as Fn::GetAZs) to be joined.") {
			return
		}
		p.literalText(arg.Items[0], path, "a delimiter")
		p.listOrCall(arg.Items[1], path)
		p.value(arg.Items[1], join(path, "1"), s)
	case "Fn::Split":
		if !p.args(arg, path, 2, 2, "a delimiter and a string", "Template error: every Fn::Split object requires two parameters, (1) a string delimiter and (2) a string to be split or a function that returns a string to be split.") {
			return
		}
		p.literalText(arg.Items[0], path, "a delimiter")
		p.value(arg.Items[1], join(path, "1"), s)
	case "Fn::Select":
		if p.args(arg, path, 2, 2, "an index and a list", "Template error: Fn::Select requires a list argument with two elements: an integer index and a list") {
			p.listOrCall(arg.Items[1], path)
			p.value(arg, path, s)
		}
	case "Fn::FindInMap":
		p.findInMap(arg, path, s)
	case "Fn::If":
		if !p.args(arg, path, 3, 3, "the name of a condition and two values", "Template error: Fn::If requires a list argument with the first element being a condition") {
			return
		}
		if c := arg.Items[0]; c.Kind != String {
			p.errorf(c, path, "found %s, expected the name of a condition", c.brief()).AWS = "Template error: Fn::If requires a list argument with the first element being a condition"
		} else if p.t.conditions[c.Text] == nil {
			p.unknownCondition(c, path)
			p.report.errors[len(p.report.errors)-1].AWS = fmt.Sprintf("Template error: unresolved condition dependency %s in Fn::If", c.Text)
		}
		s.maybe = true
		p.value(arg.Items[1], join(path, "1"), s)
		p.value(arg.Items[2], join(path, "2"), s)
	case "Fn::Base64":
		p.value(arg, path, s)
	case "Fn::Cidr":
		if p.args(arg, path, 2, 3, "an address block, a count and the bits of a subnet", "Template error: Fn::Cidr requires a list of 2 or 3 parameters") {
			p.value(arg, path, s)
		}
	case "Fn::ImportValue":
		s.resources = false
		p.value(arg, path, s)
	case "Fn::Length", "Fn::ToJsonString":
		if !p.t.extensions {
			p.errorf(n, path, "%s needs Transform: AWS::LanguageExtensions at the top of the template", name)
		}
		p.value(arg, path, s)
	}
}

// args checks that a function has a list of arguments of the right length.
func (p *parser) args(arg *Node, path []string, least, most int, what, aws string) bool {
	if arg.Kind != List {
		p.errorf(arg, path, "found %s, expected a list of %s", arg.brief(), what).AWS = aws
		return false
	}
	if len(arg.Items) < least || len(arg.Items) > most {
		p.errorf(arg, path, "found %d arguments, expected %s", len(arg.Items), what).AWS = aws
		return false
	}
	return true
}

func (p *parser) literalText(n *Node, path []string, what string) {
	if !n.isText() {
		p.errorf(n, join(path, "0"), "found %s, expected %s as text", n.brief(), what)
	}
}

func (p *parser) listOrCall(n *Node, path []string) {
	if name, _ := n.call(); name == "" && n.Kind != List {
		p.errorf(n, join(path, "1"), "found %s, expected a list or a function that gives one", n.brief())
	}
}

func (p *parser) getAtt(arg *Node, path []string, s scope) {
	const aws = "Template error: every Fn::GetAtt object requires two non-empty parameters, the resource name and the resource attribute"
	splitGetAtt(arg)
	if arg.Kind != List || len(arg.Items) < 2 || arg.Items[0].Kind != String || arg.Items[0].Text == "" {
		p.errorf(arg, path, "found %s, expected a logical id and an attribute", arg.brief()).AWS = aws
		return
	}
	if len(arg.Items) > 2 {
		// [A, B, C] is A and the attribute B.C.
		for _, item := range arg.Items[1:] {
			if item.Kind != String {
				p.errorf(arg, path, "found %d arguments, expected a logical id and an attribute", len(arg.Items)).AWS = aws
				return
			}
		}
	}
	attr := attributeOf(arg)
	if name, _ := arg.Items[1].call(); name == "Ref" {
		inner := s
		inner.resources = false
		p.value(arg.Items[1], join(path, "1"), inner)
		attr = ""
	} else if arg.Items[1].Kind != String || attr == "" {
		p.errorf(arg.Items[1], path, "found %s, expected an attribute", arg.Items[1].brief()).AWS = aws
		return
	}
	id := arg.Items[0]
	p.refer(id.Text, attr, p.t.position(id), width(id), path, s)
}

// attributeOf returns the attribute of the arguments of Fn::GetAtt if it is text.
func attributeOf(arg *Node) string {
	names := make([]string, 0, 2)
	for _, item := range arg.Items[1:] {
		names = append(names, item.Text)
	}
	return strings.Join(names, ".")
}

func (p *parser) sub(arg *Node, path []string, s scope) {
	const aws = "Template error: One or more Fn::Sub intrinsic functions don't specify expected arguments. Specify a string as first argument, and an optional second argument to specify a mapping of values to replace in the string"
	text, vars := arg, (*Node)(nil)
	if arg.Kind == List {
		if len(arg.Items) != 2 || arg.Items[1].Kind != Map {
			p.errorf(arg, path, "expected a string, or a list of a string and a map of variables").AWS = aws
			return
		}
		text, vars = arg.Items[0], arg.Items[1]
	}
	if !text.isText() {
		p.errorf(text, path, "found %s, expected a string", text.brief()).AWS = aws
		return
	}
	p.value(text, path, s)
	if vars != nil {
		for i := range vars.Members {
			p.value(vars.Members[i].Value, join(path, "1", vars.Members[i].Key), s)
		}
	}
	for _, v := range subVariables(text.Text) {
		at := p.t.textPosition(text, v.start)
		w := utf8.RuneCountInString(text.Text[v.start:v.end])
		if !v.valid() {
			p.report.add(&Error{Position: at, Width: w, Path: path,
				Message: fmt.Sprintf("%s is not the name of a variable: letters, digits, _ . :", quote(text.Text[v.start:v.end])),
				Help:    "for a literal ${ write ${!",
				AWS:     "Template error: variable names in Fn::Sub syntax must contain only alphanumeric characters, underscores, periods, and colons"})
			continue
		}
		if vars.get(v.name) != nil {
			continue
		}
		if id, attr, ok := strings.Cut(v.name, "."); ok {
			p.refer(id, attr, at, w, path, s)
		} else {
			p.name(v.name, at, w, path, s)
		}
	}
}

func (p *parser) findInMap(arg *Node, path []string, s scope) {
	if !p.args(arg, path, 3, 4, "a mapping and two keys", "Template error: every Fn::FindInMap object requires three parameters, the map name, map key and the attribute for return value") {
		return
	}
	if len(arg.Items) == 4 {
		d := arg.Items[3]
		if !p.t.extensions {
			p.errorf(d, path, "a default needs Transform: AWS::LanguageExtensions at the top of the template")
		} else if d.Kind != Map || d.get("DefaultValue") == nil || len(d.Members) != 1 {
			p.errorf(d, path, "found %s, expected a map with DefaultValue", d.brief())
		} else {
			p.value(d.get("DefaultValue"), join(path, "3", "DefaultValue"), s)
		}
	}
	s.resources = false
	if m := arg.Items[0]; m.Kind == String && p.t.Mappings.get(m.Text) == nil {
		var names []string
		if p.t.Mappings != nil {
			for i := range p.t.Mappings.Members {
				names = append(names, p.t.Mappings.Members[i].Key)
			}
		}
		e := p.errorf(m, path, "there is no mapping %s", quote(m.Text))
		e.Help = nearest.Question(m.Text, names)
		e.AWS = fmt.Sprintf("Template error: Mapping named '%s' is not present in the 'Mappings' section of template.", m.Text)
	}
	for i, item := range arg.Items[:3] {
		p.value(item, join(path, strconv.Itoa(i)), s)
	}
}

// name checks what Ref names: a pseudo parameter, a parameter, or a resource.
func (p *parser) name(name string, at Position, w int, path []string, s scope) {
	switch {
	case strings.HasPrefix(name, "AWS::"):
		if !slices.Contains(pseudo, name) {
			p.report.add(&Error{Position: at, Width: w, Path: path, Message: fmt.Sprintf("there is no pseudo parameter %s", quote(name)), Help: nearest.Question(name, pseudo),
				AWS: p.unresolvedAWS(name, s.block)})
		}
	case p.t.parameters[name] != nil:
		p.t.uses = append(p.t.uses, Reference{Position: at, Width: w, Path: path, From: s.self, To: name})
	default:
		p.refer(name, "", at, w, path, s)
	}
}

// refer notes a reference to a resource; unresolved judges it when all are known.
func (p *parser) refer(id, attr string, at Position, w int, path []string, s scope) {
	if !s.resources {
		if p.t.resources[id] != nil {
			p.report.add(&Error{Position: at, Width: w, Path: path,
				Message: fmt.Sprintf("%s is a resource, here only parameters can be used", id),
				AWS:     p.unresolvedAWS(id, cmpOr(s.block, "Conditions"))})
			return
		}
	}
	p.t.references = append(p.t.references, Reference{Position: at, Width: w, Path: path, From: s.self, To: id, Attribute: attr, maybe: s.maybe, call: s.call})
}

func cmpOr(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

func (p *parser) unresolvedAWS(id, block string) string {
	return fmt.Sprintf("Template format error: Unresolved resource dependencies [%s] in the %s block of the template", id, cmpOr(block, "Resources"))
}

// unresolved reports references to what is not there.
func (p *parser) unresolved() {
	var names []string
	for id := range p.t.resources {
		names = append(names, id)
	}
	for id := range p.t.parameters {
		names = append(names, id)
	}
	slices.Sort(names)
	for _, r := range p.t.references {
		if p.t.resources[r.To] != nil {
			continue
		}
		if r.call != nil {
			r.call.bad = true
		}
		if p.report.full() {
			return
		}
		what := "resource or parameter"
		if r.Attribute != "" || r.Depends {
			what = "resource"
		}
		if p.t.parameters[r.To] != nil {
			p.report.add(&Error{Position: r.Position, Width: r.Width, Path: r.Path, Message: fmt.Sprintf("%s is a parameter, expected a resource", r.To),
				AWS: p.unresolvedAWS(r.To, r.Path[0])})
			continue
		}
		p.report.add(&Error{Position: r.Position, Width: r.Width, Path: r.Path, Message: fmt.Sprintf("there is no %s %s", what, quote(r.To)),
			Help: nearest.Question(r.To, names), AWS: p.unresolvedAWS(r.To, r.Path[0])})
	}
}
