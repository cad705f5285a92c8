package lint

import (
	"slices"
	"strings"
)

// near returns the candidate most like a mistyped word, or "".
func near(word string, candidates []string) string {
	const longest = 64 // bytes of a word that may be a mistyped one
	best, least := "", max(1, len(word)/3)+1
	if len(word) > longest {
		return ""
	}
	for _, c := range candidates {
		if len(c)-len(word) >= least || len(word)-len(c) >= least {
			continue
		}
		if d := distance(strings.ToLower(word), strings.ToLower(c)); d < least {
			best, least = c, d
		}
	}
	return best
}

// didYouMean suggests what to write, with form around the word.
func didYouMean(word string, candidates []string, before, after string) string {
	if c := near(word, candidates); c != "" {
		return "did you mean " + before + c + after + "?"
	}
	return ""
}

// distance counts the bytes to insert, drop, exchange or swap with the next to
// make b of a.
func distance(a, b string) int {
	var before, row, next []int
	for j := range len(b) + 1 {
		row = append(row, j)
	}
	before, next = slices.Clone(row), slices.Clone(row)
	for i := range len(a) {
		next[0] = i + 1
		for j := range len(b) {
			cost := 1
			if a[i] == b[j] {
				cost = 0
			}
			next[j+1] = min(row[j+1]+1, next[j]+1, row[j]+cost)
			if i > 0 && j > 0 && a[i] == b[j-1] && a[i-1] == b[j] {
				next[j+1] = min(next[j+1], before[j-1]+1)
			}
		}
		before, row, next = row, next, before
	}
	return row[len(b)]
}
