package resource

import (
	"context"

	"postern/internal/apigw"
	"postern/internal/property"
)

// A documentationVersion is all documentation parts as they were at one moment.
type documentationVersion struct {
	api string
	apigw.DocumentationVersion
	id string // as Terraform has it
}

func (m *documentationVersion) rows() property.List {
	return with(append(property.List{apiRow(&m.api)}, drop(m.Properties(), "createdDate")...), property.Required, "version")
}

func documentationVersionTypes(e *environment) []Type {
	t := table[documentationVersion]{
		env: e, noun: "DocumentationVersion", doc: "All documentation parts of an API as they were at one moment.",
		describe: func(_ Request, m *documentationVersion) { m.id = m.api + "/" + m.Version },
		create: func(ctx context.Context, _ Request, m *documentationVersion) error {
			made, err := e.svc.CreateDocumentationVersion(ctx, m.api, &m.DocumentationVersion, "")
			if err != nil {
				return err
			}
			m.DocumentationVersion = *made
			return nil
		},
		read: func(ctx context.Context, _ Request, m *documentationVersion) error {
			is, err := e.svc.GetDocumentationVersion(ctx, m.api, m.Version)
			if err != nil {
				return err
			}
			m.DocumentationVersion = *is
			return nil
		},
		update: func(ctx context.Context, _ Request, is, want *documentationVersion) error {
			ops, _ := property.PatchesFrom(is.Properties(), want.Properties())
			if len(ops) == 0 {
				return nil
			}
			_, err := e.svc.UpdateDocumentationVersion(ctx, is.api, is.Version, ops)
			return err
		},
		delete: func(ctx context.Context, _ Request, m *documentationVersion) error {
			return e.svc.DeleteDocumentationVersion(ctx, m.api, m.Version)
		},
	}
	cfn, tf := t, t
	cfn.name, cfn.surface, cfn.identifier = native+"DocumentationVersion", property.CloudFormation, []string{"RestApiId", "DocumentationVersion"}
	cfn.rows = (*documentationVersion).rows
	tf.name, tf.surface, tf.identifier = terraform+"DocumentationVersion", property.TerraformType, []string{"RestApiId", "Version"}
	tf.rows = func(m *documentationVersion) property.List { return append(m.rows(), idRows(&m.id)...) }
	return []Type{&nativeDocumentationVersionType{cfn}, &documentationVersionType{tf}}
}

// partsBefore returns the logical IDs of the documentation parts of self's API.
func partsBefore(self Resource, all []Resource) []string {
	api := apiOf(self, all)
	return chosen(self, all, func(r Resource) bool {
		return api != "" && noun(r.Type) == "DocumentationPart" && apiOf(r, all) == api
	})
}

// A documentationVersionType is the Terraform-shaped type. Its versions come
// after what they freeze, although no reference says so.
type documentationVersionType struct{ table[documentationVersion] }

// After returns all documentation parts of the API.
func (t *documentationVersionType) After(self Resource, all []Resource) []string {
	return partsBefore(self, all)
}

// A nativeDocumentationVersionType is the native type. As on AWS its versions
// come whenever they can.
type nativeDocumentationVersionType struct{ table[documentationVersion] }

// Advise warns of parts that may come after the version.
func (t *nativeDocumentationVersionType) Advise(self Resource, all []Resource) []Problem {
	return unordered("documentation version", self, all, partsBefore(self, all))
}
