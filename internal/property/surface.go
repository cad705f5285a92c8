package property

import (
	"strings"
	"unicode"
)

// A Surface is one spelling of the rows: how names are formed, how maps are
// written and how lenient it is with scalars in quotes.
type Surface struct {
	Name string

	names  func(string) string
	pick   func(Names) string
	pairs  bool // maps may be lists of MapKey and MapValue
	quoted bool // numbers and booleans may be text
	blocks bool // a nested object may be a list of at most one
	coral  bool // type errors speak as API Gateway's front end does
	open   bool // members that nobody knows, or may set, are no errors
}

// The surfaces. See "One definition" in ARCHITECTURE.md.
var (
	// Wire is the control plane's JSON.
	Wire = &Surface{Name: "wire", names: same, pick: func(n Names) string { return n.Wire }, coral: true, open: true}
	// Service is the JSON of the other services' APIs, such as Lambda's.
	Service = &Surface{Name: "service", names: pascal, pick: func(n Names) string { return n.Wire }, coral: true, open: true}
	// CloudFormation is the native types, AWS::ApiGateway::*.
	CloudFormation = &Surface{Name: "CloudFormation", names: pascal, pick: func(n Names) string { return n.CloudFormation }, quoted: true}
	// TerraformType is the Terraform-shaped types, Terraform::AWS::ApiGateway*.
	// Its names are Terraform's in Pascal case.
	TerraformType = &Surface{Name: "TerraformType", names: pascal, pick: func(n Names) string {
		if n.TerraformType != "" || n.Terraform == "" {
			return n.TerraformType
		}
		return snakeToPascal(n.Terraform)
	}, pairs: true, quoted: true, blocks: true}
	// Terraform is the attributes of Terraform's aws_api_gateway_* resources.
	Terraform = &Surface{Name: "Terraform", names: snake, pick: func(n Names) string { return n.Terraform }, quoted: true, blocks: true}
	// OpenAPI is the x-amazon-apigateway-* extensions.
	OpenAPI = &Surface{Name: "OpenAPI", names: same, pick: func(n Names) string { return n.OpenAPI }, quoted: true}
	// CLI is flags of the command line, without the dashes in front.
	CLI = &Surface{Name: "CLI", names: kebab, pick: func(n Names) string { return n.CLI }, quoted: true}
)

// Surfaces returns every surface of API Gateway's nouns, in the order of the
// reference pages.
func Surfaces() []*Surface {
	return []*Surface{Wire, CloudFormation, TerraformType, Terraform, OpenAPI, CLI}
}

// None as a name says that a surface does not have the property.
const None = "-"

// Names holds a row's irregular names. An empty name follows the surface's
// rule; None means that the surface has no such property.
type Names struct {
	Wire           string
	CloudFormation string
	Terraform      string // TerraformType follows it unless it has its own
	TerraformType  string
	OpenAPI        string
	CLI            string
}

// NameOf returns what s calls row r, or "" if s does not have it.
func (s *Surface) NameOf(r *Row) string {
	switch n := s.pick(r.Names); n {
	case None, "None":
		return ""
	case "":
		return s.names(r.Name)
	default:
		return n
	}
}

func same(s string) string { return s }

// pascal turns camelCase into PascalCase.
func pascal(s string) string {
	if s == "" {
		return s
	}
	return strings.ToUpper(s[:1]) + s[1:]
}

// snake turns camelCase into snake_case.
func snake(s string) string { return split(s, '_') }

// kebab turns camelCase into kebab-case.
func kebab(s string) string { return split(s, '-') }

func split(s string, sep byte) string {
	var b strings.Builder
	for i, r := range s {
		if unicode.IsUpper(r) && i > 0 {
			b.WriteByte(sep)
		}
		b.WriteRune(unicode.ToLower(r))
	}
	return b.String()
}

func snakeToPascal(s string) string {
	if s == None {
		return None
	}
	var b strings.Builder
	for part := range strings.SplitSeq(s, "_") {
		b.WriteString(pascal(part))
	}
	return b.String()
}
