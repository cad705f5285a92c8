package resource_test

import (
	"encoding/json"
	"testing"

	"postern/internal/provision/resource"
)

// No properties make a type fail, differ from themselves, or pass Check and then
// not be read.
func FuzzProperties(f *testing.F) {
	for _, seed := range []string{
		`{"RestApiId":"a","ResourceId":"b","HttpMethod":"OPTION","Type":"HTTP","IntegrationHttpMethod":"GET","Uri":"http://b/{x}","RequestParametersInJson":"{\"a\":\"'b'\"}","TlsConfig":[{}]}`,
		`{"RestApiId":"a|b","ResourceId":"b","HttpMethod":"GET","Integration":{"Type":"MOCK","IntegrationResponses":[{"StatusCode":200},{"StatusCode":"200"}]},"MethodResponses":[null]}`,
		`{"RestApiId":"a","StageName":"s","DeploymentId":"d","MethodSettings":[{"ResourcePath":"/~1a","HttpMethod":"*","ThrottlingRateLimit":"-1"}],"Tags":[{"Key":"a","Value":"b"}]}`,
		`{"RestApiId":"a","StageName":"s","MethodPath":"/","Settings":[{"CachingEnabled":"true"}],"StageDescription":{"Variables":{"a":1}}}`,
		`{"Name":"n","EndpointConfiguration":{"Types":"PRIVATE"},"Policy":{"a":[1]},"MinimumCompressionSize":-1,"TargetArns":["x","y"],"Schema":"{","ResponseType":"THROTTLED"}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		var given map[string]any
		if len(text) > 1<<14 || json.Unmarshal(text, &given) != nil {
			return
		}
		w := newWorld(t)
		for _, name := range w.Names() {
			typ := w.Lookup(name)
			wrong := false
			for _, p := range typ.Check(given) {
				wrong = wrong || !p.Warning
				if p.Message == "" {
					t.Fatalf("%s: a problem without words: %+v", name, p)
				}
			}
			if d := typ.Diff(given, given); len(d) > 0 {
				t.Fatalf("%s: differs from itself: %v", name, d)
			}
			x, err := typ.Create(t.Context(), w.request("X", given))
			if err != nil && resource.CodeOf(err) == resource.InternalFailure || resource.CodeOf(err) == resource.ServiceInternalError {
				t.Fatalf("%s: %v", name, err)
			}
			if err != nil || wrong {
				continue
			}
			r := w.request("X", given)
			r.PhysicalID = x.PhysicalID
			if _, err := typ.Read(t.Context(), r); err != nil {
				t.Fatalf("%s: made and not read: %v", name, err)
			}
		}
	})
}
