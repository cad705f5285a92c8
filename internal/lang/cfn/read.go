package cfn

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"unicode/utf8"
)

// A reader turns text into nodes.
type reader struct {
	file   string
	lim    Limits
	report *report
	nodes  int
}

func (r *reader) position(line, column int32) Position {
	return Position{File: r.file, Line: int(line), Column: int(column)}
}

// count says that there is one more node.
func (r *reader) count(depth int, line, column int32) error {
	if r.nodes++; r.nodes > r.lim.Nodes {
		r.report.add(&Error{Position: r.position(line, column),
			Message: fmt.Sprintf("more than %d values in one template, with what its aliases repeat", r.lim.Nodes)})
		return errStop{}
	}
	if depth > r.lim.Depth {
		r.report.add(&Error{Position: r.position(line, column), Message: fmt.Sprintf("values are nested deeper than %d", r.lim.Depth)})
		return errStop{}
	}
	return nil
}

// read returns the root of a template, or nil if it cannot be read.
func (r *reader) read(text string) *Node {
	if i := invalidUTF8(text); i >= 0 {
		p := placeOf(text, i)
		r.report.add(&Error{Position: r.position(int32(p.line), int32(p.column)), Message: "the template is not UTF-8 from here on"})
		return nil
	}
	text = strings.TrimPrefix(text, "\ufeff")
	var n *Node
	var err error
	if looksLikeJSON(text) {
		n, err = r.json(text)
	} else {
		n, err = r.yaml(text)
	}
	if err != nil {
		return nil
	}
	return n
}

// looksLikeJSON reports whether text begins as a JSON object does. A YAML flow
// mapping whose first key has no quotes is YAML.
func looksLikeJSON(text string) bool {
	rest, ok := strings.CutPrefix(strings.TrimLeft(text, " \t\r\n"), "{")
	rest = strings.TrimLeft(rest, " \t\r\n")
	return ok && (rest == "" || rest[0] == '"' || rest[0] == '}')
}

func invalidUTF8(s string) int {
	if utf8.ValidString(s) {
		return -1
	}
	for i, c := range s {
		if c == utf8.RuneError {
			if _, size := utf8.DecodeRuneInString(s[i:]); size == 1 {
				return i
			}
		}
	}
	return -1
}

// ParseFile reads and parses a template file. It does not read a file that is
// larger than the limit.
func ParseFile(name string, lim Limits) (*Template, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	lim = lim.withDefaults()
	if info, err := f.Stat(); err == nil && info.Mode().IsRegular() && info.Size() > int64(lim.Body) {
		return nil, tooLong(name, lim, fmt.Sprintf("%d bytes", info.Size()))
	}
	return ParseReader(name, f, lim)
}

// ParseReader parses what r gives. It reads at most one byte more than the
// limit allows.
func ParseReader(name string, r io.Reader, lim Limits) (*Template, error) {
	lim = lim.withDefaults()
	text, err := io.ReadAll(io.LimitReader(r, int64(lim.Body)+1))
	if err != nil {
		var p *os.PathError
		if errors.As(err, &p) {
			return nil, err
		}
		return nil, fmt.Errorf("%s: read: %w", name, err)
	}
	return Parse(name, text, lim)
}

func tooLong(name string, lim Limits, found string) error {
	return Errors{{Position: Position{File: name}, Width: 1,
		Message: fmt.Sprintf("the template has %s, at most %d are allowed", found, lim.Body)}}
}
