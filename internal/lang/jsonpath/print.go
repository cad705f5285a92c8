package jsonpath

// AppendJSON appends n as compact JSON: no blanks, numbers in Java's form, the
// members in the document's order.
func (n Node) AppendJSON(dst []byte) []byte {
	if n.d == nil {
		return dst
	}
	return n.d.appendJSON(dst, n.at)
}

func (d *Document) appendJSON(dst []byte, at uint32) []byte {
	e := &d.tape[at]
	if e.flags&canonical != 0 {
		return append(dst, d.source(e)...)
	}
	switch e.kind {
	case Object:
		dst = append(dst, '{')
		for c, i := d.contents(at), 0; c.more(); i++ {
			if i > 0 {
				dst = append(dst, ',')
			}
			k, v := c.take()
			dst = d.appendString(dst, &d.tape[k])
			dst = append(dst, ':')
			dst = d.appendJSON(dst, v)
		}
		return append(dst, '}')
	case Array:
		dst = append(dst, '[')
		for c, i := d.contents(at), 0; c.more(); i++ {
			if i > 0 {
				dst = append(dst, ',')
			}
			_, v := c.take()
			dst = d.appendJSON(dst, v)
		}
		return append(dst, ']')
	case String:
		return d.appendString(dst, e)
	case Integer, Decimal:
		return appendJSONNumber(dst, d.source(e), e.kind)
	}
	return append(dst, "null"...)
}

func appendJSONNumber(dst, text []byte, kind Kind) []byte {
	from := len(dst)
	dst = appendNumber(dst, text, kind)
	if last := dst[len(dst)-1]; last < '0' || last > '9' { // an infinity
		dst = append(dst[:from], "null"...)
	}
	return dst
}

func (d *Document) appendString(dst []byte, e *entry) []byte {
	if e.flags&canonical != 0 {
		return append(dst, d.source(e)...)
	}
	return AppendQuoted(dst, d.textOf(e))
}

// AppendText appends n as a template prints it: a string without quotes, an
// object as {k=v, k2=[1,2]}, an array as JSON, null as nothing.
func (n Node) AppendText(dst []byte) []byte {
	switch n.Kind() {
	case 0, Null:
		return dst
	}
	return n.d.appendText(dst, n.at)
}

func (d *Document) appendText(dst []byte, at uint32) []byte {
	e := &d.tape[at]
	switch e.kind {
	case Object:
		dst = append(dst, '{')
		for c, i := d.contents(at), 0; c.more(); i++ {
			if i > 0 {
				dst = append(dst, ", "...)
			}
			k, v := c.take()
			dst = append(dst, d.textOf(&d.tape[k])...)
			dst = append(dst, '=')
			dst = d.appendText(dst, v)
		}
		return append(dst, '}')
	case Array:
		if e.flags&keySet == 0 {
			return d.appendJSON(dst, at)
		}
		dst = append(dst, '[')
		for c, i := d.contents(at), 0; c.more(); i++ {
			if i > 0 {
				dst = append(dst, ", "...)
			}
			_, v := c.take()
			dst = d.appendText(dst, v)
		}
		return append(dst, ']')
	case String:
		src := d.source(e)
		if len(src) < 2 || src[0] != '"' || e.flags&aux == 0 && !d.json {
			return append(dst, src...) // a payload that is not JSON
		}
		if src = src[1 : len(src)-1]; e.flags&escaped == 0 {
			return append(dst, src...)
		}
		return appendUnescaped(dst, src)
	case Integer, Decimal:
		if e.flags&canonical != 0 {
			return append(dst, d.source(e)...)
		}
		return appendNumber(dst, d.source(e), e.kind)
	}
	return d.appendJSON(dst, at)
}
