package control

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"postern/internal/apigw"
	"postern/internal/property"
)

// This file says in API Gateway's words why a patch operation cannot be done.
// There are two families of complaint, and each noun keeps to its own. Stages
// have a third one, in stage_patch.go.
//
//   - REST APIs, methods, integrations and responses know add, replace and
//     remove, path by path.
//   - Resources, models, request validators and the like know replace only, on
//     a short list of paths that the complaint repeats.

// A patchWords is the words of one noun.
type patchWords struct {
	// replaceOnly is the paths of a noun of the second family, in the order of
	// its complaint.
	replaceOnly []string
	// whole is the maps whose keys are media types that must be one segment.
	whole []string
	// bare is the lists that cannot be addressed without an element.
	bare []string
	// bad is the complaint about a value, by property.
	bad map[string]string
}

// patched returns a copy of n after all operations. None of them has an effect
// if one cannot be done. A special operation may be taken over by special,
// which reports whether it was.
func patched[T any, P noun[T]](n *T, ops []property.PatchOperation, w patchWords, special func(*T, property.PatchOperation) (bool, error)) (*T, error) {
	out, err := copyOf[T, P](n)
	if err != nil {
		return nil, err
	}
	rows := P(out).Properties()
	for _, op := range ops {
		if special != nil {
			done, err := special(out, op)
			if err != nil {
				return nil, err
			}
			if done {
				continue
			}
		}
		if err := w.apply(rows, op); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func (w *patchWords) apply(rows property.List, op property.PatchOperation) error {
	if op.Path == "" {
		return apigw.BadRequest("Invalid patch path null")
	}
	if w.replaceOnly != nil {
		if op.Op != "replace" {
			return apigw.BadRequest("Invalid patch path  '%s' specified for op '%s'. Please choose supported operations", op.Path, op.Op)
		}
		if !slices.Contains(w.replaceOnly, op.Path) {
			return apigw.BadRequest("Invalid patch path  '%s' specified for op 'replace'. Must be one of: [%s]",
				op.Path, strings.Join(w.replaceOnly, ", "))
		}
	}
	segments := property.Segments(op.Path)
	if len(segments) > 2 && slices.Contains(w.whole, segments[0]) || len(segments) == 1 && slices.Contains(w.bare, segments[0]) {
		return apigw.BadRequest("Invalid patch path %s", op.Path)
	}
	err := property.Apply(rows, op)
	var e *property.PatchError
	if !errors.As(err, &e) {
		return err
	}
	switch e.Reason {
	case property.PatchUnsupported:
		return unsupported(rows, e)
	case property.PatchNoSuchKey:
		if strings.HasSuffix(e.Property, "Parameters") {
			return apigw.NotFound("Invalid parameter name specified")
		}
		return apigw.NotFound("Content-Type specified was not found")
	case property.PatchBadValue:
		if sentence := w.bad[e.Property]; sentence != "" {
			return apigw.BadRequest("%s", sentence)
		}
		return apigw.BadRequest("Invalid value specified for %s: %s", op.Path, e.Message)
	}
	return apigw.BadRequest("Invalid patch path %s", op.Path)
}

// unsupported complains about an operation that a property does not know.
func unsupported(rows property.List, e *property.PatchError) error {
	row, ok := rows.ByName(e.Property)
	var known []string
	if ok {
		for _, op := range []struct {
			flag property.Ops
			name string
		}{{property.Add, "add"}, {property.Remove, "remove"}, {property.Replace, "replace"}} {
			if row.Patch&op.flag != 0 {
				known = append(known, op.name)
			}
		}
	}
	if len(known) == 3 {
		return apigw.BadRequest("Invalid patch operation specified. Must be 'add'|'remove'|'replace'")
	}
	return apigw.BadRequest("Invalid patch operation specified. Must be one of: [%s]", strings.Join(known, ", "))
}

// boolText reads a boolean of a patch: what is not true is false. Observed.
func boolText(s string) bool { return strings.EqualFold(s, "true") }

// badPatchValue complains about a value that has no sentence of its own.
func badPatchValue(op property.PatchOperation, want string) error {
	return apigw.BadRequest("%s", fmt.Sprintf("Invalid value specified for %s: %q is not %s", op.Path, op.Value, want))
}
