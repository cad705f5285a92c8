package lambdaapi

import (
	"encoding/json"

	"postern/internal/lambda"
	"postern/internal/property"
)

// An aliasInput is the body of CreateAlias and UpdateAlias.
type aliasInput struct {
	name, version, revision string
	description             *string
	weights                 map[string]float64
	routing                 bool // given
}

// aliasInput reads the body.
func (c *call) aliasInput() (*aliasInput, error) {
	members, err := c.members()
	if err != nil {
		return nil, err
	}
	in := &aliasInput{}
	if err := decode(property.List{
		{Name: "name", Value: property.Text(&in.name)},
		{Name: "functionVersion", Value: property.Text(&in.version)},
		{Name: "description", Value: property.OptionalText(&in.description)},
		{Name: "revisionId", Value: property.Text(&in.revision)},
	}, members); err != nil {
		return nil, err
	}
	if members["RoutingConfig"] == nil {
		return in, nil
	}
	in.routing = true
	routing, ok := members["RoutingConfig"].(map[string]any)
	weights, isMap := routing["AdditionalVersionWeights"].(map[string]any)
	if !ok || routing["AdditionalVersionWeights"] != nil && !isMap {
		return nil, serialization("RoutingConfig is not an object with AdditionalVersionWeights")
	}
	for version, v := range weights {
		number, ok := v.(json.Number)
		weight, err := number.Float64()
		if !ok || err != nil {
			return nil, serialization("the weight of version %s is not a number", version)
		}
		if in.weights == nil {
			in.weights = map[string]float64{}
		}
		in.weights[version] = weight
	}
	return in, nil
}

func (c *call) alias(a *lambda.Alias, err error) (any, error) {
	if err != nil {
		return nil, err
	}
	n, err := lambda.ParseName(c.name())
	if err != nil {
		return nil, err
	}
	out := map[string]any{
		"AliasArn": c.lambda.ARN(n.Function, a.Name), "Name": a.Name, "FunctionVersion": a.Version,
		"Description": a.Description, "RevisionId": a.RevisionID,
	}
	if len(a.Weights) > 0 {
		out["RoutingConfig"] = map[string]any{"AdditionalVersionWeights": a.Weights}
	}
	return out, nil
}

func (c *call) createAlias() (any, error) {
	in, err := c.aliasInput()
	if err != nil {
		return nil, err
	}
	a := &lambda.Alias{Name: in.name, Version: in.version, Weights: in.weights}
	if in.description != nil {
		a.Description = *in.description
	}
	return c.alias(c.lambda.CreateAlias(c.Context(), c.name(), a))
}

func (c *call) updateAlias() (any, error) {
	in, err := c.aliasInput()
	if err != nil {
		return nil, err
	}
	return c.alias(c.lambda.UpdateAlias(c.Context(), c.name(), c.PathValue("alias"), in.revision, func(a *lambda.Alias) {
		if in.version != "" {
			a.Version = in.version
		}
		if in.description != nil {
			a.Description = *in.description
		}
		if in.routing {
			a.Weights = in.weights
		}
	}))
}

func (c *call) getAlias() (any, error) {
	return c.alias(c.lambda.GetAlias(c.Context(), c.name(), c.PathValue("alias")))
}

func (c *call) listAliases() (any, error) {
	list, err := c.lambda.ListAliases(c.Context(), c.name(), c.URL.Query().Get("FunctionVersion"))
	if err != nil {
		return nil, err
	}
	return listed(c, "Aliases", list, func(a *lambda.Alias) (any, error) { return c.alias(a, nil) })
}

func (c *call) deleteAlias() (any, error) {
	return nil, c.lambda.DeleteAlias(c.Context(), c.name(), c.PathValue("alias"))
}
