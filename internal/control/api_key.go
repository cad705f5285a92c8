package control

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"iter"
	"math"
	"slices"
	"strings"

	"postern/internal/apigw"
	"postern/internal/property"
)

// This file keeps API keys. A value leads to its key by a digest, so that no
// key of the store shows a value.

func unknownAPIKey() error { return apigw.NotFound("Invalid API Key identifier specified") }

func keyValueKey(value string) string {
	digest := sha256.Sum256([]byte(value))
	return key("apikeyvalues", hex.EncodeToString(digest[:]))
}

// newKeyValue returns 40 random letters and digits.
func newKeyValue() string {
	const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
	value := make([]byte, 0, 40)
	for random := make([]byte, 64); len(value) < cap(value); {
		_, _ = rand.Read(random) // never fails
		for _, b := range random {
			// 248 is the highest multiple of 62 that fits a byte.
			if b < 248 && len(value) < cap(value) {
				value = append(value, letters[b%62])
			}
		}
	}
	return string(value)
}

// CreateAPIKey makes an API key. An empty value is made, too.
func (s *Service) CreateAPIKey(ctx context.Context, given *apigw.APIKey) (*apigw.APIKey, error) {
	var k *apigw.APIKey
	err := s.write(ctx, func(t *tx) (err error) {
		if err = orderKeys(t); err != nil {
			return err
		}
		k, err = s.createKey(t, given)
		return err
	})
	if err != nil {
		return nil, err
	}
	return k, nil
}

func (s *Service) createKey(t *tx, given *apigw.APIKey) (*apigw.APIKey, error) {
	fresh := *given
	k := &fresh
	k.Value = orElse(k.Value, newKeyValue())
	if err := checkAPIKey(k); err != nil {
		return nil, err
	}
	for _, stage := range k.StageKeys {
		if err := needStageKey(t, stage); err != nil {
			return nil, err
		}
	}
	taken, err := t.has(keyValueKey(k.Value))
	if err != nil {
		return nil, err
	}
	if taken || t.puts(keyValueKey(k.Value)) {
		return nil, apigw.Conflict("API Key already exists")
	}
	if k.ID, err = s.unusedID(t, longID, apiKeyKey); err != nil {
		return nil, err
	}
	now := s.now()
	k.CreatedDate, k.LastUpdatedDate = now, now
	t.put(keyValueKey(k.Value), []byte(k.ID))
	t.put(keyOrderPrefix+keyPlace(now.UnixNano(), k.ID), []byte("{}"))
	return k, t.save(apiKeyKey(k.ID), k, now.UnixNano())
}

func checkAPIKey(k *apigw.APIKey) error {
	if err := Refusal(k.Validate()); err != nil {
		return err
	}
	return checkTags(k.Tags)
}

// needStageKey refuses a stage, as api/stage, that does not exist.
func needStageKey(r reader, stageKeyText string) error {
	api, stage, ok := strings.Cut(stageKeyText, "/")
	if ok {
		var err error
		if ok, err = r.has(stageKey(api, stage)); err != nil {
			return err
		}
	}
	if !ok {
		return refuse("stageKeys", clip(stageKeyText), "Invalid stage identifier specified")
	}
	return nil
}

// GetAPIKey returns an API key, with its value if that is wanted.
func (s *Service) GetAPIKey(ctx context.Context, id string, withValue bool) (*apigw.APIKey, error) {
	var k *apigw.APIKey
	err := s.read(ctx, func(v view) (err error) {
		k, err = load[apigw.APIKey](v, apiKeyKey(id))
		if err == nil && k == nil {
			err = unknownAPIKey()
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	if !withValue {
		k.Value = ""
	}
	return k, nil
}

// An APIKeyFilter says which API keys are wanted. What is empty does not matter.
type APIKeyFilter struct {
	Name       string // what the name begins with
	CustomerID string
	WithValues bool
}

// GetAPIKeys returns a page of the API keys, the newest first. Observed.
func (s *Service) GetAPIKeys(ctx context.Context, f APIKeyFilter, p Page) (keys []*apigw.APIKey, next string, err error) {
	err = s.read(ctx, func(v view) error {
		places, err := keyPlaces(v, p.After)
		if err != nil {
			return err
		}
		last := ""
		for place, err := range places {
			if err != nil || p.Limit <= 0 {
				return err
			}
			k, err := load[apigw.APIKey](v, apiKeyKey(segment(place, 1)))
			if err != nil {
				return err
			}
			if k == nil || !strings.HasPrefix(k.Name, f.Name) || f.CustomerID != "" && k.CustomerID != f.CustomerID {
				continue
			}
			if len(keys) == p.Limit {
				next = last
				return nil
			}
			if !f.WithValues {
				k.Value = ""
			}
			keys, last = append(keys, k), place
		}
		return nil
	})
	return keys, next, err
}

// keyPlace is where a key stands among the others, the newest first.
func keyPlace(created int64, id string) string { return place(math.MaxInt64-created, id) }

// keyPlaces yields the places of the API keys behind one, in their order.
func keyPlaces(v view, after string) (iter.Seq2[string, error], error) {
	ordered, err := anyUnder(v, keyOrderPrefix)
	if err != nil {
		return nil, err
	}
	if ordered {
		if after != "" {
			after = keyOrderPrefix + after
		}
		return func(yield func(string, error) bool) {
			for item, err := range v.r.Scan(keyOrderPrefix, after) {
				if !yield(strings.TrimPrefix(item.Key, keyOrderPrefix), err) {
					return
				}
			}
		}, nil
	}
	moments, err := momentsUnder(v, APIKeysPrefix)
	if err != nil {
		return nil, err
	}
	return func(yield func(string, error) bool) {
		for _, m := range slices.Backward(moments) {
			if at := keyPlace(m.created, m.id); at > after && !yield(at, nil) {
				return
			}
		}
	}, nil
}

// orderKeys writes the order of the keys of a store that an earlier Postern
// wrote, and which has none.
func orderKeys(t *tx) error {
	ordered, err := anyUnder(t.view, keyOrderPrefix)
	if err != nil || ordered {
		return err
	}
	moments, err := momentsUnder(t.view, APIKeysPrefix)
	for _, m := range moments {
		t.put(keyOrderPrefix+keyPlace(m.created, m.id), []byte("{}"))
	}
	return err
}

// UpdateAPIKey changes an API key. It returns the key without its value.
func (s *Service) UpdateAPIKey(ctx context.Context, id string, ops []property.PatchOperation) (*apigw.APIKey, error) {
	var k *apigw.APIKey
	err := s.write(ctx, func(t *tx) error {
		old, created, err := loadCreated[apigw.APIKey](t, apiKeyKey(id))
		if err != nil {
			return err
		}
		if old == nil {
			return unknownAPIKey()
		}
		if k = old; len(ops) == 0 {
			return nil
		}
		words := patchWords{replaceOnly: []string{"/description", "/enabled", "/name", "/customerId"}}
		if k, err = patched(old, ops, words, patchStageKeys(t)); err != nil {
			return err
		}
		if err := checkAPIKey(k); err != nil {
			return err
		}
		k.LastUpdatedDate = s.now()
		return t.save(apiKeyKey(id), k, created)
	})
	if err != nil {
		return nil, err
	}
	k.Value = ""
	return k, nil
}

// patchStageKeys takes over the operations on the stages of a key, which stand
// in the value.
func patchStageKeys(t *tx) func(*apigw.APIKey, property.PatchOperation) (bool, error) {
	return func(k *apigw.APIKey, op property.PatchOperation) (bool, error) {
		if op.Path != "/stages" {
			return false, nil
		}
		switch op.Op {
		case "add":
			if err := needStageKey(t, op.Value); err != nil {
				return true, err
			}
			if !slices.Contains(k.StageKeys, op.Value) {
				k.StageKeys = append(k.StageKeys, op.Value)
			}
		case "remove":
			k.StageKeys = slices.DeleteFunc(k.StageKeys, func(s string) bool { return s == op.Value })
		default:
			return false, nil
		}
		return true, nil
	}
}

// DeleteAPIKey removes an API key, also from its usage plans.
func (s *Service) DeleteAPIKey(ctx context.Context, id string) error {
	return s.write(ctx, func(t *tx) error {
		k, created, err := loadCreated[apigw.APIKey](t, apiKeyKey(id))
		if err != nil {
			return err
		}
		if k == nil {
			return unknownAPIKey()
		}
		t.delete(keyOrderPrefix + keyPlace(created, id))
		for item, err := range t.scan(keyPlansPrefix(id)) {
			if err != nil {
				return err
			}
			t.delete(planKeyKey(segment(item.Key, 2), id))
			t.delete(usageKey(segment(item.Key, 2), id))
		}
		t.deletePrefix(keyPlansPrefix(id))
		t.delete(keyValueKey(k.Value))
		t.delete(apiKeyKey(id))
		return nil
	})
}
