package mapping

import (
	"testing"

	"postern/internal/message"
)

// Printing goes down into a document without making maps of what is on the way.
// What a template has changed, or could have, must be seen all the same.
func TestChangesOfADocumentAreSeen(t *testing.T) {
	const body = `{"a":{"b":{"c":1,"n":null,"t":"x\ty","l":[{"k":"v"}]}},"s":"text","f":1.50,"o":{}}`
	for _, tt := range []struct{ template, want string }{
		{`$r.a.b.c $r.a.b.t $r.s $r.f`, "1 x\ty text 1.5"},
		{`[$r.a.b.n][$r.a.x.y][$r.s.x][$r.missing][$r.a.b.c.x]`, "[][][][][]"},
		{`$r.s.empty $r.a.b.t.empty $r.a.b.l.empty`, "false false false"},
		{`$r.a.b.l $r.a.b.l[0].k $r.o`, `[{"k":"v"}] v {}`},
		{`#set($r.a.b.c = 2)$r.a.b.c $r.a.b.t $r.a`, "2 x\ty {b={c=2, n=null, t=x\ty, l=[{\"k\":\"v\"}]}}"},
		{`#set($x = $r.a)#set($x.b = 'new')$r.a.b [$r.a.b.c]`, "new []"},
		{`#set($x = $r.a.b)$x.remove('c') [$r.a.b.c] $r.a.b.t`, "1 [] x\ty"},
		{`#set($r.s = {'x' : 'y'})$r.s.x $r.a.b.c`, "y 1"},
		{`#set($x = $r.put('a', 'gone'))[$r.a.b.c]`, "[]"},
		{`#foreach($e in $r.entrySet())#set($e.value = 0)#end$r.a [$r.a.b]`, "0 []"},
		{`$r.a.b.l[0].put('k', 'w')$r.a.b.l[0].k $r.a.b.l`, `vw [{"k":"w"}]`},
		{`#set($q = $input.path('$'))#set($q.a.b.c = 3)$r.a.b.c $r`, "3 {a={b={c=3, n=null, t=x\ty, l=[{\"k\":\"v\"}]}}, s=text, f=1.5, o={}}"},
		{`#set($q = $input.path('$.a'))#set($q.b.c = 3)$q.b.c $r.a.b.c`, "3 1"},
		{`#set($x = $r.a.b)#set($y = $x.remove('c'))$r.a $r`, "{b={n=null, t=x\ty, l=[{\"k\":\"v\"}]}} {a={b={n=null, t=x\ty, l=[{\"k\":\"v\"}]}}, s=text, f=1.5, o={}}"},
		{`#set($x = $r.a.b.l)#set($y = $x.add(1))$r.a.b.l`, `[{"k":"v"},1]`},
		{`$context.authorizer.scope [$context.authorizer.other][$context.authorizer.scope.x] $context.authorizer.claims.sub`, "all [][] me"},
		{`#set($context.authorizer.scope = 'none')$context.authorizer.scope $context.authorizer.claims.sub $context.authorizer.principalId`, "none me text"},
		{`$context.identity.sourceIp [$context.identity.nobody][$context.nobody.x]`, "192.0.2.1 [][]"},
		{`#set($context.identity.sourceIp = 'me')$context.identity.sourceIp`, "me"},
		{`#set($context.stage = 'other')$context.stage $context.identity.sourceIp`, "other 192.0.2.1"},
		{`#set($i = $context.identity)$i.put('sourceIp', 'me')$context.identity.sourceIp`, "192.0.2.1me"},
		{`#set($context.responseOverride.header.X = 'y')$context.responseOverride.header.X`, "y"},
	} {
		s := &Scope{}
		s.Context.Identity.SourceIP = "192.0.2.1"
		s.Context.Authorizer = Authorizer{
			Present: true,
			Context: []Value{{"scope", "all"}, {"principalId", "text"}},
			Claims:  []Value{{"sub", "me"}},
		}
		s.SetRequestBody([]byte(body))
		got, err := render(t, s, `#set($r = $input.path('$'))$context.nothing;`+tt.template)
		if err != nil || got != ";"+tt.want {
			t.Errorf("%s\n got %q, %v\nwant %q", tt.template, got, err, tt.want)
		}
	}
}

// Loops over a list of a document go by places until something in it changes.
// The same templates must give the same where that has happened before.
func TestLoopsOverADocumentSeeItsChanges(t *testing.T) {
	const body = `{"a":{"l":[{"k":"v","n":[1,2]},{"n":[3],"k":"w"},{"k":"x","k":"y","n":[]},{"\u006b":"z"}]},"s":["a","b","c\n",null,1.50,true,[7]]}`
	for _, tt := range []struct{ template, want string }{
		{`#foreach($e in $r.a.l)$e.k#foreach($i in $e.n)($i)#end#if($foreach.hasNext),#end#end`, "v(1)(2),w(3),y,z"},
		{`#foreach($e in $r.s)$e|#end`, "a|b|c\n||1.5|true|[7]|"},
		{`#foreach($e in $r.s)$e.empty;#end`, "false;false;false;;;;false;"},
		{`#foreach($e in $r.a.l)#set($e.k = $foreach.count)$e.k#end $r.a.l`, `1234 [{"k":1,"n":[1,2]},{"n":[3],"k":2},{"k":3,"n":[]},{"k":4}]`},
		{`#foreach($e in $r.a.l)#if($foreach.first)#set($x = $r.a.l.set(1, {'k' : 'new'}))#end$e.k#end`, "vnewyz"},
		{`#foreach($e in $r.s)$e#if($foreach.index == 5)#set($x = $r.s.remove(0))#end#end`, "abc\n1.5true"},
		{`#foreach($e in $r.s)#set($keep = $e)#end$keep $r.s`, `[7] ["a","b","c\n",null,1.5,true,[7]]`},
		{`#foreach($e in $r.s)#set($keep = $e)#end$keep.add(8) $r.s[6]`, "true [7,8]"},
		{`#foreach($e in $r.a.l)#foreach($e in $e.n)$e#end$e.k#end[$e]`, "12v3wyz[]"},
		{`#foreach($i in [1, 2])#foreach($e in $r.a.l)#set($x = $e.put('c', $i))$e.c#end#end`, "11112222"},
		{`#foreach($e in $r.a.l)$velocityCount#if($velocityHasNext)-#end#end`, "1-2-3-4"},
		{`#set($b = $r.a)#set($l = $b.l)#set($x = $l.get(0).put('k', 'new'))$r.a.l[0].k $b`, `new {l=[{"k":"new","n":[1,2]},{"n":[3],"k":"w"},{"k":"y","n":[]},{"k":"z"}]}`},
		{`#foreach($e in $r.a.l)#set($x = $e.put('k', $foreach.count))#end#foreach($e in $r.a.l)$e.k#end $r.a.l[0].n[1] $r.s[0]`, "1234 2 a"},
		{`#set($x = $r.a.l[1].n.add(9))#foreach($e in $r.a.l)#foreach($i in $e.n)$i#end;#end`, "12;39;;;"},
		{`#foreach($e in $r.a.l)#foreach($i in $e.n)$i#if($foreach.first)#set($x = $r.a.l[3].put('n', [5]))#end#end;#end`, "12;3;;5;"},
		{`#set($x = $r.a.l.subList(0, 2).set(0, {'k' : 'sub'}))#foreach($e in $r.a.l)$e.k#end`, "subwyz"},
		{`#foreach($e in $r.a.missing)x#end#foreach($e in $r.a)$e.size()#end`, "4"},
	} {
		for _, before := range []string{"", `#set($r.zz = 1)#set($x = $r.remove('zz'))`} {
			s := &Scope{}
			s.SetRequestBody([]byte(body))
			got, err := render(t, s, `#set($r = $input.path('$'))`+before+tt.template)
			if err != nil || got != tt.want {
				t.Errorf("%s%s\n got %q, %v\nwant %q", before, tt.template, got, err, tt.want)
			}
		}
	}
	const changing = `#foreach($e in $r.s)#if($foreach.first)#set($x = $r.s.remove(0))#end$e#end`
	for _, before := range []string{"", `#set($r.zz = 1)`} {
		s := &Scope{}
		s.SetRequestBody([]byte(body))
		if got, err := render(t, s, `#set($r = $input.path('$'))`+before+changing); err == nil {
			t.Errorf("a list that loses an element in its loop gives %q, want an error", got)
		}
	}
}

// The response template must not see the maps of the request template's
// $input.params() change under what it was given.
func TestOverridesOutliveTheirTemplate(t *testing.T) {
	s := &Scope{}
	s.Query = message.Pairs{{Name: "page", Value: "2"}}
	first, err := ParseTemplate("request", `#set($context.requestOverride.kept = $input.params().querystring)#set($context.requestOverride.header.A = ['x', 'y'])`+
		`#set($p = $input.params().querystring)#set($p.added = 'z')`)
	if err != nil {
		t.Fatal(err)
	}
	second, err := ParseTemplate("response", `$context.requestOverride.kept.added [$input.params().querystring.added] $context.requestOverride.header.A`)
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if _, err := first.AppendTo(nil, s); err != nil {
			t.Fatal(err)
		}
		s.SetResponse(nil, []byte(`{}`))
		out, err := second.AppendTo(nil, s)
		if want := "z [] [x, y]"; err != nil || string(out) != want {
			t.Errorf("got %q, %v; want %q", out, err, want)
		}
		if got := s.Override.Header; len(got) != 1 || len(got[0].Values) != 2 {
			t.Errorf("the header override is %v", got)
		}
		query := s.Query
		s.Reset()
		if len(s.Override.Header) != 0 {
			t.Errorf("after Reset: %v", s.Override)
		}
		s.Query = query
	}
}
