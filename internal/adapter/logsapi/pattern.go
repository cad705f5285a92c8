package logsapi

import (
	"regexp"
	"strings"
)

// parsePattern reads the filter pattern of FilterLogEvents and returns what
// judges a message. Terms are texts that a message holds, in any place and in
// this spelling: all of them, one of those with a question mark, and none of
// those with a minus. Blanks are part of a term in quotes.
//
// See "Filter pattern syntax for metric filters, subscription filters, filter log
// events, and Live Tail". Patterns that look into JSON or into columns are
// refused.
func parsePattern(pattern string) (func(string) bool, error) {
	pattern = strings.TrimSpace(pattern)
	if strings.HasPrefix(pattern, "{") || strings.HasPrefix(pattern, "[") {
		return nil, invalid("Filter patterns that look into JSON or into columns are not part of Postern; write terms")
	}
	var all, some, none []func(string) bool
	for rest := pattern; rest != ""; {
		list := &all
		switch rest[0] {
		case '?':
			list, rest = &some, rest[1:]
		case '-':
			list, rest = &none, rest[1:]
		}
		term, after, err := nextTerm(rest)
		if err != nil {
			return nil, err
		}
		*list, rest = append(*list, term), strings.TrimLeft(after, " ")
	}
	if len(all) > 0 {
		some = nil // which the service ignores beside other terms
	}
	return func(message string) bool {
		for _, has := range all {
			if !has(message) {
				return false
			}
		}
		for _, has := range none {
			if has(message) {
				return false
			}
		}
		for _, has := range some {
			if has(message) {
				return true
			}
		}
		return len(some) == 0
	}, nil
}

// nextTerm reads the term that a text begins with.
func nextTerm(text string) (term func(string) bool, rest string, err error) {
	holds := func(s string) func(string) bool {
		return func(message string) bool { return strings.Contains(message, s) }
	}
	if strings.HasPrefix(text, `"`) {
		var b strings.Builder
		for i := 1; i < len(text); i++ {
			switch {
			case text[i] == '\\' && i+1 < len(text):
				i++
				b.WriteByte(text[i])
			case text[i] == '"':
				return holds(b.String()), text[i+1:], nil
			default:
				b.WriteByte(text[i])
			}
		}
		return nil, "", invalid("Invalid filter pattern")
	}
	if strings.HasPrefix(text, "%") {
		expression, rest, ok := strings.Cut(text[1:], "%")
		re, err := regexp.Compile(expression)
		if !ok || err != nil {
			return nil, "", invalid("Invalid filter pattern")
		}
		return re.MatchString, rest, nil
	}
	word, rest, _ := strings.Cut(text, " ")
	if word == "" {
		return nil, "", invalid("Invalid filter pattern")
	}
	return holds(word), rest, nil
}
