package control_test

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"postern/internal/apigw"
	"postern/internal/control"
	"postern/internal/property"
	"postern/internal/store"
)

const keyValue = "abcdefghijklmnopqrstuvwxyz-0123456789"

func TestAPIKeyRules(t *testing.T) {
	for _, tt := range []struct {
		name string
		key  apigw.APIKey
		want string
	}{
		{name: "nothing said"},
		{name: "shortest", key: apigw.APIKey{Value: strings.Repeat("é", 20)}},
		{name: "too short", key: apigw.APIKey{Value: strings.Repeat("a", 19)}, want: "BadRequestException: API Key value should be at least 20 characters"},
		{name: "longest", key: apigw.APIKey{Value: strings.Repeat("a", 128)}},
		{name: "too long", key: apigw.APIKey{Value: strings.Repeat("a", 129)}, want: "BadRequestException: API Key value exceeds maximum size of 128 characters"},
		{name: "long name", key: apigw.APIKey{Name: strings.Repeat("a", 1025)}, want: "BadRequestException: Invalid API Key name, can be at most 1024 characters."},
		{name: "stage of nobody", key: apigw.APIKey{StageKeys: []string{"a/b"}}, want: "BadRequestException: Invalid stage identifier specified"},
		{name: "stage that is none", key: apigw.APIKey{StageKeys: []string{"a"}}, want: "BadRequestException: Invalid stage identifier specified"},
		{name: "tag of the service", key: apigw.APIKey{Tags: map[string]string{"aws:a": ""}}, want: "BadRequestException: aws: prefixed"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			f := newFixture(t)
			k, err := f.CreateAPIKey(t.Context(), &tt.key)
			if wrong := refused(err, tt.want); wrong != "" {
				t.Fatal(wrong)
			}
			if err != nil {
				if tt.key.Value != "" && strings.Contains(err.Error(), tt.key.Value) {
					t.Errorf("%v shows the value", err)
				}
				return
			}
			if tt.key.Value == "" && !regexp.MustCompile(`^[A-Za-z0-9]{40}$`).MatchString(k.Value) {
				t.Errorf("the value %q was made, want 40 letters and digits", k.Value)
			}
			if k.CreatedDate.IsZero() || k.LastUpdatedDate.IsZero() || k.Enabled {
				t.Errorf("got %+v", k)
			}
		})
	}
}

func TestAPIKeyValuesAreUniqueWhileTheyLive(t *testing.T) {
	f := newFixture(t)
	k, err := f.CreateAPIKey(t.Context(), &apigw.APIKey{Value: keyValue})
	if err != nil {
		t.Fatal(err)
	}
	for _, key := range f.keys() {
		if strings.Contains(key, keyValue) {
			t.Errorf("the key %s of the store shows the value", key)
		}
	}
	_, err = f.CreateAPIKey(t.Context(), &apigw.APIKey{Value: keyValue})
	if wrong := refused(err, "ConflictException: API Key already exists"); wrong != "" {
		t.Error(wrong)
	}
	if err := f.DeleteAPIKey(t.Context(), k.ID); err != nil {
		t.Fatal(err)
	}
	if _, err := f.CreateAPIKey(t.Context(), &apigw.APIKey{Value: keyValue}); err != nil {
		t.Errorf("after the end of the first one: %v", err)
	}
	if wrong := refused(f.DeleteAPIKey(t.Context(), k.ID), "NotFoundException: Invalid API Key identifier specified"); wrong != "" {
		t.Error(wrong)
	}
}

func TestValuesAreShownOnDemand(t *testing.T) {
	f := newFixture(t)
	k, err := f.CreateAPIKey(t.Context(), &apigw.APIKey{Value: keyValue, Name: "a"})
	if err != nil || k.Value != keyValue {
		t.Fatalf("%+v %v", k, err)
	}
	for _, shown := range []bool{false, true} {
		want := map[bool]string{true: keyValue}[shown]
		if k, err := f.GetAPIKey(t.Context(), k.ID, shown); err != nil || k.Value != want {
			t.Errorf("get: %q %v, want %q", k.Value, err, want)
		}
		list, _, err := f.GetAPIKeys(t.Context(), control.APIKeyFilter{WithValues: shown}, control.Page{Limit: 5})
		if err != nil || len(list) != 1 || list[0].Value != want {
			t.Errorf("list: %+v %v, want %q", list, err, want)
		}
	}
	k, err = f.UpdateAPIKey(t.Context(), k.ID, []property.PatchOperation{replace("/enabled", "true")})
	if err != nil || k.Value != "" || !k.Enabled || !k.LastUpdatedDate.After(k.CreatedDate) {
		t.Errorf("update: %+v %v", k, err)
	}
	if k, err := f.GetAPIKey(t.Context(), k.ID, true); err != nil || k.Value != keyValue {
		t.Errorf("the value is %q after an update, %v", k.Value, err)
	}
}

func TestUpdateAPIKeyPaths(t *testing.T) {
	for _, tt := range []struct {
		op   property.PatchOperation
		want string
	}{
		{op: replace("/value", keyValue), want: "BadRequestException: Invalid patch path  '/value' specified for op 'replace'. Must be one of: [/description, /enabled, /name, /customerId]"},
		{op: add("/name", "x"), want: "BadRequestException: Invalid patch path  '/name' specified for op 'add'. Please choose supported operations"},
		{op: add("/stages", "a/b"), want: "BadRequestException: Invalid stage identifier specified"},
		{op: replace("/description", strings.Repeat("a", 125_001)), want: "BadRequestException: Invalid API Key description specified."},
		{op: replace("/customerId", "c")},
	} {
		f := newFixture(t)
		k, err := f.CreateAPIKey(t.Context(), &apigw.APIKey{Name: "a"})
		if err != nil {
			t.Fatal(err)
		}
		_, err = f.UpdateAPIKey(t.Context(), k.ID, []property.PatchOperation{tt.op})
		if wrong := refused(err, tt.want); wrong != "" {
			t.Errorf("%s %s: %s", tt.op.Op, tt.op.Path, wrong)
		}
	}
}

func TestAPIKeysAreListedNewestFirst(t *testing.T) {
	f := newFixture(t)
	for i := range 7 {
		if _, err := f.CreateAPIKey(t.Context(), &apigw.APIKey{Name: fmt.Sprint("k", i), CustomerID: fmt.Sprint("c", i%2)}); err != nil {
			t.Fatal(err)
		}
	}
	for _, tt := range []struct {
		filter control.APIKeyFilter
		want   string
	}{
		{want: "k6 k5 k4 k3 k2 k1 k0"},
		{filter: control.APIKeyFilter{CustomerID: "c1"}, want: "k5 k3 k1"},
		{filter: control.APIKeyFilter{Name: "K"}},
		{filter: control.APIKeyFilter{Name: "k3"}, want: "k3"},
	} {
		var got []string
		for page := (control.Page{Limit: 2}); ; {
			list, next, err := f.GetAPIKeys(t.Context(), tt.filter, page)
			if err != nil {
				t.Fatal(err)
			}
			for _, k := range list {
				got = append(got, k.Name)
			}
			if page.After = next; next == "" {
				break
			}
		}
		if strings.Join(got, " ") != tt.want {
			t.Errorf("%+v: got %v, want %s", tt.filter, got, tt.want)
		}
	}
}

func TestImportAPIKeys(t *testing.T) {
	const other = "zzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz"
	for _, tt := range []struct {
		name, file string
		fail       bool
		keys       int
		warnings   string
		want       string // a refusal
	}{
		{name: "columns in any order and case", file: "enabled,NAME,key\nTRUE,a," + keyValue + "\nno,b," + other + "\n", keys: 2},
		{name: "mark at the beginning", file: "\ufeffName,Key\na," + keyValue + "\n", keys: 1},
		{name: "in plans", file: "Name,Key,UsagePlanIds\na," + keyValue + ",\"PLAN\"\nb," + other + ",\"PLAN,none\"\n", keys: 2, warnings: "line 3: usage plan none: Invalid Usage Plan ID specified"},
		{name: "short", file: "Name,Key\na,abcdefghijklmnopqrstuvwxyz\n", warnings: "line 2: API Key value should be at least 30 characters"},
		{name: "twice", file: "Name,Key\na," + keyValue + "\nb," + keyValue + "\n", keys: 1, warnings: "line 3: API Key already exists"},
		{name: "without a name", file: "Name,Key\n," + keyValue + "\n\nb\n", warnings: "line 2: Name and Key are required line 4: Name and Key are required"},
		{name: "no warnings wanted", file: "Name,Key\na," + keyValue + "\nb,short\n", fail: true, want: "BadRequestException: Warnings found during import:\n\tline 3: API Key value"},
		{name: "nothing", want: "BadRequestException: Invalid API key file: it needs a line"},
		{name: "no column", file: "Name\na\n", want: "BadRequestException: Invalid API key file: there is no column Key"},
		{name: "open quote", file: "Name,Key\n\"a," + keyValue, want: "BadRequestException: Invalid API key file: line 2"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			f := newFixture(t)
			plan, err := f.CreateUsagePlan(t.Context(), &apigw.UsagePlan{Name: "p"})
			if err != nil {
				t.Fatal(err)
			}
			ids, warnings, err := f.ImportAPIKeys(t.Context(), []byte(strings.ReplaceAll(tt.file, "PLAN", plan.ID)), tt.fail)
			if wrong := refused(err, tt.want); wrong != "" {
				t.Fatal(wrong)
			}
			if len(ids) != tt.keys || strings.Join(warnings, " ") != tt.warnings {
				t.Errorf("got %v and the warnings %q, want %d keys and %q", ids, warnings, tt.keys, tt.warnings)
			}
			list, _, err := f.GetAPIKeys(t.Context(), control.APIKeyFilter{}, control.Page{Limit: 9})
			if err != nil || len(list) != tt.keys {
				t.Errorf("%d keys are stored, %v; want %d", len(list), err, tt.keys)
			}
		})
	}
}

func FuzzImportAPIKeys(f *testing.F) {
	f.Add([]byte("Name,Key\na," + keyValue + "\n"))
	f.Add([]byte("\ufeffkey,name,enabled,usageplanids\n\"\",\"a\"\"b\",TRUE,\"x;y\"\r\n"))
	f.Fuzz(func(t *testing.T, file []byte) {
		s := &control.Service{Store: store.NewMemory()}
		_, _, err := s.ImportAPIKeys(t.Context(), file, false)
		var refusal *apigw.Error
		if err != nil && !errors.As(err, &refusal) {
			t.Errorf("%q: %v is no refusal", file, err)
		}
	})
}

// Keys are listed with the newest first, in pages, also those of a store that an
// earlier Postern wrote.
func TestAPIKeysAreListedInTheirOrder(t *testing.T) {
	f := newFixture(t)
	ctx := t.Context()
	var want []string
	make := func(name string) {
		t.Helper()
		k, err := f.CreateAPIKey(ctx, &apigw.APIKey{Name: name})
		if err != nil {
			t.Fatal(err)
		}
		want = slices.Insert(want, 0, k.ID)
	}
	check := func(when string) {
		t.Helper()
		var got []string
		for after := ""; ; {
			page, next, err := f.GetAPIKeys(ctx, control.APIKeyFilter{Name: "k"}, control.Page{Limit: 2, After: after})
			if err != nil || len(page) > 2 {
				t.Fatal(len(page), err)
			}
			for _, k := range page {
				got = append(got, k.ID)
			}
			if after = next; next == "" {
				break
			}
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s: got %v, want %v", when, got, want)
		}
	}
	for i := range 4 {
		make(fmt.Sprint("k", i))
	}
	if _, err := f.CreateAPIKey(ctx, &apigw.APIKey{Name: "other"}); err != nil {
		t.Fatal(err)
	}
	check("made")
	if err := f.DeleteAPIKey(ctx, want[1]); err != nil {
		t.Fatal(err)
	}
	want = slices.Delete(want, 1, 2)
	check("one removed")
	if _, err := f.Store.Commit(ctx, store.Txn{Do: []store.Write{store.DeletePrefix("apikeyorder/")}}); err != nil {
		t.Fatal(err)
	}
	check("without an order")
	make("k4")
	check("ordered by the next key")
}
