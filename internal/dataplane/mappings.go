package dataplane

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"postern/internal/lang/mapping"
)

// A mappingRow is one compiled parameter mapping.
type mappingRow struct {
	name string // of the destination
	from mapping.Expression
}

// compileMappings reads a map of parameter mappings and returns the rows of
// each place, sorted by destination.
func compileMappings(rows map[string]string) (map[mapping.Place][]mappingRow, error) {
	out := make(map[mapping.Place][]mappingRow)
	for _, to := range slices.Sorted(maps.Keys(rows)) {
		target, err := mapping.ParseTarget(to)
		if err != nil {
			return nil, fmt.Errorf("mapping %s: %w", to, err)
		}
		from, err := mapping.ParseExpression(rows[to])
		if err != nil {
			return nil, fmt.Errorf("mapping %s: %w", to, err)
		}
		out[target.Place] = append(out[target.Place], mappingRow{target.Name, from})
	}
	return out, nil
}

// values evaluates a mapping into x.values. An empty result means that the
// destination is left out.
func (r *mappingRow) values(x *exchange) ([]string, error) {
	vs, err := r.from.AppendValues(x.values[:0], &x.scope)
	x.values = vs
	if err != nil {
		if errors.Is(err, mapping.ErrInvalidJSONBody) {
			if r.from.Source() == mapping.IntegrationResponseBody {
				return nil, configurationError("Invalid JSON in response body", err)
			}
			return nil, invalidJSONBody
		}
		return nil, configurationError("Invalid mapping expression specified: "+r.from.String(), err)
	}
	return vs, nil
}

// joined is the values of a mapping as one header value.
func joined(values []string) string {
	if len(values) == 1 {
		return values[0]
	}
	return strings.Join(values, ",")
}

// A template is a compiled mapping template, or the error that reaching it
// raises: API Gateway deploys what does not parse.
type template struct {
	compiled *mapping.Template
	err      error
}

// A templateSet is templates by media type.
type templateSet struct {
	byType map[string]*template
	first  *template // in alphabetical order of the media types
}

func compileTemplates(where string, templates map[string]string) templateSet {
	s := templateSet{byType: make(map[string]*template, len(templates))}
	for _, key := range slices.Sorted(maps.Keys(templates)) {
		t := &template{}
		t.compiled, t.err = mapping.ParseTemplate(where+" "+key, templates[key])
		if key == "$default" {
			s.byType[key] = t
		} else {
			s.byType[mediaType(key)] = t
		}
		if s.first == nil {
			s.first = t
		}
	}
	return s
}

// errors returns the templates that do not parse, for warnings.
func (s *templateSet) errors() []error {
	var out []error
	for _, key := range slices.Sorted(maps.Keys(s.byType)) {
		if err := s.byType[key].err; err != nil {
			out = append(out, err)
		}
	}
	return out
}

// render appends the template's output to dst. what names the side in the log.
func (t *template) render(dst []byte, x *exchange, what string) ([]byte, error) {
	if t.err != nil {
		return dst, configurationError("Unable to transform "+what, t.err)
	}
	out, err := t.compiled.AppendTo(dst, &x.scope)
	if err != nil {
		return dst, configurationError("Unable to transform "+what, err)
	}
	return out, nil
}
