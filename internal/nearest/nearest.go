// Package nearest finds the word that somebody probably meant.
package nearest

import "strings"

// Limits of what is looked at: a suggestion is not worth more.
const (
	maxWord       = 256  // bytes
	maxCandidates = 5000 // words
)

// Word returns the candidate most like word, or "" if none is near: at most a
// third of its letters may differ, and at least one. Letter case does not count.
// Of equals it is the first in alphabetical order.
func Word(word string, candidates []string) string {
	if word == "" || len(word) > maxWord {
		return ""
	}
	low := strings.ToLower(word)
	best, least := "", max(1, len(word)/3)
	for _, c := range candidates[:min(len(candidates), maxCandidates)] {
		if len(c) > maxWord || len(c)-len(word) > least || len(word)-len(c) > least {
			continue
		}
		d := distance(low, strings.ToLower(c))
		if d < least || d == least && (best == "" || c < best) {
			best, least = c, d
		}
	}
	return best
}

// Question is Word in a sentence: "did you mean GET?", or "".
func Question(word string, candidates []string) string {
	if best := Word(word, candidates); best != "" {
		return "did you mean " + best + "?"
	}
	return ""
}

// distance counts the letters to insert, drop, exchange or swap with their
// neighbor to make b of a (Damerau and Levenshtein).
func distance(a, b string) int {
	before, last, row := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range last {
		last[j] = j
	}
	for i := 1; i <= len(a); i++ {
		row[0] = i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			row[j] = min(last[j]+1, row[j-1]+1, last[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
		before, last, row = last, row, before
	}
	return last[len(b)]
}
