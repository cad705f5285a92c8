package stackapi

import (
	"context"
	"net"
	"net/http"
	"slices"
	"strings"

	"postern/internal/provision/stack"
)

func (s *Server) listEndpoints(w http.ResponseWriter, r *http.Request) error {
	apis, err := s.endpoints(r.Context(), r)
	if err != nil {
		return err
	}
	write(w, http.StatusOK, &Endpoints{Schema: EndpointsSchema, APIs: apis})
	return nil
}

// endpoints lists the APIs with addresses as the client of r can use them.
func (s *Server) endpoints(ctx context.Context, r *http.Request) ([]API, error) {
	apis, err := s.Endpoints(ctx)
	if err != nil {
		return nil, err
	}
	states, err := s.Stacks.List(ctx)
	if err != nil {
		return nil, err
	}
	scheme := "http://"
	if r.TLS != nil {
		scheme = "https://"
	}
	_, port, err := net.SplitHostPort(r.Host)
	if err == nil {
		port = ":" + port
	}
	for i := range apis {
		api := &apis[i]
		for _, st := range states {
			if slices.ContainsFunc(st.Resources, func(r stack.ResourceState) bool { return isAPI(r) && r.PhysicalID == api.ID }) {
				api.Stack = st.Name
			}
		}
		if api.Stages == nil {
			api.Stages = []Stage{}
		}
		for j := range api.Stages {
			stage := &api.Stages[j]
			stage.URL = scheme + r.Host + "/_aws/execute-api/" + api.ID + "/" + stage.Name
			stage.HostURL = scheme + api.ID + ".execute-api.localhost" + port + "/" + stage.Name
			if stage.Methods == nil {
				stage.Methods = []Method{}
			}
			for k := range stage.Methods {
				m := &stage.Methods[k]
				m.URL = stage.URL + samplePath(m.Path)
			}
		}
	}
	if apis == nil {
		apis = []API{}
	}
	return apis, nil
}

// samplePath puts the name of each path parameter in its place: a curl takes
// braces for a pattern.
func samplePath(path string) string {
	return strings.NewReplacer("{", "", "+}", "", "}", "").Replace(path)
}

// apisOf returns the ids of the APIs that a stack made, or adds something to.
func apisOf(st *stack.State) []string {
	var ids []string
	add := func(v any) {
		if id, ok := v.(string); ok && id != "" && !slices.Contains(ids, id) {
			ids = append(ids, id)
		}
	}
	for _, r := range st.Resources {
		if isAPI(r) {
			add(r.PhysicalID)
		}
		add(r.Properties["RestApiId"])
	}
	return ids
}

func isAPI(r stack.ResourceState) bool {
	return strings.HasSuffix(r.Type, "::RestApi") || strings.HasSuffix(r.Type, "::ApiGatewayRestApi")
}
