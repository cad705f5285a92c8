package control

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"

	"postern/internal/apigw"
	"postern/internal/property"
)

// Every noun that is stored comes back from its record as it was, also with
// every property set.
func TestRecordsKeepEverything(t *testing.T) {
	check := func(t *testing.T, n property.Noun, back func([]byte) (property.Noun, error)) {
		t.Helper()
		property.Sample(n.Properties())
		data, err := encode(n, 7)
		if err != nil {
			t.Fatal(err)
		}
		got, err := back(data)
		if err != nil {
			t.Fatal(err)
		}
		// Deprecated members are turned into others before a noun is stored.
		for _, noun := range []property.Noun{n, got} {
			clearWriteOnly(reflect.ValueOf(noun))
		}
		if !reflect.DeepEqual(got, n) {
			a, _ := json.Marshal(got)
			b, _ := json.Marshal(n)
			t.Errorf("record of %T:\ngot  %s\nwant %s", n, a, b)
		}
	}
	t.Run("account", func(t *testing.T) { check(t, &apigw.Account{}, noun1[apigw.Account]) })
	t.Run("rest api", func(t *testing.T) { check(t, &apigw.RestAPI{}, noun1[apigw.RestAPI]) })
	t.Run("resource", func(t *testing.T) { check(t, &apigw.Resource{}, noun1[apigw.Resource]) })
	t.Run("method", func(t *testing.T) { check(t, &apigw.Method{}, noun1[apigw.Method]) })
	t.Run("model", func(t *testing.T) { check(t, &apigw.Model{}, noun1[apigw.Model]) })
	t.Run("validator", func(t *testing.T) { check(t, &apigw.RequestValidator{}, noun1[apigw.RequestValidator]) })
	t.Run("gateway response", func(t *testing.T) { check(t, &apigw.GatewayResponse{}, noun1[apigw.GatewayResponse]) })
	t.Run("deployment", func(t *testing.T) { check(t, &apigw.Deployment{}, noun1[apigw.Deployment]) })
	t.Run("snapshot", func(t *testing.T) { check(t, &apigw.Snapshot{}, noun1[apigw.Snapshot]) })
	t.Run("stage", func(t *testing.T) { check(t, &apigw.Stage{}, noun1[apigw.Stage]) })
	t.Run("vpc link", func(t *testing.T) { check(t, &apigw.VPCLink{}, noun1[apigw.VPCLink]) })
}

func noun1[T any, P noun[T]](data []byte) (property.Noun, error) {
	n, err := decode[T, P](data)
	return P(n), err
}

// clearWriteOnly empties the fields called …InJSON, however deep.
func clearWriteOnly(v reflect.Value) {
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() {
			clearWriteOnly(v.Elem())
		}
	case reflect.Map:
		for _, k := range v.MapKeys() {
			clearWriteOnly(v.MapIndex(k))
		}
	case reflect.Slice:
		for i := range v.Len() {
			clearWriteOnly(v.Index(i))
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if strings.HasSuffix(v.Type().Field(i).Name, "InJSON") {
				v.Field(i).SetZero()
			} else if v.Type().Field(i).IsExported() && v.Field(i).Type().PkgPath() != "time" {
				clearWriteOnly(v.Field(i))
			}
		}
	}
}

func TestRecordOfANewerFormatIsRefused(t *testing.T) {
	_, err := decode[apigw.Model]([]byte(`{"format":2,"value":{}}`))
	if err == nil || !strings.Contains(err.Error(), "a newer Postern wrote this record") {
		t.Errorf("decode of format 2: %v", err)
	}
}

// What is in the store may be damaged; reading it is an error and no more.
func FuzzDecodeRecord(f *testing.F) {
	f.Add([]byte(`{"format":1,"created":5,"value":{"stageName":"prod","methodSettings":{"*/*":{"cachingEnabled":true}}}}`))
	f.Add([]byte(`{"format":1,"value":null}`))
	f.Add([]byte(`{"format":1,"value":{"methodSettings":[]}}`))
	f.Add([]byte(`[]`))
	f.Fuzz(func(t *testing.T, data []byte) {
		stage, err := decode[apigw.Stage](data)
		if err != nil {
			return
		}
		again, err := encode(stage, 0)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := decode[apigw.Stage](again); err != nil {
			t.Errorf("a record that was read cannot be written and read again: %v\n%s", err, again)
		}
	})
}
