package vtl

import (
	"errors"
	"time"
)

// ErrLimit is the cause of an Error that a ceiling of Limits brought about.
var ErrLimit = errors.New("limit exceeded")

// Limits are the ceilings of one rendering. They stop runaway templates and are
// far above what a template that means well uses. A field that is zero has the
// value of DefaultLimits.
type Limits struct {
	Output   int           // bytes of output
	Steps    int           // statements and values evaluated, and elements visited by methods
	Depth    int           // renderings within renderings: blocks that print blocks, lists in lists
	Rounds   int           // rounds of one #foreach, which then ends without an error
	Text     int           // bytes of one string value
	Memory   int           // bytes of all values made, roughly
	Elements int           // elements of one list, map or range
	Match    time.Duration // of one search by a regular expression; a single match has a second at most
}

// defaultLimits are those of an Env that names none.
//
// Rounds: see "API Gateway mapping template and access logging variable
// reference"; the others are chosen.
var defaultLimits = Limits{
	Output:   64 << 20,
	Steps:    50_000_000,
	Depth:    500,
	Rounds:   1000,
	Text:     64 << 20,
	Memory:   512 << 20,
	Elements: 1_000_000,
	Match:    time.Second,
}

// DefaultLimits returns the limits of an Env that names none.
func DefaultLimits() Limits { return defaultLimits }

// filled returns l with the defaults in place of zeros.
func (l Limits) filled() Limits {
	pick := func(v *int, d int) {
		if *v == 0 {
			*v = d
		}
	}
	d := &defaultLimits
	pick(&l.Output, d.Output)
	pick(&l.Steps, d.Steps)
	pick(&l.Depth, d.Depth)
	pick(&l.Rounds, d.Rounds)
	pick(&l.Text, d.Text)
	pick(&l.Memory, d.Memory)
	pick(&l.Elements, d.Elements)
	if l.Match == 0 {
		l.Match = d.Match
	}
	return l
}
