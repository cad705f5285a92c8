//go:build unix

package jsonschema

import (
	"strings"
	"syscall"
	"testing"
	"time"
)

// spent returns the CPU time of this process, which does not grow while others
// use the machine.
func spent(t *testing.T) time.Duration {
	t.Helper()
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		t.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// A stranger's largest schema costs seconds, not minutes.
func TestLargestSchemaCompilesInTime(t *testing.T) {
	start := spent(t)
	s := mustCompile(t, `{"allOf":[`+strings.TrimSuffix(strings.Repeat(`{"type":"integer"},`, maxSchemaNodes-2), ",")+`]}`)
	if got := s.Validate([]byte("1")); got != nil {
		t.Errorf("got %q", got)
	}
	if d := spent(t) - start; d > 60*time.Second {
		t.Errorf("took %v of CPU time", d)
	}
}
