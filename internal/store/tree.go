package store

import (
	"iter"
	"slices"
	"sort"
	"strings"
)

// A tree is a B+ tree of items in the order of their keys. It never changes:
// an edit makes the next tree and shares every node it did not touch, so that a
// reader of the old one is not disturbed. The nil root is the empty tree.
type tree struct {
	root *node
}

// nodeSize is the number of items of a leaf, or children of an inner node, at
// which it is split. Two neighbours that would fit into half of it are merged.
const nodeSize = 64

// A node is a leaf with items, or an inner node with one separator less than
// children: every key below children[i+1] is at least seps[i], and every key
// below children[i] is less.
type node struct {
	owner    *token // the edit that may change the node in place
	items    []Item
	seps     []string
	children []*node
}

type token struct{ _ byte }

func (n *node) leaf() bool { return n.children == nil }

func (n *node) len() int {
	if n.leaf() {
		return len(n.items)
	}
	return len(n.children)
}

// child returns the index of the child that key belongs to.
func (n *node) child(key string) int {
	return sort.Search(len(n.seps), func(i int) bool { return n.seps[i] > key })
}

// find returns the index of the first item that is not less than key.
func (n *node) find(key string) (int, bool) {
	return slices.BinarySearchFunc(n.items, key, func(it Item, key string) int {
		return strings.Compare(it.Key, key)
	})
}

func (t tree) get(key string) (Item, bool) {
	n := t.root
	if n == nil {
		return Item{}, false
	}
	for !n.leaf() {
		n = n.children[n.child(key)]
	}
	if i, ok := n.find(key); ok {
		return n.items[i], true
	}
	return Item{}, false
}

// scan yields the items under prefix after the key after.
func (t tree) scan(prefix, after string) iter.Seq[Item] {
	from := scanFrom(prefix, after)
	return func(yield func(Item) bool) {
		if t.root == nil {
			return
		}
		t.root.ascend(from, func(it Item) bool {
			return strings.HasPrefix(it.Key, prefix) && yield(it)
		})
	}
}

// scanFrom returns the least key a scan may yield. No key has a NUL byte, so
// after and a NUL stand right behind after.
func scanFrom(prefix, after string) string {
	if after == "" {
		return prefix
	}
	return max(prefix, after+"\x00")
}

func (n *node) ascend(from string, yield func(Item) bool) bool {
	if n.leaf() {
		i, _ := n.find(from)
		for _, it := range n.items[i:] {
			if !yield(it) {
				return false
			}
		}
		return true
	}
	i := n.child(from)
	if !n.children[i].ascend(from, yield) {
		return false
	}
	for _, c := range n.children[i+1:] {
		if !c.ascend("", yield) {
			return false
		}
	}
	return true
}

// An edit changes a tree. Nodes it made itself it changes in place.
type edit struct {
	tree
	owner *token
}

func (t tree) edit() *edit { return &edit{tree: t, owner: new(token)} }

// own returns n, or a copy of it that the edit may change.
func (e *edit) own(n *node) *node {
	if n.owner == e.owner {
		return n
	}
	return &node{
		owner:    e.owner,
		items:    slices.Clone(n.items),
		seps:     slices.Clone(n.seps),
		children: slices.Clone(n.children),
	}
}

func (e *edit) put(it Item) {
	if e.root == nil {
		e.root = &node{owner: e.owner, items: []Item{it}}
		return
	}
	left, sep, right := e.putBelow(e.root, it)
	e.root = left
	if right != nil {
		e.root = &node{owner: e.owner, seps: []string{sep}, children: []*node{left, right}}
	}
}

// putBelow returns what takes the place of n: one node, or two and what
// separates them.
func (e *edit) putBelow(n *node, it Item) (left *node, sep string, right *node) {
	n = e.own(n)
	if n.leaf() {
		i, found := n.find(it.Key)
		if found {
			n.items[i] = it
			return n, "", nil
		}
		n.items = slices.Insert(n.items, i, it)
	} else {
		i := n.child(it.Key)
		l, s, r := e.putBelow(n.children[i], it)
		n.children[i] = l
		if r != nil {
			n.seps = slices.Insert(n.seps, i, s)
			n.children = slices.Insert(n.children, i+1, r)
		}
	}
	if n.len() <= nodeSize {
		return n, "", nil
	}
	sep, right = e.split(n)
	return n, sep, right
}

func (e *edit) split(n *node) (sep string, right *node) {
	at := n.len() / 2
	right = &node{owner: e.owner}
	if n.leaf() {
		right.items = slices.Clone(n.items[at:])
		clear(n.items[at:])
		n.items = n.items[:at]
		return right.items[0].Key, right
	}
	sep = n.seps[at-1]
	right.seps = slices.Clone(n.seps[at:])
	right.children = slices.Clone(n.children[at:])
	clear(n.seps[at-1:])
	clear(n.children[at:])
	n.seps, n.children = n.seps[:at-1], n.children[:at]
	return sep, right
}

// delete removes key and reports whether it was there.
func (e *edit) delete(key string) bool {
	if _, ok := e.get(key); !ok {
		return false
	}
	e.root = e.deleteBelow(e.root, key)
	for e.root != nil && !e.root.leaf() && len(e.root.children) == 1 {
		e.root = e.root.children[0]
	}
	return true
}

// deleteBelow returns what takes the place of n, or nil if nothing is left.
func (e *edit) deleteBelow(n *node, key string) *node {
	n = e.own(n)
	if n.leaf() {
		i, _ := n.find(key)
		n.items = slices.Delete(n.items, i, i+1)
		if len(n.items) == 0 {
			return nil
		}
		return n
	}
	i := n.child(key)
	c := e.deleteBelow(n.children[i], key)
	if c == nil {
		n.children = slices.Delete(n.children, i, i+1)
		if len(n.children) == 0 {
			return nil
		}
		at := max(i-1, 0)
		n.seps = slices.Delete(n.seps, at, at+1)
		return n
	}
	n.children[i] = c
	if i > 0 && e.merge(n, i-1) {
		return n
	}
	if i+1 < len(n.children) {
		e.merge(n, i)
	}
	return n
}

// merge joins the children i and i+1 of n if they are small together.
func (e *edit) merge(n *node, i int) bool {
	left, right := n.children[i], n.children[i+1]
	if left.len()+right.len() > nodeSize/2 {
		return false
	}
	left = e.own(left)
	if left.leaf() {
		left.items = append(left.items, right.items...)
	} else {
		left.seps = append(append(left.seps, n.seps[i]), right.seps...)
		left.children = append(left.children, right.children...)
	}
	n.children[i] = left
	n.seps = slices.Delete(n.seps, i, i+1)
	n.children = slices.Delete(n.children, i+1, i+2)
	return true
}
