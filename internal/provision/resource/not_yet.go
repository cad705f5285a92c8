package resource

import (
	"fmt"
	"slices"

	"postern/internal/property"
)

// A limitation is a property, or some values of one, that the rows know and the
// gateway does not obey.
type limitation struct {
	noun, property string   // in the control plane's spelling
	values         []string // those that are meant; none: every one but the default
	sentence       string
	accepted       bool // a warning is enough
}

// notYet is what must not be promised. What would silently change an answer is
// refused. The rest is kept, shown and warned of: what changes no answer, and
// what closes a method to everybody. A row goes when the thing is built.
var notYet = [...]limitation{
	{noun: "RestApi", property: "bodyS3Location", sentence: "documents in S3 cannot be read; write the document as Body, or name a file beside the template"},
	{noun: "RestApi", property: "cloneFrom", sentence: "clones in templates are not part of Postern yet; leave it out"},
	{noun: "RestApi", property: "securityPolicy", sentence: "it is kept and not enforced", accepted: true},
	{noun: "RestApi", property: "endpointAccessMode", sentence: "it is kept and not enforced", accepted: true},

	{noun: "Integration", property: "responseTransferMode", values: []string{"STREAM"}, sentence: "STREAM is not part of Postern yet; leave it out or write BUFFERED"},

	{noun: "Stage", property: "accessLogSettings", sentence: "access logs are not written to log groups; the setting is kept", accepted: true},
	{noun: "Stage", property: "tracingEnabled", sentence: "requests are not traced by X-Ray; the setting is kept", accepted: true},

	{noun: "DomainName", property: "mutualTlsAuthentication", sentence: "clients' certificates are not checked yet, so the name stays closed to everybody", accepted: true},
	{noun: "DomainName", property: "policy", sentence: "policies of domain names are not checked yet, so the name stays closed to everybody", accepted: true},
	{noun: "DomainName", property: "routingMode", values: []string{"ROUTING_RULE_ONLY"}, sentence: "routing rules are not part of Postern, so the name stays closed to everybody", accepted: true},

	{noun: "MethodSetting", property: "loggingLevel", values: []string{"ERROR", "INFO"}, sentence: "execution logs are not written to log groups; the setting is kept", accepted: true},
	{noun: "MethodSetting", property: "dataTraceEnabled", sentence: "execution logs are not written to log groups; the setting is kept", accepted: true},
	{noun: "MethodSetting", property: "metricsEnabled", sentence: "metrics are not sent to CloudWatch; the setting is kept", accepted: true},
}

// unbuilt returns the limitations that the values of a noun's rows run into, in
// the control plane's spelling, but for properties about which told complains
// already.
func unbuilt(noun string, rows property.List, told property.Errors) property.Errors {
	var out property.Errors
	for _, l := range notYet {
		if l.noun != noun {
			continue
		}
		row, ok := rows.ByName(l.property)
		if !ok || row.Zero() {
			continue
		}
		value := property.Encode(property.CloudFormation, property.List{{Name: "value", Value: row.Value, Is: property.Always}})["Value"]
		text := fmt.Sprint(value)
		if len(l.values) == 0 && text == row.Default || len(l.values) > 0 && !slices.Contains(l.values, text) {
			continue
		}
		if slices.ContainsFunc(told, func(e *property.Error) bool { return len(e.Path) > 0 && e.Path[0] == l.property }) {
			continue
		}
		e := property.Bad(l.property, nil, "%s", l.sentence)
		e.Warning = l.accepted
		out = append(out, e)
	}
	return out
}

// judged returns what is wrong with a nested object of which the rows' own rules
// are rules: also what the gateway does not obey, less what cannot be known yet,
// in the spelling of s.
func judged(s *property.Surface, noun string, rows property.List, given map[string]any, rules property.Errors) property.Errors {
	rules = append(rules, unbuilt(noun, rows, rules)...)
	return rules.Without(property.Pending(s, rows, given)).Spell(s, rows)
}
