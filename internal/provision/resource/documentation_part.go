package resource

import (
	"context"
	"strings"

	"postern/internal/apigw"
	"postern/internal/control"
	"postern/internal/property"
)

// A documentationPart is what people say of one part of an API.
type documentationPart struct {
	api string
	apigw.DocumentationPart
	id string // as Terraform has it
}

func documentationPartTypes(e *environment) []Type {
	t := table[documentationPart]{
		env: e, noun: "DocumentationPart", doc: "What people say of one part of an API.",
		identify: func(m *documentationPart, id string) {
			id = lastPart(id)
			m.ID = id[strings.LastIndexByte(id, '/')+1:]
		},
		describe: func(_ Request, m *documentationPart) { m.id = m.api + "/" + m.ID },
		check:    func(m *documentationPart, _ map[string]any) property.Errors { return m.Validate() },
		create: func(ctx context.Context, _ Request, m *documentationPart) error {
			made, err := e.svc.CreateDocumentationPart(ctx, m.api, &m.DocumentationPart)
			if err != nil {
				return err
			}
			m.DocumentationPart = *made
			return nil
		},
		find: e.findDocumentationPart,
		read: func(ctx context.Context, _ Request, m *documentationPart) error {
			is, err := e.svc.GetDocumentationPart(ctx, m.api, m.ID)
			if err != nil {
				return err
			}
			m.DocumentationPart = *is
			return nil
		},
		update: func(ctx context.Context, _ Request, is, want *documentationPart) error {
			ops, _ := property.PatchesFrom(is.Properties(), want.Properties())
			if len(ops) == 0 {
				return nil
			}
			_, err := e.svc.UpdateDocumentationPart(ctx, is.api, is.ID, ops)
			return err
		},
		delete: func(ctx context.Context, _ Request, m *documentationPart) error {
			return e.svc.DeleteDocumentationPart(ctx, m.api, m.ID)
		},
	}
	cfn, tf := t, t
	cfn.name, cfn.surface, cfn.identifier = native+"DocumentationPart", property.CloudFormation, []string{"DocumentationPartId", "RestApiId"}
	cfn.rows = func(m *documentationPart) property.List {
		return append(property.List{apiRow(&m.api)}, m.Properties()...)
	}
	cfn.physicalID = func(_ Request, m *documentationPart) string { return m.ID }
	tf.name, tf.surface, tf.identifier = terraform+"DocumentationPart", property.TerraformType, []string{"RestApiId", "Id"}
	tf.rows = func(m *documentationPart) property.List {
		return append(append(property.List{apiRow(&m.api)}, drop(m.Properties(), "id")...), idRows(&m.id)...)
	}
	return []Type{&cfn, &tf}
}

// findDocumentationPart finds a part by its place, which it shares with no
// other.
func (e *environment) findDocumentationPart(ctx context.Context, _ Request, m *documentationPart) error {
	page := control.Page{Limit: control.MaxLimit}
	for m.Location != nil {
		list, next, err := e.svc.GetDocumentationParts(ctx, m.api, control.DocumentationFilter{}, page)
		if err != nil {
			return err
		}
		for _, part := range list {
			if part.Location.Complete() == m.Location.Complete() {
				m.ID = part.ID
				return nil
			}
		}
		if next == "" {
			break
		}
		page.After = next
	}
	return apigw.NotFound("Invalid Documentation part identifier specified")
}
