package function

import (
	"context"
	"errors"

	"postern/internal/backend"
)

// A Function is an open version of a function. It is safe for concurrent use.
type Function struct{}

// Invoke runs one invocation. Of call it reads Type, Payload, RequestID,
// TraceID, ClientContext, LogTail and, for the function's context object, ARN,
// which may name a version or alias.
//
//   - RequestResponse (or ""): the answer has Status 200 when the invocation has
//     ended, well or not: what went wrong inside the function is in
//     FunctionError and Payload.
//   - Event: the answer has Status 202 at once. The invocation is queued, and
//     run again if it ends with an error (see Config.Retries).
//   - DryRun: Status 204, and nothing runs.
//
// It fails with a *backend.FunctionRefused if the payload is not JSON or too
// large, or if too many invocations run (TooManyRequestsException), and with the
// error of ctx when that ends first. The invocation then still runs to its
// end, as it does in Lambda when a caller hangs up.
func (f *Function) Invoke(ctx context.Context, call *backend.FunctionCall) (*backend.FunctionAnswer, error) {
	return nil, errors.New("functions do not run yet")
}

// Retire says that f is replaced or deleted: idle instances end now, busy ones
// after their invocation, and its directory is watched no longer. Invoke still
// works for who holds f, with instances that end after use.
func (f *Function) Retire() {}
