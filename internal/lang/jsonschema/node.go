package jsonschema

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math/big"
	"slices"
	"strings"

	draft4 "github.com/santhosh-tekuri/jsonschema/v6"
)

// A node is one schema, with references followed.
type node struct {
	types []string // sorted; nil for any
	enum  *enum

	minimum, maximum *bound
	multipleOf       *divisor

	minLength, maxLength *int // characters
	pattern              *pattern
	format               *format

	minItems, maxItems *int
	unique             bool
	items              *node   // for all items, or
	tuple              []*node // for the first ones
	closedTuple        bool    // no others
	moreItems          *node   // for the others

	minProperties, maxProperties *int
	required                     []string // sorted
	properties                   map[string]*node
	patternProperties            []patternProperty // sorted by pattern
	closed                       bool              // no other properties
	moreProperties               *node             // for the others
	dependencies                 []dependency      // sorted by property

	allOf, anyOf, oneOf []*node
	not                 *node
}

type enum struct {
	text string
	keys map[string]bool
}

type bound struct {
	value     decimal
	text      string
	exclusive bool
}

type divisor struct {
	value decimal
	text  string
}

type patternProperty struct {
	pattern *pattern
	node    *node
}

// A dependency demands other properties, or a schema, where property is.
type dependency struct {
	property string
	names    []string // sorted
	node     *node    // or nil
}

// A builder makes nodes of what the compiler made.
type builder struct {
	library *library
	nodes   map[*draft4.Schema]*node
}

// node follows references and makes each schema once, as they may be recursive.
func (b *builder) node(s *draft4.Schema) (*node, error) {
	if s == nil {
		return nil, nil
	}
	for seen := map[*draft4.Schema]bool{}; s.Ref != nil; s = s.Ref {
		if seen[s] {
			return nil, errors.New("$ref leads back to itself")
		}
		seen[s] = true
	}
	if n := b.nodes[s]; n != nil {
		return n, nil
	}
	n := &node{}
	b.nodes[s] = n
	raw := b.library.raw(s.Location)
	for _, part := range []func(*node, *draft4.Schema, map[string]any) error{b.values, b.arrays, b.objects, b.combinations} {
		if err := part(n, s, raw); err != nil {
			return nil, err
		}
	}
	return n, nil
}

func (b *builder) values(n *node, s *draft4.Schema, raw map[string]any) error {
	if s.Types != nil {
		n.types = s.Types.ToStrings()
		if slices.Contains(n.types, "number") && !slices.Contains(n.types, "integer") {
			n.types = append(n.types, "integer")
		}
		slices.Sort(n.types)
	}
	if s.Enum != nil {
		n.enum = &enum{text: toText(s.Enum.Values), keys: map[string]bool{}}
		for _, v := range s.Enum.Values {
			n.enum.keys[key(v)] = true
		}
	}
	n.minimum = newBound(s.Minimum, s.ExclusiveMinimum, raw["minimum"])
	n.maximum = newBound(s.Maximum, s.ExclusiveMaximum, raw["maximum"])
	if s.MultipleOf != nil {
		text := numberText(s.MultipleOf, raw["multipleOf"])
		n.multipleOf = &divisor{parseDecimal(text), text}
	}
	n.minLength, n.maxLength = s.MinLength, s.MaxLength
	if s.Pattern != nil {
		p, ok := s.Pattern.(*pattern)
		if !ok {
			return fmt.Errorf("pattern %q was not compiled here", s.Pattern)
		}
		n.pattern = p
	}
	if s.Format != nil {
		n.format = formats[s.Format.Name]
	}
	return nil
}

func newBound(inclusive, exclusive *big.Rat, raw any) *bound {
	r := inclusive
	if exclusive != nil {
		r = exclusive
	}
	if r == nil {
		return nil
	}
	text := numberText(r, raw)
	return &bound{parseDecimal(text), text, exclusive != nil}
}

// numberText is a number of a schema as it is written there.
func numberText(r *big.Rat, raw any) string {
	if n, ok := raw.(json.Number); ok {
		return string(n)
	}
	if r.IsInt() {
		return r.Num().String()
	}
	return strings.TrimRight(r.FloatString(100), "0")
}

func (b *builder) arrays(n *node, s *draft4.Schema, _ map[string]any) error {
	n.minItems, n.maxItems, n.unique = s.MinItems, s.MaxItems, s.UniqueItems
	var err error
	switch items := s.Items.(type) {
	case *draft4.Schema:
		n.items, err = b.node(items)
		return err
	case []*draft4.Schema:
		if n.tuple, err = b.all(items); err != nil {
			return err
		}
		if n.tuple == nil {
			n.tuple = []*node{}
		}
	}
	switch more := s.AdditionalItems.(type) {
	case bool:
		n.closedTuple = !more
	case *draft4.Schema:
		n.moreItems, err = b.node(more)
	}
	return err
}

func (b *builder) objects(n *node, s *draft4.Schema, _ map[string]any) error {
	n.minProperties, n.maxProperties = s.MinProperties, s.MaxProperties
	n.required = sortedNames(s.Required)
	var err error
	if len(s.Properties) > 0 {
		n.properties = make(map[string]*node, len(s.Properties))
	}
	for name, sub := range s.Properties {
		if n.properties[name], err = b.node(sub); err != nil {
			return err
		}
	}
	for re, sub := range s.PatternProperties {
		p, ok := re.(*pattern)
		if !ok {
			return fmt.Errorf("pattern %q was not compiled here", re)
		}
		of, err := b.node(sub)
		if err != nil {
			return err
		}
		n.patternProperties = append(n.patternProperties, patternProperty{p, of})
	}
	slices.SortFunc(n.patternProperties, func(a, b patternProperty) int {
		return strings.Compare(a.pattern.expr, b.pattern.expr)
	})
	switch more := s.AdditionalProperties.(type) {
	case bool:
		n.closed = !more
	case *draft4.Schema:
		if n.moreProperties, err = b.node(more); err != nil {
			return err
		}
	}
	for _, name := range slices.Sorted(maps.Keys(s.Dependencies)) {
		d := dependency{property: name}
		switch on := s.Dependencies[name].(type) {
		case []string:
			d.names = sortedNames(on)
		case *draft4.Schema:
			if d.node, err = b.node(on); err != nil {
				return err
			}
		}
		n.dependencies = append(n.dependencies, d)
	}
	return nil
}

func sortedNames(names []string) []string {
	names = slices.Clone(names)
	slices.Sort(names)
	return slices.Compact(names)
}

func (b *builder) combinations(n *node, s *draft4.Schema, _ map[string]any) error {
	var err error
	if n.allOf, err = b.all(s.AllOf); err != nil {
		return err
	}
	if n.anyOf, err = b.all(s.AnyOf); err != nil {
		return err
	}
	if n.oneOf, err = b.all(s.OneOf); err != nil {
		return err
	}
	n.not, err = b.node(s.Not)
	return err
}

func (b *builder) all(schemas []*draft4.Schema) ([]*node, error) {
	var nodes []*node
	for _, s := range schemas {
		n, err := b.node(s)
		if err != nil {
			return nil, err
		}
		nodes = append(nodes, n)
	}
	return nodes, nil
}
