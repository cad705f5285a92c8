package dataplane

import (
	"bytes"
	"net/url"
	"strings"
	"testing"
	"unicode/utf8"

	"postern/internal/lang/mapping"
	"postern/internal/message"
)

// Whatever a client sends as a path, the walk through the tree ends, and the
// values it finds are parts of the path.
func FuzzRoutes(f *testing.F) {
	root := &node{}
	for _, path := range []string{"/", "/a", "/a/{x}", "/a/{x}/b", "/{y}/c", "/a/{p+}", "/{q+}"} {
		root.grow(path).put("ANY", &Method{resourcePath: path})
	}
	for _, path := range []string{"/", "/a/b", "//a//", "/a/%2F/b", "/x/c/d"} {
		f.Add(path)
	}
	f.Fuzz(func(t *testing.T, path string) {
		m, params := root.find(path, 0, nil)
		if m == nil {
			t.Fatalf("%q: nothing found, though there are / and {q+}", path)
		}
		for _, p := range params {
			if !strings.Contains(path, p.Value) {
				t.Errorf("%q: %s=%q is no part of it", path, p.Name, p.Value)
			}
		}
	})
}

// A query that is decoded and written again says the same.
func FuzzQuery(f *testing.F) {
	for _, q := range []string{"a=1&b=2", "a=b+c;d", "%zz=%41", "=&&;", "x=%00"} {
		f.Add(q)
	}
	f.Fuzz(func(t *testing.T, query string) {
		pairs := parseQuery(nil, query)
		var out []byte
		sep := byte('?')
		for _, p := range pairs {
			out = appendQuery(out, &sep, p.Name, p.Value)
		}
		if len(out) == 0 {
			return
		}
		again := parseQuery(nil, string(out[1:]))
		if len(again) != len(pairs) {
			t.Fatalf("%q became %q", query, out)
		}
		for i := range pairs {
			if again[i] != pairs[i] {
				t.Errorf("%q became %q", pairs[i], again[i])
			}
		}
	})
}

// An address that is assembled from a client's values stays at the host and
// below the path that its author wrote.
func FuzzAddress(f *testing.F) {
	f.Add("../admin")
	f.Add("a?b#c")
	f.Add("%2e%2e/\r\n@evil.test")
	f.Fuzz(func(t *testing.T, value string) {
		a := compileAddress("http://host.test/base/{v}/end", nil)
		expr, err := mapping.ParseExpression("method.request.querystring.v")
		if err != nil {
			t.Fatal(err)
		}
		x := &exchange{}
		x.scope.Query = message.Pairs{{Name: "v", Value: value}}
		out, err := a.appendTo(nil, x, []mappingRow{{"v", expr}})
		if err != nil {
			t.Fatal(err)
		}
		u, err := url.Parse(string(out))
		if err != nil {
			t.Fatalf("%q: %v", out, err)
		}
		segments := strings.Split(u.EscapedPath(), "/")
		if u.Host != "host.test" || len(segments) != 4 || segments[1] != "base" || segments[3] != "end" || u.RawQuery != "" || u.Fragment != "" {
			t.Errorf("%q became %q", value, out)
		}
	})
}

func FuzzValidText(f *testing.F) {
	f.Add([]byte("a\xff\xc3\x28\xe2\x82"))
	f.Fuzz(func(t *testing.T, b []byte) {
		out := validText(b)
		if !utf8.Valid(out) {
			t.Errorf("%q became %q", b, out)
		}
		if utf8.Valid(b) && !bytes.Equal(out, b) {
			t.Errorf("valid %q became %q", b, out)
		}
	})
}
