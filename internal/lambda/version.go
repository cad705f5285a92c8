package lambda

import (
	"context"
	"errors"
	"reflect"
	"strconv"
)

// errDry ends a change that is only tried.
var errDry = errors.New("nothing was to be changed")

// A Publication is a version that is wanted.
type Publication struct {
	Description *string // nil: that of $LATEST
	SHA256      string  // of the code that is meant; empty: any
	RevisionID  string  // of the function that is meant; empty: any
}

// PublishVersion keeps $LATEST as it is under the next number. If nothing has
// changed since the newest version, it returns that one.
func (s *Service) PublishVersion(ctx context.Context, name string, p *Publication) (*Function, error) {
	n, err := QualifiedName(name, "")
	if err != nil {
		return nil, err
	}
	var made *Function
	err = s.update(ctx, n, func(t *tx) error {
		f := t.entry.Latest
		if err := sameRevision(p.RevisionID, f.RevisionID); err != nil {
			return err
		}
		if p.SHA256 != "" && p.SHA256 != f.Source.SHA256 {
			return invalid("CodeSHA256 (%s) is different from current CodeSHA256 in $LATEST (%s). Please try again with the CodeSHA256 in $LATEST.", clip(p.SHA256), f.Source.SHA256)
		}
		description := f.Description
		if p.Description != nil {
			description = *p.Description
		}
		made, err = s.publish(t, description)
		return err
	})
	return made, err
}

// publish makes a version of $LATEST. A folder that goes on changing is copied.
func (s *Service) publish(t *tx, description string) (*Function, error) {
	f := t.entry.Latest.clone()
	f.Description = description
	if f.Source.Path != "" {
		archive, err := s.archived(f.Source)
		if err != nil {
			return nil, err
		}
		if f.Source, err = s.Codes.Put(archive); err != nil {
			return nil, err
		}
	}
	if t.entry.LastVersion > 0 {
		last, err := t.version(strconv.FormatInt(t.entry.LastVersion, 10))
		if err != nil {
			return nil, err
		}
		if last != nil && sameVersion(last, f) {
			return last, nil
		}
	}
	t.entry.LastVersion++
	f.Version = strconv.FormatInt(t.entry.LastVersion, 10)
	s.touch(f)
	if err := refusal(f.Validate()); err != nil {
		return nil, err
	}
	return f, t.putVersion(f)
}

// sameVersion reports whether two versions differ in nothing but their names.
func sameVersion(a, b *Function) bool {
	x, y := a.clone(), b.clone()
	y.Version, y.RevisionID, y.Modified, y.Description = x.Version, x.RevisionID, x.Modified, x.Description
	return reflect.DeepEqual(x, y)
}

// ListVersions returns $LATEST and the published versions, the oldest first.
func (s *Service) ListVersions(ctx context.Context, name string) ([]*Function, error) {
	n, err := QualifiedName(name, "")
	if err != nil {
		return nil, err
	}
	var out []*Function
	err = s.read(ctx, n, func(v *view) error {
		versions, err := v.versions()
		out = append([]*Function{v.entry.Latest}, versions...)
		return err
	})
	return out, err
}
