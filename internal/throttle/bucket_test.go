package throttle

import (
	"math"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// A clock is a time that only the test moves.
type clock struct{ t time.Time }

func newClock() *clock { return &clock{time.Unix(1_700_000_000, 0)} }

func (c *clock) now() time.Time          { return c.t }
func (c *clock) advance(d time.Duration) { c.t = c.t.Add(d) }

// admitted asks allow n times and counts.
func admitted(n int, allow func() bool) int {
	got := 0
	for range n {
		if allow() {
			got++
		}
	}
	return got
}

func TestBucketStartsFullAndRefillsAtTheRate(t *testing.T) {
	c := newClock()
	b := NewBucket(Limit{Rate: 10, Burst: 5}, c.now)
	for i, step := range []struct {
		advance time.Duration
		want    int // admitted of 100
	}{
		{0, 5},
		{0, 0},
		{99 * time.Millisecond, 0},
		{time.Millisecond, 1},
		{300 * time.Millisecond, 3},
		{time.Hour, 5}, // no more than the burst
	} {
		c.advance(step.advance)
		if got := admitted(100, b.Allow); got != step.want {
			t.Errorf("step %d, after %v: admitted %d, want %d", i, step.advance, got, step.want)
		}
	}
}

func TestManySmallRefillsAreWorthOneLarge(t *testing.T) {
	c := newClock()
	b := NewBucket(Limit{Rate: 1, Burst: 1}, c.now)
	b.Allow()
	for range 9 {
		c.advance(100 * time.Millisecond)
		if b.Allow() {
			t.Fatal("admitted before a token was earned")
		}
	}
	c.advance(100 * time.Millisecond)
	if !b.Allow() {
		t.Error("refused after ten refills of 0.1 tokens")
	}
}

func TestLimitThatRejectsEverything(t *testing.T) {
	for _, l := range []Limit{
		{},
		{Rate: 0, Burst: 5},
		{Rate: 5, Burst: 0},
		{Rate: -1, Burst: 5},
		{Rate: 5, Burst: -1},
		{Rate: math.NaN(), Burst: 5},
	} {
		c := newClock()
		b := NewBucket(l, c.now)
		for range 3 {
			if b.Allow() {
				t.Errorf("%+v admitted a request", l)
			}
			c.advance(time.Hour)
		}
	}
}

func TestInfiniteRateStillObeysTheBurst(t *testing.T) {
	c := newClock()
	b := NewBucket(Limit{Rate: math.Inf(1), Burst: 2}, c.now)
	if got := admitted(10, b.Allow); got != 2 {
		t.Errorf("admitted %d at once, want 2", got)
	}
	c.advance(time.Nanosecond)
	if got := admitted(10, b.Allow); got != 2 {
		t.Errorf("admitted %d a nanosecond later, want 2", got)
	}
}

func TestSetKeepsTheLevel(t *testing.T) {
	for _, tt := range []struct {
		name string
		use  int
		to   Limit
		want int // admitted at once after the change
	}{
		{"larger burst does not fill", 10, Limit{10, 100}, 0},
		{"larger burst keeps what is left", 4, Limit{10, 100}, 6},
		{"smaller burst cuts", 4, Limit{10, 3}, 3},
		{"other rate keeps what is left", 4, Limit{1000, 10}, 6},
		{"nothing admitted empties", 0, Limit{0, 10}, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c := newClock()
			b := NewBucket(Limit{10, 10}, c.now)
			admitted(tt.use, b.Allow)
			b.Set(tt.to)
			if got := admitted(1000, b.Allow); got != tt.want {
				t.Errorf("admitted %d, want %d", got, tt.want)
			}
		})
	}
}

func TestSetPaysTheOldRateUntilNow(t *testing.T) {
	c := newClock()
	b := NewBucket(Limit{1, 10}, c.now)
	admitted(10, b.Allow)
	c.advance(2 * time.Second)
	b.Set(Limit{1000, 10})
	if got := admitted(100, b.Allow); got != 2 {
		t.Errorf("admitted %d for two seconds at one a second, want 2", got)
	}
}

func TestNothingIsEarnedWhileNothingIsAdmitted(t *testing.T) {
	c := newClock()
	b := NewBucket(Limit{10, 10}, c.now)
	b.Set(Limit{})
	c.advance(time.Hour)
	b.Set(Limit{10, 10})
	if b.Allow() {
		t.Error("admitted at once after a limit of zero")
	}
	c.advance(100 * time.Millisecond)
	if !b.Allow() {
		t.Error("refused after the new limit earned a token")
	}
}

func TestClockThatRunsBackEarnsNothing(t *testing.T) {
	c := newClock()
	b := NewBucket(Limit{10, 1}, c.now)
	b.Allow()
	c.advance(-time.Hour)
	if b.Allow() {
		t.Error("admitted after the clock ran back")
	}
	c.advance(time.Hour)
	if b.Allow() {
		t.Error("the way back was earned")
	}
	c.advance(100 * time.Millisecond)
	if !b.Allow() {
		t.Error("refused after a token was earned")
	}
}

func TestAllowDoesNotAllocate(t *testing.T) {
	b := NewBucket(Limit{1e9, 1000}, nil)
	if n := testing.AllocsPerRun(100, func() { b.Allow() }); n != 0 {
		t.Errorf("Bucket.Allow allocates %v times", n)
	}
	type key struct{ plan, method string }
	s := NewSet[key](10, nil)
	k := key{"plan", "/pets/GET"}
	if n := testing.AllocsPerRun(100, func() { s.Allow(k, Limit{1e9, 1000}) }); n != 0 {
		t.Errorf("Set.Allow allocates %v times", n)
	}
}

// The rule of the package comment, and its other side: a bucket that is asked
// all the time gives everything it earns.
func TestBucketAdmitsBurstAndRateTimesTime(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := newClock()
		l := Limit{
			Rate:  rapid.Float64Range(0.001, 20_000).Draw(t, "rate"),
			Burst: rapid.IntRange(1, 50).Draw(t, "burst"),
		}
		b := NewBucket(l, c.now)
		var elapsed time.Duration
		got := 0
		for range rapid.IntRange(1, 200).Draw(t, "steps") {
			d := time.Duration(rapid.Int64Range(0, int64(time.Second)).Draw(t, "advance"))
			c.advance(d)
			elapsed += d
			n := rapid.IntRange(0, 100).Draw(t, "requests")
			before := got
			got += admitted(n, b.Allow)
			if got-before > l.Burst {
				t.Fatalf("%d admitted in one moment, burst is %d", got-before, l.Burst)
			}
			most := float64(l.Burst) + l.Rate*elapsed.Seconds()
			if float64(got) > most*(1+1e-9)+1e-6 {
				t.Fatalf("%d admitted in %v, at most %.6f are right for %+v", got, elapsed, most, l)
			}
		}
	})
}

func TestBucketGivesAllItEarns(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := newClock()
		l := Limit{
			Rate:  rapid.Float64Range(0.1, 1000).Draw(t, "rate"),
			Burst: rapid.IntRange(2, 50).Draw(t, "burst"),
		}
		b := NewBucket(l, c.now)
		// A step earns less than a token, so that nothing is lost to the burst.
		step := time.Duration(rapid.Float64Range(0.1, 0.9).Draw(t, "tokens") / l.Rate * float64(time.Second))
		got := admitted(l.Burst, b.Allow)
		const steps = 500
		for range steps {
			c.advance(step)
			got += admitted(2, b.Allow)
		}
		earned := float64(l.Burst) + l.Rate*step.Seconds()*steps
		if math.Abs(earned-float64(got)) > 1+1e-6 {
			t.Fatalf("%d admitted, %.6f earned with %+v in steps of %v", got, earned, l, step)
		}
	})
}

func TestBucketFromManyGoroutines(t *testing.T) {
	c := newClock()
	b := NewBucket(Limit{10, 100}, c.now)
	var total atomic.Int64
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			for range 100 {
				if b.Allow() {
					total.Add(1)
				}
			}
			if i == 0 {
				b.Set(Limit{10, 100})
			}
		})
	}
	wg.Wait()
	if got := total.Load(); got != 100 {
		t.Errorf("admitted %d at once, want 100", got)
	}
}

func BenchmarkAllow(b *testing.B) {
	bucket := NewBucket(Limit{10_000, 5000}, nil)
	b.ReportAllocs()
	for b.Loop() {
		bucket.Allow()
	}
}
