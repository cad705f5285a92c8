package cli

import (
	"fmt"

	"github.com/spf13/cobra"
)

// A Version says what program this is.
type Version struct {
	Schema string `json:"schema"`
	Number string `json:"version"`
	Commit string `json:"commit,omitempty"`
	Date   string `json:"date,omitempty"` // of the commit, RFC 3339
	Go     string `json:"go"`
	AWS    string `json:"aws"` // API Gateway as of this month
}

func (c *command) versionCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "version",
		Short: "Print the version",
		Long:  "Print the version, what it was built of, and the month whose API Gateway it behaves like.",
		Example: `  postern version
  postern version -o json`,
		Args: c.noArgs,
		RunE: func(*cobra.Command, []string) error { return c.printVersion() },
	}
}

func (c *command) printVersion() error {
	v := c.Version
	if c.output == outputJSON {
		v.Schema = "postern.version/1"
		return c.json(&v)
	}
	fmt.Fprintf(c.Out, "postern %s\n", v.Number)
	for _, l := range []struct{ name, value string }{{"commit", v.Commit}, {"date", v.Date}, {"go", v.Go}, {"behaves like", "Amazon API Gateway REST APIs as of " + v.AWS}} {
		if l.value != "" {
			fmt.Fprintf(c.Out, "  %s  %s\n", pad(l.name, 12), l.value)
		}
	}
	return nil
}
