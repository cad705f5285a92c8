package awsapi

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"postern/internal/apigw"
	"postern/internal/control"
	"postern/internal/property"
)

// A call is one request for an operation. Its methods read the parts of the
// request; what breaks a constraint of the service's model is collected, and
// valid reports it, so that one answer names all of it.
type call struct {
	server  *Server
	control *control.Service
	ctx     context.Context
	op      *operation
	values  []string // of the path's parameters
	query   url.Values
	header  http.Header
	body    []byte

	violations []string // of body members, then of path parameters
}

// path returns a parameter of the path.
func (c *call) path(name string) string {
	if i := slices.Index(c.op.parameters, name); i >= 0 && i < len(c.values) {
		return c.values[i]
	}
	return ""
}

// api returns the API that the path names.
func (c *call) api() string { return c.path("restapi_id") }

// method returns the method that the path names.
func (c *call) method() apigw.MethodKey {
	return apigw.MethodKey{RestAPIID: c.api(), ResourceID: c.path("resource_id"), HTTPMethod: c.path("http_method")}
}

// input is how messages call the operation's input.
func (c *call) input() string {
	return strings.ToLower(c.op.name[:1]) + c.op.name[1:] + "Input"
}

// violate collects a constraint that value, at a place, breaks.
func (c *call) violate(value, place, constraint string) {
	c.violations = append(c.violations, "Value "+value+" at '"+place+"' failed to satisfy constraint: "+constraint)
}

// valid returns a ValidationException for all that was collected.
func (c *call) valid() error {
	switch n := len(c.violations); n {
	case 0:
		return nil
	case 1:
		return validation("1 validation error detected: " + c.violations[0])
	default:
		return validation(strconv.Itoa(n) + " validation errors detected: " + strings.Join(c.violations, "; "))
	}
}

func enumeration(words []string) string {
	return "Member must satisfy enum value set: [" + strings.Join(words, ", ") + "]"
}

// decode reads the body into the fields of rows. It returns a
// SerializationException; constraints are collected.
func (c *call) decode(rows property.List) error {
	members, err := parseObject(c.body)
	if err != nil {
		return err
	}
	return c.decodeMembers(rows, members)
}

func (c *call) decodeMembers(rows property.List, members map[string]any) error {
	failures := property.Decode(property.Wire, rows, members).Failures()
	for _, e := range failures {
		if e.Kind == property.WrongType {
			return serialization("%s", e.Message)
		}
	}
	for _, e := range failures {
		if e.Path[len(e.Path)-1] == "ipAddressType" { // a rule, not a constraint. Observed.
			return apigw.BadRequest("ipAddressType must be either ipv4 or dualstack.")
		}
		place := c.input() + "." + strings.Join(e.Path, ".")
		switch e.Kind {
		case property.NotOneOf:
			// An empty text is not given. Observed: clients send it.
			if e.Found != "" {
				text, _ := e.Found.(string)
				c.violate("'"+text+"'", place, enumeration(e.Allowed))
			}
		case property.Absent:
			c.violate("null", place, "Member must not be null")
		default:
			return control.Refusal(property.Errors{e})
		}
	}
	return nil
}

// patchOps is the enumeration of PatchOperation's op, in the service's order.
var patchOps = []string{"add", "remove", "move", "test", "replace", "copy"}

// A patchInput is the body of every update.
type patchInput struct{ operations []*patchMember }

// Properties implements property.Noun.
func (in *patchInput) Properties() property.List {
	return property.List{{Name: "patchOperations", Value: property.ObjectList(&in.operations)}}
}

// A patchMember is one operation as it is written.
type patchMember struct {
	op, path, from string
	value          *string
}

// Properties implements property.Noun.
func (m *patchMember) Properties() property.List {
	return property.List{
		{Name: "op", Value: property.Text(&m.op)},
		{Name: "path", Value: property.Text(&m.path)},
		{Name: "value", Value: property.OptionalText(&m.value)},
		{Name: "from", Value: property.Text(&m.from)},
	}
}

// patch reads the patch operations of the body.
func (c *call) patch() ([]property.PatchOperation, error) {
	var in patchInput
	if err := c.decode(in.Properties()); err != nil {
		return nil, err
	}
	ops := make([]property.PatchOperation, len(in.operations))
	for i, m := range in.operations {
		ops[i] = property.PatchOperation{Op: m.op, Path: m.path, From: m.from}
		if m.value != nil {
			ops[i].Value, ops[i].HasValue = *m.value, true
		}
		if m.op != "" && !slices.Contains(patchOps, m.op) {
			c.violate("'"+m.op+"'", c.input()+".patchOperations."+strconv.Itoa(i+1)+".member.op", enumeration(patchOps))
		}
	}
	return ops, nil
}

// validPatch is patch for operations that collect nothing more.
func (c *call) validPatch() ([]property.PatchOperation, error) {
	ops, err := c.patch()
	if err != nil {
		return nil, err
	}
	return ops, c.valid()
}

// statusCode returns the status code of the path.
func (c *call) statusCode() string {
	code := c.path("status_code")
	if len(code) != 3 || code[0] < '1' || code[0] > '5' || strings.Trim(code, "0123456789") != "" {
		c.violate("'"+code+"'", "statusCode", `Member must satisfy regular expression pattern: [1-5]\d\d`)
	}
	return code
}

// flag returns a boolean of the query; anything but true is false.
func (c *call) flag(name string) bool { return strings.EqualFold(c.query.Get(name), "true") }

// embeds reports whether the query asks for name to be embedded. The parameter
// may be repeated or hold several names with commas.
func (c *call) embeds(name string) bool {
	for _, list := range c.query["embed"] {
		for word := range strings.SplitSeq(list, ",") {
			if strings.EqualFold(strings.TrimSpace(word), name) {
				return true
			}
		}
	}
	return false
}
