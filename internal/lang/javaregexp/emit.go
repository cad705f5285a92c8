package javaregexp

import (
	"fmt"
	"strconv"
	"strings"
)

// This file writes a parsed pattern in the notation of an engine.
//
// Both notations are cut down to what they share and mean alike: classes of
// escaped characters, (?:…), |, repetitions, \A and \z. Only the backtracking
// one has look-around and the like.

// linearExpr writes n for Go's regexp. It reports whether that is right for
// texts in ASCII only, and whether it can be done at all.
func linearExpr(n *node) (expr string, asciiOnly, ok bool) {
	w := &writer{linear: true}
	w.WriteString(`\A(?:`)
	w.node(n, true)
	w.WriteString(`)\z`)
	return w.String(), w.asciiOnly, !w.impossible
}

// backtrackExpr writes n for regexp2. A group in it has the number that it has
// in the pattern.
func backtrackExpr(n *node) string {
	w := &writer{}
	w.WriteString(`\A(?:`)
	w.node(n, true)
	w.WriteString(`)\z`)
	return w.String()
}

type writer struct {
	strings.Builder
	linear     bool
	asciiOnly  bool
	impossible bool // the linear engine has no such thing
}

// node writes n. It is the tail if nothing can follow it in a text that
// matches.
func (w *writer) node(n *node, tail bool) {
	if w.linear && w.impossible {
		return
	}
	switch n.op {
	case opSet:
		w.set(n.set)
	case opConcat:
		for i, sub := range n.subs {
			w.part(sub, tail && i == len(n.subs)-1)
		}
	case opAlternate:
		for i, sub := range n.subs {
			if i > 0 {
				w.WriteByte('|')
			}
			w.node(sub, tail)
		}
	case opRepeat:
		w.repeat(n)
	case opCapture:
		if w.linear {
			w.WriteString("(?:")
		} else {
			w.WriteByte('(')
		}
		w.node(n.subs[0], tail)
		w.WriteByte(')')
	case opBegin:
		w.WriteString(`\A`)
	case opEnd:
		w.WriteString(`\z`)
	case opEndLine:
		if tail {
			w.WriteString(`\z`)
			return
		}
		w.backtracking(func() { w.WriteString(endLine(n.unix)) })
	case opWordBoundary:
		if w.linear {
			w.asciiOnly = true
			w.WriteString(map[bool]string{false: `\b`, true: `\B`}[n.not])
			return
		}
		w.wordBoundary(n)
	default:
		w.backtracking(func() { w.special(n) })
	}
}

// part writes n so that it holds together between others.
func (w *writer) part(n *node, tail bool) {
	if n.op == opAlternate || n.op == opConcat && len(n.subs) != 1 {
		w.WriteString("(?:")
		w.node(n, tail)
		w.WriteByte(')')
		return
	}
	w.node(n, tail)
}

// backtracking calls write unless the engine is the linear one.
func (w *writer) backtracking(write func()) {
	if w.linear {
		w.impossible = true
		return
	}
	write()
}

func (w *writer) repeat(n *node) {
	w.WriteString("(?:")
	w.node(n.subs[0], false)
	w.WriteByte(')')
	switch {
	case n.least == 0 && n.most == unbounded:
		w.WriteByte('*')
	case n.least == 1 && n.most == unbounded:
		w.WriteByte('+')
	case n.least == 0 && n.most == 1:
		w.WriteByte('?')
	case n.most == unbounded:
		fmt.Fprintf(w, "{%d,}", n.least)
	case n.least == n.most:
		fmt.Fprintf(w, "{%d}", n.least)
	default:
		fmt.Fprintf(w, "{%d,%d}", n.least, n.most)
	}
	if n.lazy && n.least != n.most {
		w.WriteByte('?')
	}
}

// special writes what only the backtracking engine has.
func (w *writer) special(n *node) {
	switch n.op {
	case opAtomic:
		w.WriteString("(?>")
		w.node(n.subs[0], false)
		w.WriteByte(')')
	case opLook:
		w.WriteString("(?")
		if n.behind {
			w.WriteByte('<')
		}
		w.WriteByte(map[bool]byte{false: '=', true: '!'}[n.not])
		w.node(n.subs[0], false)
		w.WriteByte(')')
	case opBackref:
		flag := ""
		if n.fold {
			flag = "i"
		}
		fmt.Fprintf(w, `(?%s:\%d)`, flag, n.group)
	case opMultiBegin:
		w.WriteString(multiBegin(n.unix))
	case opMultiEnd:
		w.WriteString(multiEnd(n.unix))
	case opGrapheme:
		w.WriteString(`\X`)
	}
}

// The anchors of lines, with \r\n as one terminator and no place inside of it.
// The end of a text starts no line, even if the text is empty.

func endLine(unix bool) string {
	if unix {
		return `(?=\n?\z)`
	}
	return `(?:(?=(?:\r\n|[\r\x{85}\x{2028}\x{2029}])?\z)|(?<!\r)(?=\n\z))`
}

func multiEnd(unix bool) string {
	if unix {
		return `(?=\n|\z)`
	}
	return `(?:(?=[\r\x{85}\x{2028}\x{2029}]|\z)|(?<!\r)(?=\n))`
}

func multiBegin(unix bool) string {
	if unix {
		return `(?:(?!\z)(?:\A|(?<=\n)))`
	}
	return `(?:(?!\z)(?:\A|(?<=[\n\x{85}\x{2028}\x{2029}])|(?<=\r)(?!\n)))`
}

// wordBoundary spells \b out: a mark that stands on a letter or digit belongs
// to the word.
func (w *writer) wordBoundary(n *node) {
	const (
		base = `[\p{L}\p{Nd}]`
		mark = `\p{Mn}`
	)
	word := `[_\p{L}\p{Nd}]`
	if n.set != nil {
		word = classOf(n.set)
	}
	before := "(?<=" + word + "|" + base + mark + "+)"
	notBefore := "(?<!" + word + "|" + base + mark + "+)"
	after := "(?:(?=" + word + ")|(?<=" + base + mark + "*)(?=" + mark + "))"
	notAfter := "(?!" + word + ")(?!(?<=" + base + mark + "*)" + mark + ")"
	if n.not {
		after, notAfter = notAfter, after
	}
	w.WriteString("(?:" + before + notAfter + "|" + notBefore + after + ")")
}

func (w *writer) set(s set) {
	s = s.minus(surrogates())
	switch {
	case len(s) == 0 && w.linear:
		w.WriteString(`[^\x{0}-\x{10FFFF}]`)
	case len(s) == 0:
		w.WriteString(`(?!)`)
	case len(s) == 1 && s[0].lo == s[0].hi:
		w.WriteString(literal(s[0].lo))
	default:
		w.WriteString(classOf(s))
	}
}

// surrogates are the code points that no text has.
func surrogates() set { return spans(span{0xd800, 0xdfff}) }

// classOf writes s, or what is not in s if that is shorter.
func classOf(s set) string {
	rest := s.union(surrogates()).negate()
	if len(rest) == 0 {
		return `(?s:.)`
	}
	var b strings.Builder
	b.WriteByte('[')
	if len(rest) < len(s) {
		b.WriteByte('^')
		s = rest
	}
	for _, x := range s {
		b.WriteString(literal(x.lo))
		if x.hi > x.lo {
			b.WriteByte('-')
			b.WriteString(literal(x.hi))
		}
	}
	b.WriteByte(']')
	return b.String()
}

// literal writes a character so that it means itself, in a class too.
func literal(r rune) string {
	if isLetter(r) || isDigit(r) {
		return string(r)
	}
	return `\x{` + strconv.FormatInt(int64(r), 16) + `}`
}
