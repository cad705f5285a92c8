package vtl

import "strings"

// This file says what matches in which mode.

// match returns the longest token at the current place, and its length.
func (lx *lexer) match() (tokenKind, int) {
	s := lx.src[lx.pos:]
	m := longest{kind: tokNone}
	switch lx.mode {
	case inText:
		matchText(&m, s)
	case inReference, inProperty:
		matchReference(&m, s, lx.mode)
	case inArguments:
		matchArguments(&m, s)
	case inIndex:
		m.str(tokIndexClose, s, "]")
		matchValue(&m, s)
	case inWord:
		matchWord(&m, s)
	case inDirective:
		matchDirective(&m, s)
	case inLineComment:
		m.take(tokLineCommentEnd, lineEnd(s))
		m.take(skipAny, 1)
	case inFormalComment:
		m.str(tokFormalComment, s, "*#")
		m.take(skipAny, 1)
	case inBlockComment:
		m.str(tokBlockComment, s, "*#")
		m.take(skipAny, 1)
	case inTextblock:
		m.str(tokTextblock, s, "]]#")
		m.take(moreAny, 1)
	}
	m.sigils(s, lx.mode)
	return m.kind, m.n
}

// A longest collects matches. Of two with the same length the lower kind wins,
// except that a sigil wins over the characters that may be anything.
type longest struct {
	kind tokenKind
	n    int
}

func (m *longest) take(kind tokenKind, n int) {
	if n > m.n || n == m.n && n > 0 && kind < m.kind {
		m.kind, m.n = kind, n
	}
}

func (m *longest) str(kind tokenKind, s, want string) {
	if strings.HasPrefix(s, want) {
		m.take(kind, len(want))
	}
}

// word takes want only where s starts with it; that a longer word is another
// word follows from its longer match.
func (m *longest) words(kind tokenKind, s string, wants ...string) {
	for _, w := range wants {
		m.str(kind, s, w)
	}
}

// sigils matches what can begin in every mode.
func (m *longest) sigils(s string, in mode) {
	switch s[0] {
	case '$', '\\':
		n := backslashes(s)
		if n == len(s) || s[n] != '$' {
			return
		}
		m.take(moreDollar, n+1)
		bang := n + 1 + backslashes(s[n+1:])
		if bang < len(s) && s[bang] == '!' {
			m.take(moreDollarBang, bang+1)
		}
	case '#':
		m.take(moreHash, 1)
		switch in {
		case inText, inWord, inDirective, inReference:
			m.str(tokLineComment, s, "##")
		}
		m.str(moreTextblock, s, "#[[")
		m.str(moreBlock, s, "#*")
		if len(s) > 3 && s[:3] == "#**" && s[3] != '#' {
			m.take(moreFormal, 4)
		}
	}
}

func matchText(m *longest, s string) {
	switch s[0] {
	case '\\':
		n := backslashes(s)
		m.take(tokEscape, 1)
		if n >= 2 {
			m.take(tokTwoEscapes, 2)
		}
		if n%2 == 1 && n < len(s) && s[n] == '#' {
			if w := max(wordLen(s[n+1:]), bracedWordLen(s[n+1:])); w > 0 {
				m.take(tokEscapedWord, n+1+w)
			}
		}
	case '$':
		matchEmptyIndex(m, s)
	case '#':
		m.take(tokSet, setLen(s))
	default:
		m.take(tokSet, setLen(s))
		n := strings.IndexAny(s, `$#\`)
		if n < 0 {
			n = len(s)
		}
		m.take(tokText, n)
	}
}

func matchEmptyIndex(m *longest, s string) {
	m.words(tokEmptyIndex, s, "$[", "$![", `$\![`, "$.")
}

func matchReference(m *longest, s string, in mode) {
	m.str(tokIndexOpen, s, "[")
	if in == inProperty {
		m.str(tokParenOpen, s, "(")
	} else {
		matchEmptyIndex(m, s)
	}
	m.take(tokSet, setLen(s))
	matchName(m, s)
	m.str(tokBraceOpen, s, "{")
	m.str(tokBraceClose, s, "}")
	m.take(endReference, 1)
}

// matchName matches identifiers, the words that are none, and a dot before one.
func matchName(m *longest, s string) {
	m.words(tokTrue, s, "true")
	m.words(tokFalse, s, "false")
	m.take(tokIdentifier, identifierLen(s))
	if s[0] == '.' && len(s) > 1 && isLetter(s[1]) {
		m.take(tokDot, 2)
	}
}

func matchArguments(m *longest, s string) {
	matchBrackets(m, s)
	m.str(tokArgsClose, s, ")")
	m.take(tokSet, setLen(s))
	matchValue(m, s)
	matchName(m, s)
}

func matchBrackets(m *longest, s string) {
	switch s[0] {
	case '[':
		m.take(tokListOpen, 1)
	case ']':
		m.take(tokListClose, 1)
	case ',':
		m.take(tokComma, 1)
	case ':':
		m.take(tokColon, 1)
	case '{':
		m.take(tokMapOpen, 1)
	case '}':
		m.take(tokMapClose, 1)
	case '.':
		m.str(tokRange, s, "..")
	}
}

// matchValue matches white space and literals.
func matchValue(m *longest, s string) {
	switch c := s[0]; {
	case isSpace(c):
		n := 1
		for n < len(s) && isSpace(s[n]) {
			n++
		}
		m.take(tokSpace, n)
	case c == '"' || c == '\'':
		m.take(tokString, stringLen(s))
	case c == 't':
		m.str(tokTrue, s, "true")
	case c == 'f':
		m.str(tokFalse, s, "false")
	default:
		matchNumber(m, s)
	}
}

func matchNumber(m *longest, s string) {
	i := 0
	if s[0] == '-' {
		i++
	}
	whole := i + digits(s[i:])
	if whole > i {
		n := whole
		if strings.HasPrefix(s[n:], "..") {
			n += 2
		}
		m.take(tokInteger, n)
		if e := exponentLen(s[whole:]); e > 0 {
			m.take(tokFloat, whole+e)
		}
	}
	if whole < len(s) && s[whole] == '.' {
		frac := digits(s[whole+1:])
		if whole > i || frac > 0 {
			n := whole + 1 + frac
			m.take(tokFloat, n+exponentLen(s[n:]))
		}
	}
}

func matchWord(m *longest, s string) {
	for _, w := range []string{"end", "{end}"} {
		if strings.HasPrefix(s, w) {
			m.take(tokEnd, len(w)+blankLineLen(s[len(w):]))
		}
	}
	for _, w := range []string{"else", "{else}"} {
		if strings.HasPrefix(s, w) {
			m.take(tokElse, len(w)+blankLineLen(s[len(w):]))
		}
	}
	m.words(tokIf, s, "if", "{if}")
	m.words(tokElseIf, s, "elseif", "{elseif}")
	matchNumber(m, s)
	m.take(tokWord, wordLen(s))
	m.take(tokBracedWord, bracedWordLen(s))
	m.take(endDirectiveWord, 1)
}

func matchDirective(m *longest, s string) {
	matchBrackets(m, s)
	m.str(tokParenOpen, s, "(")
	if s[0] == ')' {
		m.take(tokParenClose, 1+blankLineLen(s[1:]))
	}
	matchValue(m, s)
	switch s[0] {
	case '-':
		m.take(tokMinus, 1)
	case '+':
		m.take(tokPlus, 1)
	case '*':
		m.take(tokTimes, 1)
	case '/':
		m.take(tokDivide, 1)
	case '%':
		m.take(tokModulo, 1)
	case '&', 'a':
		m.words(tokAnd, s, "&&", "and")
	case '|', 'o':
		m.words(tokOr, s, "||", "or")
	case '<', 'l':
		m.words(tokLess, s, "<", "lt")
		m.words(tokLessEqual, s, "<=", "le")
	case '>', 'g':
		m.words(tokGreater, s, ">", "gt")
		m.words(tokGreaterEqual, s, ">=", "ge")
	case '=', 'e':
		m.words(tokEqual, s, "==", "eq")
		m.str(tokAssign, s, "=")
	case '!', 'n':
		m.words(tokNotEqual, s, "!=", "ne")
		m.words(tokNot, s, "!", "not")
	}
	m.take(tokWord, wordLen(s))
	m.take(tokBracedWord, bracedWordLen(s))
}

func backslashes(s string) int {
	n := 0
	for n < len(s) && s[n] == '\\' {
		n++
	}
	return n
}

func blanks(s string) int {
	n := 0
	for n < len(s) && (s[n] == ' ' || s[n] == '\t') {
		n++
	}
	return n
}

func digits(s string) int {
	n := 0
	for n < len(s) && isDigit(s[n]) {
		n++
	}
	return n
}

// lineEnd returns the length of the line end at the start of s, or 0.
func lineEnd(s string) int {
	switch {
	case strings.HasPrefix(s, "\r\n"):
		return 2
	case s != "" && (s[0] == '\n' || s[0] == '\r'):
		return 1
	}
	return 0
}

// blankLineLen returns the length of blanks and a line end, or 0 where no line
// end follows the blanks.
func blankLineLen(s string) int {
	n := blanks(s)
	if e := lineEnd(s[n:]); e > 0 {
		return n + e
	}
	return 0
}

// setLen returns the length of #set( with the blanks before and in it, or 0.
func setLen(s string) int {
	n := blanks(s)
	switch {
	case strings.HasPrefix(s[n:], "#set"):
		n += len("#set")
	case strings.HasPrefix(s[n:], "#{set}"):
		n += len("#{set}")
	default:
		return 0
	}
	for n < len(s) && s[n] == ' ' {
		n++
	}
	if n < len(s) && s[n] == '(' {
		return n + 1
	}
	return 0
}

func wordLen(s string) int {
	if s == "" || !(isLetter(s[0]) || s[0] == '_' || s[0] == '@') {
		return 0
	}
	n := 1
	for n < len(s) && isWordByte(s[n]) {
		n++
	}
	return n
}

func bracedWordLen(s string) int {
	if len(s) < 3 || s[0] != '{' || !(isLetter(s[1]) || s[1] == '_') {
		return 0
	}
	n := 2
	for n < len(s) && isWordByte(s[n]) {
		n++
	}
	if n < len(s) && s[n] == '}' {
		return n + 1
	}
	return 0
}

func identifierLen(s string) int {
	if !(isLetter(s[0]) || s[0] == '_') {
		return 0
	}
	n := 1
	for n < len(s) && (isLetter(s[n]) || isDigit(s[n]) || s[n] == '-' || s[n] == '_') {
		n++
	}
	return n
}

func exponentLen(s string) int {
	if s == "" || s[0] != 'e' && s[0] != 'E' {
		return 0
	}
	n := 1
	if n < len(s) && (s[n] == '+' || s[n] == '-') {
		n++
	}
	d := digits(s[n:])
	if d == 0 {
		return 0
	}
	return n + d
}

// stringLen returns the length of the string literal at the start of s, or 0.
// A doubled quotation mark is a part of the text as long as the literal ends.
func stringLen(s string) int {
	q := s[0]
	end := 0
	for i := 1; i < len(s); i++ {
		if s[i] != q {
			continue
		}
		end = i + 1
		if i+1 == len(s) || s[i+1] != q {
			break
		}
		i++
	}
	return end
}

func isLetter(c byte) bool { return c|0x20 >= 'a' && c|0x20 <= 'z' }
func isDigit(c byte) bool  { return c >= '0' && c <= '9' }
func isSpace(c byte) bool  { return c == ' ' || c == '\t' || c == '\n' || c == '\r' }
func isWordByte(c byte) bool {
	return isLetter(c) || isDigit(c) || c == '_' || c == '@'
}
