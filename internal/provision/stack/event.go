package stack

import (
	"context"
	"strconv"
	"strings"
	"time"

	"postern/internal/lang/cfn"
	"postern/internal/store"
)

// An Event is one change of the status of a stack or of one of its resources.
// Those of the stack itself have the type AWS::CloudFormation::Stack, the name
// of the stack as logical id and its ARN as physical id.
//
// See "StackEvent".
type Event struct {
	Seq        int           `json:"seq"` // counts the events of a stack from 1
	Time       time.Time     `json:"time"`
	Operation  string        `json:"operation"`
	Stack      string        `json:"stack"`
	StackID    string        `json:"stackId"`
	LogicalID  string        `json:"logicalId"`
	PhysicalID string        `json:"physicalId,omitempty"`
	Type       string        `json:"type"`
	Status     Status        `json:"status"`
	Action     Action        `json:"action,omitempty"`
	Reason     string        `json:"reason,omitempty"` // in the words of AWS
	Message    string        `json:"message,omitempty"`
	Code       string        `json:"code,omitempty"` // of an error
	Note       string        `json:"note,omitempty"` // of the type, such as MOCK
	Duration   time.Duration `json:"duration,omitempty"`
	Position   cfn.Position  `json:"position,omitzero"` // in the template, of what failed
}

// StackType is the resource type of a stack's own events.
const StackType = "AWS::CloudFormation::Stack"

// An Observer is told each event after it is stored, in order, one at a time.
// It must not call the engine.
type Observer func(Event)

// Events returns up to limit events of a stack with a Seq below before, the
// newest first. A before of 0 begins with the newest.
func (e *Engine) Events(ctx context.Context, name string, before, limit int) ([]Event, error) {
	prefix := "stacks/" + name + "/events/"
	var out []Event
	err := e.Store.View(ctx, func(r store.Reader) error {
		if _, err := r.Get(stackKey(name)); err != nil {
			return &NoStack{name}
		}
		for item, err := range r.Scan(prefix, "") {
			if err != nil {
				return err
			}
			n, _ := strconv.Atoi(strings.TrimPrefix(item.Key, prefix))
			if before > 0 && n >= before {
				break
			}
			var ev Event
			if err := decode(item.Key, item.Value, &ev); err != nil {
				return err
			}
			out = append(out, ev)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	if len(out) > limit {
		out = out[len(out)-limit:]
	}
	for i, j := 0, len(out)-1; i < j; i, j = i+1, j-1 {
		out[i], out[j] = out[j], out[i]
	}
	return out, nil
}

// lastEvent returns the Seq of the newest event, and the keys of those that are
// too old to keep.
func (e *Engine) lastEvent(ctx context.Context, name string) (seq int, old []string, err error) {
	prefix := "stacks/" + name + "/events/"
	items, _, err := e.Store.List(ctx, prefix)
	if err != nil || len(items) == 0 {
		return 0, nil, err
	}
	keep := e.KeepEvent
	if keep <= 0 {
		keep = 1000
	}
	for _, item := range items[:max(0, len(items)-keep)] {
		old = append(old, item.Key)
	}
	seq, _ = strconv.Atoi(strings.TrimPrefix(items[len(items)-1].Key, prefix))
	return seq, old, nil
}
