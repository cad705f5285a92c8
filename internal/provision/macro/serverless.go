package macro

import (
	"slices"
	"strings"

	"postern/internal/lang/cfn"
	"postern/internal/nearest"
)

const serverless = "AWS::Serverless::"

// A serverlessTemplate is a template that is being expanded.
type serverlessTemplate struct {
	*cfn.Expansion
	resources *cfn.Node
	globals   *cfn.Node
	apis      map[string]*api   // by logical ID
	out       []cfn.Member      // the resources as they are going to be
	names     map[string]string // what stands for Api.Stage and the like
	copied    int               // nodes
	files     *includer
}

// maxCopied is how many nodes the globals and the like may become. Chosen: 500
// resources of 1,000 values.
const maxCopied = 500_000

// clone copies a node. What grows without end becomes an empty map, and is told.
func (s *serverlessTemplate) clone(n *cfn.Node) *cfn.Node {
	if n == nil {
		return nil
	}
	fits := s.copied <= maxCopied
	if s.copied += size(n); s.copied <= maxCopied {
		return n.Clone()
	}
	if fits {
		s.Errorf(n, nil, "more than %d values come of what goes for several resources", maxCopied)
	}
	return cfn.NewMap(n)
}

func size(n *cfn.Node) int {
	count := 1
	for _, item := range n.Items {
		count += size(item)
	}
	for _, m := range n.Members {
		count += size(m.Value)
	}
	return count
}

// expandServerless expands the resources of AWS SAM.
func expandServerless(x *cfn.Expansion, files *includer) {
	s := &serverlessTemplate{Expansion: x, resources: x.Root.Get("Resources"), globals: x.Root.Get("Globals"),
		apis: map[string]*api{}, names: map[string]string{}, files: files}
	x.Root.Members = slices.DeleteFunc(x.Root.Members, func(m cfn.Member) bool { return m.Key == "Globals" })
	for _, m := range members(s.globals) {
		if !slices.Contains([]string{"Function", "Api", "HttpApi", "SimpleTable", "StateMachine", "LayerVersion"}, m.Key) {
			s.Errorf(m.Value, []string{"Globals", m.Key}, "there are no globals of %s: Function and Api have some", m.Key)
		}
	}
	if len(members(s.resources)) == 0 {
		return // which is told
	}
	for _, m := range s.resources.Members {
		if text(m.Value.Get("Type")) == serverless+"Api" {
			s.apis[m.Key] = s.newAPI(m)
		}
	}
	for _, m := range s.resources.Members {
		typ, ours := strings.CutPrefix(text(m.Value.Get("Type")), serverless)
		switch {
		case !ours:
			s.out = append(s.out, m)
		case typ == "Function":
			s.function(m)
		case typ == "Api": // behind the functions, whose events it has
		default:
			s.refuse(m, typ)
		}
	}
	for _, m := range s.resources.Members {
		if a := s.apis[m.Key]; a != nil {
			a.expand()
		}
	}
	if a := s.apis[implicitAPI]; a != nil && s.resources.Get(implicitAPI) == nil {
		a.expand()
	}
	s.resources.Members = s.out
	s.rename(x.Root)
}

// refuse says why a type of AWS SAM is none here.
func (s *serverlessTemplate) refuse(m cfn.Member, typ string) {
	at := m.Value.Get("Type")
	path := []string{"Resources", m.Key, "Type"}
	switch typ {
	case "SimpleTable":
		s.Errorf(at, path, "%s%s is a DynamoDB table, and there are no tables here", serverless, typ).Help =
			"take it into a template of its own for AWS, and give the functions the table's name"
	case "HttpApi":
		s.Errorf(at, path, "%s%s is an HTTP API; Postern serves REST APIs", serverless, typ).Help = "write " + serverless + "Api"
	case "StateMachine", "LayerVersion", "Application", "Connector", "GraphQLApi", "CapacityProvider":
		s.Errorf(at, path, "%s%s is not part of Postern", serverless, typ)
	default:
		s.Errorf(at, path, "there is no resource type %s%s", serverless, typ).Help = nearest.Question(serverless+typ, []string{serverless + "Function", serverless + "Api"})
	}
}

// add appends a resource that is made for m. It has m's condition.
func (s *serverlessTemplate) add(m cfn.Member, id, typ string, properties *cfn.Node, more ...any) {
	if id != m.Key && s.resources.Get(id) != nil {
		s.Errorf(s.resources.Get(id), []string{"Resources", id}, "%s makes a resource of this name, too", m.Key).Help = "give this one another name"
		return
	}
	k := maker{m.Value}
	r := k.object(append([]any{"Type", typ, "Condition", m.Value.Get("Condition"), "Properties", properties}, more...)...)
	member := m
	member.Key, member.Value = id, r
	s.out = append(s.out, member)
}

// attributes are the members of a resource that go over to what stands for it.
func attributes(m cfn.Member) []any {
	var out []any
	for _, name := range []string{"DependsOn", "DeletionPolicy", "UpdateReplacePolicy", "Metadata"} {
		if n := m.Value.Get(name); n != nil {
			out = append(out, name, n)
		}
	}
	return out
}

// withGlobals returns the properties of a resource with the globals of its kind:
// maps are merged, lists are joined, and of the rest the resource's own counts.
func (s *serverlessTemplate) withGlobals(m cfn.Member, kind string) *cfn.Node {
	own := m.Value.Get("Properties")
	if own == nil {
		own = cfn.NewMap(m.Value)
	}
	if own.Kind != cfn.Map {
		s.Errorf(own, []string{"Resources", m.Key, "Properties"}, "found a %s, expected a map", own.Kind)
		return cfn.NewMap(m.Value)
	}
	return merged(s.clone(s.globals.Get(kind)), s.clone(own))
}

func merged(global, own *cfn.Node) *cfn.Node {
	switch {
	case global == nil:
		return own
	case global.Kind == cfn.Map && own.Kind == cfn.Map && !isCall(global) && !isCall(own):
		for _, m := range own.Members {
			if old := global.Get(m.Key); old != nil {
				m.Value = merged(old, m.Value)
			}
			global.Set(m.Key, m.Value)
		}
		return global
	case global.Kind == cfn.List && own.Kind == cfn.List:
		return cfn.NewList(own, append(global.Items, own.Items...)...)
	}
	return own
}

// isCall reports whether a node is a call of an intrinsic function.
func isCall(n *cfn.Node) bool {
	return len(n.Members) == 1 && (n.Members[0].Key == "Ref" || strings.HasPrefix(n.Members[0].Key, "Fn::"))
}

// unknown reports properties that are not among those that are known.
func (s *serverlessTemplate) unknown(n *cfn.Node, path []string, known, without []string) {
	for _, m := range members(n) {
		at := append(slices.Clone(path), m.Key)
		switch {
		case slices.Contains(known, m.Key):
		case slices.Contains(without, m.Key):
			s.Warnf(m.Value, at, "it has no effect here")
		default:
			s.KeyErrorf(&m, at, "no such property").Help = nearest.Question(m.Key, known)
		}
	}
}

// rename writes the logical IDs of what was made where Api.Stage and the like
// stand for them.
func (s *serverlessTemplate) rename(n *cfn.Node) {
	if n == nil || len(s.names) == 0 {
		return
	}
	for _, item := range n.Items {
		s.rename(item)
	}
	for _, m := range n.Members {
		s.rename(m.Value)
		switch m.Key {
		case "Ref", "DependsOn":
			if id := s.names[text(m.Value)]; id != "" {
				m.Value.Text = id
			}
			for _, item := range m.Value.Items {
				if id := s.names[text(item)]; id != "" {
					item.Text = id
				}
			}
		case "Fn::Sub":
			at := m.Value
			if at.Kind == cfn.List && len(at.Items) > 0 {
				at = at.Items[0]
			}
			for name, id := range s.names {
				at.Text = strings.ReplaceAll(at.Text, "${"+name+"}", "${"+id+"}")
			}
		}
	}
}
