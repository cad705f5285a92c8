package apigw

import (
	"time"

	"postern/internal/property"
)

// A ClientCertificate is what the gateway shows to HTTPS backends. Its private
// key is no property: it is never shown.
//
// See "GenerateClientCertificate" and "AWS::ApiGateway::ClientCertificate".
type ClientCertificate struct {
	ID             string
	Description    string
	PEM            string
	CreatedDate    time.Time
	ExpirationDate time.Time
	Tags           map[string]string
}

// Properties is the one definition of what can be said of a client certificate.
func (c *ClientCertificate) Properties() property.List {
	return property.List{
		{
			Name:  "clientCertificateId",
			Names: property.Names{Terraform: "id"},
			Value: property.Text(&c.ID),
			Is:    property.ReadOnly,
			Doc:   "The certificate's identifier.",
		},
		{
			Name:  "description",
			Value: property.Text(&c.Description),
			Patch: property.Replace,
			Doc:   "A sentence for people.",
		},
		{
			Name:  "pemEncodedCertificate",
			Names: property.Names{CloudFormation: property.None},
			Value: property.Text(&c.PEM),
			Is:    property.ReadOnly,
			Doc:   "The certificate, for backends that check it.",
		},
		{
			Name:  "createdDate",
			Names: property.Names{CloudFormation: property.None},
			Value: property.Epoch(&c.CreatedDate),
			Is:    property.ReadOnly,
			Doc:   "When the certificate was made.",
		},
		{
			Name:  "expirationDate",
			Names: property.Names{CloudFormation: property.None},
			Value: property.Epoch(&c.ExpirationDate),
			Is:    property.ReadOnly,
			Doc:   "When the certificate ends: after 365 days.",
		},
		{
			Name:  "tags",
			Value: property.Tags(&c.Tags),
			Doc:   "Tags.",
		},
	}
}
