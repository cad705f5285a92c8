package stack

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"postern/internal/provision/resource"
	"postern/internal/store"
)

// format is the version of the stored records. Older ones are read for ever.
const format = 1

// A State is a stack as it is.
type State struct {
	Name         string             `json:"name"`
	ID           string             `json:"id"` // ARN
	Status       Status             `json:"status"`
	Reason       string             `json:"reason,omitempty"`
	Description  string             `json:"description,omitempty"`
	Created      time.Time          `json:"created"`
	Updated      time.Time          `json:"updated,omitzero"`
	Parameters   map[string]string  `json:"parameters,omitempty"` // in use, with defaults; NoEcho ones too
	NoEcho       []string           `json:"noEcho,omitempty"`     // parameters not to be shown
	Tags         map[string]string  `json:"tags,omitempty"`
	Capabilities []string           `json:"capabilities,omitempty"` // acknowledged
	Outputs      []Output           `json:"outputs,omitempty"`
	Imports      []string           `json:"imports,omitempty"`   // names of exports
	Protected    bool               `json:"protected,omitempty"` // it must not be deleted
	Notes        []string           `json:"notes,omitempty"`     // of the Finisher
	Extra        map[string]string  `json:"extra,omitempty"`     // outputs of the Finisher
	File         string             `json:"file,omitempty"`      // name of the template
	Resources    []ResourceState    `json:"-"`
	revision     store.Revision     // of the record
	records      map[string]*record // by logical id
	Format       int                `json:"format"`
}

// An Output is an output of a stack.
type Output struct {
	Name        string `json:"name"`
	Description string `json:"description,omitempty"`
	Value       string `json:"value"`
	Export      string `json:"export,omitempty"`
	Secret      bool   `json:"secret,omitempty"` // made of a NoEcho parameter
}

// A ResourceState is a resource of a stack as it was last made.
type ResourceState struct {
	LogicalID string
	Status    Status
	Reason    string
	Instance
}

// An Instance is one thing that a Type made.
type Instance struct {
	Type                string         `json:"type"`
	PhysicalID          string         `json:"physicalId,omitempty"`
	Token               string         `json:"token"`      // of the call that made it
	Properties          map[string]any `json:"properties"` // as the template wants them
	Attributes          map[string]any `json:"attributes,omitempty"`
	Stored              map[string]any `json:"stored,omitempty"` // as the type returned them
	Note                string         `json:"note,omitempty"`
	Secret              []string       `json:"secret,omitempty"` // properties made of NoEcho parameters
	Needs               []string       `json:"needs,omitempty"`  // logical ids it was made after
	Uses                []string       `json:"uses,omitempty"`   // tokens of the instances behind those ids
	Dir                 string         `json:"dir,omitempty"`    // to which paths in Properties are relative
	DeletionPolicy      string         `json:"deletionPolicy,omitempty"`
	UpdateReplacePolicy string         `json:"updateReplacePolicy,omitempty"`
}

// A record is what is stored of one logical id.
type record struct {
	Format  int         `json:"format"`
	Current *Instance   `json:"current,omitempty"` // of the last good state
	Next    *Instance   `json:"next,omitempty"`    // of the operation
	Action  Action      `json:"action,omitempty"`  // how Next comes from Current
	Pending bool        `json:"pending,omitempty"` // the call for Next may or may not have happened
	Garbage []*Instance `json:"garbage,omitempty"` // to be deleted, nothing uses it
	Status  Status      `json:"status,omitempty"`
	Reason  string      `json:"reason,omitempty"`
}

func (r *record) empty() bool { return r.Current == nil && r.Next == nil && len(r.Garbage) == 0 }

// without returns the record without the instance of a token.
func (r *record) without(token string) *record {
	c := *r
	if c.Next != nil && c.Next.Token == token {
		c.Next, c.Action, c.Pending = nil, "", false
	}
	if c.Current != nil && c.Current.Token == token {
		c.Current = nil
	}
	c.Garbage = slices.DeleteFunc(slices.Clone(c.Garbage), func(in *Instance) bool { return in.Token == token })
	return &c
}

// An Action is what is done with a resource.
type Action string

// What is done with a resource. Adopt changes what is known about it without a
// call: its policies, or a value that turned out the same.
const (
	Create  Action = "create"
	Update  Action = "update"
	Replace Action = "replace"
	Delete  Action = "delete"
	Adopt   Action = "adopt"
)

// An operation is stored as long as something is being done.
type operation struct {
	Format int    `json:"format"`
	ID     string `json:"id"`
	Kind   Action `json:"kind"` // Create, Update or Delete, of the stack
	Phase  phase  `json:"phase"`
	Reason string `json:"reason,omitempty"` // why it rolls back
}

type phase string

const (
	forward  phase = "forward"
	cleanup  phase = "cleanup"
	rollback phase = "rollback"
	deleting phase = "delete"
)

func stackKey(name string) string        { return "stacks/" + name + "/stack" }
func templateKey(name string) string     { return "stacks/" + name + "/template" }
func operationKey(name string) string    { return "stacks/" + name + "/operation" }
func recordKey(name, id string) string   { return "stacks/" + name + "/resources/" + id }
func eventKey(name string, n int) string { return fmt.Sprintf("stacks/%s/events/%012d", name, n) }

// encode writes a record. Properties hold only values of JSON.
func encode(v any) ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return nil, err
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), nil
}

// decode reads a record and keeps the spelling of numbers.
func decode(key string, value []byte, v any) error {
	d := json.NewDecoder(bytes.NewReader(value))
	d.UseNumber()
	if err := d.Decode(v); err != nil {
		return fmt.Errorf("%s: read record: %w", key, err)
	}
	return nil
}

// ErrNoStack says that there is no stack of a name. Compare with errors.Is.
var ErrNoStack = errors.New("stack does not exist")

// A NoStack names it.
type NoStack struct{ Name string }

func (e *NoStack) Error() string { return fmt.Sprintf("Stack with id %s does not exist", e.Name) }

// Is makes every NoStack an ErrNoStack.
func (e *NoStack) Is(target error) bool { return target == ErrNoStack }

// load reads a stack with its records and the operation that is going on, if any.
func load(ctx context.Context, s store.Store, name string) (st *State, op *operation, opRevision store.Revision, err error) {
	err = s.View(ctx, func(r store.Reader) error {
		item, err := r.Get(stackKey(name))
		if errors.Is(err, store.ErrNotFound) {
			return &NoStack{name}
		}
		if err != nil {
			return err
		}
		st = &State{revision: item.Revision, records: map[string]*record{}}
		if err := decode(item.Key, item.Value, st); err != nil {
			return err
		}
		if st.Format > format {
			return fmt.Errorf("%s: written by a newer version, format %d, this one reads up to %d", item.Key, st.Format, format)
		}
		prefix := recordKey(name, "")
		for item, err := range r.Scan(prefix, "") {
			if err != nil {
				return err
			}
			rec := &record{}
			if err := decode(item.Key, item.Value, rec); err != nil {
				return err
			}
			st.records[strings.TrimPrefix(item.Key, prefix)] = rec
		}
		item, err = r.Get(operationKey(name))
		if errors.Is(err, store.ErrNotFound) {
			return nil
		}
		if err != nil {
			return err
		}
		op, opRevision = &operation{}, item.Revision
		return decode(item.Key, item.Value, op)
	})
	if err != nil {
		return nil, nil, 0, err
	}
	st.list()
	return st, op, opRevision, nil
}

// list makes Resources of the records, in alphabetical order.
func (st *State) list() {
	st.Resources = st.Resources[:0]
	for id, rec := range st.records {
		in := rec.Current
		if in == nil {
			in = rec.Next
		}
		if in == nil {
			continue
		}
		st.Resources = append(st.Resources, ResourceState{LogicalID: id, Status: rec.Status, Reason: rec.Reason, Instance: *in})
	}
	slices.SortFunc(st.Resources, func(a, b ResourceState) int { return strings.Compare(a.LogicalID, b.LogicalID) })
}

// resource returns an instance as types see it.
func (in *Instance) resource(id string) resource.Resource {
	return resource.Resource{LogicalID: id, Type: in.Type, PhysicalID: in.PhysicalID, Properties: in.Properties, Attributes: in.Attributes, After: in.Needs}
}

// clone returns a copy that shares the maps, which nobody changes.
func (in *Instance) clone() *Instance {
	c := *in
	return &c
}
