package control

import (
	"context"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"

	"postern/internal/apigw"
)

// Limits of tags. See "Tagging API Gateway resources".
const (
	maxTags     = 50
	maxTagKey   = 128 // characters
	maxTagValue = 256 // characters
)

// checkTags refuses tags that break a limit.
func checkTags(tags map[string]string) error {
	if len(tags) > maxTags {
		return apigw.BadRequest("Too many tags: %d found, at most %d are allowed", len(tags), maxTags)
	}
	for _, k := range slices.Sorted(maps.Keys(tags)) {
		switch {
		case k == "" || utf8.RuneCountInString(k) > maxTagKey:
			return apigw.BadRequest("Invalid tag key %q: it must have 1 to %d characters", clip(k), maxTagKey)
		case strings.HasPrefix(strings.ToLower(k), "aws:"):
			return apigw.BadRequest("aws: prefixed tag key names are not allowed for external use.")
		case utf8.RuneCountInString(tags[k]) > maxTagValue:
			return apigw.BadRequest("Invalid value of tag %q: it must have at most %d characters", k, maxTagValue)
		}
	}
	return nil
}

// clip shortens a client's text for a message.
func clip(s string) string {
	if r := []rune(s); len(r) > 80 {
		return string(r[:79]) + "…"
	}
	return s
}

// GetTags returns the tags of the thing that an ARN names.
func (s *Service) GetTags(ctx context.Context, arn string) (map[string]string, error) {
	tags := map[string]string{}
	err := s.read(ctx, func(v view) error {
		_, err := s.tagged(v, arn, func(on *map[string]string) { maps.Copy(tags, *on) })
		return err
	})
	return tags, err
}

// TagResource adds tags to the thing that an ARN names, or replaces their
// values.
func (s *Service) TagResource(ctx context.Context, arn string, tags map[string]string) error {
	return s.retag(ctx, arn, func(on *map[string]string) {
		merged := maps.Clone(*on)
		if merged == nil {
			merged = map[string]string{}
		}
		maps.Copy(merged, tags)
		*on = merged
	})
}

// UntagResource removes tags from the thing that an ARN names. A key that it
// does not have is no error.
func (s *Service) UntagResource(ctx context.Context, arn string, keys []string) error {
	return s.retag(ctx, arn, func(on *map[string]string) {
		for _, k := range keys {
			delete(*on, k)
		}
	})
}

func (s *Service) retag(ctx context.Context, arn string, change func(*map[string]string)) error {
	return s.write(ctx, func(t *tx) error {
		var invalid error
		save, err := s.tagged(t, arn, func(on *map[string]string) {
			change(on)
			invalid = checkTags(*on)
		})
		if err != nil {
			return err
		}
		if invalid != nil {
			return invalid
		}
		return save(t)
	})
}

// tagged calls f with the tags of the thing that an ARN names, and returns what
// saves the thing afterwards.
func (s *Service) tagged(r reader, arn string, f func(*map[string]string)) (save func(*tx) error, err error) {
	// arn:{partition}:apigateway:{region}::/{kind}/{id}
	parts := strings.SplitN(arn, ":", 6)
	if len(parts) != 6 || parts[0] != "arn" || parts[2] != "apigateway" || !strings.HasPrefix(parts[5], "/") {
		return nil, apigw.BadRequest("Invalid ARN. ARN is not well formed %s", clip(arn))
	}
	switch path := strings.Split(parts[5][1:], "/"); {
	case len(path) == 2 && path[0] == "restapis":
		return taggedAt(r, restAPIKey(path[1]), func(a *apigw.RestAPI) *map[string]string { return &a.Tags }, s.unknownAPI(path[1]), f)
	case len(path) == 4 && path[0] == "restapis" && path[2] == "stages":
		return taggedAt(r, stageKey(path[1], path[3]), func(stage *apigw.Stage) *map[string]string { return &stage.Tags }, unknownStage(), f)
	case len(path) == 2 && path[0] == "vpclinks":
		return taggedAt(r, vpcLinkKey(path[1]), func(l *apigw.VPCLink) *map[string]string { return &l.Tags }, unknownVPCLink(), f)
	case len(path) == 2 && path[0] == "apikeys":
		return taggedAt(r, apiKeyKey(path[1]), func(k *apigw.APIKey) *map[string]string { return &k.Tags }, unknownAPIKey(), f)
	case len(path) == 2 && path[0] == "usageplans":
		return taggedAt(r, planKey(path[1]), func(p *apigw.UsagePlan) *map[string]string { return &p.Tags }, unknownPlan(), f)
	case len(path) == 2 && path[0] == "clientcertificates":
		return taggedAt(r, certificateKey(path[1]), func(c *apigw.ClientCertificate) *map[string]string { return &c.Tags }, unknownCertificate(), f)
	case len(path) == 2 && path[0] == "domainnames":
		// The identifier of a private name stands behind it, as in its key.
		return taggedAt(r, domainKey(strings.ToLower(path[1])), func(d *apigw.DomainName) *map[string]string { return &d.Tags }, unknownDomain(), f)
	case len(path) == 5 && path[0] == "domainnameaccessassociations":
		return taggedAt(r, accessKey(strings.ToLower(path[2]), path[4]), func(a *apigw.DomainNameAccessAssociation) *map[string]string { return &a.Tags }, unknownAccess(), f)
	}
	return nil, apigw.NotFound("Invalid resource ARN specified: %s is not the ARN of a REST API, a stage, a VPC link, an API key, a usage plan, a client certificate, a domain name or the access to one", clip(arn))
}

// taggedAt is tagged for the thing under a key. unknown is the refusal when
// there is none.
func taggedAt[T any, P noun[T]](r reader, k string, tags func(*T) *map[string]string, unknown error, f func(*map[string]string)) (save func(*tx) error, err error) {
	n, created, err := loadCreated[T, P](r, k)
	if err != nil {
		return nil, err
	}
	if n == nil {
		return nil, unknown
	}
	f(tags(n))
	return func(t *tx) error { return t.save(k, P(n), created) }, nil
}
