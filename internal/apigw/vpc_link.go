package apigw

import "postern/internal/property"

// A VPCLink is a private route to backends. In a self-hosted gateway it is a
// name for a host and port that the operator configures by the target's ARN.
//
// See "CreateVpcLink" and "AWS::ApiGateway::VpcLink".
type VPCLink struct {
	ID            string
	Name          string
	Description   string
	TargetARNs    []string // exactly one
	Status        string   // PENDING, AVAILABLE, DELETING, FAILED
	StatusMessage string
	Tags          map[string]string
}

// Properties is the one definition of what can be said of a VPC link.
func (l *VPCLink) Properties() property.List {
	return property.List{
		{
			Name:  "id",
			Names: property.Names{CloudFormation: "VpcLinkId"},
			Value: property.Text(&l.ID),
			Is:    property.ReadOnly,
			Doc:   "The link's identifier.",
		},
		{
			Name:  "name",
			Value: property.Text(&l.Name),
			Patch: property.Replace,
			Doc:   "The link's name.",
		},
		{
			Name:  "description",
			Value: property.Text(&l.Description),
			Patch: property.Replace,
			Doc:   "A sentence for people.",
		},
		{
			Name:  "targetArns",
			Value: property.TextList(&l.TargetARNs),
			Is:    property.CreateOnly,
			Doc:   "The network load balancer's ARN; exactly one.",
		},
		{
			Name:  "status",
			Names: property.Names{CloudFormation: property.None, Terraform: property.None},
			Value: property.Text(&l.Status),
			Is:    property.ReadOnly,
			Doc:   "Whether the link can be used.",
		},
		{
			Name:  "statusMessage",
			Names: property.Names{CloudFormation: property.None, Terraform: property.None},
			Value: property.Text(&l.StatusMessage),
			Is:    property.ReadOnly,
			Doc:   "The status in words.",
		},
		{
			Name:  "tags",
			Value: property.Tags(&l.Tags),
			Doc:   "Tags.",
		},
	}
}
