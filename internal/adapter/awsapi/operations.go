package awsapi

// An operation is one of the 124 operations of the API Gateway REST API, as of
// its model of 2015-07-09.
//
// See "Amazon API Gateway REST API Reference, Actions".
type operation struct {
	name       string
	method     string
	path       string   // with {parameters}
	parameters []string // names in path; the router fills them in
	importing  bool     // chosen by the query mode=import
	status     int      // of success
	serve      func(*call) (any, error)
	note       string // what it does not do; empty: it does all
}

const (
	apiPath    = "/restapis/{restapi_id}"
	methodPath = apiPath + "/resources/{resource_id}/methods/{http_method}"
	stagePath  = apiPath + "/stages/{stage_name}"
)

// operations returns all operations in the order of the reference. One without
// serve is known and not part of Postern yet.
func operations() []operation {
	return []operation{
		// Account.
		{name: "GetAccount", method: "GET", path: "/account", status: 200, serve: (*call).getAccount},
		{name: "UpdateAccount", method: "PATCH", path: "/account", status: 200, serve: (*call).updateAccount},

		// REST APIs.
		{name: "CreateRestApi", method: "POST", path: "/restapis", status: 201, serve: (*call).createRestAPI},
		{name: "ImportRestApi", method: "POST", path: "/restapis", status: 201, serve: (*call).importRestAPI, importing: true},
		{name: "GetRestApis", method: "GET", path: "/restapis", status: 200, serve: (*call).getRestAPIs},
		{name: "GetRestApi", method: "GET", path: apiPath, status: 200, serve: (*call).getRestAPI},
		{name: "PutRestApi", method: "PUT", path: apiPath, status: 200, serve: (*call).putRestAPI},
		{name: "UpdateRestApi", method: "PATCH", path: apiPath, status: 200, serve: (*call).updateRestAPI},
		{name: "DeleteRestApi", method: "DELETE", path: apiPath, status: 202, serve: (*call).deleteRestAPI},
		{name: "GetExport", method: "GET", path: stagePath + "/exports/{export_type}", status: 200, serve: (*call).getExport},

		// Resources.
		{name: "GetResources", method: "GET", path: apiPath + "/resources", status: 200, serve: (*call).getResources},
		{name: "GetResource", method: "GET", path: apiPath + "/resources/{resource_id}", status: 200, serve: (*call).getResource},
		{name: "CreateResource", method: "POST", path: apiPath + "/resources/{parent_id}", status: 201, serve: (*call).createResource},
		{name: "UpdateResource", method: "PATCH", path: apiPath + "/resources/{resource_id}", status: 200, serve: (*call).updateResource},
		{name: "DeleteResource", method: "DELETE", path: apiPath + "/resources/{resource_id}", status: 202, serve: (*call).deleteResource},

		// Methods.
		{name: "PutMethod", method: "PUT", path: methodPath, status: 201, serve: (*call).putMethod},
		{name: "GetMethod", method: "GET", path: methodPath, status: 200, serve: (*call).getMethod},
		{name: "UpdateMethod", method: "PATCH", path: methodPath, status: 200, serve: (*call).updateMethod},
		{name: "DeleteMethod", method: "DELETE", path: methodPath, status: 204, serve: (*call).deleteMethod},
		{name: "TestInvokeMethod", method: "POST", path: methodPath, status: 200, serve: (*call).testInvokeMethod},

		// Method responses.
		{name: "PutMethodResponse", method: "PUT", path: methodPath + "/responses/{status_code}", status: 201, serve: (*call).putMethodResponse},
		{name: "GetMethodResponse", method: "GET", path: methodPath + "/responses/{status_code}", status: 200, serve: (*call).getMethodResponse},
		{name: "UpdateMethodResponse", method: "PATCH", path: methodPath + "/responses/{status_code}", status: 201, serve: (*call).updateMethodResponse},
		{name: "DeleteMethodResponse", method: "DELETE", path: methodPath + "/responses/{status_code}", status: 204, serve: (*call).deleteMethodResponse},

		// Integrations.
		{name: "PutIntegration", method: "PUT", path: methodPath + "/integration", status: 201, serve: (*call).putIntegration},
		{name: "GetIntegration", method: "GET", path: methodPath + "/integration", status: 200, serve: (*call).getIntegration},
		{name: "UpdateIntegration", method: "PATCH", path: methodPath + "/integration", status: 200, serve: (*call).updateIntegration},
		{name: "DeleteIntegration", method: "DELETE", path: methodPath + "/integration", status: 204, serve: (*call).deleteIntegration},

		// Integration responses.
		{name: "PutIntegrationResponse", method: "PUT", path: methodPath + "/integration/responses/{status_code}", status: 201, serve: (*call).putIntegrationResponse},
		{name: "GetIntegrationResponse", method: "GET", path: methodPath + "/integration/responses/{status_code}", status: 200, serve: (*call).getIntegrationResponse},
		{name: "UpdateIntegrationResponse", method: "PATCH", path: methodPath + "/integration/responses/{status_code}", status: 200, serve: (*call).updateIntegrationResponse},
		{name: "DeleteIntegrationResponse", method: "DELETE", path: methodPath + "/integration/responses/{status_code}", status: 204, serve: (*call).deleteIntegrationResponse},

		// Models.
		{name: "CreateModel", method: "POST", path: apiPath + "/models", status: 201, serve: (*call).createModel},
		{name: "GetModels", method: "GET", path: apiPath + "/models", status: 200, serve: (*call).getModels},
		{name: "GetModel", method: "GET", path: apiPath + "/models/{model_name}", status: 200, serve: (*call).getModel},
		{name: "UpdateModel", method: "PATCH", path: apiPath + "/models/{model_name}", status: 200, serve: (*call).updateModel},
		{name: "DeleteModel", method: "DELETE", path: apiPath + "/models/{model_name}", status: 202, serve: (*call).deleteModel},
		{name: "GetModelTemplate", method: "GET", path: apiPath + "/models/{model_name}/default_template", status: 200, serve: (*call).getModelTemplate},

		// Request validators.
		{name: "CreateRequestValidator", method: "POST", path: apiPath + "/requestvalidators", status: 201, serve: (*call).createRequestValidator},
		{name: "GetRequestValidators", method: "GET", path: apiPath + "/requestvalidators", status: 200, serve: (*call).getRequestValidators},
		{name: "GetRequestValidator", method: "GET", path: apiPath + "/requestvalidators/{requestvalidator_id}", status: 200, serve: (*call).getRequestValidator},
		{name: "UpdateRequestValidator", method: "PATCH", path: apiPath + "/requestvalidators/{requestvalidator_id}", status: 200, serve: (*call).updateRequestValidator},
		{name: "DeleteRequestValidator", method: "DELETE", path: apiPath + "/requestvalidators/{requestvalidator_id}", status: 202, serve: (*call).deleteRequestValidator},

		// Authorizers.
		{name: "CreateAuthorizer", method: "POST", path: apiPath + "/authorizers", status: 201, serve: (*call).createAuthorizer},
		{name: "GetAuthorizers", method: "GET", path: apiPath + "/authorizers", status: 200, serve: (*call).getAuthorizers},
		{name: "GetAuthorizer", method: "GET", path: apiPath + "/authorizers/{authorizer_id}", status: 200, serve: (*call).getAuthorizer},
		{name: "UpdateAuthorizer", method: "PATCH", path: apiPath + "/authorizers/{authorizer_id}", status: 200, serve: (*call).updateAuthorizer},
		{name: "DeleteAuthorizer", method: "DELETE", path: apiPath + "/authorizers/{authorizer_id}", status: 202, serve: (*call).deleteAuthorizer},
		{name: "TestInvokeAuthorizer", method: "POST", path: apiPath + "/authorizers/{authorizer_id}", status: 200, serve: (*call).testInvokeAuthorizer},

		// Gateway responses.
		{name: "GetGatewayResponses", method: "GET", path: apiPath + "/gatewayresponses", status: 200, serve: (*call).getGatewayResponses},
		{name: "GetGatewayResponse", method: "GET", path: apiPath + "/gatewayresponses/{response_type}", status: 200, serve: (*call).getGatewayResponse},
		{name: "PutGatewayResponse", method: "PUT", path: apiPath + "/gatewayresponses/{response_type}", status: 201, serve: (*call).putGatewayResponse},
		{name: "UpdateGatewayResponse", method: "PATCH", path: apiPath + "/gatewayresponses/{response_type}", status: 200, serve: (*call).updateGatewayResponse},
		{name: "DeleteGatewayResponse", method: "DELETE", path: apiPath + "/gatewayresponses/{response_type}", status: 202, serve: (*call).deleteGatewayResponse},

		// Deployments.
		{name: "CreateDeployment", method: "POST", path: apiPath + "/deployments", status: 201, serve: (*call).createDeployment},
		{name: "GetDeployments", method: "GET", path: apiPath + "/deployments", status: 200, serve: (*call).getDeployments},
		{name: "GetDeployment", method: "GET", path: apiPath + "/deployments/{deployment_id}", status: 200, serve: (*call).getDeployment},
		{name: "UpdateDeployment", method: "PATCH", path: apiPath + "/deployments/{deployment_id}", status: 200, serve: (*call).updateDeployment},
		{name: "DeleteDeployment", method: "DELETE", path: apiPath + "/deployments/{deployment_id}", status: 202, serve: (*call).deleteDeployment},

		// Stages.
		{name: "CreateStage", method: "POST", path: apiPath + "/stages", status: 201, serve: (*call).createStage},
		{name: "GetStages", method: "GET", path: apiPath + "/stages", status: 200, serve: (*call).getStages},
		{name: "GetStage", method: "GET", path: stagePath, status: 200, serve: (*call).getStage},
		{name: "UpdateStage", method: "PATCH", path: stagePath, status: 200, serve: (*call).updateStage},
		{name: "DeleteStage", method: "DELETE", path: stagePath, status: 202, serve: (*call).deleteStage},
		{name: "FlushStageCache", method: "DELETE", path: stagePath + "/cache/data", status: 202, serve: (*call).flushStageCache},
		{name: "FlushStageAuthorizersCache", method: "DELETE", path: stagePath + "/cache/authorizers", status: 202, serve: (*call).flushStageAuthorizersCache},

		// API keys.
		{name: "CreateApiKey", method: "POST", path: "/apikeys", status: 201, serve: (*call).createAPIKey},
		{name: "ImportApiKeys", method: "POST", path: "/apikeys", status: 201, serve: (*call).importAPIKeys, importing: true},
		{name: "GetApiKeys", method: "GET", path: "/apikeys", status: 200, serve: (*call).getAPIKeys},
		{name: "GetApiKey", method: "GET", path: "/apikeys/{api_Key}", status: 200, serve: (*call).getAPIKey},
		{name: "UpdateApiKey", method: "PATCH", path: "/apikeys/{api_Key}", status: 200, serve: (*call).updateAPIKey},
		{name: "DeleteApiKey", method: "DELETE", path: "/apikeys/{api_Key}", status: 202, serve: (*call).deleteAPIKey},

		// Usage plans.
		{name: "CreateUsagePlan", method: "POST", path: "/usageplans", status: 201, serve: (*call).createUsagePlan},
		{name: "GetUsagePlans", method: "GET", path: "/usageplans", status: 200, serve: (*call).getUsagePlans},
		{name: "GetUsagePlan", method: "GET", path: "/usageplans/{usageplanId}", status: 200, serve: (*call).getUsagePlan},
		{name: "UpdateUsagePlan", method: "PATCH", path: "/usageplans/{usageplanId}", status: 200, serve: (*call).updateUsagePlan},
		{name: "DeleteUsagePlan", method: "DELETE", path: "/usageplans/{usageplanId}", status: 202, serve: (*call).deleteUsagePlan},
		{name: "CreateUsagePlanKey", method: "POST", path: "/usageplans/{usageplanId}/keys", status: 201, serve: (*call).createUsagePlanKey},
		{name: "GetUsagePlanKeys", method: "GET", path: "/usageplans/{usageplanId}/keys", status: 200, serve: (*call).getUsagePlanKeys},
		{name: "GetUsagePlanKey", method: "GET", path: "/usageplans/{usageplanId}/keys/{keyId}", status: 200, serve: (*call).getUsagePlanKey},
		{name: "DeleteUsagePlanKey", method: "DELETE", path: "/usageplans/{usageplanId}/keys/{keyId}", status: 202, serve: (*call).deleteUsagePlanKey},
		{name: "GetUsage", method: "GET", path: "/usageplans/{usageplanId}/usage", status: 200, serve: (*call).getUsage, note: "has no values: usage is not counted yet"},
		{name: "UpdateUsage", method: "PATCH", path: "/usageplans/{usageplanId}/keys/{keyId}/usage", status: 200, serve: (*call).updateUsage, note: "refuses: usage is not counted yet"},

		// Tags.
		{name: "GetTags", method: "GET", path: "/tags/{resource_arn}", status: 200, serve: (*call).getTags},
		{name: "TagResource", method: "PUT", path: "/tags/{resource_arn}", status: 204, serve: (*call).tagResource},
		{name: "UntagResource", method: "DELETE", path: "/tags/{resource_arn}", status: 204, serve: (*call).untagResource},

		// Domain names and mappings.
		{name: "CreateDomainName", method: "POST", path: "/domainnames", status: 201, serve: (*call).createDomainName},
		{name: "GetDomainNames", method: "GET", path: "/domainnames", status: 200, serve: (*call).getDomainNames},
		{name: "GetDomainName", method: "GET", path: "/domainnames/{domain_name}", status: 200, serve: (*call).getDomainName},
		{name: "UpdateDomainName", method: "PATCH", path: "/domainnames/{domain_name}", status: 200, serve: (*call).updateDomainName},
		{name: "DeleteDomainName", method: "DELETE", path: "/domainnames/{domain_name}", status: 202, serve: (*call).deleteDomainName},
		{name: "CreateBasePathMapping", method: "POST", path: "/domainnames/{domain_name}/basepathmappings", status: 201, serve: (*call).createBasePathMapping},
		{name: "GetBasePathMappings", method: "GET", path: "/domainnames/{domain_name}/basepathmappings", status: 200, serve: (*call).getBasePathMappings},
		{name: "GetBasePathMapping", method: "GET", path: "/domainnames/{domain_name}/basepathmappings/{base_path}", status: 200, serve: (*call).getBasePathMapping},
		{name: "UpdateBasePathMapping", method: "PATCH", path: "/domainnames/{domain_name}/basepathmappings/{base_path}", status: 200, serve: (*call).updateBasePathMapping},
		{name: "DeleteBasePathMapping", method: "DELETE", path: "/domainnames/{domain_name}/basepathmappings/{base_path}", status: 202, serve: (*call).deleteBasePathMapping},

		// Private domain access.
		{name: "CreateDomainNameAccessAssociation", method: "POST", path: "/domainnameaccessassociations", status: 201, serve: (*call).createDomainNameAccessAssociation},
		{name: "GetDomainNameAccessAssociations", method: "GET", path: "/domainnameaccessassociations", status: 200, serve: (*call).getDomainNameAccessAssociations},
		{name: "DeleteDomainNameAccessAssociation", method: "DELETE", path: "/domainnameaccessassociations/{domain_name_access_association_arn}", status: 202, serve: (*call).deleteDomainNameAccessAssociation},
		{name: "RejectDomainNameAccessAssociation", method: "POST", path: "/rejectdomainnameaccessassociations", status: 202, serve: (*call).rejectDomainNameAccessAssociation},

		// VPC links.
		{name: "CreateVpcLink", method: "POST", path: "/vpclinks", status: 202, serve: (*call).createVPCLink},
		{name: "GetVpcLinks", method: "GET", path: "/vpclinks", status: 200, serve: (*call).getVPCLinks},
		{name: "GetVpcLink", method: "GET", path: "/vpclinks/{vpclink_id}", status: 200, serve: (*call).getVPCLink},
		{name: "UpdateVpcLink", method: "PATCH", path: "/vpclinks/{vpclink_id}", status: 200, serve: (*call).updateVPCLink},
		{name: "DeleteVpcLink", method: "DELETE", path: "/vpclinks/{vpclink_id}", status: 202, serve: (*call).deleteVPCLink},

		// Client certificates.
		{name: "GenerateClientCertificate", method: "POST", path: "/clientcertificates", status: 201, serve: (*call).generateClientCertificate},
		{name: "GetClientCertificates", method: "GET", path: "/clientcertificates", status: 200, serve: (*call).getClientCertificates},
		{name: "GetClientCertificate", method: "GET", path: "/clientcertificates/{clientcertificate_id}", status: 200, serve: (*call).getClientCertificate},
		{name: "UpdateClientCertificate", method: "PATCH", path: "/clientcertificates/{clientcertificate_id}", status: 200, serve: (*call).updateClientCertificate},
		{name: "DeleteClientCertificate", method: "DELETE", path: "/clientcertificates/{clientcertificate_id}", status: 202, serve: (*call).deleteClientCertificate},

		// Documentation.
		{name: "CreateDocumentationPart", method: "POST", path: apiPath + "/documentation/parts", status: 201, serve: (*call).createDocumentationPart},
		{name: "ImportDocumentationParts", method: "PUT", path: apiPath + "/documentation/parts", status: 200, serve: (*call).importDocumentationParts},
		{name: "GetDocumentationParts", method: "GET", path: apiPath + "/documentation/parts", status: 200, serve: (*call).getDocumentationParts},
		{name: "GetDocumentationPart", method: "GET", path: apiPath + "/documentation/parts/{part_id}", status: 200, serve: (*call).getDocumentationPart},
		{name: "UpdateDocumentationPart", method: "PATCH", path: apiPath + "/documentation/parts/{part_id}", status: 200, serve: (*call).updateDocumentationPart},
		{name: "DeleteDocumentationPart", method: "DELETE", path: apiPath + "/documentation/parts/{part_id}", status: 202, serve: (*call).deleteDocumentationPart},
		{name: "CreateDocumentationVersion", method: "POST", path: apiPath + "/documentation/versions", status: 201, serve: (*call).createDocumentationVersion},
		{name: "GetDocumentationVersions", method: "GET", path: apiPath + "/documentation/versions", status: 200, serve: (*call).getDocumentationVersions},
		{name: "GetDocumentationVersion", method: "GET", path: apiPath + "/documentation/versions/{doc_version}", status: 200, serve: (*call).getDocumentationVersion},
		{name: "UpdateDocumentationVersion", method: "PATCH", path: apiPath + "/documentation/versions/{doc_version}", status: 200, serve: (*call).updateDocumentationVersion},
		{name: "DeleteDocumentationVersion", method: "DELETE", path: apiPath + "/documentation/versions/{doc_version}", status: 202, serve: (*call).deleteDocumentationVersion},

		// SDKs.
		{name: "GetSdk", method: "GET", path: stagePath + "/sdks/{sdk_type}", status: 200, serve: (*call).getSDK, note: "refuses: Postern generates no clients; GetExport gives the definition from which others make one"},
		{name: "GetSdkTypes", method: "GET", path: "/sdktypes", status: 200, serve: (*call).getSDKTypes},
		{name: "GetSdkType", method: "GET", path: "/sdktypes/{sdktype_id}", status: 200, serve: (*call).getSDKType},
	}
}
