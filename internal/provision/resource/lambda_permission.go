package resource

import (
	"context"

	"postern/internal/lambda"
	"postern/internal/property"
)

// A lambdaPermission lets somebody else invoke a function.
type lambdaPermission struct {
	function, qualifier, prefix string
	lambda.Permission
}

func (m *lambdaPermission) rows() property.List {
	return property.List{
		onTypes("functionName", property.Text(&m.function), property.Required|property.CreateOnly, "The function: its name or ARN, with a version or alias or without."),
		onTypes("action", property.Text(&m.Action), property.Required|property.CreateOnly, "What is allowed: lambda:InvokeFunction."),
		onTypes("principal", property.Text(&m.Principal), property.Required|property.CreateOnly, "Who may: a service such as apigateway.amazonaws.com, an account, an ARN or *."),
		onTypes("sourceArn", property.Text(&m.SourceARN), property.CreateOnly, "In whose name: the execute-api ARN of an API, stage or method; * and ? stand for anything."),
		onTypes("sourceAccount", property.Text(&m.SourceAccount), property.CreateOnly, "The account of the source."),
		onTypes("eventSourceToken", property.Text(&m.EventSourceToken), property.CreateOnly, "A token of Alexa."),
		onTypes("principalOrgId", property.Text(&m.OrganizationID), property.CreateOnly, "The organization of the principal."),
		onTypes("functionUrlAuthType", property.Text(&m.URLAuthType), property.CreateOnly, "How function URLs know who calls; there are none here."),
	}
}

func lambdaPermissionTypes(e *environment) []Type {
	t := table[lambdaPermission]{
		env: e, doc: "What lets an API or another service invoke a function.",
		create: func(ctx context.Context, r Request, m *lambdaPermission) error {
			m.name(r)
			_, err := e.functions.AddPermission(ctx, m.function, m.qualifier, "", &m.Permission)
			return foreign(err)
		},
		find: func(_ context.Context, r Request, m *lambdaPermission) error {
			m.name(r)
			return nil
		},
		read: func(ctx context.Context, _ Request, m *lambdaPermission) error {
			p, err := e.functions.GetPermission(ctx, m.function, m.qualifier, m.ID)
			if err != nil {
				return foreign(err)
			}
			m.Permission = *p
			return nil
		},
		update: func(context.Context, Request, *lambdaPermission, *lambdaPermission) error { return nil }, // every change replaces it
		delete: func(ctx context.Context, _ Request, m *lambdaPermission) error {
			return foreign(e.functions.RemovePermission(ctx, m.function, m.qualifier, "", m.ID))
		},
	}
	cfn, tf := t, t
	cfn.name, cfn.surface, cfn.identifier = nativeLambda+"Permission", property.CloudFormation, []string{"FunctionName", "Id"}
	cfn.rows = func(m *lambdaPermission) property.List {
		rows := m.rows()
		for i := range rows {
			if rows[i].Name == "principalOrgId" {
				rows[i].Names.CloudFormation = "PrincipalOrgID"
			}
		}
		return append(rows, attributeRow("id", &m.ID, "The statement's identifier."))
	}
	cfn.physicalID = func(_ Request, m *lambdaPermission) string { return m.ID }
	cfn.identify = func(m *lambdaPermission, id string) { m.ID = lastPart(id) }
	tf.name, tf.surface, tf.identifier = terraformLambda+"Permission", property.TerraformType, []string{"StatementId"}
	tf.rows = func(m *lambdaPermission) property.List {
		rows := m.rows()
		for i := range rows {
			if rows[i].Name == "principalOrgId" {
				rows[i].Names.TerraformType = "PrincipalOrgId"
			}
		}
		return append(append(rows,
			onTypes("qualifier", property.Text(&m.qualifier), property.CreateOnly, "A version or alias of the function."),
			onTypes("statementId", property.Text(&m.ID), property.CreateOnly, "The statement's identifier. One is made if it is left out."),
			onTypes("statementIdPrefix", property.Text(&m.prefix), property.CreateOnly|property.WriteOnly, "What the identifier that is made begins with."),
		), idRows(&m.ID)...)
	}
	tf.identify = func(m *lambdaPermission, id string) { m.ID = id }
	return []Type{&cfn, &tf}
}

// name gives the statement an identifier if it has none.
func (m *lambdaPermission) name(r Request) {
	switch {
	case m.ID != "":
	case m.prefix != "":
		m.ID = prefixedName(r, m.prefix, 100)
	default:
		m.ID = physicalName(r, 100)
	}
}
