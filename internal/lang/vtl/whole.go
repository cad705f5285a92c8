package vtl

import "math"

// This file computes with integers of up to 64 bits without making values of
// the steps between: 1,000 rounds of seven operations take 0.1 ms instead of
// 0.8 ms. What is more than that, or no integer, is left to mathNode.eval; since
// such expressions have no effects, trying them first does no harm.

// An operand is a side of an operation: a variable, a literal or an operation.
type operand struct {
	node *mathNode // nil for a variable or a literal
	slot int       // of the variable; -1 for a literal
	num  int64     // the literal
	kind Kind      // of the literal
}

// wholeOperand returns x as an operand, if it is made of variables, literals
// and operations only.
func wholeOperand(x expr) (operand, bool) {
	switch x := x.(type) {
	case *constNode:
		if x.v.kind == KindInt || x.v.kind == KindLong {
			return operand{slot: -1, num: int64(x.v.num), kind: x.v.kind}, true
		}
	case *reference:
		if x.slot >= 0 && len(x.steps) == 0 {
			return operand{slot: x.slot}, true
		}
	case *parenNode:
		return wholeOperand(x.x)
	case *mathNode:
		return operand{node: x}, x.whole
	}
	return operand{}, false
}

// settle looks whether n is an integer operation for a variable.
func (n *setNode) settle() {
	o, whole := wholeOperand(n.value)
	t := n.target
	if whole && o.node != nil && t.plain && t.computable && t.slot >= 0 && len(t.steps) == 0 {
		n.whole = o.node
	}
}

// storeWhole is store for an integer: it writes only what is not there already.
func (e *Env) storeWhole(slot int, i int64, k Kind) {
	if slot < 0 {
		return
	}
	s := &e.slots[slot]
	if s.v.ref != nil {
		s.v.ref = nil
	}
	s.v.kind, s.v.num, s.state = k, uint64(i), set
}

// wholePair is wholeOperand for two sides, which are tried by what they belong
// to from now on.
func wholePair(left, right expr) (sides [2]operand, ok bool) {
	l, ok := wholeOperand(left)
	r, okay := wholeOperand(right)
	return [2]operand{l, r}, ok && okay
}

// long returns the integer that o is, and its kind, or KindNull.
func (o *operand) long(e *Env) (int64, Kind) {
	if o.node != nil {
		return o.node.long(e)
	}
	if o.slot < 0 {
		return o.num, o.kind
	}
	v := &e.slots[o.slot].v
	if v.kind == KindInt || v.kind == KindLong {
		return int64(v.num), v.kind
	}
	return 0, KindNull
}

// long computes n if the operands and the result fit into 64 bits. Its kind is
// KindNull if not.
func (n *mathNode) long(e *Env) (int64, Kind) {
	x, kind := n.sides[0].long(e)
	if kind == KindNull {
		return 0, KindNull
	}
	y, other := n.sides[1].long(e)
	if other == KindNull {
		return 0, KindNull
	}
	kind = max(kind, other)
	var z int64
	switch n.op {
	case tokPlus:
		z = x + y
		if (z^x)&(z^y) < 0 {
			return 0, KindNull
		}
	case tokMinus:
		z = x - y
		if (x^y)&(z^x) < 0 {
			return 0, KindNull
		}
	case tokTimes:
		if kind != KindInt { // two of 32 bits always fit
			return 0, KindNull
		}
		z = x * y
	default:
		if y == 0 || y == -1 || kind != KindInt {
			return 0, KindNull
		}
		// Division of 32 bits is the faster one.
		if n.op == tokDivide {
			z = int64(int32(x) / int32(y))
		} else {
			z = int64(int32(x) % int32(y))
		}
	}
	if kind == KindInt && (z > math.MaxInt32 || z < math.MinInt32) {
		kind = KindLong
	}
	return z, kind
}
