package cli

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"postern/internal/adapter/stackapi"
	"postern/internal/lang/cfn"
)

// This file says what a shell can complete beyond commands and flags: what the
// running gateway serves, and what stands in the files of the command line.
// Whatever fails completes to nothing.

// completionTime is how long a gateway is waited for.
const completionTime = 2 * time.Second

// A completer returns the words that an argument, or a flag's value, can be. A
// word may have a tab and a description.
type completer = cobra.CompletionFunc

// filesOf completes to files with one of the extensions.
func filesOf(extensions ...string) completer {
	return func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
		return extensions, cobra.ShellCompDirectiveFilterFileExt
	}
}

func anyFile(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
	return nil, cobra.ShellCompDirectiveDefault
}

func directories(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
	return nil, cobra.ShellCompDirectiveFilterDirs
}

// words completes to what list returns, and to no file.
func words(list func(cmd *cobra.Command, args []string) []string) completer {
	return func(cmd *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
		return list(cmd, args), cobra.ShellCompDirectiveNoFileComp
	}
}

// complete adds the completers to the commands and their flags.
func (c *command) complete(root *cobra.Command) {
	templates := filesOf("yaml", "yml", "json", "template")
	arguments := map[string]completer{
		"up": templates, "plan": templates, "check": templates, "render": filesOf("yaml", "yml", "json", "vm", "vtl", "template"), "test": filesOf("jsonl"),
		"down": c.completeStacks, "invoke": words(c.methodWords), "trace": words(c.traceWords), "explain": words(c.explainWords),
	}
	flags := map[string]completer{
		"output":      cobra.FixedCompletions([]string{outputText, outputJSON}, cobra.ShellCompDirectiveNoFileComp),
		"color":       cobra.FixedCompletions([]string{"auto", "always", "never"}, cobra.ShellCompDirectiveNoFileComp),
		"api":         words(c.apiWords),
		"stage":       words(c.stageWords),
		"resource":    words(c.resourceWords),
		"method":      words(c.operationWords),
		"parameters":  c.completeParameters,
		"credentials": anyFile,
		"body":        anyFile,
		"status":      cobra.FixedCompletions([]string{"2xx", "3xx", "4xx", "5xx"}, cobra.ShellCompDirectiveNoFileComp),
		"request":     filesOf("json"),
		"data-dir":    directories,
	}
	nothing := words(func(*cobra.Command, []string) []string { return nil })
	add := func(cmd *cobra.Command, set *pflag.FlagSet) {
		set.VisitAll(func(f *pflag.Flag) {
			complete := flags[f.Name]
			if complete == nil {
				complete = nothing
			}
			_ = cmd.RegisterFlagCompletionFunc(f.Name, complete) // fails for one that has it already
		})
	}
	add(root, root.PersistentFlags())
	for _, cmd := range root.Commands() {
		if cmd.ValidArgsFunction = arguments[cmd.Name()]; cmd.ValidArgsFunction == nil {
			cmd.ValidArgsFunction = nothing
		}
		add(cmd, cmd.Flags())
	}
}

// completing returns a client of the gateway that a command line is about, and a
// context that ends soon.
func (c *command) completing(cmd *cobra.Command) (*stackapi.Client, context.Context, context.CancelFunc, error) {
	if err := c.environment(cmd); err != nil {
		return nil, nil, nil, err
	}
	p := place{warned: true}
	for name, value := range map[string]*string{"listen": &p.listen, "endpoint-url": &p.endpoint, "credentials": &p.keys, "profile": &p.profile} {
		if f := cmd.Flags().Lookup(name); f != nil {
			*value = f.Value.String()
		}
	}
	client, err := c.client(&p)
	if err != nil {
		return nil, nil, nil, err
	}
	ctx, cancel := context.WithTimeout(cmd.Context(), completionTime)
	return client, ctx, cancel, nil
}

// completeStacks lists the stacks of the running gateway that are not named yet.
func (c *command) completeStacks(cmd *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
	client, ctx, cancel, err := c.completing(cmd)
	if err != nil {
		return nil, cobra.ShellCompDirectiveDefault
	}
	defer cancel()
	stacks, err := client.Stacks(ctx)
	if err != nil {
		return nil, cobra.ShellCompDirectiveDefault
	}
	var names []string
	for _, s := range stacks {
		if !slices.Contains(args, s.Name) {
			names = append(names, described(s.Name, s.Template))
		}
	}
	return names, cobra.ShellCompDirectiveDefault
}

// described returns a word with what a shell shows beside it.
func described(word, description string) string {
	if description == "" {
		return word
	}
	return word + "\t" + printable(description)
}

// served returns the APIs that the running gateway serves; only those that the
// flag --api names, if it is given.
func (c *command) served(cmd *cobra.Command) []stackapi.API {
	client, ctx, cancel, err := c.completing(cmd)
	if err != nil {
		return nil
	}
	defer cancel()
	apis, err := client.Endpoints(ctx)
	if err != nil {
		return nil
	}
	if named, err := cmd.Flags().GetString("api"); err == nil && named != "" {
		apis = slices.DeleteFunc(apis, func(a stackapi.API) bool { return a.ID != named && a.Name != named })
	}
	return apis
}

func (c *command) apiWords(cmd *cobra.Command, _ []string) []string {
	var out []string
	for _, api := range c.served(cmd) {
		out = append(out, described(api.ID, api.Name))
	}
	return out
}

func (c *command) stageWords(cmd *cobra.Command, _ []string) []string {
	var out []string
	for _, api := range c.served(cmd) {
		for _, stage := range api.Stages {
			out = append(out, described(stage.Name, named(api)))
		}
	}
	return out
}

// methodWords lists the verbs, and then the paths, of what is served. Of a path
// with variables it is up to the user to fill them in.
func (c *command) methodWords(cmd *cobra.Command, args []string) []string {
	if len(args) > 1 {
		return nil
	}
	wanted, _ := cmd.Flags().GetString("stage")
	var out []string
	for _, api := range c.served(cmd) {
		for _, stage := range api.Stages {
			if wanted != "" && stage.Name != wanted {
				continue
			}
			for _, m := range stage.Methods {
				word := m.HTTPMethod
				if len(args) == 1 {
					if m.HTTPMethod != "ANY" && !strings.EqualFold(m.HTTPMethod, args[0]) {
						continue
					}
					word = described(m.Path, m.Type)
				}
				if !slices.Contains(out, word) {
					out = append(out, word)
				}
			}
		}
	}
	return out
}

// traceWords lists the requests that the running gateway remembers, the newest
// first.
func (c *command) traceWords(cmd *cobra.Command, args []string) []string {
	if len(args) > 0 {
		return nil
	}
	client, ctx, cancel, err := c.completing(cmd)
	if err != nil {
		return nil
	}
	defer cancel()
	list, err := client.Traces(ctx, stackapi.TraceFilter{})
	if err != nil {
		return nil
	}
	var out []string
	for _, a := range slices.Backward(list.Traces) {
		out = append(out, described(a.RequestID, fmt.Sprintf("%d %s %s", a.Status, a.HTTPMethod, cutText(oneLine(a.Path), 60))))
	}
	return out
}

// documents reads the files of a command line that are YAML or JSON.
func documents(args []string) []*cfn.Document {
	var out []*cfn.Document
	for _, name := range args {
		text, err := os.ReadFile(filepath.Clean(name))
		if err != nil || len(text) > maxTemplate {
			continue
		}
		if d, err := cfn.ReadDocument(name, text, cfn.Limits{}); err == nil {
			out = append(out, d)
		}
	}
	return out
}

// resourceWords lists the resources of a template that have mapping templates.
func (c *command) resourceWords(_ *cobra.Command, args []string) []string {
	var out []string
	for _, d := range documents(args) {
		resources := d.Root.Get("Resources")
		if resources == nil {
			continue
		}
		for _, m := range resources.Members {
			if t := m.Value.Get("Type"); t != nil && kindOfResource(t.Text) != "" {
				out = append(out, described(m.Key, t.Text))
			}
		}
	}
	return out
}

// operationWords lists the methods of an OpenAPI file.
func (c *command) operationWords(_ *cobra.Command, args []string) []string {
	var out []string
	for _, d := range documents(args) {
		if d.Root.Get("paths") != nil {
			out = append(out, methodsOf(d)...)
		}
	}
	return out
}

// completeParameters lists the parameters of templates, to be given a value.
func (c *command) completeParameters(_ *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
	var out []string
	for _, d := range documents(args) {
		parameters := d.Root.Get("Parameters")
		if parameters == nil {
			continue
		}
		for _, m := range parameters.Members {
			about := ""
			if t := m.Value.Get("Description"); t != nil {
				about = t.Text
			}
			out = append(out, described(m.Key+"=", about))
		}
	}
	return out, cobra.ShellCompDirectiveNoFileComp | cobra.ShellCompDirectiveNoSpace
}
