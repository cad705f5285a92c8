// Package resource holds the resource types of templates: what can be said of
// each, and how it is made, read, changed and removed through the control plane.
//
// This file is the contract between the types and the stack engine, which knows
// no type by name.
package resource

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sort"
	"strings"

	"postern/internal/nearest"
)

// A Type is one resource type. It is safe for concurrent use; the engine calls
// several resources at once, but never two operations on one resource.
//
// Property values are those of JSON: map[string]any, []any, string, bool, nil,
// and for numbers json.Number, int64 or float64, as well as Unknown before the
// resources they depend on exist. A scalar of a template keeps its spelling, so
// a number may also arrive as a string. A Type does not change or keep the maps
// it is given.
type Type interface {
	// Name is the name in templates, such as AWS::ApiGateway::RestApi.
	Name() string

	// Schema says which properties and attributes there are. It always returns
	// the same value, which nobody changes.
	Schema() Schema

	// Check reports all problems of one resource's properties, with warnings,
	// and touches nothing. Unknown is valid everywhere.
	Check(props map[string]any) []Problem

	// Diff compares properties as this type reads them: "5000" is 5000, a list
	// of pairs is a map, a default is what it stands for. It returns nothing if
	// they mean the same, else one Change for each property, sorted by name.
	// An Unknown equals only the same Unknown.
	Diff(old, new map[string]any) []Change

	// Create makes the resource. It fails with AlreadyExists if a resource with
	// that identity exists, and then leaves it alone. If it fails, it has made
	// nothing. r.Old and r.PhysicalID are empty.
	Create(ctx context.Context, r Request) (Result, error)

	// Read returns the resource as it is now, or ErrNotFound.
	//
	// With an empty PhysicalID it finds out what became of a Create with the
	// same Token and Properties whose answer was lost in a crash: the resource
	// which that call made, or ErrNotFound if it made none. A resource that
	// somebody else made is not found.
	Read(ctx context.Context, r Request) (Result, error)

	// Update brings the resource from whatever it is to r.Properties; r.Old is
	// what it was last meant to be. Repeating an Update is harmless. It fails
	// with NotUpdatable when only a replacement will do.
	Update(ctx context.Context, r Request) (Result, error)

	// Delete removes the resource. ErrNotFound counts as deleted. Repeating a
	// Delete is harmless.
	Delete(ctx context.Context, r Request) error
}

// An Orderer is a Type of which some resources must come after others although
// no reference says so, as a deployment after the methods it freezes.
type Orderer interface {
	// After returns the logical ids out of all that must be complete before
	// self is made or changed. What would close a circle is dropped.
	After(self Resource, all []Resource) []string
}

// A Placed is a Type whose properties may name files of this machine, relative to
// the template's.
type Placed interface {
	// Files reports whether properties name some. They are then read from
	// Request.Dir, and the resource is updated when the template moves.
	Files(properties map[string]any) bool
}

// An Advisor is a Type that can see from a whole template what will surprise.
type Advisor interface {
	// Advise returns warnings (and only those) about self among all. DependsOn
	// and references of self are in its After.
	Advise(self Resource, all []Resource) []Problem
}

// A Finisher does what belongs to a stack as a whole and to none of its
// resources: it serves a template without Deployment or Stage. Its methods may
// be repeated.
type Finisher interface {
	// Finish is called when all resources of a create or update are complete,
	// before what left the stack is removed, and once more after that if
	// something was. If the first call fails the operation is rolled back, and
	// Finish is called again with the resources as they were.
	Finish(ctx context.Context, s Stack, all []Resource) (Finished, error)

	// Release is called before the resources of a stack are deleted.
	Release(ctx context.Context, s Stack, all []Resource) error
}

// A Finished says what a Finisher has to tell.
type Finished struct {
	Notes   []string          // sentences for the person at the screen
	Outputs map[string]string // for programs, such as the address of the implicit stage; not outputs of the template
}

// A Stack names a stack.
type Stack struct {
	Name      string
	ID        string // an ARN
	Region    string
	AccountID string
	Tags      map[string]string
}

// A Resource is one resource of a template or stack.
type Resource struct {
	LogicalID  string
	Type       string         // canonical name
	PhysicalID string         // empty before it exists
	Properties map[string]any // may hold Unknown
	Attributes map[string]any // nil before it exists
	After      []string       // logical ids it depends on by reference or DependsOn
}

// A Request is what a Type needs for one operation.
type Request struct {
	Stack      string // name
	StackID    string // ARN
	LogicalID  string
	PhysicalID string            // of the existing resource
	Token      string            // the same when one operation is repeated, otherwise never
	Properties map[string]any    // wanted; for Read and Delete: last stored
	Old        map[string]any    // for Update: before
	Region     string            // such as us-east-1
	AccountID  string            // twelve digits
	Dir        string            // of the template's file, to which paths in it are relative; empty: it was no file of this machine
	Tags       map[string]string // of the stack, with those of the system (aws:cloudformation:…)
}

// A Result is a resource as it is after an operation.
type Result struct {
	PhysicalID string         // what Ref gives
	Attributes map[string]any // what Fn::GetAtt gives, by name; an Attribute or a property
	Properties map[string]any // as stored, in normal form, for drift; without write-only ones
	Note       string         // one word for the progress line, such as MOCK; may be empty
}

// A Schema describes the properties of a Type.
type Schema struct {
	Properties map[string]Property
	Attributes map[string]Attribute // read-only, for Fn::GetAtt
	Identifier []string             // names of the properties or attributes that together name a resource
	Doc        string               // one sentence
}

// A Property describes one property or one member of a nested one.
type Property struct {
	Kind       Kind
	Members    map[string]Property // of an Object, of the elements of a List of objects, or of the values of a Map of objects
	Elem       Kind                // of a List or Map; 0 means Any
	Required   bool
	CreateOnly bool     // a change replaces the resource
	WriteOnly  bool     // Read does not return it
	Secret     bool     // never in plans, events and logs
	Unordered  bool     // the order of a List means nothing
	Enum       []string // allowed values of a String
	Default    string   // as text; empty: none
	Doc        string   // one sentence
}

// A Kind is the kind of a property value.
type Kind uint8

// Any is JSON that nobody looks into, such as the Body of a RestApi. An Object
// has the members of its Property, a Map has keys of the user's.
const (
	Any Kind = iota
	String
	Integer
	Number
	Boolean
	List
	Map
	Object
)

// String returns the word for a kind in messages.
func (k Kind) String() string {
	switch k {
	case String:
		return "string"
	case Integer:
		return "integer"
	case Number:
		return "number"
	case Boolean:
		return "boolean"
	case List:
		return "list"
	case Map:
		return "map"
	case Object:
		return "object"
	}
	return "any value"
}

// An Attribute is something Fn::GetAtt gives.
type Attribute struct {
	Kind     Kind
	Volatile bool // an update in place may change it; otherwise it lives as long as the resource
	Doc      string
}

// A Problem is a complaint about properties. The engine adds where they stand.
type Problem struct {
	Path    []string // property path inside Properties; list elements as decimal numbers; empty: the resource
	Message string   // what was found and what would be right: `20 is outside 50–900000 milliseconds`
	Help    string   // what to write instead; may be empty
	AWS     string   // what AWS would say, where known
	Warning bool
	Code    string // stable name of the rule that was broken; may be empty
	Fails   bool   // of a warning: AWS provisions it too, and it fails when it is used
	Place   *Place // nil: the whole value
}

// A Place is a part of a property's value, which is text, or its key.
type Place struct {
	OnKey  bool // the key; the rest does not matter
	Offset int  // bytes
	Length int  // characters to underline
}

// A Change is a property that differs.
type Change struct {
	Property string // top-level name
	Before   any    // nil: absent
	After    any    // nil: absent; may hold Unknown
	Replace  bool   // the resource must be replaced; if After holds Unknown, it may have to be
}

// An Unknown stands for a value that is known only after another resource
// exists. It is comparable; equal Unknowns of one plan become equal values.
type Unknown struct {
	Text string // the expression, such as ${Api.RootResourceId}
}

// String returns the words AWS shows in change sets for such a value.
func (Unknown) String() string { return "{{changeSet:KNOWN_AFTER_APPLY}}" }

// PropertyPlaceholder makes an Unknown a property.Placeholder.
func (Unknown) PropertyPlaceholder() {}

// HasUnknown reports whether v is or contains an Unknown.
func HasUnknown(v any) bool {
	switch v := v.(type) {
	case Unknown:
		return true
	case map[string]any:
		for _, e := range v {
			if HasUnknown(e) {
				return true
			}
		}
	case []any:
		return slices.ContainsFunc(v, HasUnknown)
	}
	return false
}

// A Code classes the errors of a Type.
//
// See "Handler error codes" of the CloudFormation CLI guide.
type Code string

const (
	InvalidRequest       Code = "InvalidRequest"
	AlreadyExists        Code = "AlreadyExists"
	NotFound             Code = "NotFound"
	NotUpdatable         Code = "NotUpdatable"
	AccessDenied         Code = "AccessDenied"
	ResourceConflict     Code = "ResourceConflict" // changed concurrently; worth repeating
	Throttling           Code = "Throttling"       // worth repeating
	ServiceLimitExceeded Code = "ServiceLimitExceeded"
	ServiceInternalError Code = "ServiceInternalError" // worth repeating
	NetworkFailure       Code = "NetworkFailure"       // worth repeating
	NotStabilized        Code = "NotStabilized"
	InternalFailure      Code = "InternalFailure"
)

// Retry reports whether the same call may succeed a moment later.
func (c Code) Retry() bool {
	switch c {
	case ResourceConflict, Throttling, ServiceInternalError, NetworkFailure:
		return true
	}
	return false
}

// An Error is why an operation of a Type failed.
type Error struct {
	Code    Code
	Message string
	Path    []string // the property it is about, if known
	Err     error    // cause; may be nil
}

func (e *Error) Error() string {
	if e.Message == "" && e.Err != nil {
		return e.Err.Error()
	}
	return e.Message
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// Is makes an Error with code NotFound an ErrNotFound.
func (e *Error) Is(target error) bool { return target == ErrNotFound && e.Code == NotFound }

// ErrNotFound says that there is no such resource. Compare with errors.Is.
var ErrNotFound = errors.New("resource was not found")

// CodeOf returns the code of an error of a Type, InternalFailure for one that
// has none.
func CodeOf(err error) Code {
	var e *Error
	switch {
	case errors.As(err, &e):
		return e.Code
	case errors.Is(err, ErrNotFound):
		return NotFound
	}
	return InternalFailure
}

// A Registry finds types by name. It is read-only once filled. The zero
// Registry is empty.
type Registry struct {
	types   map[string]Type
	aliases map[string]string // alias → name
}

// NewRegistry returns a registry of types. A type Terraform::X::Y is also found
// as TF::X::Y, the later spelling of the same published types.
// It fails if two types have one name.
func NewRegistry(types ...Type) (*Registry, error) {
	g := &Registry{types: map[string]Type{}, aliases: map[string]string{}}
	for _, t := range types {
		if g.types[t.Name()] != nil {
			return nil, fmt.Errorf("%s: two resource types of this name", t.Name())
		}
		g.types[t.Name()] = t
		if rest, ok := strings.CutPrefix(t.Name(), "Terraform::"); ok {
			g.aliases["TF::"+rest] = t.Name()
		}
	}
	return g, nil
}

// Lookup returns the type with a name or alias, or nil.
func (g *Registry) Lookup(name string) Type {
	if t := g.types[name]; t != nil {
		return t
	}
	return g.types[g.aliases[name]]
}

// Names returns the names of all types in alphabetical order, without aliases.
func (g *Registry) Names() []string {
	names := make([]string, 0, len(g.types))
	for n := range g.types {
		names = append(names, n)
	}
	sort.Strings(names)
	return names
}

// Near returns the name or alias most like a mistyped one, or "" if none is.
func (g *Registry) Near(name string) string {
	names := g.Names()
	for alias := range g.aliases {
		names = append(names, alias)
	}
	near := nearest.Word(name, names)
	// What the families are called is most of a name, and says nothing: a User
	// of IAM is no misspelled Role.
	own, other := strings.Split(name, "::"), strings.Split(near, "::")
	if len(own) == len(other) && nearest.Word(own[len(own)-1], other[len(other)-1:]) == "" {
		return ""
	}
	return near
}
