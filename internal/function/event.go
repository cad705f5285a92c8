package function

import (
	"time"

	"postern/internal/backend"
)

// This file runs Event invocations: queued, and run again when they fail.
//
//   - What ends with a function error is run again twice, after one minute and
//     after two.
//   - What is throttled waits, from one second up to five minutes, for six hours.
//
// See "Asynchronous invocation", how Lambda handles errors and retries.

const maxEventAge = 6 * time.Hour

// queueEvent takes an Event invocation and answers it.
func (r *Runner) queueEvent(f *Function, v *invocation) (*backend.FunctionAnswer, error) {
	r.mu.Lock()
	if r.closed {
		r.mu.Unlock()
		return nil, errClosed
	}
	if r.pending >= maxPending {
		r.mu.Unlock()
		return nil, throttled()
	}
	r.pending++
	r.mu.Unlock()
	v.queued = time.Now()
	r.runEvent(f, v)
	return &backend.FunctionAnswer{Status: 202, ExecutedVersion: f.config.Version, RequestID: v.requestID}, nil
}

func (r *Runner) runEvent(f *Function, v *invocation) {
	ok, reserved := r.admit(f.use)
	if ok {
		v.reserved = reserved
		f.dispatch(v)
		return
	}
	if time.Since(v.queued) > maxEventAge {
		f.drop(v, "it was throttled for too long")
		return
	}
	v.throttled++
	r.later(f, v, min(time.Second<<min(v.throttled, 8), 5*time.Minute))
}

// later runs an invocation again after a while.
func (r *Runner) later(f *Function, v *invocation, after time.Duration) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.closed {
		return
	}
	var timer *time.Timer
	timer = time.AfterFunc(after, func() {
		r.mu.Lock()
		delete(r.retries, timer)
		closed := r.closed
		r.mu.Unlock()
		if !closed {
			r.runEvent(f, v)
		}
	})
	r.retries[timer] = v
}

// eventEnded settles an Event invocation that has run.
func (r *Runner) eventEnded(f *Function, v *invocation, answer *backend.FunctionAnswer, err error) {
	retries := 2
	if f.config.Retries != nil {
		retries = *f.config.Retries
	}
	switch {
	case err != nil: // closed
	case answer.FunctionError == "":
		r.eventGone()
	case v.attempt >= retries:
		f.drop(v, "every attempt failed")
	default:
		v.attempt++
		after := time.Duration(v.attempt) * time.Minute
		if r.retryAfter != nil {
			after = r.retryAfter(v.attempt)
		}
		r.later(f, v, after)
	}
}

// drop gives an Event invocation up, visibly.
func (f *Function) drop(v *invocation, why string) {
	f.runner.eventGone()
	if f.config.Log != nil {
		f.config.Log(Line{Time: time.Now(), RequestID: v.requestID, Text: "RequestId: " + v.requestID + " Event dropped: " + why})
	}
}

func (r *Runner) eventGone() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.pending--
}
