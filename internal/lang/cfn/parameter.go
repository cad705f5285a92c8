package cfn

import (
	"fmt"
	"math/big"
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/dlclark/regexp2/v2"

	"postern/internal/nearest"
)

// A Parameter is a parameter as it is declared.
//
// See "CloudFormation template Parameters syntax".
type Parameter struct {
	Name        string
	Type        string
	Description string
	Default     *string // nil: none
	NoEcho      bool    // the value is a secret
	Allowed     []string

	constraint string // ConstraintDescription
	pattern    *regexp2.Regexp
	source     string   // of pattern
	minLength  int      // characters; -1: none
	maxLength  int      // characters; -1: none
	minValue   *big.Rat // nil: none
	maxValue   *big.Rat
	member     *Member
}

// patternTimeout bounds the backtracking of an AllowedPattern.
const patternTimeout = time.Second

// bootstrapped begins the name of what the CDK keeps about an account. There is
// no such account here, and nothing of it is needed.
//
// See "CDK bootstrapping", BootstrapVersion.
const bootstrapped = "/cdk-bootstrap/"

var parameterMembers = []string{
	"Type", "Default", "AllowedValues", "AllowedPattern", "MinLength", "MaxLength", "MinValue", "MaxValue",
	"NoEcho", "Description", "ConstraintDescription",
}

// decimal keeps exponents out, whose exact value could be very long.
var decimal = regexp.MustCompile(`^[+-]?([0-9]{1,400}(\.[0-9]{0,400})?|\.[0-9]{1,400})([eE][+-]?[0-9]{1,2})?$`)

func (p *parser) parameter(m *Member, path []string) {
	n := m.Value
	x := &Parameter{Name: m.Key, minLength: -1, maxLength: -1, member: m}
	p.t.Parameters, p.t.parameters[m.Key] = append(p.t.Parameters, x), x
	if n.Kind != Map {
		p.errorf(n, path, "found %s, expected a map with Type", n.brief()).AWS = "Template format error: Every Parameters object must contain a Type member."
		return
	}
	p.members(n, path, parameterMembers, "Invalid template parameter property '%s'")
	if typ := n.get("Type"); typ == nil {
		p.keyErrorf(m, path, "has no Type").AWS = "Template format error: Every Parameters object must contain a Type member."
	} else if d := n.get("Default"); d != nil && strings.HasPrefix(d.Text, bootstrapped) && typ.Text == "AWS::SSM::Parameter::Value<String>" {
		x.Type = "String" // of which the CDK's rule asks only that it is not an old version
	} else {
		p.parameterType(x, typ, join(path, "Type"))
	}
	text := func(key string) string {
		v := n.get(key)
		if v == nil {
			return ""
		}
		if !v.isText() {
			p.errorf(v, join(path, key), "found %s, expected text", v.brief()).AWS =
				fmt.Sprintf("Template format error: Every %s member must be a string.", key)
			return ""
		}
		return v.Text
	}
	x.Description, x.constraint = text("Description"), text("ConstraintDescription")
	if n.get("Default") != nil {
		d := text("Default")
		x.Default = &d
	}
	p.bounds(x, n, path)
	if src := text("AllowedPattern"); src != "" {
		re, err := regexp2.Compile(`\A(?:`+src+`)\z`, regexp2.OptionMaxBacktrackingStackSize(1<<20))
		if err != nil {
			p.errorf(n.get("AllowedPattern"), join(path, "AllowedPattern"), "not a regular expression: %s", err)
		} else {
			re.MatchTimeout = patternTimeout
			x.pattern, x.source = re, src
		}
	}
	if v := n.get("AllowedValues"); v != nil {
		if v.Kind != List {
			p.errorf(v, join(path, "AllowedValues"), "found %s, expected a list", v.brief())
		}
		for _, item := range v.Items {
			if !item.isText() {
				p.errorf(item, join(path, "AllowedValues"), "found %s, expected text", item.brief())
				continue
			}
			x.Allowed = append(x.Allowed, item.Text)
		}
	}
	switch s := strings.ToLower(text("NoEcho")); s {
	case "", "false":
	case "true":
		x.NoEcho = true
	default:
		p.errorf(n.get("NoEcho"), join(path, "NoEcho"), "%s is not true or false", quote(s))
	}
	if x.Default != nil {
		if problem, aws := x.check(*x.Default); problem != "" {
			p.errorf(n.get("Default"), join(path, "Default"), "%s", problem).AWS = aws
		}
	}
}

// parameterType accepts the types of AWS. Those that name things of an account
// are text here.
func (p *parser) parameterType(x *Parameter, n *Node, path []string) {
	x.Type = n.Text
	inner := strings.TrimSuffix(strings.TrimPrefix(n.Text, "List<"), ">")
	switch {
	case n.Kind != String:
		p.errorf(n, path, "found %s, expected a type such as String", n.brief())
	case inner == "String" || inner == "Number" || n.Text == "CommaDelimitedList":
	case strings.HasPrefix(n.Text, "AWS::SSM::Parameter::Value<"):
		p.errorf(n, path, "%s is not supported: there is no parameter store", n.Text).Help = "use String and give the value itself"
	case strings.HasPrefix(inner, "AWS::"):
		p.warnf(n, path, "%s is read as text, its existence is not checked", n.Text)
	default:
		e := p.errorf(n, path, "%s is not a parameter type", quote(n.Text))
		e.Help = nearest.Question(n.Text, []string{"String", "Number", "List<Number>", "List<String>", "CommaDelimitedList"})
		e.AWS = fmt.Sprintf("Template format error: Unrecognized parameter type: %s", n.Text)
	}
}

func (p *parser) bounds(x *Parameter, n *Node, path []string) {
	for _, b := range []struct {
		key string
		to  *int
	}{{"MinLength", &x.minLength}, {"MaxLength", &x.maxLength}} {
		if v := n.get(b.key); v != nil {
			i, err := strconv.Atoi(v.Text)
			if err != nil || i < 0 || !v.isText() {
				p.errorf(v, join(path, b.key), "%s is not a whole number from 0", v.brief())
				continue
			}
			*b.to = i
		}
	}
	for _, b := range []struct {
		key string
		to  **big.Rat
	}{{"MinValue", &x.minValue}, {"MaxValue", &x.maxValue}} {
		if v := n.get(b.key); v != nil {
			r, ok := number(v.Text)
			if !ok || !v.isText() {
				p.errorf(v, join(path, b.key), "%s is not a number", v.brief())
				continue
			}
			*b.to = r
		}
	}
}

func number(s string) (*big.Rat, bool) {
	if s = strings.TrimSpace(s); !decimal.MatchString(s) {
		return nil, false
	}
	return new(big.Rat).SetString(s)
}

// IsList reports whether Ref of the parameter gives a list.
func (x *Parameter) IsList() bool {
	return x.Type == "CommaDelimitedList" || strings.HasPrefix(x.Type, "List<")
}

// split cuts the value of a list parameter at commas.
func (x *Parameter) split(value string) []any {
	if value == "" {
		return []any{}
	}
	parts := strings.Split(value, ",")
	out := make([]any, len(parts))
	for i, s := range parts {
		out[i] = strings.TrimSpace(s)
	}
	return out
}

// check returns what is wrong with a value, in our words and those of AWS.
// A secret is not repeated.
func (x *Parameter) check(value string) (problem, aws string) {
	shown := quote(value)
	if x.NoEcho {
		shown = "the value"
	}
	values := []string{value}
	if x.IsList() {
		values = values[:0]
		for _, v := range x.split(value) {
			values = append(values, v.(string))
		}
	}
	defer func() {
		if problem != "" && x.constraint != "" {
			problem += ": " + x.constraint
			aws = fmt.Sprintf("Parameter %s failed to satisfy constraint: %s", x.Name, x.constraint)
		}
	}()
	for _, v := range values {
		if problem, aws = x.checkOne(v, shown); problem != "" {
			return problem, aws
		}
	}
	return "", ""
}

func (x *Parameter) checkOne(v, shown string) (problem, aws string) {
	if x.Type == "Number" || x.Type == "List<Number>" {
		r, ok := number(v)
		switch {
		case !ok:
			return shown + " is not a number", fmt.Sprintf("Parameter '%s' must be a number.", x.Name)
		case x.minValue != nil && r.Cmp(x.minValue) < 0:
			return fmt.Sprintf("%s is less than %s", shown, x.minValue.RatString()),
				fmt.Sprintf("Parameter '%s' must be a number not less than %s", x.Name, x.minValue.RatString())
		case x.maxValue != nil && r.Cmp(x.maxValue) > 0:
			return fmt.Sprintf("%s is greater than %s", shown, x.maxValue.RatString()),
				fmt.Sprintf("Parameter '%s' must be a number not greater than %s", x.Name, x.maxValue.RatString())
		}
	}
	length := utf8.RuneCountInString(v)
	if x.minLength >= 0 && length < x.minLength {
		return fmt.Sprintf("%s has %d characters, at least %d are needed", shown, length, x.minLength),
			fmt.Sprintf("Parameter '%s' must contain at least %d characters", x.Name, x.minLength)
	}
	if x.maxLength >= 0 && length > x.maxLength {
		return fmt.Sprintf("%s has %d characters, at most %d are allowed", shown, length, x.maxLength),
			fmt.Sprintf("Parameter '%s' must contain at most %d characters", x.Name, x.maxLength)
	}
	if x.pattern != nil {
		if ok, err := x.pattern.MatchString(v); err != nil || !ok {
			problem = fmt.Sprintf("%s does not match %s", shown, x.source)
			if err != nil {
				problem = fmt.Sprintf("matching %s against %s took too long", shown, x.source)
			}
			return problem, fmt.Sprintf("Parameter '%s' must match pattern %s", x.Name, x.source)
		}
	}
	if len(x.Allowed) > 0 {
		for _, a := range x.Allowed {
			if a == v {
				return "", ""
			}
		}
		return fmt.Sprintf("%s is not one of %s", shown, clip(strings.Join(x.Allowed, ", "))),
			fmt.Sprintf("Parameter '%s' must be one of AllowedValues", x.Name)
	}
	return "", ""
}
