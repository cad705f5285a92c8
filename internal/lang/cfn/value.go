package cfn

import (
	"encoding/json"
	"strconv"
	"strings"
)

// An Unknown stands for a value that depends on a resource that does not exist
// yet. It is comparable: equal Unknowns become equal values.
type Unknown struct {
	Text string // the expression: text with ${Resource.Attribute} where values are missing
}

// void stands for AWS::NoValue, and for what an error made impossible to know.
type void struct{ failed bool }

func isUnknown(v any) bool { _, ok := v.(Unknown); return ok }
func isVoid(v any) bool    { _, ok := v.(void); return ok }

// textOf returns a scalar as text: numbers as they are spelled, true and false.
func textOf(v any) (string, bool) {
	switch v := v.(type) {
	case string:
		return v, true
	case json.Number:
		return v.String(), true
	case bool:
		return strconv.FormatBool(v), true
	case int:
		return strconv.Itoa(v), true
	case int64:
		return strconv.FormatInt(v, 10), true
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64), true
	}
	return "", false
}

// kindOf describes a value in a message.
func kindOf(v any) string {
	if s, ok := textOf(v); ok {
		return quote(s)
	}
	switch v.(type) {
	case []any:
		return "a list"
	case map[string]any:
		return "a map"
	case Unknown:
		return "a value that is not known yet"
	}
	return "nothing"
}

// scalar returns the value of a node that is neither list nor map.
func scalar(n *Node) any {
	switch n.Kind {
	case Bool:
		return n.Text[0]|0x20 == 't'
	case Number:
		return json.Number(n.Text)
	case String:
		return n.Text
	}
	return nil
}

// hasUnknown reports whether v is or contains an Unknown.
func hasUnknown(v any) bool {
	switch v := v.(type) {
	case Unknown:
		return true
	case []any:
		for _, e := range v {
			if hasUnknown(e) {
				return true
			}
		}
	case map[string]any:
		for _, e := range v {
			if hasUnknown(e) {
				return true
			}
		}
	}
	return false
}

// expression writes a call with unknown arguments, for Unknown.Text.
func expression(name string, args ...any) Unknown {
	var b strings.Builder
	b.WriteString("${" + name)
	for _, a := range args {
		b.WriteByte(' ')
		writeExpression(&b, a)
	}
	b.WriteByte('}')
	return Unknown{b.String()}
}

func writeExpression(b *strings.Builder, v any) {
	const enough = 4096 // bytes: equal beginnings of that length are taken as equal
	if b.Len() > enough {
		return
	}
	switch v := v.(type) {
	case Unknown:
		b.WriteString(v.Text)
	case []any:
		b.WriteByte('[')
		for i, e := range v {
			if i > 0 {
				b.WriteByte(' ')
			}
			writeExpression(b, e)
		}
		b.WriteByte(']')
	case map[string]any:
		b.WriteString(jsonText(v))
	default:
		s, _ := textOf(v)
		b.WriteString(strconv.Quote(s[:min(len(s), enough)]))
	}
}
