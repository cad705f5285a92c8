package cfnapi

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"strings"

	"postern/internal/provision/stack"
)

var changeSetName = regexp.MustCompile(`^[a-zA-Z][-a-zA-Z0-9]{0,127}$`)

func (c *call) createChangeSet() (any, error) {
	name := c.text("ChangeSetName")
	if !changeSetName.MatchString(name) {
		return nil, invalid("1 validation error detected: Value '%.140s' at 'changeSetName' failed to satisfy constraint: Member must satisfy regular expression pattern: [a-zA-Z][-a-zA-Z0-9]*", name)
	}
	stackName, err := c.newName()
	if err != nil {
		return nil, err
	}
	if err := c.refuse(append([]string{"DisableRollback", "ResourcesToImport", "ImportExistingResources", "DeploymentMode"}, notObeyed...)...); err != nil {
		return nil, err
	}
	st, err := c.Stacks.Describe(c.ctx, stackName)
	if err != nil && !errors.Is(err, stack.ErrNoStack) {
		return nil, err
	}
	create := false
	switch kind := c.text("ChangeSetType"); {
	case kind == "CREATE" && st != nil:
		return nil, &Error{http.StatusBadRequest, "AlreadyExistsException", fmt.Sprintf("Stack [%s] already exists and cannot be created again with the changeSet [%s].", stackName, name)}
	case kind == "CREATE":
		create = true
	case kind != "" && kind != "UPDATE":
		return nil, invalid("ChangeSetType %.40s is not part of Postern; use CREATE or UPDATE", kind)
	case st == nil:
		return nil, invalid("Stack [%s] does not exist", stackName)
	default:
		if err := updatable(st); err != nil {
			return nil, err
		}
	}
	t, err := c.previous(st)
	if err != nil {
		return nil, err
	}
	if err := c.acknowledged(t, true); err != nil {
		return nil, err
	}
	in, err := c.input(t, st)
	if err != nil {
		return nil, err
	}
	set, err := c.Stacks.CreateChangeSet(c.ctx, stack.ChangeSet{Name: name, Stack: stackName, Create: create, Description: c.text("Description"),
		Capabilities: c.list("Capabilities"), Input: in}, t)
	if err != nil {
		return nil, err
	}
	return &struct{ Id, StackId string }{set.ID, set.StackID}, nil
}

// changeSet returns the change set of the request with its plan, which is nil if
// it cannot be carried out.
func (c *call) changeSet() (*stack.ChangeSet, *stack.Plan, error) {
	name, of := c.text("ChangeSetName"), stack.StackOfID(c.text("StackName"))
	if !strings.HasPrefix(name, "arn:") {
		if of == "" {
			return nil, nil, invalid("StackName must be specified if ChangeSetName is not specified as an ARN.")
		}
		return c.Stacks.ChangeSet(c.ctx, of, name)
	}
	sets, err := c.Stacks.ChangeSets(c.ctx, of)
	if err != nil {
		return nil, nil, err
	}
	for _, s := range sets {
		if s.ID == name {
			return c.Stacks.ChangeSet(c.ctx, s.Stack, s.Name)
		}
	}
	return nil, nil, &stack.NoChangeSet{Name: name}
}

// statuses returns the status of a change set and of its execution.
func statuses(set *stack.ChangeSet, p *stack.Plan) (status, execution string) {
	switch {
	case set.Reason != "":
		return "FAILED", "UNAVAILABLE"
	case p == nil:
		return "CREATE_COMPLETE", "OBSOLETE"
	}
	return "CREATE_COMPLETE", "AVAILABLE"
}

func (c *call) describeChangeSet() (any, error) {
	set, p, err := c.changeSet()
	if err != nil {
		return nil, err
	}
	status, execution := statuses(set, p)
	out := &struct {
		ChangeSetName         string
		ChangeSetId           string
		StackId               string
		StackName             string
		Description           string          `xml:",omitempty"`
		Parameters            []parameterPair `xml:"Parameters>member"`
		CreationTime          string
		ExecutionStatus       string
		Status                string
		StatusReason          string      `xml:",omitempty"`
		NotificationARNs      []string    `xml:"NotificationARNs>member"`
		RollbackConfiguration struct{}    ``
		Capabilities          []string    `xml:"Capabilities>member,omitempty"`
		Tags                  []tagXML    `xml:"Tags>member"`
		Changes               []changeXML `xml:"Changes>member"`
		IncludeNestedStacks   bool
	}{ChangeSetName: set.Name, ChangeSetId: set.ID, StackId: set.StackID, StackName: set.Stack, Description: set.Description,
		CreationTime: timestamp(set.Created), ExecutionStatus: execution, Status: status, StatusReason: set.Reason,
		Capabilities: set.Capabilities, Tags: tagList(set.Input.Tags)}
	if p != nil {
		out.Parameters = pairs(p.Values(), nil)
		for _, change := range p.Changes {
			out.Changes = append(out.Changes, changeOf(change, c.text("IncludePropertyValues") == "true"))
		}
	}
	return out, nil
}

type changeXML struct {
	Type           string
	ResourceChange resourceChange
}

type resourceChange struct {
	PolicyAction       string `xml:",omitempty"`
	Action             string
	LogicalResourceId  string
	PhysicalResourceId string `xml:",omitempty"`
	ResourceType       string
	Replacement        string         `xml:",omitempty"`
	Scope              []string       `xml:"Scope>member"`
	Details            []changeDetail `xml:"Details>member"`
}

type changeDetail struct {
	Target struct {
		Attribute           string
		Name                string `xml:",omitempty"`
		RequiresRecreation  string
		Path                string `xml:",omitempty"`
		BeforeValue         string `xml:",omitempty"`
		AfterValue          string `xml:",omitempty"`
		AttributeChangeType string `xml:",omitempty"`
	}
	Evaluation    string
	ChangeSource  string
	CausingEntity string `xml:",omitempty"`
}

func changeOf(c stack.Change, values bool) changeXML {
	x := resourceChange{LogicalResourceId: c.LogicalID, PhysicalResourceId: c.PhysicalID, ResourceType: c.Type}
	policy := "Delete"
	if c.Retain {
		policy = "Retain"
	}
	switch c.Action {
	case stack.Create:
		x.Action = "Add"
	case stack.Delete:
		x.Action, x.PolicyAction = "Remove", policy
	default:
		x.Action, x.Replacement, x.Scope = "Modify", string(c.Replacement), c.Scope
		if c.Replacement == stack.No {
			x.Replacement = "False"
		} else {
			x.PolicyAction = "ReplaceAnd" + policy
		}
		for _, p := range c.Properties {
			x.Details = append(x.Details, detailOf(p, c.Replacement, values))
		}
	}
	return changeXML{"Resource", x}
}

func detailOf(p stack.PropertyChange, replacement stack.Replacement, values bool) changeDetail {
	d := changeDetail{Evaluation: "Static", ChangeSource: string(p.Reason), CausingEntity: p.Cause}
	if p.Unknown {
		d.Evaluation = "Dynamic"
	}
	t := &d.Target
	t.Attribute, t.Name, t.RequiresRecreation = "Properties", p.Name, "Never"
	switch {
	case p.Replace && replacement == stack.Maybe:
		t.RequiresRecreation = "Conditionally"
	case p.Replace:
		t.RequiresRecreation = "Always"
	}
	if values {
		t.Path, t.BeforeValue, t.AfterValue, t.AttributeChangeType = "/Properties/"+p.Name, written(p.Before), written(p.After), "Modify"
		switch {
		case p.Before == nil:
			t.AttributeChangeType = "Add"
		case p.After == nil:
			t.AttributeChangeType = "Remove"
		}
	}
	return d
}

// written is a value as text: as it is, or as JSON.
func written(v any) string {
	switch v := v.(type) {
	case nil:
		return ""
	case string:
		return v
	}
	text, err := json.Marshal(v)
	if err != nil {
		return fmt.Sprint(v)
	}
	return string(text)
}

func (c *call) executeChangeSet() (any, error) {
	if err := c.refuse("DisableRollback"); err != nil {
		return nil, err
	}
	set, p, err := c.changeSet()
	if err != nil {
		return nil, err
	}
	if p == nil {
		status, execution := statuses(set, p)
		if execution == "OBSOLETE" {
			status = execution
		}
		return nil, &Error{http.StatusBadRequest, "InvalidChangeSetStatus", fmt.Sprintf("ChangeSet [%s] cannot be executed in its current status of [%s]", set.ID, status)}
	}
	options := stack.Options{RetainExceptOnCreate: c.text("RetainExceptOnCreate") == "true"}
	return &struct{}{}, c.begin(func(ctx context.Context, observe stack.Observer) error {
		options.Observer = observe
		_, err := c.Stacks.Execute(ctx, p, options)
		return err
	})
}

func (c *call) deleteChangeSet() (any, error) {
	set, _, err := c.changeSet()
	if errors.Is(err, stack.ErrNoChangeSet) {
		return &struct{}{}, nil // as AWS answers
	}
	if err != nil {
		return nil, err
	}
	return &struct{}{}, c.Stacks.DeleteChangeSet(c.ctx, set.Stack, set.Name)
}

func (c *call) listChangeSets() (any, error) {
	type summary struct {
		StackId         string
		StackName       string
		ChangeSetId     string
		ChangeSetName   string
		ExecutionStatus string
		Status          string
		StatusReason    string `xml:",omitempty"`
		CreationTime    string
		Description     string `xml:",omitempty"`
	}
	out := &struct {
		Summaries []summary `xml:"Summaries>member"`
	}{}
	name := stack.StackOfID(c.text("StackName"))
	sets, err := c.Stacks.ChangeSets(c.ctx, name)
	if err != nil {
		return nil, err
	}
	if len(sets) == 0 {
		if _, err := c.existing("Stack [%s] does not exist"); err != nil {
			return nil, err
		}
	}
	for _, s := range sets {
		_, p, err := c.Stacks.ChangeSet(c.ctx, s.Stack, s.Name)
		if err != nil {
			return nil, err
		}
		status, execution := statuses(s, p)
		out.Summaries = append(out.Summaries, summary{s.StackID, s.Stack, s.ID, s.Name, execution, status, s.Reason, timestamp(s.Created), s.Description})
	}
	return out, nil
}
