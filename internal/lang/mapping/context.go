package mapping

import "time"

// A Context holds the $context variables of one request. An empty string, an
// absent Number and an unset Flag mean: no value.
//
// See "Variables for data transformations for API Gateway" and "Variables for
// access logging for API Gateway".
type Context struct {
	AccountID             string
	APIID                 string
	AWSEndpointRequestID  string
	AWSEndpointRequestID2 string
	CipherSuite           string
	CustomDomain          CustomDomain
	DeploymentID          string
	DomainName            string
	DomainPrefix          string
	ExtendedRequestID     string
	HTTPMethod            string
	IsCanaryRequest       Flag
	OperationName         string
	Path                  string
	Protocol              string
	RequestID             string
	RequestTime           time.Time // also requestTimeEpoch; the zero time is no value
	ResourceID            string
	ResourcePath          string
	ResponseLatency       Number // milliseconds
	ResponseLength        Number // bytes
	Stage                 string
	Status                Number
	TLSVersion            string
	WAFResponseCode       string
	WebACLARN             string
	XRayTraceID           string

	Identity     Identity
	Authorizer   Authorizer
	Authenticate Step
	Authorize    Step
	WAF          Step
	Integration  Integration
	Error        GatewayError
}

// A CustomDomain says how a request to a custom domain found its stage.
type CustomDomain struct {
	BasePathMatched      string
	RoutingRuleIDMatched string
}

// An Identity is who sent the request.
type Identity struct {
	AccessKey                     string
	AccountID                     string
	APIKey                        string
	APIKeyID                      string
	Caller                        string
	ClientCert                    *ClientCert // nil without mutual TLS
	CognitoAuthenticationProvider string
	CognitoAuthenticationType     string
	CognitoIdentityID             string
	CognitoIdentityPoolID         string
	PrincipalOrgID                string
	SourceIP                      string
	User                          string
	UserAgent                     string
	UserARN                       string
	VPCID                         string
	VPCEID                        string
}

// A ClientCert is the client's certificate of mutual TLS.
type ClientCert struct {
	PEM          string
	SubjectDN    string
	IssuerDN     string
	SerialNumber string
	NotBefore    string // as OpenSSL prints it: "May 28 12:30:02 2019 GMT"
	NotAfter     string
}

// An Authorizer is what an authorizer said about the request. Present tells a
// method with an authorizer from one without.
type Authorizer struct {
	Present     bool
	PrincipalID string
	Context     []Value // a Lambda authorizer's context, as text
	Claims      []Value // a user pool token's claims, as text

	IntegrationLatency Number // milliseconds
	IntegrationStatus  Number
	Latency            Number // milliseconds
	RequestID          string
	Status             Number
	Error              string
}

// A Value is a name and its text.
type Value struct {
	Name, Text string
}

// A Step is what an access log can tell about one step of access control.
type Step struct {
	Error   string
	Latency Number // milliseconds
	Status  Number
}

// An Integration is what an access log can tell about the call of the backend.
type Integration struct {
	Error                string
	IntegrationStatus    Number // of the called service
	Latency              Number // milliseconds
	RequestID            string
	ResponseTransferMode string // BUFFERED or STREAMED
	Status               Number // of the backend, or of a proxy function's answer
	TimeToAllHeaders     Number // milliseconds
	TimeToFirstContent   Number // milliseconds
}

// A GatewayError is why the gateway answered instead of the API.
type GatewayError struct {
	Message               string
	HasMessage            bool // false: error.messageString is null
	ResponseType          string
	ValidationErrorString string
}

// A Number is a whole number or no value, which the zero Number is.
type Number struct {
	n  int64
	ok bool
}

// Num returns n as a Number.
func Num(n int64) Number { return Number{n, true} }

// Value returns the number, and whether there is one.
func (n Number) Value() (int64, bool) { return n.n, n.ok }

// A Flag is true, false or no value, which the zero Flag is.
type Flag uint8

// The values of a Flag.
const (
	Unset Flag = iota
	False
	True
)
