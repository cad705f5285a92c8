package lambda

import (
	"context"
	"slices"
	"strings"
)

// This file makes, shows, changes and deletes functions.

// A Creation is a function that is wanted.
type Creation struct {
	Function
	Code    Code
	Tags    map[string]string
	Publish bool // a version, too
}

// A Detail is a function with what is no part of its configuration.
type Detail struct {
	*Function
	Tags     map[string]string
	Reserved *int64 // concurrent invocations; nil: not reserved
}

// CreateFunction makes a function, which has its defaults already. It returns the
// version if one was wanted, $LATEST otherwise.
func (s *Service) CreateFunction(ctx context.Context, c *Creation) (*Function, error) {
	n, err := ParseName(c.Name)
	if err != nil {
		return nil, err
	}
	if !s.ours(n) || n.Qualifier != "" && n.Qualifier != Latest {
		return nil, invalid("The function name %s names another account, region or version", clip(c.Name))
	}
	f := c.Function.clone()
	f.Name, f.Version = n.Function, Latest
	if err := refusal(f.Validate()); err != nil {
		return nil, err
	}
	if err := s.supported(f); err != nil {
		return nil, err
	}
	if err := checkRole(f.Role); err != nil {
		return nil, err
	}
	if err := checkTags(c.Tags); err != nil {
		return nil, err
	}
	if c.Code.empty() {
		return nil, invalid("Please provide a source for function code.")
	}
	if f.Source, err = s.source(&c.Code, f.Runtime); err != nil {
		return nil, err
	}
	var made *Function
	err = s.change(ctx, f.Name, func(t *tx) error {
		if t.entry != nil {
			return conflict("Function already exist: %s", f.Name)
		}
		latest := f.clone()
		s.touch(latest)
		t.entry = &entry{Latest: latest, Tags: c.Tags}
		made = latest
		if c.Publish {
			var err error
			made, err = s.publish(t, latest.Description)
			return err
		}
		return nil
	})
	return made, err
}

// touch says that a function has changed.
func (s *Service) touch(f *Function) { f.RevisionID, f.Modified = s.newID(), s.now() }

// supported refuses what would be kept and missed when the function runs.
func (s *Service) supported(f *Function) error {
	if len(f.Layers) > 0 {
		return invalid("Layers are not part of Postern yet; put what is in %s into the function's code", clip(strings.Join(f.Layers, ", ")))
	}
	return nil
}

// checkRole refuses what is no ARN of a role, as Lambda's model does.
func checkRole(role string) error {
	if rest, ok := strings.CutPrefix(role, "arn:"); ok {
		parts := strings.SplitN(rest, ":", 5)
		if len(parts) == 5 && parts[1] == "iam" && len(parts[3]) == 12 && strings.HasPrefix(parts[4], "role/") {
			return nil
		}
	}
	return violated(clip(role), "role", `Member must satisfy regular expression pattern: arn:(aws[a-zA-Z-]*)?:iam::\d{12}:role/?[a-zA-Z_0-9+=,.@\-_/]+`)
}

// GetFunction returns a function, or the version or alias that is named.
func (s *Service) GetFunction(ctx context.Context, name, qualifier string) (*Detail, error) {
	n, err := QualifiedName(name, qualifier)
	if err != nil {
		return nil, err
	}
	var out *Detail
	err = s.read(ctx, n, func(v *view) error {
		f, err := s.qualified(v, n)
		if err != nil {
			return err
		}
		out = &Detail{Function: f, Tags: v.entry.Tags, Reserved: v.entry.Reserved}
		return nil
	})
	return out, err
}

// Archive returns the code of a function, or of the version or alias that is
// named, as a zip.
func (s *Service) Archive(ctx context.Context, name, qualifier string) ([]byte, error) {
	d, err := s.GetFunction(ctx, name, qualifier)
	if err != nil {
		return nil, err
	}
	return s.archived(d.Source)
}

// qualified returns the version that a name means.
func (s *Service) qualified(v *view, n Name) (*Function, error) {
	number := n.Qualifier
	if a := v.entry.Aliases[n.Qualifier]; a != nil {
		number = a.Version
	}
	f, err := v.version(number)
	if err != nil {
		return nil, err
	}
	if f == nil {
		return nil, s.unknown(n)
	}
	return f, nil
}

// ListFunctions returns every function, sorted by name; with all, every version
// of every function too.
func (s *Service) ListFunctions(ctx context.Context, all bool) ([]*Function, error) {
	names, err := s.names(ctx)
	if err != nil {
		return nil, err
	}
	var out []*Function
	for _, name := range names {
		err := s.read(ctx, Name{Function: name}, func(v *view) error {
			out = append(out, v.entry.Latest)
			if !all {
				return nil
			}
			versions, err := v.versions()
			out = append(out, versions...)
			return err
		})
		if err != nil && !gone(err) {
			return nil, err
		}
	}
	return out, nil
}

// A CodeUpdate is new code.
type CodeUpdate struct {
	Code
	Architectures []string // none: as they are
	Publish       bool
	DryRun        bool   // only look whether it could be done
	OnlyIfChanged bool   // leave the function alone if this is its code already
	RevisionID    string // of the function that is meant; empty: any
}

// UpdateFunctionCode gives a function other code.
func (s *Service) UpdateFunctionCode(ctx context.Context, name string, u *CodeUpdate) (*Function, error) {
	n, err := QualifiedName(name, "")
	if err != nil {
		return nil, err
	}
	// Code of a function that does not exist is not kept.
	is, err := s.GetFunction(ctx, name, "")
	if err != nil {
		return nil, err
	}
	src, err := s.source(&u.Code, is.Runtime)
	if err != nil {
		return nil, err
	}
	var made *Function
	err = s.update(ctx, n, func(t *tx) error {
		f := t.entry.Latest
		if err := sameRevision(u.RevisionID, f.RevisionID); err != nil {
			return err
		}
		if u.OnlyIfChanged && f.Source == src && (len(u.Architectures) == 0 || slices.Equal(u.Architectures, f.Architecture)) {
			made = f
			return errDry
		}
		f.Source = src
		if len(u.Architectures) > 0 {
			f.Architecture = u.Architectures
			if err := refusal(f.Validate()); err != nil {
				return err
			}
		}
		made = f
		if u.DryRun {
			return errDry
		}
		s.touch(f)
		if u.Publish {
			made, err = s.publish(t, f.Description)
			return err
		}
		return nil
	})
	if err == errDry {
		err = nil
	}
	return made, err
}

// UpdateFunctionConfiguration changes what edit changes. edit may be called more
// than once.
func (s *Service) UpdateFunctionConfiguration(ctx context.Context, name, revisionID string, edit func(*Function) error) (*Function, error) {
	n, err := QualifiedName(name, "")
	if err != nil {
		return nil, err
	}
	var made *Function
	err = s.update(ctx, n, func(t *tx) error {
		f := t.entry.Latest
		if err := sameRevision(revisionID, f.RevisionID); err != nil {
			return err
		}
		was := f.clone()
		if err := edit(f); err != nil {
			return err
		}
		f.Name, f.Version, f.Source = was.Name, Latest, was.Source
		if err := refusal(f.Validate()); err != nil {
			return err
		}
		if err := s.supported(f); err != nil {
			return err
		}
		if f.Role != was.Role {
			if err := checkRole(f.Role); err != nil {
				return err
			}
		}
		s.touch(f)
		made = f
		return nil
	})
	return made, err
}

// sameRevision refuses a change of something that is not as the caller thinks.
func sameRevision(given, is string) error {
	if given == "" || given == is {
		return nil
	}
	return &Error{Code: PreconditionFailed, Message: "The Revision Id provided does not match the latest Revision Id. Call the GetFunction/GetAlias API to retrieve the latest Revision Id"}
}

// DeleteFunction deletes a function with its versions, aliases and policies, or
// one version.
func (s *Service) DeleteFunction(ctx context.Context, name, qualifier string) error {
	n, err := QualifiedName(name, qualifier)
	if err != nil {
		return err
	}
	return s.update(ctx, n, func(t *tx) error {
		switch {
		case n.Qualifier == "":
			t.entry = nil
			return nil
		case n.Qualifier == Latest:
			return invalid("$LATEST version cannot be deleted without deleting the function.")
		case !numberForm.MatchString(n.Qualifier):
			return invalid("Deletion of aliases is not currently supported.")
		}
		for _, a := range t.entry.Aliases {
			if a.leadsTo(n.Qualifier) {
				return conflict("Function version %s is still referenced by alias %s", n.Qualifier, a.Name)
			}
		}
		f, err := t.version(n.Qualifier)
		if err != nil || f == nil {
			return err // a version that is not there is deleted
		}
		t.deleteVersion(n.Qualifier)
		delete(t.entry.Policies, n.Qualifier)
		return nil
	})
}
