package function

import (
	"io/fs"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/fsnotify/fsnotify"
)

const (
	settleAfter  = 50 * time.Millisecond // without a change, files are taken for complete
	settleAtMost = time.Second           // after the first change, invocations go on whatever happens
)

// A watcher tells when files below some directories change.
type watcher struct {
	notify *fsnotify.Watcher
	dirs   []string
	real   []string // dirs without symbolic links; run's, once it runs
	done   chan struct{}
}

// watch calls changing at the first change, and changed when there was none for
// a while. Both are called by one goroutine, which close ends.
func watch(dirs []string, changing, changed func()) (*watcher, error) {
	notify, err := fsnotify.NewWatcher()
	if err != nil {
		return nil, err
	}
	w := &watcher{notify: notify, dirs: dirs, done: make(chan struct{})}
	if err := w.add(); err != nil {
		notify.Close()
		return nil, err
	}
	go w.run(changing, changed)
	return w, nil
}

// add watches all directories that are not watched yet. The one above each root
// is watched to see it replaced.
func (w *watcher) add() error {
	w.real = w.real[:0]
	for _, dir := range w.dirs {
		if err := w.notify.Add(filepath.Dir(dir)); err != nil {
			return err
		}
		root, err := filepath.EvalSymlinks(dir)
		if err != nil {
			continue // gone: the one above tells when it is back
		}
		w.real = append(w.real, root)
		err = filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
			if err != nil || !d.IsDir() {
				return nil // gone again: the one above tells
			}
			if path != root && ignored(d.Name()) {
				return filepath.SkipDir
			}
			return w.notify.Add(path)
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func ignored(name string) bool {
	return name == "node_modules" || name == "__pycache__" || strings.HasPrefix(name, ".")
}

// concerns reports whether a change is one of the code.
func (w *watcher) concerns(e fsnotify.Event) bool {
	if e.Op == fsnotify.Chmod || ignored(filepath.Base(e.Name)) {
		return false
	}
	if slices.Contains(w.dirs, e.Name) {
		return true
	}
	return slices.ContainsFunc(w.real, func(root string) bool {
		return e.Name == root || strings.HasPrefix(e.Name, root+string(filepath.Separator))
	})
}

func (w *watcher) run(changing, changed func()) {
	defer close(w.done)
	settle := time.NewTimer(time.Hour)
	settle.Stop()
	defer settle.Stop()
	var first time.Time // of the changes that have not settled; zero: none
	for {
		select {
		case e, ok := <-w.notify.Events:
			if !ok {
				return
			}
			if !w.concerns(e) {
				continue
			}
			if first.IsZero() {
				first = time.Now()
				changing()
			}
			settle.Reset(min(settleAfter, settleAtMost-time.Since(first)))
		case err, ok := <-w.notify.Errors:
			if !ok {
				return
			}
			if first.IsZero() && err != nil { // events were lost
				first = time.Now()
				changing()
			}
			settle.Reset(settleAfter)
		case <-settle.C:
			first = time.Time{}
			w.add() // what cannot be watched was watched before or is gone
			changed()
		}
	}
}

// close ends the watch and waits for it.
func (w *watcher) close() {
	w.notify.Close()
	<-w.done
}
