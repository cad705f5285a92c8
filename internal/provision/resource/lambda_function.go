package resource

import (
	"context"
	"errors"
	"maps"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"postern/internal/lambda"
	"postern/internal/property"
)

// A lambdaFunction is a program that runs when it is called.
type lambdaFunction struct {
	lambda.Function
	code     *lambdaCode
	tags     map[string]string
	reserved *int64

	// What only the Terraform-shaped type has.
	filename, sourceHash, bucket, key, objectVersion, image string
	publish                                                 bool

	arn, invokeARN, qualifiedARN, qualifiedInvokeARN, version, modified, sha256, size string
}

// A lambdaCode is where the code of a function is.
type lambdaCode struct {
	inline, bucket, key, objectVersion, image, path string
}

// Properties is the one definition of where code is.
func (c *lambdaCode) Properties() property.List {
	return property.List{
		onTypes("zipFile", property.Text(&c.inline), 0, "The source itself: index.js of a Node.js function or index.py of a Python function."),
		onTypes("path", property.Text(&c.path), 0, "A folder or zip beside the template. It may stand in place of the object: Code: ./src."),
		onTypes("s3Bucket", property.Text(&c.bucket), 0, "Not a bucket, for S3 is not read: only hot-reload, with an absolute path as S3Key."),
		onTypes("s3Key", property.Text(&c.key), 0, "With the bucket hot-reload: the absolute path of a folder or zip."),
		onTypes("s3ObjectVersion", property.Text(&c.objectVersion), 0, "It means nothing here."),
		onTypes("imageUri", property.Text(&c.image), 0, "Container images cannot be run."),
	}
}

func (m *lambdaFunction) rows() property.List {
	return append(m.Properties(),
		onTypes("tags", property.Tags(&m.tags), 0, "Tags."),
	)
}

// reservedRow is the concurrency that is kept for a function.
func (m *lambdaFunction) reservedRow() property.Row {
	return onTypes("reservedConcurrentExecutions", property.OptionalInt(&m.reserved, -1, 1_000_000), 0, "How many invocations may run at once.")
}

func lambdaFunctionTypes(e *environment) []Type {
	t := table[lambdaFunction]{
		env: e, noun: "LambdaFunction", doc: "A program that runs when it is called.",
		identify: func(m *lambdaFunction, id string) { m.Name = id },
		describe: e.describeFunction,
		create:   e.createFunction,
		read:     e.readFunction,
		update:   e.updateFunction,
		find: func(_ context.Context, r Request, m *lambdaFunction) error {
			m.Name = or(m.Name, physicalName(r, 64))
			return nil
		},
		note: func(m *lambdaFunction) string { return m.Runtime },
		delete: func(ctx context.Context, _ Request, m *lambdaFunction) error {
			return foreign(e.functions.DeleteFunction(ctx, m.Name, ""))
		},
	}
	cfn, tf := t, t
	cfn.name, cfn.surface, cfn.identifier = nativeLambda+"Function", property.CloudFormation, []string{"FunctionName"}
	cfn.rows = func(m *lambdaFunction) property.List {
		return append(m.rows(), m.reservedRow(),
			onTypes("code", property.Object(&m.code), property.Required|property.WriteOnly, "The function's code: inline, a folder or a zip."),
			attributeRow("arn", &m.arn, "The function's ARN."),
		)
	}
	cfn.check = func(m *lambdaFunction, given map[string]any) property.Errors {
		errs := m.problems()
		if c := m.code; c != nil {
			errs = append(errs, inside(c.problems(given["Code"]).Spell(property.CloudFormation, c.Properties()), "code")...)
		}
		return errs
	}
	tf.name, tf.surface, tf.identifier = terraformLambda+"Function", property.TerraformType, []string{"FunctionName"}
	tf.assumed = map[string]any{"ReservedConcurrentExecutions": -1}
	tf.rows = func(m *lambdaFunction) property.List {
		rows := with(append(m.rows(), m.reservedRow()), property.Required, "functionName")
		return append(append(rows,
			onTypes("filename", property.Text(&m.filename), property.WriteOnly, "A folder or zip beside the template."),
			onTypes("sourceCodeHash", property.Text(&m.sourceHash), property.WriteOnly, "Another value says that the code has changed."),
			onTypes("s3Bucket", property.Text(&m.bucket), property.WriteOnly, "Not a bucket, for S3 is not read: only hot-reload, with an absolute path as S3Key."),
			onTypes("s3Key", property.Text(&m.key), property.WriteOnly, "With the bucket hot-reload: the absolute path of a folder or zip."),
			onTypes("s3ObjectVersion", property.Text(&m.objectVersion), property.WriteOnly, "It means nothing here."),
			onTypes("imageUri", property.Text(&m.image), property.WriteOnly, "Container images cannot be run."),
			onTypes("publish", property.Bool(&m.publish), property.WriteOnly, "Whether each change makes a version."),
			attributeRow("arn", &m.arn, "The function's ARN."),
			attributeRow("invokeArn", &m.invokeARN, "What an integration takes for its Uri."),
			attributeRow("qualifiedArn", &m.qualifiedARN, "The ARN of the newest version."),
			attributeRow("qualifiedInvokeArn", &m.qualifiedInvokeARN, "What an integration takes for its Uri, for the newest version."),
			attributeRow("version", &m.version, "The newest version."),
			attributeRow("lastModified", &m.modified, "When it was last changed."),
			attributeRow("codeSha256", &m.sha256, "The digest of the code, in base64."),
			attributeRow("sourceCodeSize", &m.size, "The size of the code in bytes."),
		), idRows(&m.Name)...)
	}
	tf.check = func(m *lambdaFunction, given map[string]any) property.Errors {
		errs := m.problems()
		c := lambdaCode{path: m.filename, bucket: m.bucket, key: m.key, image: m.image}
		for _, bad := range c.problems(nil) {
			// The code is not in an object of its own here.
			if bad.Path[0] == "path" {
				bad.Path = []string{"filename"}
			}
			errs = append(errs, bad)
		}
		if given["Filename"] == nil && given["S3Bucket"] == nil && given["ImageUri"] == nil {
			errs = append(errs, property.Missing("filename", "the function needs code"))
		}
		return errs
	}
	return []Type{&codeType{&cfn}, &fileType{&tf}}
}

// fileType is the Terraform-shaped type.
type fileType struct{ *table[lambdaFunction] }

// Files implements Placed.
func (t *fileType) Files(properties map[string]any) bool { return properties["Filename"] != nil }

// Files implements Placed.
func (t *codeType) Files(properties map[string]any) bool {
	code, _ := codeObject(properties)["Code"].(map[string]any)
	return code["Path"] != nil
}

// problems are those that do not depend on where the code is. Names that are
// made, and defaults, are no problem.
func (m *lambdaFunction) problems() property.Errors {
	f := m.Function
	f.Defaults()
	errs := f.Validate()
	if len(f.Layers) > 0 {
		errs = append(errs, property.Bad("layers", nil, "layers are not part of Postern yet; put what is in them into the function's code"))
	}
	return errs
}

// problems says what is wrong with the place of code. given is the object as it
// is written; what is pending in it is not judged.
func (c *lambdaCode) problems(given any) property.Errors {
	members, _ := given.(map[string]any)
	for _, v := range members {
		if HasUnknown(v) {
			return nil
		}
	}
	ways := 0
	for _, way := range []string{c.inline, c.path, c.bucket + c.key, c.image} {
		if way != "" {
			ways++
		}
	}
	switch {
	case c.image != "":
		return property.Errors{property.Bad("imageUri", nil, "container images cannot be run; write the code inline, or name a folder or zip")}
	case c.bucket != "" && c.bucket != lambda.HotReload, c.bucket == "" && c.key != "":
		return property.Errors{property.Bad("s3Bucket", c.bucket, "code in S3 cannot be read; name a folder or zip beside the template, such as Code: ./src")}
	case strings.HasPrefix(c.path, "s3://"):
		return property.Errors{property.Bad("path", c.path, "code in S3 cannot be read; name a folder or zip beside the template, such as Code: ./src")}
	case ways > 1:
		return property.Errors{property.Bad("zipFile", nil, "%d places of code are given, exactly one expected", ways)}
	}
	return nil
}

// source is the code that m names, for a request that says where the template
// is.
func (m *lambdaFunction) source(r Request) (lambda.Code, error) {
	c := m.code
	if c == nil {
		c = &lambdaCode{path: m.filename, bucket: m.bucket, key: m.key, image: m.image}
	}
	code := lambda.Code{Inline: c.inline, S3Bucket: c.bucket, S3Key: c.key, ImageURI: c.image}
	if c.path == "" {
		return code, nil
	}
	if r.Dir == "" {
		return code, &Error{Code: InvalidRequest, Path: m.codePath(),
			Message: c.path + ": only a template that postern up was given as a file may name folders and zips"}
	}
	code.Path = c.path
	if !filepath.IsAbs(code.Path) {
		code.Path = filepath.Join(r.Dir, code.Path)
	}
	return code, nil
}

// codePath is the property that says where the code is.
func (m *lambdaFunction) codePath() []string {
	switch {
	case m.code != nil:
		return []string{"Code"}
	case m.filename != "":
		return []string{"Filename"}
	}
	return []string{"S3Key"}
}

// blame adds the property to a refusal of the code.
func (m *lambdaFunction) blame(err error) error {
	var l *lambda.Error
	if errors.As(err, &l) && l.OfCode {
		return &Error{Code: InvalidRequest, Message: l.Message, Path: m.codePath(), Err: err}
	}
	return foreign(err)
}

// codeType is the native type, in which a text may stand in the place of Code:
// the path of a folder or zip, as "aws cloudformation package" takes it.
type codeType struct{ *table[lambdaFunction] }

func codeObject(properties map[string]any) map[string]any {
	path, ok := properties["Code"].(string)
	if !ok {
		return properties
	}
	out := maps.Clone(properties)
	out["Code"] = map[string]any{"Path": path}
	return out
}

func (t *codeType) Check(properties map[string]any) []Problem {
	out := t.table.Check(codeObject(properties))
	if _, ok := properties["Code"].(string); ok {
		for i := range out {
			if len(out[i].Path) > 1 && out[i].Path[0] == "Code" {
				out[i].Path = out[i].Path[:1]
			}
		}
	}
	return out
}

func (t *codeType) Diff(old, wanted map[string]any) []Change {
	return t.table.Diff(codeObject(old), codeObject(wanted))
}

func (t *codeType) Create(ctx context.Context, r Request) (Result, error) {
	r.Properties = codeObject(r.Properties)
	return t.table.Create(ctx, r)
}

func (t *codeType) Read(ctx context.Context, r Request) (Result, error) {
	r.Properties = codeObject(r.Properties)
	return t.table.Read(ctx, r)
}

func (t *codeType) Update(ctx context.Context, r Request) (Result, error) {
	r.Properties, r.Old = codeObject(r.Properties), codeObject(r.Old)
	return t.table.Update(ctx, r)
}

func (t *codeType) Delete(ctx context.Context, r Request) error {
	r.Properties = codeObject(r.Properties)
	return t.table.Delete(ctx, r)
}

func (e *environment) describeFunction(r Request, m *lambdaFunction) {
	m.arn = e.functions.ARN(m.Name, "")
	m.invokeARN = e.invocationARN(r, m.arn)
	version := or(m.version, lambda.Latest)
	m.version, m.qualifiedARN = version, e.functions.ARN(m.Name, version)
	m.qualifiedInvokeARN = e.invocationARN(r, m.qualifiedARN)
	m.modified, m.sha256, m.size = m.Modified.Format("2006-01-02T15:04:05.000-0700"), m.Source.SHA256, strconv.FormatInt(m.Source.Size, 10)
}

// invocationARN is how an integration names a function.
func (e *environment) invocationARN(r Request, function string) string {
	return "arn:" + e.partition() + ":apigateway:" + e.region(r) + ":lambda:path/2015-03-31/functions/" + function + "/invocations"
}

func (e *environment) createFunction(ctx context.Context, r Request, m *lambdaFunction) error {
	code, err := m.source(r)
	if err != nil {
		return err
	}
	m.Name = or(m.Name, physicalName(r, 64))
	m.Defaults()
	c := &lambda.Creation{Function: m.Function, Code: code, Tags: withStackTags(r, m.tags), Publish: m.publish}
	if _, err := e.functions.CreateFunction(ctx, c); err != nil {
		return m.blame(err)
	}
	if m.reserved != nil && *m.reserved >= 0 {
		if err := e.functions.PutConcurrency(ctx, m.Name, *m.reserved); err != nil {
			return foreign(err)
		}
	}
	return e.readFunction(ctx, r, m)
}

func (e *environment) readFunction(ctx context.Context, r Request, m *lambdaFunction) error {
	own := m.tags
	d, err := e.functions.GetFunction(ctx, m.Name, "")
	if err != nil {
		return foreign(err)
	}
	m.Function, m.tags, m.reserved = *d.Function, withoutStackTags(r, d.Tags, own), d.Reserved
	versions, err := e.functions.ListVersions(ctx, m.Name)
	if err != nil {
		return foreign(err)
	}
	m.version = versions[len(versions)-1].Version
	return nil
}

func (e *environment) updateFunction(ctx context.Context, r Request, is, want *lambdaFunction) error {
	code, err := want.source(r)
	if err != nil {
		return err
	}
	want.Defaults()
	before, after := is.Function, want.Function
	if !equal(before.Properties(), after.Properties()) {
		if _, err := e.functions.UpdateFunctionConfiguration(ctx, is.Name, "", func(f *lambda.Function) error {
			*f = after
			f.RevisionID, f.Modified = before.RevisionID, before.Modified
			return nil
		}); err != nil {
			return foreign(err)
		}
	}
	if _, err := e.functions.UpdateFunctionCode(ctx, is.Name, &lambda.CodeUpdate{Code: code, Architectures: after.Architecture, Publish: want.publish, OnlyIfChanged: true}); err != nil {
		return want.blame(err)
	}
	switch {
	case want.reserved != nil && *want.reserved >= 0:
		err = e.functions.PutConcurrency(ctx, is.Name, *want.reserved)
	case is.reserved != nil:
		err = e.functions.DeleteConcurrency(ctx, is.Name)
	}
	if err != nil {
		return foreign(err)
	}
	return e.retagFunction(ctx, r, is.Name, want.tags)
}

// retagFunction makes the tags of a function those that are wanted.
func (e *environment) retagFunction(ctx context.Context, r Request, name string, own map[string]string) error {
	arn := e.functions.ARN(name, "")
	is, err := e.functions.ListTags(ctx, arn)
	if err != nil {
		return foreign(err)
	}
	want := withStackTags(r, own)
	if maps.Equal(is, want) {
		return nil
	}
	surplus := slices.DeleteFunc(slices.Collect(maps.Keys(is)), func(k string) bool { _, ok := want[k]; return ok })
	if len(surplus) > 0 {
		if err := e.functions.UntagResource(ctx, arn, surplus); err != nil {
			return foreign(err)
		}
	}
	if len(want) == 0 {
		return nil
	}
	return foreign(e.functions.TagResource(ctx, arn, want))
}
