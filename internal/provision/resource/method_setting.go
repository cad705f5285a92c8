package resource

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strconv"
	"strings"

	"postern/internal/apigw"
	"postern/internal/property"
)

// A methodSetting is one entry of a stage's method settings: a resource of its
// own in the Terraform-shaped family.
type methodSetting struct {
	api, stage, path string // path: pets/GET, */*
	settings         *terraformSetting
	id               string
}

// A terraformSetting is a method setting with Terraform's defaults.
type terraformSetting struct{ apigw.MethodSetting }

// Properties is the one definition of settings: without a limit there is none.
func (s *terraformSetting) Properties() property.List {
	rows := s.MethodSetting.Properties()
	for i := range rows {
		if strings.HasPrefix(rows[i].Name, "throttling") {
			rows[i].Default = "-1"
		}
	}
	return rows
}

func methodSettingTypes(e *environment) []Type {
	return []Type{&methodSettingType{table[methodSetting]{
		name: terraform + "MethodSettings", surface: property.TerraformType, env: e, noun: "MethodSettings",
		doc:        "What a stage sets for one method, or for all.",
		identifier: []string{"RestApiId", "StageName", "MethodPath"},
		rows: func(m *methodSetting) property.List {
			const fixed = property.Required | property.CreateOnly
			return append(property.List{
				apiRow(&m.api),
				onTypes("stageName", property.Text(&m.stage), fixed, "The stage."),
				onTypes("methodPath", property.Text(&m.path), fixed, "The resource's path without the first slash, and the verb: pets/GET; */* for all methods."),
				onTypes("settings", property.Object(&m.settings), property.Required, "What is set."),
			}, idRows(&m.id)...)
		},
		check:    checkMethodSetting,
		describe: func(_ Request, m *methodSetting) { m.id = m.api + "-" + m.stage + "-" + m.path },
		create:   e.createMethodSetting,
		read:     e.readMethodSetting,
		update:   e.updateMethodSetting,
		delete:   e.deleteMethodSetting,
	}}}
}

// A methodSettingType comes after its stage.
type methodSettingType struct{ table[methodSetting] }

// After returns the stage in all, which a reference need not name.
func (*methodSettingType) After(self Resource, all []Resource) []string {
	return sameStage(self, all)
}

func checkMethodSetting(m *methodSetting, given map[string]any) property.Errors {
	var errs property.Errors
	if m.path != "" {
		cut := strings.LastIndexByte(m.path, '/')
		if verb := m.path[cut+1:]; cut < 1 || verb != "*" && !apigw.IsVerb(verb) {
			errs = append(errs, property.Bad("methodPath", m.path, "%q is not a path and a verb, such as pets/GET or */*", m.path))
		}
	}
	if m.settings == nil {
		return errs
	}
	body, ok := given["Settings"].(map[string]any)
	if list, isBlock := given["Settings"].([]any); isBlock && len(list) == 1 {
		body, ok = list[0].(map[string]any)
	}
	if !ok {
		return errs
	}
	rules := checkThrottle(&m.settings.MethodSetting)
	return append(errs, inside(judged(property.TerraformType, "MethodSetting", m.settings.Properties(), body, rules), "settings")...)
}

// settingKey is the name of the setting at the stage: slashes within the
// resource's path are ~1 there.
func (m *methodSetting) settingKey() string {
	cut := strings.LastIndexByte(m.path, '/')
	if cut < 0 {
		return m.path
	}
	return (&pathSetting{path: m.path[:cut], verb: m.path[cut+1:]}).key()
}

// settingAt returns the setting of a stage under a key that may be written with
// slashes or escapes.
func settingAt(s *apigw.Stage, key string) *apigw.MethodSetting {
	for k, setting := range s.MethodSettings {
		if (&methodSetting{path: k}).settingKey() == key {
			return setting
		}
	}
	return nil
}

func (e *environment) createMethodSetting(ctx context.Context, _ Request, m *methodSetting) error {
	e.putting.Lock()
	defer e.putting.Unlock()
	s, err := e.svc.GetStage(ctx, m.api, m.stage)
	if err != nil {
		return err
	}
	if settingAt(s, m.settingKey()) != nil {
		return &Error{Code: AlreadyExists, Message: takenSentence(terraform+"MethodSettings", joinID(m.api, m.stage, m.path))}
	}
	return e.putMethodSetting(ctx, m, s)
}

func (e *environment) putMethodSetting(ctx context.Context, m *methodSetting, s *apigw.Stage) error {
	k := m.settingKey()
	want := map[string]*apigw.MethodSetting{k: &m.settings.MethodSetting}
	if err := e.quieten(ctx, want); err != nil {
		return err
	}
	is := map[string]*apigw.MethodSetting{}
	if old := settingAt(s, k); old != nil {
		is[k] = old
	}
	ops := settingPatches(is, want)
	if len(ops) == 0 {
		return nil
	}
	_, err := e.svc.UpdateStage(ctx, m.api, m.stage, ops)
	return err
}

func (e *environment) readMethodSetting(ctx context.Context, _ Request, m *methodSetting) error {
	s, err := e.svc.GetStage(ctx, m.api, m.stage)
	if err != nil {
		return err
	}
	is := settingAt(s, m.settingKey())
	if is == nil {
		return apigw.NotFound("Invalid Method setting specified")
	}
	level := is.LoggingLevel
	if level == "" && m.settings != nil {
		level = m.settings.LoggingLevel // not taken for want of a role; see quieten
	}
	m.settings = &terraformSetting{*is}
	m.settings.LoggingLevel = level
	return nil
}

func (e *environment) updateMethodSetting(ctx context.Context, _ Request, _, want *methodSetting) error {
	e.putting.Lock()
	defer e.putting.Unlock()
	s, err := e.svc.GetStage(ctx, want.api, want.stage)
	if err != nil {
		return err
	}
	return e.putMethodSetting(ctx, want, s)
}

func (e *environment) deleteMethodSetting(ctx context.Context, _ Request, m *methodSetting) error {
	_, err := e.svc.UpdateStage(ctx, m.api, m.stage, []property.PatchOperation{{Op: "remove", Path: "/" + m.settingKey()}})
	var refusal *apigw.Error
	if errors.As(err, &refusal) && strings.Contains(refusal.Message, "no method setting for this method") {
		return nil
	}
	return err
}

// settingPaths are the paths of method settings in patch operations, by row.
//
// See "Patch operations" of UpdateStage.
var settingPaths = [...][2]string{
	{"metricsEnabled", "metrics/enabled"},
	{"loggingLevel", "logging/loglevel"},
	{"dataTraceEnabled", "logging/dataTrace"},
	{"throttlingBurstLimit", "throttling/burstLimit"},
	{"throttlingRateLimit", "throttling/rateLimit"},
	{"cachingEnabled", "caching/enabled"},
	{"cacheTtlInSeconds", "caching/ttlInSeconds"},
	{"cacheDataEncrypted", "caching/dataEncrypted"},
	{"requireAuthorizationForCacheControl", "caching/requireAuthorizationForCacheControl"},
	{"unauthorizedCacheControlHeaderStrategy", "caching/unauthorizedCacheControlHeaderStrategy"},
}

// settingPatches returns the operations that make the method settings of a stage
// those that are wanted.
func settingPatches(is, want map[string]*apigw.MethodSetting) []property.PatchOperation {
	var ops []property.PatchOperation
	for _, k := range slices.Sorted(maps.Keys(is)) {
		if want[k] == nil {
			ops = append(ops, property.PatchOperation{Op: "remove", Path: "/" + k})
		}
	}
	for _, k := range slices.Sorted(maps.Keys(want)) {
		var before map[string]any
		if is[k] != nil {
			before = property.Encode(property.Wire, is[k].Properties())
		}
		after := property.Encode(property.Wire, want[k].Properties())
		for _, p := range settingPaths {
			v, ok := after[p[0]]
			if !ok && p[0] == "loggingLevel" && before[p[0]] != nil {
				v, ok = "OFF", true
			}
			if !ok || before != nil && before[p[0]] == v {
				continue
			}
			ops = append(ops, property.PatchOperation{Op: "replace", Path: "/" + k + "/" + p[1], Value: textOf(v), HasValue: true})
		}
	}
	return ops
}

// textOf writes a value as that of an operation.
func textOf(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case bool:
		return strconv.FormatBool(v)
	case int64:
		return strconv.FormatInt(v, 10)
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64)
	}
	return ""
}
