package function

import (
	"encoding/json"
	"fmt"
	"strings"
)

// A failure is how an invocation ends when the function gives no answer.
type failure struct {
	kind    string // errorType, such as Runtime.ExitError
	message string // errorMessage, without the request
	payload []byte // as the runtime reported it; nil: made of kind and message
	status  string // of the REPORT line: error or timeout
}

func (e *failure) answer(requestID string) []byte {
	if e.payload != nil {
		return e.payload
	}
	text := e.message
	if requestID != "" {
		text = "RequestId: " + requestID + " Error: " + text
	}
	payload, _ := json.Marshal(struct {
		Type    string `json:"errorType"`
		Message string `json:"errorMessage"`
	}{e.kind, text}) // two strings can always be written
	return payload
}

func failed(kind, format string, args ...any) *failure {
	return &failure{kind: kind, message: fmt.Sprintf(format, args...), status: "error"}
}

// exitFailure says how a process ended by itself; err is what Wait returned.
func exitFailure(err error) *failure {
	if err == nil {
		return failed("Runtime.ExitError", "Runtime exited without providing a reason")
	}
	return failed("Runtime.ExitError", "Runtime exited with error: %s", strings.TrimSuffix(err.Error(), " (core dumped)"))
}
