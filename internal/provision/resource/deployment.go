package resource

import (
	"context"
	"maps"
	"slices"

	"postern/internal/apigw"
	"postern/internal/control"
	"postern/internal/property"
)

// A deployment is an API as it was at one moment, and the stage that gets it.
type deployment struct {
	api string
	apigw.Deployment
	stage     string
	stageText string            // the Terraform-shaped type's description of the stage
	variables map[string]string // of the stage
	triggers  map[string]string // a change makes a new deployment
	settings  *stageDescription // the native type's
	canary    *canaryOfDeployment

	executionARN, invokeURL, created string
}

func (m *deployment) rows() property.List {
	return append(property.List{apiRow(&m.api)}, append(drop(m.Properties(), "createdDate"),
		onTypes("stageName", property.Text(&m.stage), property.WriteOnly, "The stage that is made, or gets the deployment."))...)
}

func deploymentTypes(e *environment) []Type {
	t := table[deployment]{
		env: e, noun: "Deployment", doc: "A frozen copy of an API, ready to be served by a stage.",
		identify: func(m *deployment, id string) { m.ID = lastPart(id) },
		find: func(context.Context, Request, *deployment) error {
			// Nothing tells one deployment from another. One that nobody knows of
			// does no harm, and a second one has the same content.
			return apigw.NotFound("Invalid Deployment identifier specified")
		},
		read: e.readDeployment,
		describe: func(r Request, m *deployment) {
			m.executionARN = e.executionARN(r, m.api+"/"+m.stage)
			m.invokeURL = e.invokeURL(r, m.api, m.stage)
			m.created = timeText(m.CreatedDate)
		},
		delete: e.deleteDeployment,
	}
	cfn, tf := t, t
	cfn.name, cfn.surface, cfn.identifier = native+"Deployment", property.CloudFormation, []string{"DeploymentId", "RestApiId"}
	cfn.rows = func(m *deployment) property.List {
		return append(m.rows(),
			onTypes("stageDescription", property.Object(&m.settings), property.WriteOnly, "What the stage is told."),
			onTypes("deploymentCanarySettings", property.Object(&m.canary), property.WriteOnly|property.CreateOnly, "The canary that gets the deployment."),
		)
	}
	cfn.check = func(m *deployment, given map[string]any) property.Errors {
		errs := checkStageName(m.stage)
		if m.settings == nil {
			return errs
		}
		if m.stage == "" && given["StageName"] == nil {
			errs = append(errs, property.Bad("stageDescription", nil, "it needs a StageName").DueTo("stageName"))
		}
		body, _ := given["StageDescription"].(map[string]any)
		return append(errs, inside(m.settings.check(body), "stageDescription")...)
	}
	cfn.physicalID = func(_ Request, m *deployment) string { return m.ID }
	cfn.create = e.createNativeDeployment
	cfn.update = e.updateNativeDeployment

	tf.name, tf.surface, tf.identifier = terraform+"Deployment", property.TerraformType, []string{"RestApiId", "Id"}
	tf.rows = func(m *deployment) property.List {
		const fixed = property.WriteOnly | property.CreateOnly
		return append(with(m.rows(), property.CreateOnly, "stageName"),
			onTypes("stageDescription", property.Text(&m.stageText), fixed, "A sentence about the stage."),
			onTypes("variables", property.TextMap(&m.variables, ""), fixed, "Stage variables."),
			onTypes("triggers", property.TextMap(&m.triggers, ""), fixed, "A change makes a new deployment."),
			attributeRow("executionArn", &m.executionARN, "The ARN that permissions name."),
			attributeRow("invokeUrl", &m.invokeURL, "The address of the stage."),
			attributeRow("createdDate", &m.created, "When the deployment was made (RFC 3339)."),
			idRows(&m.ID)[1],
		)
	}
	tf.check = func(m *deployment, _ map[string]any) property.Errors { return checkStageName(m.stage) }
	tf.create = func(ctx context.Context, _ Request, m *deployment) error {
		return e.deploy(ctx, m, control.DeploymentInput{StageName: m.stage, StageDescription: m.stageText, Variables: m.variables})
	}
	tf.update = e.describeDeployment
	return []Type{&nativeDeploymentType{cfn}, &deploymentType{tf}}
}

func (e *environment) deploy(ctx context.Context, m *deployment, in control.DeploymentInput) error {
	if err := e.makeRoom(ctx, m.api, in.StageName); err != nil {
		return err
	}
	in.Description = m.Description
	d, err := e.svc.CreateDeployment(ctx, m.api, in)
	if err != nil {
		return err
	}
	m.Deployment = *d
	return nil
}

func (e *environment) readDeployment(ctx context.Context, _ Request, m *deployment) error {
	d, err := e.svc.GetDeployment(ctx, m.api, m.ID)
	if err != nil {
		return err
	}
	m.Deployment = *d
	return nil
}

func (e *environment) describeDeployment(ctx context.Context, _ Request, is, want *deployment) error {
	want.ID = is.ID
	ops, _ := property.PatchesFrom(is.Properties(), want.Properties())
	if len(ops) == 0 {
		return nil
	}
	_, err := e.svc.UpdateDeployment(ctx, is.api, is.ID, ops)
	return err
}

// createNativeDeployment deploys and puts the deployment on its stage. If the
// stage refuses what it is told, the deployment goes again.
func (e *environment) createNativeDeployment(ctx context.Context, r Request, m *deployment) error {
	if m.canary != nil {
		return e.deploy(ctx, m, control.DeploymentInput{StageName: m.stage, CanarySettings: &apigw.CanarySettings{
			PercentTraffic: m.canary.percent, StageVariableOverrides: m.canary.overrides, UseStageCache: m.canary.cache,
		}})
	}
	if err := e.deploy(ctx, m, control.DeploymentInput{}); err != nil {
		return err
	}
	err := e.putOnStage(ctx, r, m)
	if err != nil {
		// What is left of a failed create nobody would ever remove.
		_ = e.svc.DeleteDeployment(context.WithoutCancel(ctx), m.api, m.ID)
	}
	return err
}

func (e *environment) updateNativeDeployment(ctx context.Context, r Request, is, want *deployment) error {
	if err := e.describeDeployment(ctx, r, is, want); err != nil || want.canary != nil {
		return err // a canary is set up once
	}
	return e.putOnStage(ctx, r, want)
}

// putOnStage makes the stage that a native deployment names, or gives it the
// deployment. What the deployment says of the stage replaces what the stage had,
// the rest of the stage stays.
func (e *environment) putOnStage(ctx context.Context, r Request, m *deployment) error {
	if m.stage == "" {
		return nil
	}
	if err := e.makeRoom(ctx, m.api, m.stage); err != nil {
		return err
	}
	is, err := e.svc.GetStage(ctx, m.api, m.stage)
	switch {
	case gone(err):
		fresh := &apigw.Stage{StageName: m.stage, DeploymentID: m.ID}
		m.settings.over(fresh)
		fresh.Tags = withStackTags(r, fresh.Tags)
		if err := e.quieten(ctx, fresh.MethodSettings); err != nil {
			return err
		}
		_, err = e.svc.CreateStage(ctx, m.api, fresh)
		return err
	case err != nil:
		return err
	}
	want := *is
	want.DeploymentID = m.ID
	want.MethodSettings = maps.Clone(is.MethodSettings)
	m.settings.over(&want)
	if err := e.patchStage(ctx, m.api, is, &want); err != nil {
		return err
	}
	if m.settings == nil || len(m.settings.stage.Tags) == 0 {
		return nil
	}
	return e.svc.TagResource(ctx, e.arnOf(r, "/restapis/"+m.api+"/stages/"+m.stage), m.settings.stage.Tags)
}

// deleteDeployment removes a deployment, and first the stage that it made if
// that still serves it. Observed.
func (e *environment) deleteDeployment(ctx context.Context, _ Request, m *deployment) error {
	if m.stage != "" {
		stage, err := e.svc.GetStage(ctx, m.api, m.stage)
		switch {
		case err != nil:
		case stage.DeploymentID == m.ID:
			err = e.svc.DeleteStage(ctx, m.api, m.stage)
		case stage.CanarySettings != nil && stage.CanarySettings.DeploymentID == m.ID:
			_, err = e.svc.UpdateStage(ctx, m.api, m.stage, []property.PatchOperation{{Op: "remove", Path: "/canarySettings"}})
		}
		if err != nil && !gone(err) {
			return err
		}
	}
	return e.svc.DeleteDeployment(ctx, m.api, m.ID)
}

// A canaryOfDeployment is the canary of a native deployment.
type canaryOfDeployment struct {
	percent   float64
	overrides map[string]string
	cache     bool
}

// Properties is the one definition of the canary of a deployment.
func (c *canaryOfDeployment) Properties() property.List {
	return property.List{
		onTypes("percentTraffic", property.Float(&c.percent), 0, "The share of requests, from 0 to 100."),
		onTypes("stageVariableOverrides", property.TextMap(&c.overrides, ""), 0, "Stage variables that differ for the share."),
		onTypes("useStageCache", property.Bool(&c.cache), 0, "Whether the share uses the stage's cache."),
	}
}

// A stageDescription is what a native deployment tells its stage.
//
// See "AWS::ApiGateway::Deployment StageDescription".
type stageDescription struct {
	stage    apigw.Stage
	methods  []*pathSetting
	metrics  bool
	logging  string
	trace    bool
	burst    *int64
	rate     *float64
	caching  bool
	ttl      *int64
	encrypts bool
}

// Properties is the one definition of what a deployment tells its stage. The
// settings are those of every method.
func (d *stageDescription) Properties() property.List {
	rows := drop(d.stage.Properties(), "stageName", "deploymentId", "cacheClusterStatus", "methodSettings", "webAclArn", "createdDate", "lastUpdatedDate")
	var m apigw.MethodSetting
	for i := range rows {
		rows[i].Default = "" // what is not said stays as it is
		rows[i].Is &^= property.Always
	}
	return append(rows,
		onTypes("methodSettings", property.ObjectList(&d.methods), 0, "Settings of methods."),
		settingRow(m.Properties(), "metricsEnabled", property.Bool(&d.metrics)),
		settingRow(m.Properties(), "loggingLevel", property.Enum(&d.logging, "OFF", "ERROR", "INFO")),
		settingRow(m.Properties(), "dataTraceEnabled", property.Bool(&d.trace)),
		settingRow(m.Properties(), "throttlingBurstLimit", property.OptionalInt(&d.burst, -1, 1<<31-1)),
		settingRow(m.Properties(), "throttlingRateLimit", property.OptionalFloat(&d.rate)),
		settingRow(m.Properties(), "cachingEnabled", property.Bool(&d.caching)),
		settingRow(m.Properties(), "cacheTtlInSeconds", property.OptionalInt(&d.ttl, 0, 3600)),
		settingRow(m.Properties(), "cacheDataEncrypted", property.Bool(&d.encrypts)),
	)
}

// settingRow returns the row of a method setting, bound to another field.
func settingRow(rows property.List, name string, value property.Value) property.Row {
	row, _ := rows.ByName(name)
	out := *row
	out.Value, out.Default, out.Is = value, "", 0
	return out
}

// check judges what the stage is told.
func (d *stageDescription) check(given map[string]any) property.Errors {
	rows := d.Properties()
	rules := append(unbuilt("Stage", rows, nil), unbuilt("MethodSetting", rows, nil)...)
	rules = append(rules, checkPathSettings(d.methods, given["MethodSettings"])...)
	return rules.Without(property.Pending(property.CloudFormation, rows, given)).Spell(property.CloudFormation, rows)
}

// over lays what is said over a stage. A nil description says nothing.
func (d *stageDescription) over(s *apigw.Stage) {
	if d == nil {
		return
	}
	s.Description = or(d.stage.Description, s.Description)
	s.DocumentationVersion = or(d.stage.DocumentationVersion, s.DocumentationVersion)
	s.TracingEnabled = s.TracingEnabled || d.stage.TracingEnabled
	s.CacheClusterSize = or(d.stage.CacheClusterSize, s.CacheClusterSize)
	if d.stage.AccessLogSettings != nil {
		s.AccessLogSettings = d.stage.AccessLogSettings
	}
	if len(d.stage.Variables) > 0 {
		s.Variables = d.stage.Variables
	}
	if len(d.stage.Tags) > 0 && s.Tags == nil {
		s.Tags = d.stage.Tags
	}
	settings := maps.Clone(s.MethodSettings)
	if settings == nil {
		settings = map[string]*apigw.MethodSetting{}
	}
	if every := d.everyMethod(); every != nil {
		settings[everyMethod] = every
	}
	for _, m := range d.methods {
		settings[m.key()] = &m.MethodSetting
	}
	s.MethodSettings = settings
}

// everyMethod returns the settings of all methods, or nil if there are none.
func (d *stageDescription) everyMethod() *apigw.MethodSetting {
	m := apigw.DefaultMethodSetting()
	m.MetricsEnabled, m.LoggingLevel, m.DataTraceEnabled = d.metrics, d.logging, d.trace
	m.CachingEnabled, m.CacheDataEncrypted = d.caching, d.encrypts
	said := d.metrics || d.logging != "" || d.trace || d.caching || d.encrypts
	if d.burst != nil {
		m.ThrottlingBurstLimit, said = *d.burst, true
	}
	if d.ttl != nil {
		m.CacheTTLInSeconds, said = *d.ttl, true
	}
	if d.rate != nil {
		m.ThrottlingRateLimit, said = *d.rate, true
	}
	if !said {
		return nil
	}
	return m
}

// A deploymentType is the Terraform-shaped type. Its deployments come after what
// they freeze, although no reference says so.
type deploymentType struct{ table[deployment] }

// After returns all parts of the API that self deploys.
func (t *deploymentType) After(self Resource, all []Resource) []string {
	return partsOf(self, all)
}

// A nativeDeploymentType is the native type. As on AWS its deployments come
// whenever they can, so that a missing DependsOn is worth a word.
type nativeDeploymentType struct{ table[deployment] }

// Advise warns of parts of the API that may come after the deployment.
func (t *nativeDeploymentType) Advise(self Resource, all []Resource) []Problem {
	return unordered("deployment", self, all, partsOf(self, all))
}

// unordered warns of parts that self, which freezes them, does not wait for.
func unordered(what string, self Resource, all []Resource, parts []string) []Problem {
	first := before(self, all)
	missing := slices.DeleteFunc(parts, func(id string) bool { return first[id] })
	if len(missing) == 0 {
		return nil
	}
	return []Problem{{
		Warning: true,
		Message: "nothing makes the " + what + " wait for " + listed(missing) + ", so it may be made without",
		Help:    "add DependsOn: [" + listed(missing) + "]",
	}}
}
