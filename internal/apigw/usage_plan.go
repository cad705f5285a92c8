package apigw

import "postern/internal/property"

// A UsagePlan says which stages its keys may call, how fast and how often.
//
// See "CreateUsagePlan" and "AWS::ApiGateway::UsagePlan".
type UsagePlan struct {
	ID          string
	Name        string
	Description string
	APIStages   []*APIStage
	Throttle    *ThrottleSettings // of each key; nil: none
	Quota       *Quota            // of each key; nil: none
	ProductCode string            // of a marketplace
	Tags        map[string]string
}

// Properties is the one definition of what can be said of a usage plan.
func (p *UsagePlan) Properties() property.List {
	return property.List{
		{
			Name:  "id",
			Names: property.Names{CloudFormation: "Id"},
			Value: property.Text(&p.ID),
			Is:    property.ReadOnly,
			Doc:   "The plan's identifier.",
		},
		{
			Name:  "name",
			Names: property.Names{CloudFormation: "UsagePlanName"},
			Value: property.Text(&p.Name),
			Is:    property.Required,
			Patch: property.Replace,
			Doc:   "The plan's name.",
		},
		{
			Name:  "description",
			Value: property.Text(&p.Description),
			Patch: property.Replace,
			Doc:   "A sentence for people.",
		},
		{
			Name:  "apiStages",
			Names: property.Names{CloudFormation: "ApiStages"},
			Value: property.ObjectList(&p.APIStages),
			Is:    property.Always,
			Doc:   "The stages that the plan's keys may call.",
		},
		{
			Name:  "throttle",
			Names: property.Names{Terraform: "throttle_settings"},
			Value: property.Object(&p.Throttle),
			Patch: property.Add | property.Replace | property.Remove,
			Doc:   "How fast each key may call.",
		},
		{
			Name:  "quota",
			Names: property.Names{Terraform: "quota_settings"},
			Value: property.Object(&p.Quota),
			Patch: property.Add | property.Replace | property.Remove,
			Doc:   "How often each key may call in a period.",
		},
		{
			Name:  "productCode",
			Names: property.Names{CloudFormation: property.None},
			Value: property.Text(&p.ProductCode),
			Patch: property.Add | property.Replace | property.Remove,
			Doc:   "The product of a marketplace.",
		},
		{
			Name:  "tags",
			Value: property.Tags(&p.Tags),
			Doc:   "Tags.",
		},
	}
}

// An APIStage is a stage that a usage plan opens.
type APIStage struct {
	APIID    string
	Stage    string
	Throttle map[string]*ThrottleSettings // of methods, by /path/METHOD
}

// Properties is the one definition of what can be said of a plan's stage.
func (s *APIStage) Properties() property.List {
	return property.List{
		{Name: "apiId", Value: property.Text(&s.APIID), Doc: "The API."},
		{Name: "stage", Value: property.Text(&s.Stage), Doc: "The stage."},
		{Name: "throttle", Value: property.ObjectMap(&s.Throttle), Doc: "How fast each key may call single methods, by /path/METHOD."},
	}
}

// A Quota is a number of requests in a period.
type Quota struct {
	Limit  int64  // requests
	Offset int64  // days after Sunday or the first of the month on which a period begins
	Period string // DAY, WEEK, MONTH
}

// Properties is the one definition of a quota.
func (q *Quota) Properties() property.List {
	return property.List{
		{Name: "limit", Value: property.Int(&q.Limit, 0, 1<<31-1), Is: property.Always, Patch: property.Add | property.Replace, Doc: "How many requests a key may make in a period."},
		{Name: "offset", Value: property.Int(&q.Offset, 0, 27), Is: property.Always, Default: "0", Patch: property.Add | property.Replace, Doc: "The day on which a period begins."},
		{Name: "period", Value: property.Enum(&q.Period, "DAY", "WEEK", "MONTH"), Patch: property.Add | property.Replace, Doc: "How long a period is."},
	}
}

// Validate reports what no single row can know.
func (p *UsagePlan) Validate() property.Errors {
	var errs property.Errors
	bad := func(name string, found any, sentence string) {
		errs = append(errs, property.Bad(name, found, "%s", sentence).Saying(sentence))
	}
	for _, s := range p.APIStages {
		if s.APIID == "" || s.Stage == "" {
			bad("apiStages", nil, "Invalid API Stage specified")
		}
		for _, k := range sortedKeys(s.Throttle) {
			if t := s.Throttle[k]; t.BurstLimit < 0 || !(t.RateLimit >= 0) {
				bad("apiStages", brief(k), "Throttling limits of a usage plan must be 0 or greater")
			}
		}
	}
	if t := p.Throttle; t != nil && (t.BurstLimit < 0 || !(t.RateLimit >= 0)) {
		bad("throttle", nil, "Throttling limits of a usage plan must be 0 or greater")
	}
	q := p.Quota
	if q == nil {
		return errs
	}
	switch {
	case q.Limit < 1:
		bad("quota", q.Limit, "Usage Plan quota limit must be greater than zero")
	case q.Period != "DAY" && q.Period != "WEEK" && q.Period != "MONTH":
		bad("quota", brief(q.Period), "Usage Plan quota period must be one of DAY, WEEK, MONTH")
	case q.Period == "DAY" && q.Offset != 0:
		bad("quota", q.Offset, "Usage Plan quota offset must be zero in the DAY period")
	case q.Period == "WEEK" && (q.Offset < 0 || q.Offset > 6):
		bad("quota", q.Offset, "Usage Plan quota offset must be between zero and six inclusive in the WEEK period")
	case q.Period == "MONTH" && (q.Offset < 0 || q.Offset > 27):
		bad("quota", q.Offset, "Usage Plan quota offset must be between zero and 27 inclusive in the MONTH period")
	}
	return errs
}

// A UsagePlanKey is an API key as a member of a usage plan.
//
// See "CreateUsagePlanKey" and "AWS::ApiGateway::UsagePlanKey".
type UsagePlanKey struct {
	ID    string // of the key
	Type  string // API_KEY
	Value string // a secret
	Name  string
}

// APIKeyType is the only type of a usage plan's key.
const APIKeyType = "API_KEY"

// Properties is the one definition of what can be said of a plan's key.
func (k *UsagePlanKey) Properties() property.List {
	return property.List{
		{Name: "id", Names: property.Names{CloudFormation: "KeyId", Terraform: "key_id"}, Value: property.Text(&k.ID), Is: property.CreateOnly, Doc: "The API key."},
		{Name: "type", Names: property.Names{CloudFormation: "KeyType", Terraform: "key_type"}, Value: property.Text(&k.Type), Is: property.CreateOnly, Doc: "Always API_KEY."},
		{Name: "value", Names: property.Names{CloudFormation: property.None}, Value: property.Text(&k.Value), Is: property.ReadOnly | property.Secret, Doc: "What clients send."},
		{Name: "name", Names: property.Names{CloudFormation: property.None}, Value: property.Text(&k.Name), Is: property.ReadOnly, Doc: "The key's name."},
	}
}
