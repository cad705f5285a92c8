package vtl

import (
	"errors"
	"math"
	"math/big"
	"strconv"
)

// errInterrupted is the result of printing a block that ended with #stop or
// #break; Env.interrupted says which.
var errInterrupted = errors.New("interrupted")

var errNullText = errors.New("found a block that prints itself, which has no text here, expected a value")

// AppendTo appends the printed form of v; null gives nothing. What goes wrong
// in a #define block that is printed here fails its rendering.
func (v Value) AppendTo(dst []byte) []byte {
	p := printer{dst: dst, depth: defaultLimits.Depth}
	if v.kind != KindNull {
		p.value(v)
	}
	return p.dst
}

// AppendJSON appends v as compact JSON; null gives null.
func (v Value) AppendJSON(dst []byte) []byte {
	p := printer{dst: dst, depth: defaultLimits.Depth}
	p.json(v)
	return p.dst
}

// appendValue appends the printed form of v within the limits of e.
func (e *Env) appendValue(dst []byte, v Value) ([]byte, error) {
	p := printer{dst: dst, depth: e.depth, env: e}
	p.value(v)
	return p.dst, p.err
}

// text returns the printed form of v.
func (e *Env) textOf(v Value) (string, error) {
	if v.kind == KindString {
		return v.str(), nil
	}
	b, err := e.appendValue(nil, v)
	if err == nil {
		err = e.text(len(b))
	}
	return string(b), err
}

// join returns the texts of a and b, one after the other.
func (e *Env) join(a, b Value) (Value, error) {
	for _, v := range [...]Value{a, b} {
		if block, ok := v.ref.(*definedBlock); ok && block.isNull(e) {
			return Null, errNullText
		}
	}
	if a.kind == KindString && b.kind == KindString {
		if err := e.text(len(a.str()) + len(b.str())); err != nil {
			return Null, err
		}
		return String(a.str() + b.str()), nil
	}
	var room [64]byte
	out, err := e.appendValue(room[:0], a)
	if err == nil {
		out, err = e.appendValue(out, b)
	}
	if err == nil {
		err = e.text(len(out))
	}
	return String(string(out)), err
}

// A printer prints values.
type printer struct {
	dst   []byte
	depth int  // levels left
	env   *Env // nil outside of a rendering
	err   error
}

// ok reports whether there is more to print, and counts the work.
func (p *printer) ok() bool {
	if p.err != nil {
		return false
	}
	if p.env != nil {
		if len(p.dst) > p.env.max.Text && len(p.dst) > p.env.room {
			p.err = limitError{"one string", p.env.max.Text, "bytes"}
			return false
		}
		p.err = p.env.work(1)
	}
	return p.err == nil
}

// enter goes a level down.
func (p *printer) enter() bool {
	if !p.ok() {
		return false
	}
	if p.depth == 0 {
		p.err = errors.New("found lists and maps nested too deeply, or one that contains itself, expected fewer levels")
		return false
	}
	p.depth--
	return true
}

// value prints v as Java's String.valueOf does: null is "null".
func (p *printer) value(v Value) {
	switch v.kind {
	case KindNull:
		p.dst = append(p.dst, "null"...)
	case KindString:
		p.dst = append(p.dst, v.str()...)
	case KindBool:
		p.dst = strconv.AppendBool(p.dst, v.num != 0)
	case KindByte, KindShort, KindInt, KindLong:
		p.dst = strconv.AppendInt(p.dst, int64(v.num), 10)
	case KindDouble:
		p.dst = appendDouble(p.dst, v.float64(), 64)
	case KindFloat:
		p.dst = appendDouble(p.dst, v.float64(), 32)
	case KindBigInt:
		p.dst = v.ref.(*big.Int).Append(p.dst, 10)
	case KindDecimal:
		p.dst = v.ref.(*decimal).append(p.dst)
	case KindChar:
		p.char(uint16(v.num))
	case KindList:
		p.list(v.ref.(*List))
	case KindMap:
		p.mapText(v.ref.(*Map))
	default:
		p.object(v.ref)
	}
}

func (p *printer) char(u uint16) {
	if p.env != nil && isSurrogate(u) {
		p.env.halves = true
	}
	p.dst = appendUnit(p.dst, u)
}

func (p *printer) list(l *List) {
	if l.json {
		p.json(l.Value())
		return
	}
	if l.array != noArray {
		p.dst = append(p.dst, l.array.text()...)
		return
	}
	if !p.enter() {
		return
	}
	if p.err = l.usable(); p.err != nil {
		return
	}
	p.dst = append(p.dst, '[')
	for i, n := 0, l.Len(); i < n; i++ {
		if i > 0 {
			p.dst = append(p.dst, ", "...)
		}
		p.inner(l.At(i), l)
	}
	p.dst = append(p.dst, ']')
	p.depth++
}

// inner prints v inside of the collection outer.
func (p *printer) inner(v Value, outer any) {
	if !p.ok() {
		return
	}
	if v.ref != nil && v.ref == outer {
		if v.kind == KindMap {
			p.dst = append(p.dst, "(this Map)"...)
		} else {
			p.dst = append(p.dst, "(this Collection)"...)
		}
		return
	}
	p.value(v)
}

func (p *printer) mapText(m *Map) {
	if m.style&Silent != 0 || !p.enter() {
		return
	}
	p.dst = append(p.dst, '{')
	first := true
	m.Range(func(k, v Value) bool {
		if !first {
			p.dst = append(p.dst, ", "...)
		}
		first = false
		p.inner(k, m)
		p.dst = append(p.dst, '=')
		p.inner(v, m)
		return p.ok()
	})
	p.dst = append(p.dst, '}')
	p.depth++
}

func (p *printer) object(ref any) {
	switch o := ref.(type) {
	case *definedBlock:
		p.block(o)
	case *mapView:
		if !p.enter() {
			return
		}
		p.dst = append(p.dst, '[')
		for i := 0; i < o.m.Len(); i++ {
			if i > 0 {
				p.dst = append(p.dst, ", "...)
			}
			p.inner(o.at(i), o)
		}
		p.dst = append(p.dst, ']')
		p.depth++
	case *mapEntry:
		p.value(o.key)
		p.dst = append(p.dst, '=')
		p.inner(o.value(), o)
	case *loop:
		if o.entries == nil {
			p.dst = append(p.dst, "{}"...)
		} else {
			p.mapText(o.entries)
		}
	case *iteratorObject:
		p.dst = append(p.dst, "java.util.Iterator"...)
	case Host:
		p.dst = o.AppendTo(p.dst)
	}
}

func (p *printer) block(b *definedBlock) {
	e := p.env
	if e == nil {
		e = b.env
	}
	if !p.enter() {
		return
	}
	room := e.room
	e.room = len(p.dst) + e.max.Text
	out, f, printed := b.render(e, p.dst)
	e.room = room
	if p.dst = out; !printed {
		p.dst = append(p.dst, "null"...)
	}
	p.depth++
	switch f {
	case failing:
		p.err = e.err
	case breaking, stopping:
		e.interrupted = f
		p.err = errInterrupted
	}
}

// appendDouble appends a number as Java does: the shortest digits that
// identify it, one of them at least after the point, and an exponent outside
// of 10^-3 <= |f| < 10^7.
func appendDouble(dst []byte, f float64, bits int) []byte {
	switch {
	case f != f:
		return append(dst, "NaN"...)
	case math.IsInf(f, 1):
		return append(dst, "Infinity"...)
	case math.IsInf(f, -1):
		return append(dst, "-Infinity"...)
	case f == 0:
		if math.Signbit(f) {
			dst = append(dst, '-')
		}
		return append(dst, "0.0"...)
	}
	if a := math.Abs(f); a >= 1e-3 && a < 1e7 {
		n := len(dst)
		dst = strconv.AppendFloat(dst, f, 'f', -1, bits)
		for _, c := range dst[n:] {
			if c == '.' {
				return dst
			}
		}
		return append(dst, ".0"...)
	}
	var room [32]byte
	s := strconv.AppendFloat(room[:0], f, 'e', -1, bits)
	if s[1] == 'e' || s[2] == 'e' {
		// Two digits at least, the nearest ones: the smallest double is 4.9E-324.
		s = strconv.AppendFloat(room[:0], f, 'e', 1, bits)
	}
	e := len(s) - 1
	for s[e] != 'e' {
		e--
	}
	dst = append(append(dst, s[:e]...), 'E')
	exp := s[e+1:]
	if exp[0] == '-' {
		dst = append(dst, '-')
	}
	exp = exp[1:]
	for len(exp) > 1 && exp[0] == '0' {
		exp = exp[1:]
	}
	return append(dst, exp...)
}
