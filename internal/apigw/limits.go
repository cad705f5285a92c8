package apigw

import "time"

// A Limits holds the quotas that API Gateway publishes. An operator may change
// each of them.
//
// See "Quotas for configuring and running a REST API in API Gateway".
type Limits struct {
	Payload            int64         // bytes, of a request or a buffered response
	Headers            int           // bytes, names, values and separators of a request's header fields
	URL                int           // bytes, of a request's target
	MethodARN          int           // bytes, with the values of path parameters
	MinTimeout         time.Duration // of an integration
	IntegrationTimeout time.Duration // ceiling when the response is buffered
	TemplateSize       int           // bytes, of a mapping template
	Resources          int           // per API
	Stages             int           // per API
	StageVariables     int           // per stage
	StageVariableName  int           // characters
	StageVariableValue int           // characters
	StageName          int           // characters
	PolicySize         int           // characters, of a resource policy
	CacheTTL           time.Duration // highest time to live of a cached response
	CachedBody         int           // bytes, of a response that is cached
	CompressionSize    int64         // bytes, highest minimum compression size
	AccessLogFormat    int           // bytes
	VPCLinks           int           // per account
	Authorizers        int           // per API
	DocumentationParts int           // per API
	DefinitionSize     int           // bytes, of a definition that is imported
}

// DefaultLimits returns the published quotas.
func DefaultLimits() Limits {
	return Limits{
		Payload:            10_485_760,
		Headers:            10_240,
		URL:                10_240,
		MethodARN:          1_600,
		MinTimeout:         50 * time.Millisecond,
		IntegrationTimeout: 29 * time.Second,
		TemplateSize:       300 << 10,
		Resources:          300,
		Stages:             10,
		StageVariables:     100,
		StageVariableName:  64,
		StageVariableValue: 512,
		StageName:          128,
		PolicySize:         8_192,
		CacheTTL:           time.Hour,
		CachedBody:         1 << 20,
		CompressionSize:    10_485_760,
		AccessLogFormat:    3 << 10,
		VPCLinks:           20,
		Authorizers:        10,
		DocumentationParts: 2_000,
		DefinitionSize:     6 << 20,
	}
}

// Uncounted returns limits without those that count things, which keep a shared
// service from harm and a gateway of one's own from nothing.
func (l Limits) Uncounted() Limits {
	l.Resources, l.Stages, l.VPCLinks, l.Authorizers, l.DocumentationParts = 0, 0, 0, 0, 0
	return l
}
