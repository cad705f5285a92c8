package lambdaapi

// The quotas of an account. They are shown; what is obeyed is in the rooms that
// run functions.
//
// See "Lambda quotas".
const (
	totalCode    = 75 << 30  // bytes, of all functions
	unzippedCode = 250 << 20 // bytes, of one
	zippedCode   = 50 << 20  // bytes, of one in a request
	concurrent   = 1000      // invocations
)

func (c *call) getAccount() (any, error) {
	latest, err := c.lambda.ListFunctions(c.Context(), false)
	if err != nil {
		return nil, err
	}
	all, err := c.lambda.ListFunctions(c.Context(), true)
	if err != nil {
		return nil, err
	}
	size, free := int64(0), int64(concurrent)
	for _, f := range all {
		size += f.Source.Size
	}
	for _, f := range latest {
		reserved, err := c.lambda.GetConcurrency(c.Context(), f.Name)
		if err == nil && reserved != nil {
			free -= *reserved
		}
	}
	return map[string]any{
		"AccountLimit": map[string]any{"TotalCodeSize": totalCode, "CodeSizeUnzipped": unzippedCode, "CodeSizeZipped": zippedCode,
			"ConcurrentExecutions": concurrent, "UnreservedConcurrentExecutions": max(free, 0)},
		"AccountUsage": map[string]any{"TotalCodeSize": size, "FunctionCount": len(latest)},
	}, nil
}
