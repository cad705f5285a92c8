package cfn

import (
	"strings"
	"unicode/utf8"
)

// This file finds the place in the file of a place inside a scalar's text: of
// line 3 of a mapping template that stands in a block scalar, or of a character
// behind an escape in a JSON string.

// A source is text with its line starts.
type source struct {
	text  string
	lines []int // byte offsets of line starts
}

func newSource(text string) *source {
	s := &source{text: text, lines: make([]int, 1, 1+strings.Count(text, "\n"))}
	for i := range len(text) {
		if text[i] == '\n' {
			s.lines = append(s.lines, i+1)
		}
	}
	return s
}

// line returns a line without its end; n counts from 1.
func (s *source) line(n int) string {
	if n < 1 || n > len(s.lines) {
		return ""
	}
	end := len(s.text)
	if n < len(s.lines) {
		end = s.lines[n] - 1
	}
	return strings.TrimSuffix(s.text[s.lines[n-1]:end], "\r")
}

// A place is a position that also knows its byte offset.
type place struct{ at, line, column int }

// at returns the place of a line and column.
func (s *source) at(line, column int) place {
	if line < 1 || line > len(s.lines) {
		return place{len(s.text), line, column}
	}
	p := place{s.lines[line-1], line, 1}
	for p.column < column && p.at < len(s.text) && s.text[p.at] != '\n' {
		s.next(&p)
	}
	return p
}

// next moves p over one character and returns it.
func (s *source) next(p *place) rune {
	r, size := utf8.DecodeRuneInString(s.text[p.at:])
	p.at += size
	if r == '\n' {
		p.line, p.column = p.line+1, 1
	} else {
		p.column++
	}
	return r
}

func placeOf(text string, offset int) place {
	line := 1 + strings.Count(text[:offset], "\n")
	start := strings.LastIndexByte(text[:offset], '\n') + 1
	return place{offset, line, 1 + utf8.RuneCountInString(text[start:offset])}
}

// skipProperties returns the place of a value whose tag or anchor stands at a
// line and column.
func (s *source) skipProperties(line, column int) place {
	p := s.at(line, column)
	first := p
	for p.at < len(s.text) {
		switch c := s.text[p.at]; {
		case c == '!' || c == '&':
			for p.at < len(s.text) && !strings.ContainsRune(" \t\r\n", rune(s.text[p.at])) {
				s.next(&p)
			}
		case c == ' ' || c == '\t' || c == '\r' || c == '\n':
			s.next(&p)
		case c == '#':
			for p.at < len(s.text) && s.text[p.at] != '\n' {
				s.next(&p)
			}
		default:
			return p
		}
	}
	return first
}

// textPlace returns where the byte at offset of a scalar's text stands.
// It is exact for literal block scalars, quoted strings and plain scalars in
// one line; where lines are folded, a blank stands where the line was broken.
func (s *source) textPlace(n *Node, offset int) place {
	p := s.at(int(n.line), int(n.column))
	offset = min(max(offset, 0), len(n.Text))
	switch n.style {
	case literal:
		return s.literalPlace(p, n.Text, offset)
	case doubleQuoted:
		s.next(&p)
		return s.align(p, n.Text, offset, '\\')
	case singleQuoted:
		s.next(&p)
		return s.align(p, n.Text, offset, '\'')
	case folded:
		for p.at < len(s.text) && s.text[p.at] != '\n' {
			s.next(&p)
		}
	}
	return s.align(p, n.Text, offset, 0)
}

// literalPlace counts lines: those of the text are those of the file, behind
// the indentation of the first that is not blank.
func (s *source) literalPlace(header place, text string, offset int) place {
	line := header.line + 1 + strings.Count(text[:offset], "\n")
	inLine := text[strings.LastIndexByte(text[:offset], '\n')+1 : offset]
	indent := -1
	for i, t := 0, text; indent < 0; i++ {
		first, rest, more := strings.Cut(t, "\n")
		if strings.TrimRight(first, "\r") != "" {
			// The line of the file is the indentation and then this text.
			in := s.line(header.line + 1 + i)
			if indent = len(in) - len(strings.TrimSuffix(first, "\r")); indent < 0 {
				indent = 0
			}
		}
		if !more {
			break
		}
		t = rest
	}
	return s.at(line, max(indent, 0)+1+utf8.RuneCountInString(inLine))
}

// align walks over source and text together. Characters that are not blank
// stand in the same order in both; runs of blanks and line ends may differ.
func (s *source) align(p place, text string, offset int, escape byte) place {
	for i := 0; i < offset; {
		if p.at >= len(s.text) {
			return p
		}
		r, size := utf8.DecodeRuneInString(text[i:])
		c := s.text[p.at]
		switch {
		case escape == '\\' && c == '\\':
			n := escapeSize(s.text[p.at:])
			lineEnd := n == 2 && s.text[p.at+1] == '\n'
			for end := p.at + n; p.at < end; {
				s.next(&p)
			}
			if lineEnd {
				continue // an escaped line end stands for nothing
			}
		case escape == '\'' && c == '\'':
			s.next(&p)
			s.next(&p)
		case isBlank(rune(c)) && isBlank(r):
			s.next(&p)
			// A blank of the text may be a line end and indentation of the source.
			if c == '\n' || lineEndsAt(s.text[p.at-1:]) {
				for p.at < len(s.text) && isBlank(rune(s.text[p.at])) {
					s.next(&p)
				}
				for i+size < offset {
					if b := text[i+size]; !isBlank(rune(b)) {
						break
					}
					i++
				}
			}
		case isBlank(rune(c)): // indentation and folded line ends
			s.next(&p)
			continue
		case isBlank(r): // a line end that only the text has
		default:
			s.next(&p)
		}
		i += size
	}
	// The blanks before a character belong to the line break.
	if offset < len(text) && !isBlank(rune(text[offset])) {
		for p.at < len(s.text) && isBlank(rune(s.text[p.at])) {
			s.next(&p)
		}
	}
	return p
}

func isBlank(r rune) bool { return r == ' ' || r == '\t' || r == '\n' || r == '\r' }

// lineEndsAt reports whether only blanks stand before the end of the line.
func lineEndsAt(s string) bool {
	rest := strings.TrimLeft(s[:min(len(s), 256)], " \t\r")
	return rest != "" && rest[0] == '\n'
}

// escapeSize returns the bytes of the escape at the beginning of s.
func escapeSize(s string) int {
	if len(s) < 2 {
		return len(s)
	}
	n := 2
	switch s[1] {
	case 'x':
		n = 4
	case 'u':
		n = 6
		if r, ok := hex4(s); ok && r >= 0xd800 && r < 0xdc00 && len(s) >= 12 {
			if low, ok := hex4(s[6:]); ok && low >= 0xdc00 && low < 0xe000 {
				n = 12
			}
		}
	case 'U':
		n = 10
	}
	return min(n, len(s))
}
