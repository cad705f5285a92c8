package resource

import (
	"context"
	"maps"
	"slices"
	"strconv"
	"strings"

	"postern/internal/lambda"
	"postern/internal/property"
)

// A lambdaAlias is a name that leads to a version of a function.
type lambdaAlias struct {
	function string
	lambda.Alias
	routing        *lambdaRouting
	arn, invokeARN string
}

// A lambdaRouting sends a part of the invocations to another version.
type lambdaRouting struct {
	list    []*lambdaWeight   // of the native type
	weights map[string]string // of the Terraform-shaped type, as numbers
}

// A lambdaWeight is the part of one version.
type lambdaWeight struct {
	version string
	weight  float64
}

// Properties implements property.Noun.
func (w *lambdaWeight) Properties() property.List {
	return property.List{
		onTypes("functionVersion", property.Text(&w.version), property.Required, "The version."),
		onTypes("functionWeight", property.Float(&w.weight), property.Required|property.Always, "Its part, from 0 to 1."),
	}
}

// Properties implements property.Noun.
func (x *lambdaRouting) Properties() property.List {
	list := onTypes("additionalVersionWeights", property.ObjectList(&x.list), 0, "Other versions and their parts.")
	list.Names.TerraformType = property.None
	byName := onTypes("weights", property.TextMap(&x.weights, "^[0-9]+$"), 0, "Other versions and their parts, from 0 to 1.")
	byName.Names.CloudFormation, byName.Names.TerraformType = property.None, "AdditionalVersionWeights"
	return property.List{list, byName}
}

func (m *lambdaAlias) rows() property.List {
	return property.List{
		onTypes("functionName", property.Text(&m.function), property.Required|property.CreateOnly, "The function: its name or ARN."),
		onTypes("name", property.Text(&m.Name), property.Required|property.CreateOnly, "The alias."),
		onTypes("functionVersion", property.Text(&m.Version), property.Required, "The version that it leads to."),
		onTypes("description", property.Text(&m.Description), 0, "A sentence for people."),
		onTypes("routingConfig", property.Object(&m.routing), 0, "Another version, for a part of the invocations."),
	}
}

// read takes the weights out of the block.
func (m *lambdaAlias) decodeWeights() {
	m.Weights = nil
	if m.routing == nil {
		return
	}
	set := func(version string, weight float64) {
		if m.Weights == nil {
			m.Weights = map[string]float64{}
		}
		m.Weights[version] = weight
	}
	for _, w := range m.routing.list {
		set(w.version, w.weight)
	}
	for version, text := range m.routing.weights {
		weight, err := strconv.ParseFloat(text, 64)
		if err != nil {
			weight = -1 // which is refused
		}
		set(version, weight)
	}
}

// encodeWeights puts the weights into the block.
func (m *lambdaAlias) encodeWeights() {
	m.routing = nil
	if len(m.Weights) == 0 {
		return
	}
	m.routing = &lambdaRouting{weights: map[string]string{}}
	for _, version := range slices.Sorted(maps.Keys(m.Weights)) {
		weight := m.Weights[version]
		m.routing.list = append(m.routing.list, &lambdaWeight{version, weight})
		m.routing.weights[version] = strconv.FormatFloat(weight, 'g', -1, 64)
	}
}

func lambdaAliasTypes(e *environment) []Type {
	put := func(m *lambdaAlias, a *lambda.Alias) {
		m.Alias = *a
		m.encodeWeights()
	}
	t := table[lambdaAlias]{
		env: e, doc: "A name that leads to a version of a function.",
		describe: func(r Request, m *lambdaAlias) {
			m.arn = e.functions.ARN(functionOf(m.function), m.Name)
			m.invokeARN = e.invocationARN(r, m.arn)
		},
		create: func(ctx context.Context, _ Request, m *lambdaAlias) error {
			m.decodeWeights()
			a, err := e.functions.CreateAlias(ctx, m.function, &m.Alias)
			if err != nil {
				return foreign(err)
			}
			put(m, a)
			return nil
		},
		read: func(ctx context.Context, _ Request, m *lambdaAlias) error {
			a, err := e.functions.GetAlias(ctx, m.function, m.Name)
			if err != nil {
				return foreign(err)
			}
			put(m, a)
			return nil
		},
		update: func(ctx context.Context, _ Request, is, want *lambdaAlias) error {
			want.decodeWeights()
			_, err := e.functions.UpdateAlias(ctx, is.function, is.Name, "", func(a *lambda.Alias) {
				a.Version, a.Description, a.Weights = want.Version, want.Description, want.Weights
			})
			return foreign(err)
		},
		delete: func(ctx context.Context, _ Request, m *lambdaAlias) error {
			return foreign(e.functions.DeleteAlias(ctx, m.function, m.Name))
		},
		physicalID: func(_ Request, m *lambdaAlias) string { return e.functions.ARN(functionOf(m.function), m.Name) },
		identify: func(m *lambdaAlias, id string) {
			if n, err := lambda.ParseName(id); err == nil && n.Qualifier != "" {
				m.function, m.Name = or(m.function, n.Function), or(m.Name, n.Qualifier)
			}
		},
	}
	cfn, tf := t, t
	cfn.name, cfn.surface, cfn.identifier = nativeLambda+"Alias", property.CloudFormation, []string{"AliasArn"}
	cfn.rows = func(m *lambdaAlias) property.List {
		return append(m.rows(), attributeRow("aliasArn", &m.arn, "The alias's ARN."))
	}
	tf.name, tf.surface, tf.identifier = terraformLambda+"Alias", property.TerraformType, []string{"Arn"}
	tf.rows = func(m *lambdaAlias) property.List {
		return append(append(m.rows(),
			attributeRow("arn", &m.arn, "The alias's ARN."),
			attributeRow("invokeArn", &m.invokeARN, "What an integration takes for its Uri."),
		), idRows(&m.arn)...)
	}
	return []Type{&cfn, &tf}
}

// functionOf is the name within a name or ARN.
func functionOf(text string) string {
	if n, err := lambda.ParseName(text); err == nil {
		return n.Function
	}
	return text[strings.LastIndexByte(text, ':')+1:]
}
