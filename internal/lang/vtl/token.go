package vtl

// A tokenKind is the type of a token. Where two tokens of one length match at
// a place, the one declared first is taken.
type tokenKind uint8

const (
	tokEOF tokenKind = iota
	tokIndexOpen
	tokIndexClose
	tokListOpen
	tokListClose
	tokComma
	tokRange
	tokColon
	tokMapOpen
	tokMapClose
	tokParenOpen
	tokParenClose
	tokArgsClose
	tokEscapedWord // \#if: an odd number of backslashes, and a directive word
	tokSet         // blanks, #set or #{set}, blanks, parenthesis
	tokLineComment // ##
	tokTwoEscapes  // two backslashes
	tokEscape      // one backslash
	tokText
	tokLineCommentEnd
	tokFormalComment
	tokBlockComment
	tokTextblock
	tokSpace
	tokString
	tokTrue
	tokFalse
	tokMinus
	tokPlus
	tokTimes
	tokDivide
	tokModulo
	tokAnd
	tokOr
	tokLess
	tokLessEqual
	tokGreater
	tokGreaterEqual
	tokEqual
	tokNotEqual
	tokNot
	tokAssign
	tokEnd
	tokIf
	tokElseIf
	tokElse
	tokInteger
	tokFloat
	tokWord
	tokBracedWord
	tokIdentifier
	tokDot
	tokBraceOpen
	tokBraceClose
	tokEmptyIndex // $[ and its like, which are text

	// The kinds below never reach the parser.
	moreDollar       // \\$
	moreDollarBang   // \\$\\!
	moreTextblock    // #[[
	moreFormal       // #** and a character
	moreBlock        // #*
	moreHash         // #
	moreAny          // a character of a textblock
	skipAny          // a character of a comment
	endReference     // the character after a reference
	endDirectiveWord // the character after a # that starts nothing
	tokNone
)

// A token is a piece of the template. Sigils that turn out to belong to the
// next token are a part of its image: in "$$x" the identifier is "$$x".
type token struct {
	kind  tokenKind
	start int    // offset of the image in the template
	end   int    // offset of what follows
	image string // text; parsing a reference takes off what stands before its last $
	lost  string // text of sigils before the token that started nothing
	mode  mode   // in which the token was found
	tidy  bool   // white space around it can change: see normal_form.go
	next  *token
}

// literal returns the text of t as it prints when it is not evaluated.
func (t *token) literal() string {
	if t.kind == tokBlockComment {
		return ""
	}
	return t.lost + t.image
}

// literalFrom returns the text of the tokens from first to last.
func literalFrom(first, last *token) string {
	if first == last {
		return first.literal()
	}
	var b []byte
	for t := first; ; t = t.next {
		b = append(b, t.literal()...)
		if t == last {
			return string(b)
		}
	}
}

// imagesFrom is literalFrom without the lost sigils and with the comments.
func imagesFrom(first, last *token) string {
	var b []byte
	for t := first; ; t = t.next {
		b = append(b, t.image...)
		if t == last {
			return string(b)
		}
	}
}

// describe names t in a message.
func (t *token) describe() string {
	switch t.kind {
	case tokEOF:
		return "the end of the template"
	case tokSpace:
		return "white space"
	}
	return quote(t.image)
}

// quote returns s for a message: cut short, in quotation marks.
func quote(s string) string {
	const most = 40 // bytes
	b := []byte{'"'}
	for i, r := range s {
		if i >= most {
			b = append(b, "…"...)
			break
		}
		switch r {
		case '\n':
			b = append(b, `\n`...)
		case '\r':
			b = append(b, `\r`...)
		case '\t':
			b = append(b, `\t`...)
		default:
			b = append(b, string(r)...)
		}
	}
	return string(append(b, '"'))
}
