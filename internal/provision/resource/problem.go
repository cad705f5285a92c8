package resource

import (
	"context"
	"errors"
	"slices"
	"strings"

	"postern/internal/apigw"
	"postern/internal/property"
)

// This file says what went wrong, in the words of templates and stacks.

// problems turns complaints about properties into those of the engine, in the
// order of their places.
func problems(errs property.Errors) []Problem {
	slices.SortStableFunc(errs, func(a, b *property.Error) int { return slices.Compare(a.Path, b.Path) })
	var out []Problem
	for _, e := range errs {
		p := Problem{Path: e.Path, Message: e.Message, Help: e.Help, AWS: e.AWS, Warning: e.Warning}
		if e.Kind == property.Unknown {
			p.Place = &Place{OnKey: true}
		}
		out = append(out, p)
	}
	return out
}

// inside puts names in front of the paths of errs.
func inside(errs property.Errors, names ...string) property.Errors {
	out := make(property.Errors, len(errs))
	for i, e := range errs {
		c := *e
		c.Path = append(append([]string{}, names...), e.Path...)
		out[i] = &c
	}
	return out
}

// An action is what was being done.
type action int

const (
	creating action = iota
	reading
	updating
	deleting
)

// missing says in the registry's words that there is no such resource.
func (t *table[M]) missing(id string) string {
	return "Resource of type '" + t.name + "' with identifier '" + id + "' was not found."
}

// takenSentence says in the registry's words that an identifier is taken.
func takenSentence(typ, id string) string {
	return "Resource of type '" + typ + "' with identifier '" + id + "' already exists."
}

// failure turns an error of the control plane into one of a resource type.
//
// See "What each handler does": on create, a thing that is missing is one that a
// property names, so it is the request that is wrong.
func (t *table[M]) failure(err error, r Request, m *M, doing action) error {
	var own *Error
	if errors.As(err, &own) {
		return err
	}
	var refusal *apigw.Error
	if !errors.As(err, &refusal) {
		if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
			return &Error{Code: NotStabilized, Err: err}
		}
		return &Error{Code: ServiceInternalError, Err: err}
	}
	out := &Error{Code: InvalidRequest, Message: refusal.Message, Path: t.pathOf(refusal), Err: err}
	switch refusal.Code {
	case apigw.NotFoundException:
		if doing == creating {
			out.Message, out.Path = t.missingParent(refusal.Message, m, out.Path)
			break
		}
		out.Code = NotFound
		out.Message = t.missing(or(r.PhysicalID, t.id(r, m)))
	case apigw.ConflictException:
		out.Code = ResourceConflict
		if doing == creating && !strings.Contains(refusal.Message, "try again later") {
			out.Code = AlreadyExists
			if t.describe != nil {
				t.describe(r, m)
			}
			if id := t.identity(m); !slices.Contains(id, "") {
				out.Message = takenSentence(t.name, joinID(id...))
			}
		}
	case apigw.LimitExceededException:
		out.Code = ServiceLimitExceeded
	case apigw.TooManyRequestsException:
		out.Code = Throttling
	case apigw.UnauthorizedException, apigw.AccessDeniedException:
		out.Code = AccessDenied
	case apigw.ServiceUnavailableException, apigw.InternalFailure:
		out.Code = ServiceInternalError
	}
	return out
}

// pathOf returns the property that a refusal is about, if it says so.
func (t *table[M]) pathOf(refusal *apigw.Error) []string {
	var e *property.Error
	if !errors.As(refusal, &e) || len(e.Path) == 0 {
		return nil
	}
	rows := t.rows(new(M))
	if _, ok := rows.ByName(e.Path[0]); !ok {
		return nil
	}
	return property.Errors{e}.Spell(t.surface, rows)[0].Path
}

// missingParent says which property names something that is not there.
func (t *table[M]) missingParent(sentence string, m *M, path []string) (string, []string) {
	for _, parent := range []struct{ sentence, property string }{
		{"Invalid API identifier", "RestApiId"},
		{"Invalid Resource identifier", "ResourceId"},
		{"Invalid Resource identifier", "ParentId"},
		{"Invalid Method identifier", "HttpMethod"},
		{"Invalid stage identifier", "StageName"},
		{"Invalid Deployment identifier", "DeploymentId"},
	} {
		row, ok := t.rows(m).Find(t.surface, parent.property)
		if !ok || row.Zero() || !strings.HasPrefix(sentence, parent.sentence) {
			continue
		}
		v, _ := property.Encode(t.surface, property.List{*row})[parent.property].(string)
		return sentence + " (" + parent.property + " " + v + ")", []string{parent.property}
	}
	if strings.HasPrefix(sentence, "No integration defined") {
		return sentence + "; the integration has to come first (DependsOn)", path
	}
	return sentence, path
}

// gone reports whether err says that something does not exist.
func gone(err error) bool {
	var refusal *apigw.Error
	return errors.As(err, &refusal) && refusal.Code == apigw.NotFoundException
}
