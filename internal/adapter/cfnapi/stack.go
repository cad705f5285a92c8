package cfnapi

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"postern/internal/provision/stack"
)

// reviewInProgress is the status of a stack of which there is only a change set.
const reviewInProgress = "REVIEW_IN_PROGRESS"

// existing returns the stack of the request. format is the sentence for a stack
// that does not exist.
func (c *call) existing(format string) (*stack.State, error) {
	given := c.text("StackName")
	if given == "" {
		return nil, invalid("1 validation error detected: Value null at 'stackName' failed to satisfy constraint: Member must not be null")
	}
	st, err := c.Stacks.Describe(c.ctx, stack.StackOfID(given))
	if errors.Is(err, stack.ErrNoStack) || err == nil && strings.HasPrefix(given, "arn:") && st.ID != given {
		return nil, invalid(format, given)
	}
	return st, err
}

// newName returns the name of a stack that is to be made.
func (c *call) newName() (string, error) {
	name := stack.StackOfID(c.text("StackName"))
	if err := stack.CheckName(name); err != nil {
		return "", invalid("%v", err)
	}
	return name, nil
}

// patience is how long an operation that has begun may keep its client waiting.
// Chosen: nearly all end at once, and a client that is told so has not to poll:
// the AWS CLI looks again only after 30 seconds.
const patience = 5 * time.Second

// begin runs an operation until its end, without the client, and returns when it
// has ended, or when it has begun (f has called its observer) and patience is at
// an end. A failure after the beginning is seen in the stack's status and events.
func (c *call) begin(f func(ctx context.Context, observe stack.Observer) error) error {
	ctx := context.WithoutCancel(c.ctx)
	begun := make(chan struct{})
	ended := make(chan error, 1)
	var once sync.Once
	c.work.Go(func() {
		ended <- f(ctx, func(stack.Event) { once.Do(func() { close(begun) }) })
	})
	select {
	case <-begun:
		timer := time.NewTimer(patience)
		defer timer.Stop()
		select {
		case <-ended:
		case <-timer.C:
		case <-c.ctx.Done():
		}
		return nil
	case err := <-ended:
		var failed *stack.Failed
		if errors.As(err, &failed) {
			return nil
		}
		return err
	}
}

// limited gives an operation the time that the request allows it.
func (c *call) limited(ctx context.Context) (context.Context, context.CancelFunc) {
	minutes, err := strconv.Atoi(c.text("TimeoutInMinutes"))
	if err != nil || minutes <= 0 {
		return context.WithCancel(ctx)
	}
	return context.WithTimeout(ctx, time.Duration(minutes)*time.Minute)
}

// notObeyed are parameters of operations that would change what happens. A role
// is not among them: there are no permissions that it could narrow.
var notObeyed = []string{"NotificationARNs", "StackPolicyBody", "StackPolicyURL", "StackPolicyDuringUpdateBody", "StackPolicyDuringUpdateURL",
	"RollbackConfiguration.RollbackTriggers", "ResourceTypes", "DeploymentConfig.DisableRollback"}

type stackID struct{ StackId string }

func (c *call) createStack() (any, error) {
	name, err := c.newName()
	if err != nil {
		return nil, err
	}
	if err := c.refuse(notObeyed...); err != nil {
		return nil, err
	}
	options := stack.Options{RetainExceptOnCreate: c.text("RetainExceptOnCreate") == "true", KeepFailedCreate: c.text("DisableRollback") == "true"}
	switch on := c.text("OnFailure"); {
	case on != "" && c.has("DisableRollback"):
		return nil, invalid("You can specify either DisableRollback or OnFailure, but not both.")
	case on == "", on == "ROLLBACK":
	case on == "DELETE":
		options.DeleteFailedCreate = true
	case on == "DO_NOTHING":
		options.KeepFailedCreate = true
	default:
		return nil, invalid("1 validation error detected: Value '%.40s' at 'onFailure' failed to satisfy constraint: Member must satisfy enum value set: [ROLLBACK, DELETE, DO_NOTHING]", on)
	}
	if _, err := c.Stacks.Describe(c.ctx, name); err == nil {
		return nil, &Error{http.StatusBadRequest, "AlreadyExistsException", fmt.Sprintf("Stack [%s] already exists", name)}
	}
	t, err := c.template()
	if err != nil {
		return nil, err
	}
	if err := c.acknowledged(t, false); err != nil {
		return nil, err
	}
	in, err := c.input(t, nil)
	if err != nil {
		return nil, err
	}
	in.Late = true
	p, err := c.Stacks.Plan(c.ctx, name, t, in)
	if err != nil {
		return nil, err
	}
	protect := c.text("EnableTerminationProtection") == "true"
	err = c.begin(func(ctx context.Context, observe stack.Observer) error {
		ctx, cancel := c.limited(ctx)
		defer cancel()
		options.Observer = observe
		if _, err := c.Stacks.Execute(ctx, p, options); err != nil {
			return err
		}
		if protect {
			return c.Stacks.Protect(context.WithoutCancel(ctx), name, true)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return &stackID{p.StackID}, nil
}

func (c *call) updateStack() (any, error) {
	st, err := c.existing("Stack [%s] does not exist")
	if err != nil {
		return nil, err
	}
	if err := c.refuse(append([]string{"DisableRollback"}, notObeyed...)...); err != nil {
		return nil, err
	}
	if err := updatable(st); err != nil {
		return nil, err
	}
	t, err := c.previous(st)
	if err != nil {
		return nil, err
	}
	if err := c.acknowledged(t, false); err != nil {
		return nil, err
	}
	in, err := c.input(t, st)
	if err != nil {
		return nil, err
	}
	in.Late = true
	p, err := c.Stacks.Plan(c.ctx, st.Name, t, in)
	if err != nil {
		return nil, err
	}
	if p.Empty() {
		return nil, invalid("No updates are to be performed.")
	}
	err = c.begin(func(ctx context.Context, observe stack.Observer) error {
		_, err := c.Stacks.Execute(ctx, p, stack.Options{Observer: observe})
		return err
	})
	if err != nil {
		return nil, err
	}
	return &stackID{p.StackID}, nil
}

// updatable refuses a stack of which nothing is left.
func updatable(st *stack.State) error {
	if st.Status == stack.RollbackComplete {
		return &stack.Busy{StackID: st.ID, Status: st.Status}
	}
	return nil
}

// deleteStack answers the same for a stack that does not exist.
func (c *call) deleteStack() (any, error) {
	if err := c.refuse("DeletionMode"); err != nil && c.text("DeletionMode") != "STANDARD" {
		return nil, err
	}
	st, err := c.existing("%s")
	if err != nil {
		if c.text("StackName") == "" {
			return nil, err
		}
		// Perhaps there is a stack that is only being reviewed.
		return nil, c.Stacks.ForgetChangeSets(c.ctx, stack.StackOfID(c.text("StackName")))
	}
	retain := c.list("RetainResources")
	if len(retain) > 0 && st.Status != stack.DeleteFailed {
		return nil, invalid("Invalid operation on stack [%s]. When you delete a stack, specify which resources to retain only when the stack is in the DELETE_FAILED state.", st.ID)
	}
	return nil, c.begin(func(ctx context.Context, observe stack.Observer) error {
		story, err := c.Stacks.Events(ctx, st.Name, 0, eventsPage)
		if err != nil {
			return err
		}
		slices.Reverse(story)
		err = c.Stacks.Delete(ctx, st.Name, stack.DeleteOptions{Retain: retain, Observer: func(ev stack.Event) {
			story = append(story, ev)
			observe(ev)
		}})
		if err == nil {
			slices.Reverse(story)
			c.gone.bury(st, story, c.Stacks.Now)
		}
		return err
	})
}

func (c *call) continueRollback() (any, error) {
	st, err := c.existing("Stack [%s] does not exist")
	if err != nil {
		return nil, err
	}
	if err := c.refuse("ResourcesToSkip"); err != nil {
		return nil, err
	}
	return &struct{}{}, c.begin(func(ctx context.Context, observe stack.Observer) error {
		_, err := c.Stacks.ContinueRollback(ctx, st.Name, observe)
		return err
	})
}

func (c *call) protect() (any, error) {
	st, err := c.existing("Stack with id %s does not exist")
	if err != nil {
		return nil, err
	}
	if err := c.Stacks.Protect(c.ctx, st.Name, c.text("EnableTerminationProtection") == "true"); err != nil {
		return nil, err
	}
	return &stackID{st.ID}, nil
}

// getStackPolicy answers that there is none: nobody can set one.
func (c *call) getStackPolicy() (any, error) {
	_, err := c.existing("Stack with id %s does not exist")
	return &struct{}{}, err
}

type stackXML struct {
	StackId                     string
	StackName                   string
	ChangeSetId                 string          `xml:",omitempty"`
	Description                 string          `xml:",omitempty"`
	Parameters                  []parameterPair `xml:"Parameters>member"`
	CreationTime                string
	LastUpdatedTime             string   `xml:",omitempty"`
	DeletionTime                string   `xml:",omitempty"`
	RollbackConfiguration       struct{} ``
	StackStatus                 string
	StackStatusReason           string `xml:",omitempty"`
	DisableRollback             bool
	NotificationARNs            []string    `xml:"NotificationARNs>member"`
	Capabilities                []string    `xml:"Capabilities>member,omitempty"`
	Outputs                     []outputXML `xml:"Outputs>member"`
	Tags                        []tagXML    `xml:"Tags>member"`
	EnableTerminationProtection bool
	DriftInformation            struct{ StackDriftStatus string }
}

type parameterPair struct{ ParameterKey, ParameterValue string }

type outputXML struct {
	OutputKey   string
	OutputValue string
	Description string `xml:",omitempty"`
	ExportName  string `xml:",omitempty"`
}

type tagXML struct{ Key, Value string }

// show writes a stack without its secrets.
func show(st *stack.State) stackXML {
	x := stackXML{StackId: st.ID, StackName: st.Name, Description: st.Description, CreationTime: timestamp(st.Created), LastUpdatedTime: timestamp(st.Updated),
		Capabilities: st.Capabilities, StackStatus: string(st.Status), StackStatusReason: st.Reason, EnableTerminationProtection: st.Protected, Parameters: pairs(st.Parameters, st.NoEcho), Tags: tagList(st.Tags)}
	if status := string(st.Status); strings.HasPrefix(status, "CREATE_") || strings.HasPrefix(status, "ROLLBACK_") {
		x.LastUpdatedTime = "" // which only an update sets
	}
	x.DriftInformation.StackDriftStatus = "NOT_CHECKED"
	for _, o := range st.Outputs {
		x.Outputs = append(x.Outputs, outputXML{o.Name, o.Value, o.Description, o.Export})
	}
	return x
}

func pairs(values map[string]string, secret []string) []parameterPair {
	out := []parameterPair{}
	for _, k := range slices.Sorted(maps.Keys(values)) {
		v := values[k]
		if slices.Contains(secret, k) {
			v = "****"
		}
		out = append(out, parameterPair{k, v})
	}
	return out
}

func tagList(tags map[string]string) []tagXML {
	out := []tagXML{}
	for _, k := range slices.Sorted(maps.Keys(tags)) {
		out = append(out, tagXML{k, tags[k]})
	}
	return out
}

// reviewed returns the stacks of which there are only change sets, by name.
func (c *call) reviewed() (map[string]stackXML, error) {
	sets, err := c.Stacks.ChangeSets(c.ctx, "")
	if err != nil {
		return nil, err
	}
	out := map[string]stackXML{}
	for _, s := range sets {
		if _, ok := out[s.Stack]; ok || !s.Create {
			continue
		}
		if _, err := c.Stacks.Describe(c.ctx, s.Stack); err == nil {
			continue
		}
		x := show(&stack.State{Name: s.Stack, ID: s.StackID, Status: reviewInProgress, Created: s.Created, Tags: s.Input.Tags})
		x.StackStatusReason, x.ChangeSetId = "User Initiated", s.ID
		out[s.Stack] = x
	}
	return out, nil
}

func (c *call) describeStacks() (any, error) {
	out := &struct {
		Stacks []stackXML `xml:"Stacks>member"`
	}{}
	reviewed, err := c.reviewed()
	if err != nil {
		return nil, err
	}
	if given := c.text("StackName"); given != "" {
		st, err := c.existing("Stack with id %s does not exist")
		if err == nil {
			out.Stacks = append(out.Stacks, show(st))
			return out, nil
		}
		if x, ok := reviewed[stack.StackOfID(given)]; ok && (x.StackId == given || x.StackName == given) {
			out.Stacks = append(out.Stacks, x)
			return out, nil
		}
		if x, _, ok := c.gone.find(given); ok {
			out.Stacks = append(out.Stacks, x)
			return out, nil
		}
		return nil, err
	}
	states, err := c.Stacks.List(c.ctx)
	if err != nil {
		return nil, err
	}
	for _, st := range states {
		out.Stacks = append(out.Stacks, show(st))
	}
	for _, name := range slices.Sorted(maps.Keys(reviewed)) {
		out.Stacks = append(out.Stacks, reviewed[name])
	}
	return out, nil
}

func (c *call) listStacks() (any, error) {
	type summary struct {
		StackId             string
		StackName           string
		TemplateDescription string `xml:",omitempty"`
		CreationTime        string
		LastUpdatedTime     string `xml:",omitempty"`
		DeletionTime        string `xml:",omitempty"`
		StackStatus         string
		StackStatusReason   string `xml:",omitempty"`
		DriftInformation    struct{ StackDriftStatus string }
	}
	out := &struct {
		StackSummaries []summary `xml:"StackSummaries>member"`
	}{}
	states, err := c.Stacks.List(c.ctx)
	if err != nil {
		return nil, err
	}
	var all []stackXML
	for _, st := range states {
		all = append(all, show(st))
	}
	reviewed, err := c.reviewed()
	if err != nil {
		return nil, err
	}
	for _, name := range slices.Sorted(maps.Keys(reviewed)) {
		all = append(all, reviewed[name])
	}
	filter := c.list("StackStatusFilter")
	for _, x := range append(all, c.gone.all()...) {
		if len(filter) > 0 && !slices.Contains(filter, x.StackStatus) {
			continue
		}
		out.StackSummaries = append(out.StackSummaries, summary{x.StackId, x.StackName, x.Description, x.CreationTime, x.LastUpdatedTime,
			x.DeletionTime, x.StackStatus, x.StackStatusReason, x.DriftInformation})
	}
	return out, nil
}

// eventsPage is how many events an answer has at most.
const eventsPage = 100

type eventXML struct {
	StackId              string
	EventId              string
	StackName            string
	LogicalResourceId    string
	PhysicalResourceId   string
	ResourceType         string
	Timestamp            string
	ResourceStatus       string
	ResourceStatusReason string `xml:",omitempty"`
}

func eventsOf(events []stack.Event) []eventXML {
	var out []eventXML
	for _, ev := range events {
		x := eventXML{ev.StackID, "", ev.Stack, ev.LogicalID, ev.PhysicalID, ev.Type, timestamp(ev.Time), string(ev.Status), ev.Reason}
		x.EventId = fmt.Sprintf("%s-%s-%s", ev.LogicalID, ev.Status, timestamp(ev.Time))
		if ev.Type == stack.StackType {
			x.EventId = fmt.Sprintf("%s-%012d", ev.Operation, ev.Seq)
		}
		if ev.Status.Failed() && ev.Message != "" {
			x.ResourceStatusReason = ev.Message
		}
		out = append(out, x)
	}
	return out
}

func (c *call) describeEvents() (any, error) {
	out := &struct {
		StackEvents []eventXML `xml:"StackEvents>member"`
		NextToken   string     `xml:",omitempty"`
	}{}
	st, err := c.existing("Stack [%s] does not exist")
	if err != nil {
		if reviewed, rerr := c.reviewed(); rerr == nil {
			if x, ok := reviewed[stack.StackOfID(c.text("StackName"))]; ok {
				out.StackEvents = []eventXML{{x.StackId, x.StackId, x.StackName, x.StackName, x.StackId, stack.StackType, x.CreationTime, reviewInProgress, "User Initiated"}}
				return out, nil
			}
		}
		if _, story, ok := c.gone.find(c.text("StackName")); ok {
			out.StackEvents = eventsOf(story)
			return out, nil
		}
		return nil, err
	}
	before := 0
	if token := c.text("NextToken"); token != "" {
		if before, err = strconv.Atoi(token); err != nil || before <= 0 {
			return nil, invalid("NextToken is not one that this API gave")
		}
	}
	events, err := c.Stacks.Events(c.ctx, st.Name, before, eventsPage)
	if err != nil {
		return nil, err
	}
	out.StackEvents = eventsOf(events)
	if len(events) == eventsPage && events[eventsPage-1].Seq > 1 {
		out.NextToken = strconv.Itoa(events[eventsPage-1].Seq)
	}
	return out, nil
}

// tombs remember the stacks that were deleted last: their identifiers are asked
// for by those who wait.
type tombs struct {
	mu   sync.Mutex
	list []tomb
}

type tomb struct {
	stack stackXML
	story []stack.Event // the newest first
}

const maxTombs = 100

func (t *tombs) bury(st *stack.State, story []stack.Event, now func() time.Time) {
	if now == nil {
		now = time.Now
	}
	x := show(st)
	x.StackStatus, x.StackStatusReason, x.DeletionTime, x.Outputs = string(stack.DeleteComplete), "", timestamp(now()), nil
	t.mu.Lock()
	defer t.mu.Unlock()
	t.list = append(t.list, tomb{x, story[:min(len(story), eventsPage)]})
	if len(t.list) > maxTombs {
		t.list = t.list[1:]
	}
}

// find returns a deleted stack by its ARN, and its last events.
func (t *tombs) find(id string) (stackXML, []stack.Event, bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, x := range t.list {
		if x.stack.StackId == id {
			return x.stack, x.story, true
		}
	}
	return stackXML{}, nil, false
}

func (t *tombs) all() (out []stackXML) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, x := range t.list {
		out = append(out, x.stack)
	}
	return out
}
