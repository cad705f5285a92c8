package control

import (
	"context"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"postern/internal/apigw"
	"postern/internal/property"
)

// A RestAPIOptions is what can be said when an API is made and not afterwards.
type RestAPIOptions struct {
	ID        string // wanted identifier; empty: one by a tag of idTags, or random
	CloneFrom string // API whose parts are copied; empty: none
}

// idTags are tags whose value becomes the identifier of a new API. They are not
// kept. The last three are those of other local gateways.
var idTags = [...]string{"postern:id", "_custom_id_", "floci:override-id", "ms-custom-id"}

// givenID is an identifier that a client may choose: it becomes a part of host
// names and paths.
var givenID = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9_-]{0,62}$`)

// CreateRestAPI makes an API with a root resource and the models that every API
// has, or with the parts of another one.
func (s *Service) CreateRestAPI(ctx context.Context, given *apigw.RestAPI, o RestAPIOptions) (*apigw.RestAPI, error) {
	var api *apigw.RestAPI
	err := s.write(ctx, func(t *tx) error {
		fresh := *given
		api = &fresh
		api.Warnings = nil
		if err := s.takeID(t, api, o); err != nil {
			return err
		}
		now := s.now()
		api.CreatedDate = now
		if err := s.completeRestAPI(api); err != nil {
			return err
		}
		api.RootResourceID = s.newID(longID)
		if o.CloneFrom != "" {
			if err := s.clone(t, o.CloneFrom, api); err != nil {
				return err
			}
		} else {
			if err := s.saveResource(t, api.ID, &apigw.Resource{ID: api.RootResourceID, Path: "/"}); err != nil {
				return err
			}
			for _, m := range defaultModels() {
				m.ID = s.newID(shortID)
				if err := t.save(modelKey(api.ID, m.Name), m, 0); err != nil {
					return err
				}
			}
		}
		return t.save(restAPIKey(api.ID), api, now.UnixNano())
	})
	if err != nil {
		return nil, err
	}
	return api, nil
}

// WantedID returns the identifier that the tags of a new API ask for, or "".
func WantedID(tags map[string]string) string {
	for _, tag := range idTags {
		if id := tags[tag]; id != "" {
			return id
		}
	}
	return ""
}

// takeID gives api its identifier and takes the tags away that asked for one.
func (s *Service) takeID(t *tx, api *apigw.RestAPI, o RestAPIOptions) error {
	wanted := o.ID
	if wanted == "" {
		wanted = WantedID(api.Tags)
	}
	api.Tags = maps.Clone(api.Tags)
	for _, tag := range idTags {
		delete(api.Tags, tag)
	}
	if wanted == "" {
		var err error
		api.ID, err = s.unusedID(t, longID, restAPIKey)
		return err
	}
	if !givenID.MatchString(wanted) {
		return apigw.BadRequest("Invalid REST API identifier specified: %q must be letters, digits, _ and -, at most 63 of them", clip(wanted))
	}
	api.ID = wanted
	taken, err := t.has(restAPIKey(wanted))
	if err == nil && taken {
		err = apigw.Conflict("REST API with identifier %s already exists", wanted)
	}
	return err
}

// completeRestAPI fills in defaults and judges the whole.
func (s *Service) completeRestAPI(api *apigw.RestAPI) error {
	limits := s.limits()
	if api.Name == "" {
		return refuse("name", "", "Name cannot be empty")
	}
	api.APIKeySource = orElse(api.APIKeySource, "HEADER")
	if err := completeEndpoint(api); err != nil {
		return err
	}
	if n := api.MinimumCompressionSize; n != nil && (*n < 0 || *n > limits.CompressionSize) {
		return refuse("minimumCompressionSize", *n, badCompression(limits))
	}
	var err error
	if api.Policy, err = s.completePolicy(api.Policy, api.ID); err != nil {
		return err
	}
	return checkTags(api.Tags)
}

func badCompression(limits *apigw.Limits) string {
	return "Invalid minimum compression size, must be between 0 and " + strconv.FormatInt(limits.CompressionSize, 10)
}

// completeEndpoint fills in and judges the endpoint configuration. Observed:
// the type is EDGE, and the addresses are ipv4 but for PRIVATE.
func completeEndpoint(api *apigw.RestAPI) error {
	e := apigw.EndpointConfiguration{}
	if api.EndpointConfiguration != nil {
		e = *api.EndpointConfiguration
		if e.Types != nil && len(e.Types) == 0 {
			return refuse("endpointConfiguration", nil, "REGIONAL Configuration and EDGE Configuration cannot be both DISABLED.")
		}
	}
	api.EndpointConfiguration = &e
	if e.Types == nil {
		e.Types = []string{"EDGE"}
	}
	for _, t := range e.Types {
		if !slices.Contains(EndpointTypes(), t) {
			return refuse("endpointConfiguration", t, "Invalid EndpointTypes specified. Valid options are REGIONAL,EDGE,PRIVATE")
		}
	}
	if len(e.Types) > 1 {
		return refuse("endpointConfiguration", e.Types, "Cannot create an api with multiple Endpoint Types.")
	}
	private := e.Types[0] == "PRIVATE"
	switch {
	case e.IPAddressType == "" && private:
		e.IPAddressType = "dualstack"
	case e.IPAddressType == "":
		e.IPAddressType = "ipv4"
	case e.IPAddressType != "ipv4" && e.IPAddressType != "dualstack":
		return refuse("endpointConfiguration", e.IPAddressType, addressTypes)
	case e.IPAddressType == "ipv4" && private:
		return refuse("endpointConfiguration", e.IPAddressType, "Only dualstack ipAddressType is supported for Private APIs.")
	}
	if len(e.VPCEndpointIDs) > 0 && !private {
		return refuse("endpointConfiguration", e.VPCEndpointIDs, "VPCEndpoints can only be specified with PRIVATE apis.")
	}
	return nil
}

const addressTypes = "ipAddressType must be either ipv4 or dualstack."

// EndpointTypes are the types of an endpoint in the service's order.
func EndpointTypes() []string { return []string{"PRIVATE", "EDGE", "REGIONAL"} }

// GetRestAPI returns an API.
func (s *Service) GetRestAPI(ctx context.Context, id string) (*apigw.RestAPI, error) {
	var api *apigw.RestAPI
	err := s.read(ctx, func(v view) (err error) {
		api, err = s.loadRestAPI(v, id)
		return err
	})
	return api, err
}

func (s *Service) loadRestAPI(r reader, id string) (*apigw.RestAPI, error) {
	api, err := load[apigw.RestAPI](r, restAPIKey(id))
	if err == nil && api == nil {
		err = s.unknownAPI(id)
	}
	return api, err
}

// GetRestAPIs returns a page of the APIs, in the order of their identifiers.
func (s *Service) GetRestAPIs(ctx context.Context, p Page) (apis []*apigw.RestAPI, next string, err error) {
	err = s.read(ctx, func(v view) (err error) {
		apis, next, err = pageOfKeys[apigw.RestAPI](v, restAPIsPrefix, p)
		return err
	})
	return apis, next, err
}

// UpdateRestAPI changes an API's own properties.
func (s *Service) UpdateRestAPI(ctx context.Context, id string, ops []property.PatchOperation) (*apigw.RestAPI, error) {
	var api *apigw.RestAPI
	err := s.write(ctx, func(t *tx) error {
		old, created, err := loadCreated[apigw.RestAPI](t, restAPIKey(id))
		if err != nil {
			return err
		}
		if old == nil {
			return s.unknownAPI(id)
		}
		if api = old; len(ops) == 0 {
			return nil
		}
		words := patchWords{
			bare: []string{"binaryMediaTypes"},
			bad: map[string]string{
				"minimumCompressionSize": badCompression(s.limits()),
				"endpointConfiguration":  addressTypes,
			},
		}
		if api, err = patched(old, ops, words, patchEndpoint); err != nil {
			return err
		}
		if err := s.completeRestAPI(api); err != nil {
			return err
		}
		return t.save(restAPIKey(id), api, created)
	})
	return api, err
}

// patchEndpoint takes over the operations on the endpoint's type, which is
// named by itself or by its index in the path.
func patchEndpoint(api *apigw.RestAPI, op property.PatchOperation) (bool, error) {
	rest, ok := strings.CutPrefix(op.Path, "/endpointConfiguration/types")
	if !ok {
		return false, nil
	}
	if op.Op != "replace" {
		return true, apigw.BadRequest("Invalid patch operation specified. Must be one of: [replace]")
	}
	e := api.EndpointConfiguration
	old := strings.TrimPrefix(rest, "/")
	if rest == "" || old != "0" && !slices.Contains(e.Types, old) {
		return true, apigw.BadRequest("Invalid patch path %s", op.Path)
	}
	if !slices.Contains(EndpointTypes(), op.Value) {
		return true, apigw.BadRequest("Invalid EndpointTypes specified. Valid options are REGIONAL,EDGE,PRIVATE")
	}
	// Observed: to PRIVATE, and only then, the addresses change with the type.
	if op.Value == "PRIVATE" {
		e.IPAddressType = "dualstack"
	} else {
		e.VPCEndpointIDs = nil
	}
	e.Types = []string{op.Value}
	return true, nil
}

// DeleteRestAPI removes an API with everything that belongs to it.
func (s *Service) DeleteRestAPI(ctx context.Context, id string) error {
	return s.write(ctx, func(t *tx) error {
		api, err := s.loadRestAPI(t, id)
		if err != nil {
			return err
		}
		used, err := mapped(t, id)
		if err != nil {
			return err
		}
		if used {
			return apigw.BadRequest("Deleting RestApi %s failed. Please remove all base path mappings related to the RestApi in your domains.", id)
		}
		for item, err := range t.scan(snapshotsOfPrefix(id)) {
			if err != nil {
				return err
			}
			if err := t.forgetLinkUses(api.ID, item.Value); err != nil {
				return err
			}
		}
		t.delete(restAPIKey(id))
		for _, prefix := range []string{draftPrefix(id), stagesOfPrefix(id), deploymentsPrefix(id), snapshotsOfPrefix(id), flushesOfAPI(id), frozenDocsPrefix(id)} {
			t.deletePrefix(prefix)
		}
		return nil
	})
}

// clone gives api the parts of another API. Identifiers of resources,
// validators and authorizers change; what refers to them follows.
//
// See "cloneFrom" of "CreateRestApi".
func (s *Service) clone(t *tx, from string, api *apigw.RestAPI) error {
	draft, err := s.draft(t, from)
	if err != nil {
		return err
	}
	id := api.ID
	newIDs := map[string]string{}
	for _, v := range draft.Validators {
		newIDs[v.ID] = s.newID(shortID)
		v.ID = newIDs[v.ID]
		if err := t.save(validatorKey(id, v.ID), v, s.now().UnixNano()); err != nil {
			return err
		}
	}
	for _, a := range draft.Authorizers {
		old := a.ID
		newIDs[old] = s.newID(shortID)
		a.ID = newIDs[old]
		if err := t.save(authorizerKey(id, a.ID), a, s.now().UnixNano()); err != nil {
			return err
		}
	}
	for _, r := range draft.Resources {
		old := r.ID
		if newIDs[old] = s.newID(shortID); r.ParentID == "" {
			newIDs[old] = api.RootResourceID
		}
		r.ID, r.ParentID = newIDs[old], newIDs[r.ParentID]
		if err := s.saveResource(t, id, r); err != nil {
			return err
		}
		for _, m := range r.Methods {
			m.RequestValidatorID = newIDs[m.RequestValidatorID]
			m.AuthorizerID = newIDs[m.AuthorizerID]
			if m.Integration != nil && m.Integration.CacheNamespace == old {
				m.Integration.CacheNamespace = r.ID
			}
			if err := t.save(methodKey(id, r.ID, m.HTTPMethod), m, 0); err != nil {
				return err
			}
		}
	}
	for _, m := range draft.Models {
		m.ID = s.newID(shortID)
		m.Schema = strings.ReplaceAll(m.Schema, "/restapis/"+from+"/models/", "/restapis/"+id+"/models/")
		if err := t.save(modelKey(id, m.Name), m, 0); err != nil {
			return err
		}
	}
	parts, err := all[apigw.DocumentationPart](t, documentationPrefix(from))
	if err != nil {
		return err
	}
	for _, part := range parts {
		part.ID = s.newID(shortID)
		if err := t.save(documentationKey(id, part.ID), part, s.now().UnixNano()); err != nil {
			return err
		}
	}
	for _, g := range draft.GatewayResponses {
		if err := t.save(gatewayResponseKey(id, string(g.ResponseType)), g, 0); err != nil {
			return err
		}
	}
	source := &draft.API
	if api.BinaryMediaTypes == nil {
		api.BinaryMediaTypes = source.BinaryMediaTypes
	}
	if api.MinimumCompressionSize == nil {
		api.MinimumCompressionSize = source.MinimumCompressionSize
	}
	if api.Policy == "" {
		api.Policy = strings.ReplaceAll(source.Policy, ":"+from+"/", ":"+id+"/")
	}
	return nil
}
