package control

import (
	"maps"
	"slices"
	"strings"

	"postern/internal/apigw"
	"postern/internal/apigw/openapi"
)

// This file puts the parts of a definition into a draft, each as the operation
// that puts one of its kind would.

func (im *importer) putModels(overwrite bool) error {
	before, err := all[apigw.Model](im, modelsPrefix(im.api))
	if err != nil {
		return err
	}
	ids := map[string]string{}
	for _, m := range before {
		ids[m.Name] = m.ID
	}
	if overwrite {
		im.drop(modelsPrefix(im.api))
	}
	models := im.doc.ModelsOf(im.api)
	for _, m := range models {
		m.ID = orElse(ids[m.Name], im.service.newID(shortID))
		if err := im.put(modelKey(im.api, m.Name), m, 0); err != nil {
			return err
		}
	}
	for i, m := range models {
		if err := im.checkModel(m); err != nil {
			if err := im.fault(err, *im.doc.ModelsAt[i], "Unable to create model for '%s'", clip(m.Name)); err != nil {
				return err
			}
		}
	}
	return nil
}

// checkModel judges a model among the others.
func (im *importer) checkModel(m *apigw.Model) error {
	if !modelName.MatchString(m.Name) {
		return refuse("name", clip(m.Name), "Model name must be alphanumeric: "+clip(m.Name))
	}
	if err := checkSchema(m.Schema); err != nil {
		return err
	}
	var missing []string
	for _, name := range references(m.Schema, im.api) {
		if im.after[modelKey(im.api, name)] == nil {
			missing = append(missing, "Invalid model specified: "+clip(name))
		}
	}
	if missing != nil {
		return apigw.BadRequest("Invalid model specified: Validation Result: warnings : [], errors : [%s]", strings.Join(missing, ", "))
	}
	return nil
}

// putValidators puts the request validators, of which the definition knows the
// names. One that is there keeps its identifier.
func (im *importer) putValidators(overwrite bool) error {
	im.validators = map[string]string{}
	created := map[string]int64{}
	for _, key := range keysUnder(im.after, validatorsPrefix(im.api)) {
		v, at, err := decodeCreated[apigw.RequestValidator](im.after[key])
		if err != nil {
			return err
		}
		if im.validators[v.Name] == "" {
			im.validators[v.Name], created[v.Name] = v.ID, at
		}
	}
	if overwrite {
		im.drop(validatorsPrefix(im.api))
	}
	now := im.service.now().UnixNano()
	for i, given := range im.doc.Validators {
		v := *given
		if v.ID = im.validators[v.Name]; v.ID == "" {
			v.ID = im.unusedID(func(id string) string { return validatorKey(im.api, id) })
			im.validators[v.Name], created[v.Name] = v.ID, now+int64(i)
		}
		if err := checkValidator(&v); err != nil {
			if err := im.fault(err, *im.doc.ValidatorsAt[i], "Unable to create request validator '%s'", clip(v.Name)); err != nil {
				return err
			}
			continue
		}
		if err := im.put(validatorKey(im.api, v.ID), &v, created[v.Name]); err != nil {
			return err
		}
	}
	return nil
}

// unusedID returns an identifier that no record of the draft has, now or before.
func (im *importer) unusedID(keyOf func(id string) string) string {
	for {
		id := im.service.newID(shortID)
		if im.after[keyOf(id)] == nil && im.before[keyOf(id)] == nil {
			return id
		}
	}
}

// putAuthorizers is putValidators for authorizers.
func (im *importer) putAuthorizers(overwrite bool) error {
	im.authorizers = map[string]string{}
	created := map[string]int64{}
	for _, key := range keysUnder(im.after, authorizersPrefix(im.api)) {
		a, at, err := decodeCreated[apigw.Authorizer](im.after[key])
		if err != nil {
			return err
		}
		im.authorizers[a.Name], created[a.Name] = a.ID, at
	}
	if overwrite {
		im.drop(authorizersPrefix(im.api))
	}
	now := im.service.now().UnixNano()
	for i, given := range im.doc.Authorizers {
		a := given.Authorizer
		if a.ID = im.authorizers[a.Name]; a.ID == "" {
			a.ID = im.unusedID(func(id string) string { return authorizerKey(im.api, id) })
			im.authorizers[a.Name], created[a.Name] = a.ID, now+int64(i)
		}
		if err := im.service.completeAuthorizer(im, im.api, &a); err != nil {
			if err := im.fault(err, given.At, "Unable to create authorizer '%s'", clip(a.Name)); err != nil {
				return err
			}
			continue
		}
		if err := im.put(authorizerKey(im.api, a.ID), &a, created[a.Name]); err != nil {
			return err
		}
	}
	return nil
}

// putResources makes the resources of all paths, and those above them.
func (im *importer) putResources(overwrite bool) error {
	var err error
	if im.resources, err = loadTree(im, im.api); err != nil {
		return err
	}
	if overwrite {
		im.dropResources()
	}
	im.children, im.variable = map[string]map[string]string{}, map[string]string{}
	root := ""
	for _, r := range im.resources {
		im.index(r)
		if r.ParentID == "" {
			root = r.ID
		}
	}
	for i, path := range im.doc.Paths {
		if _, err := im.resource(root, path); err != nil {
			if err := im.fault(err, *im.doc.PathsAt[i], "Unable to create resource at path '%s'", clip(path)); err != nil {
				return err
			}
		}
	}
	if limit := im.service.limits().Resources; limit > 0 && len(im.resources) > limit {
		return &apigw.Error{Code: apigw.LimitExceededException,
			Message: "Maximum number of Resources for this API has been reached.  Please contact AWS if you need additional Resources."}
	}
	im.drop(pathsPrefix(im.api))
	for _, r := range im.resources {
		im.after[pathKey(im.api, r.Path)] = []byte(r.ID)
	}
	return nil
}

// dropResources takes out the resources that the definition does not need.
func (im *importer) dropResources() {
	needed := map[string]bool{"/": true}
	for _, path := range im.doc.Paths {
		for ; path != "" && !needed[path]; path = path[:strings.LastIndexByte(path, '/')] {
			needed[path] = true
		}
	}
	for id, r := range im.resources {
		if !needed[r.Path] {
			delete(im.resources, id)
			delete(im.after, resourceKey(im.api, id))
		}
	}
	im.drop(methodsPrefix(im.api))
}

func (im *importer) index(r *apigw.Resource) {
	if im.children[r.ParentID] == nil {
		im.children[r.ParentID] = map[string]string{}
	}
	im.children[r.ParentID][r.PathPart] = r.ID
	if _, _, ok := apigw.Variable(r.PathPart); ok {
		im.variable[r.ParentID] = r.ID
	}
}

// resource returns the resource of a path, which it makes if there is none.
func (im *importer) resource(root, path string) (*apigw.Resource, error) {
	at := im.resources[root]
	if path == "/" {
		return at, nil
	}
	for part := range strings.SplitSeq(strings.Trim(path, "/"), "/") {
		if id := im.children[at.ID][part]; id != "" {
			at = im.resources[id]
			continue
		}
		r := &apigw.Resource{ParentID: at.ID, PathPart: part}
		r.ID = im.unusedID(func(id string) string { return resourceKey(im.api, id) })
		// No more of the tree decides whether it fits: it has no namesake.
		near := tree{at.ID: at}
		if sibling := im.resources[im.variable[at.ID]]; sibling != nil {
			near[sibling.ID] = sibling
		}
		if err := near.fits(r); err != nil {
			return nil, err
		}
		im.resources[r.ID] = r
		im.resources.fillPath(r)
		im.index(r)
		if err := im.put(resourceKey(im.api, r.ID), &apigw.Resource{ID: r.ID, ParentID: r.ParentID, PathPart: r.PathPart}, 0); err != nil {
			return nil, err
		}
		at = r
	}
	return at, nil
}

// putMethods puts the operations. One that is there is replaced whole.
func (im *importer) putMethods(bool) error {
	byPath := make(map[string]*apigw.Resource, len(im.resources))
	for _, r := range im.resources {
		byPath[r.Path] = r
	}
	for _, op := range im.doc.Operations {
		r := byPath[op.Path]
		if r == nil {
			continue // which has been told
		}
		if err := im.putMethod(r, op); err != nil {
			return err
		}
	}
	return nil
}

func (im *importer) putMethod(r *apigw.Resource, op *openapi.Operation) error {
	k := apigw.MethodKey{RestAPIID: im.api, ResourceID: r.ID, HTTPMethod: op.Method.HTTPMethod}
	m := *op.Method
	responses, given := m.Responses, m.Integration
	m.Responses, m.Integration = nil, nil
	m.AuthorizerID = im.authorizers[op.Authorizer]
	place := " '" + k.HTTPMethod + "' for resource at path '" + clip(op.Path) + "'"
	err := im.completeMethod(&m, op.Validator)
	if err != nil {
		if err := im.fault(err, op.At, "Unable to put method '%s' on resource at path '%s'", k.HTTPMethod, clip(op.Path)); err != nil {
			return err
		}
	}
	for _, status := range slices.Sorted(maps.Keys(responses)) {
		response := *responses[status]
		if err := putMethodResponse(im, im.api, &m, &response); err != nil {
			if err := im.fault(err, op.At, "Unable to put method response on%s", place); err != nil {
				return err
			}
		}
	}
	if given == nil {
		return im.put(methodKey(im.api, r.ID, k.HTTPMethod), &m, 0)
	}
	in := *given
	in.Responses = nil
	if err := im.service.putIntegration(k, &m, &in); err != nil {
		return im.fault(err, op.IntegrationAt, "Unable to put integration on%s", place)
	}
	for _, status := range slices.Sorted(maps.Keys(given.Responses)) {
		response := *given.Responses[status]
		if err := im.service.putIntegrationResponse(&m, &response); err != nil {
			if err := im.fault(err, op.IntegrationAt, "Unable to put integration response on%s", place); err != nil {
				return err
			}
		}
	}
	return im.put(methodKey(im.api, r.ID, k.HTTPMethod), &m, 0)
}

// completeMethod judges what a method says of itself, with a validator by name.
func (im *importer) completeMethod(m *apigw.Method, validator string) error {
	if validator != "" {
		if m.RequestValidatorID = im.validators[validator]; m.RequestValidatorID == "" {
			return unknownValidator()
		}
	}
	return im.service.completeMethod(im, im.api, m)
}

func (im *importer) putGatewayResponses(overwrite bool) error {
	if overwrite {
		im.drop(gatewayResponsesPrefix(im.api))
	}
	for i, given := range im.doc.GatewayResponses {
		g := *given
		if err := im.service.checkGatewayResponse(&g); err != nil {
			if err := im.fault(err, *im.doc.GatewayResponsesAt[i], "Unable to put gateway response '%s'", g.ResponseType); err != nil {
				return err
			}
			continue
		}
		if err := im.put(gatewayResponseKey(im.api, string(g.ResponseType)), &g, 0); err != nil {
			return err
		}
	}
	return nil
}

// putDocumentation puts the documentation parts. One about the same thing keeps
// its identifier. Chosen: a definition without a word about anything leaves what
// there is.
func (im *importer) putDocumentation(overwrite bool) error {
	if !im.doc.Given["documentation"] {
		return nil
	}
	before, err := byCreation[apigw.DocumentationPart](im, documentationPrefix(im.api))
	if err != nil {
		return err
	}
	known := map[apigw.DocumentationLocation]dated[apigw.DocumentationPart]{}
	for _, d := range before {
		known[d.noun.Location.Complete()] = d
	}
	if overwrite {
		im.drop(documentationPrefix(im.api))
	}
	now := im.service.now().UnixNano()
	for i, given := range im.doc.Documentation {
		part, created := *given, now+int64(i)
		if d, ok := known[part.Location.Complete()]; ok {
			part.ID, created = d.noun.ID, d.created
		} else {
			part.ID = im.unusedID(func(id string) string { return documentationKey(im.api, id) })
		}
		if err := im.put(documentationKey(im.api, part.ID), &part, created); err != nil {
			return err
		}
	}
	return im.service.roomForParts(len(keysUnder(im.after, documentationPrefix(im.api))))
}
