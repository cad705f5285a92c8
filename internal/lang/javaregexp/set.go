package javaregexp

import (
	"slices"
	"unicode"
)

// A set is a set of characters: ranges in ascending order that neither overlap
// nor touch. Sets are not written after they are made.
type set []span

type span struct{ lo, hi rune }

const maxRune = unicode.MaxRune

func single(r rune) set   { return set{{r, r}} }
func spans(s ...span) set { return normal(s) }
func everything() set     { return set{{0, maxRune}} }
func ofString(chars string) set {
	var s []span
	for _, r := range chars {
		s = append(s, span{r, r})
	}
	return normal(s)
}

// normal sorts and joins spans, in place.
func normal(s []span) set {
	slices.SortFunc(s, func(a, b span) int { return int(a.lo - b.lo) })
	out := s[:0]
	for _, x := range s {
		if n := len(out); n > 0 && x.lo <= out[n-1].hi+1 {
			out[n-1].hi = max(out[n-1].hi, x.hi)
			continue
		}
		out = append(out, x)
	}
	return out
}

func ofTables(tables ...*unicode.RangeTable) set {
	var s []span
	for _, t := range tables {
		for _, r := range t.R16 {
			s = appendStride(s, rune(r.Lo), rune(r.Hi), rune(r.Stride))
		}
		for _, r := range t.R32 {
			s = appendStride(s, rune(r.Lo), rune(r.Hi), rune(r.Stride))
		}
	}
	return normal(s)
}

func appendStride(s []span, lo, hi, stride rune) []span {
	if stride == 1 {
		return append(s, span{lo, hi})
	}
	for r := lo; r <= hi; r += stride {
		s = append(s, span{r, r})
	}
	return s
}

func (s set) contains(r rune) bool {
	_, found := slices.BinarySearchFunc(s, r, func(x span, r rune) int {
		switch {
		case x.hi < r:
			return -1
		case x.lo > r:
			return 1
		}
		return 0
	})
	return found
}

func (s set) union(t set) set {
	if len(s) == 0 {
		return t
	}
	if len(t) == 0 {
		return s
	}
	return normal(slices.Concat(s, t))
}

func (s set) negate() set {
	var out set
	next := rune(0)
	for _, x := range s {
		if x.lo > next {
			out = append(out, span{next, x.lo - 1})
		}
		next = x.hi + 1
	}
	if next <= maxRune {
		out = append(out, span{next, maxRune})
	}
	return out
}

func (s set) intersect(t set) set {
	var out set
	for i, j := 0, 0; i < len(s) && j < len(t); {
		lo, hi := max(s[i].lo, t[j].lo), min(s[i].hi, t[j].hi)
		if lo <= hi {
			out = append(out, span{lo, hi})
		}
		if s[i].hi < t[j].hi {
			i++
		} else {
			j++
		}
	}
	return out
}

func (s set) minus(t set) set { return s.intersect(t.negate()) }

// foldASCII adds the other case of each ASCII letter in s, as (?i) does.
func (s set) foldASCII() set {
	var add []span
	for r := 'a'; r <= 'z'; r++ {
		upper := r - 'a' + 'A'
		if s.contains(r) != s.contains(upper) {
			add = append(add, span{r, r}, span{upper, upper})
		}
	}
	return s.union(normal(add))
}

// foldUnicode adds each character whose upper case, or the lower case of that,
// is in s, as (?iu) does for a range.
func (s set) foldUnicode() set {
	var add []span
	for _, c := range unicode.CaseRanges {
		for r := rune(c.Lo); r <= rune(c.Hi); r++ {
			upper := unicode.ToUpper(r)
			if s.contains(upper) || s.contains(unicode.ToLower(upper)) {
				add = append(add, span{r, r})
			}
		}
	}
	return s.union(normal(add))
}

// singleUnicode is what (?iu) makes of one character: all those that become the
// same when turned to upper case and then to lower case.
func singleUnicode(r rune) set {
	form := func(r rune) rune { return unicode.ToLower(unicode.ToUpper(r)) }
	s := []span{{r, r}}
	add := func(x rune) {
		if form(x) == form(r) {
			s = append(s, span{x, x})
		}
	}
	for x := unicode.SimpleFold(r); x != r; x = unicode.SimpleFold(x) {
		add(x)
	}
	// SimpleFold keeps the dotted and the dotless I apart from the others.
	for _, x := range "iI\u0130\u0131" {
		add(x)
	}
	return normal(s)
}
