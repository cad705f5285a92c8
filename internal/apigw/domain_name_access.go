package apigw

import "postern/internal/property"

// A DomainNameAccessAssociation lets a VPC endpoint reach a private domain name.
//
// See "CreateDomainNameAccessAssociation" and
// "AWS::ApiGateway::DomainNameAccessAssociation".
type DomainNameAccessAssociation struct {
	ARN           string
	DomainNameARN string
	SourceType    string // VPCE
	Source        string // of the endpoint: vpce-…
	Tags          map[string]string
}

// VPCEndpointSource is the only type of an access association's source.
const VPCEndpointSource = "VPCE"

// Properties is the one definition of what can be said of an access association.
func (a *DomainNameAccessAssociation) Properties() property.List {
	return property.List{
		{Name: "domainNameAccessAssociationArn", Names: property.Names{Terraform: "arn"}, Value: property.Text(&a.ARN), Is: property.ReadOnly, Doc: "The association's ARN."},
		{Name: "domainNameArn", Value: property.Text(&a.DomainNameARN), Is: property.Required | property.CreateOnly, Doc: "The private domain name."},
		{Name: "accessAssociationSourceType", Value: property.Enum(&a.SourceType, VPCEndpointSource), Is: property.Required | property.CreateOnly, Doc: "What reaches it."},
		{Name: "accessAssociationSource", Value: property.Text(&a.Source), Is: property.Required | property.CreateOnly, Doc: "The VPC endpoint."},
		{Name: "tags", Value: property.Tags(&a.Tags), Doc: "Tags."},
	}
}
