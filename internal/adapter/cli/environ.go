package cli

import (
	"cmp"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

const environSchema = "postern.environ/1"

type environDocument struct {
	Schema    string            `json:"schema"`
	Variables []Variable        `json:"variables,omitempty"`
	Export    map[string]string `json:"export,omitempty"`
}

// A Variable is a variable of the environment that sets a flag.
type Variable struct {
	Name     string   `json:"name"`
	Value    string   `json:"value"`
	Source   string   `json:"source"` // environment, or default
	Commands []string `json:"commands,omitempty"`
	About    string   `json:"about"`
}

// masked are the flags whose values may be secrets.
var masked = []string{"parameters", "parameter-overrides", "var", "header", "body"}

// variables returns what can be set in the environment, in alphabetical order,
// with its default. What every command has names no command.
func variables(root *cobra.Command) []Variable {
	byName := map[string]*Variable{}
	add := func(f *pflag.Flag, command string) {
		if f.Hidden || !settable(f) {
			return
		}
		name := variable(f.Name)
		v := byName[name]
		if v == nil {
			_, about := pflag.UnquoteUsage(f)
			v = &Variable{Name: name, Value: f.DefValue, Source: "default", About: about}
			if _, list := f.Value.(pflag.SliceValue); list {
				v.Value = ""
			}
			byName[name] = v
		} else if command != "" && v.Value != f.DefValue && !strings.Contains(v.Value, ": ") {
			if _, list := f.Value.(pflag.SliceValue); !list {
				v.Value += "; " + command + ": " + f.DefValue
			}
		}
		if command != "" && !slices.Contains(v.Commands, command) {
			v.Commands = append(v.Commands, command)
		}
	}
	root.PersistentFlags().VisitAll(func(f *pflag.Flag) { add(f, "") })
	for _, cmd := range root.Commands() {
		if cmd.Runnable() && cmd.Name() != "help" && cmd.Name() != "completion" {
			cmd.LocalNonPersistentFlags().VisitAll(func(f *pflag.Flag) { add(f, cmd.Name()) })
		}
	}
	out := make([]Variable, 0, len(byName))
	for _, v := range byName {
		out = append(out, *v)
	}
	slices.SortFunc(out, func(a, b Variable) int { return cmp.Compare(a.Name, b.Name) })
	return out
}

func (c *command) environCommand() *cobra.Command {
	var p place
	var export bool
	cmd := &cobra.Command{
		Use:   "environ",
		Short: "List the variables of the environment that set flags",
		Long: `List the variables of the environment that set flags, with the value of each and
where it is from. A flag on the command line goes before its variable.

With --export, print what a shell reads to lead the AWS CLI, SDKs and Terraform
to the gateway; no AWS account is reached then by mistake.`,
		Example: `  postern environ
  eval "$(postern environ --export)"
  postern environ --export --listen 127.0.0.1:4567`,
		Args: c.noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if export {
				return c.export(&p)
			}
			return c.environ(cmd.Root())
		},
	}
	f := cmd.Flags()
	f.BoolVar(&export, "export", false, "print exports of what AWS's clients read")
	p.clientFlags(f)
	f.StringVar(&p.region, "region", "", "`REGION` of the gateway (default AWS_REGION, else us-east-1)")
	return cmd
}

func (c *command) environ(root *cobra.Command) error {
	list := variables(root)
	for i := range list {
		v := &list[i]
		value := c.Getenv(v.Name)
		if value == "" {
			continue
		}
		v.Value, v.Source = value, "environment"
		for _, name := range masked {
			if v.Name == variable(name) {
				v.Value = "(not shown)"
			}
		}
	}
	if c.output == outputJSON {
		return c.json(&environDocument{Schema: environSchema, Variables: list})
	}
	names, values := len("VARIABLE"), len("VALUE")
	for _, v := range list {
		names, values = max(names, len(v.Name)), max(values, len([]rune(printable(v.Value))))
	}
	fmt.Fprintf(c.Out, "%s  %s  %s\n", pad("VARIABLE", names), pad("VALUE", values), "FROM")
	for _, v := range list {
		name := pad(v.Name, names)
		if v.Source == "environment" {
			name = c.style.bold(name)
		}
		fmt.Fprintf(c.Out, "%s  %s  %s\n", name, pad(printable(v.Value), values), v.Source)
	}
	return nil
}

// export prints what leads AWS's clients to the gateway. What they sign with is
// left alone if it is there.
func (c *command) export(p *place) error {
	if _, err := c.profiles(p); err != nil {
		return err
	}
	region := cmp.Or(p.region, c.first("AWS_REGION", "AWS_DEFAULT_REGION"), "us-east-1")
	type pair struct{ name, value string }
	out := []pair{{"AWS_ENDPOINT_URL", p.url()}, {"AWS_REGION", region}, {"AWS_DEFAULT_REGION", region}}
	switch {
	case p.keys != "":
		file, err := filepath.Abs(p.keys)
		if err != nil {
			return failed("", "--credentials: %w", err)
		}
		out = append(out, pair{"AWS_SHARED_CREDENTIALS_FILE", file})
		if p.profile != "" {
			out = append(out, pair{"AWS_PROFILE", p.profile})
		}
	case c.Getenv("AWS_ACCESS_KEY_ID") == "":
		// Nobody judges them, and without any the clients do not sign.
		out = append(out, pair{"AWS_ACCESS_KEY_ID", "test"}, pair{"AWS_SECRET_ACCESS_KEY", "test"})
	}
	if c.output == outputJSON {
		values := map[string]string{}
		for _, v := range out {
			values[v.name] = v.value
		}
		return c.json(&environDocument{Schema: environSchema, Export: values})
	}
	for _, v := range out {
		fmt.Fprintf(c.Out, "export %s=%s\n", v.name, shellWord(v.value))
	}
	return nil
}
