// Package cfn reads CloudFormation templates.
//
// Parse turns JSON or YAML into a Template, in which every value knows where it
// stands in the file, and reports what is wrong with it: unknown names, wrongly
// used functions, circles. Bind joins it with parameter values and decides the
// conditions. What is left depends on resources: Resolve computes the
// properties of one resource, asking a Resolver for what other resources give.
// Before those exist, the answer is Unknown; so the same Resolve serves the plan
// and its execution.
//
//	t, err := cfn.Parse("api.yaml", text, cfn.Limits{})   // Errors
//	b, err := t.Bind(cfn.Input{Parameters: …})            // Errors
//	for _, r := range b.Resources() {
//		v, err := b.Resolve(r.ID, resolver)               // v.Properties(), v.Position("Uri")
//	}
//
// # Scalars
//
// A template keeps the spelling of its scalars. A plain scalar that is a number
// of JSON is handed on as json.Number, true and false in any case as bool, all
// others as string: 2010-09-09, 012, 0x1F, yes and 12:30 are text. Whoever reads
// a property converts late, by what the property is.
//
// See "Template anatomy" and "Intrinsic function reference" of the
// CloudFormation user guide.
package cfn
