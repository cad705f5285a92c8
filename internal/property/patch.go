package property

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"
)

// A PatchOperation is one step of an update. See "PatchOperation" in the API
// Gateway API reference.
type PatchOperation struct {
	Op       string // add, remove, replace, move, copy, test
	Path     string // a JSON pointer
	Value    string // always text
	HasValue bool   // false: the member was absent or null
	From     string
}

// A PatchError says which operation cannot be done and why. Its Reason tells
// nouns with recorded words of their own which of them to use.
type PatchError struct {
	Operation PatchOperation
	Reason    PatchReason
	Property  string // the row's name, when the path leads to one
	Message   string
}

func (e *PatchError) Error() string {
	return fmt.Sprintf("%s %s: %s", e.Operation.Op, e.Operation.Path, e.Message)
}

// A PatchReason is why an operation cannot be done.
type PatchReason uint8

const (
	PatchUnknownPath PatchReason = iota // leads to no property, or not to its members
	PatchUnsupported                    // the property does not know the operation
	PatchNoSuchKey                      // the map has no such key, or the list no such element
	PatchBadValue                       // the text is no value of the property
)

// Segments splits a JSON pointer and undoes its escapes. An unescaped path
// such as "/" has one empty segment; a path without a leading slash has none.
func Segments(path string) []string {
	rest, ok := strings.CutPrefix(path, "/")
	if !ok {
		return nil
	}
	segments := strings.Split(rest, "/")
	for i, s := range segments {
		segments[i] = strings.ReplaceAll(strings.ReplaceAll(s, "~1", "/"), "~0", "~")
	}
	return segments
}

// EscapeSegment writes s as one segment of a JSON pointer.
func EscapeSegment(s string) string {
	return strings.ReplaceAll(strings.ReplaceAll(s, "~", "~0"), "/", "~1")
}

// Apply carries out one operation on rows. The caller applies a whole list to a
// copy, so that all operations act or none.
//
// Clients escape differently: a key of a map may keep its slashes.
func Apply(rows List, op PatchOperation) error {
	segments := Segments(op.Path)
	if len(segments) == 0 {
		return &PatchError{Operation: op, Reason: PatchUnknownPath, Message: "a path begins with a slash"}
	}
	r, ok := rows.Find(Wire, segments[0])
	if !ok {
		return &PatchError{Operation: op, Reason: PatchUnknownPath, Message: "no such property"}
	}
	if !r.Patch.allows(op.Op) {
		reason := PatchUnsupported
		if r.Patch == 0 {
			reason = PatchUnknownPath
		}
		return &PatchError{Operation: op, Reason: reason, Property: r.Name, Message: "not supported for this property"}
	}
	p, ok := r.Value.(patcher)
	if !ok {
		return &PatchError{Operation: op, Reason: PatchUnknownPath, Property: r.Name, Message: "cannot be changed"}
	}
	if err := p.patch(r.creating(op), segments[1:]); err != nil {
		err.Operation, err.Property = op, r.Name
		return err
	}
	return nil
}

// creating turns replace into add for a property that does not know add: there
// it also makes what is not there, as with stage variables. Observed.
func (r *Row) creating(op PatchOperation) PatchOperation {
	if op.Op == "replace" && r.Patch&Add == 0 {
		if _, isMap := r.Value.(*textMap); isMap {
			op.Op = "add"
		}
	}
	return op
}

func (o Ops) allows(op string) bool {
	switch op {
	case "add":
		return o&Add != 0
	case "replace":
		return o&Replace != 0
	case "remove":
		return o&Remove != 0
	}
	return false
}

// A patcher is a Value that an operation can change. rest is the path below
// the property.
type patcher interface {
	patch(op PatchOperation, rest []string) *PatchError
}

func badValue(format string, args ...any) *PatchError {
	return &PatchError{Reason: PatchBadValue, Message: fmt.Sprintf(format, args...)}
}

var (
	noMember  = PatchError{Reason: PatchUnknownPath, Message: "the property has no members"}
	needKey   = PatchError{Reason: PatchUnknownPath, Message: "the path names no member"}
	noSuchKey = PatchError{Reason: PatchNoSuchKey, Message: "no such member"}
)

// scalar handles what all scalars share. done is true if the operation was a
// removal or the path is wrong.
func scalar(op PatchOperation, rest []string, clear func()) (done bool, err *PatchError) {
	if len(rest) > 0 {
		e := noMember
		return true, &e
	}
	if op.Op == "remove" {
		clear()
		return true, nil
	}
	return false, nil
}

func (t *text[T]) patch(op PatchOperation, rest []string) *PatchError {
	if done, err := scalar(op, rest, func() { *t.p = "" }); done {
		return err
	}
	if t.allowed != nil && !t.loose && op.Value != "" && !slices.Contains(t.allowed, T(op.Value)) {
		return badValue("%q is not one of %v", op.Value, t.allowed)
	}
	*t.p = T(op.Value)
	return nil
}

func (o *optional) patch(op PatchOperation, rest []string) *PatchError {
	if done, err := scalar(op, rest, func() { *o.p = nil }); done {
		return err
	}
	if !op.HasValue {
		*o.p = nil
		return nil
	}
	v := op.Value
	*o.p = &v
	return nil
}

// An unparsable boolean becomes false. Observed.
func (b *boolean) patch(op PatchOperation, rest []string) *PatchError {
	if done, err := scalar(op, rest, func() { *b.p = false }); done {
		return err
	}
	*b.p = strings.EqualFold(op.Value, "true")
	return nil
}

func (i *integer) patch(op PatchOperation, rest []string) *PatchError {
	if done, err := scalar(op, rest, func() { *i.p = 0 }); done {
		return err
	}
	n, err := strconv.ParseInt(op.Value, 10, 64)
	if err != nil {
		return badValue("%q is not a whole number", op.Value)
	}
	*i.p = n
	return nil
}

func (i *optionalInteger) patch(op PatchOperation, rest []string) *PatchError {
	if done, err := scalar(op, rest, func() { *i.p = nil }); done {
		return err
	}
	if op.Value == "" {
		*i.p = nil
		return nil
	}
	n, err := strconv.ParseInt(op.Value, 10, 64)
	if err != nil {
		return badValue("%q is not a whole number", op.Value)
	}
	*i.p = &n
	return nil
}

func (f *float) patch(op PatchOperation, rest []string) *PatchError {
	if done, err := scalar(op, rest, func() { *f.p = 0 }); done {
		return err
	}
	x, err := strconv.ParseFloat(op.Value, 64)
	if err != nil || math.IsNaN(x) || math.IsInf(x, 0) {
		return badValue("%q is not a number", op.Value)
	}
	*f.p = x
	return nil
}

func (f *optionalFloat) patch(op PatchOperation, rest []string) *PatchError {
	if done, err := scalar(op, rest, func() { *f.p = nil }); done {
		return err
	}
	if op.Value == "" {
		*f.p = nil
		return nil
	}
	x, err := strconv.ParseFloat(op.Value, 64)
	if err != nil || math.IsNaN(x) || math.IsInf(x, 0) {
		return badValue("%q is not a number", op.Value)
	}
	*f.p = &x
	return nil
}

func (m *duration) patch(op PatchOperation, rest []string) *PatchError {
	if done, err := scalar(op, rest, func() { *m.p = 0 }); done {
		return err
	}
	n, err := strconv.ParseInt(op.Value, 10, 32)
	if err != nil {
		return badValue("%q is not a whole number of %s", op.Value, m.units())
	}
	*m.p = time.Duration(n) * m.unit
	return nil
}

func (d *document) patch(op PatchOperation, rest []string) *PatchError {
	if done, err := scalar(op, rest, func() { *d.p = "" }); done {
		return err
	}
	*d.p = op.Value
	return nil
}

// key is the member that the rest of a path names.
func key(rest []string) (string, *PatchError) {
	k := strings.Join(rest, "/")
	if k == "" {
		e := needKey
		return "", &e
	}
	return k, nil
}

func (m *textMap) patch(op PatchOperation, rest []string) *PatchError {
	k, err := key(rest)
	if err != nil {
		return err
	}
	return patchMap(m.p, op, k, op.Value)
}

func (m *boolMap) patch(op PatchOperation, rest []string) *PatchError {
	k, err := key(rest)
	if err != nil {
		return err
	}
	return patchMap(m.p, op, k, op.Value == "true")
}

func patchMap[V any](p *map[string]V, op PatchOperation, k string, v V) *PatchError {
	_, exists := (*p)[k]
	if op.Op != "add" && !exists {
		e := noSuchKey
		return &e
	}
	if op.Op == "remove" {
		delete(*p, k)
		return nil
	}
	if *p == nil {
		*p = make(map[string]V)
	}
	(*p)[k] = v
	return nil
}

// A list is a set here: the element stands in the path, or in the value of an
// operation on the list itself. Replace names the old element in the path; the
// new one goes to the end. Observed on binary media types.
func (l *textList) patch(op PatchOperation, rest []string) *PatchError {
	element := strings.Join(rest, "/")
	if element == "" {
		element = op.Value
	}
	if element == "" {
		e := needKey
		return &e
	}
	at := slices.Index(*l.p, element)
	if n, err := strconv.Atoi(element); at < 0 && err == nil && op.Op != "add" && n >= 0 && n < len(*l.p) {
		at, element = n, (*l.p)[n] // clients also write the index
	}
	switch op.Op {
	case "add":
		if at < 0 {
			*l.p = append(*l.p, element)
		}
	case "remove":
		if at < 0 {
			e := noSuchKey
			return &e
		}
		*l.p = slices.Delete(*l.p, at, at+1)
	case "replace":
		if at < 0 {
			e := noSuchKey
			return &e
		}
		if op.Value != "" && op.Value != element {
			*l.p = append(slices.Delete(*l.p, at, at+1), op.Value)
		}
	}
	return nil
}

func (o *object[T, P]) patch(op PatchOperation, rest []string) *PatchError {
	if len(rest) == 0 {
		if op.Op == "remove" {
			*o.p = nil
			return nil
		}
		e := needKey
		return &e
	}
	if *o.p == nil {
		*o.p = new(T)
	}
	r, ok := P(*o.p).Properties().Find(Wire, rest[0])
	if !ok {
		e := noSuchPath
		return &e
	}
	p, ok := r.Value.(patcher)
	if !ok || !r.Patch.allows(op.Op) {
		return &PatchError{Reason: PatchUnsupported, Message: "not supported for this property"}
	}
	return p.patch(r.creating(op), rest[1:])
}

var noSuchPath = PatchError{Reason: PatchUnknownPath, Message: "no such property"}
