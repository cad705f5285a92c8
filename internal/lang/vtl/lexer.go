package vtl

import "strings"

// This file cuts a template into tokens.
//
//   - What is a token depends on the place: text, a reference, a directive.
//     These are the modes below; they nest, so there is a stack.
//   - At each place the longest match wins.
//   - A sigil is not a token. It changes the mode, and its text becomes the
//     beginning of the next token, whatever that is. This is why a lone $ before
//     #if is lost, and why a sigil at the very end is an error.
//   - The parser asks for tokens one at a time, because after an unknown #word
//     it decides whether the mode changes.

// A mode says which tokens are possible.
type mode uint8

const (
	inText          mode = iota
	inReference          // after $
	inProperty           // after $x.
	inArguments          // after $x.y(
	inIndex              // after $x[
	inWord               // after #
	inDirective          // after #if, #foreach(, #set(
	inLineComment        // after ##
	inFormalComment      // after #**
	inBlockComment       // after #*
	inTextblock          // after #[[
)

// A frame is a mode to come back to, with its parentheses.
type frame struct {
	mode         mode
	opened, shut int
}

type lexer struct {
	src    string
	pos    int
	mode   mode
	opened int // parentheses in this mode
	shut   int
	stack  []frame
	inSet  bool
	hidden bool // in a comment or textblock: sigils do not change the mode
}

func (lx *lexer) push() {
	lx.stack = append(lx.stack, frame{lx.mode, lx.opened, lx.shut})
	lx.opened = 0
}

func (lx *lexer) pop() bool {
	n := len(lx.stack)
	if n == 0 {
		lx.opened = 0
		lx.mode = inText
		return false
	}
	f := lx.stack[n-1]
	lx.stack = lx.stack[:n-1]
	lx.mode, lx.opened, lx.shut = f.mode, f.opened, f.shut
	return true
}

// enter pushes the mode and goes to m.
func (lx *lexer) enter(m mode) {
	lx.push()
	lx.mode = m
}

// A lexicalError is a place where no token matches.
type lexicalError struct {
	offset int
	atEOF  bool
}

// next cuts the next token.
func (lx *lexer) next() (*token, *lexicalError) {
	var lost []byte
restart:
	begin := lx.pos
	if begin == len(lx.src) {
		return &token{kind: tokEOF, start: begin, end: begin, lost: string(lost)}, nil
	}
	for {
		if lx.pos == len(lx.src) {
			return nil, &lexicalError{lx.pos, true}
		}
		kind, n := lx.match()
		if kind == tokNone {
			return nil, &lexicalError{lx.pos, false}
		}
		lx.pos += n
		switch kind {
		case skipAny:
			goto restart
		case endReference, endDirectiveWord:
			lost = appendSigils(lost, lx.src[begin:lx.pos])
			lx.pos -= n
			lx.pop()
			goto restart
		case moreAny:
			// Where a textblock begins to be swallowed there is no other way
			// out than its end or a sigil.
			continue
		case moreDollar, moreDollarBang, moreTextblock, moreFormal, moreBlock, moreHash:
			lx.sigil(kind)
			continue
		}
		t := &token{kind: kind, start: begin, image: lx.src[begin:lx.pos], lost: string(lost), mode: lx.mode}
		lx.act(t)
		t.end = lx.pos
		return t, nil
	}
}

// sigil changes the mode for a match that begins a token.
func (lx *lexer) sigil(kind tokenKind) {
	if lx.hidden {
		return
	}
	switch kind {
	case moreDollar, moreDollarBang:
		if lx.mode == inReference {
			lx.pop()
		}
		lx.enter(inReference)
	case moreHash:
		if lx.mode == inReference || lx.mode == inProperty {
			lx.pop()
		}
		lx.enter(inWord)
	case moreTextblock:
		lx.hidden = true
		lx.enter(inTextblock)
	case moreFormal:
		lx.pos--
		lx.hidden = true
		lx.enter(inFormalComment)
	case moreBlock:
		lx.hidden = true
		lx.enter(inBlockComment)
	}
}

// act changes the mode after t.
func (lx *lexer) act(t *token) {
	switch t.kind {
	case tokIndexOpen:
		lx.enter(inIndex)
	case tokIndexClose, tokBraceClose, tokEnd, tokElse:
		lx.pop()
	case tokIf, tokElseIf:
		lx.mode = inDirective
	case tokParenOpen:
		if !lx.hidden {
			lx.opened++
		}
		if lx.mode == inProperty {
			lx.mode = inArguments
		}
	case tokParenClose:
		lx.closeParen()
	case tokArgsClose:
		lx.mode = inReference
	case tokSet:
		if !lx.hidden {
			lx.inSet = true
			lx.enter(inDirective)
			lx.opened++
		}
	case tokLineComment:
		if !lx.hidden {
			if lx.mode == inReference {
				lx.pop()
			}
			lx.hidden = true
			lx.enter(inLineComment)
		}
	case tokLineCommentEnd, tokFormalComment, tokBlockComment, tokTextblock:
		lx.hidden = false
		lx.pop()
	case tokString:
		if lx.mode == inDirective && !lx.inSet && lx.opened == 0 {
			lx.pop()
		}
	case tokInteger:
		if strings.HasSuffix(t.image, "..") {
			lx.pos -= 2
			t.image = t.image[:len(t.image)-2]
		}
		if lx.opened == 0 && !lx.inSet && lx.mode != inArguments && lx.mode != inIndex {
			lx.pop()
		}
	case tokFloat:
		if lx.opened == 0 && !lx.inSet && lx.mode != inArguments {
			lx.pop()
		}
	case tokDot:
		lx.pos--
		t.image = "."
		lx.mode = inProperty
	}
}

// closeParen drops to the mode below the one that has an open parenthesis.
func (lx *lexer) closeParen() {
	if lx.hidden {
		return
	}
	for lx.opened <= 0 {
		if !lx.pop() {
			return
		}
	}
	if lx.opened == lx.shut+1 {
		lx.pop()
	} else {
		lx.shut++
	}
}

// parenFollows reports whether '(' comes next, after white space.
func (lx *lexer) parenFollows() bool {
	for i := lx.pos; i < len(lx.src); i++ {
		switch lx.src[i] {
		case '(':
			return true
		case ' ', '\n', '\r', '\t':
		default:
			return false
		}
	}
	return false
}

// appendSigils appends what prints of text that started nothing: # and $, and
// backslashes before $.
func appendSigils(dst []byte, text string) []byte {
	for i := 0; i < len(text); i++ {
		switch text[i] {
		case '#', '$':
			dst = append(dst, text[i])
		case '\\':
			j := i
			for j < len(text) && text[j] == '\\' {
				j++
			}
			if j < len(text) && text[j] == '$' {
				dst = append(dst, text[i:j+1]...)
				i = j + 1
			}
		}
	}
	return dst
}
