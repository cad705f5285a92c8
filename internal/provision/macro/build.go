package macro

import (
	"crypto/sha1" // as AWS SAM names deployments
	"encoding/hex"
	"encoding/json"
	"strings"

	"postern/internal/lang/cfn"
)

// This file makes nodes.

// The types of what is made.
const (
	functionType   = "AWS::Lambda::Function"
	permissionType = "AWS::Lambda::Permission"
	versionType    = "AWS::Lambda::Version"
	aliasType      = "AWS::Lambda::Alias"
	roleType       = "AWS::IAM::Role"
	apiType        = "AWS::ApiGateway::"
)

// A maker makes nodes at one place.
type maker struct{ at *cfn.Node }

func (k maker) text(s string) *cfn.Node { return cfn.NewText(k.at, s) }

func (k maker) list(items ...*cfn.Node) *cfn.Node { return cfn.NewList(k.at, items...) }

// object makes a map of names and values in turn. A value that is nil is left
// out, and text may stand for itself.
func (k maker) object(members ...any) *cfn.Node {
	n := cfn.NewMap(k.at)
	for i := 0; i < len(members); i += 2 {
		switch v := members[i+1].(type) {
		case string:
			n.Set(members[i].(string), k.text(v))
		case *cfn.Node:
			if v != nil {
				n.Set(members[i].(string), v)
			}
		}
	}
	return n
}

func (k maker) flag(yes bool) *cfn.Node {
	n := k.text("false")
	if n.Kind = cfn.Bool; yes {
		n.Text = "true"
	}
	return n
}

func (k maker) ref(id string) *cfn.Node { return k.object("Ref", id) }

func (k maker) attribute(id, name string) *cfn.Node {
	return k.object("Fn::GetAtt", k.list(k.text(id), k.text(name)))
}

func (k maker) sub(text string) *cfn.Node { return k.object("Fn::Sub", text) }

// text returns the text of a scalar, or nothing.
func text(n *cfn.Node) string {
	if n == nil || n.Kind == cfn.List || n.Kind == cfn.Map || n.Kind == cfn.Null {
		return ""
	}
	return n.Text
}

// members returns the members of a map, or none.
func members(n *cfn.Node) []cfn.Member {
	if n == nil || n.Kind != cfn.Map {
		return nil
	}
	return n.Members
}

func yes(n *cfn.Node) bool { return strings.EqualFold(text(n), "true") }

// refOf returns the logical ID that a Ref names, or nothing.
func refOf(n *cfn.Node) string {
	if m := members(n); len(m) == 1 && m[0].Key == "Ref" {
		return text(m[0].Value)
	}
	return ""
}

// digest returns hexadecimal digits that follow from what a node says.
func digest(n *cfn.Node, length int) string {
	content, _ := json.Marshal(plain(n)) // it has only what JSON has
	sum := sha1.Sum(content)
	return hex.EncodeToString(sum[:])[:length]
}

func plain(n *cfn.Node) any {
	switch {
	case n == nil:
		return nil
	case n.Kind == cfn.List:
		out := make([]any, len(n.Items))
		for i, item := range n.Items {
			out[i] = plain(item)
		}
		return out
	case n.Kind == cfn.Map:
		out := make(map[string]any, len(n.Members))
		for _, m := range n.Members {
			out[m.Key] = plain(m.Value)
		}
		return out
	}
	return n.Text
}
