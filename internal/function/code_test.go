package function

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
)

// An entry is one of an archive.
type entry struct {
	name, text string
	mode       fs.FileMode // 0: a plain file of 0644
}

func archive(t testing.TB, entries ...entry) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, e := range entries {
		h := &zip.FileHeader{Name: e.name, Method: zip.Deflate}
		if e.mode == 0 {
			e.mode = 0o644
		}
		h.SetMode(e.mode)
		w, err := z.CreateHeader(h)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write([]byte(e.text)); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestUnzip(t *testing.T) {
	for _, tt := range []struct {
		name    string
		entries []entry
		want    error
		files   map[string]string
	}{
		{name: "files and directories", entries: []entry{{name: "lib/"}, {name: "lib/a.js", text: "a"}, {name: "b/c/d.js", text: "d"}, {name: "bootstrap", text: "#!", mode: 0o755}},
			files: map[string]string{"lib/a.js": "a", "b/c/d.js": "d", "bootstrap": "#!"}},
		{name: "a name of Windows", entries: []entry{{name: `lib\a.js`, text: "a"}}, files: map[string]string{"lib/a.js": "a"}},
		{name: "a link within", entries: []entry{{name: "a.js", text: "a"}, {name: "l/b.js", text: "../a.js", mode: fs.ModeSymlink | 0o777}}, files: map[string]string{"l/b.js": "a"}},
		{name: "the same name twice", entries: []entry{{name: "a", text: "first"}, {name: "a", text: "2"}}, files: map[string]string{"a": "2"}},
		{name: "outside", entries: []entry{{name: "../a", text: "a"}}, want: errNoZip},
		{name: "absolute", entries: []entry{{name: "/a", text: "a"}}, want: errNoZip},
		{name: "outside by a backslash", entries: []entry{{name: `..\a`, text: "a"}}, want: errNoZip},
		{name: "a link outside", entries: []entry{{name: "l", text: "../..", mode: fs.ModeSymlink | 0o777}}, want: errNoZip},
		{name: "an absolute link", entries: []entry{{name: "l", text: "/etc/passwd", mode: fs.ModeSymlink | 0o777}}, want: errNoZip},
		{name: "a pipe", entries: []entry{{name: "p", mode: fs.ModeNamedPipe | 0o644}}, want: errNoZip},
		{name: "a file where a directory is", entries: []entry{{name: "a/b", text: "b"}, {name: "a", text: "a"}}, want: errNoZip},
		{name: "a directory where a file is", entries: []entry{{name: "a", text: "a"}, {name: "a/b", text: "b"}}, want: errNoZip},
		{name: "nothing", want: errZipEmpty},
	} {
		t.Run(tt.name, func(t *testing.T) {
			parent := t.TempDir()
			dir := filepath.Join(parent, "code")
			if err := unzip(archive(t, tt.entries...), dir); err != tt.want {
				t.Fatalf("got %v, want %v", err, tt.want)
			}
			for name, want := range tt.files {
				if got, err := os.ReadFile(filepath.Join(dir, name)); err != nil || string(got) != want {
					t.Errorf("%s: got %q %v, want %q", name, got, err, want)
				}
			}
			if outside, _ := os.ReadDir(parent); len(outside) > 1 {
				t.Errorf("written outside: %v", outside)
			}
		})
	}
	if info, err := os.Stat(func() string {
		dir := filepath.Join(t.TempDir(), "code")
		if err := unzip(archive(t, entry{name: "bootstrap", mode: 0o755}), dir); err != nil {
			t.Fatal(err)
		}
		return filepath.Join(dir, "bootstrap")
	}()); err != nil || info.Mode().Perm()&0o100 == 0 {
		t.Errorf("the bootstrap cannot be executed: %v %v", info, err)
	}
}

// TestDeclaredSizes unpacks archives whose directory says another size than
// there is: it is believed to refuse, not to accept.
func TestDeclaredSizes(t *testing.T) {
	for _, tt := range []struct {
		declared uint32
		want     error
	}{
		{1, errNoZip},
		{maxUnzipped + 1, errZipLarge},
	} {
		b := archive(t, entry{name: "a", text: string(make([]byte, 1<<20))})
		// The size stands 24 bytes after the signature of the central directory.
		at := bytes.Index(b, []byte("PK\x01\x02")) + 24
		binary.LittleEndian.PutUint32(b[at:], tt.declared)
		if err := unzip(b, filepath.Join(t.TempDir(), "code")); err != tt.want {
			t.Errorf("%d: got %v, want %v", tt.declared, err, tt.want)
		}
	}
}

func FuzzUnzip(f *testing.F) {
	f.Add(archive(f, entry{name: "a/b.js", text: "b"}, entry{name: "l", text: "a", mode: fs.ModeSymlink | 0o777}))
	f.Add(archive(f, entry{name: "../a", text: "b"}))
	f.Add([]byte("PK"))
	f.Fuzz(func(t *testing.T, b []byte) {
		parent := t.TempDir()
		_ = unzip(b, filepath.Join(parent, "code")) // whatever it says, nothing is outside
		if outside, _ := os.ReadDir(parent); len(outside) > 1 {
			t.Errorf("written outside: %v", outside)
		}
	})
}

func TestRuntimes(t *testing.T) {
	for _, tt := range []struct {
		runtime  string
		language language // "": refused
		version  string
	}{
		{"nodejs18.x", node, "18"}, {"nodejs22.x", node, "22"}, {"python3.9", python, "3.9"}, {"python3.13", python, "3.13"},
		{"provided", provided, ""}, {"provided.al2", provided, "al2"}, {"provided.al2023", provided, "al2023"},
		{"nodejs", "", ""}, {"nodejs22", "", ""}, {"nodejs.x", "", ""}, {"nodejsx", "", ""}, {"python2.7", "", ""}, {"python3", "", ""}, {"python3.", "", ""},
		{"providedx", "", ""}, {"java21", "", ""}, {"go1.x", "", ""}, {"", "", ""},
	} {
		l, version, err := parseRuntime(tt.runtime)
		if l != tt.language || version != tt.version || (err != nil) != (tt.language == "") {
			t.Errorf("%q: got %q %q %v, want %q %q", tt.runtime, l, version, err, tt.language, tt.version)
		}
	}
}
