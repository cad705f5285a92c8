package resource

import (
	"context"
	"errors"
	"maps"
	"strings"
	"time"

	"postern/internal/apigw"
	"postern/internal/control"
	"postern/internal/property"
)

// A restAPI is an API with what only templates say of it.
type restAPI struct {
	apigw.RestAPI

	body           string // an OpenAPI document
	bodyS3Location *s3Location
	cloneFrom      string
	parameters     map[string]string
	failOnWarnings bool
	mode           string

	arn, executionARN, created string
}

// An s3Location is where a document is stored.
type s3Location struct{ bucket, key, version, etag string }

// Properties is the one definition of the location of a document.
func (l *s3Location) Properties() property.List {
	return property.List{
		onTypes("bucket", property.Text(&l.bucket), 0, "The bucket."),
		onTypes("key", property.Text(&l.key), 0, "The name in the bucket."),
		onTypes("version", property.Text(&l.version), 0, "The version."),
		onTypes("eTag", property.Text(&l.etag), 0, "The checksum."),
	}
}

func (m *restAPI) rows() property.List {
	return append(drop(m.Properties(), "createdDate"),
		onTypes("body", property.Document(&m.body), property.WriteOnly, "An OpenAPI document."),
		onTypes("parameters", property.TextMap(&m.parameters, ""), property.WriteOnly, "Parameters of the import of the document."),
	)
}

func restAPITypes(e *environment) []Type {
	t := table[restAPI]{
		env: e, noun: "RestApi", doc: "A REST API: the root of its resources, methods and stages.",
		create: e.createRestAPI, find: e.findRestAPI, read: e.readRestAPI, update: e.updateRestAPI,
		delete: func(ctx context.Context, _ Request, m *restAPI) error { return e.svc.DeleteRestAPI(ctx, m.ID) },
		identify: func(m *restAPI, id string) {
			m.ID = lastPart(id)
		},
		describe: func(r Request, m *restAPI) {
			m.arn = e.arnOf(r, "/restapis/"+m.ID)
			m.executionARN = e.executionARN(r, m.ID)
			m.created = timeText(m.CreatedDate)
		},
		equate: equateRestAPI,
		check: func(m *restAPI, given map[string]any) property.Errors {
			var errs property.Errors
			if m.Name == "" && given["Body"] == nil && given["BodyS3Location"] == nil {
				errs = append(errs, property.Missing("name", "there is no Body with a title to take it from"))
			}
			if c := m.EndpointConfiguration; c != nil && len(c.Types) > 0 && c.Types[0] == "PRIVATE" && m.Policy == "" && given["Policy"] == nil && given["Body"] == nil {
				errs = append(errs, &property.Error{Path: []string{"endpointConfiguration"}, Warning: true,
					Message: "a private API denies every request without a resource policy"})
			}
			return errs
		},
	}
	cfn, tf := t, t
	cfn.name, cfn.surface, cfn.identifier = native+"RestApi", property.CloudFormation, []string{"RestApiId"}
	cfn.create, cfn.update, cfn.lint = e.createWithBody(&cfn), e.updateWithBody(&cfn), e.lintBody(&cfn)
	cfn.rows = func(m *restAPI) property.List {
		return append(m.rows(),
			onTypes("bodyS3Location", property.Object(&m.bodyS3Location), property.WriteOnly, "Where the OpenAPI document is stored."),
			onTypes("cloneFrom", property.Text(&m.cloneFrom), property.WriteOnly, "The API whose parts are copied."),
			onTypes("failOnWarnings", property.Bool(&m.failOnWarnings), property.WriteOnly, "Whether a warning of the import fails it."),
			onTypes("mode", property.Enum(&m.mode, "merge", "overwrite"), property.WriteOnly, "What the import does with what is there."),
		)
	}
	tf.name, tf.surface, tf.identifier = terraform+"RestApi", property.TerraformType, []string{"Id"}
	tf.create, tf.update, tf.lint = e.createWithBody(&tf), e.updateWithBody(&tf), e.lintBody(&tf)
	tf.rows = func(m *restAPI) property.List {
		return append(with(m.rows(), property.Required, "name"),
			attributeRow("arn", &m.arn, "The API's ARN."),
			attributeRow("executionArn", &m.executionARN, "The ARN that permissions name."),
			attributeRow("createdDate", &m.created, "When the API was made (RFC 3339)."),
			idRows(&m.ID)[1],
		)
	}
	return []Type{&cfn, &tf}
}

// equateRestAPI leaves out the addresses of an endpoint that follow from its
// type.
func equateRestAPI(normal map[string]any) {
	endpoint, ok := normal["EndpointConfiguration"].(map[string]any)
	if !ok {
		return
	}
	follows := "ipv4"
	if types, ok := endpoint["Types"].([]any); ok && len(types) == 1 && types[0] == "PRIVATE" {
		follows = "dualstack"
	}
	if endpoint["IpAddressType"] == follows {
		delete(endpoint, "IpAddressType")
	}
}

// timeText writes a time as Terraform does, and no time as nothing.
func timeText(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}

func (e *environment) createRestAPI(ctx context.Context, r Request, m *restAPI) error {
	wanted := m.RestAPI
	wanted.Tags = withStackTags(r, m.Tags)
	var err error
	for _, id := range apiIDs(r, m.Tags) {
		var api *apigw.RestAPI
		api, err = e.svc.CreateRestAPI(ctx, &wanted, control.RestAPIOptions{ID: id})
		if err == nil {
			tags := m.Tags
			m.RestAPI = *api
			m.Tags = tags
			return nil
		}
		var refusal *apigw.Error
		if !errors.As(err, &refusal) || refusal.Code != apigw.ConflictException {
			return err
		}
	}
	return err
}

// apiIDs are the identifiers that a new API may get. The second one is for when
// the first is taken by an API that an earlier stack of this name left behind.
func apiIDs(r Request, tags map[string]string) []string {
	if id := control.WantedID(tags); id != "" {
		return []string{id}
	}
	if r.Stack == "" {
		return []string{""}
	}
	return []string{stackAPIID(r), derived(10, "restapi", r.StackID, r.LogicalID, r.Token)}
}

// findRestAPI looks at the identifiers that a create may have given.
func (e *environment) findRestAPI(ctx context.Context, r Request, m *restAPI) error {
	ids := apiIDs(r, m.Tags)
	for i := len(ids) - 1; i >= 0; i-- {
		api, err := e.svc.GetRestAPI(ctx, ids[i])
		if err == nil && (api.Name == m.Name || m.body != "" && api.Name == e.titleOf(m.body)) {
			m.ID = api.ID
			return nil
		}
		if err != nil && !gone(err) {
			return err
		}
	}
	return apigw.NotFound("Invalid API identifier specified %s:%s", r.AccountID, ids[0])
}

func (e *environment) readRestAPI(ctx context.Context, r Request, m *restAPI) error {
	own := m.Tags
	api, err := e.svc.GetRestAPI(ctx, m.ID)
	if err != nil {
		return err
	}
	m.RestAPI = *api
	m.Tags = withoutStackTags(r, api.Tags, own)
	return nil
}

func (e *environment) updateRestAPI(ctx context.Context, r Request, is, want *restAPI) error {
	ops := retype(is, want)
	more, _ := property.PatchesFrom(is.Properties(), want.Properties())
	if ops = append(ops, more...); len(ops) > 0 {
		if _, err := e.svc.UpdateRestAPI(ctx, is.ID, ops); err != nil {
			return err
		}
	}
	return e.retag(ctx, r, "/restapis/"+is.ID, want.Tags)
}

// retype returns the operation that changes the type of an endpoint, if it
// changes, and leaves in is what the operation makes of the rest.
func retype(is, want *restAPI) []property.PatchOperation {
	if is.EndpointConfiguration == nil || want.EndpointConfiguration == nil || len(is.EndpointConfiguration.Types) == 0 {
		want.EndpointConfiguration = is.EndpointConfiguration // one that is no longer mentioned stays
		return nil
	}
	from, to := *is.EndpointConfiguration, *want.EndpointConfiguration
	is.EndpointConfiguration, want.EndpointConfiguration = &from, &to
	if len(to.Types) == 0 || to.Types[0] == from.Types[0] {
		to.Types, to.IPAddressType = from.Types, or(to.IPAddressType, from.IPAddressType)
		return nil
	}
	op := property.PatchOperation{Op: "replace", Path: "/endpointConfiguration/types/" + from.Types[0], Value: to.Types[0], HasValue: true}
	from.Types = to.Types
	if to.Types[0] == "PRIVATE" {
		from.IPAddressType = "dualstack"
		to.IPAddressType = or(to.IPAddressType, "dualstack")
	} else {
		from.VPCEndpointIDs = nil
		to.IPAddressType = or(to.IPAddressType, "ipv4")
	}
	return []property.PatchOperation{op}
}

// withStackTags adds the tags of the stack, but for the system's own, which the
// service lets nobody set.
func withStackTags(r Request, own map[string]string) map[string]string {
	out := map[string]string{}
	for k, v := range r.Tags {
		if !strings.HasPrefix(strings.ToLower(k), "aws:") {
			out[k] = v
		}
	}
	maps.Copy(out, own)
	if len(out) == 0 {
		return nil
	}
	return out
}

// withoutStackTags takes the tags of the stack away again, for they are not the
// resource's properties.
func withoutStackTags(r Request, tags, own map[string]string) map[string]string {
	out := maps.Clone(tags)
	for k, v := range r.Tags {
		if _, given := own[k]; !given && out[k] == v {
			delete(out, k)
		}
	}
	return out
}

// retag makes the tags of the thing at path those that are wanted.
func (e *environment) retag(ctx context.Context, r Request, path string, own map[string]string) error {
	arn := e.arnOf(r, path)
	is, err := e.svc.GetTags(ctx, arn)
	if err != nil {
		return err
	}
	want := withStackTags(r, own)
	var surplus []string
	for k := range is {
		if _, ok := want[k]; !ok {
			surplus = append(surplus, k)
		}
	}
	if len(surplus) > 0 {
		if err := e.svc.UntagResource(ctx, arn, surplus); err != nil {
			return err
		}
	}
	if maps.Equal(is, want) || len(want) == 0 {
		return nil
	}
	return e.svc.TagResource(ctx, arn, want)
}
