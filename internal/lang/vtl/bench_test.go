package vtl_test

import (
	"fmt"
	"testing"

	"postern/internal/lang/vtl"
)

// A gatewayInput is a host in the manner of $input.
type gatewayInput struct{ params *vtl.Map }

func (in *gatewayInput) Property(name string) (vtl.Value, bool) {
	if name == "body" {
		return vtl.String(`{"id": 7}`), true
	}
	return vtl.Null, false
}

func (in *gatewayInput) Call(name string, args []vtl.Value) (vtl.Value, bool, error) {
	switch {
	case name == "params" && len(args) == 0:
		return in.params.Value(), true, nil
	case name == "params" && len(args) == 1:
		key, _ := args[0].AsString()
		v, ok := in.params.Get(key)
		return v, ok, nil
	case name == "json":
		return vtl.String(`{"id":7}`), true, nil
	}
	return vtl.Null, false, nil
}

func (in *gatewayInput) AppendTo(dst []byte) []byte { return dst }

// A benchmark is a template and how much it may allocate.
type benchmark struct {
	name     string
	template string
	allocs   float64 // at most, per rendering
}

var benchmarks = []benchmark{
	{"cors-mock", `#set($context.header.Access-Control-Allow-Origin = "*")
#set($origin = $input.params("origin"))
#if($origin == "https://example.com" || $origin == "https://www.example.com")
#set($context.header.Access-Control-Allow-Origin = $origin)
#end
{"statusCode": 200}`, 0},
	{"all-params", `#set($allParams = $input.params())
{
"body-json" : $input.json('$'),
"params" : {
#foreach($type in $allParams.keySet())
    #set($params = $allParams.get($type))
"$type" : {
    #foreach($paramName in $params.keySet())
    "$paramName" : "$params.get($paramName).replaceAll("\\'","'")"
        #if($foreach.hasNext),#end
    #end
}
    #if($foreach.hasNext),#end
#end
},
"context" : {"stage" : "$context.stage", "source-ip" : "$context.identity.sourceIp"}
}`, 1},
	{"loop-1000", `[#foreach($i in [1..1000])#if($i % 2 == 0){"n": $i, "next": "#set($j = $i + 1)$j"}#{else}$foreach.index#end#if($foreach.hasNext),#end#end]`, 1},
	{"list-of-objects", `#set($items = $list)[
#foreach($item in $items)
  {"id": "$item.id", "name": "$item.name.toUpperCase()", "tags": [#foreach($t in $item.tags)"$t"#if($foreach.hasNext),#end#end]}#if($foreach.hasNext),#end

#end
]`, 110},
}

// Variable makes $input, $context and $list.
func (b *benchmark) scope() vtl.Variables {
	params := vtl.NewMap(vtl.Ordered)
	for _, kind := range []string{"path", "querystring", "header"} {
		m := vtl.NewMap(vtl.Ordered)
		for i := range 5 {
			m.Put(fmt.Sprintf("%s-%d", kind, i), vtl.String("it's a value"))
		}
		params.Put(kind, m.Value())
	}
	params.Put("origin", vtl.String("https://www.example.com"))
	if b.name == "all-params" {
		params.Delete("origin")
	}
	context := vtl.NewMap(vtl.Hashed | vtl.Silent)
	context.Put("stage", vtl.String("prod"))
	context.Put("header", vtl.NewMap(vtl.Hashed).Value())
	identity := vtl.NewMap(vtl.Hashed | vtl.Silent)
	identity.Put("sourceIp", vtl.String("192.0.2.1"))
	context.Put("identity", identity.Value())
	list := vtl.NewJSONList()
	for i := range 100 {
		m := vtl.NewMap(vtl.Ordered)
		m.Put("id", vtl.Int(int32(i)))
		m.Put("name", vtl.String(fmt.Sprintf("name %d", i)))
		m.Put("tags", vtl.NewJSONList(vtl.String("a"), vtl.String("b"), vtl.String("c")).Value())
		list.Append(m.Value())
	}
	return vtl.Variables{
		"input":   vtl.Object(&gatewayInput{params}),
		"context": context.Value(),
		"list":    list.Value(),
	}
}

func BenchmarkRender(b *testing.B) {
	for _, bm := range benchmarks {
		b.Run(bm.name, func(b *testing.B) {
			tmpl, err := vtl.Parse(bm.name, bm.template)
			if err != nil {
				b.Fatal(err)
			}
			env := &vtl.Env{Scope: bm.scope()}
			var out []byte
			b.ReportAllocs()
			for b.Loop() {
				if out, err = tmpl.AppendTo(out[:0], env); err != nil {
					b.Fatal(err)
				}
			}
			b.SetBytes(int64(len(out)))
		})
	}
}

func BenchmarkParse(b *testing.B) {
	for _, bm := range benchmarks {
		b.Run(bm.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := vtl.Parse(bm.name, bm.template); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func TestRenderingAllocatesLittle(t *testing.T) {
	for _, bm := range benchmarks {
		tmpl, err := vtl.Parse(bm.name, bm.template)
		if err != nil {
			t.Fatal(err)
		}
		env := &vtl.Env{Scope: bm.scope()}
		var out []byte
		render := func() {
			if out, err = tmpl.AppendTo(out[:0], env); err != nil {
				t.Fatal(err)
			}
		}
		render() // makes room
		if got := testing.AllocsPerRun(20, render); got > bm.allocs {
			t.Errorf("%s: %v allocations, want %v at most", bm.name, got, bm.allocs)
		}
	}
}
