package lambdaapi

import (
	"maps"
	"net/url"

	"postern/internal/lambda"
	"postern/internal/property"
)

func (c *call) name() string      { return c.PathValue("name") }
func (c *call) qualifier() string { return c.URL.Query().Get("Qualifier") }

// configuration shows a function. The qualifier is that of the ARN.
//
// See "FunctionConfiguration".
func (c *call) configuration(f *lambda.Function, qualifier string) map[string]any {
	out := property.Encode(property.Service, f.Properties())
	out["FunctionArn"] = c.lambda.ARN(f.Name, qualifier)
	out["Version"] = f.Version
	out["CodeSize"] = f.Source.Size
	out["CodeSha256"] = f.Source.SHA256
	out["LastModified"] = f.Modified.UTC().Format("2006-01-02T15:04:05.000-0700")
	out["RevisionId"] = f.RevisionID
	out["State"] = "Active"
	out["LastUpdateStatus"] = "Successful"
	out["TracingConfig"] = map[string]any{"Mode": "PassThrough"}
	if f.Tracing != nil {
		out["TracingConfig"] = map[string]any{"Mode": f.Tracing.Mode}
	}
	if f.Storage == nil {
		out["EphemeralStorage"] = map[string]any{"Size": 512}
	}
	snap := map[string]any{"ApplyOn": "None", "OptimizationStatus": "Off"}
	if f.SnapStart != nil {
		snap["ApplyOn"] = f.SnapStart.ApplyOn
	}
	out["SnapStart"] = snap
	logging := map[string]any{"LogFormat": "Text", "LogGroup": "/aws/lambda/" + f.Name}
	if given, ok := out["LoggingConfig"].(map[string]any); ok {
		maps.Copy(logging, given)
	}
	out["LoggingConfig"] = logging
	if vpc, ok := out["VpcConfig"].(map[string]any); ok {
		vpc["VpcId"] = ""
	}
	delete(out, "Layers")
	return out
}

// A creation is the body of CreateFunction.
type creation struct {
	lambda.Creation
	code *codeInput
}

func (in *creation) rows() property.List {
	rows := in.Function.Properties()
	for i := range rows {
		if rows[i].Name == "functionName" {
			rows[i].Is |= property.Required
		}
	}
	return append(rows,
		property.Row{Name: "code", Value: property.Object(&in.code), Is: property.Required},
		property.Row{Name: "tags", Value: property.TextMap(&in.Tags, "")},
		property.Row{Name: "publish", Value: property.Bool(&in.Publish)},
	)
}

func (c *call) createFunction() (any, error) {
	members, err := c.members()
	if err != nil {
		return nil, err
	}
	in := &creation{}
	in.Defaults()
	if err := decode(in.rows(), members); err != nil {
		return nil, err
	}
	if err := without(members); err != nil {
		return nil, err
	}
	tidy(&in.Function)
	in.Code = in.code.Code
	if err := unzip(&in.Code, in.code.zip); err != nil {
		return nil, err
	}
	f, err := c.lambda.CreateFunction(c.Context(), &in.Creation)
	if err != nil {
		return nil, err
	}
	return c.configuration(f, published(f)), nil
}

// published is the qualifier of a version that was just made.
func published(f *lambda.Function) string {
	if f.Version == lambda.Latest {
		return ""
	}
	return f.Version
}

// tidy takes out blocks that say nothing: that is how clients take them away.
func tidy(f *lambda.Function) {
	if v := f.VPC; v != nil && len(v.Subnets) == 0 && len(v.SecurityGroups) == 0 {
		f.VPC = nil
	}
	if d := f.DeadLetter; d != nil && d.Target == "" {
		f.DeadLetter = nil
	}
	if e := f.Environment; e != nil && len(e.Variables) == 0 {
		f.Environment = nil
	}
	if len(f.Architecture) == 0 {
		f.Architecture = []string{"x86_64"}
	}
}

func (c *call) updateConfiguration() (any, error) {
	members, err := c.members()
	if err != nil {
		return nil, err
	}
	if err := without(members); err != nil {
		return nil, err
	}
	var revision string
	if err := decode(property.List{{Name: "revisionId", Value: property.Text(&revision)}}, members); err != nil {
		return nil, err
	}
	// What these say is said by other operations.
	for _, other := range []string{"FunctionName", "PackageType", "Architectures", "Tags", "Code"} {
		delete(members, other)
	}
	f, err := c.lambda.UpdateFunctionConfiguration(c.Context(), c.name(), revision, func(f *lambda.Function) error {
		rows := f.Properties()
		for i := range rows {
			rows[i].Is &^= property.Required
		}
		if err := decode(rows, members); err != nil {
			return err
		}
		tidy(f)
		return nil
	})
	if err != nil {
		return nil, err
	}
	return c.configuration(f, ""), nil
}

func (c *call) updateCode() (any, error) {
	members, err := c.members()
	if err != nil {
		return nil, err
	}
	var u lambda.CodeUpdate
	var zip string
	rows := append(codeRows(&u.Code, &zip),
		property.Row{Name: "architectures", Value: property.TextList(&u.Architectures)},
		property.Row{Name: "publish", Value: property.Bool(&u.Publish)},
		property.Row{Name: "dryRun", Value: property.Bool(&u.DryRun)},
		property.Row{Name: "revisionId", Value: property.Text(&u.RevisionID)},
	)
	if err := decode(rows, members); err != nil {
		return nil, err
	}
	if err := unzip(&u.Code, zip); err != nil {
		return nil, err
	}
	f, err := c.lambda.UpdateFunctionCode(c.Context(), c.name(), &u)
	if err != nil {
		return nil, err
	}
	return c.configuration(f, published(f)), nil
}

// shown is the qualifier of the ARN of a function that was asked for.
func (c *call) shown() string {
	if q := c.qualifier(); q != "" {
		return q
	}
	n, err := lambda.ParseName(c.name())
	if err != nil {
		return ""
	}
	return n.Qualifier
}

func (c *call) getFunction() (any, error) {
	d, err := c.lambda.GetFunction(c.Context(), c.name(), c.qualifier())
	if err != nil {
		return nil, err
	}
	out := map[string]any{"Configuration": c.configuration(d.Function, c.shown())}
	location := url.URL{Scheme: "http", Host: c.Host, Path: functions + "/" + d.Name + "/code"}
	if c.TLS != nil {
		location.Scheme = "https"
	}
	if d.Version != lambda.Latest {
		location.RawQuery = url.Values{"Qualifier": {d.Version}}.Encode()
	}
	out["Code"] = map[string]any{"RepositoryType": "S3", "Location": location.String()}
	if len(d.Tags) > 0 {
		out["Tags"] = d.Tags
	}
	if d.Reserved != nil {
		out["Concurrency"] = map[string]any{"ReservedConcurrentExecutions": *d.Reserved}
	}
	return out, nil
}

func (c *call) getCode() (any, error) {
	archive, err := c.lambda.Archive(c.Context(), c.name(), c.qualifier())
	if err != nil {
		return nil, err
	}
	return &raw{contentType: "application/zip", body: archive}, nil
}

func (c *call) getConfiguration() (any, error) {
	d, err := c.lambda.GetFunction(c.Context(), c.name(), c.qualifier())
	if err != nil {
		return nil, err
	}
	return c.configuration(d.Function, c.shown()), nil
}

func (c *call) listFunctions() (any, error) {
	all := false
	switch v := c.URL.Query().Get("FunctionVersion"); v {
	case "":
	case "ALL":
		all = true
	default:
		return nil, &lambda.Error{Code: lambda.ValidationException, Message: "1 validation error detected: Value '" + v +
			"' at 'functionVersion' failed to satisfy constraint: Member must satisfy enum value set: [ALL]"}
	}
	list, err := c.lambda.ListFunctions(c.Context(), all)
	if err != nil {
		return nil, err
	}
	return listed(c, "Functions", list, func(f *lambda.Function) (any, error) {
		qualifier := ""
		if all {
			qualifier = f.Version
		}
		return c.configuration(f, qualifier), nil
	})
}

// listed answers with a page of a list, its items in their form on the wire.
func listed[T any](c *call, name string, list []T, form func(T) (any, error)) (any, error) {
	items, next, err := page(c, list, 50)
	if err != nil {
		return nil, err
	}
	all := make([]any, len(items))
	for i, item := range items {
		if all[i], err = form(item); err != nil {
			return nil, err
		}
	}
	out := map[string]any{name: all}
	if next != nil {
		out["NextMarker"] = next
	}
	return out, nil
}

func (c *call) deleteFunction() (any, error) {
	return nil, c.lambda.DeleteFunction(c.Context(), c.name(), c.qualifier())
}

func (c *call) publishVersion() (any, error) {
	members, err := c.members()
	if err != nil {
		return nil, err
	}
	var p lambda.Publication
	if err := decode(property.List{
		{Name: "description", Value: property.OptionalText(&p.Description)},
		{Name: "codeSha256", Value: property.Text(&p.SHA256)},
		{Name: "revisionId", Value: property.Text(&p.RevisionID)},
	}, members); err != nil {
		return nil, err
	}
	if p.Description != nil && *p.Description == "" {
		p.Description = nil
	}
	f, err := c.lambda.PublishVersion(c.Context(), c.name(), &p)
	if err != nil {
		return nil, err
	}
	return c.configuration(f, f.Version), nil
}

func (c *call) listVersions() (any, error) {
	list, err := c.lambda.ListVersions(c.Context(), c.name())
	if err != nil {
		return nil, err
	}
	return listed(c, "Versions", list, func(f *lambda.Function) (any, error) { return c.configuration(f, f.Version), nil })
}

// existing refuses a function that does not exist.
func (c *call) existing() (*lambda.Detail, error) {
	return c.lambda.GetFunction(c.Context(), c.name(), "")
}

func (c *call) getCodeSigning() (any, error) {
	d, err := c.existing()
	if err != nil {
		return nil, err
	}
	return map[string]any{"FunctionName": d.Name}, nil
}

func (c *call) getRuntimeManagement() (any, error) {
	d, err := c.existing()
	if err != nil {
		return nil, err
	}
	return map[string]any{"FunctionArn": c.lambda.ARN(d.Name, c.qualifier()), "UpdateRuntimeOn": "Auto"}, nil
}

func (c *call) getURL() (any, error) {
	if _, err := c.existing(); err != nil {
		return nil, err
	}
	return nil, &lambda.Error{Code: lambda.ResourceNotFound, Message: "The resource you requested does not exist."}
}

func (c *call) listURLs() (any, error) {
	if _, err := c.existing(); err != nil {
		return nil, err
	}
	return map[string]any{"FunctionUrlConfigs": []any{}}, nil
}

func (c *call) listEventSources() (any, error) {
	return map[string]any{"EventSourceMappings": []any{}}, nil
}
