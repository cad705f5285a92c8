package resource

import (
	"context"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"postern/internal/apigw"
	"postern/internal/property"
)

// A stage is a deployment under a name.
type stage struct {
	api string
	apigw.Stage
	settings []*pathSetting // of the native type
	listed   bool           // settings are part of the type

	id, arn, executionARN, invokeURL string
}

func (m *stage) rows() property.List {
	rows := append(property.List{apiRow(&m.api)}, drop(m.Properties(), "methodSettings", "cacheClusterStatus", "createdDate", "lastUpdatedDate")...)
	return with(rows, property.Required, "stageName")
}

func stageTypes(e *environment) []Type {
	t := table[stage]{
		env: e, noun: "Stage", doc: "A deployment under a name, with variables and settings.",
		identifier: []string{"RestApiId", "StageName"},
		describe: func(r Request, m *stage) {
			m.id = "ags-" + m.api + "-" + m.StageName
			m.arn = e.arnOf(r, "/restapis/"+m.api+"/stages/"+m.StageName)
			m.executionARN = e.executionARN(r, m.api+"/"+m.StageName)
			m.invokeURL = e.invokeURL(r, m.api, m.StageName)
		},
		create: e.createStage, read: e.readStage, update: e.updateStage,
		delete: func(ctx context.Context, _ Request, m *stage) error {
			return e.svc.DeleteStage(ctx, m.api, m.StageName)
		},
	}
	cfn, tf := t, t
	cfn.name, cfn.surface = native+"Stage", property.CloudFormation
	cfn.rows = func(m *stage) property.List {
		m.listed = true
		return append(m.rows(), onTypes("methodSettings", property.ObjectList(&m.settings), 0, "Settings of methods."))
	}
	cfn.check = func(m *stage, given map[string]any) property.Errors {
		return append(checkStageName(m.StageName), checkPathSettings(m.settings, given["MethodSettings"])...)
	}
	cfn.equate = equatePathSettings
	cfn.physicalID = func(_ Request, m *stage) string { return m.StageName }
	tf.name, tf.surface = terraform+"Stage", property.TerraformType
	tf.rows = func(m *stage) property.List {
		return append(with(m.rows(), property.Required, "deploymentId"), append(property.List{
			attributeRow("arn", &m.arn, "The stage's ARN."),
			attributeRow("executionArn", &m.executionARN, "The ARN that permissions name."),
			attributeRow("invokeUrl", &m.invokeURL, "The address of the stage."),
		}, idRows(&m.id)...)...)
	}
	tf.check = func(m *stage, _ map[string]any) property.Errors { return checkStageName(m.StageName) }
	return []Type{&cfn, &tf}
}

var stageName = regexp.MustCompile(`^[A-Za-z0-9_-]{1,128}$`)

func checkStageName(name string) property.Errors {
	if name == "" || stageName.MatchString(name) {
		return nil
	}
	return property.Errors{property.Bad("stageName", name, "%q is not 1 to 128 letters, digits, _ and -", name).
		Saying("Stage name only allows a-zA-Z0-9_-")}
}

func (e *environment) createStage(ctx context.Context, r Request, m *stage) error {
	fresh := m.Stage
	fresh.Tags = withStackTags(r, m.Tags)
	fresh.MethodSettings = settingsOf(m.settings)
	if err := e.quieten(ctx, fresh.MethodSettings); err != nil {
		return err
	}
	if err := e.makeRoom(ctx, m.api, m.StageName); err != nil {
		return err
	}
	if _, err := e.svc.CreateStage(ctx, m.api, &fresh); err != nil {
		return err
	}
	fresh.Tags = m.Tags
	m.Stage = fresh
	return nil
}

func (e *environment) readStage(ctx context.Context, r Request, m *stage) error {
	given, own, canary := settingsOf(m.settings), m.Tags, m.CanarySettings
	is, err := e.svc.GetStage(ctx, m.api, m.StageName)
	if err != nil {
		return err
	}
	m.Stage = *is
	m.Tags = withoutStackTags(r, is.Tags, own)
	if canary != nil && canary.DeploymentID == "" && is.CanarySettings != nil {
		m.CanarySettings.DeploymentID = "" // the stage's, which nobody asked for
	}
	if !m.listed {
		return nil
	}
	m.settings = listOf(is.MethodSettings)
	for _, s := range m.settings {
		// A level that was not taken for want of a role; see quieten.
		if g := given[s.key()]; g != nil && s.LoggingLevel == "" {
			s.LoggingLevel = g.LoggingLevel
		}
	}
	return nil
}

func (e *environment) updateStage(ctx context.Context, r Request, is, want *stage) error {
	next := want.Stage
	next.MethodSettings = is.MethodSettings
	if want.listed {
		next.MethodSettings = settingsOf(want.settings)
	}
	if err := e.patchStage(ctx, is.api, &is.Stage, &next); err != nil {
		return err
	}
	return e.retag(ctx, r, "/restapis/"+is.api+"/stages/"+is.StageName, want.Tags)
}

// patchStage brings a stage from is to want, but for its tags.
func (e *environment) patchStage(ctx context.Context, api string, is, want *apigw.Stage) error {
	if err := e.quieten(ctx, want.MethodSettings); err != nil {
		return err
	}
	to := *want
	to.DeploymentID = or(to.DeploymentID, is.DeploymentID)
	if c := to.CanarySettings; c != nil && c.DeploymentID == "" {
		canary := *c
		canary.DeploymentID = to.DeploymentID
		if is.CanarySettings != nil {
			canary.DeploymentID = is.CanarySettings.DeploymentID
		}
		to.CanarySettings = &canary
	}
	ops, _ := property.PatchesFrom(is.Properties(), to.Properties())
	ops = append(ops, settingPatches(is.MethodSettings, want.MethodSettings)...)
	if len(ops) == 0 {
		return nil
	}
	_, err := e.svc.UpdateStage(ctx, api, is.StageName, ops)
	return err
}

// quieten takes the logging level out of settings while the account has no role
// that could write logs: the service would refuse the stage, and here a level
// changes nothing.
func (e *environment) quieten(ctx context.Context, settings map[string]*apigw.MethodSetting) error {
	for k, s := range settings {
		if s.LoggingLevel == "" || s.LoggingLevel == "OFF" {
			continue
		}
		account, err := e.svc.GetAccount(ctx)
		if err != nil {
			return err
		}
		if account.CloudWatchRoleARN != "" {
			return nil
		}
		quiet := *s
		quiet.LoggingLevel = ""
		settings[k] = &quiet
	}
	return nil
}

// everyMethod is the key of the settings of all methods.
const everyMethod = "*/*"

// A pathSetting is one item of a native stage's method settings.
type pathSetting struct {
	path, verb string
	apigw.MethodSetting
}

// Properties is the one definition of an item of method settings.
func (s *pathSetting) Properties() property.List {
	return append(property.List{
		onTypes("resourcePath", property.Text(&s.path), 0, "The path of the resource; /* for all. Slashes may be written as ~1."),
		onTypes("httpMethod", property.Text(&s.verb), 0, "The verb; * for all."),
	}, s.MethodSetting.Properties()...)
}

// key is the name of the setting at the stage.
func (s *pathSetting) key() string {
	path := settingPath(s.path)
	verb := or(s.verb, "*")
	switch path {
	case "/*", "":
		return "*/" + verb
	case "/":
		return "~1/" + verb
	}
	return strings.ReplaceAll(path[1:], "/", "~1") + "/" + verb
}

// settingPath writes the path of a setting with slashes, one of them in front.
func settingPath(path string) string {
	if path == "" || path == "*" {
		return "/*"
	}
	return "/" + strings.TrimPrefix(strings.TrimPrefix(strings.ReplaceAll(path, "~1", "/"), "/"), "/")
}

// settingsOf turns the list of a template into the map of a stage.
func settingsOf(list []*pathSetting) map[string]*apigw.MethodSetting {
	if len(list) == 0 {
		return nil
	}
	out := make(map[string]*apigw.MethodSetting, len(list))
	for _, s := range list {
		setting := s.MethodSetting
		out[s.key()] = &setting
	}
	return out
}

// listOf turns the map of a stage into the list of a template.
func listOf(settings map[string]*apigw.MethodSetting) []*pathSetting {
	var out []*pathSetting
	for _, k := range slices.Sorted(maps.Keys(settings)) {
		cut := strings.LastIndexByte(k, '/')
		if cut < 0 {
			continue // no operation makes such a key
		}
		out = append(out, &pathSetting{path: settingPath(k[:cut]), verb: k[cut+1:], MethodSetting: *settings[k]})
	}
	return out
}

// equatePathSettings brings the items of method settings into one order and
// their paths into one form.
func equatePathSettings(normal map[string]any) {
	list, ok := normal["MethodSettings"].([]any)
	if !ok || slices.ContainsFunc(list, func(v any) bool { _, isObject := v.(map[string]any); return !isObject }) {
		return
	}
	name := func(v any) string {
		item := v.(map[string]any)
		path, _ := item["ResourcePath"].(string)
		verb, _ := item["HttpMethod"].(string)
		return path + " " + verb
	}
	for _, v := range list {
		item := v.(map[string]any)
		if path, given := item["ResourcePath"]; !given {
			item["ResourcePath"] = "/*"
		} else if text, ok := path.(string); ok {
			item["ResourcePath"] = settingPath(text)
		}
		if _, given := item["HttpMethod"]; !given {
			item["HttpMethod"] = "*"
		}
	}
	slices.SortStableFunc(list, func(a, b any) int { return strings.Compare(name(a), name(b)) })
}

// checkPathSettings judges the items of method settings.
func checkPathSettings(list []*pathSetting, given any) property.Errors {
	var errs property.Errors
	seen := map[string]bool{}
	eachItem(given, func(i int, item map[string]any) {
		var s pathSetting
		rows := s.Properties()
		if len(property.Decode(property.CloudFormation, rows, item).Failures()) > 0 {
			return // reported with the rest
		}
		var rules property.Errors
		if verb := or(s.verb, "*"); verb != "*" && !apigw.IsVerb(verb) {
			rules = append(rules, property.Bad("httpMethod", verb, "%q is not *, nor one of %s", verb, strings.Join(apigw.Verbs, ", ")))
		}
		if !HasUnknown(item["ResourcePath"]) && !HasUnknown(item["HttpMethod"]) {
			if seen[s.key()] {
				rules = append(rules, property.Bad("resourcePath", s.path, "the method %s %s is given twice", or(s.verb, "*"), settingPath(s.path)))
			}
			seen[s.key()] = true
		}
		rules = append(rules, checkThrottle(&s.MethodSetting)...)
		errs = append(errs, inside(judged(property.CloudFormation, "MethodSetting", rows, item, rules), "methodSettings", strconv.Itoa(i))...)
	})
	return errs
}

// checkThrottle judges the limit of a rate; that of a burst is a row's.
func checkThrottle(s *apigw.MethodSetting) property.Errors {
	if s.ThrottlingRateLimit >= 0 || s.ThrottlingRateLimit == -1 {
		return nil
	}
	return property.Errors{property.Bad("throttlingRateLimit", s.ThrottlingRateLimit, "%v is neither -1 (no limit) nor at least 0", s.ThrottlingRateLimit)}
}
