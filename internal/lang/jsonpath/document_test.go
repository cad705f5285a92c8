package jsonpath

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
)

func TestDocumentPrintsCompactJSON(t *testing.T) {
	for _, tt := range []struct {
		text, want string
	}{
		{`{"b":1,"a":[true,false,null,"x"]}`, ``},
		{"\t{ \"b\" : 1 ,\r\n\"a\" : [ ] , \"c\" : { } } ", `{"b":1,"a":[],"c":{}}`},
		{`[1.50,1e3,0.00012,1E+2,-0,-0.0,100.0,12345678.5]`, `[1.5,1000.0,1.2E-4,100.0,0,-0.0,100.0,1.23456785E7]`},
		{`[0.001,0.0009,9999999.0,10000000.0,1e21,1e999]`, `[0.001,9.0E-4,9999999.0,1.0E7,1.0E21,null]`},
		{`[4.9e-324,1e-323,2.5e-7,1e22]`, `[4.9E-324,9.9E-324,2.5E-7,1.0E22]`},
		{`[2147483647,2147483648,123456789012345678901]`, ``},
		{`[0.1000000000000000055,1.0000000000000000000,123456789.1234567890]`, ``},
		{`["\/\u00e9\ud83d\ude00\u0001\u001f\"\\\b\f\n\r\t\u007F"]`, "[\"/é😀\\u0001\\u001F\\\"\\\\\\b\\f\\n\\r\\t\x7f\"]"},
		{`["\ud800","\ud800x","\ude00\ud83d"]`, `["�","�x","��"]`},
		{`{"a":1,"b":2,"a":3,"\u0061":{"x":1,"x":2}}`, `{"a":{"x":2},"b":2}`},
		{`{"":{"":1}}`, ``},
		{`"text"`, ``},
	} {
		d := New([]byte(tt.text))
		root, err := d.Root()
		if err != nil || !d.IsJSON() {
			t.Errorf("%s: not read as JSON: %v", tt.text, err)
			continue
		}
		if tt.want == "" {
			tt.want = tt.text
		}
		if got := string(root.AppendJSON(nil)); got != tt.want {
			t.Errorf("%s:\n got %s\nwant %s", tt.text, got, tt.want)
		}
	}
}

func TestDuplicateKeysAmongMany(t *testing.T) {
	var text, want []string
	for i := range 40 {
		text = append(text, fmt.Sprintf(`"k%d":%d`, i, i))
		want = append(want, fmt.Sprintf(`"k%d":%d`, i, i))
	}
	text = append(text, `"k\u0033":"again"`, `"k39":null`)
	want[3], want[39] = `"k3":"again"`, `"k39":null`
	d := New([]byte("{" + strings.Join(text, ",") + "}"))
	root, _ := d.Root()
	if got, want := string(root.AppendJSON(nil)), "{"+strings.Join(want, ",")+"}"; got != want {
		t.Errorf("got %s\nwant %s", got, want)
	}
	if n := root.Len(); n != 40 {
		t.Errorf("Len() = %d, want 40", n)
	}
	if v, _ := root.Member("k3"); v.Text() != "again" {
		t.Errorf("k3 is %s, want again", v.Text())
	}
}

func TestWhatIsNoJSONIsText(t *testing.T) {
	for _, text := range []string{
		``, ` `, `not json`, `'a'`, `{a:1}`, `{"a":1,}`, `[1,]`, `[1 2]`, `{"a" 1}`, `{"a":1} x`, `01`, `1.`, `.5`, `+1`, `-`,
		`1e`, `"a`, "\"a\nb\"", `"\x"`, `"\u12g4"`, `"\u12`, `nul`, `truefalse`, `[`, `{`, `{"a"`, `{"a":`, `NaN`, `"`,
	} {
		d := New([]byte(text))
		root, err := d.Root()
		if err != nil {
			t.Errorf("%q: %v", text, err)
			continue
		}
		if d.IsJSON() || root.Kind() != String || root.Text() != text {
			t.Errorf("%q: kind %d, text %q, want the text itself", text, root.Kind(), root.Text())
		}
		p, _ := Compile("$.x")
		if n, ok, err := p.Eval(d); ok || err != nil {
			t.Errorf("%q: $.x gives %s, %v; want no match", text, n.Text(), err)
		}
	}
}

func TestNestingLimit(t *testing.T) {
	nest := func(n int) *Document {
		return New([]byte(strings.Repeat(`{"a":[`, n/2) + strings.Repeat("]}", n/2)))
	}
	if _, err := nest(MaxDepth).Root(); err != nil {
		t.Errorf("%d levels: %v", MaxDepth, err)
	}
	if _, err := nest(MaxDepth + 2).Root(); err != ErrTooDeep {
		t.Errorf("%d levels: %v, want ErrTooDeep", MaxDepth+2, err)
	}
}

func TestResetReadsTheNextPayload(t *testing.T) {
	d := New([]byte(`{"a":1}`))
	p, _ := Compile("$.a")
	for _, tt := range []struct{ text, want string }{
		{`{"a":"one"}`, `"one"`}, {`no json`, ``}, {`{"a":[ 2 ]}`, `[2]`}, {`"a"`, ``}, {`{"a":{"b":3}}`, `{"b":3}`},
	} {
		d.Reset([]byte(tt.text))
		n, _, err := p.Eval(d)
		if got := string(n.AppendJSON(nil)); got != tt.want || err != nil {
			t.Errorf("%s: got %s, %v; want %s", tt.text, got, err, tt.want)
		}
	}
}

func TestNavigation(t *testing.T) {
	root, _ := New([]byte(`{"a":[10,"x",{"k":null}],"b":{"c":1.5},"b2":12345678901,"b3":123456789012345678901}`)).Root()
	var got []string
	for name, v := range root.Members() {
		got = append(got, name+"="+v.Text())
	}
	if want := `[a=[10,"x",{"k":null}] b={c=1.5} b2=12345678901 b3=123456789012345678901]`; fmt.Sprint(got) != want {
		t.Errorf("members %v, want %s", got, want)
	}
	a, _ := root.Member("a")
	got = nil
	for v := range a.Elements() {
		got = append(got, v.Text())
	}
	if want := "[10 x {k=null}]"; fmt.Sprint(got) != want {
		t.Errorf("elements %v, want %s", got, want)
	}
	b3, _ := root.Member("b3")
	if b3.BigInt().String() != "123456789012345678901" {
		t.Errorf("b3 is %v", b3.BigInt())
	}
	if _, ok := a.Member("k"); ok {
		t.Error("an array has a member")
	}
	var none Node
	if none.Exists() || none.Len() != 0 || none.Text() != "" || none.Kind() != 0 {
		t.Error("the zero Node is a value")
	}
}

func TestExactDecimal(t *testing.T) {
	root, _ := New([]byte(`-123456789.12345678901e-3`)).Root()
	if kind, _, _ := root.Number(); kind != BigDecimal {
		t.Fatalf("kind %d, want BigDecimal", kind)
	}
	unscaled, scale := root.BigDecimal()
	if unscaled.String() != "-12345678912345678901" || scale != 14 {
		t.Errorf("got %v·10^-%d", unscaled, scale)
	}
	if got, want := root.Text(), "-123456.78912345678901"; got != want {
		t.Errorf("text %s, want %s", got, want)
	}
}

// A stranger's document and a template's filter together must not take forever.
func TestVisitsAreLimited(t *testing.T) {
	text := "[" + strings.Repeat("1,", 50_000) + "1]"
	p, err := Compile("$[?(@ in $)]")
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := p.Eval(New([]byte(strings.ReplaceAll(text, "1]", "2,3,4,5,6,7,8,9,10]")))); err != nil {
		t.Errorf("a cheap filter: %v", err)
	}
	p, _ = Compile("$[?($[*] == 1)]")
	d := New([]byte(text))
	d.spent = maxVisits - 1_000_000 // so that the test is short
	if _, _, err := p.Eval(d); err != ErrTooMuch {
		t.Errorf("got %v, want ErrTooMuch", err)
	}
}

func TestPatternBeyondGo(t *testing.T) {
	d := New([]byte(`["foobar","foobaz","x"]`))
	for path, want := range map[string]string{
		`$[?(@ =~ /foo(?!baz).*/)]`:       `["foobar"]`,
		`$[?(@ =~ /F O O .* #c/ix)]`:      `["foobar","foobaz"]`,
		`$[?(@ =~ /(.)\1.*|x|f(o)\2.*/)]`: `["foobar","foobaz","x"]`,
	} {
		p, err := Compile(path)
		if err != nil {
			t.Errorf("%s: %v", path, err)
			continue
		}
		n, _, err := p.Eval(d)
		if got := string(n.AppendJSON(nil)); got != want || err != nil {
			t.Errorf("%s: got %s, %v; want %s", path, got, err, want)
		}
	}
	if _, err := Compile(`$[?(@ =~ /(/)]`); err == nil {
		t.Error("a pattern that is none compiles")
	}
}

func FuzzDocument(f *testing.F) {
	for _, s := range []string{`{"a":1,"a":[1.5e3,"\u00e9"]}`, `[[],{}]`, `"x`, ` 12345678901234567890.5 `, `{"a":1,"a":2,"\u0061":3}`} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		d := New(bytes.Clone(text))
		root, err := d.Root()
		if err != nil {
			return
		}
		if got := json.Valid(text); got != d.IsJSON() {
			t.Fatalf("%q: IsJSON %v, encoding/json says %v", text, d.IsJSON(), got)
		}
		once := root.AppendJSON(nil)
		if out, ok := New(bytes.Clone(text)).AppendJSON(nil); ok && (!d.IsJSON() || !bytes.Equal(out, once)) {
			t.Fatalf("%q prints as %q, in one pass as %q", text, once, out)
		}
		if !json.Valid(once) {
			t.Fatalf("%q prints as %q, which is no JSON", text, once)
		}
		again, err := New(once).Root()
		if err != nil {
			t.Fatalf("%q: %v", once, err)
		}
		// An exact decimal, whose literal was long, may print as a short one, which
		// is a double when it is read again: 100000000000000.0E0. The second print
		// has doubles only where the first one had short literals, and stays.
		twice := again.AppendJSON(nil)
		third, err := New(twice).Root()
		if err != nil {
			t.Fatalf("%q: %v", twice, err)
		}
		if last := third.AppendJSON(nil); !bytes.Equal(twice, last) {
			t.Fatalf("%q prints as %q, then as %q, then as %q", text, once, twice, last)
		}
		if !sameValue(once, twice) {
			t.Fatalf("%q prints as %q and then as %q, which is another value", text, once, twice)
		}
	})
}

// sameValue reports whether two texts are the same value, numbers as doubles. A
// number beyond doubles may become null, which is how an infinite double prints.
func sameValue(a, b []byte) bool {
	return sameDoubles(decoded(a), decoded(b))
}

func decoded(text []byte) (v any) {
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	if d.Decode(&v) != nil {
		return nil
	}
	return v
}

func sameDoubles(x, y any) bool {
	switch x := x.(type) {
	case json.Number:
		f, err := strconv.ParseFloat(string(x), 64)
		if y == nil {
			return err != nil
		}
		n, ok := y.(json.Number)
		g, _ := strconv.ParseFloat(string(n), 64)
		return ok && f == g
	case []any:
		y, ok := y.([]any)
		return ok && slices.EqualFunc(x, y, sameDoubles)
	case map[string]any:
		y, ok := y.(map[string]any)
		return ok && maps.EqualFunc(x, y, sameDoubles)
	}
	return x == y
}

func FuzzCompile(f *testing.F) {
	for _, tc := range cases(f) {
		f.Add(tc.Path)
	}
	f.Fuzz(func(t *testing.T, path string) {
		p, err := Compile(path)
		if err != nil {
			if e := err.(*Error); e.Pos < 1 || e.Pos > len(path)+1 {
				t.Fatalf("%q: position %d", path, e.Pos)
			}
			return
		}
		if q, err := Compile(p.String()); err != nil || q.Definite() != p.Definite() {
			t.Fatalf("%q does not compile again: %v", path, err)
		}
	})
}

func FuzzEval(f *testing.F) {
	for _, tc := range cases(f) {
		f.Add(tc.Path, tc.JSON)
	}
	f.Fuzz(func(t *testing.T, path, text string) {
		p, err := Compile(path)
		if err != nil || strings.Contains(path, "=~") {
			return
		}
		d := New([]byte(text))
		d.spent = maxVisits - 100_000
		n, ok, err := p.Eval(d)
		if err != nil {
			return
		}
		if !p.Definite() && (!ok || n.Kind() != Array) {
			t.Fatalf("%q on %q: an indefinite path gives no list", path, text)
		}
		if out := n.AppendJSON(nil); ok && !json.Valid(out) {
			t.Fatalf("%q on %q prints %q", path, text, out)
		}
	})
}

func BenchmarkCompile(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Compile("$.shop.items[?(@.price > 5)].sku"); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkRead reads a document and prints it.
func BenchmarkRead(b *testing.B) {
	for _, size := range []int{10, 10_000} {
		var compact bytes.Buffer
		compact.WriteString(`{"items":[`)
		for i := range size {
			if i > 0 {
				compact.WriteByte(',')
			}
			fmt.Fprintf(&compact, `{"id":"item-%d","price":%d.25,"stock":%d,"tags":["a","bb"],"ok":true,"note":null}`, i, i%100, i)
		}
		compact.WriteString(`]}`)
		var spaced bytes.Buffer
		if err := json.Indent(&spaced, compact.Bytes(), "", " "); err != nil {
			b.Fatal(err)
		}
		for name, text := range map[string][]byte{"compact": compact.Bytes(), "indented": spaced.Bytes()} {
			b.Run(fmt.Sprintf("%s-%d", name, size), func(b *testing.B) {
				b.ReportAllocs()
				b.SetBytes(int64(len(text)))
				d, out := new(Document), []byte(nil)
				for b.Loop() {
					d.Reset(text)
					root, err := d.Root()
					if err != nil {
						b.Fatal(err)
					}
					out = root.AppendJSON(out[:0])
				}
			})
		}
	}
}

func BenchmarkEval(b *testing.B) {
	text, err := os.ReadFile("testdata/cases/dynamo.jsonl")
	if err != nil {
		b.Fatal(err)
	}
	var tc testCase
	if err := json.Unmarshal(text[:bytes.IndexByte(text, '\n')], &tc); err != nil {
		b.Fatal(err)
	}
	for _, path := range []string{"$.Items[1].pk.S", "$.Items[*].pk.S", "$..S", "$.Items[?(@.n.N == '12')].pk.S"} {
		b.Run(path, func(b *testing.B) {
			p, err := Compile(path)
			if err != nil {
				b.Fatal(err)
			}
			b.ReportAllocs()
			d, payload := new(Document), []byte(tc.JSON)
			for b.Loop() {
				d.Reset(payload)
				if _, _, err := p.Eval(d); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func TestPlainPathsDoNotAllocate(t *testing.T) {
	text := []byte(`{"a":{"b":[1,{"c":"x"}]},"list":[1,2,3]}`)
	d := New(text)
	for _, path := range []string{"$.a.b[1].c", "$.a", "$.nope.x", "$.list[*]"} {
		p, err := Compile(path)
		if err != nil {
			t.Fatal(err)
		}
		n := testing.AllocsPerRun(100, func() {
			d.Reset(text)
			if _, _, err := p.Eval(d); err != nil {
				t.Fatal(err)
			}
		})
		if n != 0 {
			t.Errorf("%s allocates %v times", path, n)
		}
	}
}
