package dataplane

import (
	"strconv"
	"strings"
)

// mockStatus reads the status code that a MOCK integration's payload names. The
// payload is an object, read leniently: keys may lack quotes or have single
// ones, and commas may be too many. The status code must be a whole number.
// Observed.
func mockStatus(body []byte) (int, bool) {
	// The usual form, without a scanner.
	r := lenient{text: string(body)}
	status, found := 0, false
	if !r.take('{') {
		return 0, false
	}
	for {
		r.blanks()
		if r.take('}') {
			r.blanks()
			return status, found && r.at == len(r.text)
		}
		if r.take(',') {
			continue
		}
		key, ok := r.key()
		if !ok || !r.take(':') {
			return 0, false
		}
		start, ok := r.value(0)
		if !ok {
			return 0, false
		}
		if key == "statusCode" {
			n, err := strconv.Atoi(strings.TrimSpace(r.text[start:r.at]))
			status, found = n, err == nil
		}
		r.blanks()
		if r.at < len(r.text) && r.text[r.at] != ',' && r.text[r.at] != '}' {
			return 0, false
		}
	}
}

// A lenient walks a text that is almost JSON.
type lenient struct {
	text string
	at   int // bytes read
}

func (r *lenient) blanks() {
	for r.at < len(r.text) && strings.IndexByte(" \t\r\n", r.text[r.at]) >= 0 {
		r.at++
	}
}

// take skips blanks and then c, if it is there.
func (r *lenient) take(c byte) bool {
	r.blanks()
	if r.at < len(r.text) && r.text[r.at] == c {
		r.at++
		return true
	}
	return false
}

func (r *lenient) key() (string, bool) {
	if r.at == len(r.text) {
		return "", false
	}
	if c := r.text[r.at]; c == '"' || c == '\'' {
		start := r.at + 1
		if !r.quoted() {
			return "", false
		}
		return r.text[start : r.at-1], true
	}
	start := r.at
	for r.at < len(r.text) && strings.IndexByte(" \t\r\n:,{}[]\"'", r.text[r.at]) < 0 {
		r.at++
	}
	return r.text[start:r.at], r.at > start
}

// quoted skips a text in single or double quotes.
func (r *lenient) quoted() bool {
	quote := r.text[r.at]
	for r.at++; r.at < len(r.text); r.at++ {
		switch r.text[r.at] {
		case '\\':
			r.at++
		case quote:
			r.at++
			return true
		}
	}
	return false
}

// maxNesting is how deep the values of a MOCK payload may nest.
const maxNesting = 200

// value skips one value and returns where it began.
func (r *lenient) value(depth int) (start int, ok bool) {
	r.blanks()
	start = r.at
	if r.at == len(r.text) || depth > maxNesting {
		return start, false
	}
	switch c := r.text[r.at]; c {
	case '"', '\'':
		return start, r.quoted()
	case '{', '[':
		closing := byte('}')
		if c == '[' {
			closing = ']'
		}
		r.at++
		for {
			if r.take(closing) {
				return start, true
			}
			if r.take(',') || r.take(':') {
				continue
			}
			if _, ok := r.value(depth + 1); !ok {
				return start, false
			}
		}
	case '}', ']', ',', ':':
		return start, false
	}
	for r.at < len(r.text) && strings.IndexByte(",:{}[]\"'\r\n", r.text[r.at]) < 0 {
		r.at++
	}
	return start, true
}
