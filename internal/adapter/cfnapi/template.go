package cfnapi

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"postern/internal/lang/cfn"
	"postern/internal/provision/stack"
)

// template reads the template of a request.
func (c *call) template() (*cfn.Template, error) {
	text := c.text("TemplateBody")
	switch {
	case text != "" && c.has("TemplateURL"):
		return nil, invalid("Template URL and Template Body cannot both be specified.")
	case c.has("TemplateURL"):
		// There is no object store here that a template could come from.
		return nil, invalid("TemplateURL must be a supported URL.")
	case text == "":
		return nil, invalid("Either Template URL or Template Body must be specified.")
	}
	return stack.Parse("template", []byte(text), "")
}

// previous returns the template of a request, or the stack's own if the request
// says so.
func (c *call) previous(st *stack.State) (*cfn.Template, error) {
	if c.text("UsePreviousTemplate") != "true" {
		return c.template()
	}
	if st == nil {
		return nil, invalid("Stack [%s] does not exist", c.text("StackName"))
	}
	text, err := c.Stacks.Template(c.ctx, st.Name)
	if err != nil {
		return nil, err
	}
	return stack.Parse(st.File, text, "")
}

// input reads parameters and tags.
func (c *call) input(t *cfn.Template, st *stack.State) (stack.Input, error) {
	in := stack.Input{Parameters: map[string]string{}, Tags: map[string]string{}, Capabilities: c.list("Capabilities")}
	var unknown []string
	for i := 1; ; i++ {
		prefix := fmt.Sprintf("Parameters.member.%d.", i)
		key := c.text(prefix + "ParameterKey")
		if key == "" {
			break
		}
		if !slices.ContainsFunc(t.Parameters, func(p *cfn.Parameter) bool { return p.Name == key }) {
			unknown = append(unknown, key)
		}
		if c.text(prefix+"UsePreviousValue") == "true" {
			in.Previous = append(in.Previous, key)
			continue
		}
		in.Parameters[key] = c.text(prefix + "ParameterValue")
	}
	switch {
	case len(unknown) > 0 && len(t.Parameters) == 0:
		return in, invalid("Parameter values specified for a template which does not require them.")
	case len(unknown) > 0:
		return in, invalid("Parameters: [%s] do not exist in the template", strings.Join(unknown, ", "))
	}
	for i := 1; ; i++ {
		prefix := fmt.Sprintf("Tags.member.%d.", i)
		if !c.form.Has(prefix + "Key") {
			break
		}
		in.Tags[c.text(prefix+"Key")] = c.text(prefix + "Value")
	}
	if st != nil && !c.form.Has("Tags.member.1.Key") {
		in.Tags = st.Tags
	}
	if len(in.Tags) == 0 {
		in.Tags = nil
	}
	return in, nil
}

// capabilities returns what a template asks its deployer to acknowledge, and why.
func capabilities(t *cfn.Template) (needed []string, reason string) {
	var named, plain []string
	for _, r := range t.Resources {
		if !strings.HasPrefix(r.Type, "AWS::IAM::") && !strings.HasPrefix(r.Type, "AWS::Serverless::Function") {
			continue
		}
		if r.Properties.Get("RoleName") != nil || r.Properties.Get("UserName") != nil || r.Properties.Get("GroupName") != nil || r.Properties.Get("ManagedPolicyName") != nil {
			named = append(named, r.Type)
		} else {
			plain = append(plain, r.Type)
		}
	}
	types := append(named, plain...)
	slices.Sort(types)
	types = slices.Compact(types)
	switch {
	case len(named) > 0:
		needed = append(needed, "CAPABILITY_NAMED_IAM")
	case len(plain) > 0:
		needed = append(needed, "CAPABILITY_IAM")
	}
	if len(types) > 0 {
		reason = fmt.Sprintf("The following resource(s) require capabilities: [%s]", strings.Join(types, ", "))
	}
	if len(t.Transforms) > 0 {
		needed = append(needed, "CAPABILITY_AUTO_EXPAND")
	}
	return needed, reason
}

// acknowledged refuses a template that needs what the request does not say.
// Through a change set, transforms need no word.
func (c *call) acknowledged(t *cfn.Template, changeSet bool) error {
	given := c.list("Capabilities")
	if slices.Contains(given, "CAPABILITY_NAMED_IAM") {
		given = append(given, "CAPABILITY_IAM")
	}
	needed, _ := capabilities(t)
	var missing []string
	for _, n := range needed {
		if !slices.Contains(given, n) && !(changeSet && n == "CAPABILITY_AUTO_EXPAND") {
			missing = append(missing, n)
		}
	}
	if len(missing) > 0 {
		return &Error{http.StatusBadRequest, "InsufficientCapabilitiesException", fmt.Sprintf("Requires capabilities : [%s]", strings.Join(missing, ", "))}
	}
	return nil
}

func (c *call) getTemplate() (any, error) {
	var text string
	if name := c.text("ChangeSetName"); name != "" {
		set, _, err := c.changeSet()
		if err != nil {
			return nil, err
		}
		text = set.Template
	} else {
		st, err := c.existing("Stack with id %s does not exist")
		if err != nil {
			return nil, err
		}
		body, err := c.Stacks.Template(c.ctx, st.Name)
		if err != nil {
			return nil, err
		}
		text = string(body)
	}
	if c.text("TemplateStage") == "Processed" {
		// One that names files beside it is shown as it was written.
		if t, err := stack.Parse("template", []byte(text), ""); err == nil {
			text = string(t.Processed())
		}
	}
	return &struct {
		TemplateBody    string
		StagesAvailable []string `xml:"StagesAvailable>member"`
	}{text, []string{"Original", "Processed"}}, nil
}

type parameterXML struct {
	ParameterKey         string
	ParameterType        string       `xml:",omitempty"`
	DefaultValue         *string      `xml:",omitempty"`
	NoEcho               bool         ``
	Description          string       `xml:",omitempty"`
	ParameterConstraints *constraints `xml:",omitempty"`
}

type constraints struct {
	AllowedValues []string `xml:"AllowedValues>member"`
}

func declared(t *cfn.Template, types bool) []parameterXML {
	out := []parameterXML{}
	for _, p := range t.Parameters {
		x := parameterXML{ParameterKey: p.Name, DefaultValue: p.Default, NoEcho: p.NoEcho, Description: p.Description}
		if types {
			x.ParameterType = p.Type
			if len(p.Allowed) > 0 {
				x.ParameterConstraints = &constraints{p.Allowed}
			}
		}
		out = append(out, x)
	}
	return out
}

func (c *call) getTemplateSummary() (any, error) {
	var t *cfn.Template
	var err error
	if c.has("StackName") {
		st, err2 := c.existing("Stack with id %s does not exist")
		if err2 != nil {
			return nil, err2
		}
		text, err2 := c.Stacks.Template(c.ctx, st.Name)
		if err2 != nil {
			return nil, err2
		}
		t, err = stack.Parse(st.File, text, "")
	} else {
		t, err = c.template()
	}
	if err != nil {
		return nil, err
	}
	needed, reason := capabilities(t)
	var types []string
	for _, r := range t.Resources {
		types = append(types, r.Type)
	}
	slices.Sort(types)
	metadata := ""
	if t.Metadata != nil {
		text, err := json.Marshal(plain(t.Metadata))
		if err != nil {
			return nil, err
		}
		metadata = string(text)
	}
	return &struct {
		Parameters         []parameterXML `xml:"Parameters>member"`
		Description        string         `xml:",omitempty"`
		Capabilities       []string       `xml:"Capabilities>member,omitempty"`
		CapabilitiesReason string         `xml:",omitempty"`
		ResourceTypes      []string       `xml:"ResourceTypes>member"`
		Version            string         `xml:",omitempty"`
		Metadata           string         `xml:",omitempty"`
		DeclaredTransforms []string       `xml:"DeclaredTransforms>member,omitempty"`
	}{declared(t, true), t.Description, needed, reason, slices.Compact(types), "2010-09-09", metadata, t.Transforms}, nil
}

// plain is a node as encoding/json writes it.
func plain(n *cfn.Node) any {
	switch n.Kind {
	case cfn.Map:
		m := make(map[string]any, len(n.Members))
		for _, x := range n.Members {
			m[x.Key] = plain(x.Value)
		}
		return m
	case cfn.List:
		l := make([]any, len(n.Items))
		for i, x := range n.Items {
			l[i] = plain(x)
		}
		return l
	case cfn.Bool:
		return strings.EqualFold(n.Text, "true")
	case cfn.Number:
		if json.Valid([]byte(n.Text)) {
			return json.Number(n.Text)
		}
	case cfn.Null:
		return nil
	}
	return n.Text
}

func (c *call) validateTemplate() (any, error) {
	t, err := c.template()
	if err != nil {
		return nil, err
	}
	needed, reason := capabilities(t)
	return &struct {
		Parameters         []parameterXML `xml:"Parameters>member"`
		Description        string         `xml:",omitempty"`
		Capabilities       []string       `xml:"Capabilities>member,omitempty"`
		CapabilitiesReason string         `xml:",omitempty"`
		DeclaredTransforms []string       `xml:"DeclaredTransforms>member,omitempty"`
	}{declared(t, false), t.Description, needed, reason, t.Transforms}, nil
}
