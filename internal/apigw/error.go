package apigw

import "fmt"

// A Code is the kind of an API error, as x-amzn-ErrorType carries it.
type Code string

const (
	BadRequestException         Code = "BadRequestException"
	ValidationException         Code = "ValidationException"
	SerializationException      Code = "SerializationException"
	UnauthorizedException       Code = "UnauthorizedException"
	AccessDeniedException       Code = "AccessDeniedException"
	NotFoundException           Code = "NotFoundException"
	ConflictException           Code = "ConflictException"
	LimitExceededException      Code = "LimitExceededException"
	TooManyRequestsException    Code = "TooManyRequestsException"
	NotImplementedException     Code = "NotImplementedException"
	ServiceUnavailableException Code = "ServiceUnavailableException"
	InternalFailure             Code = "InternalFailure"
)

// Status returns the HTTP status that goes with c.
func (c Code) Status() int {
	switch c {
	case BadRequestException, ValidationException, SerializationException:
		return 400
	case UnauthorizedException:
		return 401
	case AccessDeniedException:
		return 403
	case NotFoundException:
		return 404
	case ConflictException:
		return 409
	case LimitExceededException, TooManyRequestsException:
		return 429
	case NotImplementedException:
		return 501
	case ServiceUnavailableException:
		return 503
	}
	return 500
}

// An Error is a refusal of the control plane: a code for programs and API
// Gateway's sentence for people.
type Error struct {
	Code    Code
	Message string
	Err     error // the cause, for logs; may be nil
}

func (e *Error) Error() string { return string(e.Code) + ": " + e.Message }
func (e *Error) Unwrap() error { return e.Err }

// BadRequest says that a rule is broken.
func BadRequest(format string, args ...any) *Error {
	return &Error{Code: BadRequestException, Message: fmt.Sprintf(format, args...)}
}

// NotFound says that a thing does not exist.
func NotFound(format string, args ...any) *Error {
	return &Error{Code: NotFoundException, Message: fmt.Sprintf(format, args...)}
}

// Conflict says that a name is taken, or that a thing is still in use.
func Conflict(format string, args ...any) *Error {
	return &Error{Code: ConflictException, Message: fmt.Sprintf(format, args...)}
}
