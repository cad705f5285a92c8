package lambda

import (
	"archive/zip"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"sync"

	"postern/internal/function"
	"postern/internal/store"
)

// This file keeps code: archives in files named by their digest, and what is
// known of folders and archives that stay where they are.

// A Codes is a directory of archives. It is safe for concurrent use.
type Codes struct {
	Dir string // made when it is needed; empty: a temporary one, which Close removes

	mu        sync.Mutex
	temporary string
}

// place returns the directory.
func (c *Codes) place() (string, error) {
	if c == nil {
		return "", errors.New("there is no directory for code")
	}
	if c.Dir != "" {
		return c.Dir, nil
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.temporary == "" {
		dir, err := os.MkdirTemp("", "postern-code-")
		if err != nil {
			return "", err
		}
		c.temporary = dir
	}
	return c.temporary, nil
}

// Close removes what is temporary.
func (c *Codes) Close() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.temporary == "" {
		return nil
	}
	defer func() { c.temporary = "" }()
	return os.RemoveAll(c.temporary)
}

// Sizes of code. See "Lambda quotas".
const (
	maxArchive  = 50 << 20  // bytes of an archive that is sent
	maxUnzipped = 250 << 20 // bytes of what is in it, layers included
)

func digest(data []byte) string {
	sum := sha256.Sum256(data)
	return base64.StdEncoding.EncodeToString(sum[:])
}

func (c *Codes) file(sha string) (string, error) {
	sum, err := base64.StdEncoding.DecodeString(sha)
	if err != nil || len(sum) != sha256.Size {
		return "", fmt.Errorf("code %q: not a digest", sha)
	}
	dir, err := c.place()
	return filepath.Join(dir, hex.EncodeToString(sum)+".zip"), err
}

// Put keeps an archive.
func (c *Codes) Put(archive []byte) (Source, error) {
	if len(archive) == 0 {
		return Source{}, invalid("Uploaded file must be a non-empty zip")
	}
	if err := function.CheckZip(archive); err != nil {
		return Source{}, &Error{Code: InvalidParameterValue, Message: err.Error(), Err: err}
	}
	src := Source{SHA256: digest(archive), Size: int64(len(archive))}
	path, err := c.file(src.SHA256)
	if err != nil {
		return Source{}, err
	}
	if info, err := os.Stat(path); err == nil && info.Size() == src.Size {
		return src, nil
	}
	dir := filepath.Dir(path)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return Source{}, err
	}
	// A whole file or none, whatever happens.
	f, err := os.CreateTemp(dir, "new-*")
	if err != nil {
		return Source{}, err
	}
	defer os.Remove(f.Name())
	_, err = f.Write(archive)
	if err == nil {
		err = f.Sync()
	}
	if err := errors.Join(err, f.Close()); err != nil {
		return Source{}, err
	}
	return src, os.Rename(f.Name(), path)
}

// Get returns an archive that was put.
func (c *Codes) Get(src Source) ([]byte, error) {
	path, err := c.file(src.SHA256)
	if err != nil {
		return nil, err
	}
	return os.ReadFile(path)
}

// Sweep removes the archives that no function of the store uses, and what a
// crash left behind. Nobody may put any meanwhile.
func (s *Service) Sweep(ctx context.Context) error {
	if s.Codes == nil || s.Codes.Dir == "" {
		return nil
	}
	files, err := os.ReadDir(s.Codes.Dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	used := map[string]bool{}
	use := func(f *Function) error {
		if f.Source.Path != "" {
			return nil
		}
		path, err := s.Codes.file(f.Source.SHA256)
		used[filepath.Base(path)] = true
		return err
	}
	err = s.Store.View(ctx, func(r store.Reader) error {
		for item, err := range r.Scan(functionsPrefix, "") {
			if err != nil {
				return err
			}
			e, err := decodeEntry(item)
			if err == nil {
				err = use(e.Latest)
			}
			if err != nil {
				return err
			}
		}
		for item, err := range r.Scan(versionsPrefix, "") {
			if err != nil {
				return err
			}
			f, err := decodeVersion(item)
			if err == nil {
				err = use(f)
			}
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	for _, f := range files {
		if !f.IsDir() && !used[f.Name()] {
			if err := os.Remove(filepath.Join(s.Codes.Dir, f.Name())); err != nil {
				return err
			}
		}
	}
	return nil
}

// A Code is the code of a function as a caller gives it. At most one of the ways
// is used.
type Code struct {
	Archive []byte // a zip
	Inline  string // the source itself, as a template has it: index.js or index.py
	Path    string // of a folder or zip on this machine, absolute: it stays there, and changes are followed

	S3Bucket, S3Key string // hot-reload and an absolute path; other buckets are refused
	ImageURI        string // refused
}

// HotReload is the bucket whose keys are paths on this machine.
const HotReload = "hot-reload"

func (c *Code) empty() bool {
	return c.Archive == nil && c.Inline == "" && c.Path == "" && c.S3Bucket == "" && c.S3Key == "" && c.ImageURI == ""
}

// maxInline is the size of source in a template, in bytes. See
// "AWS::Lambda::Function Code".
const maxInline = 4 << 20

// source keeps code, or finds it. The runtime matters to source in a template.
func (s *Service) source(c *Code, runtime string) (Source, error) {
	src, err := s.keep(c, runtime)
	var refused *Error
	if errors.As(err, &refused) {
		refused.OfCode = true
	}
	return src, err
}

func (s *Service) keep(c *Code, runtime string) (Source, error) {
	path := c.Path
	switch {
	case c.ImageURI != "":
		return Source{}, invalid("Container images cannot be run here; send the code as ZipFile")
	case c.S3Bucket != "" || c.S3Key != "":
		if c.S3Bucket != HotReload {
			return Source{}, invalid("Code in S3 (bucket %s) cannot be read; send it as ZipFile, or name a folder of this machine with S3Bucket %s and its absolute path as S3Key", clip(c.S3Bucket), HotReload)
		}
		path = c.S3Key
	case c.Inline != "":
		if len(c.Inline) > maxInline {
			return Source{}, invalid("ZipFile has %d bytes, at most %d are allowed", len(c.Inline), maxInline)
		}
		archive, err := function.Inline(runtime, c.Inline)
		if err != nil {
			return Source{}, &Error{Code: InvalidParameterValue, Message: err.Error(), Err: err}
		}
		return s.Codes.Put(archive)
	case c.Archive != nil:
		if len(c.Archive) > maxArchive {
			return Source{}, &Error{Code: RequestTooLarge, Message: fmt.Sprintf("Zipped size must be smaller than %d bytes", maxArchive)}
		}
		return s.Codes.Put(c.Archive)
	}
	if path == "" {
		return Source{}, invalid("Please provide a source for function code.")
	}
	if !filepath.IsAbs(path) {
		return Source{}, invalid("the path of code is %s, expected an absolute one", clip(path))
	}
	return located(filepath.Clean(path))
}

// located describes a folder or archive that stays where it is.
func located(path string) (Source, error) {
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return Source{}, invalid("there is no code at %s", path)
	case err != nil:
		return Source{}, invalid("the code at %s cannot be read: %v", path, err)
	case info.IsDir():
		src := Source{Path: path}
		src.SHA256, src.Size, err = sumFolder(path)
		return src, err
	case !info.Mode().IsRegular():
		return Source{}, invalid("the code at %s is neither a folder nor a zip", path)
	}
	archive, err := os.ReadFile(path)
	if err != nil {
		return Source{}, invalid("the code at %s cannot be read: %v", path, err)
	}
	if err := function.CheckZip(archive); err != nil {
		return Source{}, &Error{Code: InvalidParameterValue, Message: path + ": " + err.Error(), Err: err}
	}
	return Source{Path: path, SHA256: digest(archive), Size: int64(len(archive))}, nil
}

// walkFolder calls f with every regular file of a folder, in the order of their
// names.
func walkFolder(root string, f func(name string, mode fs.FileMode, content io.Reader) error) error {
	var total int64
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			if d.Name() == ".git" || d.Name() == "__pycache__" {
				return fs.SkipDir
			}
			return nil
		}
		info, err := os.Stat(path) // what a link leads to
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		if err != nil || !info.Mode().IsRegular() {
			return err
		}
		if total += info.Size(); total > maxUnzipped {
			return invalid("Unzipped size must be smaller than %d bytes", maxUnzipped)
		}
		file, err := os.Open(path)
		if err != nil {
			return err
		}
		defer file.Close()
		name, err := filepath.Rel(root, path)
		if err != nil {
			return err
		}
		return f(filepath.ToSlash(name), info.Mode().Perm(), file)
	})
	var own *Error
	if err != nil && !errors.As(err, &own) {
		return invalid("the code at %s cannot be read: %v", root, err)
	}
	return err
}

// sumFolder returns a digest of a folder's files and their size.
func sumFolder(root string) (sha string, size int64, err error) {
	var sum hash.Hash = sha256.New()
	err = walkFolder(root, func(name string, mode fs.FileMode, content io.Reader) error {
		fmt.Fprintf(sum, "%s\x00%o\x00", name, mode&0o111)
		n, err := io.Copy(sum, content)
		fmt.Fprintf(sum, "\x00%d\x00", n)
		size += n
		return err
	})
	return base64.StdEncoding.EncodeToString(sum.Sum(nil)), size, err
}

// archived returns the archive of a source; of a folder, one is made. Equal
// folders have equal archives.
func (s *Service) archived(src Source) ([]byte, error) {
	if src.Path == "" {
		return s.Codes.Get(src)
	}
	info, err := os.Stat(src.Path)
	if err != nil {
		return nil, invalid("there is no code at %s", src.Path)
	}
	if !info.IsDir() {
		return os.ReadFile(src.Path)
	}
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	err = walkFolder(src.Path, func(name string, mode fs.FileMode, content io.Reader) error {
		h := &zip.FileHeader{Name: name, Method: zip.Deflate}
		h.SetMode(mode | 0o444)
		file, err := w.CreateHeader(h)
		if err != nil {
			return err
		}
		_, err = io.Copy(file, content)
		return err
	})
	if err := errors.Join(err, w.Close()); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}
