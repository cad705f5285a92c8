package jsonpath

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
)

// Printing in one pass must give what the tape gives, or give up.
func TestOnePassPrintsTheSame(t *testing.T) {
	many := func(n int) string {
		var names []string
		for i := range n {
			names = append(names, fmt.Sprintf(`"name-%d":%d`, i, i))
		}
		return "{" + strings.Join(names, ",") + "}"
	}
	for _, tt := range []struct {
		text    string
		givesUp bool
	}{
		{text: `{"b":1,"a":[true,false,null,"x"],"c":{},"d":[]}`},
		{text: "\t{ \"b\" : 1.50 ,\r\n\"a\" : [ ] , \"c\" : { \"d\" : [ 1 , -0 ] } } "},
		{text: `["\/\u00e9\ud83d\ude00\u0001","\ud800",1e999,100.0,0.10]`},
		{text: `[{"a":1},{"a":1},[{"a":{"a":[{"a":1}]}}]]`},
		{text: many(mostNames)},
		{text: strings.Repeat("[", MaxDepth) + strings.Repeat("]", MaxDepth)},
		{text: `"x"`}, {text: ` 1 `}, {text: `null`},
		{text: `{"a":1,"a":2}`, givesUp: true},
		{text: `{"a":{"b":1,"c":2,"b":3}}`, givesUp: true},
		{text: `{"\u0061":1}`, givesUp: true},
		{text: `{"a\/b":1}`, givesUp: true},
		{text: many(mostNames + 1), givesUp: true},
		{text: strings.Repeat("[", MaxDepth+1) + strings.Repeat("]", MaxDepth+1), givesUp: true},
		{text: `[1,]`, givesUp: true}, {text: `{"a":1,}`, givesUp: true}, {text: `[1]]`, givesUp: true}, {text: `[1}`, givesUp: true},
		{text: `{"a":1]`, givesUp: true}, {text: `{1:2}`, givesUp: true}, {text: `{"a"`, givesUp: true}, {text: `{"a":`, givesUp: true},
		{text: `,`, givesUp: true}, {text: ``, givesUp: true}, {text: `[`, givesUp: true}, {text: `{`, givesUp: true}, {text: `[1 2]`, givesUp: true},
	} {
		dst := []byte("before ")
		got, ok := New([]byte(tt.text)).AppendJSON(dst)
		if ok == tt.givesUp {
			t.Errorf("%.80s: done is %v, want %v", tt.text, ok, !tt.givesUp)
		}
		want := "before "
		if !tt.givesUp {
			root, err := New([]byte(tt.text)).Root()
			if err != nil {
				t.Fatal(err)
			}
			want = string(root.AppendJSON(dst))
		}
		if string(got) != want {
			t.Errorf("%.80s\n got %.200s\nwant %.200s", tt.text, got, want)
		}
	}
}

// Eight bytes are looked at together; what ends a string or a number must be
// found at each of their places, whatever surrounds it.
func TestEndsAreFoundAtEveryPlace(t *testing.T) {
	for before := range 18 {
		for after := range 10 {
			for _, c := range []string{`\"`, `\\`, `\u00e9`, "é", "\x80\xff", "!", "#", "]", "[", "\x7f", "\x1f", "\n", "\x00", `\x`, `\`} {
				text := `{"` + strings.Repeat("a", before) + c + strings.Repeat("z", after) + `":["` + strings.Repeat("~", before) + c + `"]}`
				if got, want := New([]byte(text)).IsJSON(), json.Valid([]byte(text)); got != want {
					t.Errorf("%q: IsJSON() = %v, want %v", text, got, want)
				}
			}
			for _, c := range []string{"", ".", "e", "E+", "e-", "-", "/", ":", " ", "a", "\xb0"} {
				text := "[1" + strings.Repeat("2", before) + c + strings.Repeat("3", after) + "]"
				if got, want := New([]byte(text)).IsJSON(), json.Valid([]byte(text)); got != want {
					t.Errorf("%q: IsJSON() = %v, want %v", text, got, want)
				}
			}
		}
	}
}

// The same name must have the same hash, however near it is to the end of the
// text; a name that comes again is found by it.
func TestNamesAreFoundAgainAtEveryLength(t *testing.T) {
	for n := range 30 {
		name := strings.Repeat("n", n)
		for _, tail := range []string{"", strings.Repeat(" ", 20)} {
			text := `{"` + name + `":1,"other":2,"` + name + `":3}` + tail
			d := New([]byte(text))
			root, err := d.Root()
			if err != nil || root.Len() != 2 {
				t.Errorf("%s: %d members, %v; want 2", text, root.Len(), err)
			}
			if out, ok := New([]byte(text)).AppendJSON(nil); ok {
				t.Errorf("%s: printed in one pass as %s", text, out)
			}
		}
		if nameHash([]byte(name), 0, n) != nameHash([]byte(name+strings.Repeat("x", 9)), 0, n) {
			t.Errorf("%d bytes: another hash at the end of the text", n)
		}
	}
}

func BenchmarkOnePass(b *testing.B) {
	var text bytes.Buffer
	text.WriteByte('[')
	for i := range 10_000 {
		if i > 0 {
			text.WriteByte(',')
		}
		fmt.Fprintf(&text, `{"id":"item-%d","price":%d.25,"stock":%d,"tags":["a","bb"],"ok":true,"note":null}`, i, i%100, i)
	}
	text.WriteByte(']')
	b.SetBytes(int64(text.Len()))
	b.ReportAllocs()
	d, out := new(Document), []byte(nil)
	for b.Loop() {
		d.Reset(text.Bytes())
		var ok bool
		if out, ok = d.AppendJSON(out[:0]); !ok {
			b.Fatal("gave up")
		}
	}
}

// TestLongStrings has something special at each place of a long string, where
// the text as a whole looks like one of long strings.
func TestLongStrings(t *testing.T) {
	const head = `{"file":"`
	long := strings.Repeat("QUJD", 5000)
	for _, special := range []string{`\n`, `\"`, `\/`, "\x1f", "\x00", "\x7f", "é", `"`, `\`, `\x`, "\\u00e9"} {
		for _, at := range []int{0, 1, 7, 8, 31, 32, 33, 63, 64, 127, 255, 256, 257, 767, 768, 769, 1792, 1793, 19_990, 19_999, 20_000} {
			text := []byte(head + long[:at] + special + long[at:] + `","n":1}`)
			if !hasLongStrings(text) {
				t.Fatal("the text is taken for one of short strings")
			}
			valid := json.Valid(text)
			got, ok := New(text).AppendJSON(nil)
			if ok != valid {
				t.Errorf("%q at %d: got %v, want %v", special, at, ok, valid)
			}
			d := New(text)
			root, err := d.Root()
			if err != nil || d.IsJSON() != valid {
				t.Errorf("%q at %d: read as JSON: %v, %v, want %v", special, at, d.IsJSON(), err, valid)
				continue
			}
			if !valid {
				continue
			}
			var want struct{ File string }
			if err := json.Unmarshal(text, &want); err != nil {
				t.Fatal(err)
			}
			if file, _ := root.Member("file"); file.Text() != want.File {
				t.Errorf("%q at %d: the string is another", special, at)
			}
			if whole := root.AppendJSON(nil); string(whole) != string(got) {
				t.Errorf("%q at %d: AppendJSON gives another text than the tree", special, at)
			}
		}
	}
}
