package main

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"encoding/json"
	"io"
	"math/big"
	"os"

	"postern/internal/lang/vtl"
)

func main() {
	in := bufio.NewReader(os.Stdin)
	out := bufio.NewWriter(os.Stdout)
	rd := func() ([]byte, error) {
		var n int32
		if err := binary.Read(in, binary.BigEndian, &n); err != nil {
			return nil, err
		}
		b := make([]byte, n)
		_, err := io.ReadFull(in, b)
		return b, err
	}
	for {
		t, err := rd()
		if err != nil {
			return
		}
		v, _ := rd()
		ok := byte(1)
		var res []byte
		tm, err := vtl.Parse("t", string(t))
		if err != nil {
			ok, res = 0, []byte("P "+err.Error())
		} else {
			vars := vtl.Variables{}
			x, err := decode(json.NewDecoder(bytes.NewReader(v)))
			if err != nil {
				panic(err)
			}
			x.AsMap().Range(func(k, v vtl.Value) bool { vars[k.Text()] = v; return true })
			res, err = tm.AppendTo(nil, &vtl.Env{Scope: vars})
			if err != nil {
				ok, res = 0, []byte("R "+err.Error())
			}
		}
		out.WriteByte(ok)
		binary.Write(out, binary.BigEndian, int32(len(res)))
		out.Write(res)
		out.Flush()
	}
}

func decode(d *json.Decoder) (vtl.Value, error) {
	d.UseNumber()
	t, err := d.Token()
	if err != nil {
		return vtl.Null, err
	}
	switch t := t.(type) {
	case json.Delim:
		if t == '[' {
			l := vtl.NewList()
			for d.More() {
				v, _ := decode(d)
				l.Append(v)
			}
			d.Token()
			return l.Value(), nil
		}
		m := vtl.NewMap(vtl.Ordered)
		for d.More() {
			k, _ := d.Token()
			v, _ := decode(d)
			m.Put(k.(string), v)
		}
		d.Token()
		return m.Value(), nil
	case string:
		return vtl.String(t), nil
	case bool:
		return vtl.Bool(t), nil
	case json.Number:
		if i, err := t.Int64(); err == nil {
			return vtl.Integer(i), nil
		}
		if i, ok := new(big.Int).SetString(t.String(), 10); ok {
			return vtl.BigInt(i), nil
		}
		f, _ := t.Float64()
		return vtl.Double(f), nil
	}
	return vtl.Null, nil
}
