package cfn

import "strings"

// nearest returns the candidate most like a mistyped word, or "".
func nearest(word string, candidates []string) string {
	if len(word) > 256 {
		return ""
	}
	const enough = 5000 // candidates: suggestions are not worth more time
	best, least := "", max(1, len(word)/3)+1
	for _, c := range candidates[:min(len(candidates), enough)] {
		if len(c) > 256 || len(c)-len(word) >= least || len(word)-len(c) >= least {
			continue
		}
		d := distance(strings.ToLower(word), strings.ToLower(c))
		if d < least || d == least && best != "" && c < best {
			best, least = c, d
		}
	}
	return best
}

func didYouMean(word string, candidates []string) string {
	if s := nearest(word, candidates); s != "" {
		return "did you mean " + s + "?"
	}
	return ""
}

// distance counts the bytes to insert, drop or exchange to make b of a.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := 1
			if a[i] == b[j] {
				cost = 0
			}
			diagonal, row[j+1] = row[j+1], min(row[j+1]+1, row[j]+1, diagonal+cost)
		}
	}
	return row[len(b)]
}
