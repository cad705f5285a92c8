package vtl_test

import (
	"fmt"
	"strings"
	"testing"

	"postern/internal/lang/vtl"
)

var roleNames = map[vtl.Role]string{
	vtl.Printed: "printed", vtl.Read: "read", vtl.Tested: "tested", vtl.Assigned: "assigned", vtl.Looped: "looped",
	vtl.Defined: "defined", vtl.Untrue: "untrue", vtl.Failing: "failing", vtl.Word: "word", vtl.Computed: "computed",
}

func TestWalkShowsEveryPart(t *testing.T) {
	for _, tt := range []struct{ text, want string }{
		{"a $x.y('k', 1)[0] b", "printed x 2 .y(k,?)@5 [?]@14"},
		{`\\$x`, "printed x 2"},
		{`$$x`, "printed x 1"},
		{`\$x`, ""},
		{"#set($a.b = $c + 1)", "computed 15|read c 12|assigned a 5 .b@8"},
		{"#if($a && !$b || $c == 1)$d#else$e#end", "tested a 4|tested b 11|read c 17|printed d 25|printed e 32"},
		{`#if("$x")#end`, "untrue 4|printed x 5"},
		{"#foreach($i in $list)$i#end", "read list 15|looped i 0|printed i 21"},
		{"#define($b)$x#end$b", "defined b 0|printed x 11|printed b 17"},
		{"#parse('x')", "failing 0"},
		{"#macro(m $a)x#end#m(1) #pk #{pq} #evaluate('$x')", "word macro 0|word m 17|word pk 23|word pq 27|word evaluate 33"},
		{"$f.g(\"$h\", [$i, {'k' : $j}, [1..$k]])", "printed h 6|read i 12|read j 23|read k 32|printed f 0 .g(?,?)@3"},
		{`$f.g("$.a", "b $c")`, "printed c 15|printed f 0 .g($.a,?)@3"},
		{"#if(1 + $x)#end", "computed 6|untrue 6|read x 8"},
	} {
		tmpl, err := vtl.Parse("t", tt.text)
		if err != nil {
			t.Errorf("%s: %v", tt.text, err)
			continue
		}
		var got []string
		tmpl.Walk(func(p vtl.Part) {
			line := roleNames[p.Role]
			if p.Name != "" {
				line += " " + p.Name
			}
			line += fmt.Sprint(" ", p.Offset)
			for _, s := range p.Steps {
				var args []string
				for _, a := range s.Args {
					if !a.Literal {
						a.Text = "?"
					}
					args = append(args, a.Text)
				}
				switch s.Kind {
				case vtl.Property:
					line += fmt.Sprintf(" .%s@%d", s.Name, s.Offset)
				case vtl.Method:
					line += fmt.Sprintf(" .%s(%s)@%d", s.Name, strings.Join(args, ","), s.Offset)
				case vtl.Index:
					line += fmt.Sprintf(" [%s]@%d", strings.Join(args, ","), s.Offset)
				}
			}
			got = append(got, line)
		})
		if g := strings.Join(got, "|"); g != tt.want {
			t.Errorf("%s\n got %s\nwant %s", tt.text, g, tt.want)
		}
	}
}

func TestWalkEveryCase(t *testing.T) {
	for _, c := range readCases(t) {
		tmpl, err := vtl.Parse(c.ID, c.Template)
		if err != nil {
			continue
		}
		tmpl.Walk(func(p vtl.Part) {
			if p.Offset < 0 || p.Offset > len(c.Template) || roleNames[p.Role] == "" {
				t.Errorf("%s: %+v", c.ID, p)
			}
			if line, column := vtl.Position(c.Template, p.Offset); line < 1 || column < 1 {
				t.Errorf("%s: %+v stands at %d:%d", c.ID, p, line, column)
			}
		})
	}
}
