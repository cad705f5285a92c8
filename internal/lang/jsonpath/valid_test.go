package jsonpath

import (
	"encoding/json"
	"strings"
	"testing"
)

func FuzzValid(f *testing.F) {
	for _, s := range []string{
		``, ` `, `{}`, ` { "a" : [ 1 , -0.5e+3 , true , false , null , "x\n\u00e9\/" ] , "b" : { } } `, `[]`, `[,]`, `[1,]`, `{"a":1,}`, `{"a"}`, `{1:2}`,
		`{"a":1]`, `[1}`, `1 2`, `01`, `-`, `1.`, `.5`, `1e`, `tru`, `truex`, `"a`, `"\x"`, `"\u12"`, "\"\x01\"", "\"\xff\"", `[[]`, `]`, `}`, `,`, `:`, `{"a"::1}`, `{"a":}`,
		"[\n]", "\v1", "\ufeff1", strings.Repeat("[", MaxDepth) + strings.Repeat("]", MaxDepth), strings.Repeat("[", MaxDepth+1) + strings.Repeat("]", MaxDepth+1),
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		if got, want := Valid(text), json.Valid(text); got != want {
			t.Errorf("%q: got %v, want %v", text, got, want)
		}
	})
}

func BenchmarkValid(b *testing.B) {
	text := []byte(`{"statusCode":200,"headers":{"content-type":"application/json"},"body":"{\"message\":\"hello ada\"}"}`)
	b.Run("ours", func(b *testing.B) {
		for b.Loop() {
			if !Valid(text) {
				b.Fatal("not valid")
			}
		}
	})
	b.Run("encoding/json", func(b *testing.B) {
		for b.Loop() {
			if !json.Valid(text) {
				b.Fatal("not valid")
			}
		}
	})
}
