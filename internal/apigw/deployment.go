package apigw

import (
	"time"

	"postern/internal/property"
)

// A Deployment is an API as it was at one moment.
//
// See "CreateDeployment" and "AWS::ApiGateway::Deployment".
type Deployment struct {
	ID          string
	Description string
	CreatedDate time.Time
}

// Properties is the one definition of what can be said of a deployment.
func (d *Deployment) Properties() property.List {
	return property.List{
		{
			Name:  "id",
			Names: property.Names{CloudFormation: "DeploymentId"},
			Value: property.Text(&d.ID),
			Is:    property.ReadOnly,
			Doc:   "The deployment's identifier.",
		},
		{
			Name:  "description",
			Value: property.Text(&d.Description),
			Patch: property.Replace,
			Doc:   "A sentence for people.",
		},
		{
			Name:  "createdDate",
			Names: property.Names{CloudFormation: property.None},
			Value: property.Epoch(&d.CreatedDate),
			Is:    property.ReadOnly,
			Doc:   "When the deployment was made.",
		},
	}
}

// A Snapshot is all that a deployment froze. It is stored once and never
// changed.
type Snapshot struct {
	Deployment       Deployment
	API              RestAPI
	Resources        []*Resource // with their methods; parents before children
	Models           []*Model
	Validators       []*RequestValidator
	Authorizers      []*Authorizer      // none in snapshots of older Posterns
	GatewayResponses []*GatewayResponse // only those that were customised
}

// Properties makes a snapshot storable like every other noun.
func (s *Snapshot) Properties() property.List {
	rows := property.List{
		{Name: "deployment", Value: property.Inline(&s.Deployment), Is: property.Always, Doc: "The deployment."},
		{Name: "restApi", Value: property.Inline(&s.API), Is: property.Always, Doc: "The API."},
		{Name: "resources", Value: property.ObjectList(&s.Resources), Doc: "The resources with their methods."},
		{Name: "models", Value: property.ObjectList(&s.Models), Doc: "The models."},
		{Name: "requestValidators", Value: property.ObjectList(&s.Validators), Doc: "The request validators."},
		{Name: "authorizers", Value: property.ObjectList(&s.Authorizers), Doc: "The authorizers."},
		{Name: "gatewayResponses", Value: property.ObjectList(&s.GatewayResponses), Doc: "The gateway responses that were customised."},
	}
	for i := range rows { // only the store sees a snapshot
		rows[i].Names = property.Names{CloudFormation: property.None, Terraform: property.None, OpenAPI: property.None, CLI: property.None}
	}
	return rows
}
