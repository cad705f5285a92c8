package cli

import (
	"fmt"
	"strings"

	"postern/internal/adapter/stackapi"
)

// addresses shows what APIs serve: the addresses on stdout, a line for each
// method that can be pasted into a shell.
func (c *command) addresses(apis []stackapi.API) {
	for _, api := range apis {
		if len(api.Stages) == 0 {
			c.note("%s %s has no stage yet, so nothing is served", c.style.yellow("!"), named(api))
		}
		for _, stage := range api.Stages {
			c.note("%s stage %s of %s is live at %s", c.style.green("✓"), stage.Name, named(api), c.style.bold(stage.URL))
			c.note("  also %s", stage.HostURL)
			if stage.Problem != "" {
				c.note("%s it serves an older deployment: %s", c.style.red("!"), stage.Problem)
			}
			c.methods(stage)
		}
	}
}

func named(api stackapi.API) string {
	if api.Name == "" {
		return api.ID
	}
	return api.Name + " (" + api.ID + ")"
}

// methods writes the methods of a stage in columns.
func (c *command) methods(stage stackapi.Stage) {
	verbs, paths, types := 0, 0, 0
	for _, m := range stage.Methods {
		verbs, paths, types = max(verbs, len(m.HTTPMethod)), max(paths, len([]rune(m.Path))), max(types, len(m.Type))
	}
	for _, m := range stage.Methods {
		fmt.Fprintf(c.Out, "    %s %s  %s  %s\n", pad(m.HTTPMethod, verbs), pad(m.Path, paths), pad(m.Type, types), curl(m))
	}
}

// curl is the command that calls a method. … stands for what only the caller knows.
func curl(m stackapi.Method) string {
	out := "curl "
	switch m.HTTPMethod {
	case "GET", "ANY":
	case "HEAD":
		out += "-I "
	case "POST", "PUT", "PATCH":
		out += "-X " + m.HTTPMethod + " -H 'Content-Type: application/json' -d '{}' "
	default:
		out += "-X " + m.HTTPMethod + " "
	}
	for _, name := range m.Headers {
		out += "-H " + shellWord(name+": …") + " "
	}
	if m.Scope != "" {
		out += "--aws-sigv4 " + shellWord(m.Scope) + " --user …:… "
	}
	url, mark := m.URL, "?"
	for _, name := range m.Query {
		url, mark = url+mark+name+"=…", "&"
	}
	return out + shellWord(url)
}

// shellWord quotes what a shell would read as more than a word.
func shellWord(s string) string {
	if strings.Trim(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789:/._-%+@,=") == "" && s != "" {
		return s
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}
