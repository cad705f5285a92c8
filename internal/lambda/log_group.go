package lambda

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"postern/internal/property"
	"postern/internal/store"
)

// A LogGroup is a log group of CloudWatch Logs. What is said of it is recorded;
// what functions log to it is in the Journal, which is why a group is there as
// soon as a function has logged.
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
	Format  int       `json:"format"`
	Group   *LogGroup `json:"group"`
	Created time.Time `json:"created,omitzero"`
}

func noGroup() *Error { return notFound("The specified log group does not exist.") }

// LogGroupARN returns the ARN of a log group.
func (s *Service) LogGroupARN(name string) string {
	return "arn:" + s.partition() + ":logs:" + s.region() + ":" + s.accountID() + ":log-group:" + name
}

// GetLogGroup returns a log group that was made.
func (s *Service) GetLogGroup(ctx context.Context, name string) (*LogGroup, error) {
	r, _, err := s.logGroup(ctx, name)
	if err != nil {
		return nil, err
	}
	return r.Group, nil
}

func (s *Service) logGroup(ctx context.Context, name string) (*groupRecord, store.Revision, error) {
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
	r, err := readGroup(item)
	return r, item.Revision, err
}

func readGroup(item store.Item) (*groupRecord, error) {
	r := &groupRecord{}
	if err := json.Unmarshal(item.Value, r); err != nil {
		return nil, fmt.Errorf("record %s: %w", item.Key, err)
	}
	if r.Format < 1 || r.Format > format || r.Group == nil {
		return nil, fmt.Errorf("record %s: format %d is not one of 1 to %d; a newer Postern wrote this record", item.Key, r.Format, format)
	}
	return r, nil
}

// A LoggedGroup is a log group with the time it is there since.
type LoggedGroup struct {
	LogGroup
	Created time.Time // zero: nobody knows
}

// LogGroups returns the log groups whose names begin with prefix, by name: those
// that were made and those that functions logged to.
func (s *Service) LogGroups(ctx context.Context, prefix string) ([]*LoggedGroup, error) {
	items, _, err := s.Store.List(ctx, groupsPrefix+prefix)
	if err != nil {
		return nil, err
	}
	var out []*LoggedGroup
	made := map[string]bool{}
	for _, item := range items {
		r, err := readGroup(item)
		if err != nil {
			return nil, err
		}
		made[r.Group.Name] = true
		out = append(out, &LoggedGroup{*r.Group, r.Created})
	}
	if s.Journal != nil {
		for name, since := range s.Journal.groups() {
			if strings.HasPrefix(name, prefix) && !made[name] {
				out = append(out, &LoggedGroup{LogGroup{Name: name}, since})
			}
		}
	}
	slices.SortFunc(out, func(a, b *LoggedGroup) int { return strings.Compare(a.Name, b.Name) })
	return out, nil
}

// FindLogGroup returns a log group that was made or that functions logged to.
func (s *Service) FindLogGroup(ctx context.Context, name string) (*LoggedGroup, error) {
	groups, err := s.LogGroups(ctx, name)
	if err != nil {
		return nil, err
	}
	if len(groups) == 0 || groups[0].Name != name {
		return nil, noGroup()
	}
	return groups[0], nil
}

// CreateLogGroup makes a log group. It may be there already because a function
// logged to it.
func (s *Service) CreateLogGroup(ctx context.Context, g *LogGroup) error {
	if !groupForm.MatchString(g.Name) {
		return violated(clip(g.Name), "logGroupName", `Member must satisfy regular expression pattern: [\.\-_/#A-Za-z0-9]+`)
	}
	err := s.putLogGroup(ctx, &groupRecord{Group: g, Created: s.now()}, store.Absent(groupsPrefix+g.Name))
	if errors.Is(err, store.ErrConflict) {
		return conflict("The specified log group already exists")
	}
	return err
}

// UpdateLogGroup replaces a log group by what edit makes of it.
func (s *Service) UpdateLogGroup(ctx context.Context, name string, edit func(*LogGroup)) error {
	for range attempts {
		r, revision, err := s.logGroup(ctx, name)
		condition := store.Unchanged(groupsPrefix+name, revision)
		if gone(err) {
			var logged *LoggedGroup
			if logged, err = s.FindLogGroup(ctx, name); err == nil {
				r, condition = &groupRecord{Group: &logged.LogGroup, Created: logged.Created}, store.Absent(groupsPrefix+name)
			}
		}
		if err != nil {
			return err
		}
		before, err := json.Marshal(r.Group)
		if err != nil {
			return err
		}
		edit(r.Group)
		r.Group.Name = name
		if after, err := json.Marshal(r.Group); err != nil || string(after) == string(before) {
			return err
		}
		err = s.putLogGroup(ctx, r, condition)
		if !errors.Is(err, store.ErrConflict) {
			return err
		}
	}
	return conflict("Multiple concurrent requests to update the same resource were in conflict.")
}

func (s *Service) putLogGroup(ctx context.Context, r *groupRecord, condition store.Condition) error {
	r.Format = format
	value, err := json.Marshal(r)
	if err != nil {
		return err
	}
	_, err = s.Store.Commit(ctx, store.Txn{If: []store.Condition{condition}, Do: []store.Write{store.Put(groupsPrefix+r.Group.Name, value)}})
	return err
}

// DeleteLogGroup deletes a log group with its lines.
func (s *Service) DeleteLogGroup(ctx context.Context, name string) error {
	if !groupForm.MatchString(name) {
		return noGroup()
	}
	forgotten := s.Journal != nil && s.Journal.forget(func(l Line) bool { return l.Group == name })
	_, err := s.Store.Commit(ctx, store.Txn{If: []store.Condition{store.Present(groupsPrefix + name)}, Do: []store.Write{store.Delete(groupsPrefix + name)}})
	if errors.Is(err, store.ErrConflict) {
		if forgotten {
			return nil
		}
		return noGroup()
	}
	return err
}

// DeleteLogStream deletes a log stream with its lines.
func (s *Service) DeleteLogStream(ctx context.Context, group, stream string) error {
	if _, err := s.FindLogGroup(ctx, group); err != nil {
		return err
	}
	if s.Journal == nil || !s.Journal.forget(func(l Line) bool { return l.Group == group && l.Stream == stream }) {
		return notFound("The specified log stream does not exist.")
	}
	return nil
}
