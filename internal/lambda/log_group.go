package lambda

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"

	"postern/internal/property"
	"postern/internal/store"
)

// A LogGroup is a log group of CloudWatch Logs. It is recorded, so that templates
// go up whole: what functions log is in the Journal, whatever their group.
//
// See "AWS::Logs::LogGroup".
type LogGroup struct {
	Name      string            `json:"name"`
	Retention int64             `json:"retention,omitempty"` // days; 0: for ever
	KMSKey    string            `json:"kmsKey,omitempty"`
	Class     string            `json:"class,omitempty"`
	Tags      map[string]string `json:"tags,omitempty"`
}

// Properties is the one definition of what can be said of a log group.
func (g *LogGroup) Properties() property.List {
	return property.List{
		{
			Name:  "logGroupName",
			Names: property.Names{Terraform: "name"},
			Value: property.Text(&g.Name),
			Is:    property.CreateOnly,
			Doc:   "The group's name. One is made if it is left out.",
		},
		{
			Name:  "retentionInDays",
			Value: property.Int(&g.Retention, 0, 3653),
			Doc:   "How long lines are kept. It is kept and not obeyed.",
		},
		{
			Name:  "kmsKeyId",
			Value: property.Text(&g.KMSKey),
			Doc:   "It is kept; nothing is encrypted with it.",
		},
		{
			Name:    "logGroupClass",
			Value:   property.Enum(&g.Class, "STANDARD", "INFREQUENT_ACCESS", "DELIVERY"),
			Is:      property.CreateOnly,
			Default: "STANDARD",
			Doc:     "It is kept.",
		},
		{
			Name:  "tags",
			Value: property.Tags(&g.Tags),
			Doc:   "Tags.",
		},
	}
}

var groupForm = regexp.MustCompile(`^[.\-_/#A-Za-z0-9]{1,512}$`)

const groupsPrefix = "logs/groups/"

// A groupRecord is what is stored of a log group.
type groupRecord struct {
	Format int       `json:"format"`
	Group  *LogGroup `json:"group"`
}

func noGroup() *Error { return notFound("The specified log group does not exist.") }

// LogGroupARN returns the ARN of a log group.
func (s *Service) LogGroupARN(name string) string {
	return "arn:" + s.partition() + ":logs:" + s.region() + ":" + s.accountID() + ":log-group:" + name
}

// GetLogGroup returns a log group.
func (s *Service) GetLogGroup(ctx context.Context, name string) (*LogGroup, error) {
	g, _, err := s.logGroup(ctx, name)
	return g, err
}

func (s *Service) logGroup(ctx context.Context, name string) (*LogGroup, store.Revision, error) {
	if !groupForm.MatchString(name) {
		return nil, 0, noGroup()
	}
	item, err := s.Store.Get(ctx, groupsPrefix+name)
	if errors.Is(err, store.ErrNotFound) {
		return nil, 0, noGroup()
	}
	if err != nil {
		return nil, 0, err
	}
	var r groupRecord
	if err := json.Unmarshal(item.Value, &r); err != nil {
		return nil, 0, fmt.Errorf("record %s: %w", item.Key, err)
	}
	if r.Format < 1 || r.Format > format || r.Group == nil {
		return nil, 0, fmt.Errorf("record %s: format %d is not one of 1 to %d; a newer Postern wrote this record", item.Key, r.Format, format)
	}
	return r.Group, item.Revision, nil
}

// CreateLogGroup makes a log group.
func (s *Service) CreateLogGroup(ctx context.Context, g *LogGroup) error {
	if !groupForm.MatchString(g.Name) {
		return violated(clip(g.Name), "logGroupName", `Member must satisfy regular expression pattern: [\.\-_/#A-Za-z0-9]+`)
	}
	err := s.putLogGroup(ctx, g, store.Absent(groupsPrefix+g.Name))
	if errors.Is(err, store.ErrConflict) {
		return conflict("The specified log group already exists")
	}
	return err
}

// UpdateLogGroup replaces a log group by what edit makes of it.
func (s *Service) UpdateLogGroup(ctx context.Context, name string, edit func(*LogGroup)) error {
	for range attempts {
		g, revision, err := s.logGroup(ctx, name)
		if err != nil {
			return err
		}
		before, err := json.Marshal(g)
		if err != nil {
			return err
		}
		edit(g)
		g.Name = name
		if after, err := json.Marshal(g); err != nil || string(after) == string(before) {
			return err
		}
		err = s.putLogGroup(ctx, g, store.Unchanged(groupsPrefix+name, revision))
		if !errors.Is(err, store.ErrConflict) {
			return err
		}
	}
	return conflict("Multiple concurrent requests to update the same resource were in conflict.")
}

func (s *Service) putLogGroup(ctx context.Context, g *LogGroup, condition store.Condition) error {
	value, err := json.Marshal(groupRecord{Format: format, Group: g})
	if err != nil {
		return err
	}
	_, err = s.Store.Commit(ctx, store.Txn{If: []store.Condition{condition}, Do: []store.Write{store.Put(groupsPrefix+g.Name, value)}})
	return err
}

// DeleteLogGroup deletes a log group.
func (s *Service) DeleteLogGroup(ctx context.Context, name string) error {
	if !groupForm.MatchString(name) {
		return noGroup()
	}
	_, err := s.Store.Commit(ctx, store.Txn{If: []store.Condition{store.Present(groupsPrefix + name)}, Do: []store.Write{store.Delete(groupsPrefix + name)}})
	if errors.Is(err, store.ErrConflict) {
		return noGroup()
	}
	return err
}
