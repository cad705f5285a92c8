package lambdaapi

import (
	"encoding/base64"
	"errors"

	"postern/internal/backend"
	"postern/internal/lambda"
)

// See "Invoke" in the Lambda API reference.

func (c *call) invoke() (any, error) {
	in := &backend.FunctionCall{
		Type:      c.Header.Get("X-Amz-Invocation-Type"),
		Payload:   c.body,
		RequestID: c.requestID,
		TraceID:   c.Header.Get("X-Amzn-Trace-Id"),
		LogTail:   c.Header.Get("X-Amz-Log-Type") == "Tail",
	}
	switch in.Type {
	case "":
		in.Type = "RequestResponse"
	case "RequestResponse", "Event", "DryRun":
	default:
		return nil, &lambda.Error{Code: lambda.ValidationException, Message: "1 validation error detected: Value '" + in.Type +
			"' at 'invocationType' failed to satisfy constraint: Member must satisfy enum value set: [Event, RequestResponse, DryRun]"}
	}
	if text := c.Header.Get("X-Amz-Client-Context"); text != "" {
		context, err := base64.StdEncoding.DecodeString(text)
		if err != nil {
			return nil, &lambda.Error{Code: lambda.InvalidRequestContent, Message: "Client context must be a valid Base64-encoded JSON object."}
		}
		in.ClientContext = string(context)
	}
	answer, err := c.run(in)
	if err != nil {
		return nil, err
	}
	c.status = answer.Status
	if answer.FunctionError != "" {
		c.answer.Set("X-Amz-Function-Error", answer.FunctionError)
	}
	if in.Type == "RequestResponse" {
		c.answer.Set("X-Amz-Executed-Version", answer.ExecutedVersion)
	}
	if in.LogTail && answer.Log != "" {
		c.answer.Set("X-Amz-Log-Result", base64.StdEncoding.EncodeToString([]byte(answer.Log)))
	}
	return &raw{contentType: "application/json", body: answer.Payload}, nil
}

// run invokes the function that the path names.
func (c *call) run(in *backend.FunctionCall) (*backend.FunctionAnswer, error) {
	n, err := lambda.QualifiedName(c.name(), c.qualifier())
	if err != nil {
		return nil, err
	}
	in.ARN = c.lambda.Address(n)
	answer, err := c.lambda.InvokeFunction(c.Context(), in)
	if errors.Is(err, backend.ErrNoFunction) {
		err = &lambda.Error{Code: lambda.ResourceNotFound, Message: "Function not found: " + in.ARN}
	}
	return answer, err
}

// See "InvokeAsync", which Invoke has replaced.
func (c *call) invokeAsync() (any, error) {
	if _, err := c.run(&backend.FunctionCall{Type: "Event", Payload: c.body, RequestID: c.requestID}); err != nil {
		return nil, err
	}
	return map[string]any{"Status": c.status}, nil
}
