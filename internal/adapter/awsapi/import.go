package awsapi

import (
	"slices"
	"strings"

	"postern/internal/control"
)

// importOptions reads how a definition is imported. SDKs send the parameters of
// the call as parameters of the query.
func (c *call) importOptions() (control.ImportOptions, error) {
	o := control.ImportOptions{
		FailOnWarnings:      c.flag("failonwarnings"),
		IgnoreDocumentation: slices.Contains(c.words("ignore"), "documentation"),
		BasePath:            c.parameter("basepath"),
		EndpointTypes:       c.words("endpointConfigurationTypes"),
		VPCEndpointIDs:      c.words("endpointConfigurationVpcEndpointIds"),
	}
	switch mode := c.query.Get("mode"); mode {
	case "", "import", "merge":
		o.Merge = true
	case "overwrite":
	default:
		c.violate("'"+mode+"'", "mode", enumeration([]string{"merge", "overwrite"}))
	}
	return o, c.valid()
}

// parameter returns a parameter of the query, whose name may be in any case.
func (c *call) parameter(name string) string {
	for key, values := range c.query {
		if strings.EqualFold(key, name) && len(values) > 0 {
			return values[0]
		}
	}
	return ""
}

// words returns the words of a parameter of the query, with commas between them.
func (c *call) words(name string) []string {
	var out []string
	for word := range strings.SplitSeq(c.parameter(name), ",") {
		if word = strings.TrimSpace(word); word != "" {
			out = append(out, word)
		}
	}
	return out
}

func (c *call) importRestAPI() (any, error) {
	o, err := c.importOptions()
	if err != nil {
		return nil, err
	}
	api, err := c.control.ImportRestAPI(c.ctx, c.body, o)
	if err != nil {
		return nil, err
	}
	return wireRestAPI(api), nil
}

func (c *call) putRestAPI() (any, error) {
	o, err := c.importOptions()
	if err != nil {
		return nil, err
	}
	api, err := c.control.PutRestAPI(c.ctx, c.api(), c.body, o)
	if err != nil {
		return nil, err
	}
	return withTags(api), nil
}
