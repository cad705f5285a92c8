package cli

import (
	"fmt"
	"io"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"postern/internal/adapter/stackapi"
)

// A progress shows the steps of an operation on a stack as they happen: on a
// terminal one line for each resource when it is done, and one that changes in
// place for what takes longer; otherwise each line begins with the time.
type progress struct {
	c       *command
	name    string // of the template or stack
	actions map[string]string
	changed map[string]string // names of the properties that change
	ids     int               // width of the columns, in characters
	types   int
	now     func() time.Time

	mu      sync.Mutex
	running []stackapi.Event // what goes on, the oldest first
	live    bool             // the last line on the terminal will be replaced
	stop    chan struct{}
	done    sync.WaitGroup
}

// patience is how long something may take before it is shown while it goes on.
const patience = 300 * time.Millisecond

func (c *command) newProgress(name string) *progress {
	p := &progress{c: c, name: name, actions: map[string]string{}, changed: map[string]string{}, now: time.Now, stop: make(chan struct{})}
	if c.Terminal.Err && !c.quiet {
		p.done.Go(p.tick)
	}
	return p
}

// close ends what changes in place.
func (p *progress) close() {
	close(p.stop)
	p.done.Wait()
	p.mu.Lock()
	defer p.mu.Unlock()
	p.erase()
}

func (p *progress) tick() {
	t := time.NewTicker(100 * time.Millisecond)
	defer t.Stop()
	for {
		select {
		case <-t.C:
			p.mu.Lock()
			p.erase()
			p.draw()
			p.mu.Unlock()
		case <-p.stop:
			return
		}
	}
}

func (p *progress) erase() {
	if p.live {
		io.WriteString(p.c.Err, "\r\x1b[K")
		p.live = false
	}
}

func (p *progress) draw() {
	for _, ev := range p.running {
		took := p.now().Sub(ev.Time)
		if took < patience {
			continue
		}
		text := fmt.Sprintf("  … %s %s, %s", ev.LogicalID, strings.ToLower(strings.ReplaceAll(ev.Status, "_", " ")), duration(took))
		if more := len(p.running) - 1; more > 0 {
			text += fmt.Sprintf(", and %d more", more)
		}
		io.WriteString(p.c.Err, text)
		p.live = true
		return
	}
}

// line takes a line of the answer.
func (p *progress) line(l *stackapi.Line) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.erase()
	switch {
	case l.Plan != nil:
		p.plan(l.Plan)
	case l.Event != nil:
		p.event(l.Event)
	}
}

func (p *progress) plan(plan *stackapi.Plan) {
	for _, ch := range plan.Changes {
		p.actions[ch.LogicalID] = ch.Action
		var names []string
		for _, x := range ch.Properties {
			names = append(names, x.Name)
		}
		p.changed[ch.LogicalID] = strings.Join(names, ", ")
		p.ids = max(p.ids, utf8.RuneCountInString(ch.LogicalID))
		p.types = max(p.types, len(ch.Type))
	}
	if plan.Empty() {
		p.say("%s  %s  %s", p.c.style.bold(p.name), count(plan.Resources, "resource"), "plan: nothing to change")
		return
	}
	p.say("%s  %s  plan: %s", p.c.style.bold(p.name), count(plan.Resources, "resource"), p.c.counts(plan))
}

// counts is what a plan does, in signs.
func (c *command) counts(plan *stackapi.Plan) string {
	n := map[string]int{}
	for _, ch := range plan.Changes {
		n[ch.Action]++
	}
	var out []string
	for _, a := range []string{stackapi.ActionCreate, stackapi.ActionUpdate, stackapi.ActionReplace, stackapi.ActionDelete} {
		if n[a] > 0 {
			out = append(out, fmt.Sprintf("%s%d", c.sign(a), n[a]))
		}
	}
	if len(out) == 0 {
		return "outputs, parameters or tags only"
	}
	return strings.Join(out, " ")
}

// sign is the sign of an action, in its color.
func (c *command) sign(action string) string {
	switch action {
	case stackapi.ActionCreate:
		return c.style.green("+")
	case stackapi.ActionUpdate:
		return c.style.yellow("~")
	case stackapi.ActionReplace:
		return c.style.yellow("!")
	case stackapi.ActionDelete:
		return c.style.red("-")
	}
	return " "
}

// event shows a resource that is done, or has failed.
func (p *progress) event(ev *stackapi.Event) {
	const stackType = "AWS::CloudFormation::Stack"
	if strings.HasSuffix(ev.Status, "_IN_PROGRESS") {
		if ev.Type == stackType {
			if strings.Contains(ev.Status, "ROLLBACK") {
				p.say("%s %s", p.c.style.yellow("!"), "rolling back: "+strings.TrimSuffix(ev.Reason, " Rollback requested by user."))
			}
			return
		}
		p.begin(*ev)
		return
	}
	p.end(ev.LogicalID)
	if ev.Type == stackType {
		return
	}
	sign, word := p.outcome(ev)
	text := fmt.Sprintf("%s %s  %s %s", sign, pad(ev.LogicalID, p.ids), pad(ev.Type, p.types), word)
	if ev.Millis > 0 {
		text += " " + p.c.style.dim(duration(time.Duration(ev.Millis*float64(time.Millisecond))))
	}
	if ev.Note != "" {
		text += " " + ev.Note
	}
	if names := p.changed[ev.LogicalID]; names != "" && ev.Status == "UPDATE_COMPLETE" {
		text += " (" + names + ")"
	}
	p.say("%s", text)
	if strings.HasSuffix(ev.Status, "_FAILED") && ev.Reason != "" {
		p.say("    %s", ev.Reason)
	}
}

// outcome is the sign and the word for the end of a step.
func (p *progress) outcome(ev *stackapi.Event) (sign, word string) {
	switch ev.Status {
	case "CREATE_COMPLETE":
		return p.c.sign(stackapi.ActionCreate), "created"
	case "UPDATE_COMPLETE":
		if p.actions[ev.LogicalID] == stackapi.ActionReplace {
			return p.c.sign(stackapi.ActionReplace), "replaced"
		}
		return p.c.sign(stackapi.ActionUpdate), "updated"
	case "DELETE_COMPLETE":
		return p.c.sign(stackapi.ActionDelete), "deleted"
	case "DELETE_SKIPPED":
		return " ", "kept, as its policy says"
	}
	if strings.HasSuffix(ev.Status, "_FAILED") {
		return p.c.style.red("✗"), p.c.style.red(strings.ToLower(strings.ReplaceAll(ev.Status, "_", " ")))
	}
	return " ", strings.ToLower(strings.ReplaceAll(ev.Status, "_", " "))
}

func (p *progress) begin(ev stackapi.Event) {
	p.end(ev.LogicalID)
	p.running = append(p.running, ev)
}

func (p *progress) end(id string) {
	for i, ev := range p.running {
		if ev.LogicalID == id {
			p.running = append(p.running[:i:i], p.running[i+1:]...)
			return
		}
	}
}

// say writes a line.
func (p *progress) say(format string, args ...any) {
	if p.c.quiet {
		return
	}
	head := "  "
	if !p.c.Terminal.Err {
		head = p.now().Format("15:04:05.000") + "  "
	}
	fmt.Fprintf(p.c.Err, head+format+"\n", args...)
}

// pad fills text to a width in characters.
func pad(text string, width int) string {
	return text + strings.Repeat(" ", max(0, width-utf8.RuneCountInString(text)))
}

// duration writes a duration with as many digits as matter.
func duration(d time.Duration) string {
	switch {
	case d < 100*time.Microsecond:
		return fmt.Sprintf("%d µs", d.Microseconds())
	case d < 10*time.Millisecond:
		return fmt.Sprintf("%.1f ms", float64(d.Microseconds())/1000)
	case d < time.Second:
		return fmt.Sprintf("%d ms", d.Milliseconds())
	}
	return fmt.Sprintf("%.1f s", d.Seconds())
}
