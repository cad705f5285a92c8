package apigw

import (
	"strconv"
	"time"

	"postern/internal/property"
)

// A Stage is a deployment under a name.
//
// See "CreateStage" and "AWS::ApiGateway::Stage".
type Stage struct {
	StageName            string
	DeploymentID         string
	Description          string
	ClientCertificateID  string
	CacheClusterEnabled  bool
	CacheClusterSize     string // GB
	CacheClusterStatus   string
	MethodSettings       map[string]*MethodSetting // "*/*", "pets/GET", "a~1b/GET"
	Variables            map[string]string
	DocumentationVersion string
	AccessLogSettings    *AccessLogSettings
	CanarySettings       *CanarySettings
	TracingEnabled       bool
	WebACLARN            string
	Tags                 map[string]string
	CreatedDate          time.Time
	LastUpdatedDate      time.Time
}

// CacheBytes returns the size of the stage's cache in bytes, 0 without one.
func (s *Stage) CacheBytes() int64 {
	gigabytes, err := strconv.ParseFloat(s.CacheClusterSize, 64)
	if err != nil || !s.CacheClusterEnabled {
		return 0
	}
	return int64(gigabytes * (1 << 30))
}

// Properties is the one definition of what can be said of a stage.
func (s *Stage) Properties() property.List {
	return property.List{
		{
			Name:  "stageName",
			Value: property.Text(&s.StageName),
			Is:    property.CreateOnly,
			Doc:   "The stage's name: letters, digits, _ and -.",
		},
		{
			Name:  "deploymentId",
			Value: property.Text(&s.DeploymentID),
			Patch: property.Replace,
			Doc:   "The deployment that the stage serves.",
		},
		{
			Name:  "description",
			Value: property.Text(&s.Description),
			Patch: property.Replace,
			Doc:   "A sentence for people.",
		},
		{
			Name:  "clientCertificateId",
			Value: property.Text(&s.ClientCertificateID),
			Patch: property.Replace,
			Doc:   "The certificate that the gateway shows to HTTPS backends.",
		},
		{
			Name:    "cacheClusterEnabled",
			Value:   property.Bool(&s.CacheClusterEnabled),
			Is:      property.Always,
			Default: "false",
			Patch:   property.Replace,
			Doc:     "Whether the stage has a cache.",
		},
		{
			Name:  "cacheClusterSize",
			Value: property.Enum(&s.CacheClusterSize, "0.5", "1.6", "6.1", "13.5", "28.4", "58.2", "118", "237"),
			Patch: property.Replace,
			Doc:   "The size of the cache in GB.",
		},
		{
			Name:  "cacheClusterStatus",
			Names: property.Names{CloudFormation: property.None, Terraform: property.None},
			Value: property.Text(&s.CacheClusterStatus),
			Is:    property.ReadOnly,
			Doc:   "What the cache is doing.",
		},
		{
			Name:  "methodSettings",
			Names: property.Names{CloudFormation: property.None, Terraform: property.None, CLI: property.None},
			Value: property.ObjectMap(&s.MethodSettings),
			Is:    property.Always,
			Doc:   "Settings of all methods (*/*) or of one (pets/GET).",
		},
		{
			Name:  "variables",
			Value: property.TextMap(&s.Variables, ""),
			Patch: property.Replace | property.Remove,
			Doc:   "Stage variables.",
		},
		{
			Name:  "documentationVersion",
			Value: property.Text(&s.DocumentationVersion),
			Patch: property.Replace,
			Doc:   "The version of the documentation.",
		},
		{
			Name:  "accessLogSettings",
			Names: property.Names{CloudFormation: "AccessLogSetting", Terraform: "access_log_settings"},
			Value: property.Object(&s.AccessLogSettings),
			Patch: property.Add | property.Replace | property.Remove,
			Doc:   "Where access logs go and what they say.",
		},
		{
			Name:  "canarySettings",
			Names: property.Names{CloudFormation: "CanarySetting", Terraform: "canary_settings"},
			Value: property.Object(&s.CanarySettings),
			Patch: property.Replace | property.Remove,
			Doc:   "The deployment that a part of the traffic gets.",
		},
		{
			Name:    "tracingEnabled",
			Names:   property.Names{Terraform: "xray_tracing_enabled"},
			Value:   property.Bool(&s.TracingEnabled),
			Is:      property.Always,
			Default: "false",
			Patch:   property.Replace,
			Doc:     "Whether requests are traced.",
		},
		{
			Name:  "webAclArn",
			Names: property.Names{CloudFormation: property.None},
			Value: property.Text(&s.WebACLARN),
			Is:    property.ReadOnly,
			Doc:   "The web ACL of the stage.",
		},
		{
			Name:  "tags",
			Value: property.Tags(&s.Tags),
			Doc:   "Tags.",
		},
		{
			Name:  "createdDate",
			Names: property.Names{CloudFormation: property.None, Terraform: property.None},
			Value: property.Epoch(&s.CreatedDate),
			Is:    property.ReadOnly,
			Doc:   "When the stage was made.",
		},
		{
			Name:  "lastUpdatedDate",
			Names: property.Names{CloudFormation: property.None, Terraform: property.None},
			Value: property.Epoch(&s.LastUpdatedDate),
			Is:    property.ReadOnly,
			Doc:   "When the stage was last changed.",
		},
	}
}

// An AccessLogSettings says where access logs go and what they say.
type AccessLogSettings struct {
	DestinationARN string
	Format         string
}

// Properties is the one definition of access log settings.
func (a *AccessLogSettings) Properties() property.List {
	return property.List{
		{
			Name:  "destinationArn",
			Value: property.Text(&a.DestinationARN),
			Patch: property.Add | property.Replace | property.Remove,
			Doc:   "A log group or a Firehose stream.",
		},
		{
			Name:  "format",
			Value: property.Text(&a.Format),
			Patch: property.Add | property.Replace | property.Remove,
			Doc:   "One line of $context variables.",
		},
	}
}

// A CanarySettings gives a part of a stage's traffic to another deployment.
type CanarySettings struct {
	PercentTraffic         float64 // 0 to 100
	DeploymentID           string
	StageVariableOverrides map[string]string
	UseStageCache          bool
}

// Properties is the one definition of canary settings.
func (c *CanarySettings) Properties() property.List {
	return property.List{
		{
			Name:  "percentTraffic",
			Value: property.Float(&c.PercentTraffic),
			Is:    property.Always,
			Patch: property.Replace,
			Doc:   "The share of requests, from 0 to 100.",
		},
		{
			Name:  "deploymentId",
			Value: property.Text(&c.DeploymentID),
			Patch: property.Replace,
			Doc:   "The deployment that the share gets.",
		},
		{
			Name:  "stageVariableOverrides",
			Value: property.TextMap(&c.StageVariableOverrides, ""),
			Patch: property.Replace | property.Remove,
			Doc:   "Stage variables that differ for the share.",
		},
		{
			Name:    "useStageCache",
			Value:   property.Bool(&c.UseStageCache),
			Is:      property.Always,
			Default: "false",
			Patch:   property.Replace,
			Doc:     "Whether the share uses the stage's cache.",
		},
	}
}
