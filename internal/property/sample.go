package property

import "time"

// Sample fills every row with a value that is not zero, for tests that check
// that rows are whole.
func Sample(rows List) {
	for i := range rows {
		rows[i].Value.sample()
	}
}

// Zero reports whether the row's field is zero.
func (r *Row) Zero() bool { return r.Value.zero() }

func (t *text[T]) sample() {
	*t.p = "sample"
	if len(t.allowed) > 0 {
		*t.p = t.allowed[len(t.allowed)-1]
	}
}
func (o *optional) sample()        { s := "sample"; *o.p = &s }
func (b *boolean) sample()         { *b.p = true }
func (i *integer) sample()         { *i.p = max(1, i.min) }
func (i *optionalInteger) sample() { n := max(1, i.min); *i.p = &n }
func (f *float) sample()           { *f.p = 1.5 }
func (f *optionalFloat) sample()   { x := 1.5; *f.p = &x }
func (m *duration) sample()        { *m.p = time.Duration(m.min+1) * m.unit }
func (e *epoch) sample()           { *e.p = time.Unix(1511379050, 0).UTC() }
func (m *textMap) sample()         { *m.p = map[string]string{"sample": "value"} }
func (m *boolMap) sample()         { *m.p = map[string]bool{"sample": true} }
func (l *textList) sample()        { *l.p = []string{"one", "two"} }
func (d *document) sample()        { *d.p = `{"sample":true}` }

func (o *object[T, P]) sample() {
	x := new(T)
	Sample(P(x).Properties())
	*o.p = x
}

func (o *objectMap[T, P]) sample() {
	x := new(T)
	Sample(P(x).Properties())
	*o.p = map[string]*T{"sample": x}
}

func (o *objectList[T, P]) sample() {
	x := new(T)
	Sample(P(x).Properties())
	*o.p = []*T{x}
}

func (o *inline[T, P]) sample() { Sample(P(o.p).Properties()) }
