package cli

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"postern/internal/adapter/stackapi"
	"postern/internal/lang/cases"
	"postern/internal/lang/cfn"
	"postern/internal/lang/lint"
	"postern/internal/lang/mapping"
	"postern/internal/lang/vtl"
)

// renderingSchema is what render -o json prints.
const renderingSchema = "postern.rendering/1"

type renderingDocument struct {
	Schema    string             `json:"schema"`
	Template  string             `json:"template"` // which one
	Output    *string            `json:"output"`   // null: the template fails
	Overrides any                `json:"overrides,omitempty"`
	Problems  []stackapi.Problem `json:"problems"`
}

// A rendering is what postern render is asked for.
type rendering struct {
	request     string // file of the request
	resource    string // logical id in a CloudFormation template
	method      string // "GET /pets/{id}" in an OpenAPI file
	contentType string
	response    string // status code of the integration response
	templates   templates
}

func (c *command) renderCommand() *cobra.Command {
	var r rendering
	cmd := &cobra.Command{
		Use:   "render FILE",
		Short: "Render one mapping template, without a gateway",
		Long: `Render one mapping template, without a gateway: a file with nothing else in it; the
template of a resource in a CloudFormation template (--resource); or that of a method
in an OpenAPI file (--method). - is standard input.

The request is JSON. Each member may be missing; body is text, or JSON as it is:

  {"body": {"id": 7}, "headers": {"X-A": "1"}, "query": {"page": ["1", "2"]}, "path": {"id": "7"},
   "context": {"stage": "prod", "identity": {"sourceIp": "203.0.113.9"}}, "stageVariables": {},
   "response": {"status": 200, "headers": {}, "body": {}}}

What context does not say has a sample value. With --response, and for a file if the
request has a response, $input is the endpoint's response.

The text goes to stdout; what the template sets on $context.requestOverride and
$context.responseOverride goes to stderr. The exit code is 3 if the template fails.`,
		Example: `  postern render pets.vm --request request.json
  echo '{"body": {"name": "ada"}}' | postern render template.yaml --resource GetPet --request -
  postern render openapi.yaml --method 'GET /pets/{id}' --response 200 -o json`,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) != 1 {
				return usage("postern render pets.vm --request request.json", "postern render needs one file, found %d", len(args))
			}
			return nil
		},
		RunE: func(_ *cobra.Command, args []string) error { return c.render(&r, args[0]) },
	}
	f := cmd.Flags()
	f.StringVarP(&r.request, "request", "r", "", "`FILE` with the request as JSON; - is standard input")
	f.StringVar(&r.resource, "resource", "", "logical `ID` of a method, integration or integration response")
	f.StringVar(&r.method, "method", "", "`\"VERB /path\"` of a method in an OpenAPI file")
	f.StringVar(&r.contentType, "content-type", "", "media `TYPE` of the template (application/json, or the only one)")
	f.StringVar(&r.response, "response", "", "`STATUS` of the integration response whose template is meant")
	f.StringArrayVar(&r.templates.parameters, "parameters", nil, "value of a parameter of a CloudFormation template: `Key=Value`")
	f.StringArrayVar(&r.templates.overrides, "parameter-overrides", nil, "the same")
	f.StringArrayVar(&r.templates.vars, "var", nil, "the same")
	f.Lookup("parameter-overrides").Hidden = true
	f.Lookup("var").Hidden = true
	return cmd
}

// A mappingSource is one mapping template and where it stands.
type mappingSource struct {
	file      source
	what      string // such as GetPet Integration.RequestTemplates application/json
	text      string
	mediaType string   // empty: not known
	path      []string // in a CloudFormation template
	response  bool     // of an integration response
	verb      string   // of the method, empty: not known
	resource  string   // path of the method, empty: not known

	// position returns where the byte at an offset of text stands in the file.
	position func(offset int) cfn.Position
}

func (c *command) render(r *rendering, file string) error {
	switch {
	case r.resource != "" && r.method != "":
		return usage("", "--resource is for CloudFormation templates and --method for OpenAPI files, found both")
	case file == "-" && r.request == "-":
		return usage("keep one of them in a file", "the template and the request are both to come from standard input")
	}
	src, err := c.mappingSource(r, file)
	if err != nil {
		return err
	}
	scope, err := c.sampleScope(r, src)
	if err != nil {
		return err
	}
	doc := renderingDocument{Schema: renderingSchema, Template: src.what, Problems: []stackapi.Problem{}}
	broken := false
	for _, f := range lint.Template(src.text, lint.Context{}) {
		// What fails only when it is reached is left to the rendering.
		if f.Severity == lint.Warning || strings.HasPrefix(f.Code, "V01") {
			doc.Problems = append(doc.Problems, src.problem(f))
			broken = broken || f.Severity == lint.Error
		}
	}
	if !broken {
		doc.Problems = append(doc.Problems, c.renderInto(&doc, src, scope)...)
	}
	return c.showRendering(&doc, src)
}

// renderInto renders the template and returns what is wrong.
func (c *command) renderInto(doc *renderingDocument, src *mappingSource, scope *mapping.Scope) []stackapi.Problem {
	t, err := mapping.ParseTemplate(src.what, src.text)
	var out []byte
	if err == nil {
		out, err = t.AppendTo(nil, scope)
	}
	if err != nil {
		return []stackapi.Problem{src.failure(err)}
	}
	text := string(out)
	doc.Output, doc.Overrides = &text, cases.Overrides(scope)
	if n := scope.LoopsCut(); n > 0 {
		c.note("%s ended after 1,000 rounds, as API Gateway does", count(n, "loop"))
	}
	if f := lint.Output(out, src.mediaType); f != nil {
		return []stackapi.Problem{src.problem(*f)}
	}
	return nil
}

// problem is a finding about the template, with its place in the file.
func (src *mappingSource) problem(f lint.Finding) stackapi.Problem {
	p := stackapi.Problem{Severity: stackapi.SeverityError, Width: f.Length, Path: src.path, Message: f.Message, Help: f.Help, AWS: f.AWS, Code: f.Code}
	if f.Severity == lint.Warning {
		p.Severity = stackapi.SeverityWarning
	}
	if f.Line > 0 && src.path != nil {
		p.Message += fmt.Sprintf(" (template line %d, column %d)", f.Line, f.Column)
	}
	at := src.position(f.ShowOffset)
	p.File, p.Line, p.Column = at.File, at.Line, at.Column
	return p
}

// failure is why the template failed, with its place in the file.
func (src *mappingSource) failure(err error) stackapi.Problem {
	var e *vtl.Error
	if !errors.As(err, &e) {
		return stackapi.Problem{Severity: stackapi.SeverityError, File: src.file.name, Path: src.path, Message: err.Error()}
	}
	f := lint.Finding{Line: e.Line, Column: e.Column, Length: 1, Severity: lint.Error, Message: e.Message}
	f.ShowOffset = lint.Offset(src.text, e.Line, e.Column)
	for _, known := range lint.Template(src.text, lint.Context{}) {
		if known.Line == e.Line && known.Column == e.Column && known.Severity == lint.Error {
			return src.problem(known)
		}
	}
	if e.Source != "" {
		f.Message += " in " + cutText(e.Source, 80)
	}
	return src.problem(f)
}

func (c *command) showRendering(doc *renderingDocument, src *mappingSource) error {
	if c.output == outputJSON {
		if err := c.json(doc); err != nil {
			return err
		}
	} else {
		shown := doc.Problems
		if c.quiet && doc.Output != nil {
			shown = nil
		}
		c.problems(shown, []source{src.file})
		if err := c.printRendering(doc); err != nil {
			return err
		}
	}
	if doc.Output == nil {
		return &exit{code: exitInvalid}
	}
	return nil
}

// printRendering writes the output as it is. A terminal gets a line end.
func (c *command) printRendering(doc *renderingDocument) error {
	if doc.Output == nil {
		return nil
	}
	text := *doc.Output
	if c.Terminal.Out && !strings.HasSuffix(text, "\n") {
		text += "\n"
	}
	if _, err := fmt.Fprint(c.Out, text); err != nil {
		return err
	}
	if doc.Overrides != nil && !c.quiet {
		for line := range strings.SplitSeq(indented(doc.Overrides), "\n") {
			c.note("%s", line)
		}
	}
	return nil
}

// indented writes overrides one a line: requestOverride.header.X = "a".
func indented(v any) string {
	var lines []string
	var walk func(path string, v any)
	walk = func(path string, v any) {
		m, ok := v.(map[string]any)
		if !ok {
			lines = append(lines, "$context."+path+" = "+printable(encode(v)))
			return
		}
		for _, name := range slices.Sorted(maps.Keys(m)) {
			inner := name
			if path != "" {
				inner = path + "." + name
			}
			walk(inner, m[name])
		}
	}
	walk("", v)
	return strings.Join(lines, "\n")
}
