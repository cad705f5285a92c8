package vtl_test

import (
	"fmt"
	"strings"
	"testing"

	"postern/internal/lang/vtl"
)

// The elements of a literal list are compiled once; changes must stay in the
// list that was changed.
func TestLiteralListsAreNewEachTime(t *testing.T) {
	for _, change := range []string{
		`#set($x = $l.add('c'))`, `#set($l[0] = 'c')`, `#set($x = $l.remove(0))`, `#set($x = $l.set(1, 'c'))`,
		`$l.clear()`, `#set($x = $l.add(0, 'c'))`, `#set($x = $l.addAll(['c', 'd']))`, `#set($x = $l.addAll(1, ['c', 'd']))`,
		`#set($x = $l.removeAll(['a']))`, `#set($x = $l.retainAll(['a']))`, `#set($s = $l.subList(0, 1))#set($s[0] = 'c')`,
		`#foreach($i in $l)#set($l[$foreach.index] = 'c')#end`,
	} {
		text := `#foreach($i in [1..2])#set($l = ['a', 'b'])$l;` + change + `#end#set($l = ['a', 'b'])$l`
		if got, want := render("literal", text, nil), "[a, b];[a, b];[a, b]"; got != want {
			t.Errorf("%s\n got %s\nwant %s", text, got, want)
		}
	}
}

// Operations of integers are computed in a way of their own as long as the
// results fit; the edges must not show.
func TestIntegersWidenAndGiveUp(t *testing.T) {
	vars := vtl.Variables{
		"int": vtl.Int(1<<31 - 1), "least": vtl.Int(-1 << 31), "long": vtl.Long(1<<63 - 1), "small": vtl.Long(-1 << 63),
		"byte": vtl.Int(7), "double": vtl.Double(0.5), "text": vtl.String("t"), "zero": vtl.Int(0),
	}
	for _, tt := range []struct{ expr, want string }{
		{`$int + 1`, "2147483648"}, {`$least - 1`, "-2147483649"}, {`$int * $int`, "4611686014132420609"},
		{`$least / -1`, "2147483648"}, {`$least % -1`, "0"}, {`$long + 1`, "9223372036854775808"}, {`$small - 1`, "-9223372036854775809"},
		{`$long * 2`, "18446744073709551614"}, {`$long / 2`, "4611686018427387903"}, {`$small / -1`, "-9223372036854775808"},
		{`$long % 10`, "7"}, {`$byte + $double`, "7.5"}, {`$byte * 2 + $text`, "14t"}, {`$byte * ($byte + $double)`, "52.5"},
		{`(($byte - 3) * 4) / 3`, "5"}, {`7 % 4 - -2`, "5"}, {`$byte + $missing`, "7"},
	} {
		if got := render("integers", "#set($r = "+tt.expr+")$r", vars); got != tt.want {
			t.Errorf("%s gives %s, want %s", tt.expr, got, tt.want)
		}
	}
	for _, expr := range []string{`$byte / $zero`, `$byte % 0`, `$byte * $text`, `($byte / $zero) + 1`} {
		if got := render("integers", "#set($r = 'old')#set($r = "+expr+")$r", vars); got != "old" {
			t.Errorf("%s gives %s, want no result", expr, got)
		}
	}
	for _, tt := range []struct {
		cond string
		want bool
	}{
		{`$byte == 7`, true}, {`$byte != 7`, false}, {`$byte + 1 > 7`, true}, {`$byte < $double`, false}, {`$byte == 7.0`, true},
		{`$byte == '7'`, true}, {`$byte <= $text`, false}, {`$byte / $zero == 1`, false}, {`$long >= $int`, true}, {`$missing > 0`, false},
	} {
		if got := render("integers", "#if("+tt.cond+")true#{else}false#end", vars); got != fmt.Sprint(tt.want) {
			t.Errorf("%s is %s, want %v", tt.cond, got, tt.want)
		}
	}
}

// A teller prints one of its calls itself.
type teller struct{ thing }

func (*teller) AppendCall(dst []byte, name string, args []vtl.Value) ([]byte, bool, error) {
	switch name {
	case "tell":
		return append(dst, "told "+args[0].Text()...), true, nil
	case "fail":
		return dst, false, errThing
	}
	return dst, false, nil
}

func TestHostsCanPrintCalls(t *testing.T) {
	for _, tt := range []struct{ template, want string }{
		{`$h.tell('a')$h.tell("b$x")`, "told atold bx"},
		{`$h.count(1, 2) [$h.other()] \$h.tell(1)`, `2 [] $h.tell(1)`},
		{`#set($l = [])$h.count($l.add('once')) $l`, `1 [once]`},
		{`#set($v = $h.tell('a'))[$v]`, `[]`},
		{`$h.tell($missing.x)`, "told "},
	} {
		vars := vtl.Variables{"h": vtl.Object(&teller{}), "x": vtl.String("x")}
		if got := render("teller", tt.template, vars); got != tt.want {
			t.Errorf("%q gives %q, want %q", tt.template, got, tt.want)
		}
	}
	env := &vtl.Env{Scope: vtl.Variables{"h": vtl.Object(&teller{})}}
	_, err := mustParse(t, "a\n $h.fail(1)").AppendTo(nil, env)
	if want := "test:2:5: no such key in $h.fail(1)"; err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
	env.Limits.Output = 10
	_, err = mustParse(t, "$h.tell('"+strings.Repeat("x", 20)+"')").AppendTo(nil, env)
	if err == nil || !strings.Contains(err.Error(), "10 bytes of output") {
		t.Errorf("got %v, want the limit of output", err)
	}
}
