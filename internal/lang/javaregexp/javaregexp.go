package javaregexp

import (
	"fmt"
	"regexp"
	"time"

	"github.com/dlclark/regexp2/v2"
)

// Limits on what a pattern, and a match that backtracks, may cost.
const (
	maxPattern = 16 << 10 // characters
	maxNesting = 200      // groups and classes in each other

	// maxLinear is how many sets of characters Go's regexp is given, counted
	// after repetitions are written out, as it writes them out.
	maxLinear = 5_000

	// maxRanges is how many character ranges the classes of a pattern may have
	// together. \p{L} has about 650.
	maxRanges = 200_000

	// matchTimeout limits a match that backtracks. The clock of the engine
	// ticks every 100 ms, so that up to 250 ms can pass.
	matchTimeout = 50 * time.Millisecond

	maxBacktracking = 100_000 // slots of the engine's stack, 8 bytes each
)

// A Regexp is a compiled pattern. It is read-only and safe for concurrent use.
type Regexp struct {
	pattern string

	linear    *regexp.Regexp  // nil if the pattern needs to backtrack
	asciiOnly bool            // linear is right only for a text in ASCII
	backtrack *regexp2.Regexp // nil if linear is right for every text
}

// An Error says why a pattern is not one.
type Error struct {
	Offset int // characters from the start of the pattern
	Reason string
}

func (e *Error) Error() string {
	return fmt.Sprintf("offset %d: %s", e.Offset, e.Reason)
}

// Compile reads a pattern of java.util.regex. Its errors are *Error.
func Compile(pattern string) (*Regexp, error) {
	n, err := parse(pattern)
	if err != nil {
		return nil, err
	}
	re := &Regexp{pattern: pattern}
	if n.weight() <= maxLinear {
		if expr, asciiOnly, ok := linearExpr(n); ok {
			// An error here is a limit of the engine.
			if linear, err := regexp.Compile(expr); err == nil {
				re.linear, re.asciiOnly = linear, asciiOnly
				if !asciiOnly {
					return re, nil
				}
			}
		}
	}
	re.backtrack, err = regexp2Compile(n)
	if err != nil {
		return nil, &Error{0, "pattern is beyond what can be run: " + err.Error()}
	}
	return re, nil
}

func regexp2Compile(n *node) (*regexp2.Regexp, error) {
	re, err := regexp2.Compile(backtrackExpr(n), regexp2.OptionMaxBacktrackingStackSize(maxBacktracking))
	if err != nil {
		return nil, err
	}
	re.MatchTimeout = matchTimeout
	return re, nil
}

// MatchAll reports whether the pattern matches the whole text, as
// Matcher.matches does. It is false also if a match that backtracks is given up.
func (re *Regexp) MatchAll(text string) bool {
	if re.linear != nil && (!re.asciiOnly || isASCII(text)) {
		return re.linear.MatchString(text)
	}
	ok, err := re.backtrack.MatchString(text)
	return ok && err == nil
}

// Linear reports whether every match takes time in proportion to the text.
func (re *Regexp) Linear() bool {
	return re.backtrack == nil
}

// String returns the pattern as it was given to Compile.
func (re *Regexp) String() string {
	return re.pattern
}

func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= 0x80 {
			return false
		}
	}
	return true
}
