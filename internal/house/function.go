package house

import (
	"context"
	"errors"
	"path/filepath"

	"postern/internal/adapter/lambdaapi"
	"postern/internal/adapter/logsapi"
	"postern/internal/function"
	"postern/internal/lambda"
	"postern/internal/store"
)

// This file wires functions: what is known of them, what runs them, and what
// answers the Lambda API and tells what they log.

func (h *House) openFunctions(base store.Store, c Config) error {
	h.Journal = &lambda.Journal{}
	h.runner = &function.Runner{Path: c.Path, Environment: c.Environment}
	codes := &lambda.Codes{}
	if c.DataDir != "" {
		h.runner.Dir = filepath.Join(c.DataDir, "functions", "run")
		codes.Dir = filepath.Join(c.DataDir, "functions", "code")
	}
	h.Lambda = &lambda.Service{
		Store: base, Codes: codes, Runner: h.runner, AccountID: c.AccountID, Region: c.Region, Now: c.Now,
		Journal: h.Journal, Log: c.FunctionLog,
	}
	h.functions = lambdaapi.NewServer(h.Lambda, c.Log)
	h.logs = &logsapi.Server{Lambda: h.Lambda, Log: c.Log}
	return h.Lambda.Sweep(context.Background())
}

func (h *House) closeFunctions() error {
	return errors.Join(h.runner.Close(), h.Lambda.Codes.Close())
}
