// Package property is the one definition of a property and all that is derived
// from it.
//
// A noun lists its properties as rows. A Row has a name, is bound to the field
// that holds the value, and says what is allowed. Everything else follows:
// reading and writing each surface (the control plane's JSON, CloudFormation's
// native and Terraform-shaped types, Terraform, OpenAPI, the command line),
// single-value checks, patch paths, differences, the resource schema and the
// reference page.
//
//	func (in *Integration) Properties() property.List {
//		return property.List{
//			{
//				Name:    "timeoutInMillis",
//				Names:   property.Names{Terraform: "timeout_milliseconds"},
//				Value:   property.Millis(&in.Timeout, 50, 900_000),
//				Default: "29000",
//				Doc:     "How long the gateway waits for the backend.",
//			},
//			…
//		}
//	}
//
// Only irregular names are written in a row, so the odd ones stand out. A rule
// that joins two properties belongs next to the rows, in the noun's Validate.
package property
