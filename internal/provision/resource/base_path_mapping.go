package resource

import (
	"context"

	"postern/internal/apigw"
	"postern/internal/property"
)

// A basePathMapping leads a first path segment of a domain name to an API.
type basePathMapping struct {
	domain string
	apigw.BasePathMapping
	id string
}

func (m *basePathMapping) rows() property.List {
	domain := onTypes("domainName", property.Text(&m.domain), property.Required|property.CreateOnly, "The domain name.")
	return with(append(property.List{domain}, m.Properties()...), property.CreateOnly, "basePath")
}

func basePathMappingTypes(e *environment) []Type {
	t := table[basePathMapping]{
		env: e, noun: "BasePathMapping", doc: "What leads a first path segment of a domain name to an API.",
		identifier: []string{"DomainName", "BasePath"},
		describe: func(_ Request, m *basePathMapping) {
			m.BasePath = or(m.BasePath, apigw.NoBasePath)
			m.id = m.domain + "/"
			if m.BasePath != apigw.NoBasePath {
				m.id += m.BasePath
			}
		},
		equate: func(normal map[string]any) {
			if path := normal["BasePath"]; path == apigw.NoBasePath || path == "" {
				delete(normal, "BasePath")
			}
		},
		check: func(m *basePathMapping, _ map[string]any) property.Errors {
			if m.BasePath == "" || m.BasePath == apigw.NoBasePath {
				return nil
			}
			return m.Validate()
		},
		create: func(ctx context.Context, _ Request, m *basePathMapping) error {
			made, err := e.svc.CreateBasePathMapping(ctx, m.domain, "", &m.BasePathMapping)
			if err != nil {
				return err
			}
			m.BasePathMapping = *made
			return nil
		},
		read: func(ctx context.Context, _ Request, m *basePathMapping) error {
			is, err := e.svc.GetBasePathMapping(ctx, m.domain, "", or(m.BasePath, apigw.NoBasePath))
			if err != nil {
				return err
			}
			m.BasePathMapping = *is
			return nil
		},
		update: func(ctx context.Context, _ Request, is, want *basePathMapping) error {
			want.BasePath = is.BasePath
			ops, _ := property.PatchesFrom(is.Properties(), want.Properties())
			if len(ops) == 0 {
				return nil
			}
			_, err := e.svc.UpdateBasePathMapping(ctx, is.domain, "", is.BasePath, ops)
			return err
		},
		delete: func(ctx context.Context, _ Request, m *basePathMapping) error {
			return e.svc.DeleteBasePathMapping(ctx, m.domain, "", or(m.BasePath, apigw.NoBasePath))
		},
	}
	cfn, tf := t, t
	cfn.name, cfn.surface = native+"BasePathMapping", property.CloudFormation
	cfn.rows = (*basePathMapping).rows
	tf.name, tf.surface = terraform+"BasePathMapping", property.TerraformType
	tf.rows = func(m *basePathMapping) property.List { return append(m.rows(), idRows(&m.id)...) }
	return []Type{&cfn, &tf}
}
