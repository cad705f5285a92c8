// Command postern serves Amazon API Gateway REST APIs from CloudFormation
// templates. See postern help.
package main

import (
	"context"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/signal"
	"runtime"
	"runtime/debug"
	"syscall"

	"github.com/mattn/go-isatty"
	"github.com/spf13/cobra"

	"postern/internal/adapter/cli"
	"postern/internal/adapter/listen"
)

// awsMonth is the month whose API Gateway is meant.
const awsMonth = "2026-11"

func main() { os.Exit(run()) }

// run wires the program to its process and returns the exit code.
func run() int {
	cobra.EnableCommandSorting = false // ours is by how often they are used
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	terminal := func(f *os.File) bool { return isatty.IsTerminal(f.Fd()) || isatty.IsCygwinTerminal(f.Fd()) }
	p := &cli.Program{
		In:       os.Stdin,
		Out:      os.Stdout,
		Err:      os.Stderr,
		Terminal: cli.Terminal{In: terminal(os.Stdin), Out: terminal(os.Stdout), Err: terminal(os.Stderr)},
		Getenv:   os.Getenv,
		Environ:  os.Environ,
		Signals:  signals,
		Version:  version(),
		Open:     open,
		Listen:   func(ctx context.Context, addr string) (net.Listener, error) { return listen.Listen(ctx, addr) },
		NewServer: func(h http.Handler, log *slog.Logger) cli.Server {
			return &listen.Server{Handler: h, Log: log}
		},
	}
	return p.Main(context.Background(), os.Args[1:])
}

// version reads what the Go toolchain knows of the build.
func version() cli.Version {
	v := cli.Version{Number: "devel", Go: runtime.Version(), AWS: awsMonth}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return v
	}
	if info.Main.Version != "" && info.Main.Version != "(devel)" {
		v.Number = info.Main.Version
	}
	for _, s := range info.Settings {
		switch s.Key {
		case "vcs.revision":
			v.Commit = s.Value
		case "vcs.time":
			v.Date = s.Value
		}
	}
	return v
}
