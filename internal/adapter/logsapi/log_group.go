package logsapi

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	"postern/internal/lambda"
)

// A groupName names a log group in a request: by its name, or by its ARN.
type groupName struct {
	LogGroupName       string
	LogGroupIdentifier string
}

// name returns the name, for which the request must have either member.
func (g *groupName) name() (string, error) {
	switch {
	case g.LogGroupName != "" && g.LogGroupIdentifier != "":
		return "", invalid("LogGroup name and LogGroup ARN are mutually exclusive parameters.")
	case g.LogGroupName != "":
		return g.LogGroupName, nil
	case g.LogGroupIdentifier != "":
		return nameOf(g.LogGroupIdentifier), nil
	}
	return "", null("logGroupName")
}

// namedGroup reads a request that names a log group and no more.
func (c *call) namedGroup() (string, error) {
	var in groupName
	if err := c.read(&in); err != nil {
		return "", err
	}
	return in.name()
}

// nameOf returns the name in the ARN of a log group, which may end in :*.
func nameOf(identifier string) string {
	if _, name, ok := strings.Cut(identifier, ":log-group:"); ok {
		return strings.TrimSuffix(name, ":*")
	}
	return identifier
}

func (c *call) createGroup() (any, error) {
	var in struct {
		LogGroupName  string
		KMSKeyID      string
		LogGroupClass string
		Tags          map[string]string
	}
	if err := c.read(&in); err != nil {
		return nil, err
	}
	if in.LogGroupName == "" {
		return nil, null("logGroupName")
	}
	// A function may have logged first, which makes the group.
	if _, err := c.lambda.FindLogGroup(c.ctx, in.LogGroupName); err == nil {
		return nil, &refusal{"ResourceAlreadyExistsException", "The specified log group already exists"}
	}
	return nil, c.lambda.CreateLogGroup(c.ctx, &lambda.LogGroup{Name: in.LogGroupName, KMSKey: in.KMSKeyID, Class: in.LogGroupClass, Tags: in.Tags})
}

func (c *call) deleteGroup() (any, error) {
	name, err := c.namedGroup()
	if err != nil {
		return nil, err
	}
	return nil, c.lambda.DeleteLogGroup(c.ctx, name)
}

type group struct {
	Name            string `json:"logGroupName"`
	Created         int64  `json:"creationTime"` // milliseconds
	RetentionInDays int64  `json:"retentionInDays,omitempty"`
	MetricFilters   int    `json:"metricFilterCount"`
	ARN             string `json:"arn"`
	StoredBytes     int64  `json:"storedBytes"`
	KMSKeyID        string `json:"kmsKeyId,omitempty"`
	Class           string `json:"logGroupClass"`
	GroupARN        string `json:"logGroupArn"`
}

func (c *call) describeGroups() (any, error) {
	var in struct {
		LogGroupNamePrefix  string
		LogGroupNamePattern string
		Limit               int
		NextToken           string
	}
	if err := c.read(&in); err != nil {
		return nil, err
	}
	if in.LogGroupNamePrefix != "" && in.LogGroupNamePattern != "" {
		return nil, invalid("LogGroup name prefix and LogGroup name pattern are mutually exclusive parameters.")
	}
	all, err := c.lambda.LogGroups(c.ctx, in.LogGroupNamePrefix)
	if err != nil {
		return nil, err
	}
	all = slices.DeleteFunc(all, func(g *lambda.LoggedGroup) bool { return !strings.Contains(g.Name, in.LogGroupNamePattern) })
	out := struct {
		LogGroups []group `json:"logGroups"`
		NextToken string  `json:"nextToken,omitempty"`
	}{LogGroups: []group{}}
	all, out.NextToken, err = page(all, in.Limit, 50, in.NextToken)
	if err != nil {
		return nil, err
	}
	for _, g := range all {
		x := group{Name: g.Name, RetentionInDays: g.Retention, KMSKeyID: g.KMSKey, Class: "STANDARD", GroupARN: c.lambda.LogGroupARN(g.Name)}
		if g.Class != "" {
			x.Class = g.Class
		}
		if !g.Created.IsZero() {
			x.Created = g.Created.UnixMilli()
		}
		x.ARN = x.GroupARN + ":*"
		for _, line := range c.lambda.Journal.Group(g.Name) {
			x.StoredBytes += size(line)
		}
		out.LogGroups = append(out.LogGroups, x)
	}
	return &out, nil
}

// size is what a line counts in bytes. See "PutLogEvents".
func size(l lambda.Line) int64 { return int64(len(l.Text)) + 26 }

// retentions are the days that lines can be kept. See "PutRetentionPolicy".
var retentions = []int64{1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653}

func (c *call) putRetention() (any, error) {
	var in struct {
		groupName
		RetentionInDays *int64
	}
	if err := c.read(&in); err != nil {
		return nil, err
	}
	name, err := in.name()
	if err != nil {
		return nil, err
	}
	if in.RetentionInDays == nil {
		return nil, null("retentionInDays")
	}
	if days := *in.RetentionInDays; !slices.Contains(retentions, days) {
		valid := make([]string, len(retentions))
		for i, d := range retentions {
			valid[i] = strconv.FormatInt(d, 10)
		}
		return nil, invalid("1 validation error detected: Value '%d' at 'retentionInDays' failed to satisfy constraint: Member must satisfy enum value set: [%s]", days, strings.Join(valid, ", "))
	}
	return nil, c.lambda.UpdateLogGroup(c.ctx, name, func(g *lambda.LogGroup) { g.Retention = *in.RetentionInDays })
}

func (c *call) deleteRetention() (any, error) {
	name, err := c.namedGroup()
	if err != nil {
		return nil, err
	}
	return nil, c.lambda.UpdateLogGroup(c.ctx, name, func(g *lambda.LogGroup) { g.Retention = 0 })
}

// The operations on tags come in two forms: by name, with tags to remove in a
// member tags, and by ARN.

func (c *call) tagGroup() (any, error) {
	var in struct {
		LogGroupName string
		Tags         map[string]string
	}
	if err := c.read(&in); err != nil {
		return nil, err
	}
	return nil, c.tag(in.LogGroupName, in.Tags)
}

func (c *call) tagResource() (any, error) {
	var in struct {
		ResourceARN string
		Tags        map[string]string
	}
	if err := c.read(&in); err != nil {
		return nil, err
	}
	return nil, c.tag(nameOf(in.ResourceARN), in.Tags)
}

func (c *call) tag(name string, tags map[string]string) error {
	return c.lambda.UpdateLogGroup(c.ctx, name, func(g *lambda.LogGroup) {
		all := maps.Clone(g.Tags)
		if all == nil {
			all = map[string]string{}
		}
		maps.Copy(all, tags)
		g.Tags = all
	})
}

func (c *call) untagGroup() (any, error) {
	var in struct {
		LogGroupName string
		Tags         []string
	}
	if err := c.read(&in); err != nil {
		return nil, err
	}
	return nil, c.untag(in.LogGroupName, in.Tags)
}

func (c *call) untagResource() (any, error) {
	var in struct {
		ResourceARN string
		TagKeys     []string
	}
	if err := c.read(&in); err != nil {
		return nil, err
	}
	return nil, c.untag(nameOf(in.ResourceARN), in.TagKeys)
}

func (c *call) untag(name string, keys []string) error {
	return c.lambda.UpdateLogGroup(c.ctx, name, func(g *lambda.LogGroup) {
		all := maps.Clone(g.Tags)
		for _, k := range keys {
			delete(all, k)
		}
		g.Tags = all
	})
}

func (c *call) listGroupTags() (any, error) {
	name, err := c.namedGroup()
	if err != nil {
		return nil, err
	}
	return c.tags(name)
}

func (c *call) listResourceTags() (any, error) {
	var in struct{ ResourceARN string }
	if err := c.read(&in); err != nil {
		return nil, err
	}
	return c.tags(nameOf(in.ResourceARN))
}

func (c *call) tags(name string) (any, error) {
	g, err := c.lambda.FindLogGroup(c.ctx, name)
	if err != nil {
		return nil, err
	}
	out := struct {
		Tags map[string]string `json:"tags"`
	}{map[string]string{}}
	maps.Copy(out.Tags, g.Tags)
	return &out, nil
}
