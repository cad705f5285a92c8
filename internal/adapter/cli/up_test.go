package cli

import (
	"errors"
	"os"
	"strings"
	"syscall"
	"testing"

	"postern/internal/adapter/stackapi"
)

func TestWorkEndsBeforeASignalIsObeyed(t *testing.T) {
	c, _, errs := captured()
	signals := make(chan os.Signal)
	c.Signals = signals
	u := &up{command: c}
	began, finish := make(chan struct{}), make(chan struct{})
	go func() {
		<-began
		signals <- syscall.SIGTERM
		close(finish)
	}()
	results, err := u.patiently(func() ([]*stackapi.Result, error) {
		close(began)
		<-finish
		return []*stackapi.Result{{OK: true}}, nil
	})
	var e *exit
	if !errors.As(err, &e) || e.code != exitTerminated || len(results) != 1 {
		t.Errorf("got %v, %v, want the results and %d", results, err, exitTerminated)
	}
	if !strings.Contains(errs.String(), "Ctrl-C again stops now") {
		t.Errorf("said %q", errs)
	}
}

func TestSecondSignalIsObeyedAtOnce(t *testing.T) {
	c, _, _ := captured()
	signals := make(chan os.Signal, 2)
	c.Signals = signals
	u := &up{command: c}
	never := make(chan struct{})
	defer close(never)
	signals <- os.Interrupt
	signals <- os.Interrupt
	_, err := u.patiently(func() ([]*stackapi.Result, error) {
		<-never
		return nil, nil
	})
	if !errors.Is(err, errNow) {
		t.Errorf("got %v, want %v", err, errNow)
	}
}
