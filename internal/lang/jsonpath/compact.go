package jsonpath

// This file writes a payload as compact JSON in one pass, without a tape: what
// is compact already is copied in runs. It does what Node.AppendJSON does for
// the root, in a third of the time.

// AppendJSON appends the value of d as Node.AppendJSON does. It is for a caller
// who wants nothing else of the document. It gives up on what it cannot write
// in one pass (names that come again or may do so, large objects, and what is no
// JSON) and returns false and dst as it was.
func (d *Document) AppendJSON(dst []byte) ([]byte, bool) {
	if d.read || len(d.text) > maxText {
		return dst, false
	}
	c := compacter{text: d.text, dst: dst, hashes: d.hashes[:0], long: hasLongStrings(d.text)}
	ok := c.document()
	d.hashes = c.hashes
	if !ok {
		return dst, false
	}
	return append(c.dst, c.text[c.from:c.to]...), true
}

// A compacter is at work on one payload.
type compacter struct {
	text   []byte
	dst    []byte
	long   bool     // strings mostly are
	from   int      // of the run that is not yet copied
	to     int      // behind the value
	hashes []uint64 // of the names in open objects
}

// mostNames is how many names of one object are compared with each other.
const mostNames = 64

// document writes the one value that text is. Its variables are those of
// reader.document and the like; they are local, which saves a fifth.
func (c *compacter) document() bool {
	text, i := c.text, 0
	var (
		nested  [MaxDepth + 1]int // where the names of an object begin; -1 for an array
		depth   int
		names   = -1 // those of the innermost container
		hashes  = c.hashes
		keyNext bool
	)
	for {
		if i >= len(text) || text[i] <= ' ' {
			if i = c.skip(i); i == len(text) {
				return false
			}
		}
		if keyNext {
			end, f := stringEnd(text, i)
			if text[i] != '"' || f&canonical == 0 || f&escaped != 0 {
				return false
			}
			hash := nameHash(text, i+1, end-1)
			for _, h := range hashes[names:] {
				if h == hash {
					return false
				}
			}
			if len(hashes)-names == mostNames {
				return false
			}
			hashes = append(hashes, hash)
			if i = end; i >= len(text) || text[i] <= ' ' {
				i = c.skip(i)
			}
			if i == len(text) || text[i] != ':' {
				return false
			}
			i++
			keyNext = false
			continue
		}
		switch b := text[i]; b {
		case '{', '[':
			if depth == MaxDepth {
				return false
			}
			nested[depth] = names
			depth++
			i++
			if i >= len(text) || text[i] <= ' ' {
				if i = c.skip(i); i == len(text) {
					return false
				}
			}
			names = -1
			if b == '{' {
				names = len(hashes)
			}
			if text[i] != b+2 { // '}' or ']'
				keyNext = b == '{'
				continue
			}
		case '"':
			end, f := 0, flags(0)
			if c.long {
				end, f = longStringEnd(text, i)
			} else {
				end, f = stringEnd(text, i)
			}
			if end == 0 {
				return false
			}
			if f&canonical == 0 {
				c.flush(i, end)
				c.dst = AppendQuoted(c.dst, appendUnescaped(nil, text[i+1:end-1]))
			}
			i = end
		case 't', 'f', 'n':
			end, _ := wordEnd(text, i)
			if end == 0 {
				return false
			}
			i = end
		default:
			end, kind, same := numberEnd(text, i)
			if end == 0 {
				return false
			}
			if !same {
				c.flush(i, end)
				c.dst = appendJSONNumber(c.dst, text[i:end], kind)
			}
			i = end
		}
		for {
			if i >= len(text) || text[i] <= ' ' {
				i = c.skip(i)
			}
			if depth == 0 {
				c.to, c.hashes = i, hashes[:0]
				return i == len(text)
			}
			if i == len(text) {
				return false
			}
			b := text[i]
			i++
			if b == ',' {
				keyNext = names >= 0
				break
			}
			if names >= 0 {
				if b != '}' {
					return false
				}
				hashes = hashes[:names]
			} else if b != ']' {
				return false
			}
			depth--
			names = nested[depth]
		}
	}
}

// skip leaves the blanks at i out and returns where they end.
func (c *compacter) skip(i int) int {
	end := blanksEnd(c.text, i)
	if end > i {
		c.flush(i, end)
	}
	return end
}

// flush copies the run that ends at to; the next one begins at from.
func (c *compacter) flush(to, from int) {
	c.dst = append(c.dst, c.text[c.from:to]...)
	c.from = from
}
