package apigw_test

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"postern/internal/apigw"
	"postern/internal/property"
)

var update = flag.Bool("update", false, "write the reference pages anew")

// The reference page says what the rows say.
func TestReferencePage(t *testing.T) {
	var b strings.Builder
	b.WriteString(`# Integration properties

Derived from the rows in ` + "`internal/apigw`" + `; ` + "`go test ./internal/apigw -update`" + ` writes this page anew.

The first column is the name in ` + "`Terraform::AWS::ApiGateway…`" + ` types. A dash means that the surface does not have the property.
Maps may be written as objects or, in the Terraform-shaped types, as lists of ` + "`MapKey`" + ` and ` + "`MapValue`" + `.
Numbers and booleans may stand in quotes.
`)
	for _, section := range []struct {
		title string
		rows  property.List
	}{
		{"The method it belongs to", (&apigw.MethodKey{}).Properties()},
		{"Integration", (&apigw.Integration{}).Properties()},
		{"TlsConfig", (&apigw.TLSConfig{}).Properties()},
		{"Integration response", (&apigw.IntegrationResponse{}).Properties()},
	} {
		b.WriteString("\n## " + section.title + "\n\n" + property.Reference(section.rows))
	}
	compare(t, filepath.Join("..", "..", "docs", "reference", "integration-properties.md"), b.String())
}

// compare compares a derived file with what is committed, or writes it.
func compare(t *testing.T, path, want string) {
	t.Helper()
	if *update {
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != want {
		t.Errorf("%s is not what the rows say; write it anew with -update", path)
	}
}
