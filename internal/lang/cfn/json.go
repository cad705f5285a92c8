package cfn

import (
	"fmt"
	"strconv"
	"unicode/utf16"
	"unicode/utf8"
)

// This file reads JSON with positions.
//
//   - Chosen: a repeated key is a warning, and the last one wins, as in the
//     JSON readers of AWS; in YAML it is an error.

type jsonReader struct {
	*reader
	text   string
	at     int // byte offset
	line   int32
	column int32
}

// errStop ends reading after a syntax error, which the report already has.
type errStop struct{}

func (errStop) Error() string { return "stopped at a syntax error" }

func (r *reader) json(text string) (n *Node, err error) {
	j := &jsonReader{reader: r, text: text, line: 1, column: 1}
	j.space()
	if n, err = j.value(0); err != nil {
		return nil, err
	}
	j.space()
	if j.at < len(text) {
		return nil, j.fail("found %s after the end of the template", j.here())
	}
	return n, nil
}

func (j *jsonReader) fail(format string, args ...any) error {
	j.report.add(&Error{
		Position: j.position(j.line, j.column),
		Message:  fmt.Sprintf(format, args...),
		AWS:      fmt.Sprintf("Template format error: JSON not well-formed. (line %d, column %d)", j.line, j.column),
	})
	return errStop{}
}

// here names what stands at the current place.
func (j *jsonReader) here() string {
	if j.at >= len(j.text) {
		return "the end of the file"
	}
	r, _ := utf8.DecodeRuneInString(j.text[j.at:])
	return strconv.QuoteRune(r)
}

func (j *jsonReader) peek() byte {
	if j.at < len(j.text) {
		return j.text[j.at]
	}
	return 0
}

// step moves over n bytes of one-byte characters that are no line ends.
func (j *jsonReader) step(n int) { j.at += n; j.column += int32(n) }

func (j *jsonReader) space() {
	for j.at < len(j.text) {
		switch j.text[j.at] {
		case ' ', '\t', '\r':
			j.step(1)
		case '\n':
			j.at++
			j.line, j.column = j.line+1, 1
		default:
			return
		}
	}
}

func (j *jsonReader) value(depth int) (*Node, error) {
	if err := j.count(depth, j.line, j.column); err != nil {
		return nil, err
	}
	n := &Node{line: j.line, column: j.column}
	switch c := j.peek(); {
	case c == '{':
		return n, j.object(n, depth)
	case c == '[':
		return n, j.array(n, depth)
	case c == '"':
		s, err := j.string()
		n.Kind, n.Text, n.style = String, s, doubleQuoted
		return n, err
	case c == '-' || c >= '0' && c <= '9':
		end := j.at
		for end < len(j.text) && (j.text[end] >= '0' && j.text[end] <= '9' || j.text[end] == '-' || j.text[end] == '+' || j.text[end] == '.' || j.text[end]|0x20 == 'e') {
			end++
		}
		n.Kind, n.Text = Number, j.text[j.at:end]
		if !isNumber(n.Text) {
			return nil, j.fail("%s is not a number of JSON", quote(n.Text))
		}
		j.step(end - j.at)
		return n, nil
	}
	for _, word := range []struct {
		text string
		kind Kind
	}{{"true", Bool}, {"false", Bool}, {"null", Null}} {
		if len(j.text)-j.at >= len(word.text) && j.text[j.at:j.at+len(word.text)] == word.text {
			n.Kind, n.Text = word.kind, word.text
			j.step(len(word.text))
			return n, nil
		}
	}
	return nil, j.fail("found %s, expected a value", j.here())
}

func (j *jsonReader) object(n *Node, depth int) error {
	n.Kind = Map
	j.step(1)
	j.space()
	if j.peek() == '}' {
		j.step(1)
		return nil
	}
	index := map[string]int{}
	for {
		line, column := j.line, j.column
		if j.peek() != '"' {
			return j.fail("found %s, expected a key in quotes", j.here())
		}
		key, err := j.string()
		if err != nil {
			return err
		}
		if j.space(); j.peek() != ':' {
			return j.fail("found %s, expected a colon after the key %s", j.here(), quote(key))
		}
		j.step(1)
		j.space()
		v, err := j.value(depth + 1)
		if err != nil {
			return err
		}
		m := Member{Key: key, Value: v, line: line, column: column}
		if i, ok := index[key]; ok {
			j.report.add(&Error{Position: j.position(line, column), Width: utf8.RuneCountInString(key) + 2, Warning: true,
				Message: fmt.Sprintf("key %s stands here for the second time, the first is in line %d; the last one counts", quote(key), n.Members[i].line)})
			n.Members[i] = m
		} else {
			index[key] = len(n.Members)
			n.Members = append(n.Members, m)
		}
		switch j.space(); j.peek() {
		case ',':
			j.step(1)
			j.space()
		case '}':
			j.step(1)
			return nil
		default:
			return j.fail("found %s, expected a comma or '}'", j.here())
		}
	}
}

func (j *jsonReader) array(n *Node, depth int) error {
	n.Kind = List
	j.step(1)
	j.space()
	if j.peek() == ']' {
		j.step(1)
		return nil
	}
	for {
		v, err := j.value(depth + 1)
		if err != nil {
			return err
		}
		n.Items = append(n.Items, v)
		switch j.space(); j.peek() {
		case ',':
			j.step(1)
			j.space()
		case ']':
			j.step(1)
			return nil
		default:
			return j.fail("found %s, expected a comma or ']'", j.here())
		}
	}
}

// string reads a string, whose opening quote is the current character.
func (j *jsonReader) string() (string, error) {
	j.step(1)
	start := j.at
	var buf []byte // nil as long as the text is a part of the source
	for {
		if j.at >= len(j.text) {
			return "", j.fail("the file ends inside a string")
		}
		switch c := j.text[j.at]; {
		case c == '"':
			s := j.text[start:j.at]
			if buf != nil {
				s = string(buf)
			}
			j.step(1)
			return s, nil
		case c < ' ':
			return "", j.fail("found %s inside a string, expected it to end or the escape \\n", j.here())
		case c == '\\':
			if buf == nil {
				buf = append(make([]byte, 0, j.at-start+32), j.text[start:j.at]...)
			}
			r, size := unescapeJSON(j.text[j.at:])
			if size == 0 {
				return "", j.fail("unknown escape in a string")
			}
			buf = utf8.AppendRune(buf, r)
			j.step(size)
		default:
			_, size := utf8.DecodeRuneInString(j.text[j.at:])
			if buf != nil {
				buf = append(buf, j.text[j.at:j.at+size]...)
			}
			j.at += size
			j.column++
		}
	}
}

// unescapeJSON reads the escape at the beginning of s and its size in bytes,
// which is 0 if there is no such escape. A lone surrogate becomes U+FFFD.
func unescapeJSON(s string) (rune, int) {
	if len(s) < 2 {
		return 0, 0
	}
	switch s[1] {
	case '"', '\\', '/':
		return rune(s[1]), 2
	case 'b':
		return '\b', 2
	case 'f':
		return '\f', 2
	case 'n':
		return '\n', 2
	case 'r':
		return '\r', 2
	case 't':
		return '\t', 2
	case 'u':
		r, ok := hex4(s)
		if !ok {
			return 0, 0
		}
		if utf16.IsSurrogate(r) {
			if low, ok := hex4(s[6:]); ok {
				if both := utf16.DecodeRune(r, low); both != utf8.RuneError {
					return both, 12
				}
			}
			return utf8.RuneError, 6
		}
		return r, 6
	}
	return 0, 0
}

// hex4 reads \uXXXX.
func hex4(s string) (rune, bool) {
	if len(s) < 6 || s[0] != '\\' || s[1] != 'u' {
		return 0, false
	}
	v, err := strconv.ParseUint(s[2:6], 16, 32)
	return rune(v), err == nil
}

// isNumber reports whether s is a number of JSON.
func isNumber(s string) bool {
	i := 0
	digits := func() bool {
		start := i
		for i < len(s) && s[i] >= '0' && s[i] <= '9' {
			i++
		}
		return i > start
	}
	if i < len(s) && s[i] == '-' {
		i++
	}
	if i < len(s) && s[i] == '0' {
		i++
	} else if !digits() {
		return false
	}
	if i < len(s) && s[i] == '.' {
		i++
		if !digits() {
			return false
		}
	}
	if i < len(s) && s[i]|0x20 == 'e' {
		i++
		if i < len(s) && (s[i] == '+' || s[i] == '-') {
			i++
		}
		if !digits() {
			return false
		}
	}
	return i == len(s)
}
