package resource

import (
	"sync"

	"postern/internal/apigw"
	"postern/internal/control"
	"postern/internal/iam"
	"postern/internal/lambda"
)

// Options is what the types need to know beyond the control plane. The zero
// Options is usable.
type Options struct {
	// InvokeURL returns the address at which this gateway serves a stage. Nil:
	// the address that the service would have.
	InvokeURL func(api, stage string) string

	// Limits are those of the control plane. Nil: the published ones.
	Limits *apigw.Limits

	// Functions and Roles are the services of Lambda and IAM. Nil: over the
	// store of the control plane.
	Functions *lambda.Service
	Roles     *iam.Service
}

// Types returns every resource type there is, made, read, changed and removed
// through svc: the native ones and the Terraform-shaped ones.
func Types(svc *control.Service, o Options) []Type {
	e := newEnvironment(svc, o)
	var types []Type
	for _, family := range []func(*environment) []Type{
		restAPITypes, resourceTypes, methodTypes, methodResponseTypes, integrationTypes,
		integrationResponseTypes, deploymentTypes, stageTypes, methodSettingTypes, vpcLinkTypes, modelTypes,
		requestValidatorTypes, gatewayResponseTypes, accountTypes, authorizerTypes, apiKeyTypes, usagePlanTypes, usagePlanKeyTypes,
		domainNameTypes, basePathMappingTypes, clientCertificateTypes, documentationPartTypes, documentationVersionTypes, restAPIPolicyTypes,
		lambdaFunctionTypes, lambdaPermissionTypes, lambdaAliasTypes, lambdaVersionTypes, roleTypes, policyTypes, logGroupTypes, cdkMetadataTypes,
	} {
		types = append(types, family(e)...)
	}
	return types
}

// An environment is what all types of one gateway share.
type environment struct {
	svc    *control.Service
	limits *apigw.Limits
	invoke func(api, stage string) string // may be nil

	functions *lambda.Service
	roles     *iam.Service

	// Held while something is looked at and then put, so that nobody puts it in
	// between: to put an integration or a response overwrites what is there.
	putting sync.Mutex
}

func newEnvironment(svc *control.Service, o Options) *environment {
	limits := o.Limits
	if limits == nil {
		limits = svc.Limits
	}
	if limits == nil {
		l := apigw.DefaultLimits()
		limits = &l
	}
	e := &environment{svc: svc, limits: limits, invoke: o.InvokeURL, functions: o.Functions, roles: o.Roles}
	if e.functions == nil {
		e.functions = &lambda.Service{Store: svc.Store, Codes: &lambda.Codes{}, AccountID: svc.AccountID, Region: svc.Region, Partition: svc.Partition, Now: svc.Now}
	}
	if e.roles == nil {
		e.roles = &iam.Service{Store: svc.Store, AccountID: svc.AccountID, Partition: svc.Partition, Now: svc.Now}
	}
	return e
}

// Prefixes of the two families of types.
const (
	native    = "AWS::ApiGateway::"
	terraform = "Terraform::AWS::ApiGateway"
)
