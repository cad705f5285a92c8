package lint

import (
	"errors"
	"fmt"
	"regexp"
	"strings"

	"postern/internal/lang/vtl"
)

// A Context is what is known about where a template stands.
type Context struct {
	MediaType string   // the template's key, such as application/json; empty: not known
	Variables []string // variables beside the four of API Gateway
}

// Template returns what is wrong with a mapping template, in the order of the
// text, and at most 20 findings. A template that does not parse has one.
func Template(text string, ctx Context) []Finding {
	r := &report{text: text}
	t, err := vtl.Parse("", text)
	if err != nil {
		r.syntax(err)
		return r.sorted()
	}
	c := &checker{report: r, set: map[string]bool{}}
	t.Walk(c.gather)
	for _, name := range ctx.Variables {
		c.set[name] = true
	}
	for _, p := range c.parts {
		c.part(p)
	}
	c.sample(t, ctx)
	return r.sorted()
}

// syntax reports why a template does not parse.
func (r *report) syntax(err error) {
	var e *vtl.Error
	if !errors.As(err, &e) {
		r.add(Finding{Code: "V0101", Severity: Error, Message: err.Error(), AWS: atRunTime}, 0, 1)
		return
	}
	f := Finding{Code: "V0101", Severity: Error, Message: e.Message, AWS: atRunTime}
	at := Offset(r.text, e.Line, e.Column)
	length := 1
	open := -1
	switch {
	case strings.Contains(e.Message, "#end to end #"):
		f.Code = "V0107"
		_, name, _ := strings.Cut(e.Message, "#end to end #")
		f.Help = "add #end"
		if open = lastOpen(r.text, name); open >= 0 {
			line, column := vtl.Position(r.text, open)
			f.Help += fmt.Sprintf("; the #%s without one stands at line %d, column %d of the template", name, line, column)
		}
	case strings.HasPrefix(e.Message, "found '$' at the end"):
		f.Code, f.Help = "V0102", "write a character after it, such as a line end, or ${esc} with #set($esc = '$')"
	case strings.HasPrefix(e.Message, "found '#' at the end"):
		f.Code, f.Help = "V0102", "write a character after it, such as a line end"
	}
	if at < len(r.text) {
		if word := wordAt.FindString(r.text[at:]); word != "" {
			length = len(word)
		}
	}
	r.add(f, at, length)
	if open >= 0 {
		r.findings[0].ShowOffset, r.findings[0].Length = open, len(wordAt.FindString(r.text[open:]))
	}
}

var wordAt = regexp.MustCompile(`^[$#]?!?\{?[A-Za-z_][A-Za-z0-9_-]*\}?`)

// blockWord finds what opens and ends blocks, and what hides them.
var blockWord = regexp.MustCompile(`(\\*)#(\{?(?:if|foreach|define|literal|macro|end)\}?|#[^\r\n]*|\*(?s:.*?)\*#|\[\[(?s:.*?)\]\]#)`)

// lastOpen returns the offset of the block of a name that is not ended, or -1.
func lastOpen(text, name string) int {
	type opened struct {
		at   int
		name string
	}
	var stack []opened
	for _, m := range blockWord.FindAllStringSubmatchIndex(text, -1) {
		word := strings.Trim(text[m[4]:m[5]], "{}")
		if (m[3]-m[2])%2 == 1 || strings.ContainsAny(word[:1], "#*[") {
			continue
		}
		if next := text[m[5]:]; text[m[4]] != '{' && next != "" && isWordByte(next[0]) {
			continue // a longer word
		}
		if word != "end" {
			stack = append(stack, opened{m[3], word})
		} else if len(stack) > 0 {
			stack = stack[:len(stack)-1]
		}
	}
	for i := len(stack) - 1; i >= 0; i-- {
		if stack[i].name == name {
			return stack[i].at
		}
	}
	return -1
}

func isWordByte(c byte) bool {
	return c == '_' || c == '@' || '0' <= c && c <= '9' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z'
}

// A checker judges the parts of one template.
type checker struct {
	*report
	parts    []vtl.Part
	set      map[string]bool // variables that the template sets
	computes bool
}

// gather is the first look at a part: what the template as a whole knows.
func (c *checker) gather(p vtl.Part) {
	switch p.Role {
	case vtl.Assigned:
		if len(p.Steps) == 0 {
			c.set[p.Name] = true
		}
	case vtl.Looped, vtl.Defined:
		c.set[p.Name] = true
		return
	case vtl.Computed:
		c.computes = true
		return
	}
	c.parts = append(c.parts, p)
}

// part is the second look.
func (c *checker) part(p vtl.Part) {
	switch p.Role {
	case vtl.Failing:
		c.add(Finding{Code: "V0303", Severity: Error, Message: withSource(p.Message, p.Source), AWS: atRunTime}, p.Offset, len(p.Source))
		return
	case vtl.Word:
		c.word(p)
		return
	case vtl.Untrue:
		c.add(Finding{Code: "V0402", Severity: Warning,
			Message: "found text, a number, a list or a map as a condition, which is always false; expected a comparison",
			Help:    `write #if("$x" != "") or #if($n != 0)`}, p.Offset, 1)
		return
	}
	switch p.Name {
	case "input":
		c.input(p)
	case "util":
		c.util(p)
	case "context":
		c.context(p)
	case "stageVariables":
	default:
		c.variable(p)
	}
	c.patterns(p)
	if p.Role == vtl.Tested {
		c.tested(p)
	}
}

// withSource words a failure as vtl.Error does, without its place.
func withSource(message, source string) string {
	if source == "" {
		return message
	}
	const most = 80 // bytes, as in vtl.Error
	if len(source) > most {
		source = strings.ToValidUTF8(source[:most], "") + "…"
	}
	return message + " in " + source
}
