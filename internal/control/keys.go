package control

import (
	"net/url"
	"strings"
)

// This file lays out the store.
//
//	account                                the account
//	restapis/{api}                         an API's own properties
//	drafts/{api}/resources/{resource}      its parts, as they are being edited
//	drafts/{api}/paths/{path}              the resource at a path, whose slashes stay; see resource_path.go
//	drafts/{api}/methods/{resource}/{verb} a method with its integration and responses
//	drafts/{api}/models/{name}
//	drafts/{api}/validators/{validator}
//	drafts/{api}/authorizers/{authorizer}
//	drafts/{api}/gatewayresponses/{type}
//	drafts/{api}/documentation/{part}
//	documentation/{api}/versions/{version} what a version of it says of itself
//	documentation/{api}/parts/{version}    what it froze; never changes
//	deployments/{api}/{deployment}         what a deployment says of itself
//	snapshots/{api}/{deployment}           what it froze; never changes
//	stages/{api}/{stage}
//	flushes/{api}/{stage}/{cache}          when a cache of the stage was last emptied
//	vpclinks/{link}
//	apikeys/{key}
//	apikeyorder/{time}/{key}               the keys in the order in which they are listed
//	apikeyvalues/{digest}                  the key with a value; the digest is no secret
//	clientcertificates/{certificate}
//	clientkeys/{certificate}               its private key, PEM; a secret
//	domainnames/{name}                     a private one is {name}+{identifier}, here and below
//	domainkeys/{name}                      the certificate that came with it; a secret
//	domainaccess/{name}/{source}           who may use a private one; one segment
//	basepathmappings/{name}/{base path}
//	apimappings/{api}/{name}/{base path}   the mappings that lead to an API
//	usageplans/{plan}
//	usageplankeys/{plan}/{key}             the keys of a plan
//	usagekeyplans/{key}/{plan}             the plans of a key
//	usage/{plan}/{key}                     how often a key of a plan was used, day by day
//	linkuses/{link}/{api}/{deployment}     the methods that use a link
//
// Identifiers come from clients, so each is escaped to be one segment.

// The prefixes of what is published, for a watch.
const (
	StagesPrefix    = "stages/"
	SnapshotsPrefix = "snapshots/"
	VPCLinksPrefix  = "vpclinks/"
	FlushesPrefix   = "flushes/"
	DomainsPrefix   = "domainnames/"
	MappingsPrefix  = "basepathmappings/"
	APIKeysPrefix   = "apikeys/"
	PlansPrefix     = "usageplans/"
	PlanKeysPrefix  = "usageplankeys/"
)

// Published returns the prefixes of all that the data plane is made of.
func Published() []string {
	return []string{StagesPrefix, SnapshotsPrefix, VPCLinksPrefix, FlushesPrefix, DomainsPrefix, MappingsPrefix, APIKeysPrefix, PlansPrefix, PlanKeysPrefix}
}

const (
	accountKey     = "account"
	restAPIsPrefix = "restapis/"
	keyOrderPrefix = "apikeyorder/"
	usagePrefix    = "usage/"

	certificatesPrefix = "clientcertificates/"
	accessPrefix       = "domainaccess/"
)

func key(segments ...string) string {
	var b strings.Builder
	for i, s := range segments {
		if i > 0 {
			b.WriteByte('/')
		}
		b.WriteString(url.PathEscape(s))
	}
	return b.String()
}

func restAPIKey(api string) string              { return key("restapis", api) }
func draftPrefix(api string) string             { return key("drafts", api) + "/" }
func resourcesPrefix(api string) string         { return key("drafts", api, "resources") + "/" }
func resourceKey(api, id string) string         { return key("drafts", api, "resources", id) }
func methodsPrefix(api string) string           { return key("drafts", api, "methods") + "/" }
func methodsOfPrefix(api, id string) string     { return key("drafts", api, "methods", id) + "/" }
func methodKey(api, id, verb string) string     { return key("drafts", api, "methods", id, verb) }
func modelsPrefix(api string) string            { return key("drafts", api, "models") + "/" }
func modelKey(api, name string) string          { return key("drafts", api, "models", name) }
func validatorsPrefix(api string) string        { return key("drafts", api, "validators") + "/" }
func validatorKey(api, id string) string        { return key("drafts", api, "validators", id) }
func authorizersPrefix(api string) string       { return key("drafts", api, "authorizers") + "/" }
func authorizerKey(api, id string) string       { return key("drafts", api, "authorizers", id) }
func gatewayResponsesPrefix(api string) string  { return key("drafts", api, "gatewayresponses") + "/" }
func gatewayResponseKey(api, typ string) string { return key("drafts", api, "gatewayresponses", typ) }
func documentationPrefix(api string) string     { return key("drafts", api, "documentation") + "/" }
func documentationKey(api, id string) string    { return key("drafts", api, "documentation", id) }
func frozenDocsPrefix(api string) string        { return key("documentation", api) + "/" }
func docVersionsPrefix(api string) string       { return key("documentation", api, "versions") + "/" }
func docVersionKey(api, v string) string        { return key("documentation", api, "versions", v) }
func docSnapshotKey(api, v string) string       { return key("documentation", api, "parts", v) }
func deploymentsPrefix(api string) string       { return key("deployments", api) + "/" }
func deploymentKey(api, id string) string       { return key("deployments", api, id) }
func snapshotsOfPrefix(api string) string       { return key("snapshots", api) + "/" }
func snapshotKey(api, id string) string         { return key("snapshots", api, id) }
func stagesOfPrefix(api string) string          { return key("stages", api) + "/" }
func stageKey(api, name string) string          { return key("stages", api, name) }
func flushesOfAPI(api string) string            { return key("flushes", api) + "/" }
func flushesOfStage(api, stage string) string   { return key("flushes", api, stage) + "/" }
func flushKey(api, stage, cache string) string  { return key("flushes", api, stage, cache) }
func apiKeyKey(id string) string                { return key("apikeys", id) }
func planKey(id string) string                  { return key("usageplans", id) }
func planKeysPrefix(plan string) string         { return key("usageplankeys", plan) + "/" }
func planKeyKey(plan, id string) string         { return key("usageplankeys", plan, id) }
func keyPlansPrefix(id string) string           { return key("usagekeyplans", id) + "/" }
func keyPlanKey(id, plan string) string         { return key("usagekeyplans", id, plan) }
func usageKey(plan, id string) string           { return key("usage", plan, id) }
func usageOfPrefix(plan string) string          { return key("usage", plan) + "/" }
func certificateKey(id string) string           { return key("clientcertificates", id) }
func certificateSecretKey(id string) string     { return key("clientkeys", id) }
func domainKey(name string) string              { return key("domainnames", name) }
func accessKey(name, source string) string      { return key("domainaccess", name+"/"+source) }
func domainSecretKey(name string) string        { return key("domainkeys", name) }
func mappingsPrefix(name string) string         { return key("basepathmappings", name) + "/" }
func mappingKey(name, path string) string       { return key("basepathmappings", name, path) }
func apiMappingsPrefix(api string) string       { return key("apimappings", api) + "/" }
func apiMappingKey(api, name, p string) string  { return key("apimappings", api, name, p) }
func vpcLinkKey(id string) string               { return key("vpclinks", id) }

// segment returns the n-th segment of a key, the first being 0.
func segment(k string, n int) string {
	for range n {
		_, k, _ = strings.Cut(k, "/")
	}
	k, _, _ = strings.Cut(k, "/")
	if s, err := url.PathUnescape(k); err == nil {
		return s
	}
	return k
}

// StageOfKey returns the API and the stage of a key under StagesPrefix.
func StageOfKey(k string) (api, stage string) { return segment(k, 1), segment(k, 2) }

// SnapshotOfKey returns the API and the deployment of a key under SnapshotsPrefix.
func SnapshotOfKey(k string) (api, deployment string) { return segment(k, 1), segment(k, 2) }

// FlushOfKey returns the stage and the cache of a key under FlushesPrefix.
func FlushOfKey(k string) (StageKey, StageCache) {
	return StageKey{RestAPIID: segment(k, 1), StageName: segment(k, 2)}, StageCache(segment(k, 3))
}

// DomainOfKey returns the domain name of a key under DomainsPrefix or
// MappingsPrefix.
func DomainOfKey(k string) string {
	name, _, _ := strings.Cut(segment(k, 1), "+") // the identifier of a private one
	return name
}

// APIKeyOfKey returns the API key of a key under APIKeysPrefix or PlanKeysPrefix.
func APIKeyOfKey(k string) string {
	if strings.HasPrefix(k, PlanKeysPrefix) {
		return segment(k, 2)
	}
	return segment(k, 1)
}

// PlanOfKey returns the usage plan of a key under PlansPrefix.
func PlanOfKey(k string) string { return segment(k, 1) }

// VPCLinkOfKey returns the link of a key under VPCLinksPrefix.
func VPCLinkOfKey(k string) string { return segment(k, 1) }
