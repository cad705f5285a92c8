package throttle

import (
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func day(text string) time.Time {
	t, err := time.Parse(time.DateOnly, text)
	if err != nil {
		panic(err)
	}
	return t
}

func TestPeriodsBegin(t *testing.T) {
	for _, tt := range []struct {
		quota     Quota
		day, want string
	}{
		{Quota{Period: Day}, "2026-01-02", "2026-01-02"},
		{Quota{Period: Week}, "2026-01-02", "2025-12-28"}, // a Friday; Sunday before
		{Quota{Period: Week}, "2026-01-04", "2026-01-04"},
		{Quota{Period: Week, Offset: 1}, "2026-01-04", "2025-12-29"}, // Monday
		{Quota{Period: Week, Offset: 6}, "2026-01-02", "2025-12-27"},
		{Quota{Period: Month}, "2026-01-31", "2026-01-01"},
		{Quota{Period: Month, Offset: 9}, "2026-01-10", "2026-01-10"},
		{Quota{Period: Month, Offset: 9}, "2026-01-09", "2025-12-10"},
		{Quota{Period: Month, Offset: 27}, "2026-03-01", "2026-02-28"},
	} {
		if got := tt.quota.start(dayOf(day(tt.day))).String(); got != tt.want {
			t.Errorf("%+v of %s: began on %s, want %s", tt.quota, tt.day, got, tt.want)
		}
	}
}

func TestQuotaHoldsForItsPeriod(t *testing.T) {
	c := &clock{day("2026-01-02").Add(23 * time.Hour)}
	m := NewMeter(c.now)
	ada, bo := Consumer{"plan", "ada"}, Consumer{"plan", "bo"}
	q := &Quota{Limit: 3, Period: Day}
	take := func(k Consumer) func() bool { return func() bool { return m.Take(k, q) } }
	if got := admitted(10, take(ada)); got != 3 {
		t.Errorf("admitted %d, want 3", got)
	}
	if got := admitted(1, take(bo)); got != 1 {
		t.Error("another key has no quota of its own")
	}
	c.advance(time.Hour)
	if got := admitted(10, take(ada)); got != 3 {
		t.Errorf("the next day admitted %d, want 3", got)
	}
	if days, any := m.Report(ada, q, day("2026-01-01"), day("2026-01-03")); !any || len(days) != 3 ||
		days[0] != (DayOfUse{0, 3}) || days[1] != (DayOfUse{3, 0}) || days[2] != (DayOfUse{3, 0}) {
		t.Errorf("got %+v", days)
	}
	week := Quota{Limit: 10, Period: Week}
	if got := m.Remaining(ada, week); got != 4 {
		t.Errorf("a week of 10 has %d left after 6, want 4", got)
	}
	m.SetRemaining(ada, week, 6)
	if got := admitted(10, func() bool { return m.Take(ada, &week) }); got != 6 {
		t.Errorf("admitted %d after 6 were granted", got)
	}
	c.advance(7 * 24 * time.Hour)
	if got := m.Remaining(ada, week); got != 10 {
		t.Errorf("the week after has %d, want 10: what was granted ends with its period", got)
	}
	m.Forget(ada)
	if _, any := m.Report(ada, nil, day("2026-01-01"), day("2026-02-01")); any {
		t.Error("a forgotten key was used")
	}
}

func TestWithoutQuotaRequestsAreCounted(t *testing.T) {
	c := &clock{day("2026-01-02")}
	m := NewMeter(c.now)
	k := Consumer{"plan", "key"}
	for range 5 {
		if !m.Take(k, nil) {
			t.Fatal("refused without a quota")
		}
	}
	if days, _ := m.Report(k, nil, c.t, c.t); days[0] != (DayOfUse{5, -1}) {
		t.Errorf("got %+v", days)
	}
	// A quota that comes later counts what was used before.
	if got := m.Remaining(k, Quota{Limit: 7, Period: Month}); got != 2 {
		t.Errorf("got %d left, want 2", got)
	}
}

// Whatever is saved and restored, and however quotas change, the days add up.
func TestMeterIsItsDays(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := &clock{day("2026-01-15")}
		m := NewMeter(c.now)
		k := Consumer{"p", "k"}
		used := map[string]int64{}
		saved := map[Consumer]Count{}
		for range rapid.IntRange(1, 60).Draw(t, "steps") {
			c.advance(time.Duration(rapid.IntRange(0, 40).Draw(t, "hours")) * time.Hour)
			q := Quota{Limit: int64(rapid.IntRange(1, 20).Draw(t, "limit")), Period: Period(rapid.IntRange(0, 2).Draw(t, "period")), Offset: rapid.IntRange(0, 6).Draw(t, "offset")}
			var inPeriod int64
			for d, n := range used {
				if start := q.start(dayOf(c.t)); dayOf(day(d)) >= start {
					inPeriod += n
				}
			}
			got, want := m.Take(k, &q), inPeriod < q.Limit
			if got != want {
				t.Fatalf("%+v after %d: got %v", q, inPeriod, got)
			}
			if got {
				used[c.t.Format(time.DateOnly)]++
			}
			if rapid.Bool().Draw(t, "restart") {
				for k, n := range m.Changed() {
					saved[k] = n
				}
				m = NewMeter(c.now)
				for k, n := range saved {
					m.Restore(k, n)
				}
			}
		}
	})
}

func TestMeterFromManyGoroutines(t *testing.T) {
	m := NewMeter((&clock{day("2026-01-02")}).now)
	q := &Quota{Limit: 500, Period: Day}
	var wg sync.WaitGroup
	var mu sync.Mutex
	total := 0
	for range 8 {
		wg.Go(func() {
			got := admitted(100, func() bool { return m.Take(Consumer{"p", "k"}, q) })
			m.Changed()
			mu.Lock()
			total += got
			mu.Unlock()
		})
	}
	wg.Wait()
	if total != 500 {
		t.Errorf("admitted %d, want 500", total)
	}
}

func TestTakeDoesNotAllocate(t *testing.T) {
	m := NewMeter(nil)
	q := &Quota{Limit: 1 << 40, Period: Month}
	if n := testing.AllocsPerRun(100, func() { m.Take(Consumer{"p", "k"}, q) }); n != 0 {
		t.Errorf("Take allocates %v times", n)
	}
}
