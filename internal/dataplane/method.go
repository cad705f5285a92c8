package dataplane

import (
	"context"

	"postern/internal/message"
)

// A Method is one compiled method of a stage. Its fields are the stations in
// walking order. Nothing in it is written after Compile.
type Method struct {
	resourceID   string
	resourcePath string
	operation    string

	request             methodRequest
	cache               *stageCache // nil: answers are not kept
	integrationRequest  integrationRequest
	integration         integration
	integrationResponse integrationResponse
	response            methodResponse
}

// An integrationRequest is station 2: it makes what the backend gets, in x.out.
type integrationRequest interface {
	build(x *exchange) error
}

// An integrationResponse is station 3: it makes what the client gets, in x.res.
type integrationResponse interface {
	translate(x *exchange, back *message.Response) error
}

// serve walks x down the corridor. The answer is in x.res; the error, if any,
// is a *Fault.
func (m *Method) serve(ctx context.Context, x *exchange) error {
	if err := m.request.admit(ctx, x); err != nil {
		return err
	}
	if m.cache == nil {
		if err := m.perform(ctx, x); err != nil {
			return err
		}
	} else if err := m.cache.serve(ctx, x, m); err != nil {
		return err
	}
	m.response.finish(x)
	return nil
}

// perform walks x to the backend and back.
func (m *Method) perform(ctx context.Context, x *exchange) error {
	x.trace.enter(AtIntegrationRequest)
	if err := m.integrationRequest.build(x); err != nil {
		return err
	}
	back, err := m.integration.call(ctx, x)
	if err != nil {
		return err
	}
	x.trace.enter(AtIntegrationResponse)
	return m.integrationResponse.translate(x, back)
}
