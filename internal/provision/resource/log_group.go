package resource

import (
	"context"

	"postern/internal/lambda"
	"postern/internal/property"
)

// A logGroup is a log group of CloudWatch Logs. It is recorded.
type logGroup struct {
	lambda.LogGroup
	prefix, arn string
	skip        bool
}

func logGroupTypes(e *environment) []Type {
	t := table[logGroup]{
		env: e, doc: "A log group of CloudWatch Logs. It is recorded; what functions log is shown by postern logs.",
		identify: func(m *logGroup, id string) { m.Name = id },
		describe: func(_ Request, m *logGroup) { m.arn = e.functions.LogGroupARN(m.Name) },
		find: func(_ context.Context, r Request, m *logGroup) error {
			m.name(r)
			return nil
		},
		create: func(ctx context.Context, r Request, m *logGroup) error {
			m.name(r)
			wanted := m.LogGroup
			wanted.Tags = withStackTags(r, m.Tags)
			return foreign(e.functions.CreateLogGroup(ctx, &wanted))
		},
		read: func(ctx context.Context, r Request, m *logGroup) error {
			own := m.Tags
			is, err := e.functions.GetLogGroup(ctx, m.Name)
			if err != nil {
				return foreign(err)
			}
			m.LogGroup = *is
			m.Tags = withoutStackTags(r, is.Tags, own)
			return nil
		},
		update: func(ctx context.Context, r Request, is, want *logGroup) error {
			return foreign(e.functions.UpdateLogGroup(ctx, is.Name, func(g *lambda.LogGroup) {
				g.Retention, g.KMSKey, g.Tags = want.Retention, want.KMSKey, withStackTags(r, want.Tags)
			}))
		},
		delete: func(ctx context.Context, _ Request, m *logGroup) error {
			if m.skip {
				return nil
			}
			return foreign(e.functions.DeleteLogGroup(ctx, m.Name))
		},
		physicalID: func(_ Request, m *logGroup) string { return m.Name },
	}
	cfn, tf := t, t
	cfn.name, cfn.surface, cfn.identifier = "AWS::Logs::LogGroup", property.CloudFormation, []string{"LogGroupName"}
	cfn.rows = func(m *logGroup) property.List {
		return append(m.Properties(), attributeRow("arn", &m.arn, "The group's ARN, with :* behind it."))
	}
	cfn.describe = func(_ Request, m *logGroup) { m.arn = e.functions.LogGroupARN(m.Name) + ":*" }
	tf.name, tf.surface, tf.identifier = "Terraform::AWS::CloudwatchLogGroup", property.TerraformType, []string{"Name"}
	tf.rows = func(m *logGroup) property.List {
		return append(append(m.Properties(),
			onTypes("namePrefix", property.Text(&m.prefix), property.CreateOnly|property.WriteOnly, "What the name that is made begins with."),
			onTypes("skipDestroy", property.Bool(&m.skip), property.WriteOnly, "Whether the group stays when the stack goes."),
			attributeRow("arn", &m.arn, "The group's ARN."),
		), idRows(&m.Name)...)
	}
	return []Type{&cfn, &tf}
}

// name gives the group a name if it has none.
func (m *logGroup) name(r Request) {
	switch {
	case m.Name != "":
	case m.prefix != "":
		m.Name = prefixedName(r, m.prefix, 512)
	default:
		m.Name = physicalName(r, 512)
	}
}
