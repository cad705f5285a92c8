package lint

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"unicode/utf8"

	"postern/internal/lang/javaregexp"
)

// A Pattern is the selection pattern of one integration response. One that is
// empty makes the default response, and is not judged.
type Pattern struct {
	Status string // of the method response, in the order of which patterns are tried
	Text   string
}

// codes are the status codes that a backend can answer with, as far as three
// digits go.
const codes = 1000

// Patterns judges the selection patterns of an HTTP or MOCK integration, which
// are matched with the backend's status code. The result has the findings of
// each pattern.
func Patterns(patterns []Pattern) [][]Finding {
	out := make([][]Finding, len(patterns))
	order := make([]int, len(patterns))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(patterns[a].Status, patterns[b].Status) })
	var taken [codes]int // which pattern takes a code, from 1
	for _, i := range order {
		p := patterns[i]
		if p.Text == "" {
			continue
		}
		r := &report{text: p.Text}
		re, err := javaregexp.Compile(p.Text)
		switch {
		case err != nil:
			r.pattern(err)
		case quick(re):
			r.selection(re, patterns, &taken, i)
		}
		out[i] = r.sorted()
	}
	return out
}

// quick reports whether a thousand matches take no time to speak of.
func quick(re *javaregexp.Regexp) bool {
	const long, longest = 200, 2000 // bytes
	return len(re.String()) <= long || re.Linear() && len(re.String()) <= longest
}

// selection judges which codes a pattern gets.
func (r *report) selection(re *javaregexp.Regexp, patterns []Pattern, taken *[codes]int, i int) {
	matches, gets, before := 0, 0, 0
	for code := range codes {
		if !re.MatchAll(fmt.Sprintf("%03d", code)) {
			continue
		}
		matches++
		if taken[code] == 0 {
			taken[code] = i + 1
			gets++
		} else {
			before = taken[code]
		}
	}
	switch {
	case matches == 0:
		help := ""
		if _, err := strconv.Atoi(patterns[i].Status); err == nil {
			help = "for the status code " + patterns[i].Status + " write " + patterns[i].Status
		}
		r.add(Finding{Code: "P0501", Severity: Warning,
			Message: "no status code from 000 to 999 matches this pattern as a whole, so this response is never chosen", Help: help}, 0, len(r.text))
	case gets == 0:
		r.add(Finding{Code: "P0502", Severity: Warning,
			Message: fmt.Sprintf("each status code that matches this pattern is taken before, by the pattern %s of response %s", patterns[before-1].Text, patterns[before-1].Status),
			Help:    "patterns are tried in the order of the responses' status codes"}, 0, len(r.text))
	}
}

// pattern reports a text that is no pattern.
func (r *report) pattern(err error) {
	at := 0
	var e *javaregexp.Error
	if errors.As(err, &e) {
		for range e.Offset {
			_, size := utf8.DecodeRuneInString(r.text[at:])
			at += size
		}
	}
	r.add(Finding{Code: "P0503", Severity: Error, Message: "found the pattern " + strconv.Quote(r.text) + ", expected a regular expression of Java: " + err.Error()}, at, 1)
}
