package dataplane

import "postern/internal/apigw"

// A Fault is an error of the corridor that becomes a gateway response.
type Fault struct {
	Type       apigw.GatewayResponseType
	Status     int    // for a failure that has no type of its own; 0: the type's
	ErrorType  string // x-amzn-ErrorType; empty: the type's
	Message    string
	Log        string // the line of the execution log; empty: none
	Validation string // details of a payload that does not fit its model
	Denied     bool   // by a policy; the name of the message in the body has a capital letter
	Null       bool   // the message is null
	Early      bool   // raised before execution began; its body has no blank after the colon
	Err        error  // the cause; may be nil
}

func (f *Fault) Error() string {
	if f.Log != "" {
		return string(f.Type) + ": " + f.Log
	}
	return string(f.Type) + ": " + f.Message
}

func (f *Fault) Unwrap() error { return f.Err }

// configurationError is a failure that is the API's own fault.
func configurationError(log string, err error) *Fault {
	return &Fault{
		Type:    apigw.APIConfigurationError,
		Message: "Internal server error",
		Log:     "Execution failed due to configuration error: " + log,
		Err:     err,
	}
}

// The failures that are always the same.
var (
	missingAuthenticationToken = &Fault{Type: apigw.MissingAuthenticationToken, Message: "Missing Authentication Token", Early: true}
	forbidden                  = &Fault{Type: apigw.AccessDenied, ErrorType: "ForbiddenException", Message: "Forbidden", Early: true}
	defaultEndpointDisabled    = &Fault{Type: apigw.AccessDenied, ErrorType: "ForbiddenException", Message: "Forbidden", Early: true,
		Log: "the API's default endpoint is disabled (disableExecuteApiEndpoint): it is reached by its custom domain names only"}
	tooManyRequests      = &Fault{Type: apigw.Throttled, Message: "Too Many Requests", Early: true}
	unsupportedMediaType = &Fault{Type: apigw.UnsupportedMediaType, Message: "Unsupported Media Type"}
	invalidJSONBody      = &Fault{Type: apigw.Default4XX, Status: 400, ErrorType: "BadRequestException", Message: "Invalid JSON in request body"}
	invalidEndpoint      = configurationError("Invalid endpoint address", nil)
	requestURITooLong    = &Fault{Type: apigw.Default4XX, Status: 414, ErrorType: "RequestTooLongException", Message: "Request URI too long", Early: true}
)
