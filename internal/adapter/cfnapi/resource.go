package cfnapi

import (
	"slices"
	"strings"

	"postern/internal/provision/stack"
)

type resourceXML struct {
	StackName            string
	StackId              string
	LogicalResourceId    string
	PhysicalResourceId   string `xml:",omitempty"`
	ResourceType         string
	Timestamp            string
	ResourceStatus       string
	ResourceStatusReason string `xml:",omitempty"`
	DriftInformation     struct{ StackResourceDriftStatus string }
}

func resourceOf(st *stack.State, r stack.ResourceState) resourceXML {
	when := st.Updated
	if when.IsZero() {
		when = st.Created
	}
	x := resourceXML{StackName: st.Name, StackId: st.ID, LogicalResourceId: r.LogicalID, PhysicalResourceId: r.PhysicalID, ResourceType: r.Type,
		Timestamp: timestamp(when), ResourceStatus: string(r.Status), ResourceStatusReason: r.Reason}
	x.DriftInformation.StackResourceDriftStatus = "NOT_CHECKED"
	return x
}

func (c *call) describeResource() (any, error) {
	st, err := c.existing("Stack '%s' does not exist")
	if err != nil {
		return nil, err
	}
	id := c.text("LogicalResourceId")
	for _, r := range st.Resources {
		if r.LogicalID != id {
			continue
		}
		x := resourceOf(st, r)
		type detail struct {
			resourceXML
			LastUpdatedTimestamp string
			Timestamp            string `xml:"-"`
		}
		return &struct{ StackResourceDetail detail }{detail{resourceXML: x, LastUpdatedTimestamp: x.Timestamp}}, nil
	}
	return nil, invalid("Resource %s does not exist for stack %s", id, st.Name)
}

func (c *call) describeResources() (any, error) {
	out := &struct {
		StackResources []resourceXML `xml:"StackResources>member"`
	}{}
	physical := c.text("PhysicalResourceId")
	var states []*stack.State
	if physical != "" && !c.has("StackName") {
		all, err := c.Stacks.List(c.ctx)
		if err != nil {
			return nil, err
		}
		has := func(r stack.ResourceState) bool { return r.PhysicalID == physical }
		i := slices.IndexFunc(all, func(st *stack.State) bool { return slices.ContainsFunc(st.Resources, has) })
		if i < 0 {
			return nil, invalid("Stack for %s does not exist", physical)
		}
		states = all[i : i+1]
	} else {
		st, err := c.existing("Stack with id %s does not exist")
		if err != nil {
			return nil, err
		}
		states = []*stack.State{st}
	}
	for _, st := range states {
		for _, r := range st.Resources {
			if id := c.text("LogicalResourceId"); id == "" || id == r.LogicalID {
				out.StackResources = append(out.StackResources, resourceOf(st, r))
			}
		}
	}
	return out, nil
}

func (c *call) listResources() (any, error) {
	type summary struct {
		LogicalResourceId    string
		PhysicalResourceId   string `xml:",omitempty"`
		ResourceType         string
		LastUpdatedTimestamp string
		ResourceStatus       string
		ResourceStatusReason string `xml:",omitempty"`
		DriftInformation     struct{ StackResourceDriftStatus string }
	}
	out := &struct {
		StackResourceSummaries []summary `xml:"StackResourceSummaries>member"`
	}{}
	st, err := c.existing("Stack with id %s does not exist")
	if err != nil {
		return nil, err
	}
	for _, r := range st.Resources {
		x := resourceOf(st, r)
		out.StackResourceSummaries = append(out.StackResourceSummaries, summary{x.LogicalResourceId, x.PhysicalResourceId, x.ResourceType,
			x.Timestamp, x.ResourceStatus, x.ResourceStatusReason, x.DriftInformation})
	}
	return out, nil
}

func (c *call) listExports() (any, error) {
	type export struct{ ExportingStackId, Name, Value string }
	out := &struct {
		Exports []export `xml:"Exports>member"`
	}{}
	exports, err := c.Stacks.Exports(c.ctx)
	if err != nil {
		return nil, err
	}
	for _, x := range exports {
		out.Exports = append(out.Exports, export{x.StackID, x.Name, x.Value})
	}
	return out, nil
}

func (c *call) listImports() (any, error) {
	name := c.text("ExportName")
	names, err := c.Stacks.Imports(c.ctx, name)
	if err != nil {
		return nil, err
	}
	if len(names) == 0 {
		return nil, invalid("Export '%s' is not imported by any stack.", strings.TrimSpace(name))
	}
	return &struct {
		Imports []string `xml:"Imports>member"`
	}{names}, nil
}
