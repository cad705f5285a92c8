package apigw

import (
	"strconv"
	"time"
	"unicode/utf8"

	"postern/internal/property"
)

// An APIKey is a word that a client sends to show which usage plans it has.
//
// See "CreateApiKey" and "AWS::ApiGateway::ApiKey".
type APIKey struct {
	ID              string
	Value           string // a secret
	Name            string
	CustomerID      string // of a marketplace
	Description     string
	Enabled         bool
	CreatedDate     time.Time
	LastUpdatedDate time.Time
	StageKeys       []string // stages of old, as api/stage
	Tags            map[string]string
}

// Lengths of what an API key says, in characters. See "CreateApiKey"; observed.
const (
	minKeyValue       = 20
	maxKeyValue       = 128
	maxKeyName        = 1_024
	maxKeyDescription = 125_000
)

// Properties is the one definition of what can be said of an API key.
func (k *APIKey) Properties() property.List {
	return property.List{
		{
			Name:  "id",
			Names: property.Names{CloudFormation: "APIKeyId"},
			Value: property.Text(&k.ID),
			Is:    property.ReadOnly,
			Doc:   "The key's identifier.",
		},
		{
			Name:  "value",
			Value: property.Text(&k.Value),
			Is:    property.CreateOnly | property.Secret,
			Doc:   "What clients send: 20 to 128 characters. One is made if it is left out.",
		},
		{
			Name:  "name",
			Value: property.Text(&k.Name),
			Patch: property.Replace,
			Doc:   "The key's name.",
		},
		{
			Name:  "customerId",
			Value: property.Text(&k.CustomerID),
			Patch: property.Replace,
			Doc:   "The customer of a marketplace.",
		},
		{
			Name:  "description",
			Value: property.Text(&k.Description),
			Patch: property.Replace,
			Doc:   "A sentence for people.",
		},
		{
			Name:    "enabled",
			Value:   property.Bool(&k.Enabled),
			Is:      property.Always,
			Default: "false",
			Patch:   property.Replace,
			Doc:     "Whether clients may use the key.",
		},
		{
			Name:  "createdDate",
			Names: property.Names{CloudFormation: property.None},
			Value: property.Epoch(&k.CreatedDate),
			Is:    property.ReadOnly,
			Doc:   "When the key was made.",
		},
		{
			Name:  "lastUpdatedDate",
			Names: property.Names{CloudFormation: property.None},
			Value: property.Epoch(&k.LastUpdatedDate),
			Is:    property.ReadOnly,
			Doc:   "When the key was last changed.",
		},
		{
			Name:  "stageKeys",
			Names: property.Names{CloudFormation: property.None, Terraform: property.None},
			Value: property.TextList(&k.StageKeys),
			Is:    property.Always,
			Doc:   "Stages, as api/stage. Usage plans have taken their place.",
		},
		{
			Name:  "tags",
			Value: property.Tags(&k.Tags),
			Doc:   "Tags.",
		},
	}
}

// Validate reports what no single row can know. No error shows the value.
func (k *APIKey) Validate() property.Errors {
	var errs property.Errors
	bad := func(name string, found any, sentence string) {
		errs = append(errs, property.Bad(name, found, "%s", sentence).Saying(sentence))
	}
	switch n := utf8.RuneCountInString(k.Value); {
	case n < minKeyValue:
		bad("value", nil, "API Key value should be at least "+strconv.Itoa(minKeyValue)+" characters")
	case n > maxKeyValue:
		bad("value", nil, "API Key value exceeds maximum size of "+strconv.Itoa(maxKeyValue)+" characters")
	}
	if utf8.RuneCountInString(k.Name) > maxKeyName {
		bad("name", brief(k.Name), "Invalid API Key name, can be at most "+strconv.Itoa(maxKeyName)+" characters.")
	}
	if utf8.RuneCountInString(k.Description) > maxKeyDescription {
		bad("description", nil, "Invalid API Key description specified.")
	}
	return errs
}
