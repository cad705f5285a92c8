package macro

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"postern/internal/lang/cfn"
)

// This file puts other files into a template: those of AWS::Include, and OpenAPI
// definitions that lie beside it.
//
// See "AWS::Include transform".

// Limits of what is put in. Chosen.
const (
	maxIncludes = 64
	maxIncluded = 6 << 20 // bytes of a file
)

// An includer reads files beside a template.
type includer struct {
	dir  string // of the template's file, absolute; empty: it was no file of this machine
	read int
}

// file returns what a file holds, as nodes at the place of its name, or nil.
func (in *includer) file(x *cfn.Expansion, name *cfn.Node, path []string) *cfn.Node {
	location := text(name)
	refuse := func(format string, args ...any) *cfn.Error { return x.Errorf(name, path, format, args...) }
	switch in.read++; {
	case location == "" || isCall(name):
		refuse("the name of a file is expected, without a function")
	case strings.Contains(location, "://"):
		refuse("%s is not beside the template, and nothing else is read", location).Help = "name a file, such as ./openapi.yaml"
	case !filepath.IsAbs(in.dir):
		refuse("%s is not read: only a template that postern up was given as a file may name others", location)
	case in.read > maxIncludes:
		refuse("more than %d files are put into one template", maxIncludes)
	default:
		content, err := in.content(location)
		if err != nil {
			refuse("%s cannot be read: %v", location, err)
			return nil
		}
		return x.Read(name, path, location, content)
	}
	return nil
}

func (in *includer) content(name string) ([]byte, error) {
	if !filepath.IsAbs(name) {
		name = filepath.Join(in.dir, name)
	}
	f, err := os.Open(name)
	if err != nil {
		return nil, plainReason(err)
	}
	defer f.Close()
	if info, err := f.Stat(); err != nil || !info.Mode().IsRegular() {
		return nil, errors.New("it is no file")
	}
	content, err := io.ReadAll(io.LimitReader(f, maxIncluded+1))
	switch {
	case err != nil:
		return nil, plainReason(err)
	case len(content) > maxIncluded:
		return nil, errors.New("it is longer than 6 MiB")
	}
	return content, nil
}

// plainReason is why a file cannot be read, without its name.
func plainReason(err error) error {
	var p *fs.PathError
	if errors.As(err, &p) {
		return p.Err
	}
	return err
}

// expand puts files where the template names them.
func (in *includer) expand(x *cfn.Expansion) {
	in.section(x)
	for _, m := range x.Root.Members {
		m.Value = in.within(x, m.Value, []string{m.Key})
		x.Root.Set(m.Key, m.Value)
	}
	for _, m := range members(x.Root.Get("Resources")) {
		properties := m.Value.Get("Properties")
		from := properties.Get("BodyS3Location")
		if text(m.Value.Get("Type")) != apiType+"RestApi" || from == nil || from.Kind != cfn.String || properties.Get("Body") != nil {
			continue
		}
		// As "aws cloudformation package" takes it.
		if body := in.file(x, from, []string{"Resources", m.Key, "Properties", "BodyS3Location"}); body != nil {
			properties.Members = slices.DeleteFunc(properties.Members, func(m cfn.Member) bool { return m.Key == "BodyS3Location" })
			properties.Set("Body", body)
		}
	}
}

// section puts in the files that the section Transform names.
func (in *includer) section(x *cfn.Expansion) {
	n := x.Root.Get("Transform")
	if n == nil {
		return
	}
	list := n
	if n.Kind != cfn.List {
		list = cfn.NewList(n, n)
	}
	list.Items = slices.DeleteFunc(list.Items, func(item *cfn.Node) bool {
		included := in.include(x, item, []string{"Transform"})
		adopt(x.Root, included)
		return included != nil
	})
	if len(list.Items) == 0 {
		x.Root.Members = slices.DeleteFunc(x.Root.Members, func(m cfn.Member) bool { return m.Key == "Transform" })
	}
}

// within returns n with what is put into it. Files are not looked into, as on
// AWS.
func (in *includer) within(x *cfn.Expansion, n *cfn.Node, path []string) *cfn.Node {
	for i, item := range n.Items {
		n.Items[i] = in.within(x, item, path)
	}
	call := n.Get("Fn::Transform")
	for i := range n.Members {
		if m := &n.Members[i]; m.Key != "Fn::Transform" {
			m.Value = in.within(x, m.Value, append(slices.Clone(path), m.Key))
		}
	}
	if call == nil || n.Kind != cfn.Map {
		return n
	}
	included := in.include(x, call, append(path, "Fn::Transform"))
	if included == nil {
		return n
	}
	n.Members = slices.DeleteFunc(n.Members, func(m cfn.Member) bool { return m.Key == "Fn::Transform" })
	if len(n.Members) == 0 {
		return included
	}
	adopt(n, included)
	return n
}

// include returns the file that a call of AWS::Include names, an empty map if it
// cannot be read, or nil if it is no such call.
func (in *includer) include(x *cfn.Expansion, call *cfn.Node, path []string) *cfn.Node {
	if text(call.Get("Name")) != "AWS::Include" {
		return nil
	}
	location := call.Get("Parameters").Get("Location")
	if location == nil {
		x.Errorf(call, path, "AWS::Include needs Parameters with a Location")
		return cfn.NewMap(call)
	}
	if included := in.file(x, location, path); included != nil {
		return included
	}
	return cfn.NewMap(call)
}

// adopt adds the members that a map does not have.
func adopt(to, from *cfn.Node) {
	for _, m := range members(from) {
		if to.Get(m.Key) == nil {
			to.Set(m.Key, m.Value)
		}
	}
}
