package control

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strconv"

	"postern/internal/property"
)

// This file is the only one that knows what a record looks like: an object with
// a format version and the noun on the control plane's surface. Old formats are
// read for ever.

// format is the version that is written.
const format = 1

type record struct {
	Format  int             `json:"format"`
	Created int64           `json:"created,omitempty"` // nanoseconds since 1970; orders what was created in one second
	Value   json.RawMessage `json:"value"`
}

// A noun is a pointer to a T with rows.
type noun[T any] interface {
	*T
	property.Noun
}

// encode writes a noun as a record. created may be 0 where nothing is listed in
// the order of its creation.
func encode(n property.Noun, created int64) ([]byte, error) {
	value, err := json.Marshal(property.Encode(property.Wire, n.Properties()))
	if err != nil {
		return nil, fmt.Errorf("encode %T: %w", n, err)
	}
	return json.Marshal(record{Format: format, Created: created, Value: value})
}

// decode reads a noun from its record.
func decode[T any, P noun[T]](data []byte) (*T, error) {
	n, _, err := decodeCreated[T, P](data)
	return n, err
}

// decodeCreated is decode for records that carry the time of their creation.
func decodeCreated[T any, P noun[T]](data []byte) (*T, int64, error) {
	n := new(T)
	var r record
	if err := json.Unmarshal(data, &r); err != nil {
		return nil, 0, fmt.Errorf("decode %T: %w", n, err)
	}
	if r.Format < 1 || r.Format > format {
		return nil, 0, fmt.Errorf("decode %T: format %d is not one of 1 to %d; a newer Postern wrote this record", n, r.Format, format)
	}
	members := map[string]any{}
	d := json.NewDecoder(bytes.NewReader(r.Value))
	d.UseNumber()
	if err := d.Decode(&members); err != nil {
		return nil, 0, fmt.Errorf("decode %T: %w", n, err)
	}
	if err := property.Decode(property.Wire, P(n).Properties(), members).Err(); err != nil {
		return nil, 0, fmt.Errorf("decode %T: %w", n, err)
	}
	return n, r.Created, nil
}

// createdOf returns when the noun of a record was made, and reads no more of it
// than that, if this Postern wrote it.
func createdOf(data []byte) (int64, error) {
	if rest, ok := bytes.CutPrefix(data, []byte(`{"format":1,"created":`)); ok {
		if i := bytes.IndexByte(rest, ','); i > 0 {
			if created, err := strconv.ParseInt(string(rest[:i]), 10, 64); err == nil {
				return created, nil
			}
		}
	}
	var r record
	err := json.Unmarshal(data, &r)
	return r.Created, err
}

// load returns the noun under key, or nil if there is none.
func load[T any, P noun[T]](r reader, key string) (*T, error) {
	n, _, err := loadCreated[T, P](r, key)
	return n, err
}

func loadCreated[T any, P noun[T]](r reader, key string) (*T, int64, error) {
	data, err := r.get(key)
	if err != nil || data == nil {
		return nil, 0, err
	}
	n, created, err := decodeCreated[T, P](data)
	if err != nil {
		return nil, 0, fmt.Errorf("record %s: %w", key, err)
	}
	return n, created, nil
}

// save writes a noun under key when the transaction commits.
func (t *tx) save(key string, n property.Noun, created int64) error {
	data, err := encode(n, created)
	if err != nil {
		return err
	}
	t.put(key, data)
	return nil
}

// copyOf returns a deep copy of a noun, as a record would give it back.
func copyOf[T any, P noun[T]](n *T) (*T, error) {
	data, err := encode(P(n), 0)
	if err != nil {
		return nil, err
	}
	return decode[T, P](data)
}
