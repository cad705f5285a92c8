package mapping

// Overrides is what templates have set on $context.requestOverride and
// $context.responseOverride, in the order of the names' first assignment.
//
// See "Use a mapping template to override an API's request and response
// parameters and status codes for REST APIs in API Gateway".
type Overrides struct {
	Header, Query, Path []Override // of the integration request
	ResponseHeader      []Override
	ResponseStatus      int // 0: not set, or not an integer from 100 to 599
}

// An Override is one parameter and its new value or values.
type Override struct {
	Name   string
	Values []string
}
