package dataplane

import (
	"strconv"
	"sync"
	"time"

	"postern/internal/apigw"
	"postern/internal/throttle"
)

// This file holds callers to their usage plans.
//
//   - A method that requires an API key lets in whoever sends one that is
//     enabled and belongs to a usage plan of the stage.
//   - The plan's throttle comes before its quota, and that of the method before
//     that of the plan. Both are counted for each key by itself.
//   - Methods that require none do not look at keys and count nothing.
//
// See "Usage plans and API keys for REST APIs in API Gateway".

// A KeyTable holds API keys and usage plans. publish changes it; requests read
// it. It is safe for concurrent use.
type KeyTable struct {
	meter   *throttle.Meter
	buckets *throttle.Set[planBucket]

	mu      sync.RWMutex
	byID    map[string]*tableKey
	byValue map[string]*tableKey
	plans   map[string]*tablePlan
}

// A tableKey is an API key. It is read-only.
type tableKey struct {
	id, value string
	enabled   bool
	plans     []string
}

// A tablePlan is a usage plan. It is read-only.
type tablePlan struct {
	id     string
	limit  *throttle.Limit // of each key; nil: none
	quota  *throttle.Quota // of each key; nil: none
	stages map[stageName]map[string]throttle.Limit
}

type stageName struct{ api, stage string }

// A planBucket names the token bucket of a key in a plan: of one method of a
// stage, or of all.
type planBucket struct {
	plan, key  string
	api, stage string
	method     string
}

// maxBuckets is how many token buckets of keys are kept.
const maxBuckets = 100_000

// NewKeyTable returns a table without keys. What they use is counted in meter. A
// nil now means time.Now.
func NewKeyTable(meter *throttle.Meter, now func() time.Time) *KeyTable {
	return &KeyTable{
		meter:   meter,
		buckets: throttle.NewSet[planBucket](maxBuckets, now),
		byID:    make(map[string]*tableKey),
		byValue: make(map[string]*tableKey),
		plans:   make(map[string]*tablePlan),
	}
}

// Clear removes everything but what is counted.
func (t *KeyTable) Clear() {
	t.mu.Lock()
	defer t.mu.Unlock()
	clear(t.byID)
	clear(t.byValue)
	clear(t.plans)
}

// SetKey makes a key what it is now, with the plans that it is in; nil: it is
// gone.
func (t *KeyTable) SetKey(id string, k *apigw.APIKey, plans []string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if old := t.byID[id]; old != nil {
		delete(t.byValue, old.value)
		delete(t.byID, id)
	}
	if k == nil {
		return
	}
	fresh := &tableKey{id: k.ID, value: k.Value, enabled: k.Enabled, plans: plans}
	t.byID[k.ID], t.byValue[k.Value] = fresh, fresh
}

// SetPlan makes a plan what it is now; nil: it is gone.
func (t *KeyTable) SetPlan(id string, p *apigw.UsagePlan) {
	var fresh *tablePlan
	if p != nil {
		fresh = compilePlan(p)
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if fresh == nil {
		delete(t.plans, id)
		return
	}
	t.plans[id] = fresh
}

func compilePlan(p *apigw.UsagePlan) *tablePlan {
	out := &tablePlan{id: p.ID, stages: make(map[stageName]map[string]throttle.Limit, len(p.APIStages))}
	limit := func(s *apigw.ThrottleSettings) throttle.Limit {
		return throttle.Limit{Rate: s.RateLimit, Burst: int(s.BurstLimit)}
	}
	if p.Throttle != nil {
		l := limit(p.Throttle)
		out.limit = &l
	}
	if p.Quota != nil {
		out.quota = &throttle.Quota{Limit: p.Quota.Limit, Period: throttle.PeriodOf(p.Quota.Period), Offset: int(p.Quota.Offset)}
	}
	for _, s := range p.APIStages {
		var methods map[string]throttle.Limit
		if len(s.Throttle) > 0 {
			methods = make(map[string]throttle.Limit, len(s.Throttle))
			for method, settings := range s.Throttle {
				methods[method] = limit(settings)
			}
		}
		out.stages[stageName{s.APIID, s.Stage}] = methods
	}
	return out
}

// find returns the key with a value and its plan for a stage. The key is nil if
// there is none, the plan if the key is in none of the stage.
func (t *KeyTable) find(value string, stage stageName) (*tableKey, *tablePlan) {
	t.mu.RLock()
	defer t.mu.RUnlock()
	k := t.byValue[value]
	if k == nil {
		return nil, nil
	}
	for _, id := range k.plans {
		if p := t.plans[id]; p != nil {
			if _, ok := p.stages[stage]; ok {
				return k, p
			}
		}
	}
	return k, nil
}

// A keyCheck is what a method that requires an API key does with one. It is
// read-only.
type keyCheck struct {
	table        *KeyTable
	ofAuthorizer bool // the authorizer names the key; otherwise the header does
	stage        stageName
	method       string // /path/VERB, as usage plans name it
	name         string // VERB /path, as logs do
}

// keyCheck prepares the check of a method; nil: it requires no key.
func (c *compiler) keyCheck(resource *apigw.Resource, m *apigw.Method) *keyCheck {
	if !m.APIKeyRequired || c.suppliers.APIKeys == nil {
		return nil
	}
	return &keyCheck{
		table:        c.suppliers.APIKeys,
		ofAuthorizer: c.snapshot.API.APIKeySource == "AUTHORIZER",
		stage:        stageName{c.snapshot.API.ID, c.stage.StageName},
		method:       resource.Path + "/" + m.HTTPMethod,
		name:         m.HTTPMethod + " " + resource.Path,
	}
}

var (
	invalidAPIKey = &Fault{Type: apigw.InvalidAPIKey, Message: "Forbidden", Early: true}
	limitExceeded = &Fault{Type: apigw.QuotaExceeded, Message: "Limit Exceeded", Early: true}
)

// admit turns away who sends no key for the stage, or has used it up.
func (c *keyCheck) admit(x *exchange) error {
	value := x.usageKey
	if !c.ofAuthorizer {
		value = x.request.Header.Get("x-api-key")
	}
	key, plan := c.table.find(value, c.stage)
	c.log(x, value, key, plan)
	if key == nil || !key.enabled || plan == nil {
		return invalidAPIKey
	}
	id := &x.scope.Context.Identity
	id.APIKey, id.APIKeyID = key.value, key.id
	limit, bucket := plan.limit, planBucket{plan: plan.id, key: key.id}
	methods := plan.stages[c.stage]
	if l, ok := methods[c.method]; ok {
		limit, bucket.api, bucket.stage, bucket.method = &l, c.stage.api, c.stage.stage, c.method
	} else if l, ok := methods["*/*"]; ok {
		limit, bucket.api, bucket.stage, bucket.method = &l, c.stage.api, c.stage.stage, "*/*"
	}
	if limit != nil && !c.table.buckets.Allow(bucket, *limit) {
		if x.trace != nil {
			x.trace.add("Key throttle limit exceeded for RestApi ", c.stage.api, ", Stage ", c.stage.stage, ", Resource ", x.method.resourceID,
				", HttpMethod ", x.scope.Context.HTTPMethod, ". Limit: ", strconv.FormatFloat(limit.Rate, 'f', 2, 64), " Burst: ", strconv.Itoa(limit.Burst))
		}
		return tooManyRequests
	}
	if !c.table.meter.Take(throttle.Consumer{Plan: plan.id, Key: key.id}, plan.quota) {
		return limitExceeded
	}
	if x.trace != nil {
		x.trace.add("Usage Plan check succeeded for API Key ", mask(value), " and API Stage ", c.stage.api, "/", c.stage.stage)
	}
	return nil
}

// log writes what the execution log says of a key. Observed.
func (c *keyCheck) log(x *exchange, value string, key *tableKey, plan *tablePlan) {
	if x.trace == nil {
		return
	}
	stage := c.stage.api + "/" + c.stage.stage
	x.trace.add("Verifying Usage Plan for request: ", x.scope.Context.RequestID, ". API Key: ", mask(value), " API Stage: ", stage)
	switch {
	case key == nil || !key.enabled:
		x.trace.add("API Key ", mask(value), " not authorized because method '", c.name, "' requires API Key and API Key is not valid or not enabled")
	case plan == nil:
		x.trace.add("API Key ", mask(value), " not authorized because method '", c.name, "' requires API Key and API Key is not associated with a Usage Plan for API Stage ",
			stage, ": No Usage Plan found for key and API Stage")
	default:
		x.trace.add("API Key ", mask(value), " authorized because method '", c.name, "' requires API Key and API Key is associated with usage plan ",
			plan.id, " for API Stage ", stage)
	}
}
