package function

import (
	"archive/zip"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
	"sync"
)

// See "Lambda quotas", deployment package size, and "Code storage".
const (
	maxUnzipped = 262_144_000 // bytes
	maxFiles    = 200_000     // Chosen: far above what packages have, below what a file system minds
)

var (
	//lint:ignore ST1005 AWS's sentence
	errNoZip = errors.New("Could not unzip uploaded file. Please check your file, then try to upload again.")
	//lint:ignore ST1005 AWS's sentence
	errZipLarge = fmt.Errorf("Unzipped size must be smaller than %d bytes", maxUnzipped)
	//lint:ignore ST1005 AWS's sentence
	errZipEmpty = errors.New("Uploaded file must be a non-empty zip")
)

// CheckZip reports whether an archive can be a function's code or a layer. The
// error is AWS's sentence for InvalidParameterValueException.
func CheckZip(archive []byte) error {
	_, err := openZip(archive)
	return err
}

// openZip reads an archive's directory. What it says of sizes is believed only
// to refuse: unzip counts again.
func openZip(archive []byte) (*zip.Reader, error) {
	z, err := zip.NewReader(bytes.NewReader(archive), int64(len(archive)))
	if err != nil {
		return nil, errNoZip
	}
	var size uint64
	if len(z.File) > maxFiles {
		return nil, errZipLarge
	}
	for _, f := range z.File {
		name := path.Clean(strings.ReplaceAll(f.Name, `\`, "/"))
		if !filepath.IsLocal(name) {
			return nil, errNoZip
		}
		if size += f.UncompressedSize64; f.UncompressedSize64 > maxUnzipped || size > maxUnzipped {
			return nil, errZipLarge
		}
	}
	if len(z.File) == 0 {
		return nil, errZipEmpty
	}
	return z, nil
}

// unzip unpacks an archive into a new directory. Nothing is written outside of
// it, whatever names and symbolic links the archive holds.
func unzip(archive []byte, dir string) error {
	z, err := openZip(archive)
	if err != nil {
		return err
	}
	if err := os.Mkdir(dir, 0o755); err != nil {
		return err
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return err
	}
	defer root.Close()
	left := int64(maxUnzipped)
	for _, f := range z.File {
		n, err := unzipFile(root, f, left)
		if err != nil {
			return err
		}
		left -= n
	}
	return nil
}

func unzipFile(root *os.Root, f *zip.File, left int64) (n int64, err error) {
	name := path.Clean(strings.ReplaceAll(f.Name, `\`, "/"))
	mode := f.Mode()
	if mode.IsDir() || strings.HasSuffix(f.Name, "/") {
		return 0, root.MkdirAll(name, 0o755)
	}
	if err := root.MkdirAll(path.Dir(name), 0o755); err != nil {
		return 0, errNoZip
	}
	in, err := f.Open()
	if err != nil {
		return 0, errNoZip
	}
	defer in.Close()
	if mode&fs.ModeSymlink != 0 {
		target, err := io.ReadAll(io.LimitReader(in, 4096))
		if err != nil || !filepath.IsLocal(path.Join(path.Dir(name), string(target))) || path.IsAbs(string(target)) {
			return 0, errNoZip
		}
		if err := root.Symlink(string(target), name); err != nil {
			return 0, errNoZip
		}
		return 0, nil
	}
	if !mode.IsRegular() {
		return 0, errNoZip
	}
	out, err := root.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, mode.Perm()|0o600)
	if err != nil {
		return 0, errNoZip // twice the same name, through a link, or a file where a directory is
	}
	n, err = io.Copy(out, io.LimitReader(in, left+1))
	if close := out.Close(); err == nil && close != nil {
		return n, close
	}
	switch {
	case n > left:
		return n, errZipLarge
	case err != nil:
		return n, errNoZip
	}
	return n, nil
}

// Inline makes the archive of a function whose source stands in a template
// (Code.ZipFile of AWS::Lambda::Function): a file index.js or index.py, by the
// runtime. The same source makes the same archive. It fails for runtimes that
// have no inline source.
//
// See "AWS::Lambda::Function Code".
func Inline(runtime, source string) (archive []byte, err error) {
	l, _, err := parseRuntime(runtime)
	if err != nil {
		return nil, err
	}
	name, ok := map[language]string{node: "index.js", python: "index.py"}[l]
	if !ok {
		return nil, fmt.Errorf("ZipFile can only be used when Runtime is set to either of nodejs*, python3*; it is %s", runtime)
	}
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	head := &zip.FileHeader{Name: name, Method: zip.Deflate}
	head.SetMode(0o644)
	w, err := z.CreateHeader(head)
	if err != nil {
		return nil, err
	}
	if _, err := io.WriteString(w, source); err != nil {
		return nil, err
	}
	if err := z.Close(); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

// A codeCache holds the archives that are unpacked, each once for all who use it.
type codeCache struct {
	mu   sync.Mutex
	uses map[string]int // directory → users
}

// open returns the directory of a code. Who opens closes.
func (cc *codeCache) open(c Code, below string) (dir string, err error) {
	if c.Dir != "" {
		info, err := os.Stat(c.Dir)
		if err != nil {
			return "", err
		}
		if !info.IsDir() {
			return "", fmt.Errorf("%s is not a directory", c.Dir)
		}
		return filepath.Abs(c.Dir)
	}
	sum := sha256.Sum256(c.Zip)
	dir = filepath.Join(below, hex.EncodeToString(sum[:]))
	cc.mu.Lock()
	defer cc.mu.Unlock()
	if cc.uses == nil {
		cc.uses = map[string]int{}
	}
	if cc.uses[dir] == 0 {
		if err := unzip(c.Zip, dir); err != nil {
			os.RemoveAll(dir)
			return "", err
		}
	}
	cc.uses[dir]++
	return dir, nil
}

// close gives back what open gave. The last one removes what was unpacked.
func (cc *codeCache) close(c Code, dir string) {
	if c.Dir != "" {
		return
	}
	cc.mu.Lock()
	defer cc.mu.Unlock()
	if cc.uses[dir]--; cc.uses[dir] == 0 {
		delete(cc.uses, dir)
		os.RemoveAll(dir)
	}
}
