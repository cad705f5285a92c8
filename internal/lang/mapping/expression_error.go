package mapping

// A Reason says in what way a text is no expression.
type Reason uint8

// The reasons, in the order in which they are looked for.
const (
	NotExpression    Reason = iota + 1 // "Invalid mapping expression specified: {text}"
	BadParameterName                   // "Parameter name should match the following regular expression: ^[a-zA-Z0-9._$-]+$"
	BadJSONPath                        // the path behind body. does not compile
)

// An ExpressionError is a text that ParseExpression or ParseTarget refuses.
type ExpressionError struct {
	Text   string
	Reason Reason
	Err    error // of the JSONPath, or nil
}

func (e *ExpressionError) Error() string {
	switch e.Reason {
	case BadParameterName:
		return "Parameter name should match the following regular expression: ^[a-zA-Z0-9._$-]+$"
	default:
		return "Invalid mapping expression specified: " + e.Text
	}
}

// Unwrap returns the error of the JSONPath.
func (e *ExpressionError) Unwrap() error { return e.Err }
