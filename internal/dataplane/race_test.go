//go:build race

package dataplane

// raceEnabled says that the race detector is on: it allocates, and it makes
// pools forget on purpose.
const raceEnabled = true
