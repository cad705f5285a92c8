package vtl

// This file prints values as JSON.
//
//   - Control characters, quotation marks and backslashes are escaped; '/' and
//     characters outside of ASCII are not. Chosen: AWS was not observed.
//   - Numbers print as elsewhere; what is not a JSON value prints as a string.

func (p *printer) json(v Value) {
	if !p.ok() {
		return
	}
	switch v.kind {
	case KindNull, KindBool, KindByte, KindShort, KindInt, KindLong, KindBigInt, KindDecimal:
		p.value(v)
	case KindDouble, KindFloat:
		f := v.float64()
		if f-f != 0 { // an infinity, or no number
			p.dst = append(p.dst, "null"...)
			return
		}
		p.value(v)
	case KindString:
		p.dst = appendJSONString(p.dst, v.str())
	case KindList:
		p.jsonList(v.ref.(*List))
	case KindMap:
		p.jsonMap(v.ref.(*Map))
	default:
		start := len(p.dst)
		p.value(v)
		text := string(p.dst[start:])
		p.dst = appendJSONString(p.dst[:start], text)
	}
}

func (p *printer) jsonList(l *List) {
	if a, ok := l.untouched(); ok {
		p.dst = a.AppendJSON(p.dst)
		return
	}
	if !p.enter() {
		return
	}
	p.dst = append(p.dst, '[')
	for i, n := 0, l.Len(); i < n; i++ {
		if i > 0 {
			p.dst = append(p.dst, ',')
		}
		p.json(l.At(i))
	}
	p.dst = append(p.dst, ']')
	p.depth++
}

func (p *printer) jsonMap(m *Map) {
	if a, ok := m.untouched(); ok {
		p.dst = a.AppendJSON(p.dst)
		return
	}
	if !p.enter() {
		return
	}
	p.dst = append(p.dst, '{')
	first := true
	m.Range(func(k, v Value) bool {
		if !first {
			p.dst = append(p.dst, ',')
		}
		first = false
		start := len(p.dst)
		p.value(k)
		key := string(p.dst[start:])
		p.dst = appendJSONString(p.dst[:start], key)
		p.dst = append(p.dst, ':')
		p.json(v)
		return p.ok()
	})
	p.dst = append(p.dst, '}')
	p.depth++
}

// appendJSONString appends s as a JSON string.
func appendJSONString(dst []byte, s string) []byte {
	const hex = "0123456789ABCDEF"
	dst = append(dst, '"')
	start := 0
	for i := 0; i < len(s); i++ {
		c := s[i]
		if c >= ' ' && c != '"' && c != '\\' {
			continue
		}
		dst = append(dst, s[start:i]...)
		start = i + 1
		switch c {
		case '"', '\\':
			dst = append(dst, '\\', c)
		case '\b':
			dst = append(dst, '\\', 'b')
		case '\f':
			dst = append(dst, '\\', 'f')
		case '\n':
			dst = append(dst, '\\', 'n')
		case '\r':
			dst = append(dst, '\\', 'r')
		case '\t':
			dst = append(dst, '\\', 't')
		default:
			dst = append(dst, '\\', 'u', '0', '0', hex[c>>4], hex[c&15])
		}
	}
	dst = append(dst, s[start:]...)
	return append(dst, '"')
}
