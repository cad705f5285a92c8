package resource

import (
	"context"
	"slices"
	"strings"

	"postern/internal/apigw"
	"postern/internal/control"
	"postern/internal/property"
)

// An apiKey is a word that a client sends to show which usage plans it has.
type apiKey struct {
	apigw.APIKey
	stages     []*keyStage
	distinctID bool

	arn, created, lastUpdated string
}

// A keyStage is a stage of old that a key opens.
type keyStage struct{ api, stage string }

// Properties is the one definition of a key's stage.
func (s *keyStage) Properties() property.List {
	return property.List{
		onTypes("restApiId", property.Text(&s.api), property.Required, "The API."),
		onTypes("stageName", property.Text(&s.stage), property.Required, "The stage."),
	}
}

func (m *apiKey) rows() property.List {
	stages := onTypes("stageKeys", property.ObjectList(&m.stages), property.Unordered, "Stages that the key opens. Usage plans have taken their place.")
	stages.Names.TerraformType = "StageKey"
	return append(drop(m.Properties(), "createdDate", "lastUpdatedDate", "stageKeys"), stages)
}

func apiKeyTypes(e *environment) []Type {
	t := table[apiKey]{
		env: e, noun: "ApiKey", doc: "A word that a client sends to show which usage plans it has.",
		identify: func(m *apiKey, id string) { m.ID = lastPart(id) },
		describe: func(r Request, m *apiKey) {
			m.arn = e.arnOf(r, "/apikeys/"+m.ID)
			m.created, m.lastUpdated = timeText(m.CreatedDate), timeText(m.LastUpdatedDate)
		},
		check: func(m *apiKey, given map[string]any) property.Errors {
			return m.Validate().Without(absent(m.Value == "", "value"))
		},
		create: e.createAPIKey, find: e.findAPIKey, read: e.readAPIKey, update: e.updateAPIKey,
		delete: func(ctx context.Context, _ Request, m *apiKey) error { return e.svc.DeleteAPIKey(ctx, m.ID) },
	}
	cfn, tf := t, t
	cfn.name, cfn.surface, cfn.identifier = native+"ApiKey", property.CloudFormation, []string{"APIKeyId"}
	cfn.rows = func(m *apiKey) property.List {
		return append(with(m.rows(), property.CreateOnly, "name"),
			onTypes("generateDistinctId", property.Bool(&m.distinctID), property.CreateOnly|property.WriteOnly, "Whether the key's identifier differs from its value; it always does."))
	}
	cfn.create = func(ctx context.Context, r Request, m *apiKey) error {
		m.Name = or(m.Name, stackName(r))
		return e.createAPIKey(ctx, r, m)
	}
	tf.name, tf.surface, tf.identifier = terraform+"ApiKey", property.TerraformType, []string{"Id"}
	tf.assumed = map[string]any{"Enabled": true}
	tf.rows = func(m *apiKey) property.List {
		return append(with(m.rows(), property.Required, "name"),
			attributeRow("arn", &m.arn, "The key's ARN."),
			attributeRow("createdDate", &m.created, "When the key was made (RFC 3339)."),
			attributeRow("lastUpdatedDate", &m.lastUpdated, "When the key was last changed (RFC 3339)."),
			idRows(&m.ID)[1],
		)
	}
	return []Type{&cfn, &tf}
}

// absent is a set with name, if that is the case.
func absent(is bool, name string) map[string]bool { return map[string]bool{name: is} }

func (e *environment) createAPIKey(ctx context.Context, r Request, m *apiKey) error {
	wanted := m.APIKey
	wanted.Tags = withStackTags(r, m.Tags)
	wanted.StageKeys = m.stageKeys()
	k, err := e.svc.CreateAPIKey(ctx, &wanted)
	if err != nil {
		return err
	}
	tags := m.Tags
	m.APIKey = *k
	m.Tags = tags
	return nil
}

// stageKeys returns the stages as the control plane has them.
func (m *apiKey) stageKeys() []string {
	var out []string
	for _, s := range m.stages {
		out = append(out, s.api+"/"+s.stage)
	}
	return out
}

// findAPIKey finds a key by its value, which no other has. Names need not be
// unique, so nothing else tells whose key is whose.
func (e *environment) findAPIKey(ctx context.Context, _ Request, m *apiKey) error {
	page := control.Page{Limit: control.MaxLimit}
	for m.Value != "" {
		list, next, err := e.svc.GetAPIKeys(ctx, control.APIKeyFilter{WithValues: true}, page)
		if err != nil {
			return err
		}
		for _, k := range list {
			if k.Value == m.Value {
				m.ID = k.ID
				return nil
			}
		}
		if next == "" {
			break
		}
		page.After = next
	}
	return apigw.NotFound("Invalid API Key identifier specified")
}

func (e *environment) readAPIKey(ctx context.Context, r Request, m *apiKey) error {
	own := m.Tags
	k, err := e.svc.GetAPIKey(ctx, m.ID, true)
	if err != nil {
		return err
	}
	m.APIKey = *k
	m.Tags = withoutStackTags(r, k.Tags, own)
	m.stages = nil
	for _, text := range k.StageKeys {
		api, stage, _ := strings.Cut(text, "/")
		m.stages = append(m.stages, &keyStage{api, stage})
	}
	return nil
}

func (e *environment) updateAPIKey(ctx context.Context, r Request, is, want *apiKey) error {
	ops, _ := property.PatchesFrom(is.Properties(), want.Properties())
	wanted := want.stageKeys()
	for _, stage := range wanted {
		if !slices.Contains(is.StageKeys, stage) {
			ops = append(ops, property.PatchOperation{Op: "add", Path: "/stages", Value: stage, HasValue: true})
		}
	}
	for _, stage := range is.StageKeys {
		if !slices.Contains(wanted, stage) {
			ops = append(ops, property.PatchOperation{Op: "remove", Path: "/stages", Value: stage, HasValue: true})
		}
	}
	if len(ops) > 0 {
		if _, err := e.svc.UpdateAPIKey(ctx, is.ID, ops); err != nil {
			return err
		}
	}
	return e.retag(ctx, r, "/apikeys/"+is.ID, want.Tags)
}
