package vtl_test

import (
	"errors"
	"fmt"
	"sync"
	"testing"

	"postern/internal/lang/vtl"
)

// A thing is a host that knows everything a host can.
type thing struct{ set []string }

var errThing = errors.New("no such key")

func (h *thing) Property(name string) (vtl.Value, bool) {
	return vtl.String("<" + name + ">"), name != "absent"
}

func (h *thing) Call(name string, args []vtl.Value) (vtl.Value, bool, error) {
	if name == "fail" {
		return vtl.Null, false, errThing
	}
	return vtl.Int(int32(len(args))), name == "count", nil
}

func (h *thing) Index(key vtl.Value) (vtl.Value, bool, error) {
	return key, key.Text() != "absent", nil
}

func (h *thing) Set(key, v vtl.Value) error {
	h.set = append(h.set, key.Text()+"="+v.Text())
	return nil
}

func (h *thing) AppendTo(dst []byte) []byte { return append(dst, "thing"...) }

func TestHosts(t *testing.T) {
	for _, tt := range []struct{ template, want string }{
		{`$h`, "thing"},
		{`$h.name $h.name.length()`, "<name> 6"},
		{`[$h.absent][$h.absent.more]`, "[][]"},
		{`$h.count() $h.count(1, null) $h.other()`, "0 2 "},
		{`$h['a'] $h[-1] [$h['absent']]`, "a -1 []"},
		{`#set($h.key = 1)#set($h['other'] = 'x')#set($h.a.b = 2)`, ""},
		{`#if($h == 'thing')yes#end#if($h == $h) same#end`, "yes same"},
		{`#set($l = [$h, {'k' : $h}])$l`, "[thing, {k=thing}]"},
	} {
		h := &thing{}
		got := render("host", tt.template, vtl.Variables{"h": vtl.Object(h)})
		if got != tt.want {
			t.Errorf("%q gives %q, want %q", tt.template, got, tt.want)
		}
	}
	h := &thing{}
	render("host", `#set($h.key = 1)#set($h['other'] = 'x')`, vtl.Variables{"h": vtl.Object(h)})
	if got := fmt.Sprint(h.set); got != "[key=1 other=x]" {
		t.Errorf("the host was set to %s", got)
	}
	_, err := mustParse(t, "a\n $h.fail(1)").AppendTo(nil, &vtl.Env{Scope: vtl.Variables{"h": vtl.Object(h)}})
	if want := "test:2:5: no such key in $h.fail(1)"; !errors.Is(err, errThing) || err.Error() != want {
		t.Errorf("got %q, want %q", err, want)
	}
}

func mustParse(tb testing.TB, text string) *vtl.Template {
	tb.Helper()
	tmpl, err := vtl.Parse("test", text)
	if err != nil {
		tb.Fatal(err)
	}
	return tmpl
}

// A document is a source that counts the elements it has made.
type document struct {
	size    int
	asked   int
	records map[int]*vtl.Map
}

func (d *document) Len() int { return d.size }

func (d *document) At(i int) vtl.Value {
	if d.records[i] == nil {
		d.asked++
		if d.records == nil {
			d.records = map[int]*vtl.Map{}
		}
		d.records[i] = vtl.LazyMap(&record{i, vtl.NewJSONList(vtl.String("t"))}, vtl.Ordered)
	}
	return d.records[i].Value()
}

func (d *document) AppendJSON(dst []byte) []byte { return append(dst, "[as it was]"...) }

type record struct {
	i    int
	tags *vtl.List
}

func (r *record) Len() int { return 2 }

func (r *record) Get(key string) (vtl.Value, bool) {
	for i := range r.Len() {
		if k, v := r.Entry(i); k == key {
			return v, true
		}
	}
	return vtl.Null, false
}

func (r *record) Entry(i int) (string, vtl.Value) {
	if i == 0 {
		return "id", vtl.Int(int32(r.i))
	}
	return "tags", r.tags.Value()
}

func TestDocumentsStayDocumentsUntilTouched(t *testing.T) {
	for _, tt := range []struct {
		template, want string
		asked          int // elements, at most
	}{
		{`$d`, `[as it was]`, 0},
		{`$d.size() $d.isEmpty()`, `3 false`, 0},
		{`$d[1].id $d.get(2).id $d[1].id`, `1 2 1`, 2},
		{`$d[0].tags.add('u') $d[0].tags $d[0]`, `true ["t","u"] {id=0, tags=["t","u"]}`, 1},
		{`#set($d[0].id = 'x')$d[0].id#foreach($r in $d)$r.id#end`, `xx12`, 3},
		{`$d[0].put('new', 1)$d`, `[{"id":0,"tags":["t"],"new":1},{"id":1,"tags":["t"]},{"id":2,"tags":["t"]}]`, 3},
		{`$d.remove(0).id $d.size() $d`, `0 2 [{"id":1,"tags":["t"]},{"id":2,"tags":["t"]}]`, 3},
		{`$d[0].keySet() $d[0].remove('id') $d[0]`, `[id, tags] 0 {tags=["t"]}`, 1},
		{`#set($m = {'list' : $d})$m`, `{list=[as it was]}`, 0},
		{`$d[0].tags.clear()$d[0].tags.size() $d[0].size() $d[0].containsKey('id')`, `0 2 true`, 1},
	} {
		d := &document{size: 3}
		got := render("lazy", tt.template, vtl.Variables{"d": vtl.LazyList(d).Value()})
		if got != tt.want || d.asked > tt.asked {
			t.Errorf("%q\ngives %q, %d elements made\nwant  %q, %d at most", tt.template, got, d.asked, tt.want, tt.asked)
		}
	}
}

func TestHashedMapsListInJavasOrder(t *testing.T) {
	m := vtl.NewMap(vtl.Hashed | vtl.Silent)
	for i := range 14 {
		m.Put(fmt.Sprintf("k%d", i*7), vtl.Int(int32(i)))
	}
	inner := vtl.NewMap(vtl.Hashed)
	for _, k := range []string{"stage", "requestId", "apiId", "identity", "httpMethod"} {
		inner.Put(k, vtl.Bool(true))
	}
	vars := vtl.Variables{"m": m.Value(), "inner": inner.Value()}
	// Expected with java.util.HashMap of OpenJDK 17.
	const want = "[k91, k0, k70, k84, k42, k63, k77, k21, k7, k35, k56, k14, k28, k49] [] " +
		"{stage=true, requestId=true, identity=true, httpMethod=true, apiId=true}"
	if got := render("hash", `$m.keySet() [$m] $inner`, vars); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestOneTemplateManyRenderings(t *testing.T) {
	tmpl := mustParse(t, `#foreach($i in [1..50])#set($n = "$n$x")#end$n.length() $x.replaceAll('a+', "<$i>") $x.matches("$x")`)
	var wg sync.WaitGroup
	for g := range 8 {
		wg.Go(func() {
			env := &vtl.Env{}
			for range 50 {
				env.Reset()
				env.Scope = vtl.Variables{"x": vtl.String(fmt.Sprintf("baa%d", g))}
				out, err := tmpl.AppendTo(nil, env)
				if want := fmt.Sprintf("200 b<>%d true", g); err != nil || string(out) != want {
					t.Errorf("got %q, %v; want %q", out, err, want)
				}
			}
		})
	}
	wg.Wait()
}

func TestBlocksEndWithTheirRendering(t *testing.T) {
	kept := vtl.NewMap(vtl.Ordered)
	env := &vtl.Env{Scope: vtl.Variables{"kept": kept.Value()}}
	if _, err := mustParse(t, `#define($b)<$x>#end#set($x = 1)#set($kept.b = $b)`).AppendTo(nil, env); err != nil {
		t.Fatal(err)
	}
	b, _ := kept.Get("b")
	if got := b.Text(); got != "<1>" {
		t.Errorf("after the rendering the block is %q, want <1>", got)
	}
	if _, err := mustParse(t, `other`).AppendTo(nil, env); err != nil {
		t.Fatal(err)
	}
	if got := b.Text(); got != "" {
		t.Errorf("after another rendering the block is %q, want nothing", got)
	}
}

func TestHalvesOfPairsComeTogether(t *testing.T) {
	vars := vtl.Variables{"s": vtl.String("a😀b")}
	for _, tt := range []struct{ template, want string }{
		{`$s.length() $s.indexOf('b')`, "4 3"},
		{`$s.substring(1, 2)$s.substring(2, 3)`, "😀"},
		{`[$s.substring(1, 2)]`, "[?]"},
		{`$s.charAt(1)$s.charAt(2)$s.charAt(3)`, "😀b"},
		{`#foreach($c in $s.split(''))$c#end $s.split('').size() $s.split('', 2)[1]`, "a😀b 4 😀b"},
		{`$s.split('')[1]`, "?"},
		{`#set($x = "\uD83D\uDE00 \u00e9")$x.length() $x`, "4 😀 é"},
		{`$s.substring(1, 3) $s.toUpperCase() $s.codePointAt(1)`, "😀 A😀B 128512"},
		{`$s.valueOf($s.toCharArray())`, "a😀b"},
	} {
		if got := render("pairs", tt.template, vars); got != tt.want {
			t.Errorf("%q gives %q, want %q", tt.template, got, tt.want)
		}
	}
}
