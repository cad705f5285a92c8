package openapi

import (
	"net/url"
	"strconv"
	"strings"
)

// maxHops is how many references may lead from one to the next. Chosen.
const maxHops = 32

// follow returns what a $ref leads to, and n itself if it is none. It returns
// nil for a reference that leads nowhere, and says so.
func (r *reader) follow(n *node) *node {
	at := n
	for range maxHops {
		ref := at.get("$ref")
		if !ref.is(text) {
			return at
		}
		target := r.target(ref.text)
		if target == nil {
			r.fail(ref, "Unable to resolve reference '%s'", clip(ref.text))
			return nil
		}
		at = target
	}
	r.fail(n, "Unable to resolve reference '%s': it leads back to itself", clip(n.get("$ref").scalar()))
	return nil
}

// target returns what a local reference names, or nil.
//
// See RFC 6901, section 6.
func (r *reader) target(ref string) *node {
	path, ok := strings.CutPrefix(ref, "#/")
	if !ok {
		return nil
	}
	n := r.root
	for segment := range strings.SplitSeq(path, "/") {
		if s, err := url.PathUnescape(segment); err == nil {
			segment = s
		}
		segment = strings.NewReplacer("~1", "/", "~0", "~").Replace(segment)
		next := n.get(segment)
		if next == nil {
			if i, err := strconv.Atoi(segment); err == nil && i >= 0 && i < len(n.list()) {
				next = n.items[i]
			}
		}
		if next == nil {
			return nil
		}
		n = next
	}
	return n
}
