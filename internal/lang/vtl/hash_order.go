package vtl

import "slices"

// This file finds the order in which a Java hash map lists its entries: by
// bucket, and within a bucket by entry.
//
//   - The table starts with 16 buckets and doubles when it is more than three
//     quarters full. It never shrinks.
//   - The bucket is taken from the low bits of the hash, with the high half
//     mixed into them.

const firstTable = 16

// resize lets the table grow as Java's would with one more entry.
func (m *Map) resize() {
	if m.table == 0 {
		m.table = firstTable
	}
	for len(m.entries) > m.table/4*3 {
		m.table *= 2
	}
}

// hashOrder returns the places of the entries in the order of the table.
func (m *Map) hashOrder() []int {
	n := len(m.entries)
	if len(m.order) == n {
		return m.order
	}
	m.resize()
	m.order = slices.Grow(m.order[:0], n)[:n]
	const few = 32
	var room [few]uint32
	buckets := room[:0]
	for i := range m.entries {
		h := uint32(hashCode(m.entries[i].key))
		buckets = append(buckets, (h^h>>16)&uint32(m.table-1))
		m.order[i] = i
	}
	if n > few {
		slices.SortStableFunc(m.order, func(a, b int) int {
			return int(buckets[a]) - int(buckets[b])
		})
		return m.order
	}
	for i := 1; i < n; i++ {
		for j := i; j > 0 && buckets[m.order[j-1]] > buckets[m.order[j]]; j-- {
			m.order[j-1], m.order[j] = m.order[j], m.order[j-1]
		}
	}
	return m.order
}
