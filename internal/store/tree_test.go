package store

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// TestTreeIsAnOrderedMap changes a tree and a map alike, and keeps old trees to
// see that no edit disturbs them.
func TestTreeIsAnOrderedMap(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		type version struct {
			tree  tree
			model map[string]string
		}
		versions := []version{{model: map[string]string{}}}
		key := rapid.Custom(func(t *rapid.T) string { return fmt.Sprintf("%x", rapid.IntRange(0, 2000).Draw(t, "key")) })
		for range rapid.IntRange(1, 6).Draw(t, "commits") {
			last := versions[len(versions)-1]
			e, model := last.tree.edit(), maps.Clone(last.model)
			for range rapid.IntRange(0, 3).Draw(t, "stretches") {
				// Stretches of neighbours fill and empty whole nodes.
				first := rapid.IntRange(0, 2000).Draw(t, "first")
				n := rapid.IntRange(1, 400).Draw(t, "length")
				remove := rapid.Bool().Draw(t, "remove")
				for i := range n {
					k := fmt.Sprintf("%x", (first+i)%2000)
					if remove {
						if _, there := model[k]; e.delete(k) != there {
							t.Fatalf("delete(%q): got %v, want %v", k, !there, there)
						}
						delete(model, k)
						continue
					}
					v := fmt.Sprint(len(versions), i)
					e.put(Item{Key: k, Value: []byte(v)})
					model[k] = v
				}
			}
			versions = append(versions, version{e.tree, model})
		}
		prefix, after := key.Draw(t, "prefix")[:1], key.Draw(t, "after")
		for i, v := range versions {
			checkNode(t, v.tree.root, "", "")
			for _, scan := range []struct{ prefix, after string }{{"", ""}, {prefix, ""}, {"", after}, {prefix, after}} {
				var got, want []string
				for it := range v.tree.scan(scan.prefix, scan.after) {
					got = append(got, it.Key+"="+string(it.Value))
				}
				for _, k := range slices.Sorted(maps.Keys(v.model)) {
					if strings.HasPrefix(k, scan.prefix) && (scan.after == "" || k > scan.after) {
						want = append(want, k+"="+v.model[k])
					}
				}
				if !slices.Equal(got, want) {
					t.Fatalf("version %d, scan %+v: got %q, want %q", i, scan, got, want)
				}
			}
			if it, ok := v.tree.get(after); ok != (v.model[after] != "") || string(it.Value) != v.model[after] {
				t.Fatalf("version %d: get(%q): got %q, %v, want %q", i, after, it.Value, ok, v.model[after])
			}
		}
	})
}

// checkNode checks that all keys are in [low, high) and returns the height.
func checkNode(t *rapid.T, n *node, low, high string) int {
	if n == nil {
		return 0
	}
	if n.len() > nodeSize || n.len() == 0 {
		t.Fatalf("node of %d, want 1 to %d", n.len(), nodeSize)
	}
	if n.leaf() {
		for i, it := range n.items {
			if it.Key < low || high != "" && it.Key >= high || i > 0 && it.Key <= n.items[i-1].Key {
				t.Fatalf("key %q is out of order in [%q, %q)", it.Key, low, high)
			}
		}
		return 1
	}
	if len(n.seps) != len(n.children)-1 {
		t.Fatalf("%d separators of %d children", len(n.seps), len(n.children))
	}
	height := 0
	for i, c := range n.children {
		from, to := low, high
		if i > 0 {
			from = n.seps[i-1]
		}
		if i < len(n.seps) {
			to = n.seps[i]
		}
		h := checkNode(t, c, from, to)
		if height != 0 && h != height {
			t.Fatalf("leaves at heights %d and %d", h, height)
		}
		height = h
	}
	return height + 1
}

func BenchmarkTree(b *testing.B) {
	const n = 1_000_000
	e := tree{}.edit()
	for i := range n {
		e.put(Item{Key: fmt.Sprintf("apis/%07d", i*7919%n)})
	}
	b.Run("one change among a million keys", func(b *testing.B) {
		b.ReportAllocs()
		t := e.tree
		for i := 0; b.Loop(); i++ {
			e := t.edit()
			e.put(Item{Key: fmt.Sprintf("apis/%07d", i*7919%n)})
			t = e.tree
		}
	})
	b.Run("a list of a hundred among a million keys", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			count := 0
			for range e.scan("apis/01234", "") {
				count++
			}
			if count != 100 {
				b.Fatal(count)
			}
		}
	})
}
