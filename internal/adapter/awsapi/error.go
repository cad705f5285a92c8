package awsapi

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"postern/internal/apigw"
)

// Codes that the front of the service has beside those of the operations.
const (
	unknownOperation      apigw.Code = "UnknownOperationException"
	requestEntityTooLarge apigw.Code = "RequestEntityTooLargeException"
)

// statusOf is the HTTP status of a code.
func statusOf(c apigw.Code) int {
	switch c {
	case unknownOperation:
		return http.StatusNotFound
	case requestEntityTooLarge:
		return http.StatusRequestEntityTooLarge
	}
	return c.Status()
}

func serialization(format string, args ...any) *apigw.Error {
	return &apigw.Error{Code: apigw.SerializationException, Message: fmt.Sprintf(format, args...)}
}

func validation(message string) *apigw.Error {
	return &apigw.Error{Code: apigw.ValidationException, Message: message}
}

// notYet answers an operation that is known and not built.
func notYet(op *operation) *apigw.Error {
	return &apigw.Error{
		Code:    apigw.NotImplementedException,
		Message: op.name + " is not part of Postern yet",
	}
}

// public turns any error into what a client may see. What is internal keeps its
// cause, for the log, and shows none of it.
func public(err error) *apigw.Error {
	var e *apigw.Error
	switch {
	case errors.As(err, &e):
		return e
	case errors.Is(err, context.DeadlineExceeded):
		return &apigw.Error{Code: apigw.ServiceUnavailableException, Message: "The operation took too long", Err: err}
	}
	return &apigw.Error{Code: apigw.InternalFailure, Message: "Internal failure", Err: err}
}

// errorBody is the body of an error. The kind is in the header x-amzn-ErrorType.
func errorBody(e *apigw.Error) map[string]any {
	body := map[string]any{"message": e.Message}
	switch e.Code {
	case apigw.LimitExceededException:
		body["retryAfterSeconds"] = nil
	case apigw.TooManyRequestsException:
		body["retryAfterSeconds"] = 1
	}
	return body
}
