package resource

import (
	"context"

	"postern/internal/lambda"
	"postern/internal/property"
)

// A lambdaVersion is a function as it was when the version was made.
type lambdaVersion struct {
	function, description, sha256, version, arn string
}

func lambdaVersionTypes(e *environment) []Type {
	fill := func(m *lambdaVersion, f *lambda.Function) {
		m.version, m.description = f.Version, f.Description
		m.arn = e.functions.ARN(f.Name, f.Version)
	}
	return []Type{&table[lambdaVersion]{
		env: e, doc: "A function as it was when the version was made.",
		name: nativeLambda + "Version", surface: property.CloudFormation, identifier: []string{"FunctionArn"},
		rows: func(m *lambdaVersion) property.List {
			return property.List{
				onTypes("functionName", property.Text(&m.function), property.Required|property.CreateOnly, "The function: its name or ARN."),
				onTypes("description", property.Text(&m.description), property.CreateOnly, "A sentence for people."),
				onTypes("codeSha256", property.Text(&m.sha256), property.CreateOnly|property.WriteOnly, "The digest of the code that is meant."),
				attributeRow("version", &m.version, "The version's number."),
				attributeRow("functionArn", &m.arn, "The version's ARN."),
			}
		},
		physicalID: func(_ Request, m *lambdaVersion) string { return m.arn },
		identify: func(m *lambdaVersion, id string) {
			if n, err := lambda.ParseName(id); err == nil {
				m.function, m.version = or(m.function, n.Function), n.Qualifier
			}
		},
		create: func(ctx context.Context, _ Request, m *lambdaVersion) error {
			before, err := e.functions.ListVersions(ctx, m.function)
			if err != nil {
				return foreign(err)
			}
			p := &lambda.Publication{SHA256: m.sha256}
			if m.description != "" {
				p.Description = &m.description
			}
			f, err := e.functions.PublishVersion(ctx, m.function, p)
			if err != nil {
				return foreign(err)
			}
			for _, old := range before {
				if old.Version == f.Version {
					return &Error{Code: AlreadyExists, Message: "A version for this Lambda function exists ( " + f.Version + " ). Modify the function to create a new version."}
				}
			}
			fill(m, f)
			return nil
		},
		find: func(context.Context, Request, *lambdaVersion) error {
			// A number does not tell whose version it is.
			return &Error{Code: NotFound, Message: "nobody knows which version it made"}
		},
		read: func(ctx context.Context, _ Request, m *lambdaVersion) error {
			d, err := e.functions.GetFunction(ctx, m.function, m.version)
			if err != nil {
				return foreign(err)
			}
			said := m.description
			fill(m, d.Function)
			if said == "" { // then it has that of the function
				m.description = ""
			}
			return nil
		},
		update: func(context.Context, Request, *lambdaVersion, *lambdaVersion) error { return nil }, // every change replaces it
		delete: func(ctx context.Context, _ Request, m *lambdaVersion) error {
			return foreign(e.functions.DeleteFunction(ctx, m.function, m.version))
		},
	}}
}
