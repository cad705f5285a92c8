package backend

import (
	"context"
	"errors"
)

// A FunctionCall is one invocation of a Lambda function.
//
// See "Invoke" in the Lambda API reference.
type FunctionCall struct {
	ARN            string // the function's, with version or alias if the caller names one
	Type           string // RequestResponse, Event or DryRun
	Payload        []byte // JSON
	PayloadChecked bool   // Payload is known to be JSON; else whoever invokes looks
	RequestID      string // empty: a new one
	TraceID        string // X-Amzn-Trace-Id; may be empty
	ClientContext  string // JSON, as X-Amz-Client-Context has it in base64; may be empty
	LogTail        bool   // asks for FunctionAnswer.Log
	SourceARN      string // who calls, for the function's resource policy: an execute-api ARN; empty: the owner of the account
	Principal      string // the calling service, such as apigateway.amazonaws.com; empty: the owner of the account
}

// A FunctionAnswer is what an invocation came to.
type FunctionAnswer struct {
	Status          int    // 200, 202 for Event, 204 for DryRun
	FunctionError   string // Unhandled or Handled; empty: the function returned
	Payload         []byte // JSON
	ExecutedVersion string // such as $LATEST
	RequestID       string // of the invocation; empty: the call's
	Log             string // the last 4 KB of the invocation's log, if asked for
}

// Functions invokes Lambda functions, wherever they live. It is safe for
// concurrent use.
//
// InvokeFunction returns ErrNoFunction if there is no such function, version or
// alias, and a *FunctionRefused if the invocation is not permitted or not
// possible. What goes wrong inside the function is no error: it is in the answer.
// It keeps nothing of call when it returns.
type Functions interface {
	InvokeFunction(ctx context.Context, call *FunctionCall) (*FunctionAnswer, error)
}

// ErrNoFunction says that a function is unknown where it was looked for.
var ErrNoFunction = errors.New("no such function")

// A FunctionRefused is an invocation that did not take place.
type FunctionRefused struct {
	Status int    // HTTP status of the Lambda API
	Code   string // the exception, such as AccessDeniedException or TooManyRequestsException
	Reason string
}

func (e *FunctionRefused) Error() string { return e.Code + ": " + e.Reason }
