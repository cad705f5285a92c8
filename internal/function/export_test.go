package function

import "time"

// SetInitTimeout shortens the time that an instance has to start.
func (r *Runner) SetInitTimeout(d time.Duration) { r.initTimeout = d }

// SetRetryAfter shortens the time before a failed Event is run again.
func (r *Runner) SetRetryAfter(d time.Duration) {
	r.retryAfter = func(int) time.Duration { return d }
}

// Instances returns how many instances run.
func (f *Function) Instances() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return len(f.all)
}
