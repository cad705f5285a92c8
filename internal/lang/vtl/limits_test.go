package vtl_test

import (
	"errors"
	"strings"
	"testing"

	"postern/internal/lang/vtl"
)

func TestRunawayTemplatesEnd(t *testing.T) {
	const doubling = `#foreach($i in [1..40])#set($s = "$s$s")#end`
	const tree = `#set($l = 0)#foreach($i in [1..60])#set($l = [$l, $l])#end`
	for _, tt := range []struct {
		name, template string
		limits         vtl.Limits
	}{
		{"output", `#foreach($i in [1..900])#foreach($j in [1..900])0123456789#end#end`, vtl.Limits{Output: 1000}},
		{"steps", `#foreach($i in [1..900])#foreach($j in [1..900])#end#end`, vtl.Limits{Steps: 1000}},
		{"string", `#set($s = 'ab')` + doubling, vtl.Limits{Text: 1000}},
		{"string by concat", `#set($s = 'ab')#foreach($i in [1..40])#set($s = $s + $s)#end`, vtl.Limits{Text: 1000}},
		{"string by replace", `#set($s = 'aaaaaaaaaa')#foreach($i in [1..9])#set($s = $s.replace('a', $s))#end`, vtl.Limits{Text: 1000}},
		{"string by replaceAll", `#set($s = 'aaaaaaaaaa')#foreach($i in [1..9])#set($s = $s.replaceAll('[a]', $s))#end`, vtl.Limits{Text: 1000}},
		{"string by format", `#set($s = '')$s.format('%1000000000s', 'a')`, vtl.Limits{}},
		{"memory", `#foreach($i in [1..900])#set($l = [1..900])#end`, vtl.Limits{Memory: 100_000}},
		{"range", `#set($l = [1..2000000000])`, vtl.Limits{}},
		{"range over all integers", `#set($l = [-2147483648..2147483647])`, vtl.Limits{}},
		{"list", `#set($l = [])#foreach($i in [1..100])#set($x = $l.add($i))#end`, vtl.Limits{Elements: 50}},
		{"list by itself", `#set($l = [1, 2])#foreach($i in [1..100])#set($x = $l.addAll($l))#end`, vtl.Limits{}},
		{"map", `#set($m = {})#foreach($i in [1..100])#set($m["k$i"] = $i)#end`, vtl.Limits{Elements: 50}},
		{"printing a tree", tree + `$l`, vtl.Limits{}},
		{"comparing trees", tree + `#set($k = $l)` + tree + `#if($k == $l)x#end`, vtl.Limits{Steps: 100_000}},
		{"a list in itself", `#set($l = [1])#set($k = [$l])#set($x = $l.add($k))$l`, vtl.Limits{}},
		{"number", `#set($n = 12345678901234567890)#foreach($i in [1..60])#set($n = $n * $n)#end`, vtl.Limits{}},
		{"power", `#set($n = 12345678901234567890)$n.pow(2000000000)`, vtl.Limits{}},
		{"blocks that print blocks", blocks(600), vtl.Limits{}},
		{"pattern", `#set($s = '')#foreach($i in [1..60])#set($s = "a$s")#end$s.matches('(a+)+b')$s.matches('(a|aa)+b')`, vtl.Limits{}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			tmpl, err := vtl.Parse(tt.name, tt.template)
			if err != nil {
				t.Fatal(err)
			}
			out, err := tmpl.AppendTo(nil, &vtl.Env{Limits: tt.limits})
			if err == nil {
				t.Fatalf("%s\ngives %d bytes, want an error", tt.template, len(out))
			}
			var e *vtl.Error
			if !errors.As(err, &e) || e.Line != 1 {
				t.Errorf("%v: want an *Error with a place", err)
			}
			if tt.name != "printing a tree" && tt.name != "a list in itself" && !errors.Is(err, vtl.ErrLimit) {
				t.Errorf("%v: want ErrLimit as the cause", err)
			}
		})
	}
}

// blocks makes n blocks, each of which prints the next.
func blocks(n int) string {
	var b strings.Builder
	b.WriteString("#define($b0)x#end")
	for i := 1; i < n; i++ {
		b.WriteString("#define($b")
		b.WriteString(number(i))
		b.WriteString(")$b")
		b.WriteString(number(i - 1))
		b.WriteString("#end")
	}
	return b.String() + "$b" + number(n-1)
}

func number(i int) string { return vtl.Int(int32(i)).Text() }

func TestDeepNestingIsRefused(t *testing.T) {
	const n = 100_000
	for _, tt := range []struct{ open, inner, close string }{
		{"#if(true)", "x", "#end"},
		{"(", "1", ")"},
		{"[", "1", "]"},
		{"{1:", "1", "}"},
		{"!", "true", ""},
		{"$x.y(", "1", ")"},
		{"$x[", "1", "]"},
	} {
		text := strings.Repeat(tt.open, n) + tt.inner + strings.Repeat(tt.close, n)
		if tt.inner != "x" {
			text = "#set($v = " + text + ")"
		}
		_, err := vtl.Parse("deep", text)
		var e *vtl.Error
		if !errors.As(err, &e) || !strings.Contains(e.Message, "levels of nesting") {
			t.Errorf("%s nested %d times: got %.80v, want a message about nesting", tt.open, n, err)
		}
		text = strings.Repeat(tt.open, 60) + tt.inner + strings.Repeat(tt.close, 60)
		if tt.inner != "x" {
			text = "#set($v = " + text + ")"
		}
		if _, err := vtl.Parse("less deep", text); err != nil {
			t.Errorf("%s nested 60 times: %v", tt.open, err)
		}
	}
}

func TestLoopsEndQuietly(t *testing.T) {
	tmpl, err := vtl.Parse("loops", `#foreach($i in [1..1500])#set($n = $i)#if($foreach.last)never#end#end$n`)
	if err != nil {
		t.Fatal(err)
	}
	env := &vtl.Env{}
	out, err := tmpl.AppendTo([]byte("> "), env)
	if err != nil || string(out) != "> 1000" || env.LoopsCut() != 1 {
		t.Errorf("got %q, %v, %d loops cut; want \"> 1000\" and one", out, err, env.LoopsCut())
	}
}
