package cli

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"postern/internal/adapter/stackapi"
	"postern/internal/lang/cfn"
)

// maxTemplate is the size of a template in bytes, as cfn has it.
const maxTemplate = 50 << 20

// templates are the flags about templates.
type templates struct {
	parameters []string
	overrides  []string
	vars       []string
	tags       []string
	stackName  string
	noDeploy   bool
}

// read reads templates and names their stacks. A template that is too long is
// not read.
func (c *command) read(files []string, t *templates) ([]source, error) {
	if t.stackName != "" && len(files) > 1 {
		return nil, usage("each template is a stack of its own, named after its file", "--stack-name names one stack, found %d templates", len(files))
	}
	var out []source
	for _, file := range files {
		text, err := c.readFile(file)
		if err != nil {
			return nil, err
		}
		s := source{name: file, stack: stackName(file), text: text}
		if t.stackName != "" {
			s.stack = t.stackName
		}
		for _, other := range out {
			if other.stack == s.stack {
				return nil, usage("name one of them with --stack-name and bring it up by itself", "%s and %s are both stack %s", other.name, s.name, s.stack)
			}
		}
		out = append(out, s)
	}
	return out, nil
}

// templateIn proposes a template in a directory, or in one below it.
func templateIn(dir string) string {
	for _, pattern := range []string{"template.yaml", "*.yaml", "*.yml", "*.json", "*/template.yaml", "*/*.yaml"} {
		if found, err := filepath.Glob(filepath.Join(dir, pattern)); err == nil && len(found) > 0 {
			return "name a template in it, such as " + found[0]
		}
	}
	return "there is no template in it"
}

func (c *command) readFile(file string) ([]byte, error) {
	if file == "-" {
		text, err := io.ReadAll(io.LimitReader(c.In, maxTemplate+1))
		switch {
		case err != nil:
			return nil, failed("", "read standard input: %w", err)
		case len(text) > maxTemplate:
			return nil, tooLong("standard input", "more than")
		}
		return text, nil
	}
	f, err := os.Open(file)
	if err != nil {
		return nil, unreadable(file, err)
	}
	defer f.Close()
	info, err := f.Stat()
	switch {
	case err != nil:
		return nil, unreadable(file, err)
	case info.IsDir():
		return nil, usage(templateIn(file), "%s is a directory, expected a template", file)
	case info.Mode().IsRegular() && info.Size() > maxTemplate:
		return nil, tooLong(file, fmt.Sprintf("%d bytes,", info.Size()))
	}
	text, err := io.ReadAll(io.LimitReader(f, maxTemplate+1))
	switch {
	case err != nil:
		return nil, unreadable(file, err)
	case len(text) > maxTemplate:
		return nil, tooLong(file, "more than")
	}
	return text, nil
}

func unreadable(file string, err error) error {
	help := ""
	switch {
	case errors.Is(err, os.ErrNotExist):
		help = "check the name; examples/quickstart/template.yaml is one to begin with"
	case errors.Is(err, os.ErrPermission):
		help = "give yourself permission to read it"
	}
	return failed(help, "%w", err)
}

func tooLong(file, found string) error {
	return &exit{code: exitInvalid, err: fmt.Errorf("%s: the template has %s more than the %d bytes (50 MiB) that are allowed", file, found, maxTemplate),
		help: "split it into several templates, each a stack of its own"}
}

// request makes what a gateway is asked of a source.
func (t *templates) request(s source) (stackapi.StackRequest, error) {
	all := append(append(append([]string(nil), t.parameters...), t.overrides...), t.vars...)
	params, err := pairs("--parameters", all)
	if err != nil {
		return stackapi.StackRequest{}, err
	}
	tags, err := pairs("--tags", t.tags)
	if err != nil {
		return stackapi.StackRequest{}, err
	}
	dir := "."
	if s.name != "-" {
		dir = filepath.Dir(s.name)
	}
	if dir, err = filepath.Abs(dir); err != nil {
		return stackapi.StackRequest{}, failed("", "%s: %w", s.name, err)
	}
	return stackapi.StackRequest{Dir: dir, Template: stackapi.Template{Name: s.name, Text: string(s.text)}, Parameters: params, Tags: tags, NoAutoDeploy: t.noDeploy}, nil
}

// requests makes one for each source. A parameter goes to the templates that
// declare it; one that none declares goes to all, which complain.
func (t *templates) requests(sources []source) ([]stackapi.StackRequest, error) {
	out := make([]stackapi.StackRequest, len(sources))
	declared := make([]map[string]bool, len(sources))
	anywhere := map[string]bool{}
	for i, s := range sources {
		var err error
		if out[i], err = t.request(s); err != nil {
			return nil, err
		}
		if len(sources) == 1 || len(out[i].Parameters) == 0 {
			continue
		}
		parsed, err := cfn.Parse(s.name, s.text, cfn.Limits{})
		if err != nil {
			continue // whoever uses it says why
		}
		declared[i] = map[string]bool{}
		for _, p := range parsed.Parameters {
			declared[i][p.Name], anywhere[p.Name] = true, true
		}
	}
	for i := range out {
		for name := range out[i].Parameters {
			if declared[i] != nil && anywhere[name] && !declared[i][name] {
				delete(out[i].Parameters, name)
			}
		}
	}
	return out, nil
}
