package openapi

import (
	"bytes"
	"encoding/json"
	"strings"
)

// This file writes nodes as API Gateway does: JSON with a blank on both sides of
// a colon and lists on one line, YAML with all texts in quotes and lists that
// are not indented.

// appendJSON appends n to dst; indent is the level of the object around it.
func appendJSON(dst []byte, n *node, indent int) []byte {
	switch n.kind {
	case object:
		if len(n.members) == 0 {
			return append(dst, "{ }"...)
		}
		dst = append(dst, '{')
		for i, m := range n.members {
			if i > 0 {
				dst = append(dst, ',')
			}
			dst = appendLine(dst, indent+1)
			dst = appendText(dst, m.name)
			dst = append(dst, " : "...)
			dst = appendJSON(dst, m.value, indent+1)
		}
		return append(appendLine(dst, indent), '}')
	case list:
		if len(n.items) == 0 {
			return append(dst, "[ ]"...)
		}
		dst = append(dst, "[ "...)
		for i, item := range n.items {
			if i > 0 {
				dst = append(dst, ", "...)
			}
			dst = appendJSON(dst, item, indent)
		}
		return append(dst, " ]"...)
	}
	return appendScalar(dst, n)
}

// appendCompact appends n to dst as JSON without white space.
func appendCompact(dst []byte, n *node) []byte {
	switch n.kind {
	case object:
		dst = append(dst, '{')
		for i, m := range n.members {
			if i > 0 {
				dst = append(dst, ',')
			}
			dst = append(appendText(dst, m.name), ':')
			dst = appendCompact(dst, m.value)
		}
		return append(dst, '}')
	case list:
		dst = append(dst, '[')
		for i, item := range n.items {
			if i > 0 {
				dst = append(dst, ',')
			}
			dst = appendCompact(dst, item)
		}
		return append(dst, ']')
	}
	return appendScalar(dst, n)
}

func appendScalar(dst []byte, n *node) []byte {
	switch n.kind {
	case null:
		return append(dst, "null"...)
	case boolean:
		return append(dst, strings.ToLower(n.text)...)
	case number:
		return append(dst, n.text...)
	}
	return appendText(dst, n.text)
}

// appendText appends a text in quotes, which JSON and YAML read alike.
func appendText(dst []byte, s string) []byte {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	_ = e.Encode(s) // a string always has JSON
	return append(dst, bytes.TrimRight(b.Bytes(), "\n")...)
}

func appendLine(dst []byte, indent int) []byte {
	dst = append(dst, '\n')
	for range indent {
		dst = append(dst, "  "...)
	}
	return dst
}

// appendYAML appends n to dst, which ends where a value begins: behind the mark
// of the document, behind a name and its colon, or behind a dash. Behind a dash
// the first member or item stands on the same line.
func appendYAML(dst []byte, n *node, indent int, dash bool) []byte {
	switch {
	case n.kind == object && len(n.members) > 0:
		for i, m := range n.members {
			if i == 0 && dash {
				dst = append(dst, ' ')
			} else {
				dst = appendLine(dst, indent)
			}
			dst = append(appendName(dst, m.name), ':')
			below := indent + 1
			if m.value.kind == list {
				below = indent
			}
			dst = appendYAML(dst, m.value, below, false)
		}
		return dst
	case n.kind == list && len(n.items) > 0:
		for i, item := range n.items {
			if i == 0 && dash {
				dst = append(dst, ' ')
			} else {
				dst = appendLine(dst, indent)
			}
			dst = appendYAML(append(dst, '-'), item, indent+1, true)
		}
		return dst
	case n.kind == object:
		return append(dst, " {}"...)
	case n.kind == list:
		return append(dst, " []"...)
	}
	return appendScalar(append(dst, ' '), n)
}

// appendName appends a name, in quotes unless no reader can take it for
// something else.
func appendName(dst []byte, name string) []byte {
	plain := name != "" && strings.Trim(name, "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ/_-.$+{}") == ""
	if plain {
		switch first := name[0]; {
		case first >= '0' && first <= '9', strings.IndexByte("-.+{}", first) >= 0:
			plain = false
		}
		switch strings.ToLower(name) {
		case "y", "n", "yes", "no", "on", "off", "true", "false", "null":
			plain = false
		}
	}
	if plain {
		return append(dst, name...)
	}
	return appendText(dst, name)
}
