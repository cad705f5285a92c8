package throttle

import (
	"maps"
	"sync"
	"time"
)

// A Period is how long a quota holds.
type Period uint8

// The periods. All begin at midnight UTC.
const (
	Day Period = iota
	Week
	Month
)

// PeriodOf returns the period called DAY, WEEK or MONTH; the day for any other
// word.
func PeriodOf(word string) Period {
	switch word {
	case "WEEK":
		return Week
	case "MONTH":
		return Month
	}
	return Day
}

// A Quota is how many requests a consumer may make in a period.
//
// See "QuotaSettings".
type Quota struct {
	Limit  int64 // requests
	Period Period
	Offset int // days after Sunday of a week, or after the first of a month, on which a period begins
}

// start returns the first day of the period that a day is in.
func (q Quota) start(day dayNumber) dayNumber {
	switch q.Period {
	case Week:
		weekday := (int(day) + 4) % 7 // 1970 began on a Thursday
		return day - dayNumber((weekday-q.Offset+7)%7)
	case Month:
		t := day.time()
		first := time.Date(t.Year(), t.Month(), 1+q.Offset, 0, 0, 0, 0, time.UTC)
		if first.After(t) {
			first = time.Date(t.Year(), t.Month()-1, 1+q.Offset, 0, 0, 0, 0, time.UTC)
		}
		return dayOf(first)
	}
	return day
}

// A dayNumber counts days since 1970, UTC.
type dayNumber int

func dayOf(t time.Time) dayNumber { return dayNumber(t.Unix() / (24 * 60 * 60)) }

func (d dayNumber) time() time.Time { return time.Unix(int64(d)*24*60*60, 0).UTC() }

func (d dayNumber) String() string { return d.time().Format(time.DateOnly) }

// A Consumer is a key as a member of a plan.
type Consumer struct{ Plan, Key string }

// A Meter counts the requests of consumers, day by day, and holds them to their
// quotas. Days are kept for as long as a quota or a report can ask for them. It
// is safe for concurrent use, and must not be copied.
type Meter struct {
	now func() time.Time

	mu     sync.Mutex
	counts map[Consumer]*count
}

// keptDays is how long days are kept: a report may ask for 90, and a period has
// up to 31.
const keptDays = 90 + 31

// A count is what one consumer has used.
type count struct {
	days    map[dayNumber]int64
	granted int64     // beyond the quota, in the period that begins at from
	from    dayNumber // of granted
	changed bool      // since it was last saved

	// The period that was last asked for, so that a request need not add days.
	quota Quota
	start dayNumber
	used  int64 // since start
}

// NewMeter returns an empty meter. A nil now means time.Now.
func NewMeter(now func() time.Time) *Meter {
	if now == nil {
		now = time.Now
	}
	return &Meter{now: now, counts: make(map[Consumer]*count)}
}

// Take counts a request of c and reports whether its quota had room for it. A
// request without room is not counted. A nil quota has room for every request.
func (m *Meter) Take(c Consumer, q *Quota) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	today := dayOf(m.now())
	n := m.of(c)
	if q != nil {
		n.period(*q, today)
		if n.used >= q.Limit+n.grantedAt(n.start) {
			return false
		}
		n.used++
	}
	if n.days[today]++; n.days[today] == 1 {
		n.prune(today)
	}
	if q == nil {
		n.quota = Quota{}
	}
	n.changed = true
	return true
}

// Remaining returns how many requests of the current period are left.
func (m *Meter) Remaining(c Consumer, q Quota) int64 {
	m.mu.Lock()
	defer m.mu.Unlock()
	n := m.of(c)
	n.period(q, dayOf(m.now()))
	return max(q.Limit+n.grantedAt(n.start)-n.used, 0)
}

// SetRemaining changes how many requests of the current period are left.
func (m *Meter) SetRemaining(c Consumer, q Quota, left int64) {
	m.mu.Lock()
	defer m.mu.Unlock()
	n := m.of(c)
	n.period(q, dayOf(m.now()))
	n.granted, n.from = left-(q.Limit-n.used), n.start
	n.changed = true
}

// A DayOfUse is what one day came to.
type DayOfUse struct {
	Used      int64
	Remaining int64 // of the quota at the end of the day; -1: there is none
}

// Report returns the days of c from the first to the last one, and whether c
// used any of them.
func (m *Meter) Report(c Consumer, q *Quota, first, last time.Time) (days []DayOfUse, any bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	n := m.counts[c]
	if n == nil {
		n = &count{}
	}
	for d := dayOf(first); d <= dayOf(last); d++ {
		u := DayOfUse{Used: n.days[d], Remaining: -1}
		any = any || u.Used > 0
		if q != nil {
			start := q.start(d)
			u.Remaining = max(q.Limit+n.grantedAt(start)-n.since(start, d), 0)
		}
		days = append(days, u)
	}
	return days, any
}

// Forget drops what c has used, as when it leaves its plan.
func (m *Meter) Forget(c Consumer) {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.counts, c)
}

// A Count is what a consumer has used, to be kept.
type Count struct {
	Days    map[string]int64 `json:"days"`              // YYYY-MM-DD → requests
	Granted int64            `json:"granted,omitempty"` // beyond the quota
	From    string           `json:"from,omitempty"`    // first day of the period of Granted
}

// Changed returns what has changed since it was last called.
func (m *Meter) Changed() map[Consumer]Count {
	m.mu.Lock()
	defer m.mu.Unlock()
	var out map[Consumer]Count
	for c, n := range m.counts {
		if !n.changed {
			continue
		}
		n.changed = false
		kept := Count{Days: make(map[string]int64, len(n.days)), Granted: n.granted}
		if n.granted != 0 {
			kept.From = n.from.String()
		}
		for d, used := range n.days {
			kept.Days[d.String()] = used
		}
		if out == nil {
			out = make(map[Consumer]Count)
		}
		out[c] = kept
	}
	return out
}

// Restore adds what was kept to what is counted.
func (m *Meter) Restore(c Consumer, kept Count) {
	m.mu.Lock()
	defer m.mu.Unlock()
	n := m.of(c)
	for text, used := range kept.Days {
		if t, err := time.Parse(time.DateOnly, text); err == nil {
			n.days[dayOf(t)] += used
		}
	}
	if t, err := time.Parse(time.DateOnly, kept.From); err == nil && n.granted == 0 {
		n.granted, n.from = kept.Granted, dayOf(t)
	}
	n.quota = Quota{} // what is known of a period is no longer true
}

func (m *Meter) of(c Consumer) *count {
	n := m.counts[c]
	if n == nil {
		n = &count{days: make(map[dayNumber]int64)}
		m.counts[c] = n
	}
	return n
}

// period makes used that of the period that today is in.
func (n *count) period(q Quota, today dayNumber) {
	start := q.start(today)
	if n.quota != q || n.start != start {
		n.quota, n.start, n.used = q, start, n.since(start, today)
	}
}

func (n *count) since(first, last dayNumber) int64 {
	var used int64
	for d := first; d <= last; d++ {
		used += n.days[d]
	}
	return used
}

func (n *count) grantedAt(start dayNumber) int64 {
	if n.from == start {
		return n.granted
	}
	return 0
}

func (n *count) prune(today dayNumber) {
	if len(n.days) > keptDays {
		maps.DeleteFunc(n.days, func(d dayNumber, _ int64) bool { return d < today-keptDays })
	}
}
