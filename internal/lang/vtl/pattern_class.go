package vtl

import (
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"
)

// This file translates the sets of characters in Java's regular expressions:
// [a-z&&[^b]], \p{Alpha}.

// class reads [...] and returns it.
func (t *translator) class() (string, error) {
	const deepest = 20
	t.depth++
	defer func() { t.depth-- }()
	if t.depth > deepest {
		return "", fmt.Errorf("more than %d nested classes", deepest)
	}
	t.pos++
	negated := strings.HasPrefix(t.src[t.pos:], "^")
	if negated {
		t.pos++
	}
	set, other, err := t.items()
	if err != nil {
		return "", err
	}
	head := "["
	if negated {
		head = "[^"
	}
	if other == "" {
		return head + set + "]", nil
	}
	if negated {
		return "", errors.New("an intersection in a negated class is not supported")
	}
	// a&&b is a without what is not in b.
	return head + set + "-" + other + "]", nil
}

// items reads to the end of a class. It returns the inside, and what is to be
// taken out of it because of an intersection.
func (t *translator) items() (set, out string, err error) {
	var b []byte
	first := true
	for t.pos < len(t.src) {
		c := t.src[t.pos]
		switch {
		case c == ']' && !first:
			t.pos++
			return string(b), "", nil
		case c == '[':
			inner, err := t.class()
			if err != nil {
				return "", "", err
			}
			if strings.HasPrefix(inner, "[^") || strings.Contains(inner, "-[") {
				return "", "", errors.New("a union with a negated class is not supported")
			}
			b = append(b, inner[1:len(inner)-1]...)
		case strings.HasPrefix(t.src[t.pos:], "&&"):
			t.pos += 2
			out, err = t.intersection()
			return string(b), out, err
		case c == '\\':
			if t.pos+1 == len(t.src) {
				return "", "", errors.New(`\ at the end`)
			}
			s, err := t.classEscape()
			if err != nil {
				return "", "", err
			}
			b = append(b, s...)
		case c == '-' && !first && t.pos+1 < len(t.src) && t.src[t.pos+1] != ']' && t.src[t.pos+1] != '[':
			b = append(b, '-')
			t.pos++
		default:
			_, size := utf8.DecodeRuneInString(t.src[t.pos:])
			b = append(b, quoteRune(t.src[t.pos:t.pos+size])...)
			t.pos += size
		}
		first = false
	}
	return "", "", errors.New("a class is not closed")
}

// classEscape reads an escape in a class.
func (t *translator) classEscape() (string, error) {
	if t.src[t.pos+1] == 'Q' {
		text := t.src[t.pos+2:]
		end := strings.Index(text, `\E`)
		if end < 0 {
			return "", errors.New(`\Q is not closed`)
		}
		t.pos += 2 + end + 2
		var b []byte
		for _, r := range text[:end] {
			b = append(b, quoteRune(string(r))...)
		}
		return string(b), nil
	}
	set, negated, err := t.escapedSet()
	if err != nil || !negated {
		return set, err
	}
	switch set {
	case digitSet:
		return notDigits, nil
	case wordSet:
		return notWords, nil
	case spaceSet:
		return notSpaces, nil
	}
	if strings.HasPrefix(set, `\p{`) && strings.Count(set, `\p{`) == 1 {
		return `\P` + set[2:], nil
	}
	return "", errors.New("this negated escape in a class is not supported")
}

// intersection reads what follows && to the end of the class, and returns the
// class of what is not in it.
func (t *translator) intersection() (string, error) {
	if strings.HasPrefix(t.src[t.pos:], "[") {
		inner, err := t.class()
		if err != nil {
			return "", err
		}
		if !strings.HasPrefix(t.src[t.pos:], "]") || strings.Contains(inner, "-[") {
			return "", errors.New("more than one intersection in a class is not supported")
		}
		t.pos++
		if rest, ok := strings.CutPrefix(inner, "[^"); ok {
			return "[" + rest, nil
		}
		return "[^" + inner[1:], nil
	}
	negated := strings.HasPrefix(t.src[t.pos:], "^")
	if negated {
		t.pos++
	}
	set, out, err := t.items()
	if err != nil {
		return "", err
	}
	if out != "" {
		return "", errors.New("more than one intersection in a class is not supported")
	}
	if negated {
		return "[" + set + "]", nil
	}
	return "[^" + set + "]", nil
}

// property reads the name after \p.
func (t *translator) property() (string, error) {
	if t.pos == len(t.src) {
		return "", errors.New(`\p at the end`)
	}
	name := t.src[t.pos : t.pos+1]
	n := 1
	if name == "{" {
		end := strings.IndexByte(t.src[t.pos:], '}')
		if end < 0 {
			return "", errors.New(`\p{ is not closed`)
		}
		name = t.src[t.pos+1 : t.pos+end]
		n = end + 1
	}
	t.pos += n
	if set, ok := namedSets[name]; ok {
		return set, nil
	}
	for _, prefix := range []string{"Is", "script=", "sc=", "general_category=", "gc=", "block="} {
		if cut, ok := strings.CutPrefix(name, prefix); ok {
			name = cut
			break
		}
	}
	for _, c := range []byte(name) {
		if !isLetter(c) && !isDigit(c) && c != '_' {
			return "", fmt.Errorf("%s is not a property", quote(name))
		}
	}
	return `\p{` + name + `}`, nil
}

// namedSets are Java's names for sets of characters.
// See "Pattern" in the Java documentation.
var namedSets = map[string]string{
	"Lower":          `a-z`,
	"Upper":          `A-Z`,
	"ASCII":          `\x00-\x7F`,
	"Alpha":          `a-zA-Z`,
	"Digit":          `0-9`,
	"Alnum":          `a-zA-Z0-9`,
	"Punct":          `\x21-\x2F\x3A-\x40\x5B-\x60\x7B-\x7E`,
	"Graph":          `\x21-\x7E`,
	"Print":          `\x20-\x7E`,
	"Blank":          ` \t`,
	"Cntrl":          `\x00-\x1F\x7F`,
	"XDigit":         `0-9a-fA-F`,
	"Space":          spaceSet,
	"javaLowerCase":  `\p{Ll}`,
	"javaUpperCase":  `\p{Lu}`,
	"javaWhitespace": spaceSet + `\x1C-\x1F\u1680\u2000-\u2006\u2008-\u200a\u2028\u2029\u205f\u3000`,
	"javaLetter":     `\p{L}`,
	"javaDigit":      `\p{Nd}`,
	"IsAlphabetic":   `\p{L}\p{Nl}`,
	"IsLetter":       `\p{L}`,
	"IsDigit":        `\p{Nd}`,
	"IsPunctuation":  `\p{P}`,
	"IsUppercase":    `\p{Lu}`,
	"IsLowercase":    `\p{Ll}`,
	"IsWhite_Space":  blankSet + verticals,
}
