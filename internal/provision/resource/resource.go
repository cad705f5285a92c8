package resource

import (
	"context"

	"postern/internal/apigw"
	"postern/internal/control"
	"postern/internal/property"
)

// A pathResource is a resource of an API: one segment of a path.
type pathResource struct {
	api string
	apigw.Resource
}

func (m *pathResource) rows() property.List {
	rows := append(property.List{apiRow(&m.api)}, drop(m.Properties(), "resourceMethods")...)
	return with(rows, property.Required, "parentId", "pathPart")
}

func resourceTypes(e *environment) []Type {
	t := table[pathResource]{
		env: e, noun: "Resource", doc: "A resource of a REST API: one segment of a path, with methods.",
		create: e.createResource, find: e.findResource, read: e.readResource, update: e.updateResource,
		delete: func(ctx context.Context, _ Request, m *pathResource) error {
			return e.svc.DeleteResource(ctx, m.api, m.ID)
		},
		identify: func(m *pathResource, id string) { m.ID = lastPart(id) },
		check: func(m *pathResource, _ map[string]any) property.Errors {
			if m.PathPart == "" || apigw.IsPathPart(m.PathPart) {
				return nil
			}
			return property.Errors{property.Bad("pathPart", m.PathPart, "%q is not a segment of letters, digits and ._-:, nor {name} or {name+}", m.PathPart).
				Saying("Resource's path part only allow a-zA-Z0-9._-: or a valid greedy path variable and curly braces at the beginning and the end.")}
		},
	}
	cfn, tf := t, t
	cfn.name, cfn.surface, cfn.identifier = native+"Resource", property.CloudFormation, []string{"RestApiId", "ResourceId"}
	cfn.rows = (*pathResource).rows
	cfn.physicalID = func(_ Request, m *pathResource) string { return m.ID }
	tf.name, tf.surface, tf.identifier = terraform+"Resource", property.TerraformType, []string{"RestApiId", "Id"}
	tf.rows = func(m *pathResource) property.List {
		return append(without(m.rows(), property.CreateOnly, "parentId", "pathPart"), idRows(&m.ID)[1])
	}
	return []Type{&cfn, &tf}
}

func (e *environment) createResource(ctx context.Context, _ Request, m *pathResource) error {
	res, err := e.svc.CreateResource(ctx, m.api, m.ParentID, m.PathPart)
	if err != nil {
		return err
	}
	m.Resource = *res
	return nil
}

// findResource finds a resource by its place, which it shares with no other.
func (e *environment) findResource(ctx context.Context, _ Request, m *pathResource) error {
	page := control.Page{Limit: control.MaxLimit}
	for {
		list, next, err := e.svc.GetResources(ctx, m.api, page)
		if err != nil {
			return err
		}
		for _, res := range list {
			if res.ParentID == m.ParentID && res.PathPart == m.PathPart {
				m.ID = res.ID
				return nil
			}
		}
		if next == "" {
			return apigw.NotFound("Invalid Resource identifier specified")
		}
		page.After = next
	}
}

func (e *environment) readResource(ctx context.Context, _ Request, m *pathResource) error {
	res, err := e.svc.GetResource(ctx, m.api, m.ID)
	if err != nil {
		return err
	}
	m.Resource = *res
	return nil
}

func (e *environment) updateResource(ctx context.Context, _ Request, is, want *pathResource) error {
	want.ID = is.ID
	ops, _ := property.PatchesFrom(is.Properties(), want.Properties())
	if len(ops) == 0 {
		return nil
	}
	_, err := e.svc.UpdateResource(ctx, is.api, is.ID, ops)
	return err
}
