package cfn

import "strings"

// A subVariable is ${name} in the text of Fn::Sub.
type subVariable struct {
	start, end int // bytes in the text, braces included
	name       string
}

// subVariables finds the variables of a text. ${!x} is a literal ${x}, and a ${
// that is never closed is text.
//
// See "Fn::Sub".
func subVariables(text string) (out []subVariable) {
	for at := 0; ; {
		i := strings.Index(text[at:], "${")
		if i < 0 {
			return out
		}
		start := at + i
		n := strings.IndexByte(text[start:], '}')
		if n < 0 {
			return out
		}
		end := start + n + 1
		name := text[start+2 : end-1]
		at = end
		if !strings.HasPrefix(name, "!") {
			out = append(out, subVariable{start, end, name})
		}
	}
}

func (v subVariable) valid() bool {
	for i := range len(v.name) {
		c := v.name[i]
		if l := c | 0x20; !(l >= 'a' && l <= 'z' || c >= '0' && c <= '9' || c == '_' || c == '.' || c == ':') {
			return false
		}
	}
	return v.name != ""
}
