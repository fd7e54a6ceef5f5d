package report

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// GoldenDir is a directory of golden files. Nothing it is asked for is outside of
// that directory.
type GoldenDir struct {
	root *os.Root
	path string
	seen map[string]bool // files that a document was compared with
}

// NoGoldenError says that a directory holds no golden file yet.
type NoGoldenError struct{ Dir string }

func (e *NoGoldenError) Error() string { return fmt.Sprintf("no golden files in %s", e.Dir) }

// Hint is the remedy.
func (e *NoGoldenError) Hint() string {
	return "write them with --update, look at them, and keep them with the snapshot"
}

// GoldenError says that a golden file is none.
type GoldenError struct {
	File string
	Err  error
}

func (e *GoldenError) Error() string { return fmt.Sprintf("read golden file %s: %v", e.File, e.Err) }
func (e *GoldenError) Unwrap() error { return e.Err }

// Hint is the remedy.
func (e *GoldenError) Hint() string {
	return "put it right, or delete it and write it anew with --update"
}

// OpenGolden opens a directory of golden files to compare with. The error is a
// *NoGoldenError when there are none.
func OpenGolden(path string) (*GoldenDir, error) {
	root, err := os.OpenRoot(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, &NoGoldenError{path}
	}
	if err != nil {
		return nil, fmt.Errorf("open golden files: %w", err)
	}
	d := &GoldenDir{root: root, path: path, seen: make(map[string]bool)}
	names, err := d.unseen()
	if err == nil && len(names) == 0 {
		err = &NoGoldenError{path}
	}
	if err != nil {
		return nil, errors.Join(err, root.Close())
	}
	return d, nil
}

// Close gives back what the directory holds of the system.
func (d *GoldenDir) Close() error { return d.root.Close() }

// goldenExtension ends the name of every golden file.
const goldenExtension = ".json"

// unseen are the golden files that no document was compared with, sorted.
func (d *GoldenDir) unseen() ([]string, error) {
	own, _, err := d.sort()
	return own, err
}

// sort tells golden files that no document was compared with from other files.
func (d *GoldenDir) sort() (own, foreign []string, err error) {
	entries, err := fs.ReadDir(d.root.FS(), ".")
	if err != nil {
		return nil, nil, fmt.Errorf("list golden files: %w", err)
	}
	for _, e := range entries {
		if d.seen[e.Name()] {
			continue
		}
		mine, err := d.isGolden(e)
		if err != nil {
			return nil, nil, err
		}
		if mine {
			own = append(own, e.Name())
		} else {
			foreign = append(foreign, e.Name())
		}
	}
	return own, foreign, nil
}

// marker is the line that every golden file has.
var marker = []byte(`"format": "` + GoldenFormat + `"`)

// isGolden reports whether a file has the marker, whatever has become of the rest
// of it.
func (d *GoldenDir) isGolden(e fs.DirEntry) (bool, error) {
	if !e.Type().IsRegular() || filepath.Ext(e.Name()) != goldenExtension {
		return false, nil
	}
	text, err := d.root.ReadFile(e.Name())
	if err != nil {
		return false, d.failed("read", e.Name(), err)
	}
	return bytes.Contains(text, marker), nil
}

// file is the path of a golden file, for people.
func (d *GoldenDir) file(name string) string { return filepath.Join(d.path, name) }

// read reads one golden file; nil when there is none.
func (d *GoldenDir) read(name string) ([]byte, error) {
	info, err := d.root.Lstat(name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, nil
	case err != nil:
		return nil, d.failed("read", name, err)
	case !info.Mode().IsRegular():
		return nil, &GoldenError{d.file(name), errors.New("not a regular file")}
	}
	text, err := d.root.ReadFile(name)
	if err != nil {
		return nil, d.failed("read", name, err)
	}
	return text, nil
}

// failed is the error of a call of the system about a golden file.
func (d *GoldenDir) failed(verb, name string, err error) error {
	var call *fs.PathError
	if errors.As(err, &call) {
		err = call.Err // its path is that within the directory
	}
	return fmt.Errorf("%s golden file %s: %w", verb, d.file(name), err)
}

// parse is the document in a golden file.
func (d *GoldenDir) parse(name string, text []byte) (map[string]any, error) {
	document, err := ParseGolden(text)
	if err != nil {
		return nil, &GoldenError{d.file(name), err}
	}
	return document, nil
}

// ParseGolden reads a golden file, which may have been formatted anew.
func ParseGolden(text []byte) (map[string]any, error) {
	tree, err := parseGolden(bytes.NewReader(text))
	if err != nil {
		return nil, inLine(text, err)
	}
	document, ok := tree.(map[string]any)
	if !ok {
		return nil, errors.New("no JSON object")
	}
	switch format, _ := document["format"].(string); {
	case format == GoldenFormat:
		return document, nil
	case strings.HasPrefix(format, goldenFamily):
		return nil, fmt.Errorf("it has the format %s, of another version of this program", format)
	default:
		return nil, fmt.Errorf(`"format" is not %q`, GoldenFormat)
	}
}

// goldenFamily begins the formats of all versions.
var goldenFamily = GoldenFormat[:strings.LastIndexByte(GoldenFormat, '/')+1]
