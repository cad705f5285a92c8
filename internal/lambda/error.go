package lambda

import (
	"fmt"
	"net/http"
)

// An Exception is the kind of a refusal of the Lambda API.
type Exception string

const (
	ResourceNotFound       Exception = "ResourceNotFoundException"
	ResourceConflict       Exception = "ResourceConflictException"
	InvalidParameterValue  Exception = "InvalidParameterValueException"
	ValidationException    Exception = "ValidationException"
	PreconditionFailed     Exception = "PreconditionFailedException"
	TooManyRequests        Exception = "TooManyRequestsException"
	InvalidRequestContent  Exception = "InvalidRequestContentException"
	RequestTooLarge        Exception = "RequestTooLargeException"
	CodeStorageExceeded    Exception = "CodeStorageExceededException"
	PolicyLengthExceeded   Exception = "PolicyLengthExceededException"
	SerializationException Exception = "SerializationException"
	ServiceException       Exception = "ServiceException"
)

// Status returns the HTTP status that goes with c.
func (c Exception) Status() int {
	switch c {
	case ResourceNotFound:
		return http.StatusNotFound
	case ResourceConflict:
		return http.StatusConflict
	case InvalidParameterValue, ValidationException, InvalidRequestContent, CodeStorageExceeded, PolicyLengthExceeded,
		SerializationException:
		return http.StatusBadRequest
	case PreconditionFailed:
		return http.StatusPreconditionFailed
	case TooManyRequests:
		return http.StatusTooManyRequests
	case RequestTooLarge:
		return http.StatusRequestEntityTooLarge
	}
	return http.StatusInternalServerError
}

// An Error is a refusal: an exception for programs and Lambda's sentence for
// people.
type Error struct {
	Code    Exception
	Message string
	OfCode  bool  // it is the code that is wrong, not what is said of it
	Err     error // the cause, such as a property.Errors; may be nil
}

func (e *Error) Error() string { return string(e.Code) + ": " + e.Message }
func (e *Error) Unwrap() error { return e.Err }

func notFound(format string, args ...any) *Error {
	return &Error{Code: ResourceNotFound, Message: fmt.Sprintf(format, args...)}
}

func conflict(format string, args ...any) *Error {
	return &Error{Code: ResourceConflict, Message: fmt.Sprintf(format, args...)}
}

func invalid(format string, args ...any) *Error {
	return &Error{Code: InvalidParameterValue, Message: fmt.Sprintf(format, args...)}
}

// violated is the service's sentence for a value that breaks a constraint of its
// model.
func violated(value, member, constraint string) *Error {
	return &Error{Code: ValidationException, Message: "1 validation error detected: Value '" + value + "' at '" + member +
		"' failed to satisfy constraint: " + constraint}
}
