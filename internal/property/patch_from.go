package property

import (
	"fmt"
	"reflect"
	"slices"
	"strconv"
)

// PatchesFrom returns the operations that make before into after, two values of
// one noun, in the order of the rows. stuck names the properties that differ and
// that no operation can change; read-only ones are nobody's wish and left out.
func PatchesFrom(before, after List) (ops []PatchOperation, stuck []string) {
	for i := range before {
		a, b := &before[i], &after[i]
		name := Wire.NameOf(a)
		if name == "" || a.Is&ReadOnly != 0 {
			continue
		}
		made, ok := patchesOf("/"+EscapeSegment(name), a, b)
		if !ok {
			stuck = append(stuck, a.Name)
			continue
		}
		ops = append(ops, made...)
	}
	return ops, stuck
}

func patchesOf(path string, a, b *Row) (ops []PatchOperation, ok bool) {
	x, y := written(Wire, a), written(Wire, b)
	if a.Patch == 0 {
		return nil, reflect.DeepEqual(x, y)
	}
	switch v := a.Value.(type) {
	case *textList:
		return listPatches(path, a.Patch, *v.p, *b.Value.(*textList).p)
	case *textMap:
		return mapPatches(path, a.Patch, *v.p, *b.Value.(*textMap).p)
	case *boolMap:
		return mapPatches(path, a.Patch, texts(*v.p), texts(*b.Value.(*boolMap).p))
	case parts:
		return v.patchesTo(path, a.Patch, b.Value)
	}
	if reflect.DeepEqual(x, y) {
		return nil, true
	}
	if a.Patch&Replace == 0 {
		return nil, false
	}
	v := b.Value.encode(Wire) // nil: absent, which is not the same as empty
	return []PatchOperation{{Op: "replace", Path: path, Value: scalarText(v), HasValue: v != nil}}, true
}

// parts is a nested object, which is changed member by member.
type parts interface {
	patchesTo(path string, allowed Ops, after Value) ([]PatchOperation, bool)
}

func (o *object[T, P]) patchesTo(path string, allowed Ops, after Value) ([]PatchOperation, bool) {
	to := *after.(*object[T, P]).p
	if to == nil {
		switch {
		case *o.p == nil:
			return nil, true
		case allowed&Remove != 0:
			return []PatchOperation{{Op: "remove", Path: path}}, true
		}
		to = new(T) // what stays is an object of which nothing is said
	}
	from := *o.p
	if from == nil {
		from = new(T)
	}
	var ops []PatchOperation
	before, rows := P(from).Properties(), P(to).Properties()
	for i := range rows {
		made, ok := patchesOf(path+"/"+EscapeSegment(Wire.NameOf(&rows[i])), &before[i], &rows[i])
		if !ok {
			return nil, false
		}
		ops = append(ops, made...)
	}
	if *o.p == nil && len(ops) == 0 { // nothing differs but that there is one
		for i := range rows {
			if v := rows[i].Value.encode(Wire); rows[i].Patch&Replace != 0 && v != nil {
				return []PatchOperation{{Op: "replace", Path: path + "/" + EscapeSegment(Wire.NameOf(&rows[i])), Value: scalarText(v), HasValue: true}}, true
			}
		}
	}
	return ops, true
}

// listPatches adds before it removes, for lists that may never be empty.
func listPatches(path string, allowed Ops, before, after []string) (ops []PatchOperation, ok bool) {
	if slices.Equal(before, after) {
		return nil, true
	}
	for _, e := range after {
		if !slices.Contains(before, e) {
			ops = append(ops, PatchOperation{Op: "add", Path: path + "/" + EscapeSegment(e), Value: e, HasValue: true})
		}
	}
	for _, e := range before {
		if !slices.Contains(after, e) {
			ops = append(ops, PatchOperation{Op: "remove", Path: path + "/" + EscapeSegment(e), Value: e, HasValue: true})
		}
	}
	return ops, len(ops) == 0 || allowed&(Add|Remove) == Add|Remove
}

func mapPatches(path string, allowed Ops, before, after map[string]string) (ops []PatchOperation, ok bool) {
	needs := Ops(0)
	for _, k := range sortedKeys(before) {
		if _, stays := after[k]; !stays {
			ops = append(ops, PatchOperation{Op: "remove", Path: path + "/" + EscapeSegment(k)})
			needs |= Remove
		}
	}
	for _, k := range sortedKeys(after) {
		old, had := before[k]
		op, need := "replace", Replace
		if !had && allowed&Add != 0 {
			op, need = "add", Add
		}
		if !had || old != after[k] {
			ops = append(ops, PatchOperation{Op: op, Path: path + "/" + EscapeSegment(k), Value: after[k], HasValue: true})
			needs |= need
		}
	}
	return ops, allowed&needs == needs
}

func texts(m map[string]bool) map[string]string {
	out := make(map[string]string, len(m))
	for k, v := range m {
		out[k] = strconv.FormatBool(v)
	}
	return out
}

// scalarText writes a scalar as the value of an operation.
func scalarText(v any) string {
	switch v := v.(type) {
	case nil:
		return ""
	case string:
		return v
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64)
	default:
		return fmt.Sprint(v)
	}
}
