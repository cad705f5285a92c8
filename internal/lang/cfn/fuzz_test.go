package cfn

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// What is known before resources exist is the same afterwards, and nothing is
// unknown then.
func FuzzResolve(f *testing.F) {
	for _, v := range []string{
		"!Sub 'a${Api}${!x}'", "!Join ['-', [!GetAtt Api.Root, b]]", "!Select [0, !Split ['r', !Ref Api]]", "!If [Prod, a, {b: !Ref Names}]",
		"!Sub ['${a}', {a: !Ref Api}]", "!Cidr [10.0.0.0/16, 3, 8]", "!ToJsonString {a: [!Ref Api]}", "!Length [a]", "!Base64 {Ref: Api}",
		"!FindInMap [Hosts, dev, ports]", "|\n        text\n        ${Api}\n", "[a, !Ref AWS::NoValue]",
	} {
		f.Add(v, 3)
	}
	ids := known{"Api": "a1b2", "Api.Root": "r00t", "Api.List": []any{"x", "y"}}
	f.Fuzz(func(t *testing.T, value string, offset int) {
		x, err := Parse("t.yaml", []byte(strings.Replace(everything, "VALUE", value, 1)), Limits{Nodes: 20_000, Depth: 50, Output: 1 << 20})
		if err != nil {
			return
		}
		b, err := x.Bind(Input{})
		if err != nil || b.Resource("Value") == nil {
			return
		}
		before, err := b.Resolve("Value", nil)
		if err != nil {
			t.Fatalf("Bind found nothing wrong, Resolve did: %v", err)
		}
		after, err := b.Resolve("Value", ids)
		if err != nil {
			return // an attribute may be of the wrong kind
		}
		for name, v := range before.Properties() {
			if !hasUnknown(v) && jsonText(v) != jsonText(after.Properties()[name]) {
				t.Fatalf("%s was %s, is %s", name, jsonText(v), jsonText(after.Properties()[name]))
			}
			if p := after.TextPosition(offset, name); p.Line < 1 || p.Column < 1 {
				t.Fatalf("offset %d of %s stands at %v", offset, name, p)
			}
		}
	})
}

func TestFiles(t *testing.T) {
	dir := t.TempDir()
	name := filepath.Join(dir, "t.yaml")
	if err := os.WriteFile(name, []byte(api), 0o600); err != nil {
		t.Fatal(err)
	}
	if x, err := ParseFile(name, Limits{}); err != nil || x.Resource("Api") == nil {
		t.Errorf("got %v, %v", x, err)
	}
	if _, err := ParseFile(name, Limits{Body: 10}); err == nil || !strings.HasSuffix(err.Error(), "the template has 54 bytes, at most 10 are allowed") {
		t.Errorf("too long: %v", err)
	}
	if _, err := ParseFile(filepath.Join(dir, "none"), Limits{}); !os.IsNotExist(err) {
		t.Errorf("missing: %v", err)
	}
	if _, err := ParseFile(dir, Limits{}); err == nil {
		t.Error("a directory is read as a template")
	}
	_, err := Parse("t.yaml", []byte("Resources:\n  a: \xff\n"), Limits{})
	equalLines(t, lines(err), []string{"2:6: the template is not UTF-8 from here on"})
	if got := SourceLine([]byte("a\nb\r\nc"), 2); got != "b" {
		t.Errorf("got line %q", got)
	}
}
