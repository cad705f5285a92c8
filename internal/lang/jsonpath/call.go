package jsonpath

// This file reads functions and their arguments.
//
// An argument is a path or JSON. What stands before its first '$', '@', '{',
// '"', '-' or digit is ignored, as in the Java library: 'x' is no argument, and
// 'x-' is the text -'.

import "strings"

// A call is a function at the end of a path.
type call struct {
	name string
	run  function
	args []argument
	err  *Error // what is wrong with the name
}

// An argument of a function is a path, evaluated from the root, or JSON.
type argument struct {
	path *Path
	json []byte
}

// A function computes the value of a call on the value at, false for null.
type function func(e *evaluation, f *call, at uint32) (uint32, bool)

// functionOf returns the function called name, or nil.
func functionOf(name string) function {
	switch name {
	case "length", "size":
		return length
	case "min":
		return minimum
	case "max":
		return maximum
	case "avg":
		return average
	case "sum":
		return sum
	case "stddev":
		return deviation
	case "keys":
		return keys
	case "first":
		return first
	case "last":
		return last
	case "index":
		return index
	case "concat":
		return concat
	case "append":
		return appended
	}
	return nil
}

// call reads the function named from at to its parenthesis at open.
func (c *compiler) call(at, open int) int {
	f := &call{name: c.text[at:open]}
	if f.run = functionOf(f.name); f.run == nil {
		f.run = unknown
		f.err = c.error(at, "%q is not one of length, size, min, max, avg, sum, stddev, keys, first, last, index, concat, append", f.name)
		if c.path.doubt == nil {
			c.path.doubt = f.err
		}
	}
	level := 0
	for i := open; ; i++ {
		if i == len(c.text) {
			c.errorf(open, "the parenthesis that begins here is not closed")
		}
		if c.text[i] == '(' {
			level++
		} else if c.text[i] == ')' {
			if level--; level == 0 {
				break
			}
		}
	}
	c.add(step{kind: stepFunction, function: f})
	if c.at(open+1) == ')' {
		return c.rest(open + 1)
	}
	return c.rest(c.arguments(f, open+1))
}

// arguments reads the arguments of f from at on and returns where they end.
func (c *compiler) arguments(f *call, at int) int {
	from := -1 // where the argument begins
	parens, brackets, braces, quoted := 1, 0, 0, false
	for ; at < len(c.text); at++ {
		b := c.text[at]
		if from < 0 && strings.IndexByte(`$@{"-0123456789`, b) >= 0 {
			from = at
		}
		switch b {
		case '\\':
			if quoted {
				at++
			}
			continue
		case '"':
			quoted = !quoted
			continue
		case '(':
			parens++
		case ')':
			parens--
		case '[':
			brackets++
		case ']':
			brackets--
		case '{':
			braces++
		case '}':
			braces--
		}
		if brackets < 0 || braces < 0 {
			c.errorf(at, "found %s, which closes nothing", c.found(at))
		}
		if quoted || brackets > 0 || braces > 0 || b != ')' && b != ',' || parens > 1 || b == ')' && parens == 1 {
			continue
		}
		if from >= 0 {
			f.args = append(f.args, c.argument(from, at))
			from = -1
		}
		if parens == 0 {
			return at + 1
		}
	}
	c.errorf(at, "the arguments of %s are not closed", f.name)
	return at
}

func (c *compiler) argument(from, to int) argument {
	text := c.text[from:to]
	if text[0] == '$' || text[0] == '@' {
		return argument{path: c.inner(from, to)}
	}
	return argument{json: lenientJSON(text)}
}

// inner compiles a path that is a part of this one.
func (c *compiler) inner(from, to int) *Path {
	p, err := compile(c.text[from:to], c.depth+1)
	if e, ok := err.(*Error); ok {
		c.errorf(from+byteOf(e), "%s", e.Text)
	}
	if p.doubt != nil && c.path.doubt == nil {
		c.path.doubt = c.error(from+byteOf(p.doubt), "%s", p.doubt.Text)
	}
	return p
}

// byteOf returns the byte of the path at fault.
func byteOf(e *Error) int {
	n := 1
	for i := range e.Path {
		if n == e.Pos {
			return i
		}
		n++
	}
	return len(e.Path)
}
