package control

import (
	"encoding/json"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"

	"postern/internal/apigw"
	"postern/internal/property"
)

// This file changes a stage as UpdateStage says. Stages have paths, operations
// and complaints of their own; what is quoted is observed.
//
// Paths of method settings begin with a resource's path, in which slashes may be
// escaped (a~1b/GET) or bare (a/b/GET).

// stagePaths is the complaint about a path that a replacement cannot have; the
// missing commas are the service's.
const stagePaths = "Invalid method setting path: %s. Must be one of: [/deploymentId, /description, /cacheClusterEnabled, /cacheClusterSize, /clientCertificateId, /accessLogSettings, /accessLogSettings/destinationArn, /accessLogSettings/format, /{resourcePath}/{httpMethod}/metrics/enabled, /{resourcePath}/{httpMethod}/logging/dataTrace, /{resourcePath}/{httpMethod}/logging/loglevel, /{resourcePath}/{httpMethod}/throttling/burstLimit/{resourcePath}/{httpMethod}/throttling/rateLimit/{resourcePath}/{httpMethod}/caching/ttlInSeconds, /{resourcePath}/{httpMethod}/caching/enabled, /{resourcePath}/{httpMethod}/caching/dataEncrypted, /{resourcePath}/{httpMethod}/caching/requireAuthorizationForCacheControl, /{resourcePath}/{httpMethod}/caching/unauthorizedCacheControlHeaderStrategy, /*/*/metrics/enabled, /*/*/logging/dataTrace, /*/*/logging/loglevel, /*/*/throttling/burstLimit /*/*/throttling/rateLimit /*/*/caching/ttlInSeconds, /*/*/caching/enabled, /*/*/caching/dataEncrypted, /*/*/caching/requireAuthorizationForCacheControl, /*/*/caching/unauthorizedCacheControlHeaderStrategy, /variables/{variable_name}, /tracingEnabled]"

// patchStage carries out one operation.
func patchStage(stage *apigw.Stage, op property.PatchOperation) error {
	if op.Path == "" {
		return apigw.BadRequest("Invalid patch path null")
	}
	switch op.Op {
	case "replace":
		return replaceInStage(stage, op)
	case "remove":
		return removeFromStage(stage, op)
	case "copy":
		return copyInStage(stage, op)
	case "add":
		if strings.HasPrefix(op.Path, accessLogPath) {
			return setAccessLog(stage, op)
		}
		return apigw.BadRequest("Invalid add operation with path: %s", op.Path)
	}
	return apigw.BadRequest("Invalid patch operation specified. Must be 'add'|'remove'|'replace'")
}

const (
	accessLogPath = "/accessLogSettings"
	canaryPath    = "/canarySettings"
	overridesPath = canaryPath + "/stageVariableOverrides"
	variablesPath = "/variables"
)

func replaceInStage(stage *apigw.Stage, op property.PatchOperation) error {
	if m, ok := settingOf(op.Path); ok {
		return m.set(stage, op)
	}
	switch op.Path {
	case "/deploymentId":
		stage.DeploymentID = op.Value
	case "/description":
		stage.Description = op.Value
	case "/documentationVersion":
		stage.DocumentationVersion = op.Value
	case "/clientCertificateId":
		stage.ClientCertificateID = op.Value
	case "/cacheClusterEnabled":
		stage.CacheClusterEnabled = boolText(op.Value)
	case "/cacheClusterSize":
		return setCacheSize(stage, op)
	case "/tracingEnabled":
		stage.TracingEnabled = boolText(op.Value)
	case variablesPath:
		return replaceMap(&stage.Variables, op)
	default:
		switch {
		case strings.HasPrefix(op.Path, accessLogPath):
			return setAccessLog(stage, op)
		case strings.HasPrefix(op.Path, canaryPath+"/"):
			return setCanary(stage, op)
		}
		if name, ok := member(op.Path, variablesPath); ok {
			stage.Variables = with(stage.Variables, name, op.Value)
			return nil
		}
		return apigw.BadRequest(stagePaths, op.Path)
	}
	return nil
}

func setCacheSize(stage *apigw.Stage, op property.PatchOperation) error {
	sizes := []string{"", "0.5", "1.6", "6.1", "13.5", "28.4", "58.2", "118", "237"}
	if !slices.Contains(sizes, op.Value) {
		return badPatchValue(op, "one of "+strings.Join(sizes[1:], ", "))
	}
	stage.CacheClusterSize = op.Value
	return nil
}

// member returns the name behind a map's path. Its slashes may be bare.
func member(path, of string) (string, bool) {
	rest, ok := strings.CutPrefix(path, of+"/")
	if !ok || rest == "" {
		return "", false
	}
	return strings.Join(property.Segments("/"+rest), "/"), true
}

// with returns m with an entry. The map it was is left alone.
func with(m map[string]string, name, value string) map[string]string {
	out := maps.Clone(m)
	if out == nil {
		out = map[string]string{}
	}
	out[name] = value
	return out
}

// replaceMap replaces a whole map by the text of a JSON object.
func replaceMap(m *map[string]string, op property.PatchOperation) error {
	var values map[string]string
	if err := json.Unmarshal([]byte(op.Value), &values); err != nil {
		return badPatchValue(op, "the text of a JSON object of strings")
	}
	*m = values
	return nil
}

// setAccessLog adds or replaces one of the two access log settings.
func setAccessLog(stage *apigw.Stage, op property.PatchOperation) error {
	settings := apigw.AccessLogSettings{}
	if stage.AccessLogSettings != nil {
		settings = *stage.AccessLogSettings
	}
	switch op.Path {
	case accessLogPath + "/destinationArn":
		settings.DestinationARN = strings.TrimSuffix(op.Value, ":*")
	case accessLogPath + "/format":
		settings.Format = op.Value
	default:
		return apigw.BadRequest("Invalid accessLogSettings path. Must be one of : [/accessLogSettings/destinationArn, /accessLogSettings/format]")
	}
	if op.Value == "" {
		return apigw.BadRequest("Access Log value must not be empty")
	}
	stage.AccessLogSettings = &settings
	return nil
}

// setCanary replaces one of the canary settings. A stage without a canary gets
// one that has the stage's deployment and no traffic.
func setCanary(stage *apigw.Stage, op property.PatchOperation) error {
	canary := apigw.CanarySettings{DeploymentID: stage.DeploymentID}
	if stage.CanarySettings != nil {
		canary = *stage.CanarySettings
	}
	switch op.Path {
	case canaryPath + "/deploymentId":
		if op.Value == "" {
			return noDeployment()
		}
		canary.DeploymentID = op.Value
	case canaryPath + "/percentTraffic":
		share, err := strconv.ParseFloat(op.Value, 64)
		if err != nil || math.IsNaN(share) {
			return badPatchValue(op, "a number from 0 to 100")
		}
		canary.PercentTraffic = share
	case canaryPath + "/useStageCache":
		canary.UseStageCache = boolText(op.Value)
	case overridesPath:
		if err := replaceMap(&canary.StageVariableOverrides, op); err != nil {
			return err
		}
	default:
		name, ok := member(op.Path, overridesPath)
		if !ok {
			return apigw.BadRequest(stagePaths, op.Path)
		}
		canary.StageVariableOverrides = with(canary.StageVariableOverrides, name, op.Value)
	}
	stage.CanarySettings = &canary
	return nil
}

func removeFromStage(stage *apigw.Stage, op property.PatchOperation) error {
	switch op.Path {
	case accessLogPath:
		stage.AccessLogSettings = nil
		return nil
	case canaryPath:
		stage.CanarySettings = nil
		return nil
	case variablesPath:
		stage.Variables = nil
		return nil
	}
	if name, ok := member(op.Path, variablesPath); ok && has(stage.Variables, name) {
		delete(stage.Variables, name)
		return nil
	}
	if name, ok := member(op.Path, overridesPath); ok && stage.CanarySettings != nil && has(stage.CanarySettings.StageVariableOverrides, name) {
		delete(stage.CanarySettings.StageVariableOverrides, name)
		return nil
	}
	if k, ok := settingKey(stage, strings.TrimPrefix(op.Path, "/")); ok {
		delete(stage.MethodSettings, k)
		return nil
	}
	// The blank at the end is the service's.
	return apigw.BadRequest("Cannot remove method setting %s because there is no method setting for this method ", strings.TrimPrefix(op.Path, "/"))
}

func has(m map[string]string, name string) bool {
	_, ok := m[name]
	return ok
}

// copyInStage promotes the canary: its deployment becomes the stage's, or its
// variables are merged into the stage's. The canary stays.
func copyInStage(stage *apigw.Stage, op property.PatchOperation) error {
	deployment := op.From == canaryPath+"/deploymentId" && op.Path == "/deploymentId"
	variables := op.From == overridesPath && op.Path == variablesPath
	switch {
	case !deployment && !variables:
		return apigw.BadRequest("Invalid copy operation with path: %s and from %s. Valid copy:path are [/deploymentId, /variables] and valid copy:from are [/canarySettings/deploymentId, /canarySettings/stageVariableOverrides]", op.Path, op.From)
	case stage.CanarySettings == nil:
		return apigw.BadRequest("Promotion not available. Canary does not exist.")
	case deployment:
		stage.DeploymentID = stage.CanarySettings.DeploymentID
	default:
		for name, value := range stage.CanarySettings.StageVariableOverrides {
			stage.Variables = with(stage.Variables, name, value)
		}
	}
	return nil
}
