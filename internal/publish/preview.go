package publish

import (
	"context"
	"fmt"

	"postern/internal/apigw"
	"postern/internal/dataplane"
	"postern/internal/message"
)

// Preview compiles one method of the API as it is being edited, publishes
// nothing, and has it answer req with the execution log. A verb without a
// method of its own is served by ANY. The variables are those of a stage that
// does not exist, and the client certificate is the one that backends are shown,
// if it is not empty.
//
// What the control plane refuses is an *apigw.Error.
func (p *Publisher) Preview(ctx context.Context, k apigw.MethodKey, variables map[string]string, certificate string, req *message.Request) (dataplane.PreviewAnswer, error) {
	snapshot, resource, method, err := p.Control.DraftMethod(ctx, k)
	if err != nil {
		return dataplane.PreviewAnswer{}, err
	}
	if method.Integration == nil {
		// Chosen: what cannot be deployed cannot be tried either.
		return dataplane.PreviewAnswer{}, apigw.BadRequest("No integration defined for method")
	}
	config := dataplane.Config{
		Snapshot:  snapshot,
		Stage:     &apigw.Stage{Variables: variables},
		AccountID: p.AccountID,
		Region:    p.Region,
		Limits:    p.Limits,
		Suppliers: p.Suppliers,
	}
	config.Suppliers.Link = p.Links.resolver(ctx, p.Control)
	if certificate != "" {
		if config.Certificate, err = p.Control.KeyPair(ctx, certificate); err != nil {
			return dataplane.PreviewAnswer{}, err
		}
	}
	preview, err := dataplane.CompilePreview(config, resource, method)
	if err != nil {
		return dataplane.PreviewAnswer{}, fmt.Errorf("preview of %s: %w", k.RestAPIID, err)
	}
	return preview.Serve(ctx, req, nil), nil
}

// PreviewAuthorizer asks an authorizer of the API as it is being edited about
// req. What the control plane refuses is an *apigw.Error.
func (p *Publisher) PreviewAuthorizer(ctx context.Context, api, id string, variables map[string]string, req *message.Request) (dataplane.AuthorizerAnswer, error) {
	a, err := p.Control.GetAuthorizer(ctx, api, id)
	if err != nil {
		return dataplane.AuthorizerAnswer{}, err
	}
	snapshot, err := p.Control.Draft(ctx, api)
	if err != nil {
		return dataplane.AuthorizerAnswer{}, err
	}
	preview, err := dataplane.CompileAuthorizerPreview(dataplane.Config{
		Snapshot:  snapshot,
		Stage:     &apigw.Stage{Variables: variables},
		AccountID: p.AccountID,
		Region:    p.Region,
		Limits:    p.Limits,
		Suppliers: p.Suppliers,
	}, a)
	if err != nil {
		return dataplane.AuthorizerAnswer{}, apigw.BadRequest("%s", err.Error())
	}
	return preview.Serve(ctx, req), nil
}
