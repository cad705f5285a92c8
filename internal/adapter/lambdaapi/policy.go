package lambdaapi

import (
	"postern/internal/lambda"
	"postern/internal/property"
)

func (c *call) addPermission() (any, error) {
	members, err := c.members()
	if err != nil {
		return nil, err
	}
	var p lambda.Permission
	var revision string
	if err := decode(property.List{
		{Name: "statementId", Value: property.Text(&p.ID), Is: property.Required},
		{Name: "action", Value: property.Text(&p.Action), Is: property.Required},
		{Name: "principal", Value: property.Text(&p.Principal), Is: property.Required},
		{Name: "sourceArn", Value: property.Text(&p.SourceARN)},
		{Name: "sourceAccount", Value: property.Text(&p.SourceAccount)},
		{Name: "eventSourceToken", Value: property.Text(&p.EventSourceToken)},
		{Name: "principalOrgID", Value: property.Text(&p.OrganizationID)},
		{Name: "functionUrlAuthType", Value: property.Text(&p.URLAuthType)},
		{Name: "revisionId", Value: property.Text(&revision)},
	}, members); err != nil {
		return nil, err
	}
	statement, err := c.lambda.AddPermission(c.Context(), c.name(), c.qualifier(), revision, &p)
	if err != nil {
		return nil, err
	}
	return map[string]any{"Statement": statement}, nil
}

func (c *call) getPolicy() (any, error) {
	text, revision, err := c.lambda.GetPolicy(c.Context(), c.name(), c.qualifier())
	if err != nil {
		return nil, err
	}
	return map[string]any{"Policy": text, "RevisionId": revision}, nil
}

func (c *call) removePermission() (any, error) {
	return nil, c.lambda.RemovePermission(c.Context(), c.name(), c.qualifier(), c.URL.Query().Get("RevisionId"), c.PathValue("statement"))
}

func (c *call) putConcurrency() (any, error) {
	members, err := c.members()
	if err != nil {
		return nil, err
	}
	var reserved *int64
	if err := decode(property.List{{Name: "reservedConcurrentExecutions", Value: property.OptionalInt(&reserved, 0, 1<<31), Is: property.Required}}, members); err != nil {
		return nil, err
	}
	if err := c.lambda.PutConcurrency(c.Context(), c.name(), *reserved); err != nil {
		return nil, err
	}
	return map[string]any{"ReservedConcurrentExecutions": *reserved}, nil
}

func (c *call) getConcurrency() (any, error) {
	reserved, err := c.lambda.GetConcurrency(c.Context(), c.name())
	if err != nil {
		return nil, err
	}
	out := map[string]any{}
	if reserved != nil {
		out["ReservedConcurrentExecutions"] = *reserved
	}
	return out, nil
}

func (c *call) deleteConcurrency() (any, error) {
	return nil, c.lambda.DeleteConcurrency(c.Context(), c.name())
}

func (c *call) tagResource() (any, error) {
	members, err := c.members()
	if err != nil {
		return nil, err
	}
	var tags map[string]string
	if err := decode(property.List{{Name: "tags", Value: property.TextMap(&tags, ""), Is: property.Required}}, members); err != nil {
		return nil, err
	}
	return nil, c.lambda.TagResource(c.Context(), c.PathValue("arn"), tags)
}

func (c *call) untagResource() (any, error) {
	return nil, c.lambda.UntagResource(c.Context(), c.PathValue("arn"), c.URL.Query()["tagKeys"])
}

func (c *call) listTags() (any, error) {
	tags, err := c.lambda.ListTags(c.Context(), c.PathValue("arn"))
	if err != nil {
		return nil, err
	}
	if tags == nil {
		tags = map[string]string{}
	}
	return map[string]any{"Tags": tags}, nil
}
