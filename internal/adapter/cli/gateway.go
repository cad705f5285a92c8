package cli

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"maps"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/pflag"

	"postern/internal/adapter/stackapi"
)

const (
	defaultListen  = "127.0.0.1:4566"
	defaultDataDir = ".postern"
	inMemory       = ":memory:" // a data directory that is none
)

// place are the flags about where a gateway is and what it is started with.
type place struct {
	listen   string
	endpoint string
	keys     string // file of credentials
	warned   bool   // of who can read it
	profile  string
	dataDir  string
	insecure bool
	account  string
	region   string
	links    []string
	services []string
	backends []string
	lend     bool // the gateway's credentials to functions
	traces   int
}

// flags adds those that find a gateway.
func (p *place) flags(f *pflag.FlagSet) {
	f.StringVar(&p.listen, "listen", defaultListen, "the gateway is at `HOST:PORT`")
	f.StringVar(&p.keys, "credentials", "", "access keys that the gateway accepts, a `FILE` in AWS's format; what is asked of it is signed with one of them")
	f.StringVar(&p.profile, "profile", "", "sign with this `PROFILE` of the credentials (default AWS_PROFILE, else default, else the first)")
}

// clientFlags adds those of commands that only ask.
func (p *place) clientFlags(f *pflag.FlagSet) {
	p.flags(f)
	f.StringVar(&p.endpoint, "endpoint-url", "", "the gateway is at `URL`; instead of --listen")
}

// houseFlags adds those that a gateway is started with.
func (p *place) houseFlags(f *pflag.FlagSet) {
	p.flags(f)
	f.StringVar(&p.dataDir, "data-dir", defaultDataDir, "keep what is provisioned in `DIRECTORY`; "+inMemory+" keeps it while the gateway runs")
	f.BoolVar(&p.insecure, "insecure", false, "listen for other machines without --credentials, and let all of them change what is served")
	f.StringVar(&p.account, "account-id", "", "twelve-digit `ID` of the account in ARNs (default 000000000000)")
	f.StringVar(&p.region, "region", "", "`REGION` in ARNs (default AWS_REGION, else us-east-1)")
	f.StringArrayVar(&p.links, "vpc-link", nil, "where VPC links lead, `KEY=HOST:PORT` …; the key is a link's name, id or target ARN")
	f.StringArrayVar(&p.services, "endpoint", nil, "where services of AWS are, `SERVICE=URL` …, such as dynamodb=http://127.0.0.1:8000; the others where AWS's own settings say")
	f.StringArrayVar(&p.backends, "allow-backend", nil, "let backends have link-local addresses, a `RANGE` such as 169.254.0.0/16")
	f.BoolVar(&p.lend, "function-credentials", false, "let local functions have this process's credentials for AWS (AWS_ACCESS_KEY_ID …); without it they get dummies")
}

// url returns where the gateway is asked.
func (p *place) url() string {
	if p.endpoint != "" {
		return strings.TrimSuffix(p.endpoint, "/")
	}
	return "http://" + localAddress(p.listen)
}

// localAddress returns where this machine's programs find what listens on addr:
// all addresses have the loopback address among them.
func localAddress(addr string) string {
	host, port, err := net.SplitHostPort(addr)
	if a, bad := netip.ParseAddr(host); err == nil && (host == "" || bad == nil && a.IsUnspecified()) {
		return net.JoinHostPort("127.0.0.1", port)
	}
	return addr
}

// settings reads what a gateway is started with.
func (c *command) settings(p *place) (Settings, error) {
	s := Settings{DataDir: p.dataDir, AccountID: p.account, Region: p.region, Version: c.Version.Number, Log: c.log()}
	if s.AccountID == "" {
		s.AccountID = "000000000000"
	}
	if s.Region == "" {
		s.Region = c.first("AWS_REGION", "AWS_DEFAULT_REGION")
	}
	if s.Region == "" {
		s.Region = "us-east-1"
	}
	if len(s.AccountID) != 12 || strings.Trim(s.AccountID, "0123456789") != "" {
		return s, usage("", "--account-id: found %q, expected twelve digits", cutText(s.AccountID, 40))
	}
	if s.DataDir == inMemory {
		s.DataDir = ""
	} else {
		abs, err := filepath.Abs(s.DataDir)
		if err != nil {
			return s, failed("", "--data-dir %s: %w", s.DataDir, err)
		}
		s.DataDir = abs
	}
	s.Lend = p.lend
	if s.Traces = p.traces; s.Traces < 0 {
		return s, usage("", "%s: found %d, expected a number of requests, or 0 for none", c.setting("traces"), s.Traces)
	}
	for _, b := range p.backends {
		if r, err := netip.ParsePrefix(b); err != nil || !r.Addr().IsLinkLocalUnicast() && r.Addr() != netip.MustParseAddr("fd00:ec2::254") {
			return s, usage("only link-local addresses are refused; all others need no permission",
				"--allow-backend: found %q, expected a range of link-local addresses such as 169.254.0.0/16", cutText(b, 40))
		}
		s.LinkLocal = true
	}
	var err error
	if s.Endpoints, err = endpoints(p.services); err != nil {
		return s, err
	}
	if s.Links, err = links(p.links); err != nil {
		return s, err
	}
	s.Insecure = p.insecure
	s.Keys, err = c.profiles(p)
	return s, err
}

func (c *command) log() *slog.Logger {
	level := slog.LevelWarn
	if c.verbose > 0 {
		level = slog.LevelInfo
	}
	if c.verbose > 1 {
		level = slog.LevelDebug
	}
	o := &slog.HandlerOptions{Level: level}
	if c.Terminal.Err {
		return slog.New(slog.NewTextHandler(c.Err, o))
	}
	return slog.New(slog.NewJSONHandler(c.Err, o))
}

// client returns a client of the gateway at an address.
func (c *command) client(p *place) (*stackapi.Client, error) {
	if _, _, err := net.SplitHostPort(p.listen); err != nil && p.endpoint == "" {
		help := ""
		if _, err := strconv.ParseUint(p.listen, 10, 16); err == nil {
			help = "write --listen 127.0.0.1:" + p.listen
		}
		return nil, usage(help, "--listen: found %q, expected HOST:PORT", cutText(p.listen, 80))
	}
	sign, err := c.signer(p)
	return &stackapi.Client{URL: p.url(), Transport: sign}, err
}

// running returns the gateway that answers at the address, or nil if nothing
// does. Something else that answers there is an error.
func (c *command) running(ctx context.Context, p *place) (*stackapi.Info, error) {
	client, err := c.client(p)
	if err != nil {
		return nil, err
	}
	info, err := client.Running(ctx)
	var u *stackapi.Unreachable
	switch {
	case err == nil:
		return info, nil
	case errors.As(err, &u) && u.Err != nil:
		return nil, nil
	case errors.As(err, &u):
		return nil, &exit{code: exitFailed, err: fmt.Errorf("%s is taken by another program, which is not Postern", p.listen), help: elsewhere(p.listen)}
	}
	return nil, fault(err)
}

// elsewhere says what to do when an address is taken.
func elsewhere(addr string) string {
	what := "stop that program"
	if name := holder(addr); name != "" {
		what = "it is " + name + "; stop it"
	}
	return what + ", or take another address: --listen " + nextPort(addr)
}

// nextPort proposes an address beside one that is taken.
func nextPort(addr string) string {
	host, port, err := net.SplitHostPort(addr)
	var n int
	if _, scan := fmt.Sscanf(port, "%d", &n); err != nil || scan != nil || n <= 0 || n >= 65535 {
		return "127.0.0.1:4567"
	}
	return net.JoinHostPort(host, fmt.Sprint(n+1))
}

// agrees refuses flags that a running gateway cannot obey.
func (c *command) agrees(info *stackapi.Info, p *place, s Settings, f *pflag.FlagSet) error {
	if why := differs(info, s, f); why != "" {
		return failed("stop that gateway, or leave the flag out", "the gateway that runs at %s %s", p.url(), why)
	}
	return nil
}

// differs says in what a running gateway is not what the flags ask for, or "".
// Only flags that were given count.
func differs(info *stackapi.Info, s Settings, f *pflag.FlagSet) string {
	given := func(name string) bool { return f.Changed(name) }
	show := func(v string) string {
		if v == "" {
			return inMemory
		}
		return v
	}
	switch {
	case given("account-id") && s.AccountID != info.AccountID:
		return fmt.Sprintf("has account %s, not %s", info.AccountID, s.AccountID)
	case given("region") && s.Region != info.Region:
		return fmt.Sprintf("has region %s, not %s", info.Region, s.Region)
	case given("data-dir") && s.DataDir != info.DataDir:
		return fmt.Sprintf("has data directory %s, not %s", show(info.DataDir), show(s.DataDir))
	}
	if given("traces") && s.Traces != info.Traces {
		return fmt.Sprintf("was not started with --traces=%d", s.Traces)
	}
	for _, key := range slices.Sorted(maps.Keys(s.Links)) {
		if info.Links[key] != s.Links[key] {
			return fmt.Sprintf("was not started with --vpc-link %s=%s", key, s.Links[key])
		}
	}
	for _, service := range slices.Sorted(maps.Keys(s.Endpoints)) {
		if info.Endpoints[service] != s.Endpoints[service] {
			return fmt.Sprintf("was not started with --endpoint %s=%s", service, s.Endpoints[service])
		}
	}
	return ""
}

// holds reports whether there is a data directory, so that there may be stacks.
func (s *Settings) holds() bool {
	_, err := os.Stat(s.DataDir)
	return s.DataDir != "" && !errors.Is(err, fs.ErrNotExist)
}

// open opens a house of this process.
func (c *command) open(s Settings) (House, error) {
	h, err := c.Open(s)
	if err != nil {
		return nil, failed("", "%w", err)
	}
	return h, nil
}

// within returns a client of a house of this process that does not listen.
func within(h House, url string) *stackapi.Client {
	return &stackapi.Client{URL: url, Transport: stackapi.Local{Handler: h.Handler()}}
}

// checker returns a client that can check templates and needs no gateway.
func (c *command) checker(s Settings) (*stackapi.Client, func(), error) {
	s.DataDir = ""
	h, err := c.open(s)
	if err != nil {
		return nil, nil, err
	}
	return within(h, "http://"+defaultListen), func() { h.Close() }, nil
}

// reach returns a client of the running gateway, or of one in this process over
// the data directory, if there is one. The second result says which.
func (c *command) reach(ctx context.Context, p *place, f *pflag.FlagSet) (client *stackapi.Client, where string, done func(), err error) {
	info, err := c.running(ctx, p)
	if err != nil {
		return nil, "", nil, err
	}
	s, err := c.settings(p)
	if err != nil {
		return nil, "", nil, err
	}
	if info != nil {
		if client, err = c.client(p); err != nil {
			return nil, "", nil, err
		}
		return client, "the gateway at " + p.url(), func() {}, c.agrees(info, p, s, f)
	}
	where = s.DataDir
	if !s.holds() {
		s.DataDir, where = "", ""
	}
	h, err := c.open(s)
	if err != nil {
		return nil, "", nil, err
	}
	return within(h, p.url()), where, func() { h.Close() }, nil
}

// untilReady waits until a house serves what it holds.
func untilReady(ctx context.Context, h House, url string) error {
	client := within(h, url)
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	tick := time.NewTicker(2 * time.Millisecond)
	defer tick.Stop()
	for {
		reasons, err := client.Ready(ctx)
		if err == nil && len(reasons) == 0 {
			return nil
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return failed("", "the gateway does not become ready: %s", strings.Join(reasons, ", "))
		}
	}
}
