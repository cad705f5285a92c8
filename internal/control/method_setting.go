package control

import (
	"math"
	"slices"
	"strconv"
	"strings"

	"postern/internal/apigw"
	"postern/internal/property"
)

// A settingPath is the path of one method setting: whose, and which.
type settingPath struct {
	method string // as the client wrote it, without a slash at the beginning: pets/GET, */*, a/b/GET, a~1b/GET
	name   string // caching/enabled
}

// settings are the names of method settings in patch paths and what each sets.
// A complaint is returned by set.
var settings = map[string]func(*apigw.MethodSetting, property.PatchOperation) error{
	"metrics/enabled":                             setBool(func(m *apigw.MethodSetting) *bool { return &m.MetricsEnabled }),
	"logging/dataTrace":                           setBool(func(m *apigw.MethodSetting) *bool { return &m.DataTraceEnabled }),
	"caching/enabled":                             setBool(func(m *apigw.MethodSetting) *bool { return &m.CachingEnabled }),
	"caching/dataEncrypted":                       setBool(func(m *apigw.MethodSetting) *bool { return &m.CacheDataEncrypted }),
	"caching/requireAuthorizationForCacheControl": setBool(func(m *apigw.MethodSetting) *bool { return &m.RequireAuthorizationForCacheControl }),
	"logging/loglevel": setWord(func(m *apigw.MethodSetting) *string { return &m.LoggingLevel },
		"OFF", "ERROR", "INFO"),
	"caching/unauthorizedCacheControlHeaderStrategy": setWord(func(m *apigw.MethodSetting) *string { return &m.UnauthorizedCacheControlHeaderStrategy },
		"FAIL_WITH_403", "SUCCEED_WITH_RESPONSE_HEADER", "SUCCEED_WITHOUT_RESPONSE_HEADER"),
	"throttling/burstLimit": func(m *apigw.MethodSetting, op property.PatchOperation) (err error) {
		m.ThrottlingBurstLimit, err = wholeNumber(op)
		return err
	},
	"caching/ttlInSeconds": func(m *apigw.MethodSetting, op property.PatchOperation) (err error) {
		m.CacheTTLInSeconds, err = wholeNumber(op)
		return err
	},
	"throttling/rateLimit": func(m *apigw.MethodSetting, op property.PatchOperation) error {
		rate, err := strconv.ParseFloat(op.Value, 64)
		if err != nil || math.IsNaN(rate) || math.IsInf(rate, 0) {
			return badPatchValue(op, "a number")
		}
		m.ThrottlingRateLimit = rate
		return nil
	},
}

func setBool(of func(*apigw.MethodSetting) *bool) func(*apigw.MethodSetting, property.PatchOperation) error {
	return func(m *apigw.MethodSetting, op property.PatchOperation) error {
		*of(m) = boolText(op.Value)
		return nil
	}
}

func setWord(of func(*apigw.MethodSetting) *string, words ...string) func(*apigw.MethodSetting, property.PatchOperation) error {
	return func(m *apigw.MethodSetting, op property.PatchOperation) error {
		if !slices.Contains(words, op.Value) {
			return badPatchValue(op, "one of "+strings.Join(words, ", "))
		}
		*of(m) = op.Value
		return nil
	}
}

func wholeNumber(op property.PatchOperation) (int64, error) {
	n, err := strconv.ParseInt(op.Value, 10, 32)
	if err != nil {
		return 0, badPatchValue(op, "a whole number")
	}
	return n, nil
}

// settingOf reads the path of a method setting: a resource's path, a verb, and
// two words.
func settingOf(path string) (settingPath, bool) {
	segments := strings.Split(strings.TrimPrefix(path, "/"), "/")
	n := len(segments)
	if n < 4 {
		return settingPath{}, false
	}
	p := settingPath{method: strings.Join(segments[:n-2], "/"), name: segments[n-2] + "/" + segments[n-1]}
	verb := segments[n-3]
	return p, settings[p.name] != nil && (verb == "*" || apigw.IsVerb(verb))
}

// set changes a setting. The first touch of a method fills in every default.
func (p settingPath) set(stage *apigw.Stage, op property.PatchOperation) error {
	k, ok := settingKey(stage, p.method)
	if !ok {
		k = p.method
		if _, isRoot := strings.CutPrefix(k, "~1/"); !isRoot {
			k = strings.TrimPrefix(k, "~1")
		}
		if stage.MethodSettings == nil {
			stage.MethodSettings = map[string]*apigw.MethodSetting{}
		}
		stage.MethodSettings[k] = apigw.DefaultMethodSetting()
	}
	return settings[p.name](stage.MethodSettings[k], op)
}

// settingKey returns the key under which a stage has the settings of a method,
// which may have been written with bare slashes or with escaped ones.
func settingKey(stage *apigw.Stage, method string) (string, bool) {
	want := canonicalSetting(method)
	for k := range stage.MethodSettings {
		if canonicalSetting(k) == want {
			return k, true
		}
	}
	return "", false
}

// canonicalSetting returns the service's form of a key: slashes in the resource's
// path are ~1 and the first one is left out, but for the root, which is ~1.
func canonicalSetting(k string) string {
	i := strings.LastIndexByte(k, '/')
	if i < 0 {
		return k
	}
	path := strings.ReplaceAll(k[:i], "~1", "/")
	if path = strings.Trim(path, "/"); path == "" {
		return "~1" + k[i:]
	}
	return strings.ReplaceAll(path, "/", "~1") + k[i:]
}
