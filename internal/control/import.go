package control

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"postern/internal/apigw"
	"postern/internal/apigw/openapi"
)

// An ImportOptions says how a definition becomes an API.
//
// See "ImportRestApi" and "PutRestApi".
type ImportOptions struct {
	Merge               bool   // keep what the definition does not mention; false: overwrite
	FailOnWarnings      bool   // a warning is an error
	BasePath            string // ignore, prepend or split; empty: ignore
	IgnoreDocumentation bool

	EndpointTypes  []string // of the endpoint configuration; nil: as the API has it
	VPCEndpointIDs []string

	ID   string            // wanted identifier of a new API, as in RestAPIOptions
	Tags map[string]string // of a new API
	// Amend changes the API last, before it is judged as a whole. mentions
	// reports whether the definition says something of a property, in the
	// control plane's spelling. Nil: nothing.
	Amend func(api *apigw.RestAPI, mentions func(property string) bool)
}

// ImportRestAPI makes an API from a definition. It has no models but the
// definition's own. Observed.
func (s *Service) ImportRestAPI(ctx context.Context, definition []byte, o ImportOptions) (*apigw.RestAPI, error) {
	doc, err := s.readDefinition(definition, o)
	if err != nil {
		return nil, err
	}
	o.Merge = false // there is nothing to keep
	var api *apigw.RestAPI
	err = s.write(ctx, func(t *tx) error {
		api = &apigw.RestAPI{Tags: o.Tags}
		if err := s.takeID(t, api, RestAPIOptions{ID: o.ID}); err != nil {
			return err
		}
		now := s.now()
		api.CreatedDate, api.RootResourceID = now, s.newID(longID)
		im, err := s.importNew(api, doc, o)
		if err != nil {
			return err
		}
		im.commit(t)
		return t.save(restAPIKey(api.ID), api, now.UnixNano())
	})
	return withWarnings(api, doc, err)
}

// importNew makes the draft of an API that has nothing but identifiers.
func (s *Service) importNew(api *apigw.RestAPI, doc *openapi.Document, o ImportOptions) (*importer, error) {
	im := &importer{service: s, api: api.ID, doc: doc, before: map[string][]byte{}, after: map[string][]byte{}}
	if err := im.put(resourceKey(api.ID, api.RootResourceID), &apigw.Resource{ID: api.RootResourceID}, 0); err != nil {
		return nil, err
	}
	return im, im.run(api, o)
}

// CheckDefinition says what ImportRestAPI would say to a definition, and does
// nothing. A refusal wraps openapi.Findings where it has places; the document is
// nil only if there is nothing to be read.
func (s *Service) CheckDefinition(definition []byte, o ImportOptions) (*openapi.Document, error) {
	doc, err := s.readDefinition(definition, o)
	if err != nil {
		return nil, err
	}
	api := &apigw.RestAPI{ID: s.newID(longID), RootResourceID: s.newID(longID)}
	_, err = s.importNew(api, doc, o)
	return doc, err
}

// PutRestAPI makes an API what a definition says, or adds to it what the
// definition says. It happens as a whole or not at all. What is unchanged keeps
// its identifier.
func (s *Service) PutRestAPI(ctx context.Context, id string, definition []byte, o ImportOptions) (*apigw.RestAPI, error) {
	doc, err := s.readDefinition(definition, o)
	if err != nil {
		if known := s.read(ctx, func(v view) error { return s.needAPI(v, id) }); known != nil {
			return nil, known
		}
		return nil, err
	}
	var api *apigw.RestAPI
	err = s.write(ctx, func(t *tx) error {
		old, created, err := loadCreated[apigw.RestAPI](t, restAPIKey(id))
		if err != nil {
			return err
		}
		if old == nil {
			return s.unknownAPI(id)
		}
		api = old
		im := &importer{service: s, api: id, doc: doc, before: map[string][]byte{}, after: map[string][]byte{}}
		for item, err := range t.scan(draftPrefix(id)) {
			if err != nil {
				return err
			}
			im.before[item.Key], im.after[item.Key] = item.Value, item.Value
		}
		if err := im.run(api, o); err != nil {
			return err
		}
		im.commit(t)
		return t.save(restAPIKey(id), api, created)
	})
	return withWarnings(api, doc, err)
}

// withWarnings returns an API with what its import had to say, which is not
// stored.
func withWarnings(api *apigw.RestAPI, doc *openapi.Document, err error) (*apigw.RestAPI, error) {
	if err != nil {
		return nil, err
	}
	api.Warnings = doc.Warnings.Messages()
	return api, nil
}

// readDefinition reads a definition, and refuses it as a whole.
func (s *Service) readDefinition(definition []byte, o ImportOptions) (*openapi.Document, error) {
	doc, err := openapi.Read(definition, openapi.Options{
		BasePath: o.BasePath, IgnoreDocumentation: o.IgnoreDocumentation,
		AccountID: s.accountID(), Region: s.region(), Partition: s.partition(),
	})
	var findings openapi.Findings
	switch {
	case errors.As(err, &findings):
		return nil, importRefusal(findings)
	case err != nil:
		return nil, err
	case o.FailOnWarnings && len(doc.Warnings) > 0:
		e := apigw.BadRequest("Warnings found during import:\n\t%s", strings.Join(doc.Warnings.Messages(), "\n\t"))
		e.Err = doc.Warnings
		return nil, e
	}
	return doc, nil
}

// importRefusal is the refusal of a definition, with one line for each fault. It
// wraps the findings, for surfaces with positions.
func importRefusal(findings openapi.Findings) error {
	messages := findings.Messages()
	e := apigw.BadRequest("Errors found during import:\n\t%s", strings.Join(messages, "\n\t"))
	if slices.Contains(messages, openapi.NotADefinition) {
		e.Message = openapi.NotADefinition
	}
	e.Err = findings
	return e
}

// An importer makes the draft of one API what a definition says. It works on
// the records of the draft, so that what does not change is not written.
type importer struct {
	service *Service
	api     string
	doc     *openapi.Document
	before  map[string][]byte // the records of the draft by key; nil for one that is new
	after   map[string][]byte

	faults      openapi.Findings
	resources   tree
	children    map[string]map[string]string // identifiers by parent and path part
	variable    map[string]string            // the child that is a variable, by parent
	validators  map[string]string            // identifiers by name
	authorizers map[string]string
}

// run does all of it. It returns one refusal for all faults.
func (im *importer) run(api *apigw.RestAPI, o ImportOptions) error {
	steps := []func(overwrite bool) error{im.putModels, im.putValidators, im.putAuthorizers, im.putResources, im.putMethods, im.putGatewayResponses,
		im.putDocumentation}
	for _, step := range steps {
		if err := step(!o.Merge); err != nil {
			return err
		}
	}
	if len(im.faults) > 0 {
		slices.SortStableFunc(im.faults, func(a, b *openapi.Finding) int { return a.Line - b.Line })
		return importRefusal(im.faults)
	}
	im.describe(api, o)
	if o.Amend != nil {
		o.Amend(api, func(property string) bool { return im.doc.Given[property] })
	}
	return im.service.completeRestAPI(api)
}

// fault collects a refusal. It returns an error that is none.
func (im *importer) fault(err error, at openapi.Place, format string, args ...any) error {
	var refusal *apigw.Error
	if !errors.As(err, &refusal) {
		return err
	}
	im.faults = append(im.faults, &openapi.Finding{Place: at, Message: fmt.Sprintf(format, args...) + ": " + refusal.Message})
	return nil
}

// describe gives an API what the definition says of it. What it overwrites and
// the definition does not mention goes back to its default.
func (im *importer) describe(api *apigw.RestAPI, o ImportOptions) {
	from, given := &im.doc.API, im.doc.Given
	takes := func(property string) bool { return given[property] || !o.Merge }
	if takes("name") {
		api.Name = from.Name
	}
	if takes("description") {
		api.Description = from.Description
	}
	if takes("version") {
		api.Version = from.Version
	}
	switch {
	case !o.Merge:
		api.BinaryMediaTypes = from.BinaryMediaTypes
	case given["binaryMediaTypes"]:
		for _, t := range from.BinaryMediaTypes {
			if !slices.Contains(api.BinaryMediaTypes, t) {
				api.BinaryMediaTypes = append(api.BinaryMediaTypes, t)
			}
		}
	}
	if takes("minimumCompressionSize") {
		api.MinimumCompressionSize = from.MinimumCompressionSize
	}
	if takes("apiKeySource") {
		api.APIKeySource = from.APIKeySource
	}
	if takes("policy") {
		api.Policy = from.Policy
	}
	if takes("disableExecuteApiEndpoint") {
		api.DisableExecuteAPIEndpoint = from.DisableExecuteAPIEndpoint
	}
	if given["securityPolicy"] {
		api.SecurityPolicy = from.SecurityPolicy
	}
	if given["endpointAccessMode"] {
		api.EndpointAccessMode = from.EndpointAccessMode
	}
	im.describeEndpoint(api, o)
}

// describeEndpoint changes the parts of the endpoint configuration that are
// given, by the definition or by the call.
func (im *importer) describeEndpoint(api *apigw.RestAPI, o ImportOptions) {
	e := apigw.EndpointConfiguration{}
	if api.EndpointConfiguration != nil {
		e = *api.EndpointConfiguration
	}
	from := apigw.EndpointConfiguration{Types: o.EndpointTypes, VPCEndpointIDs: o.VPCEndpointIDs}
	if in := im.doc.API.EndpointConfiguration; in != nil {
		if from.Types == nil {
			from.Types = in.Types
		}
		if from.VPCEndpointIDs == nil {
			from.VPCEndpointIDs = in.VPCEndpointIDs
		}
		from.IPAddressType = in.IPAddressType
	}
	if from.Types != nil && !slices.Equal(from.Types, e.Types) {
		e.Types, e.IPAddressType = from.Types, "" // which follows from the type
	}
	if from.VPCEndpointIDs != nil {
		e.VPCEndpointIDs = from.VPCEndpointIDs
	}
	e.IPAddressType = orElse(from.IPAddressType, e.IPAddressType)
	api.EndpointConfiguration = &e
}
