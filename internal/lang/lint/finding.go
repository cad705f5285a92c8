package lint

import (
	"cmp"
	"slices"
	"strings"
	"unicode/utf8"

	"postern/internal/lang/vtl"
)

// A Severity says whether requests fail.
type Severity uint8

// The severities.
const (
	Error   Severity = iota + 1 // each request that reaches it fails, or the control plane refuses it
	Warning                     // it runs and surprises
)

// A Finding is something wrong with a text.
type Finding struct {
	Offset   int // where it begins, in bytes
	Line     int // the same, from 1
	Column   int // from 1, in characters
	Length   int // characters to underline, on one line, at least 1
	Code     string
	Severity Severity
	Message  string // what was found, and what would be right
	Help     string // what to write instead; may be empty
	AWS      string // what AWS answers, where it is known
	OnKey    bool   // of a mapping: it is about the left side

	// ShowOffset is where to underline Length characters: Offset, except that
	// of a block without #end it is where the block begins, and of other things
	// that miss at the end of the text it is the last character.
	ShowOffset int
}

// atRunTime is what AWS answers to a request that reaches a broken template.
const atRunTime = `500 {"message": "Internal server error"}, when a request reaches it`

// maxFindings is how many findings of one text are reported.
const maxFindings = 20

// A report gathers the findings of one text.
type report struct {
	text     string
	findings []Finding
}

// add adds a finding about length bytes at an offset.
func (r *report) add(f Finding, offset, length int) {
	offset = max(0, min(offset, len(r.text)))
	length = max(0, min(length, len(r.text)-offset))
	f.Offset = offset
	f.Line, f.Column = vtl.Position(r.text, offset)
	under := r.text[offset : offset+length]
	if i := strings.IndexAny(under, "\r\n"); i >= 0 {
		under = under[:i]
	}
	f.Length = max(1, utf8.RuneCountInString(under))
	f.ShowOffset = f.Offset
	if end := len(strings.TrimRight(r.text, " \t\r\n")); offset >= end && end > 0 {
		_, size := utf8.DecodeLastRuneInString(r.text[:end])
		f.ShowOffset = end - size
	}
	for _, old := range r.findings {
		if old.Offset == f.Offset && old.Code == f.Code {
			return
		}
	}
	r.findings = append(r.findings, f)
}

func (r *report) sorted() []Finding {
	slices.SortStableFunc(r.findings, func(a, b Finding) int {
		return cmp.Or(cmp.Compare(a.Offset, b.Offset), cmp.Compare(a.Code, b.Code))
	})
	return r.findings[:min(len(r.findings), maxFindings)]
}

// Offset returns the offset in a text, in bytes, of a line and a column as errors
// have them.
func Offset(text string, line, column int) int {
	at := 0
	for ; line > 1; line-- {
		i := strings.IndexAny(text[at:], "\r\n")
		if i < 0 {
			return len(text)
		}
		if strings.HasPrefix(text[at+i:], "\r\n") {
			i++
		}
		at += i + 1
	}
	for ; column > 1 && at < len(text); column-- {
		_, size := utf8.DecodeRuneInString(text[at:])
		at += size
	}
	return at
}
