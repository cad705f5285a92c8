package house

import "sync"

// A keyed holds one value per key, made when it is first asked for.
type keyed[K comparable, V any] struct {
	mu     sync.Mutex
	values map[K]V
}

func (k *keyed[K, V]) get(key K, fresh func() V) V {
	k.mu.Lock()
	defer k.mu.Unlock()
	v, ok := k.values[key]
	if !ok {
		v = fresh()
		if k.values == nil {
			k.values = make(map[K]V)
		}
		k.values[key] = v
	}
	return v
}
