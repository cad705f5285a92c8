package cli

import (
	"context"
	"crypto/sha256"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"time"

	"github.com/fsnotify/fsnotify"

	"postern/internal/adapter/stackapi"
)

// settle is how long a file must be quiet before it is read again: editors write
// in several steps.
const settle = 50 * time.Millisecond

// maxNamed is how many files that a template names are followed.
const maxNamed = 1000

// A watch provisions templates again when they, or files that they name, change.
// The code of functions is followed by the gateway. What was served
// stays as long as a new version is broken.
type watch struct {
	up      *up
	files   []string
	client  *stackapi.Client
	changes chan func() // to be called by whoever serves

	watcher *fsnotify.Watcher
	mu      sync.Mutex
	named   map[string]bool // files that the templates name, such as OpenAPI definitions

	seen map[string][sha256.Size]byte // by file: what was last provisioned or refused
	good time.Time                    // when the version that is served was provisioned
	stop chan struct{}
	done sync.WaitGroup
}

func (u *up) watch(files []string, client *stackapi.Client) (*watch, error) {
	watcher, err := fsnotify.NewWatcher()
	if err != nil {
		return nil, failed("", "--watch: %w", err)
	}
	w := &watch{up: u, files: files, client: client, changes: make(chan func()), watcher: watcher, named: map[string]bool{},
		seen: map[string][sha256.Size]byte{}, good: time.Now(), stop: make(chan struct{})}
	for _, f := range files {
		if f == "-" {
			watcher.Close()
			return nil, usage("", "--watch follows files, not standard input")
		}
		// The directory, because many editors put a new file in place of the old.
		if err := watcher.Add(filepath.Dir(f)); err != nil {
			watcher.Close()
			return nil, failed("", "--watch %s: %w", f, err)
		}
		if sum, err := w.sum(f); err == nil {
			w.seen[f] = sum
		}
	}
	u.note("watching %s", count(len(files), "template"))
	w.done.Go(w.follow)
	return w, nil
}

func (w *watch) close() {
	close(w.stop)
	w.watcher.Close()
	w.done.Wait()
}

// follow collects changes until they settle.
func (w *watch) follow() {
	var quiet <-chan time.Time
	var since time.Time
	for {
		select {
		case ev, ok := <-w.watcher.Events:
			if !ok {
				return
			}
			if !w.mine(ev.Name) || ev.Op == fsnotify.Chmod {
				continue
			}
			if quiet == nil {
				since = time.Now()
			}
			quiet = time.After(settle)
		case _, ok := <-w.watcher.Errors:
			if !ok {
				return
			}
			quiet = time.After(settle) // events may be lost: look
		case <-quiet:
			quiet = nil
			select {
			case w.changes <- func() { w.provision(since) }:
			case <-w.stop:
				return
			}
		case <-w.stop:
			return
		}
	}
}

// fileNames finds what may be a file's name in a template.
var fileNames = regexp.MustCompile(`[^\s"'{}\[\],:]+\.(?:ya?ml|json)\b`)

// sum is of a template and of the files that it names, which are followed from
// now on. A name that is none of a file does not matter.
func (w *watch) sum(file string) (sum [sha256.Size]byte, err error) {
	text, err := w.up.readFile(file)
	if err != nil {
		return sum, err
	}
	h := sha256.New()
	h.Write(text)
	for _, name := range fileNames.FindAllString(string(text), maxNamed) {
		if !filepath.IsAbs(name) {
			name = filepath.Join(filepath.Dir(file), name)
		}
		more, err := w.up.readFile(name)
		if err != nil || w.watcher.Add(filepath.Dir(name)) != nil {
			continue
		}
		w.mu.Lock()
		w.named[filepath.Clean(name)] = true
		w.mu.Unlock()
		h.Write(more)
	}
	return [sha256.Size]byte(h.Sum(nil)), nil
}

func (w *watch) mine(name string) bool {
	for _, f := range w.files {
		if filepath.Clean(f) == filepath.Clean(name) {
			return true
		}
	}
	w.mu.Lock()
	named := w.named[filepath.Clean(name)]
	w.mu.Unlock()
	if named {
		return true
	}
	// Kubernetes changes the files of a ConfigMap by turning the link ..data.
	return strings.HasPrefix(filepath.Base(name), "..")
}

// provision brings up what has changed.
func (w *watch) provision(since time.Time) {
	u := w.up
	var changed []string
	for _, f := range w.files {
		sum, err := w.sum(f)
		if err != nil {
			w.broken(err)
			return
		}
		if sum != w.seen[f] {
			w.seen[f] = sum
			changed = append(changed, f)
		}
	}
	if len(changed) == 0 {
		return
	}
	sources, requests, err := u.ask(changed)
	if err != nil {
		w.broken(err)
		return
	}
	results, err := u.put(context.Background(), w.client, sources, requests)
	if err != nil {
		w.broken(err)
		return
	}
	w.good = time.Now()
	if u.output == outputJSON {
		_ = u.show(w.client.URL, results)
	}
	u.note("%s live %s after it was saved", u.style.green("✓"), duration(w.good.Sub(since)))
}

// broken says that a new version is not served, and which one is.
func (w *watch) broken(err error) {
	if e, ok := fault(err).(*exit); ok {
		w.up.report(e)
	}
	w.up.note("%s the new version is broken; still serving that of %s", w.up.style.red("✗"), w.good.Format("15:04:05"))
}
