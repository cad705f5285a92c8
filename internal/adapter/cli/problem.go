package cli

import (
	"fmt"
	"path/filepath"
	"strconv"
	"strings"
	"unicode/utf8"

	"postern/internal/adapter/stackapi"
	"postern/internal/lang/cfn"
)

// maxSource is how many characters of a source line are shown.
const maxSource = 160

// problems shows problems where they stand, with a summary, and returns how many
// are errors.
func (c *command) problems(ps []stackapi.Problem, sources []source) int {
	errors, warnings := 0, 0
	for _, p := range ps {
		c.problem(p, sources)
		if p.Severity == stackapi.SeverityWarning {
			warnings++
		} else {
			errors++
		}
	}
	if len(ps) > 0 {
		var counts []string
		if errors > 0 {
			counts = append(counts, count(errors, "error"))
		}
		if warnings > 0 {
			counts = append(counts, count(warnings, "warning"))
		}
		var names []string
		for _, s := range sources {
			names = append(names, s.name)
		}
		fmt.Fprintf(c.Err, "%s in %s\n", strings.Join(counts, ", "), strings.Join(names, ", "))
	}
	return errors
}

func count(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return strconv.Itoa(n) + " " + what + "s"
}

// thereIs lists what could have been named.
func thereIs(names []string) string {
	switch len(names) {
	case 0:
		return "there is none"
	case 1:
		return "there is only " + names[0]
	}
	return "there are " + strings.Join(names, ", ")
}

// problem shows one: what, where, why, how to mend.
func (c *command) problem(p stackapi.Problem, sources []source) {
	head, mark := "error", c.style.red
	if p.Severity == stackapi.SeverityWarning {
		head, mark = "warning", c.style.yellow
	}
	if p.Code != "" {
		head += "[" + p.Code + "]"
	}
	head = mark(head + ":")
	fmt.Fprintf(c.Err, "%s %s\n", head, c.style.bold(subject(p.Path)+printable(p.Message)))
	gutter := "  "
	if p.Line > 0 {
		gutter = strings.Repeat(" ", max(2, len(strconv.Itoa(p.Line))))
	}
	if p.File != "" {
		place := p.File
		if p.Line > 0 {
			place = fmt.Sprintf("%s:%d:%d", p.File, p.Line, p.Column)
		}
		fmt.Fprintf(c.Err, "%s %s %s\n", gutter, c.style.blue("┌─"), place)
	}
	if line, under := excerpt(p, sources); line != "" {
		fmt.Fprintf(c.Err, "%*d %s %s\n", len(gutter), p.Line, c.style.blue("│"), line)
		fmt.Fprintf(c.Err, "%s %s %s\n", gutter, c.style.blue("│"), mark(under))
	}
	if len(p.Path) > 0 {
		fmt.Fprintf(c.Err, "%s %s %s\n", gutter, c.style.blue("= at:"), strings.Join(p.Path, "."))
	}
	if p.AWS != "" {
		fmt.Fprintf(c.Err, "%s %s %s\n", gutter, c.style.blue("= AWS would answer:"), p.AWS)
	}
	if p.Help != "" {
		fmt.Fprintf(c.Err, "%s %s %s\n", gutter, c.style.blue("= help:"), p.Help)
	}
}

// subject names the property that a message is about.
func subject(path []string) string {
	if len(path) < 4 || path[0] != "Resources" || path[2] != "Properties" {
		return ""
	}
	path = path[3:]
	for i, name := range path {
		if name == "Ref" || strings.HasPrefix(name, "Fn::") {
			path = path[:i]
			break
		}
	}
	if len(path) == 0 {
		return ""
	}
	return printable(strings.Join(path, ".")) + ": "
}

// excerpt returns the line a problem is about and what underlines the place. A
// long line is cut around the place.
func excerpt(p stackapi.Problem, sources []source) (line, under string) {
	for _, s := range sources {
		if s.name == p.File && p.Line > 0 {
			line = cfn.SourceLine(s.text, p.Line)
		}
	}
	line = strings.TrimRight(line, " \t\r\n")
	if strings.TrimSpace(line) == "" {
		return "", ""
	}
	var shown strings.Builder
	column := 0
	start := max(0, p.Column-1-maxSource/2)
	if utf8.RuneCountInString(line) <= maxSource {
		start = 0
	}
	if start > 0 {
		shown.WriteString("…")
		column++
	}
	from, end := column, column
	for i, r := range []rune(line) {
		if i < start {
			continue
		}
		if column >= maxSource {
			shown.WriteString("…")
			break
		}
		if i == p.Column-1 {
			from = column
		}
		switch {
		case r == '\t':
			shown.WriteString("    ")
			column += 4
		case r < ' ' || r == 0x7f || r == 0x9b: // nothing that a terminal would obey
			shown.WriteString("?")
			column++
		default:
			shown.WriteRune(r)
			column++
		}
		if i < p.Column-1+max(p.Width, 1) {
			end = column
		}
	}
	if p.Column-1 >= utf8.RuneCountInString(line) {
		from, end = column, column+1
	}
	return shown.String(), strings.Repeat(" ", from) + strings.Repeat("^", max(1, end-from))
}

// A source is a template as it was read.
type source struct {
	name  string // as given
	stack string
	text  []byte
}

// stackName makes the name of a stack from that of a file: letters, digits and
// hyphens. A file called template is named for its directory.
func stackName(file string) string {
	base := filepath.Base(file)
	if i := strings.IndexByte(base, '.'); i > 0 {
		base = base[:i]
	}
	if base == "template" || base == "-" {
		if abs, err := filepath.Abs(file); err == nil {
			base = filepath.Base(filepath.Dir(abs))
		}
	}
	var b strings.Builder
	for _, r := range base {
		switch {
		case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r >= '0' && r <= '9':
			b.WriteRune(r)
		case b.Len() > 0:
			b.WriteByte('-')
		}
	}
	name := strings.Trim(b.String(), "-")
	if name == "" || name[0] <= '9' {
		name = "stack-" + name
	}
	return strings.TrimSuffix(name[:min(len(name), 128)], "-")
}
