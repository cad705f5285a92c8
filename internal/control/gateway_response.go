package control

import (
	"context"
	"maps"
	"slices"

	"postern/internal/apigw"
	"postern/internal/property"
)

// This file holds what an API says instead of the gateway.
//
//   - All types are always there; one that was not put shows its default.
//   - What was put for DEFAULT_4XX or DEFAULT_5XX shows through in the types of
//     its class that were not put themselves. One that was put inherits nothing.
//
// Both are observed.

// kindOf returns the row of a type, or nil.
func kindOf(t apigw.GatewayResponseType) *apigw.GatewayResponseKind {
	for _, k := range apigw.GatewayResponseKinds() {
		if k.Type == t {
			return &k
		}
	}
	return nil
}

func needGatewayResponseType(t apigw.GatewayResponseType) error {
	if kindOf(t) == nil {
		return refuse("responseType", clip(string(t)), "Invalid gateway response type specified: "+clip(string(t)))
	}
	return nil
}

// completed returns r with the defaults of its type for what it leaves out.
func completed(r *apigw.GatewayResponse) *apigw.GatewayResponse {
	out := *r
	if kind := kindOf(r.ResponseType); kind != nil {
		out.StatusCode = orElse(r.StatusCode, kind.Status)
	}
	if len(r.ResponseTemplates) == 0 {
		out.ResponseTemplates = map[string]string{"application/json": apigw.DefaultGatewayTemplate}
	}
	return &out
}

// shown returns what a type says, given those that were put.
func shown(put map[apigw.GatewayResponseType]*apigw.GatewayResponse, kind apigw.GatewayResponseKind) *apigw.GatewayResponse {
	if own := put[kind.Type]; own != nil {
		return completed(own)
	}
	r := apigw.GatewayResponse{}
	if kind.Status != "" {
		class := apigw.Default4XX
		if kind.Status[0] == '5' {
			class = apigw.Default5XX
		}
		if general := put[class]; general != nil {
			r = *general
		}
	}
	r.ResponseType, r.DefaultResponse = kind.Type, true
	return completed(&r)
}

func loadGatewayResponses(r reader, api string) (map[apigw.GatewayResponseType]*apigw.GatewayResponse, error) {
	list, err := all[apigw.GatewayResponse](r, gatewayResponsesPrefix(api))
	if err != nil {
		return nil, err
	}
	put := make(map[apigw.GatewayResponseType]*apigw.GatewayResponse, len(list))
	for _, g := range list {
		put[g.ResponseType] = g
	}
	return put, nil
}

// GetGatewayResponse returns what an API says for a type of failure.
func (s *Service) GetGatewayResponse(ctx context.Context, api string, t apigw.GatewayResponseType) (*apigw.GatewayResponse, error) {
	if err := needGatewayResponseType(t); err != nil {
		return nil, err
	}
	var out *apigw.GatewayResponse
	err := s.read(ctx, func(v view) error {
		if err := s.needAPI(v, api); err != nil {
			return err
		}
		put, err := loadGatewayResponses(v, api)
		if err != nil {
			return err
		}
		out = shown(put, *kindOf(t))
		return nil
	})
	return out, err
}

// GetGatewayResponses returns a page of all types, in alphabetical order.
func (s *Service) GetGatewayResponses(ctx context.Context, api string, p Page) (list []*apigw.GatewayResponse, next string, err error) {
	err = s.read(ctx, func(v view) error {
		if err := s.needAPI(v, api); err != nil {
			return err
		}
		put, err := loadGatewayResponses(v, api)
		if err != nil {
			return err
		}
		var every []*apigw.GatewayResponse
		for _, kind := range apigw.GatewayResponseKinds() {
			every = append(every, shown(put, kind))
		}
		list, next = pageOf(every, p, func(g *apigw.GatewayResponse) string { return string(g.ResponseType) })
		return nil
	})
	return list, next, err
}

// PutGatewayResponse sets what an API says for a type of failure. What is not
// given goes back to its default.
func (s *Service) PutGatewayResponse(ctx context.Context, api string, given *apigw.GatewayResponse) (*apigw.GatewayResponse, error) {
	var out *apigw.GatewayResponse
	err := s.write(ctx, func(t *tx) error {
		if err := needGatewayResponseType(given.ResponseType); err != nil {
			return err
		}
		if err := s.needAPI(t, api); err != nil {
			return err
		}
		g := *given
		g.DefaultResponse = false
		if err := s.checkGatewayResponse(&g); err != nil {
			return err
		}
		out = completed(&g)
		return t.save(gatewayResponseKey(api, string(g.ResponseType)), &g, 0)
	})
	return out, err
}

func (s *Service) checkGatewayResponse(g *apigw.GatewayResponse) error {
	if g.StatusCode != "" && !apigw.IsStatusCode(g.StatusCode) {
		return refuse("statusCode", clip(g.StatusCode), "Invalid status code specified: "+clip(g.StatusCode))
	}
	names := slices.Sorted(maps.Keys(g.ResponseParameters))
	if err := mappingError(checkDeclared(names, "gatewayresponse", []string{"header"})); err != nil {
		return err
	}
	return Refusal(apigw.CheckTemplates("responseTemplates", g.ResponseTemplates, s.limits()))
}

// UpdateGatewayResponse changes what an API says for a type of failure. One that
// was not put becomes one's own by it.
func (s *Service) UpdateGatewayResponse(ctx context.Context, api string, typ apigw.GatewayResponseType, ops []property.PatchOperation) (*apigw.GatewayResponse, error) {
	var out *apigw.GatewayResponse
	err := s.write(ctx, func(t *tx) error {
		if err := needGatewayResponseType(typ); err != nil {
			return err
		}
		if err := s.needAPI(t, api); err != nil {
			return err
		}
		put, err := loadGatewayResponses(t, api)
		if err != nil {
			return err
		}
		if len(ops) == 0 {
			out = shown(put, *kindOf(typ))
			return nil
		}
		old := put[typ]
		if old == nil {
			old = &apigw.GatewayResponse{ResponseType: typ}
		}
		g, err := patched(completed(old), ops, patchWords{}, nil)
		if err != nil {
			return err
		}
		if err := s.checkGatewayResponse(g); err != nil {
			return err
		}
		out = completed(g)
		return t.save(gatewayResponseKey(api, string(typ)), g, 0)
	})
	return out, err
}

// DeleteGatewayResponse puts a type of failure back to its default.
func (s *Service) DeleteGatewayResponse(ctx context.Context, api string, typ apigw.GatewayResponseType) error {
	return s.write(ctx, func(t *tx) error {
		if err := needGatewayResponseType(typ); err != nil {
			return err
		}
		if err := s.needAPI(t, api); err != nil {
			return err
		}
		k := gatewayResponseKey(api, string(typ))
		ok, err := t.has(k)
		if err != nil {
			return err
		}
		if !ok {
			return apigw.NotFound("Gateway response type not defined on api")
		}
		t.delete(k)
		return nil
	})
}
