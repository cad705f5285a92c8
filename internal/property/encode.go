package property

// Encode writes the fields of rows as an object in the spelling of s. A zero
// field is left out, unless its row says Always; a write-only one always is.
func Encode(s *Surface, rows List) map[string]any {
	out := make(map[string]any, len(rows))
	for i := range rows {
		r := &rows[i]
		name := s.NameOf(r)
		if name == "" || r.Is&WriteOnly != 0 || r.Value.zero() && r.Is&Always == 0 {
			continue
		}
		out[name] = r.Value.encode(s)
	}
	return out
}

func (t *text[T]) encode(*Surface) any { return string(*t.p) }
func (t *text[T]) zero() bool          { return *t.p == "" }

func (o *optional) encode(*Surface) any {
	if *o.p == nil {
		return nil
	}
	return **o.p
}
func (o *optional) zero() bool { return *o.p == nil }

func (b *boolean) encode(*Surface) any { return *b.p }
func (b *boolean) zero() bool          { return !*b.p }

func (i *integer) encode(*Surface) any { return *i.p }
func (i *integer) zero() bool          { return *i.p == 0 }

func (i *optionalInteger) encode(*Surface) any {
	if *i.p == nil {
		return nil
	}
	return **i.p
}
func (i *optionalInteger) zero() bool { return *i.p == nil }

func (f *float) encode(*Surface) any { return *f.p }
func (f *float) zero() bool          { return *f.p == 0 }

func (f *optionalFloat) encode(*Surface) any {
	if *f.p == nil {
		return nil
	}
	return **f.p
}
func (f *optionalFloat) zero() bool { return *f.p == nil }

func (m *duration) encode(*Surface) any { return int64(*m.p / m.unit) }
func (m *duration) zero() bool          { return *m.p == 0 }

func (e *epoch) encode(*Surface) any { return e.p.Unix() }
func (e *epoch) zero() bool          { return e.p.IsZero() }

func (m *textMap) encode(s *Surface) any {
	if m.tags && s == CloudFormation {
		list := make([]any, 0, len(*m.p))
		for _, k := range sortedKeys(*m.p) {
			list = append(list, map[string]any{"Key": k, "Value": (*m.p)[k]})
		}
		return list
	}
	out := make(map[string]any, len(*m.p))
	for k, v := range *m.p {
		if v == "" && m.nulls && s == Wire {
			out[k] = nil
			continue
		}
		out[k] = v
	}
	return out
}
func (m *textMap) zero() bool { return len(*m.p) == 0 }

func (m *boolMap) encode(*Surface) any {
	out := make(map[string]any, len(*m.p))
	for k, v := range *m.p {
		out[k] = v
	}
	return out
}
func (m *boolMap) zero() bool { return len(*m.p) == 0 }

func (l *textList) encode(*Surface) any {
	out := make([]any, len(*l.p))
	for i, v := range *l.p {
		out[i] = v
	}
	return out
}
func (l *textList) zero() bool { return len(*l.p) == 0 }

func (o *object[T, P]) encode(s *Surface) any {
	if *o.p == nil {
		return nil
	}
	return Encode(s, P(*o.p).Properties())
}
func (o *object[T, P]) zero() bool { return *o.p == nil }

func (o *objectMap[T, P]) encode(s *Surface) any {
	if o.by != "" && !s.coral {
		list := make([]any, 0, len(*o.p))
		for _, k := range sortedKeys(*o.p) {
			list = append(list, Encode(s, P((*o.p)[k]).Properties()))
		}
		return list
	}
	out := make(map[string]any, len(*o.p))
	for k, v := range *o.p {
		out[k] = Encode(s, P(v).Properties())
	}
	return out
}
func (o *objectMap[T, P]) zero() bool { return len(*o.p) == 0 }

func (o *objectList[T, P]) encode(s *Surface) any {
	out := make([]any, len(*o.p))
	for i, v := range *o.p {
		out[i] = Encode(s, P(v).Properties())
	}
	return out
}
func (o *objectList[T, P]) zero() bool { return len(*o.p) == 0 }

func (d *document) encode(*Surface) any { return *d.p }
func (d *document) zero() bool          { return *d.p == "" }

func (o *inline[T, P]) encode(s *Surface) any { return Encode(s, P(o.p).Properties()) }
func (o *inline[T, P]) zero() bool {
	rows := P(o.p).Properties()
	for i := range rows {
		if !rows[i].Value.zero() {
			return false
		}
	}
	return true
}
