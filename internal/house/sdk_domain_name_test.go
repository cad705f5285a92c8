package house_test

import (
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/apigateway"
	"github.com/aws/aws-sdk-go-v2/service/apigateway/types"
)

const (
	certificate = "arn:aws:acm:us-east-1:000000000000:certificate/a"
	balancer    = "arn:aws:elasticloadbalancing:us-east-1:000000000000:loadbalancer/net/pets/0123456789abcdef"
)

func driveDomainName(c *sdk) {
	made := do(c, c.CreateDomainName, &apigateway.CreateDomainNameInput{DomainName: new("Api.example.com"), CertificateArn: new(certificate), Tags: map[string]string{"team": "zoo"}})
	name := new("api.example.com")
	at := &apigateway.GetDomainNameInput{DomainName: name}
	c.equal(do(c, c.GetDomainName, at), "", memberOf(c.T, made, ""))
	for path, want := range map[string]string{
		"DomainName": `"api.example.com"`, "DomainNameStatus": `"AVAILABLE"`, "SecurityPolicy": `"TLS_1_2"`, "CertificateArn": `"` + certificate + `"`,
		"EndpointConfiguration": `{"IpAddressType":"ipv4","Types":["EDGE"]}`, "Tags": `{"team":"zoo"}`,
	} {
		c.equal(made, path, want)
	}
	if !strings.HasSuffix(*made.DistributionDomainName, ".cloudfront.net") || made.CertificateUploadDate == nil {
		c.Errorf("CreateDomainName answers %s", memberOf(c.T, made, ""))
	}
	read := func() (*apigateway.GetDomainNameOutput, error) { return c.GetDomainName(c.Context(), at) }
	update := func(ops []types.PatchOperation) (*apigateway.UpdateDomainNameOutput, error) {
		return c.UpdateDomainName(c.Context(), &apigateway.UpdateDomainNameInput{DomainName: name, DomainNameId: at.DomainNameId, PatchOperations: ops})
	}
	patches(c, update, read, []patched{
		{"add /certificateName edge", `CertificateName "edge"`},
		{"replace /certificateName brink", `CertificateName "brink"`},
		{"remove /certificateName", "CertificateName"},
		{"replace /certificateArn " + certificate + "b", `CertificateArn "` + certificate + `b"`},
		{"add /certificateArn " + certificate, `CertificateArn "` + certificate + `"`},
		{"add /regionalCertificateArn " + certificate, `RegionalCertificateArn "` + certificate + `"`},
		{"replace /regionalCertificateArn " + certificate + "r", `RegionalCertificateArn "` + certificate + `r"`},
		{"add /regionalCertificateName here", `RegionalCertificateName "here"`},
		{"replace /regionalCertificateName there", `RegionalCertificateName "there"`},
		{"remove /regionalCertificateName", "RegionalCertificateName"},
		{"remove /regionalCertificateArn", "RegionalCertificateArn"},
		{"add /regionalCertificateArn " + certificate, `RegionalCertificateArn "` + certificate + `"`},
		{"replace /endpointConfiguration/types/EDGE REGIONAL", `EndpointConfiguration.Types ["REGIONAL"]`},
		{"remove /certificateArn", "CertificateArn"},
		{"replace /endpointConfiguration/ipAddressType dualstack", `EndpointConfiguration.IpAddressType "dualstack"`},
		{"replace /securityPolicy TLS_1_0", `SecurityPolicy "TLS_1_0"`},
		{"add /mutualTlsAuthentication/truststoreUri s3://bucket/a.pem", `MutualTlsAuthentication.TruststoreUri "s3://bucket/a.pem"`},
		{"replace /mutualTlsAuthentication/truststoreUri s3://bucket/b.pem", `MutualTlsAuthentication.TruststoreUri "s3://bucket/b.pem"`},
		{"add /mutualTlsAuthentication/truststoreVersion 1", `MutualTlsAuthentication.TruststoreVersion "1"`},
		{"replace /mutualTlsAuthentication/truststoreVersion 2", `MutualTlsAuthentication.TruststoreVersion "2"`},
		{"remove /mutualTlsAuthentication/truststoreVersion", "MutualTlsAuthentication.TruststoreVersion"},
		{"remove /mutualTlsAuthentication/truststoreUri", "MutualTlsAuthentication"},
		{"add /ownershipVerificationCertificateArn " + certificate, `OwnershipVerificationCertificateArn "` + certificate + `"`},
		{"replace /ownershipVerificationCertificateArn " + certificate + "o", `OwnershipVerificationCertificateArn "` + certificate + `o"`},
		{"remove /ownershipVerificationCertificateArn", "OwnershipVerificationCertificateArn"},
		{"replace /endpointAccessMode STRICT", `EndpointAccessMode "STRICT"`},
		{"replace /routingMode ROUTING_RULE_THEN_BASE_PATH_MAPPING", `RoutingMode "ROUTING_RULE_THEN_BASE_PATH_MAPPING"`},
		{"replace /routingMode BASE_PATH_MAPPING_ONLY", `RoutingMode "BASE_PATH_MAPPING_ONLY"`},
	})
	// A name moves to the edge in one list: it has two types in between.
	edge := do(c, c.UpdateDomainName, &apigateway.UpdateDomainNameInput{DomainName: name,
		PatchOperations: patch("add /endpointConfiguration/types EDGE", "add /certificateArn "+certificate, "remove /endpointConfiguration/types REGIONAL", "remove /regionalCertificateArn")})
	c.equal(edge, "EndpointConfiguration.Types", `["EDGE"]`)
	refusals(c, update, read, [][2]string{
		{"replace /domainName other.example.com", "Invalid patch path /domainName"},
		{"remove /certificateArn", "An EDGE domain name needs certificateArn or a certificate of its own"},
		{"replace /endpointConfiguration/ipAddressType ipv6", "ipAddressType must be either ipv4 or dualstack."},
	})
	refused[*types.BadRequestException](c, c.CreateDomainName, &apigateway.CreateDomainNameInput{DomainName: name, CertificateArn: new(certificate)}, "The domain name you provided already exists.")
	refused[*types.BadRequestException](c, c.CreateDomainName, &apigateway.CreateDomainNameInput{DomainName: new("b.example.com."), CertificateArn: new(certificate)}, "Trailing period should be omitted from domain name")
	refused[*types.BadRequestException](c, c.CreateDomainName, &apigateway.CreateDomainNameInput{DomainName: new("b.example.com"), CertificateArn: new("arn:aws:acm:eu-west-1:000000000000:certificate/a")},
		"Certificate must be in us-east-1.")
	do(c, c.DeleteDomainName, &apigateway.DeleteDomainNameInput{DomainName: name})
	refused[*types.NotFoundException](c, c.GetDomainName, at, "Invalid domain name identifier specified")

	// A private name has an identifier beside its name.
	private := do(c, c.CreateDomainName, &apigateway.CreateDomainNameInput{DomainName: new("in.example.com"), CertificateArn: new(certificate),
		EndpointConfiguration: &types.EndpointConfiguration{Types: []types.EndpointType{types.EndpointTypePrivate}}})
	name, at.DomainName, at.DomainNameId = private.DomainName, private.DomainName, private.DomainNameId
	patches(c, update, read, []patched{
		{`replace /policy {"Version":"2012-10-17"}`, `Policy "{\"Version\":\"2012-10-17\"}"`},
		{`replace /managementPolicy {"Version":"2012-10-17"}`, `ManagementPolicy "{\"Version\":\"2012-10-17\"}"`},
	})
	refused[*types.NotFoundException](c, c.GetDomainName, &apigateway.GetDomainNameInput{DomainName: name, DomainNameId: new("nobody")}, "Invalid domain name identifier specified")
	if list := do(c, c.GetDomainNames, &apigateway.GetDomainNamesInput{}); len(list.Items) != 1 || *list.Items[0].DomainNameArn != *private.DomainNameArn {
		c.Errorf("GetDomainNames answers %s", memberOf(c.T, list, ""))
	}
}

func driveAccessAssociation(c *sdk) {
	private := &types.EndpointConfiguration{Types: []types.EndpointType{types.EndpointTypePrivate}}
	domain := do(c, c.CreateDomainName, &apigateway.CreateDomainNameInput{DomainName: new("in.example.com"), CertificateArn: new(certificate), EndpointConfiguration: private}).DomainNameArn
	in := &apigateway.CreateDomainNameAccessAssociationInput{DomainNameArn: domain, AccessAssociationSource: new("vpce-1"), AccessAssociationSourceType: types.AccessAssociationSourceTypeVpce,
		Tags: map[string]string{"team": "zoo"}}
	made := do(c, c.CreateDomainNameAccessAssociation, in)
	for path, want := range map[string]string{"AccessAssociationSource": `"vpce-1"`, "AccessAssociationSourceType": `"VPCE"`, "DomainNameArn": `"` + *domain + `"`, "Tags": `{"team":"zoo"}`} {
		c.equal(made, path, want)
	}
	refused[*types.ConflictException](c, c.CreateDomainNameAccessAssociation, in, "…")
	arn := made.DomainNameAccessAssociationArn
	c.equal(do(c, c.GetTags, &apigateway.GetTagsInput{ResourceArn: arn}), "Tags", `{"team":"zoo"}`)
	for owner, want := range map[types.ResourceOwner]int{"": 1, types.ResourceOwnerSelf: 1, types.ResourceOwnerOtherAccounts: 0} {
		if list := do(c, c.GetDomainNameAccessAssociations, &apigateway.GetDomainNameAccessAssociationsInput{ResourceOwner: owner}); len(list.Items) != want {
			c.Errorf("GetDomainNameAccessAssociations of %q has %d, want %d", owner, len(list.Items), want)
		}
	}
	do(c, c.DeleteDomainNameAccessAssociation, &apigateway.DeleteDomainNameAccessAssociationInput{DomainNameAccessAssociationArn: arn})
	refused[*types.NotFoundException](c, c.DeleteDomainNameAccessAssociation, &apigateway.DeleteDomainNameAccessAssociationInput{DomainNameAccessAssociationArn: arn}, "…")
	do(c, c.CreateDomainNameAccessAssociation, in)
	reject := &apigateway.RejectDomainNameAccessAssociationInput{DomainNameAccessAssociationArn: arn, DomainNameArn: domain}
	do(c, c.RejectDomainNameAccessAssociation, reject)
	refused[*types.NotFoundException](c, c.RejectDomainNameAccessAssociation, reject, "…")
}

func driveBasePathMapping(c *sdk) {
	api, _ := c.newStage()
	second, _ := c.newStage()
	name := do(c, c.CreateDomainName, &apigateway.CreateDomainNameInput{DomainName: new("api.example.com"), CertificateArn: new(certificate)}).DomainName
	made := do(c, c.CreateBasePathMapping, &apigateway.CreateBasePathMappingInput{DomainName: name, RestApiId: api, BasePath: new("v1"), Stage: new("prod")})
	c.equal(made, "", `{"BasePath":"v1","RestApiId":"`+*api+`","Stage":"prod"}`)
	at := &apigateway.GetBasePathMappingInput{DomainName: name, BasePath: new("v1")}
	read := func() (*apigateway.GetBasePathMappingOutput, error) { return c.GetBasePathMapping(c.Context(), at) }
	update := func(ops []types.PatchOperation) (*apigateway.UpdateBasePathMappingOutput, error) {
		return c.UpdateBasePathMapping(c.Context(), &apigateway.UpdateBasePathMappingInput{DomainName: name, BasePath: at.BasePath, PatchOperations: ops})
	}
	patches(c, update, read, []patched{
		{"replace /restapiId " + *second, `RestApiId "` + *second + `"`},
		{"replace /restApiId " + *api, `RestApiId "` + *api + `"`},
		{"replace /stage ", "Stage"},
		{"replace /stage prod", `Stage "prod"`},
	})
	moved := do(c, c.UpdateBasePathMapping, &apigateway.UpdateBasePathMappingInput{DomainName: name, BasePath: at.BasePath, PatchOperations: patch("replace /basePath v2")})
	c.equal(moved, "BasePath", `"v2"`)
	refused[*types.NotFoundException](c, c.GetBasePathMapping, at, "Invalid base path mapping identifier specified")
	at.BasePath = new("v2")
	refusals(c, update, read, [][2]string{
		{"replace /restapiId nobody", "Invalid REST API identifier specified"},
		{"replace /stage nobody", "Invalid stage identifier specified"},
		{"add /stage prod", "Invalid patch operation specified. Must be one of: [replace]"},
	})
	refused[*types.ConflictException](c, c.CreateBasePathMapping, &apigateway.CreateBasePathMappingInput{DomainName: name, RestApiId: api, BasePath: new("v2")}, "Base path already exists for this domain name")
	refused[*types.BadRequestException](c, c.CreateBasePathMapping, &apigateway.CreateBasePathMappingInput{DomainName: name, RestApiId: api, BasePath: new("a/b")},
		"API Gateway V1 doesn't support the slash character (/) in base path mappings. To create a multi-level base path mapping, use API Gateway V2.")
	refused[*types.BadRequestException](c, c.DeleteRestApi, &apigateway.DeleteRestApiInput{RestApiId: api},
		"Deleting RestApi "+*api+" failed. Please remove all base path mappings related to the RestApi in your domains.")
	if list := do(c, c.GetBasePathMappings, &apigateway.GetBasePathMappingsInput{DomainName: name}); len(list.Items) != 1 {
		c.Errorf("GetBasePathMappings has %d, want 1", len(list.Items))
	}
	do(c, c.DeleteBasePathMapping, &apigateway.DeleteBasePathMappingInput{DomainName: name, BasePath: at.BasePath})
	refused[*types.NotFoundException](c, c.DeleteBasePathMapping, &apigateway.DeleteBasePathMappingInput{DomainName: name, BasePath: at.BasePath}, "Invalid base path mapping identifier specified")
	// A name without a base path.
	c.equal(do(c, c.CreateBasePathMapping, &apigateway.CreateBasePathMappingInput{DomainName: name, RestApiId: api}), "BasePath", `"(none)"`)
	c.equal(do(c, c.GetBasePathMapping, &apigateway.GetBasePathMappingInput{DomainName: name, BasePath: new("(none)")}), "RestApiId", `"`+*api+`"`)
	do(c, c.DeleteBasePathMapping, &apigateway.DeleteBasePathMappingInput{DomainName: name, BasePath: new("(none)")})
	do(c, c.DeleteRestApi, &apigateway.DeleteRestApiInput{RestApiId: api})
}

func driveVPCLink(c *sdk) {
	made := do(c, c.CreateVpcLink, &apigateway.CreateVpcLinkInput{Name: new("inside"), Description: new("a route"), TargetArns: []string{balancer}, Tags: map[string]string{"team": "zoo"}})
	id := made.Id
	c.equal(made, "Status", `"PENDING"`)
	at := &apigateway.GetVpcLinkInput{VpcLinkId: id}
	c.equal(do(c, c.GetVpcLink, at), "", `{"Description":"a route","Id":"`+*id+`","Name":"inside","Status":"AVAILABLE","StatusMessage":"Your vpc link is ready for use","Tags":{"team":"zoo"},"TargetArns":["`+balancer+`"]}`)
	read := func() (*apigateway.GetVpcLinkOutput, error) { return c.GetVpcLink(c.Context(), at) }
	update := func(ops []types.PatchOperation) (*apigateway.UpdateVpcLinkOutput, error) {
		return c.UpdateVpcLink(c.Context(), &apigateway.UpdateVpcLinkInput{VpcLinkId: id, PatchOperations: ops})
	}
	patches(c, update, read, []patched{
		{"replace /name within", `Name "within"`},
		{"replace /description another route", `Description "another route"`},
	})
	refusals(c, update, read, [][2]string{
		{"replace /targetArns x", "Target arns are not allowed to be changed/added."},
		{"replace /name ", "Name cannot be empty"},
		{"add /name x", "Invalid patch path  '/name' specified for op 'add'. Please choose supported operations"},
		{"replace /status FAILED", "Invalid patch path  '/status' specified for op 'replace'. Must be one of: [/name, /description]"},
	})
	refused[*types.BadRequestException](c, c.CreateVpcLink, &apigateway.CreateVpcLinkInput{Name: new("x"), TargetArns: []string{balancer, balancer}}, "More than one target arn specified for vpc link.")
	refused[*types.BadRequestException](c, c.CreateVpcLink, &apigateway.CreateVpcLinkInput{Name: new("x"), TargetArns: []string{"x"}}, "Invalid ARN. ARN is not well formed x")
	if list := do(c, c.GetVpcLinks, &apigateway.GetVpcLinksInput{}); len(list.Items) != 1 {
		c.Errorf("GetVpcLinks has %d, want 1", len(list.Items))
	}

	api, root := c.newAPI()
	do(c, c.PutMethod, &apigateway.PutMethodInput{RestApiId: api, ResourceId: root, HttpMethod: new("GET"), AuthorizationType: new("NONE")})
	do(c, c.PutIntegration, &apigateway.PutIntegrationInput{RestApiId: api, ResourceId: root, HttpMethod: new("GET"), Type: types.IntegrationTypeHttpProxy, IntegrationHttpMethod: new("GET"),
		Uri: new("http://inside.example.com/"), ConnectionType: types.ConnectionTypeVpcLink, ConnectionId: id})
	do(c, c.CreateDeployment, &apigateway.CreateDeploymentInput{RestApiId: api, StageName: new("prod")})
	refused[*types.BadRequestException](c, c.DeleteVpcLink, &apigateway.DeleteVpcLinkInput{VpcLinkId: id},
		"Cannot delete vpc link. Vpc link '"+*id+"', is referenced in ["+*api+":GET:"+*root+":prod] in format of [RESTApiId:Method:Resource:Stage].")
	do(c, c.DeleteStage, &apigateway.DeleteStageInput{RestApiId: api, StageName: new("prod")})
	do(c, c.DeleteVpcLink, &apigateway.DeleteVpcLinkInput{VpcLinkId: id})
	c.equal(do(c, c.GetVpcLink, at), "Status", `"DELETING"`)
	refused[*types.NotFoundException](c, c.GetVpcLink, at, "Invalid Vpc Link identifier specified")
}

func driveClientCertificate(c *sdk) {
	made := do(c, c.GenerateClientCertificate, &apigateway.GenerateClientCertificateInput{Description: new("mine"), Tags: map[string]string{"team": "zoo"}})
	id := made.ClientCertificateId
	if !strings.HasPrefix(*made.PemEncodedCertificate, "-----BEGIN CERTIFICATE-----\n") || made.ExpirationDate.Sub(*made.CreatedDate) < 364*24*time.Hour {
		c.Errorf("GenerateClientCertificate answers %s", memberOf(c.T, made, ""))
	}
	at := &apigateway.GetClientCertificateInput{ClientCertificateId: id}
	c.equal(do(c, c.GetClientCertificate, at), "", memberOf(c.T, made, ""))
	read := func() (*apigateway.GetClientCertificateOutput, error) {
		return c.GetClientCertificate(c.Context(), at)
	}
	update := func(ops []types.PatchOperation) (*apigateway.UpdateClientCertificateOutput, error) {
		return c.UpdateClientCertificate(c.Context(), &apigateway.UpdateClientCertificateInput{ClientCertificateId: id, PatchOperations: ops})
	}
	patches(c, update, read, []patched{{"replace /description ours", `Description "ours"`}})
	refusals(c, update, read, [][2]string{
		{"remove /description", "Invalid patch path  '/description' specified for op 'remove'. Please choose supported operations"},
		{"replace /pemEncodedCertificate x", "Invalid patch path  '/pemEncodedCertificate' specified for op 'replace'. Must be one of: [/description]"},
	})
	if list := do(c, c.GetClientCertificates, &apigateway.GetClientCertificatesInput{}); len(list.Items) != 1 {
		c.Errorf("GetClientCertificates has %d, want 1", len(list.Items))
	}
	do(c, c.DeleteClientCertificate, &apigateway.DeleteClientCertificateInput{ClientCertificateId: id})
	refused[*types.NotFoundException](c, c.GetClientCertificate, at, "Invalid Client Certificate identifier specified")
}
