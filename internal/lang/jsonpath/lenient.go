package jsonpath

import "strings"

// lenientJSON returns the JSON of a literal in a path, where texts may be in
// single quotes and anything else that is not JSON is a text as it stands.
func lenientJSON(text string) []byte {
	l := lenient{text: text}
	l.value(0)
	if l.blanks(); l.bad || l.pos < len(text) {
		return AppendQuoted(nil, strings.TrimSpace(text))
	}
	return l.out
}

type lenient struct {
	text string
	pos  int
	out  []byte
	bad  bool
}

func (l *lenient) blanks() {
	for l.pos < len(l.text) && strings.IndexByte(" \t\r\n", l.text[l.pos]) >= 0 {
		l.pos++
	}
}

func (l *lenient) peek() byte {
	if l.blanks(); l.pos < len(l.text) {
		return l.text[l.pos]
	}
	return 0
}

func (l *lenient) value(depth int) {
	if depth > MaxDepth {
		l.bad = true
		return
	}
	switch b := l.peek(); b {
	case 0:
		l.bad = true
	case '[':
		l.items(']', func() { l.value(depth + 1) })
	case '{':
		l.items('}', func() {
			l.out = AppendQuoted(l.out, l.word())
			if l.peek() != ':' {
				l.bad = true
				return
			}
			l.pos++
			l.out = append(l.out, ':')
			l.value(depth + 1)
		})
	case '\'', '"':
		l.out = AppendQuoted(l.out, l.word())
	default:
		word := l.word()
		if d := New([]byte(word)); d.IsJSON() {
			l.out = append(l.out, word...)
		} else {
			l.out = AppendQuoted(l.out, word)
		}
	}
}

// items reads what stands between brackets, item by item.
func (l *lenient) items(closing byte, item func()) {
	l.out = append(l.out, l.text[l.pos])
	l.pos++
	if l.peek() == closing {
		l.pos++
		l.out = append(l.out, closing)
		return
	}
	for !l.bad {
		item()
		switch b := l.peek(); b {
		case ',', closing:
			l.pos++
			l.out = append(l.out, b)
			if b == closing {
				return
			}
		default:
			l.bad = true
		}
	}
}

// word reads a text in quotes, or up to the next sign.
func (l *lenient) word() string {
	q := l.peek()
	from := l.pos
	if q != '\'' && q != '"' {
		for l.pos < len(l.text) && strings.IndexByte("[]{},:", l.text[l.pos]) < 0 {
			l.pos++
		}
		if l.pos == from {
			l.bad = true
		}
		return strings.TrimSpace(l.text[from:l.pos])
	}
	for l.pos++; l.pos < len(l.text); l.pos++ {
		switch l.text[l.pos] {
		case '\\':
			l.pos++
		case q:
			l.pos++
			text, _ := unquote(l.text[from+1 : l.pos-1])
			return text
		}
	}
	l.bad = true
	return ""
}
