package lambda

import (
	"context"
	"maps"
	"strings"
	"unicode/utf8"
)

// checkTags refuses what Lambda refuses. See "Using tags on Lambda functions".
func checkTags(tags map[string]string) error {
	if len(tags) > 50 {
		return invalid("Invalid tags: %d tags, at most 50 are allowed", len(tags))
	}
	for k, v := range tags {
		switch {
		case k == "" || utf8.RuneCountInString(k) > 128 || utf8.RuneCountInString(v) > 256:
			return invalid("Invalid tag %s: a key has 1 to 128 characters, a value at most 256", clip(k))
		case strings.HasPrefix(strings.ToLower(k), "aws:") && !strings.HasPrefix(k, "aws:cloudformation:"):
			return invalid("Invalid tag %s: the prefix aws: is reserved", clip(k))
		}
	}
	return nil
}

// taggable reads the ARN of a function.
func taggable(arn string) (Name, error) {
	n, err := ParseName(arn)
	if err != nil || !strings.HasPrefix(arn, "arn:") {
		return Name{}, violated(clip(arn), "resource", `Member must satisfy regular expression pattern: arn:(aws[a-zA-Z-]*):lambda:[a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-\d{1}:\d{12}:(function:[a-zA-Z0-9-_]+(:(\$LATEST|[a-zA-Z0-9-_]+))?|layer:([a-zA-Z0-9-_]+)|code-signing-config:csc-[a-z0-9]{17}|event-source-mapping:[a-f0-9]{8}-[a-f0-9]{4}-[a-f0-9]{4}-[a-f0-9]{4}-[a-f0-9]{12})`)
	}
	if n.Qualifier != "" {
		return Name{}, invalid("Tags on function aliases and versions are not supported. Please specify either a function name or an unqualified function ARN.")
	}
	return n, nil
}

// TagResource adds tags to a function.
func (s *Service) TagResource(ctx context.Context, arn string, tags map[string]string) error {
	n, err := taggable(arn)
	if err != nil {
		return err
	}
	return s.update(ctx, n, func(t *tx) error {
		if t.entry.Tags == nil {
			t.entry.Tags = map[string]string{}
		}
		maps.Copy(t.entry.Tags, tags)
		return checkTags(t.entry.Tags)
	})
}

// UntagResource takes tags away.
func (s *Service) UntagResource(ctx context.Context, arn string, keys []string) error {
	n, err := taggable(arn)
	if err != nil {
		return err
	}
	return s.update(ctx, n, func(t *tx) error {
		for _, k := range keys {
			delete(t.entry.Tags, k)
		}
		return nil
	})
}

// ListTags returns the tags of a function.
func (s *Service) ListTags(ctx context.Context, arn string) (map[string]string, error) {
	n, err := taggable(arn)
	if err != nil {
		return nil, err
	}
	var out map[string]string
	err = s.read(ctx, n, func(v *view) error {
		out = v.entry.Tags
		return nil
	})
	return out, err
}
