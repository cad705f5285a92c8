package mapping

import (
	"testing"

	"postern/internal/lang/vtl"
)

func TestGivenContextTakesThePlaceOfTheTable(t *testing.T) {
	identity := vtl.NewMap(vtl.Hashed | vtl.Silent)
	identity.Put("user", vtl.Null)
	identity.Put("sourceIp", vtl.String("203.0.113.9"))
	members := vtl.NewMap(vtl.Hashed | vtl.Silent)
	members.Put("stage", vtl.String("dev"))
	members.Put("identity", identity.Value())
	s := &Scope{Context: Context{Stage: "prod", APIID: "a1"}}
	s.GiveContext(members)
	s.GiveVariables(vtl.Variables{"x": vtl.Int(7), "context": vtl.Int(8)})
	const text = `$context.stage,[$context.apiId]$x.[$context]` +
		`#set($context.stage = "set")#set($context.responseOverride.status = 404)$context.stage` +
		`#foreach($k in $context.identity.keySet()) $k#end`
	for range 2 { // what one rendering sets in $context does not reach the next
		got, err := render(t, s, text)
		if want := "dev,[]7.[]set sourceIp user"; got != want || err != nil {
			t.Fatalf("got %q, %v; want %q", got, err, want)
		}
	}
	if s.Override.ResponseStatus != 404 {
		t.Errorf("the status is %d", s.Override.ResponseStatus)
	}
	if _, response := s.OverrideMaps(); response == nil || response.Len() != 2 {
		t.Errorf("the map of overrides is %v", response)
	}
	s.Reset()
	if got, err := render(t, s, "[$context.stage][$x]"); got != "[][]" || err != nil {
		t.Errorf("after Reset: %q, %v", got, err)
	}
}

func TestOverrideMapsOfAnUnusedScope(t *testing.T) {
	if request, response := new(Scope).OverrideMaps(); request != nil || response != nil {
		t.Errorf("got %v, %v", request, response)
	}
}
