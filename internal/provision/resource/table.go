package resource

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"postern/internal/apigw"
	"postern/internal/property"
)

// A table is a resource type as data: rows, and operations on the model M that
// the rows are bound to. The rows hold everything that can be read of a
// resource; what is read-only is an attribute.
type table[M any] struct {
	name    string
	doc     string // one sentence
	surface *property.Surface
	env     *environment

	rows       func(*M) property.List
	identifier []string // properties or attributes that together name a resource, in the surface's spelling

	// assumed is what this family takes for what is not given, where the noun
	// itself takes something else. It may be nil.
	assumed map[string]any

	// noun is the word of notYet for the model's own rows.
	noun string
	// check reports what no single row can know, with the rows' names.
	check func(m *M, given map[string]any) property.Errors
	// lint reports what is wrong inside of texts, such as templates. It may be nil.
	lint func(given map[string]any) []Problem
	// equate rewrites properties in normal form that are different ways to say
	// the same. It may be nil.
	equate func(normal map[string]any)

	// physicalID is what Ref gives. Nil: the values of identifier, joined by |.
	physicalID func(r Request, m *M) string
	// identify takes over from a physical ID what properties do not say.
	identify func(m *M, physicalID string)
	// describe fills in the read-only rows that follow from the others.
	describe func(r Request, m *M)
	// note is the word for the progress line.
	note func(m *M) string

	// create makes what m says and leaves in m what became of it.
	create func(ctx context.Context, r Request, m *M) error
	// find looks for what a create with an unknown end has made, and says in m
	// what physical IDs say otherwise. Nil: there is nothing to be found out, as
	// the properties name the resource.
	find func(ctx context.Context, r Request, m *M) error
	// read fills m, of which the identity is known, with what is.
	read func(ctx context.Context, r Request, m *M) error
	// update brings the resource from what is to what is wanted.
	update func(ctx context.Context, r Request, is, want *M) error
	delete func(ctx context.Context, r Request, m *M) error
}

func (t *table[M]) Name() string { return t.name }

// Schema is made anew each time, so that nobody can change it.
func (t *table[M]) Schema() Schema { return schemaOf(t) }

// joinedIDs are the properties that hold an identifier. The Ref of a
// Terraform-shaped type joins the parts of its identifier by |; the last one is
// what is meant.
var joinedIDs = [...]string{"RestApiId", "ResourceId", "ParentId", "DeploymentId", "StageName", "RequestValidatorId", "ConnectionId", "RequestModels", "ResponseModels",
	"AuthorizerId", "ApiId", "Stage", "UsagePlanId", "KeyId", "ClientCertificateId", "DocumentationVersion"}

// listsOfIDs are the properties whose items hold such identifiers.
var listsOfIDs = [...]string{"ApiStages", "StageKeys", "StageKey"}

// given returns properties with identifiers in place of references that are
// joined. Properties are the caller's, so the map is copied.
func given(properties map[string]any) map[string]any {
	out := withoutJoined(properties)
	for _, name := range listsOfIDs {
		list, ok := out[name].([]any)
		if !ok {
			continue
		}
		list = slices.Clone(list)
		for i, item := range list {
			if m, ok := item.(map[string]any); ok {
				list[i] = withoutJoined(m)
			}
		}
		out[name] = list
	}
	// Terraform's word for no compression.
	if v, ok := out["MinimumCompressionSize"]; ok && fmt.Sprint(v) == "-1" {
		delete(out, "MinimumCompressionSize")
	}
	return out
}

func withoutJoined(properties map[string]any) map[string]any {
	out := maps.Clone(properties)
	if out == nil {
		out = map[string]any{}
	}
	for _, name := range joinedIDs {
		switch v := out[name].(type) {
		case string:
			out[name] = lastPart(v)
		case map[string]any:
			v = maps.Clone(v)
			for k, e := range v {
				if text, ok := e.(string); ok {
					v[k] = lastPart(text)
				}
			}
			out[name] = v
		}
	}
	return out
}

// given is given with what the family takes for what is not there.
func (t *table[M]) given(properties map[string]any) map[string]any {
	out := given(properties)
	for name, v := range t.assumed {
		if out[name] == nil {
			out[name] = v
		}
	}
	return out
}

// normal returns properties in the form in which they are compared.
func (t *table[M]) normal(properties map[string]any) map[string]any {
	out := property.Normal(t.surface, t.rows(new(M)), t.given(properties))
	foldDeprecated(out)
	if t.equate != nil {
		t.equate(out)
	}
	return out
}

// foldDeprecated moves maps that were given in JSON to the real ones. If both
// are given, which Check refuses, they stay, and it returns the wrong one.
func foldDeprecated(normal map[string]any) (wrong string) {
	for _, name := range []string{"RequestParameters", "ResponseParameters"} {
		v, ok := normal[name+"InJson"]
		if !ok || HasUnknown(v) {
			continue
		}
		if _, both := normal[name]; both {
			wrong = name + "InJson"
			continue
		}
		delete(normal, name+"InJson")
		normal[name] = v
	}
	return wrong
}

// decode reads properties that have passed Check.
func (t *table[M]) decode(properties map[string]any) (*M, error) {
	m := new(M)
	rows := t.rows(m)
	normal := property.Normal(t.surface, t.rows(new(M)), t.given(properties))
	if wrong := foldDeprecated(normal); wrong != "" {
		return nil, &Error{Code: InvalidRequest, Path: []string{wrong}, Message: wrong + " conflicts with " + strings.TrimSuffix(wrong, "InJson")}
	}
	failures := property.Decode(t.surface, rows, normal).Failures()
	if len(failures) == 0 {
		return m, nil
	}
	e := failures[0]
	return nil, &Error{Code: InvalidRequest, Message: e.Error(), Path: e.Path, Err: e}
}

// located reads as much of r's properties as names the resource. What is missing
// or wrong does not matter to reading and deleting; what a composite physical ID
// says too is taken from there.
func (t *table[M]) located(r Request) *M {
	properties := given(r.Properties)
	if parts := strings.Split(r.PhysicalID, "|"); len(parts) == len(t.identifier) {
		for i, name := range t.identifier {
			if _, said := properties[name]; !said {
				properties[name] = parts[i]
			}
		}
	}
	m := new(M)
	normal := property.Normal(t.surface, t.rows(new(M)), properties)
	foldDeprecated(normal)
	property.Decode(t.surface, t.rows(m), normal)
	if t.identify != nil && r.PhysicalID != "" {
		t.identify(m, r.PhysicalID)
	}
	return m
}

// earlier reads what r's resource was last meant to be.
func (t *table[M]) earlier(r Request) *M {
	r.Properties = r.Old
	return t.located(r)
}

// Check reports every problem. Where a property is wrong in itself, what would
// follow from it is not reported too.
func (t *table[M]) Check(properties map[string]any) []Problem {
	m := new(M)
	rows := t.rows(m)
	properties = t.given(properties)
	errs := apigw.FromTemplate(t.surface, m, rows, properties)
	unjudged := property.Pending(t.surface, rows, properties)
	for _, e := range errs.Failures() {
		if len(e.Path) == 0 {
			continue
		}
		if r, ok := rows.Find(t.surface, e.Path[0]); ok {
			unjudged[r.Name] = true
		}
	}
	var rules property.Errors
	if t.check != nil {
		rules = t.check(m, properties)
	}
	rules = append(rules, unbuilt(t.noun, rows, rules)...)
	errs = append(errs, rules.Without(unjudged).Spell(t.surface, rows)...)
	out := problems(errs)
	if t.lint != nil {
		out = append(out, t.lint(properties)...)
	}
	return out
}

func (t *table[M]) Diff(old, wanted map[string]any) []Change {
	rows := t.rows(new(M))
	var out []Change
	for _, c := range property.DiffNormal(t.surface, rows, t.normal(old), t.normal(wanted)) {
		out = append(out, Change(c))
	}
	slices.SortFunc(out, func(a, b Change) int {
		if a.Property < b.Property {
			return -1
		}
		return 1
	})
	return out
}

func (t *table[M]) Create(ctx context.Context, r Request) (Result, error) {
	m, err := t.decode(r.Properties)
	if err != nil {
		return Result{}, err
	}
	if err := t.create(ctx, r, m); err != nil {
		return Result{}, t.failure(err, r, m, creating)
	}
	return t.result(r, m), nil
}

func (t *table[M]) Read(ctx context.Context, r Request) (Result, error) {
	m := t.located(r)
	if r.PhysicalID == "" {
		return t.recover(ctx, r, m)
	}
	if err := t.read(ctx, r, m); err != nil {
		return Result{}, t.failure(err, r, m, reading)
	}
	return t.result(r, m), nil
}

// recover looks for what a Create whose answer was lost has made. Nothing
// records who made a thing, so it must be exactly what was wanted.
func (t *table[M]) recover(ctx context.Context, r Request, m *M) (Result, error) {
	if t.find != nil {
		if err := t.find(ctx, r, m); err != nil {
			return Result{}, t.failure(err, r, m, reading)
		}
	}
	if err := t.read(ctx, r, m); err != nil {
		return Result{}, t.failure(err, r, m, reading)
	}
	result := t.result(r, m)
	is, want := t.normal(result.Properties), t.normal(r.Properties)
	for _, c := range property.DiffNormal(t.surface, t.rows(new(M)), is, want) {
		row, ok := t.rows(new(M)).Find(t.surface, c.Property)
		if ok && row.Is&property.WriteOnly == 0 && c.After != nil {
			return Result{}, &Error{Code: NotFound, Message: t.missing(t.id(r, m))}
		}
	}
	return result, nil
}

func (t *table[M]) Update(ctx context.Context, r Request) (Result, error) {
	if len(r.Old) > 0 {
		for _, c := range t.Diff(r.Old, r.Properties) {
			if c.Replace {
				return Result{}, &Error{Code: NotUpdatable, Path: []string{c.Property},
					Message: c.Property + " cannot be changed; the resource has to be replaced"}
			}
		}
	}
	is := t.located(r)
	if err := t.read(ctx, r, is); err != nil {
		return Result{}, t.failure(err, r, is, updating)
	}
	want, err := t.wanted(r, is)
	if err != nil {
		return Result{}, err
	}
	if t.identify != nil {
		t.identify(want, r.PhysicalID)
	}
	if err := t.update(ctx, r, is, want); err != nil {
		doing := updating
		if gone(err) && t.read(ctx, r, t.located(r)) == nil {
			doing = creating // it is there; what a property names is not
		}
		return Result{}, t.failure(err, r, want, doing)
	}
	now := t.located(r)
	if err := t.read(ctx, r, now); err != nil {
		return Result{}, t.failure(err, r, now, updating)
	}
	return t.result(r, now), nil
}

// wanted returns what an update makes of what is: properties that are given, the
// default for those that were and are no more, and the rest as it is.
func (t *table[M]) wanted(r Request, is *M) (*M, error) {
	next := t.settable(is)
	old, wanted := t.normal(r.Old), t.normal(r.Properties)
	for name := range old {
		if _, still := wanted[name]; !still {
			delete(next, name)
		}
	}
	// What equate dropped as saying nothing is not in wanted.
	for name := range given(r.Properties) {
		if _, says := wanted[name]; !says {
			delete(next, name)
		}
	}
	maps.Copy(next, wanted)
	return t.decode(next)
}

// settable returns the properties of m that are not read-only.
func (t *table[M]) settable(m *M) map[string]any {
	rows := t.rows(m)
	out := property.Encode(t.surface, rows)
	for i := range rows {
		if rows[i].Is&property.ReadOnly != 0 {
			delete(out, t.surface.NameOf(&rows[i]))
		}
	}
	return out
}

func (t *table[M]) Delete(ctx context.Context, r Request) error {
	m := t.located(r)
	err := t.delete(ctx, r, m)
	var refusal *apigw.Error
	if errors.As(err, &refusal) && refusal.Code == apigw.NotFoundException {
		return nil // it, or what it belonged to, is gone
	}
	if err != nil {
		return t.failure(err, r, m, deleting)
	}
	return nil
}

// result says what m is now.
func (t *table[M]) result(r Request, m *M) Result {
	if t.describe != nil {
		t.describe(r, m)
	}
	properties := t.settable(m)
	// A property that has no effect here is not stored. That it is not there is
	// no drift.
	rows := t.rows(m)
	normal := t.normal(r.Properties)
	for i := range rows {
		name := t.surface.NameOf(&rows[i])
		v, said := normal[name]
		if _, stored := properties[name]; said && !stored && t.inert(&rows[i], properties) {
			properties[name] = v
		}
	}
	attributes := property.Encode(t.surface, rows)
	maps.Copy(attributes, properties)
	out := Result{PhysicalID: t.id(r, m), Attributes: attributes, Properties: properties}
	if t.note != nil {
		out.Note = t.note(m)
	}
	return out
}

// inert reports whether a row says nothing for the type of this integration.
func (t *table[M]) inert(row *property.Row, properties map[string]any) bool {
	typ, ok := properties["Type"].(string)
	return ok && len(row.For) > 0 && !slices.Contains(row.For, typ)
}

func (t *table[M]) id(r Request, m *M) string {
	if t.physicalID != nil {
		return t.physicalID(r, m)
	}
	return joinID(t.identity(m)...)
}

// identity returns the values of the identifier.
func (t *table[M]) identity(m *M) []string {
	all := property.Encode(t.surface, t.rows(m))
	parts := make([]string, len(t.identifier))
	for i, name := range t.identifier {
		parts[i], _ = all[name].(string)
	}
	return parts
}
