package cli

import (
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"postern/internal/apigw"
	"postern/internal/nearest"
	"postern/internal/property"
)

const explainSchema = "postern.properties/1"

type explainDocument struct {
	Schema     string      `json:"schema"`
	Properties []Explained `json:"properties"`
}

// An Explained is what is known of a property.
type Explained struct {
	Of      string            `json:"of"` // the noun
	Kind    string            `json:"kind"`
	Default string            `json:"default,omitempty"`
	For     []string          `json:"integrationTypes,omitempty"` // empty: all
	Updates []string          `json:"updates,omitempty"`          // patch operations
	Names   map[string]string `json:"names"`                      // by surface
	Doc     string            `json:"doc"`
}

// surfaces are where a property is written, in the order of their lines.
var surfaces = []struct {
	key, title string
	surface    *property.Surface
}{
	{"api", "API, AWS CLI", property.Wire},
	{"cloudFormation", "AWS::ApiGateway::…", property.CloudFormation},
	{"terraformType", "Terraform::AWS::ApiGateway…", property.TerraformType},
	{"terraform", "Terraform", property.Terraform},
}

// explainable returns the rows of the nouns, by what people call them.
func explainable() []struct {
	name string
	rows property.List
} {
	return []struct {
		name string
		rows property.List
	}{
		{"REST API", (&apigw.RestAPI{}).Properties()},
		{"endpoint configuration", (&apigw.EndpointConfiguration{}).Properties()},
		{"resource", (&apigw.Resource{}).Properties()},
		{"method", (&apigw.Method{}).Properties()},
		{"method response", (&apigw.MethodResponse{}).Properties()},
		{"integration", (&apigw.Integration{}).Properties()},
		{"TLS configuration", (&apigw.TLSConfig{}).Properties()},
		{"integration response", (&apigw.IntegrationResponse{}).Properties()},
		{"model", (&apigw.Model{}).Properties()},
		{"request validator", (&apigw.RequestValidator{}).Properties()},
		{"authorizer", (&apigw.Authorizer{}).Properties()},
		{"gateway response", (&apigw.GatewayResponse{}).Properties()},
		{"deployment", (&apigw.Deployment{}).Properties()},
		{"stage", (&apigw.Stage{}).Properties()},
		{"method setting", (&apigw.MethodSetting{}).Properties()},
		{"access log settings", (&apigw.AccessLogSettings{}).Properties()},
		{"canary settings", (&apigw.CanarySettings{}).Properties()},
		{"API key", (&apigw.APIKey{}).Properties()},
		{"usage plan", (&apigw.UsagePlan{}).Properties()},
		{"stage of a usage plan", (&apigw.APIStage{}).Properties()},
		{"throttle", (&apigw.ThrottleSettings{}).Properties()},
		{"quota", (&apigw.Quota{}).Properties()},
		{"usage plan key", (&apigw.UsagePlanKey{}).Properties()},
		{"domain name", (&apigw.DomainName{}).Properties()},
		{"mutual TLS", (&apigw.MutualTLS{}).Properties()},
		{"base path mapping", (&apigw.BasePathMapping{}).Properties()},
		{"VPC link", (&apigw.VPCLink{}).Properties()},
		{"client certificate", (&apigw.ClientCertificate{}).Properties()},
		{"documentation part", (&apigw.DocumentationPart{}).Properties()},
		{"documentation version", (&apigw.DocumentationVersion{}).Properties()},
		{"account", (&apigw.Account{}).Properties()},
	}
}

func (c *command) explainCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "explain [property] NAME",
		Short: "Explain a property: what it says, its values, how each surface spells it",
		Long: `Explain a property of API Gateway's nouns: what it says, what it can be, for which
integration types it matters, how updates change it, and what it is called in the
API, in both families of CloudFormation types and in Terraform.

The name is any of those; letter case does not count. If several nouns have it,
all are shown; "integration.type" is that of an integration.`,
		Example: `  postern explain property TimeoutMilliseconds
  postern explain property passthrough_behavior -o json
  postern explain property integration.type`,
		Args: func(_ *cobra.Command, args []string) error {
			if n := len(args); n == 0 || n > 2 || n == 2 && args[0] != "property" || n == 1 && args[0] == "property" {
				return usage("postern explain property TimeoutMilliseconds", "postern explain needs the name of a property")
			}
			return nil
		},
		RunE: func(_ *cobra.Command, args []string) error { return c.explain(args[len(args)-1]) },
	}
	return cmd
}

// explainWords lists what can be explained.
func (c *command) explainWords(_ *cobra.Command, args []string) []string {
	var out []string
	switch {
	case len(args) == 0:
		return []string{"property"}
	case len(args) > 1 || args[0] != "property":
		return nil
	}
	for _, n := range explainable() {
		for i := range n.rows {
			if name := property.Wire.NameOf(&n.rows[i]); name != "" && !slices.Contains(out, name) {
				out = append(out, name)
			}
		}
	}
	slices.Sort(out)
	return out
}

func (c *command) explain(name string) error {
	noun, wanted, limited := strings.Cut(name, ".")
	if !limited {
		noun, wanted = "", name
	}
	var found []Explained
	var names []string
	for _, n := range explainable() {
		if limited && !sameNoun(n.name, noun) {
			continue
		}
		for i := range n.rows {
			e, hit := explained(n.name, &n.rows[i], wanted)
			if hit {
				found = append(found, e)
			}
			for _, spelled := range e.Names {
				if !slices.Contains(names, spelled) {
					names = append(names, spelled)
				}
			}
		}
	}
	if len(found) == 0 {
		help := nearest.Question(wanted, names)
		if help == "" {
			help = "docs/reference has them all"
		}
		return failed(help, "no noun of API Gateway has a property %s", cutText(name, 80))
	}
	if c.output == outputJSON {
		return c.json(&explainDocument{Schema: explainSchema, Properties: found})
	}
	for i := range found {
		if i > 0 {
			fmt.Fprintln(c.Out)
		}
		c.explained(&found[i])
	}
	return nil
}

// sameNoun compares a noun's name with a spelling of it: "REST API", restApi,
// RestApi.
func sameNoun(name, spelled string) bool {
	squeeze := strings.NewReplacer(" ", "", "_", "", "-", "")
	return strings.EqualFold(squeeze.Replace(name), squeeze.Replace(spelled))
}

// explained returns what is known of a row, and whether a surface calls it name.
func explained(noun string, r *property.Row, name string) (e Explained, hit bool) {
	e = Explained{Of: noun, Kind: r.Kind(), Default: r.Default, For: r.For, Updates: r.Patch.Words(), Names: map[string]string{}, Doc: r.Doc}
	for _, s := range surfaces {
		if spelled := s.surface.NameOf(r); spelled != "" {
			e.Names[s.key] = spelled
			hit = hit || strings.EqualFold(spelled, name)
		}
	}
	return e, hit
}

func (c *command) explained(e *Explained) {
	title := ""
	for _, key := range []string{"terraformType", "cloudFormation", "api", "terraform"} {
		if title == "" {
			title = e.Names[key]
		}
	}
	fmt.Fprintf(c.Out, "%s  (%s)\n  %s\n\n", c.style.bold(title), e.Of, e.Doc)
	line := func(what, value string) {
		if value != "" {
			fmt.Fprintf(c.Out, "  %s  %s\n", pad(what, 27), value)
		}
	}
	line("kind", e.Kind)
	line("default", e.Default)
	line("matters to", strings.Join(e.For, ", "))
	if len(e.Updates) > 0 {
		line("updates", strings.Join(e.Updates, ", "))
	}
	for _, s := range surfaces {
		spelled := e.Names[s.key]
		if spelled == "" {
			spelled = "–"
		}
		line(s.title, spelled)
	}
}
