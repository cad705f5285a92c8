package openapi

import (
	"cmp"
	"slices"
	"unicode/utf16"
)

// This file orders what has no order of its own. API Gateway writes maps in the
// order of java.util.HashMap; every recorded export shows it. It is stable, so
// an export is the same each time.

// hashOrder returns the keys of m as a HashMap that grew to its size has them.
func hashOrder[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	buckets := uint32(16)
	for float64(len(keys)) > 0.75*float64(buckets) {
		buckets *= 2
	}
	slices.SortFunc(keys, func(a, b string) int {
		// Within a bucket the order is that of insertion, which nobody knows.
		return cmp.Or(cmp.Compare(spread(a)&(buckets-1), spread(b)&(buckets-1)), cmp.Compare(a, b))
	})
	return keys
}

// spread is String.hashCode with its halves mixed, as HashMap does.
func spread(s string) uint32 {
	var h uint32
	for _, unit := range utf16.Encode([]rune(s)) {
		h = 31*h + uint32(unit)
	}
	return h ^ h>>16
}
