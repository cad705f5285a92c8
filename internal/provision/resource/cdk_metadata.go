package resource

import (
	"context"

	"postern/internal/apigw"
	"postern/internal/property"
)

// A cdkMetadata is what the CDK tells AWS about the constructs of a stack. Here
// nobody reads it, so there is nothing to make, to change or to delete.
type cdkMetadata struct{ analytics, id string }

func cdkMetadataTypes(*environment) []Type {
	t := &table[cdkMetadata]{
		name: "AWS::CDK::Metadata", surface: property.CloudFormation, identifier: []string{"Id"},
		doc: "What the CDK tells about the constructs of a stack; nobody reads it.",
		rows: func(m *cdkMetadata) property.List {
			return property.List{
				onTypes("analytics", property.Text(&m.analytics), property.WriteOnly, "A packed list of constructs."),
				attributeRow("id", &m.id, "The identifier."),
			}
		},
		describe: func(r Request, m *cdkMetadata) { m.id = or(r.PhysicalID, stackName(r)) },
		note:     func(*cdkMetadata) string { return "ignored" },
		create:   func(context.Context, Request, *cdkMetadata) error { return nil },
		find: func(context.Context, Request, *cdkMetadata) error {
			return apigw.NotFound("there is nothing to be found")
		},
		read:   func(context.Context, Request, *cdkMetadata) error { return nil },
		update: func(context.Context, Request, *cdkMetadata, *cdkMetadata) error { return nil },
		delete: func(context.Context, Request, *cdkMetadata) error { return nil },
	}
	return []Type{t}
}
