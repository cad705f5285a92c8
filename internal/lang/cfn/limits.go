package cfn

// Limits bound what a template may cost. A zero field means its default.
type Limits struct {
	Body       int // bytes of a template: 50 MiB. AWS: 51,200 in a request, 1 MB from S3
	Nodes      int // values in a template, with what aliases repeat: 2,000,000
	Depth      int // nesting of values: 200
	Output     int // bytes and list elements that the functions of one resource may make: 64 Mi
	Errors     int // errors reported at once: 20
	Name       int // bytes of a logical id, parameter, mapping or output name: 255
	Parameter  int // bytes of a parameter value: 4,096
	Resources  int // beyond it a warning, because AWS refuses: 500
	Parameters int // the same: 200
	Mappings   int // the same: 200
	Outputs    int // the same: 200

	Transforms []Transform // what a template may be expanded by, besides AWS::LanguageExtensions
}

// withDefaults fills what is zero.
//
// See "Understand CloudFormation quotas".
func (l Limits) withDefaults() Limits {
	for _, f := range []struct {
		field *int
		value int
	}{
		{&l.Body, 50 << 20},
		{&l.Nodes, 2_000_000},
		{&l.Depth, 200},
		{&l.Output, 64 << 20},
		{&l.Errors, 20},
		{&l.Name, 255},
		{&l.Parameter, 4096},
		{&l.Resources, 500},
		{&l.Parameters, 200},
		{&l.Mappings, 200},
		{&l.Outputs, 200},
	} {
		if *f.field <= 0 {
			*f.field = f.value
		}
	}
	return l
}
