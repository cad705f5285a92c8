package javaregexp

import (
	"strings"
	"unicode"
)

// This file knows the sets of characters that have names.
//
// The order in which a name is looked for is Java's: \p{IsName} is a binary
// property, a category or a POSIX class, then a script; \p{InName} a block;
// \p{name} a category, a POSIX class, or a method of java.lang.Character;
// \p{key=name} a script, a block or a category.

// The white space of \h and \v, and the characters that end a line.
var (
	horizontalSpace = ofString(" \t\u00a0\u1680\u180e\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000")
	verticalSpace   = ofString("\n\v\f\r\u0085\u2028\u2029")
	terminators     = ofString("\n\r\u0085\u2028\u2029")
)

// property reads \p or \P and its name.
func (p *parser) property() set {
	negated := p.at(1) == 'P'
	start := p.offset()
	p.pos += 2
	if p.peek() == endOfPattern {
		p.failHere("want the name of a property behind \\p")
	}
	name := string(p.tokens[p.pos].r)
	if p.at(0) == '{' {
		p.pos++
		var b strings.Builder
		for p.at(0) != '}' {
			if p.pos >= len(p.tokens) {
				p.failAt(start, "property without }")
			}
			b.WriteRune(p.tokens[p.pos].r)
			p.pos++
		}
		name = b.String()
	}
	p.pos++
	s, ok := p.named(name)
	if !ok {
		p.failAt(start, "there is no character property %q here", name)
	}
	if negated {
		return s.negate()
	}
	return s
}

func (p *parser) named(name string) (set, bool) {
	if key, value, ok := strings.Cut(name, "="); ok {
		switch strings.ToLower(key) {
		case "sc", "script":
			return script(value)
		case "blk", "block":
			return block(value)
		case "gc", "general_category":
			return p.category(value)
		}
		return nil, false
	}
	switch {
	case strings.HasPrefix(name, "In"):
		return block(name[2:])
	case strings.HasPrefix(name, "Is"):
		name = name[2:]
		if s, ok := p.binary(name); ok {
			return s, true
		}
		if s, ok := p.general(name); ok {
			return s, true
		}
		return script(name)
	case p.flags.unicode:
		if s, ok := p.posixUnicode(name); ok {
			return s, true
		}
	}
	return p.general(name)
}

// general looks among categories, POSIX classes and methods.
func (p *parser) general(name string) (set, bool) {
	if s, ok := p.category(name); ok {
		return s, true
	}
	if s, ok := p.posix(name); ok {
		return s, true
	}
	return p.method(name)
}

// anyCase is all of upper, lower and title case where (?i) makes them one.
func (p *parser) anyCase(s set) set {
	if p.flags.fold {
		return uppercase().union(lowercase()).union(ofTables(unicode.Lt))
	}
	return s
}

func (p *parser) category(name string) (set, bool) {
	switch name {
	case "Lu", "Ll", "Lt":
		if p.flags.fold {
			return ofTables(unicode.Lu, unicode.Ll, unicode.Lt), true
		}
	case "LC":
		return ofTables(unicode.Lu, unicode.Ll, unicode.Lt), true
	case "LD":
		return letterOrDigit(), true
	case "L1":
		return spans(span{0, 0xff}), true
	case "all":
		return everything(), true
	case "C":
		return assigned().negate().union(ofTables(unicode.C)), true
	case "Cn":
		return assigned().negate(), true
	}
	if len(name) > 2 {
		return nil, false
	}
	if t := unicode.Categories[name]; t != nil && name != "LC" {
		return ofTables(t), true
	}
	return nil, false
}

func (p *parser) posix(name string) (set, bool) {
	switch name {
	case "ASCII":
		return spans(span{0, 0x7f}), true
	case "Alnum":
		return alnum(), true
	case "Alpha":
		return alpha(), true
	case "Blank":
		return ofString(" \t"), true
	case "Cntrl":
		return spans(span{0, 0x1f}, span{0x7f, 0x7f}), true
	case "Digit":
		return spans(span{'0', '9'}), true
	case "Graph":
		return spans(span{'!', '~'}), true
	case "Lower":
		return p.foldedASCII(spans(span{'a', 'z'})), true
	case "Print":
		return spans(span{' ', '~'}), true
	case "Punct":
		return spans(span{'!', '~'}).minus(alnum()), true
	case "Space":
		return spans(span{'\t', '\r'}, span{' ', ' '}), true
	case "Upper":
		return p.foldedASCII(spans(span{'A', 'Z'})), true
	case "XDigit":
		return spans(span{'0', '9'}, span{'A', 'F'}, span{'a', 'f'}), true
	}
	return nil, false
}

func (p *parser) foldedASCII(s set) set {
	if p.flags.fold {
		return s.foldASCII()
	}
	return s
}

func alpha() set { return spans(span{'A', 'Z'}, span{'a', 'z'}) }
func alnum() set { return alpha().union(spans(span{'0', '9'})) }

// posixUnicode is what the POSIX names mean with (?U), in any case.
func (p *parser) posixUnicode(name string) (set, bool) {
	switch strings.ToUpper(name) {
	case "ALPHA":
		return alphabetic(), true
	case "LOWER":
		return p.anyCase(lowercase()), true
	case "UPPER":
		return p.anyCase(uppercase()), true
	case "SPACE":
		return ofTables(unicode.White_Space), true
	case "PUNCT":
		return ofTables(unicode.P), true
	case "XDIGIT":
		return ofTables(unicode.Nd, unicode.Hex_Digit), true
	case "ALNUM":
		return alphabetic().union(ofTables(unicode.Nd)), true
	case "CNTRL":
		return ofTables(unicode.Cc), true
	case "DIGIT":
		return ofTables(unicode.Nd), true
	case "BLANK":
		return unicodeBlank(), true
	case "GRAPH":
		return unicodeGraph(), true
	case "PRINT":
		return unicodePrint(), true
	}
	return nil, false
}

// binary is a property of Unicode behind "Is", in any case.
func (p *parser) binary(name string) (set, bool) {
	switch strings.ReplaceAll(strings.ToUpper(name), "_", "") {
	case "ALPHABETIC":
		return alphabetic(), true
	case "ASSIGNED":
		return assigned(), true
	case "CONTROL":
		return ofTables(unicode.Cc), true
	case "DIGIT":
		return ofTables(unicode.Nd), true
	case "ALNUM":
		return alphabetic().union(ofTables(unicode.Nd)), true
	case "BLANK":
		return unicodeBlank(), true
	case "GRAPH":
		return unicodeGraph(), true
	case "PRINT":
		return unicodePrint(), true
	case "HEXDIGIT":
		return ofTables(unicode.Nd, unicode.Hex_Digit), true
	case "IDEOGRAPHIC":
		return ofTables(unicode.Ideographic), true
	case "JOINCONTROL":
		return ofTables(unicode.Join_Control), true
	case "LETTER":
		return ofTables(unicode.L), true
	case "LOWERCASE":
		return p.anyCase(lowercase()), true
	case "NONCHARACTERCODEPOINT":
		return ofTables(unicode.Noncharacter_Code_Point), true
	case "TITLECASE":
		return p.anyCase(ofTables(unicode.Lt)), true
	case "PUNCTUATION":
		return ofTables(unicode.P), true
	case "UPPERCASE":
		return p.anyCase(uppercase()), true
	case "WHITESPACE":
		return ofTables(unicode.White_Space), true
	case "WORD":
		return unicodeWord(), true
	}
	return nil, false
}

// method is a test of java.lang.Character: javaLowerCase is isLowerCase.
func (p *parser) method(name string) (set, bool) {
	switch name {
	case "javaLowerCase":
		return p.anyCase(lowercase()), true
	case "javaUpperCase":
		return p.anyCase(uppercase()), true
	case "javaTitleCase":
		return p.anyCase(ofTables(unicode.Lt)), true
	case "javaAlphabetic":
		return alphabetic(), true
	case "javaIdeographic":
		return ofTables(unicode.Ideographic), true
	case "javaDigit":
		return ofTables(unicode.Nd), true
	case "javaDefined":
		return assigned(), true
	case "javaLetter":
		return ofTables(unicode.L), true
	case "javaLetterOrDigit":
		return letterOrDigit(), true
	case "javaJavaIdentifierStart":
		return ofTables(unicode.L, unicode.Nl, unicode.Sc, unicode.Pc), true
	case "javaJavaIdentifierPart":
		return ofTables(unicode.L, unicode.Nl, unicode.Sc, unicode.Pc, unicode.Nd, unicode.Mc, unicode.Mn).union(ignorable()), true
	case "javaUnicodeIdentifierStart":
		return ofTables(unicode.L, unicode.Nl, unicode.Other_ID_Start), true
	case "javaUnicodeIdentifierPart":
		return ofTables(unicode.L, unicode.Nl, unicode.Other_ID_Start, unicode.Pc, unicode.Nd, unicode.Mc, unicode.Mn,
			unicode.Other_ID_Continue).union(ignorable()), true
	case "javaIdentifierIgnorable":
		return ignorable(), true
	case "javaSpaceChar":
		return ofTables(unicode.Z), true
	case "javaWhitespace":
		return ofTables(unicode.Z).minus(ofString("\u00a0\u2007\u202f")).
			union(spans(span{'\t', '\r'}, span{0x1c, 0x1f})), true
	case "javaISOControl":
		return ofTables(unicode.Cc), true
	}
	return nil, false
}

// digits, spaces and words are \d, \s and \w.
func (p *parser) digits() set {
	if p.flags.unicode {
		return ofTables(unicode.Nd)
	}
	return spans(span{'0', '9'})
}

func (p *parser) spaces() set {
	if p.flags.unicode {
		return ofTables(unicode.White_Space)
	}
	return spans(span{'\t', '\r'}, span{' ', ' '})
}

func (p *parser) words() set {
	if p.flags.unicode {
		return unicodeWord()
	}
	return alnum().union(single('_'))
}

func lowercase() set     { return ofTables(unicode.Ll, unicode.Other_Lowercase) }
func uppercase() set     { return ofTables(unicode.Lu, unicode.Other_Uppercase) }
func alphabetic() set    { return ofTables(unicode.L, unicode.Nl, unicode.Other_Alphabetic) }
func letterOrDigit() set { return ofTables(unicode.L, unicode.Nd) }

func assigned() set {
	return ofTables(unicode.L, unicode.M, unicode.N, unicode.P, unicode.S, unicode.Z,
		unicode.Cc, unicode.Cf, unicode.Co, unicode.Cs)
}

func ignorable() set {
	return ofTables(unicode.Cf).union(spans(span{0, 8}, span{0x0e, 0x1b}, span{0x7f, 0x9f}))
}

func unicodeWord() set {
	return alphabetic().union(ofTables(unicode.M, unicode.Nd, unicode.Pc, unicode.Join_Control))
}

func unicodeBlank() set { return ofTables(unicode.Zs).union(single('\t')) }

func unicodeGraph() set {
	return assigned().minus(ofTables(unicode.White_Space, unicode.Cc, unicode.Cs))
}

func unicodePrint() set {
	return unicodeGraph().union(unicodeBlank()).minus(ofTables(unicode.Cc))
}

// scriptCodes are the four-letter names of the scripts that are met most.
var scriptCodes = map[string]string{
	"arab": "Arabic", "armn": "Armenian", "beng": "Bengali", "cyrl": "Cyrillic", "deva": "Devanagari",
	"ethi": "Ethiopic", "geor": "Georgian", "grek": "Greek", "hang": "Hangul", "hani": "Han",
	"hebr": "Hebrew", "hira": "Hiragana", "kana": "Katakana", "khmr": "Khmer", "laoo": "Lao",
	"latn": "Latin", "taml": "Tamil", "telu": "Telugu", "thai": "Thai", "zinh": "Inherited", "zyyy": "Common",
}

// script finds a script by its name, in any case.
func script(name string) (set, bool) {
	if long, ok := scriptCodes[strings.ToLower(name)]; ok {
		return ofTables(unicode.Scripts[long]), true
	}
	for known, table := range unicode.Scripts {
		if strings.EqualFold(known, name) {
			return ofTables(table), true
		}
	}
	return nil, false
}

// blocks are the blocks of Unicode that are met most.
var blocks = map[string]span{
	"basiclatin":                  {0x0000, 0x007f},
	"latin1supplement":            {0x0080, 0x00ff},
	"latinextendeda":              {0x0100, 0x017f},
	"latinextendedb":              {0x0180, 0x024f},
	"combiningdiacriticalmarks":   {0x0300, 0x036f},
	"greek":                       {0x0370, 0x03ff},
	"greekandcoptic":              {0x0370, 0x03ff},
	"cyrillic":                    {0x0400, 0x04ff},
	"armenian":                    {0x0530, 0x058f},
	"hebrew":                      {0x0590, 0x05ff},
	"arabic":                      {0x0600, 0x06ff},
	"devanagari":                  {0x0900, 0x097f},
	"thai":                        {0x0e00, 0x0e7f},
	"generalpunctuation":          {0x2000, 0x206f},
	"currencysymbols":             {0x20a0, 0x20cf},
	"mathematicaloperators":       {0x2200, 0x22ff},
	"boxdrawing":                  {0x2500, 0x257f},
	"cjksymbolsandpunctuation":    {0x3000, 0x303f},
	"hiragana":                    {0x3040, 0x309f},
	"katakana":                    {0x30a0, 0x30ff},
	"cjkunifiedideographs":        {0x4e00, 0x9fff},
	"hangulsyllables":             {0xac00, 0xd7a3},
	"halfwidthandfullwidthforms":  {0xff00, 0xffef},
	"emoticons":                   {0x1f600, 0x1f64f},
	"miscellaneoussymbols":        {0x2600, 0x26ff},
	"dingbats":                    {0x2700, 0x27bf},
	"privateusearea":              {0xe000, 0xf8ff},
	"alphabeticpresentationforms": {0xfb00, 0xfb4f},
}

// block finds a block by its name, in any case, with " ", "_" or "-" or without.
func block(name string) (set, bool) {
	b, ok := blocks[strings.NewReplacer(" ", "", "_", "", "-", "").Replace(strings.ToLower(name))]
	if !ok {
		return nil, false
	}
	return spans(b), true
}
