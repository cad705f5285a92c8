package control

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
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
		list, err := byCreation[apigw.APIKey](v, apiKeysPrefix)
		if err != nil {
			return err
		}
		list = slices.DeleteFunc(list, func(d dated[apigw.APIKey]) bool {
			return !strings.HasPrefix(d.noun.Name, f.Name) || f.CustomerID != "" && d.noun.CustomerID != f.CustomerID
		})
		for i := range list {
			list[i].created = math.MaxInt64 - list[i].created
		}
		slices.SortFunc(list, func(a, b dated[apigw.APIKey]) int { return strings.Compare(a.place(), b.place()) })
		page, after := pageOf(list, p, dated[apigw.APIKey].place)
		for _, d := range page {
			if !f.WithValues {
				d.noun.Value = ""
			}
			keys = append(keys, d.noun)
		}
		next = after
		return nil
	})
	return keys, next, err
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
		k, err := load[apigw.APIKey](t, apiKeyKey(id))
		if err != nil {
			return err
		}
		if k == nil {
			return unknownAPIKey()
		}
		for item, err := range t.scan(keyPlansPrefix(id)) {
			if err != nil {
				return err
			}
			t.delete(planKeyKey(segment(item.Key, 2), id))
		}
		t.deletePrefix(keyPlansPrefix(id))
		t.delete(keyValueKey(k.Value))
		t.delete(apiKeyKey(id))
		return nil
	})
}
