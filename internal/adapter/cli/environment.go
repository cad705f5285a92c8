package cli

import (
	"slices"
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
		if err != nil || f.Changed || value == "" || !settable(f) {
			return
		}
		values := []string{value}
		if _, list := f.Value.(pflag.SliceValue); list {
			values = strings.Fields(value)
		}
		for _, v := range values {
			if cmd.Flags().Set(f.Name, v) != nil {
				err = usage("", "%s: found %q, expected %s", name, cutText(value, 80), kindOf(f))
				return
			}
		}
		if c.fromEnvironment == nil {
			c.fromEnvironment = map[string]bool{}
		}
		c.fromEnvironment[f.Name] = true
	})
	return err
}

// settable reports whether a flag can be set in the environment. What is asked
// for once cannot: POSTERN_VERSION is likely to be something else.
func settable(f *pflag.Flag) bool { return f.Name != "help" && f.Name != "version" }

// kindOf says what a flag can be set to.
func kindOf(f *pflag.Flag) string {
	switch f.Value.Type() {
	case "bool":
		return "true or false"
	case "count", "int":
		return "a number"
	case "duration":
		return "a time such as 30s"
	}
	return "a text"
}

// setting names a flag as the user gave it: --output or POSTERN_OUTPUT.
func (c *command) setting(flag string) string {
	if c.fromEnvironment[flag] {
		return variable(flag)
	}
	return "--" + flag
}

// mistyped says which variables of the environment are probably meant for
// Postern and are read by nobody.
func (c *command) mistyped(root *cobra.Command) {
	if c.Environ == nil {
		return
	}
	var known []string
	for _, v := range variables(root) {
		known = append(known, strings.TrimPrefix(v.Name, prefix))
	}
	for _, entry := range c.Environ() {
		name, _, _ := strings.Cut(entry, "=")
		word, ours := strings.CutPrefix(name, prefix)
		if !ours || slices.Contains(known, word) {
			continue
		}
		if best := nearest.Word(word, known); best != "" {
			c.note("%s %s is read by nobody; did you mean %s?", c.style.yellow("!"), printable(name), prefix+best)
		}
	}
}

// prefix begins the names of our variables.
const prefix = "POSTERN_"

func variable(flag string) string {
	return prefix + strings.ToUpper(strings.ReplaceAll(flag, "-", "_"))
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
	if cmd.Parent() == nil {
		help = "postern --help lists its flags"
	}
	if ok {
		var names []string
		cmd.Flags().VisitAll(func(f *pflag.Flag) { names = append(names, f.Name) })
		if best := nearest.Word(name, names); best != "" {
			help = "did you mean --" + best + "?"
		}
	}
	return usage(help, "%s", message)
}
