package cli

import (
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"postern/internal/nearest"
)

// environment sets the flags that are not given from the environment: POSTERN_
// and the name of the flag. Lists are separated by blanks.
func (c *command) environment(cmd *cobra.Command) error {
	var err error
	cmd.Flags().VisitAll(func(f *pflag.Flag) {
		name := variable(f.Name)
		value := c.Getenv(name)
		if err != nil || f.Changed || value == "" || f.Name == "help" {
			return
		}
		values := []string{value}
		if _, list := f.Value.(pflag.SliceValue); list {
			values = strings.Fields(value)
		}
		for _, v := range values {
			if e := cmd.Flags().Set(f.Name, v); e != nil {
				err = usage("", "%s=%q: %v", name, cutText(value, 80), e)
				return
			}
		}
	})
	return err
}

func variable(flag string) string {
	return "POSTERN_" + strings.ToUpper(strings.ReplaceAll(flag, "-", "_"))
}

// first returns the first of the variables that is set.
func (p *Program) first(names ...string) string {
	for _, n := range names {
		if v := p.Getenv(n); v != "" {
			return v
		}
	}
	return ""
}

// nearFlag names the flag most like a mistyped one.
func nearFlag(cmd *cobra.Command, err error) error {
	message := err.Error()
	name, ok := strings.CutPrefix(message, "unknown flag: --")
	help := "postern " + strings.TrimPrefix(cmd.CommandPath(), "postern ") + " --help lists its flags"
	if ok {
		var names []string
		cmd.Flags().VisitAll(func(f *pflag.Flag) { names = append(names, f.Name) })
		if best := nearest.Word(name, names); best != "" {
			help = "did you mean --" + best + "?"
		}
	}
	return usage(help, "%s", message)
}
