package jsonpath

import "encoding/json"

// Valid reports whether text is JSON, as json.Valid does, in a third of the
// time.
func Valid(text []byte) bool {
	var objects [MaxDepth + 1]bool // of what is open
	depth, key := 0, false
	for i := 0; ; {
		// A name or a value, or the beginning of one.
		if i < len(text) && text[i] <= ' ' {
			i = blanksEnd(text, i)
		}
		if i >= len(text) {
			return false
		}
		c := text[i]
		if key {
			if c != '"' {
				return false
			}
			if i, _ = stringEnd(text, i); i == 0 {
				return false
			}
			if i < len(text) && text[i] <= ' ' {
				i = blanksEnd(text, i)
			}
			if i >= len(text) || text[i] != ':' {
				return false
			}
			i, key = i+1, false
			continue
		}
		switch c {
		case '{', '[':
			if depth == MaxDepth {
				return json.Valid(text) // which goes deeper
			}
			depth++
			objects[depth], key = c == '{', c == '{'
			if i++; i < len(text) && text[i] <= ' ' {
				i = blanksEnd(text, i)
			}
			if i >= len(text) || text[i] != c+2 { // '}' or ']'
				continue
			}
			key = false
		case '"':
			i, _ = stringEnd(text, i)
		case 't', 'f', 'n':
			i, _ = wordEnd(text, i)
		default:
			i, _, _ = numberEnd(text, i)
		}
		if i == 0 {
			return false
		}
		for { // behind a value
			if i < len(text) && text[i] <= ' ' {
				i = blanksEnd(text, i)
			}
			if depth == 0 {
				return i == len(text)
			}
			if i >= len(text) {
				return false
			}
			c := text[i]
			if c == ',' {
				i, key = i+1, objects[depth]
				break
			}
			if c != '}' && c != ']' || objects[depth] != (c == '}') {
				return false
			}
			i, depth = i+1, depth-1
		}
	}
}
