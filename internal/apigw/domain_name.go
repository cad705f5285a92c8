package apigw

import (
	"net/netip"
	"regexp"
	"slices"
	"strings"
	"time"

	"postern/internal/property"
)

// A DomainName is a name of one's own for APIs.
//
// See "CreateDomainName" and "AWS::ApiGateway::DomainName".
type DomainName struct {
	DomainName                          string
	DomainNameID                        string // of a private name
	DomainNameARN                       string // of a private name
	CertificateName                     string
	CertificateARN                      string
	CertificateUploadDate               time.Time
	RegionalDomainName                  string
	RegionalHostedZoneID                string
	RegionalCertificateName             string
	RegionalCertificateARN              string
	DistributionDomainName              string
	DistributionHostedZoneID            string
	EndpointConfiguration               *EndpointConfiguration
	Status                              string
	StatusMessage                       string
	SecurityPolicy                      string
	EndpointAccessMode                  string
	Tags                                map[string]string
	MutualTLS                           *MutualTLS
	OwnershipVerificationCertificateARN string
	ManagementPolicy                    string
	Policy                              string
	RoutingMode                         string
}

// Properties is the one definition of what can be said of a domain name.
func (d *DomainName) Properties() property.List {
	const anyOp = property.Add | property.Replace | property.Remove
	hidden := property.Names{CloudFormation: property.None}
	return property.List{
		{Name: "domainName", Value: property.Text(&d.DomainName), Is: property.Required | property.CreateOnly, Doc: "The name; its first label may be an asterisk."},
		{Name: "domainNameId", Names: property.Names{Terraform: property.None}, Value: property.Text(&d.DomainNameID), Is: property.ReadOnly, Doc: "The identifier of a private name."},
		{Name: "domainNameArn", Names: property.Names{Terraform: property.None}, Value: property.Text(&d.DomainNameARN), Is: property.ReadOnly, Doc: "The ARN of a private name."},
		{Name: "certificateName", Names: hidden, Value: property.Text(&d.CertificateName), Patch: anyOp, Doc: "A name for an uploaded certificate of an EDGE endpoint."},
		{Name: "certificateArn", Value: property.Text(&d.CertificateARN), Patch: anyOp, Doc: "The certificate of an EDGE or PRIVATE endpoint."},
		{Name: "certificateUploadDate", Names: hidden, Value: property.Epoch(&d.CertificateUploadDate), Is: property.ReadOnly, Doc: "When the certificate was last changed."},
		{Name: "regionalDomainName", Value: property.Text(&d.RegionalDomainName), Is: property.ReadOnly, Doc: "What a REGIONAL name points to."},
		{Name: "regionalHostedZoneId", Names: property.Names{Terraform: "regional_zone_id"}, Value: property.Text(&d.RegionalHostedZoneID), Is: property.ReadOnly, Doc: "The zone of that."},
		{Name: "regionalCertificateName", Names: hidden, Value: property.Text(&d.RegionalCertificateName), Patch: anyOp, Doc: "A name for an uploaded certificate of a REGIONAL endpoint."},
		{Name: "regionalCertificateArn", Value: property.Text(&d.RegionalCertificateARN), Patch: anyOp, Doc: "The certificate of a REGIONAL endpoint."},
		{Name: "distributionDomainName", Names: property.Names{Terraform: "cloudfront_domain_name"}, Value: property.Text(&d.DistributionDomainName), Is: property.ReadOnly, Doc: "What an EDGE name points to."},
		{Name: "distributionHostedZoneId", Names: property.Names{Terraform: "cloudfront_zone_id"}, Value: property.Text(&d.DistributionHostedZoneID), Is: property.ReadOnly, Doc: "The zone of that."},
		{Name: "endpointConfiguration", Value: property.Object(&d.EndpointConfiguration), Patch: anyOp, Doc: "Where the name is served."},
		{Name: "domainNameStatus", Names: property.Names{CloudFormation: property.None, Terraform: property.None}, Value: property.Text(&d.Status), Is: property.ReadOnly, Doc: "Whether the name can be used."},
		{Name: "domainNameStatusMessage", Names: property.Names{CloudFormation: property.None, Terraform: property.None}, Value: property.Text(&d.StatusMessage), Is: property.ReadOnly, Doc: "The status in words."},
		{Name: "securityPolicy", Value: property.Text(&d.SecurityPolicy), Patch: property.Replace, Doc: "The oldest TLS that clients may use."},
		{Name: "endpointAccessMode", Value: property.Enum(&d.EndpointAccessMode, "BASIC", "STRICT"), Patch: property.Replace, Doc: "How strictly clients are held to the endpoint."},
		{Name: "tags", Value: property.Tags(&d.Tags), Doc: "Tags."},
		{Name: "mutualTlsAuthentication", Value: property.Object(&d.MutualTLS), Patch: anyOp, Doc: "The certificates that clients must have."},
		{Name: "ownershipVerificationCertificateArn", Value: property.Text(&d.OwnershipVerificationCertificateARN), Patch: anyOp, Doc: "A certificate that proves who owns the name."},
		{Name: "managementPolicy", Names: hidden, Value: property.Text(&d.ManagementPolicy), Patch: property.Replace, Doc: "Who may manage a private name."},
		{Name: "policy", Value: property.Document(&d.Policy), Patch: property.Replace, Doc: "Who may use a private name."},
		{Name: "routingMode", Value: property.Enum(&d.RoutingMode, "BASE_PATH_MAPPING_ONLY", "ROUTING_RULE_ONLY", "ROUTING_RULE_THEN_BASE_PATH_MAPPING"), Patch: property.Replace, Doc: "What leads requests to APIs."},
	}
}

// A MutualTLS says which certificates clients must have.
type MutualTLS struct {
	TruststoreURI      string
	TruststoreVersion  string
	TruststoreWarnings []string
}

// Properties is the one definition of mutual TLS.
func (m *MutualTLS) Properties() property.List {
	const anyOp = property.Add | property.Replace | property.Remove
	return property.List{
		{Name: "truststoreUri", Value: property.Text(&m.TruststoreURI), Patch: anyOp, Doc: "The file of trusted certificates, as s3://bucket/key."},
		{Name: "truststoreVersion", Value: property.Text(&m.TruststoreVersion), Patch: anyOp, Doc: "The version of the file."},
		{Name: "truststoreWarnings", Names: property.Names{CloudFormation: property.None, Terraform: property.None}, Value: property.TextList(&m.TruststoreWarnings), Doc: "What is wrong with the file."},
	}
}

var domainName = regexp.MustCompile(`^(\*\.)?([A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?$`)

// isAddress reports whether a name is an IP address, under which a gateway is
// reached itself.
func isAddress(name string) bool {
	_, err := netip.ParseAddr(name)
	return err == nil
}

// isAWS reports whether a name is one of AWS's own, by which clients know the
// control plane and the default endpoints of APIs.
func isAWS(name string) bool {
	name = strings.ToLower(name)
	return strings.HasSuffix(name, ".amazonaws.com") || strings.HasSuffix(name, ".amazonaws.com.cn")
}

// EndpointType returns the type of the name's endpoint: EDGE, REGIONAL or
// PRIVATE.
func (d *DomainName) EndpointType() string {
	if e := d.EndpointConfiguration; e != nil && len(e.Types) > 0 {
		return e.Types[0]
	}
	return "EDGE"
}

// Validate reports what no single row can know. uploaded says that a certificate
// came with the name.
func (d *DomainName) Validate(uploaded bool) property.Errors {
	var errs property.Errors
	bad := func(name string, found any, sentence string) {
		errs = append(errs, property.Bad(name, found, "%s", sentence).Saying(sentence))
	}
	switch {
	case strings.HasSuffix(d.DomainName, "."):
		bad("domainName", brief(d.DomainName), "Trailing period should be omitted from domain name")
	case len(d.DomainName) > 253 || !domainName.MatchString(d.DomainName) || isAddress(d.DomainName) || isAWS(d.DomainName):
		bad("domainName", brief(d.DomainName), "Invalid domain name specified: "+brief(d.DomainName))
	}
	if e := d.EndpointConfiguration; e != nil && (len(e.Types) != 1 || !slices.Contains([]string{"EDGE", "REGIONAL", "PRIVATE"}, e.Types[0])) {
		bad("endpointConfiguration", e.Types, "Invalid EndpointTypes specified. Valid options are REGIONAL,EDGE,PRIVATE, one of them")
		return errs
	}
	switch d.EndpointType() {
	case "EDGE":
		if parts := strings.Split(d.CertificateARN, ":"); len(parts) > 3 && parts[3] != "us-east-1" {
			bad("certificateArn", brief(d.CertificateARN), "Certificate must be in us-east-1.")
		}
		if d.CertificateARN == "" && !uploaded {
			bad("certificateArn", nil, "An EDGE domain name needs certificateArn or a certificate of its own")
		}
	case "REGIONAL":
		if d.RegionalCertificateARN == "" && !uploaded {
			bad("regionalCertificateArn", nil, "A REGIONAL domain name needs regionalCertificateArn or a certificate of its own")
		}
	case "PRIVATE":
		if d.CertificateARN == "" {
			bad("certificateArn", nil, "A PRIVATE domain name needs certificateArn")
		}
	}
	for _, arn := range []struct{ name, value string }{{"certificateArn", d.CertificateARN}, {"regionalCertificateArn", d.RegionalCertificateARN}, {"ownershipVerificationCertificateArn", d.OwnershipVerificationCertificateARN}} {
		if arn.value != "" && !strings.HasPrefix(arn.value, "arn:") {
			bad(arn.name, brief(arn.value), "Invalid ARN. ARN is not well formed "+brief(arn.value))
		}
	}
	if m := d.MutualTLS; m != nil {
		if d.EndpointType() != "REGIONAL" {
			bad("mutualTlsAuthentication", nil, "Mutual TLS is supported for REGIONAL domain names only")
		}
		if !strings.HasPrefix(m.TruststoreURI, "s3://") {
			bad("mutualTlsAuthentication", brief(m.TruststoreURI), "Invalid truststore URI specified: it has the form s3://bucket/key")
		}
	}
	if p := d.SecurityPolicy; p != "" && p != "TLS_1_0" && p != "TLS_1_2" && !strings.HasPrefix(p, "SecurityPolicy_") {
		bad("securityPolicy", brief(p), "Invalid security policy specified: "+brief(p))
	}
	return errs
}

// A BasePathMapping leads a first path segment of a domain name to an API.
//
// See "CreateBasePathMapping" and "AWS::ApiGateway::BasePathMapping".
type BasePathMapping struct {
	BasePath  string // NoBasePath: the name itself
	RestAPIID string
	Stage     string // empty: the next segment names it
}

// NoBasePath is the base path of the mapping of a domain name itself.
const NoBasePath = "(none)"

// Properties is the one definition of what can be said of a mapping.
func (m *BasePathMapping) Properties() property.List {
	return property.List{
		{Name: "basePath", Value: property.Text(&m.BasePath), Patch: property.Replace, Doc: "The path segment; (none) is the name itself."},
		{Name: "restApiId", Names: property.Names{Terraform: "api_id"}, Value: property.Text(&m.RestAPIID), Is: property.Required, Patch: property.Replace, Doc: "The API."},
		{Name: "stage", Names: property.Names{Terraform: "stage_name"}, Value: property.Text(&m.Stage), Patch: property.Replace, Doc: "The stage; without one, the caller names it in the path."},
	}
}

var basePath = regexp.MustCompile(`^[A-Za-z0-9$_.+!*'()-]{1,300}$`)

// Validate reports what no single row can know.
func (m *BasePathMapping) Validate() property.Errors {
	sentence := ""
	switch {
	case strings.Contains(m.BasePath, "/"):
		sentence = "API Gateway V1 doesn't support the slash character (/) in base path mappings. To create a multi-level base path mapping, use API Gateway V2."
	case !basePath.MatchString(m.BasePath):
		sentence = "Invalid base path specified: letters, digits and $-_.+!*'() are allowed"
	default:
		return nil
	}
	return property.Errors{property.Bad("basePath", brief(m.BasePath), "%s", sentence).Saying(sentence)}
}
