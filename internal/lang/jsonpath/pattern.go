package jsonpath

import (
	"fmt"
	"regexp"
	"strings"
	"time"

	"github.com/dlclark/regexp2/v2"
)

// matchTimeout bounds a match by backtracking.
const matchTimeout = time.Second

// A pattern is a regular expression that has to match a whole text. Expressions
// beyond Go's syntax, such as look-ahead, match by backtracking.
type pattern struct {
	source string
	fast   *regexp.Regexp
	slow   *regexp2.Regexp // if fast is nil
}

func (p *pattern) match(text string) (bool, error) {
	if p.fast != nil {
		return p.fast.MatchString(text), nil
	}
	return p.slow.MatchString(text)
}

// pattern reads /expression/flags, Java's, at at.
func (c *compiler) pattern(at int) (operand, int) {
	end := c.closing(at)
	expr := c.text[at+1 : end]
	end++
	flags := end
	for end < len(c.text) && c.text[end] >= 'A' && c.text[end] <= 'z' {
		end++
	}
	p, err := compilePattern(expr, c.text[flags:end])
	if err != nil {
		c.errorf(at, "%v", err)
	}
	return operand{kind: operandPattern, pattern: p}, end
}

func compilePattern(expr, flags string) (*pattern, error) {
	p := &pattern{source: "/" + expr + "/" + flags}
	inline, opts, lineEnd := "", regexp2.None, ""
	for _, f := range flags {
		switch f {
		case 'i':
			inline, opts = inline+"i", opts|regexp2.IgnoreCase
		case 'm':
			inline, opts = inline+"m", opts|regexp2.Multiline
		case 's':
			inline, opts = inline+"s", opts|regexp2.Singleline
		case 'x':
			opts, lineEnd = opts|regexp2.IgnorePatternWhitespace, "\n" // ends a comment
		case 'd', 'u', 'U': // lines and characters beyond ASCII
		default:
			return nil, fmt.Errorf("%q is not one of the flags i, m, s, x, d, u, U", f)
		}
	}
	if inline != "" {
		inline = "(?" + inline + ")"
	}
	if lineEnd == "" && !strings.Contains(expr, "&&") { // && is an intersection in Java's classes
		if re, err := regexp.Compile(inline + `\A(?:` + expr + `)\z`); err == nil {
			p.fast = re
			return p, nil
		}
	}
	re, err := regexp2.Compile(`\A(?:`+expr+lineEnd+`)\z`, opts)
	if err != nil {
		return nil, err
	}
	re.MatchTimeout = matchTimeout
	p.slow = re
	return p, nil
}
