package mapping

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"testing"
)

// benchmark reads a template of testdata/bench, its case and what it gives.
func benchmark(t testing.TB, name string) (tc renderCase, want string) {
	read := func(ext string) []byte {
		text, err := os.ReadFile("testdata/bench/" + name + ext)
		if err != nil {
			t.Fatal(err)
		}
		return text
	}
	if err := json.Unmarshal(read(".json"), &tc); err != nil {
		t.Fatal(err)
	}
	tc.Template = string(read(".vtl"))
	return tc, string(read(".out"))
}

var benchmarks = []string{"cors-mock", "all-params", "ddb-list", "sqs-form", "loop-1000"}

func TestBenchmarkTemplates(t *testing.T) {
	for _, name := range benchmarks {
		tc, want := benchmark(t, name)
		got, err := render(t, tc.scope(t), tc.Template)
		if err != nil || got != want {
			t.Errorf("%s: got %.300s, %v\nwant %.300s", name, got, err, want)
		}
	}
}

func BenchmarkTemplate(b *testing.B) {
	for _, name := range benchmarks {
		tc, _ := benchmark(b, name)
		var body []byte
		if tc.Request.Body != nil {
			body = []byte(*tc.Request.Body)
		}
		b.Run(name, func(b *testing.B) { renderAgain(b, tc.scope(b), tc.Template, body) })
	}
	compact := deepJSON()
	var indented bytes.Buffer
	if err := json.Indent(&indented, compact, "", "  "); err != nil {
		b.Fatal(err)
	}
	const passOn = `{"received": $input.json('$'), "by": "$context.stage"}`
	b.Run("deep-json", func(b *testing.B) {
		b.SetBytes(int64(len(compact)))
		renderAgain(b, sample(), passOn, compact)
	})
	file := []byte(`{"name":"photo.jpg","file":"` + strings.Repeat("QUJD", 1<<18) + `"}`)
	b.Run("file", func(b *testing.B) {
		b.SetBytes(int64(len(file)))
		renderAgain(b, sample(), passOn, file)
	})
	b.Run("deep-json-indented", func(b *testing.B) {
		b.SetBytes(int64(indented.Len()))
		renderAgain(b, sample(), passOn, indented.Bytes())
	})
}

// BenchmarkCopy is what deep-json and file are to be compared with.
func BenchmarkCopy(b *testing.B) {
	compact := deepJSON()
	b.SetBytes(int64(len(compact)))
	var dst []byte
	for b.Loop() {
		dst = append(dst[:0], compact...)
	}
}

// deepJSON returns about 1 MB of nested JSON without blanks.
func deepJSON() []byte {
	var b strings.Builder
	b.WriteString(`{"shops":[`)
	for i := range 1500 {
		if i > 0 {
			b.WriteByte(',')
		}
		fmt.Fprintf(&b, `{"id":"shop-%d","address":{"street":"Long Street %d","city":{"name":"Oslo","codes":[%d,%d]}},"open":%v,"note":null,"items":[`, i, i, i, i+1, i%2 == 0)
		for j := range 6 {
			if j > 0 {
				b.WriteByte(',')
			}
			fmt.Fprintf(&b, `{"sku":"t-%d","price":%d.25,"tags":["hot","leaf"],"text":"a \"quoted\" word"}`, j, j)
		}
		b.WriteString(`]}`)
	}
	b.WriteString(`]}`)
	return []byte(b.String())
}

// renderAgain renders a template with a fresh payload each time, in one scope.
func renderAgain(b *testing.B, s *Scope, text string, body []byte) {
	tmpl, err := ParseTemplate("bench", text)
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	again, dst := rerender(s, body), []byte(nil)
	for b.Loop() {
		again()
		if dst, err = tmpl.AppendTo(dst[:0], s); err != nil {
			b.Fatal(err)
		}
	}
}

// The small templates allocate at most twice, the output included: it is one,
// and sqs-form makes a text of the payload.
func TestSmallTemplatesAllocateTwice(t *testing.T) {
	for _, name := range []string{"cors-mock", "all-params", "sqs-form"} {
		tc, _ := benchmark(t, name)
		var body []byte
		if tc.Request.Body != nil {
			body = []byte(*tc.Request.Body)
		}
		tmpl, err := ParseTemplate(name, tc.Template)
		if err != nil {
			t.Fatal(err)
		}
		s, dst, out := tc.scope(t), []byte(nil), ""
		again := rerender(s, body)
		if n := testing.AllocsPerRun(200, func() {
			again()
			if dst, err = tmpl.AppendTo(dst[:0], s); err != nil {
				t.Fatal(err)
			}
			out = string(dst)
		}); n > 2 {
			t.Errorf("%s: %v allocations, want 2 at most; it gives %.100s", name, n, out)
		}
	}
}

// rerender returns a function that makes s new for the request it has now.
func rerender(s *Scope, body []byte) func() {
	params := *s
	return func() {
		s.Reset()
		s.Path, s.Query, s.Header = params.Path, params.Query, params.Header
		s.StageVariables, s.Context = params.StageVariables, params.Context
		s.SetRequestBody(body)
	}
}
