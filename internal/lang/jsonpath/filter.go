package jsonpath

// This file reads filters: [?(@.price > 5 && !@.sold)].
//
//   - A path in a filter ends at a blank, at one of < > = ~ !, or at a
//     parenthesis that does not close an empty argument list.
//   - '!' in front of a path asks whether there is no such value; if an operator
//     follows the path it has no effect. [as the Java library]
//   - A literal alone is not a condition.

import (
	"strings"
)

// A filter is a condition on a value.
type filter struct {
	op          logic
	left, right *filter // or, and; not has left
	a, b        operand // compare; exists has a
	rel         relation
}

type logic uint8

const (
	logicOr logic = iota + 1
	logicAnd
	logicNot
	logicExists
	logicMissing
	logicCompare
)

// A relation is an operator between two operands.
type relation uint8

const (
	relEqual relation = iota + 1
	relNotEqual
	relSame // ===: equal and of one type
	relNotSame
	relLess
	relLessOrEqual
	relGreater
	relGreaterOrEqual
	relMatches
	relIn
	relNotIn
	relSubsetOf
	relAnyOf
	relNoneOf
	relSize
	relEmpty
	relContains
	relExists
	relNever // all, type and matches have no right side that a path could write
)

func relationOf(word string) relation {
	switch strings.ToUpper(word) {
	case "==":
		return relEqual
	case "!=":
		return relNotEqual
	case "===":
		return relSame
	case "!==":
		return relNotSame
	case "<":
		return relLess
	case "<=":
		return relLessOrEqual
	case ">":
		return relGreater
	case ">=":
		return relGreaterOrEqual
	case "=~":
		return relMatches
	case "IN":
		return relIn
	case "NIN":
		return relNotIn
	case "SUBSETOF":
		return relSubsetOf
	case "ANYOF":
		return relAnyOf
	case "NONEOF":
		return relNoneOf
	case "SIZE":
		return relSize
	case "EMPTY":
		return relEmpty
	case "CONTAINS":
		return relContains
	case "EXISTS":
		return relExists
	case "ALL", "TYPE", "MATCHES":
		return relNever
	}
	return 0
}

// An operand is one side of a relation.
type operand struct {
	kind    operandKind
	text    string   // of a text or a number
	bool    bool     // of a boolean
	path    *Path    // of a path
	json    []byte   // of an array or an object
	pattern *pattern // of a regular expression
}

type operandKind uint8

const (
	operandNull operandKind = iota + 1
	operandBool
	operandNumber
	operandText
	operandJSON
	operandPattern
	operandPath
)

// filter reads the filter whose question mark is at at.
func (c *compiler) filter(at int) int {
	open := c.blanks(at + 1)
	if c.at(open) != '(' {
		c.errorf(open, "found %s, expected '(' after '?'", c.found(open))
	}
	f, at := c.or(open + 1)
	at = c.expect(at, ')')
	at = c.expect(at, ']')
	c.add(step{kind: stepFilter, filter: f})
	return c.rest(at)
}

func (c *compiler) expect(at int, b byte) int {
	at = c.blanks(at)
	if c.at(at) != b {
		c.errorf(at, "found %s, expected %q", c.found(at), b)
	}
	return at + 1
}

func (c *compiler) or(at int) (*filter, int) {
	left, at := c.and(at)
	for at = c.blanks(at); strings.HasPrefix(c.text[at:], "||"); at = c.blanks(at) {
		var right *filter
		right, at = c.and(at + 2)
		left = &filter{op: logicOr, left: left, right: right}
	}
	return left, at
}

func (c *compiler) and(at int) (*filter, int) {
	left, at := c.term(at)
	for at = c.blanks(at); strings.HasPrefix(c.text[at:], "&&"); at = c.blanks(at) {
		var right *filter
		right, at = c.term(at + 2)
		left = &filter{op: logicAnd, left: left, right: right}
	}
	return left, at
}

func (c *compiler) term(at int) (*filter, int) {
	at = c.blanks(at)
	if c.depth++; c.depth > maxNesting {
		c.errorf(at, "paths and filters nest deeper than %d levels", maxNesting)
	}
	defer func() { c.depth-- }()
	not := c.at(at) == '!'
	if not {
		at = c.blanks(at + 1)
		if b := c.at(at); b != '$' && b != '@' {
			f, at := c.term(at)
			return &filter{op: logicNot, left: f}, at
		}
	}
	if c.at(at) == '(' {
		f, at := c.or(at + 1)
		return f, c.expect(at, ')')
	}
	return c.relation(at, not)
}

func (c *compiler) relation(at int, not bool) (*filter, int) {
	f := &filter{op: logicCompare}
	from := at
	f.a, at = c.operand(at)
	at = c.blanks(at)
	if b := c.at(at); b == ')' || b == '&' || b == '|' {
		if f.a.kind != operandPath {
			c.errorf(from, "found a literal alone, expected a comparison")
		}
		f.op = logicExists
		if not {
			f.op = logicMissing
		}
		return f, at
	}
	end := at
	if isRelationByte(c.at(end)) {
		for isRelationByte(c.at(end)) {
			end++
		}
	} else {
		for end < len(c.text) && c.text[end] != ' ' {
			end++
		}
	}
	if f.rel = relationOf(c.text[at:end]); f.rel == 0 {
		c.errorf(at, "found %s, expected an operator", c.found(at))
	}
	f.b, at = c.operand(c.blanks(end))
	return f, at
}

func isRelationByte(b byte) bool {
	return b == '<' || b == '>' || b == '=' || b == '~' || b == '!'
}

func (c *compiler) operand(at int) (operand, int) {
	switch b := c.at(at); b {
	case '$', '@':
		end := c.pathEnd(at)
		return operand{kind: operandPath, path: c.inner(at, end)}, end
	case '\'', '"':
		end := c.closing(at)
		return operand{kind: operandText, text: c.unquoted(at, end)}, end + 1
	case 't', 'f', 'n':
		for _, w := range []string{"true", "false", "null"} {
			if strings.HasPrefix(c.text[at:], w) {
				o := operand{kind: operandBool, bool: w == "true"}
				if w == "null" {
					o = operand{kind: operandNull}
				}
				return o, at + len(w)
			}
		}
	case '[', '{':
		end := c.matching(at)
		return operand{kind: operandJSON, json: lenientJSON(c.text[at : end+1])}, end + 1
	case '/':
		return c.pattern(at)
	default:
		end := at
		for end < len(c.text) && strings.IndexByte("0123456789-.eE", c.text[end]) >= 0 {
			end++
		}
		if text := c.text[at:end]; isDecimal(text) {
			return operand{kind: operandNumber, text: string(parseDecimal([]byte(text)).append(nil))}, end
		}
	}
	c.errorf(at, "found %s, expected a path, a number, a text, true, false, null, an array, an object or /…/", c.found(at))
	return operand{}, at
}

// pathEnd returns where the path at from ends inside a filter.
func (c *compiler) pathEnd(from int) int {
	at := from + 1
	for at < len(c.text) {
		if c.text[at] == '[' {
			at = c.matching(at) + 1
		}
		// Behind a bracket one character passes, even if it opens another.
		switch b := c.at(at); {
		case b == ' ' || isRelationByte(b):
			return at
		case b == ')':
			before := strings.TrimRight(c.text[from:at], " ")
			if !strings.HasSuffix(before, "(") || strings.IndexByte(before, '.') < 0 {
				return at
			}
		}
		at++
	}
	return len(c.text)
}

// matching returns where the bracket at at is closed. Quoted texts are skipped.
func (c *compiler) matching(at int) int {
	open := c.text[at]
	closing := map[byte]byte{'[': ']', '{': '}'}[open]
	level := 0
	for i := at; i < len(c.text); i++ {
		switch c.text[i] {
		case '\'', '"':
			i = c.closing(i)
		case open:
			level++
		case closing:
			if level--; level == 0 {
				return i
			}
		}
	}
	c.errorf(at, "the %c that begins here is not closed", open)
	return at
}
