package cfn

import (
	"fmt"
	"slices"
	"sort"
	"strings"
)

// A graph maps a name to the names it needs.
type graph map[string][]string

// walk returns the names so that each comes after what it needs, and up to limit
// of the circles that a depth-first walk meets.
func (g graph) walk(limit int) (order []string, found [][]string) {
	names := make([]string, 0, len(g))
	for n := range g {
		names = append(names, n)
	}
	sort.Strings(names)
	const (
		unseen = iota
		open
		done
	)
	state := map[string]int{}
	type frame struct {
		name string
		next int
	}
	for _, start := range names {
		if state[start] != unseen {
			continue
		}
		stack := []frame{{start, 0}}
		state[start] = open
		for len(stack) > 0 {
			f := &stack[len(stack)-1]
			needs := g[f.name]
			if f.next == len(needs) {
				state[f.name] = done
				order = append(order, f.name)
				stack = stack[:len(stack)-1]
				continue
			}
			to := needs[f.next]
			f.next++
			if _, ok := g[to]; !ok {
				continue
			}
			switch state[to] {
			case unseen:
				state[to] = open
				stack = append(stack, frame{to, 0})
			case open:
				if len(found) == limit {
					continue
				}
				var circle []string
				for i := len(stack) - 1; ; i-- {
					circle = append(circle, stack[i].name)
					if stack[i].name == to {
						break
					}
				}
				slices.Reverse(circle)
				found = append(found, circle)
			}
		}
	}
	return order, found
}

func showCircle(names []string) string {
	if len(names) > 20 {
		names = append(append(slices.Clone(names[:19]), "…"), names[len(names)-1])
	}
	return strings.Join(append(slices.Clone(names), names[0]), " → ")
}

// circles reports resources that need themselves, whatever the parameters are:
// references in branches of Fn::If and of conditional resources are left to Bind.
func (p *parser) circles() {
	g := graph{}
	for _, r := range p.t.Resources {
		g[r.ID] = nil
	}
	for _, r := range p.t.references {
		if from := p.t.resources[r.From]; from != nil && !r.maybe && from.Condition == "" {
			g[r.From] = append(g[r.From], r.To)
		}
	}
	p.t.reportCircles(p.report, g)
}

func (t *Template) reportCircles(rep *report, g graph) {
	_, found := g.walk(rep.limit)
	for _, circle := range found {
		e := &Error{Message: "needs itself: " + showCircle(circle), Path: []string{"Resources", circle[0]},
			AWS: fmt.Sprintf("Circular dependency between resources: [%s]", strings.Join(circle, ", "))}
		next := circle[0]
		if len(circle) > 1 {
			next = circle[1]
		}
		for _, r := range t.references {
			if r.From == circle[0] && r.To == next {
				e.Position, e.Width, e.Path = r.Position, r.Width, r.Path
				break
			}
		}
		if e.Line == 0 {
			e.Position = t.PositionOf(circle[0])
		}
		rep.add(e)
	}
}
