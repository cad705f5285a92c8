package function

import (
	"context"
	_ "embed"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// A language is what a runtime's handlers are written in.
type language string

const (
	node     language = "nodejs"
	python   language = "python"
	provided language = "provided" // a bootstrap file of the function's own
)

//go:embed bootstrap/node.mjs
var nodeBootstrap []byte

//go:embed bootstrap/python.py
var pythonBootstrap []byte

// CheckRuntime reports whether functions of a runtime can run here at all. The
// error says what can. It does not look for node or python3 on PATH: that is
// done when an instance starts.
func CheckRuntime(runtime string) error {
	_, _, err := parseRuntime(runtime)
	return err
}

// parseRuntime splits nodejs20.x into nodejs and 20, python3.12 into python and
// 3.12, provided.al2023 into provided and al2023.
func parseRuntime(runtime string) (language, string, error) {
	for _, l := range []language{node, python, provided} {
		rest, ok := strings.CutPrefix(runtime, string(l))
		if !ok {
			continue
		}
		version, anyMinor := strings.CutSuffix(strings.TrimPrefix(rest, "."), ".x")
		if l == provided && (rest == "" || rest[0] == '.') || l == node && anyMinor && digits(version) || l == python && strings.HasPrefix(version, "3.") && digits(version[2:]) {
			return l, version, nil
		}
	}
	if runtime == "" {
		return "", "", errors.New("the function has no runtime; local functions have one of provided.*, nodejs*, python3.*")
	}
	return "", "", fmt.Errorf("functions of runtime %q do not run locally; those of provided.*, nodejs*.x and python3.* do", runtime)
}

func digits(s string) bool {
	return s != "" && strings.Trim(s, "0123456789") == ""
}

// An interpreter is what runs the handlers of a runtime on this machine.
type interpreter struct {
	language language
	path     string // empty for provided
	version  string // 20.20.2; for provided what follows the dot
	note     string // what the log shall say of it; may be empty
}

func (in *interpreter) dir() string {
	if in.path == "" {
		return ""
	}
	return filepath.Dir(in.path)
}

func (in *interpreter) major() string {
	major, _, _ := strings.Cut(in.version, ".")
	return major
}

func (in *interpreter) minor() string {
	parts := strings.SplitN(in.version, ".", 3)
	return strings.Join(parts[:min(2, len(parts))], ".")
}

// interpreter finds what runs a runtime, once for each runtime. What a version
// manager has put on PATH is asked for the program behind it.
func (r *Runner) interpreter(runtime string) (*interpreter, error) {
	l, version, err := parseRuntime(runtime)
	if err != nil {
		return nil, err
	}
	if l == provided {
		return &interpreter{language: l, version: version}, nil
	}
	r.interpreters.Lock()
	defer r.interpreters.Unlock()
	if in := r.interpreters.of[runtime]; in != nil {
		return in, nil
	}
	names, question := []string{"node"}, []string{"-p", "process.execPath+'\\n'+process.versions.node"}
	if l == python {
		names = []string{"python" + version, "python3"}
		question = []string{"-c", "import sys; print(sys.executable); print('%d.%d.%d' % sys.version_info[:3])"}
	}
	for _, name := range names {
		for dir := range strings.SplitSeq(r.path(), string(filepath.ListSeparator)) {
			program := filepath.Join(dir, name)
			if info, err := os.Stat(program); dir == "" || err != nil || info.IsDir() || info.Mode()&0o111 == 0 {
				continue
			}
			in, err := ask(program, question)
			if err != nil {
				continue // a version manager's name for what it has not installed
			}
			in.language = l
			if l == node && in.major() != version || l == python && in.minor() != version {
				in.note = fmt.Sprintf("runtime %s runs with %s %s of PATH", runtime, names[len(names)-1], in.version)
			}
			if r.interpreters.of == nil {
				r.interpreters.of = map[string]*interpreter{}
			}
			r.interpreters.of[runtime] = in
			return in, nil
		}
	}
	return nil, fmt.Errorf("runtime %s needs %s on PATH", runtime, names[len(names)-1])
}

func ask(program string, question []string) (*interpreter, error) {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	cmd := exec.CommandContext(ctx, program, question...)
	cmd.WaitDelay = time.Second
	out, err := cmd.Output()
	if err != nil {
		return nil, err
	}
	path, version, ok := strings.Cut(strings.TrimSpace(string(out)), "\n")
	if !ok || !filepath.IsAbs(path) {
		return nil, fmt.Errorf("%s answers %q", program, out)
	}
	return &interpreter{path: path, version: version}, nil
}

// path returns where programs are looked for.
func (r *Runner) path() string {
	if r.Path == "" {
		return "/usr/local/bin:/usr/bin:/bin"
	}
	return r.Path
}

// arguments returns the command line of an instance.
func (f *Function) arguments(in *interpreter, code []string, runtimeDir string) ([]string, error) {
	switch in.language {
	case node:
		// As Lambda's own bootstrap divides the memory.
		return []string{in.path,
			fmt.Sprintf("--max-semi-space-size=%d", max(1, f.config.MemorySize*5/100)),
			fmt.Sprintf("--max-old-space-size=%d", f.config.MemorySize*90/100),
			filepath.Join(runtimeDir, "node.mjs")}, nil
	case python:
		return []string{in.path, filepath.Join(runtimeDir, "python.py")}, nil
	}
	var tried []string
	for i, dir := range code {
		if i > 0 {
			dir = code[len(code)-i] // later layers hide earlier ones
		}
		bootstrap := filepath.Join(dir, "bootstrap")
		if info, err := os.Stat(bootstrap); err == nil && !info.IsDir() {
			return []string{bootstrap}, nil
		}
		tried = append(tried, bootstrap)
	}
	//lint:ignore ST1005 AWS's sentence
	return nil, fmt.Errorf("Couldn't find valid bootstrap(s): [%s]", strings.Join(tried, " "))
}
