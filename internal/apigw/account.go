package apigw

import "postern/internal/property"

// An Account is the settings that all APIs of an account and region share.
//
// See "GetAccount" and "AWS::ApiGateway::Account".
type Account struct {
	CloudWatchRoleARN string
	ThrottleSettings  *ThrottleSettings
	Features          []string
	APIKeyVersion     string
}

// A ThrottleSettings is a token bucket.
type ThrottleSettings struct {
	BurstLimit int64   // requests
	RateLimit  float64 // requests per second
}

// Properties is the one definition of throttle settings.
func (t *ThrottleSettings) Properties() property.List {
	return property.List{
		{Name: "burstLimit", Value: property.Int(&t.BurstLimit, 0, 1<<31-1), Is: property.Always, Default: "0", Patch: property.Add | property.Replace, Doc: "How many requests may come at once."},
		{Name: "rateLimit", Value: property.Float(&t.RateLimit), Is: property.Always, Default: "0", Patch: property.Add | property.Replace, Doc: "How many requests a second may come in the long run."},
	}
}

// Properties is the one definition of what can be said of an account.
func (a *Account) Properties() property.List {
	return property.List{
		{
			Name:  "cloudwatchRoleArn",
			Names: property.Names{CloudFormation: "CloudWatchRoleArn"},
			Value: property.Text(&a.CloudWatchRoleARN),
			Patch: property.Replace,
			Doc:   "The role that writes logs.",
		},
		{
			Name:  "throttleSettings",
			Names: property.Names{CloudFormation: property.None},
			Value: property.Object(&a.ThrottleSettings),
			Is:    property.ReadOnly,
			Doc:   "The account's own throttle.",
		},
		{
			Name:  "features",
			Names: property.Names{CloudFormation: property.None, Terraform: property.None},
			Value: property.TextList(&a.Features),
			Is:    property.ReadOnly,
			Patch: property.Add | property.Remove,
			Doc:   "What the account may use.",
		},
		{
			Name:  "apiKeyVersion",
			Names: property.Names{CloudFormation: property.None, Terraform: property.None},
			Value: property.Text(&a.APIKeyVersion),
			Is:    property.ReadOnly,
			Doc:   "The version of API keys.",
		},
	}
}
