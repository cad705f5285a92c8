package cfn

import "testing"

func TestDocumentsAreNoTemplates(t *testing.T) {
	const text = "openapi: 3.0.1\npaths:\n  /pets:\n    get:\n      template: |\n        one\n          two $x\n      quoted: \"a\\tb\"\n"
	d, err := ReadDocument("api.yaml", []byte("\ufeff"+text), Limits{})
	if err != nil {
		t.Fatal(err)
	}
	get := d.Root.Get("paths").Get("/pets").Get("get")
	for _, tt := range []struct {
		key    string
		offset int
		want   string
	}{
		{"template", 0, "api.yaml:6:9"},
		{"template", 10, "api.yaml:7:15"},
		{"quoted", 2, "api.yaml:8:19"},
	} {
		if got := d.TextPosition(get.Get(tt.key), tt.offset).String(); got != tt.want {
			t.Errorf("%s at %d: %s, want %s", tt.key, tt.offset, got, tt.want)
		}
	}
	if p, w := d.Position(get.Get("quoted")); p.String() != "api.yaml:8:15" || w < 4 {
		t.Errorf("quoted stands at %s, %d wide", p, w)
	}
	if p, w := d.KeyPosition(&get.Members[1]); p.String() != "api.yaml:8:7" || w != 6 {
		t.Errorf("its key stands at %s, %d wide", p, w)
	}
	if d.Root.Get("no").Get("thing") != nil {
		t.Error("there is something that is not there")
	}
	for _, bad := range []string{"", "a: [", "{\"a\": 1", "a: \xff"} {
		if _, err := ReadDocument("api.yaml", []byte(bad), Limits{}); err == nil {
			t.Errorf("%q: no error", bad)
		}
	}
	if _, err := ReadDocument("api.yaml", []byte(text), Limits{Body: 5}); err == nil {
		t.Error("too long: no error")
	}
}
