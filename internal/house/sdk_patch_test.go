package house_test

import (
	"regexp"
	"slices"
	"strings"
	"testing"
)

// documentedPatches are the paths and operations that updates support.
//
// See "Patch operations" in the API Gateway user guide.
var documentedPatches = []struct{ operation, paths, ops string }{
	{"UpdateAccount", "/cloudwatchRoleArn", "replace"},
	{"UpdateAccount", "/features", "add remove"},
	{"UpdateApiKey", "/customerId /description /enabled /name", "replace"},
	{"UpdateApiKey", "/labels /stages", "add remove"},
	{"UpdateAuthorizer", "/authorizerUri /authorizerCredentials /authorizerResultTtlInSeconds /authType /identityValidationExpression /name /type", "replace"},
	{"UpdateAuthorizer", "/identitySource", "add replace remove"},
	{"UpdateAuthorizer", "/providerARNs", "add remove"},
	{"UpdateBasePathMapping", "/basePath /restapiId /stage", "replace"},
	{"UpdateClientCertificate", "/description", "replace"},
	{"UpdateDeployment", "/description", "replace"},
	{"UpdateDocumentationVersion", "/description", "replace"},
	{"UpdateDocumentationPart", "/properties", "replace"},
	{"UpdateDomainName", "/certificateName /certificateArn /regionalCertificateName /regionalCertificateArn", "add replace remove"},
	{"UpdateDomainName", "/endpointConfiguration/types", "add remove"},
	{"UpdateDomainName", "/endpointConfiguration/ipAddressType /endpointAccessMode /managementPolicy /policy /routingMode /securityPolicy", "replace"},
	{"UpdateDomainName", "/mutualTlsAuthentication/truststoreUri /mutualTlsAuthentication/truststoreVersion /ownershipVerificationCertificateArn", "add replace remove"},
	{"UpdateGatewayResponse", "/statusCode", "replace"},
	{"UpdateGatewayResponse", "/responseParameters/* /responseTemplates/*", "add replace remove"},
	{"UpdateIntegration", "/cacheKeyParameters/* /requestParameters/* /requestTemplates/*", "add replace remove"},
	{"UpdateIntegration", "/cacheNamespace /connectionId /connectionType /contentHandling /integrationTarget /passthroughBehavior /responseTransferMode /timeoutInMillis /tlsConfig/insecureSkipVerification /httpMethod /uri", "replace"},
	{"UpdateIntegrationResponse", "/contentHandling /selectionPattern", "replace"},
	{"UpdateIntegrationResponse", "/responseParameters/* /responseTemplates/*", "add replace remove"},
	{"UpdateMethod", "/authorizationScopes", "add remove"},
	{"UpdateMethod", "/authorizationType /authorizerId /apiKeyRequired /operationName /requestValidatorId", "replace"},
	{"UpdateMethod", "/requestParameters/* /requestModels/*", "add replace remove"},
	{"UpdateMethodResponse", "/responseModels/* /responseParameters/*", "add replace remove"},
	{"UpdateModel", "/description /schema", "replace"},
	{"UpdateRequestValidator", "/name /validateRequestBody /validateRequestParameters", "replace"},
	{"UpdateResource", "/parentId /pathPart", "replace"},
	{"UpdateRestApi", "/apiKeySource /disableExecuteApiEndpoint /endpointConfiguration/types/* /endpointConfiguration/ipAddressType /endpointAccessMode /minimumCompressionSize /name /policy /securityPolicy", "replace"},
	{"UpdateRestApi", "/binaryMediaTypes/* /description", "add replace remove"},
	{"UpdateRestApi", "/endpointConfiguration/vpcEndpointIds", "add remove"},
	{"UpdateStage", "/accessLogSettings", "remove"},
	{"UpdateStage", "/accessLogSettings/destinationArn /accessLogSettings/format", "add replace remove"},
	{"UpdateStage", "/cacheClusterEnabled /cacheClusterSize /clientCertificateId /description /documentationVersion /methodSettings /tracingEnabled", "replace"},
	{"UpdateStage", "/deploymentId", "replace copy"},
	{"UpdateStage", "/canarySettings", "remove"},
	{"UpdateStage", "/canarySettings/deploymentId /canarySettings/percentTraffic /canarySettings/stageVariableOverrides /canarySettings/useStageCache", "replace"},
	{"UpdateStage", "/variables", "replace remove copy"},
	{"UpdateStage", "/variables/*", "replace"},
	{"UpdateStage", "/*/*/metrics/enabled /*/*/logging/dataTrace /*/*/logging/loglevel /*/*/throttling/burstLimit /*/*/throttling/rateLimit", "replace"},
	{"UpdateStage", "/*/*/caching/enabled /*/*/caching/dataEncrypted /*/*/caching/ttlInSeconds /*/*/caching/requireAuthorizationForCacheControl /*/*/caching/unauthorizedCacheControlHeaderStrategy", "replace"},
	{"UpdateUsage", "/remaining", "replace"},
	{"UpdateUsagePlan", "/apiStages", "add remove"},
	{"UpdateUsagePlan", "/apiStages/*/throttle", "add replace remove"},
	{"UpdateUsagePlan", "/apiStages/*/throttle/*/*", "remove"},
	{"UpdateUsagePlan", "/apiStages/*/throttle/*/*/rateLimit /apiStages/*/throttle/*/*/burstLimit", "add replace"},
	{"UpdateUsagePlan", "/description /name", "replace"},
	{"UpdateUsagePlan", "/productCode", "add replace remove"},
	{"UpdateUsagePlan", "/quota /throttle", "remove"},
	{"UpdateUsagePlan", "/quota/limit /quota/offset /quota/period /throttle/burstLimit /throttle/rateLimit", "add replace"},
	{"UpdateVpcLink", "/name /description", "replace"},
}

// unpatched are the documented patches that do not succeed, and why.
var unpatched = map[string]string{
	"UpdateApiKey add /labels":                             "no answer has labels",
	"UpdateApiKey remove /labels":                          "no answer has labels",
	"UpdateStage remove /accessLogSettings/destinationArn": "observed: the service refuses it",
	"UpdateStage remove /accessLogSettings/format":         "observed: the service refuses it",
	"UpdateStage replace /methodSettings":                  "the reference gives it no value; each setting has a path of its own",
}

// undocumented returns the operations that a documented path does not have. A
// path that is not documented has none.
func undocumented(operation, path string) []string {
	var have []string
	for _, d := range documentedPatches {
		if d.operation != operation {
			continue
		}
		for pattern := range strings.FieldsSeq(d.paths) {
			if matches(pattern, path) {
				have = append(have, strings.Fields(d.ops)...)
			}
		}
	}
	if have == nil {
		return nil
	}
	return slices.DeleteFunc([]string{"add", "replace", "remove", "move", "test", "copy"}, func(op string) bool { return slices.Contains(have, op) })
}

// matches reports whether a path fits a pattern, in which an asterisk is any
// segment.
func matches(pattern, path string) bool {
	return regexp.MustCompile("^" + strings.ReplaceAll(regexp.QuoteMeta(pattern), `\*`, `[^/]+`) + "$").MatchString(path)
}

// checkPatches fails for documented patches that were not performed.
func (l *ledger) checkPatches(t *testing.T) {
	t.Helper()
	for _, d := range documentedPatches {
		for path := range strings.FieldsSeq(d.paths) {
			for op := range strings.FieldsSeq(d.ops) {
				name := d.operation + " " + op + " " + path
				reason, left := unpatched[name]
				switch done := l.patched(d.operation+" "+op, path); {
				case done && left:
					t.Errorf("%s was performed; its reason in unpatched can go: %s", name, reason)
				case !done && !left:
					t.Errorf("%s was not performed", name)
				}
			}
		}
	}
}

// patched reports whether a patch was performed; an asterisk is any segment.
func (l *ledger) patched(operation, path string) bool {
	for done := range l.performed {
		if rest, ok := strings.CutPrefix(done, operation+" "); ok && matches(path, rest) {
			return true
		}
	}
	return false
}
