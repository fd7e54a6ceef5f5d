package twiliosrc

import (
	"bufio"
	"os"
	"path/filepath"
)

// pendingFile is a file that appears under its name once it is complete and
// on the disk.
type pendingFile struct {
	*bufio.Writer
	file *os.File // under a name of its own, in the folder where it is to be
	path string   // its name once it is complete
}

func newPendingFile(path string) (*pendingFile, error) {
	f, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+"*") // for its owner alone
	if err != nil {
		return nil, err
	}
	return &pendingFile{bufio.NewWriterSize(f, 64<<10), f, path}, nil
}

func (f *pendingFile) finish() error {
	if err := f.Flush(); err != nil {
		return err
	}
	if err := f.file.Sync(); err != nil {
		return err
	}
	if err := f.file.Close(); err != nil { // Windows renames no open file
		return err
	}
	return os.Rename(f.file.Name(), f.path)
}

// discard removes a file that was not finished. At worst it is left over.
func (f *pendingFile) discard() {
	_ = f.file.Close()
	_ = os.Remove(f.file.Name())
}

// writeFile writes a small file, which is there as a whole or not at all.
func writeFile(path string, text []byte) error {
	f, err := newPendingFile(path)
	if err != nil {
		return err
	}
	defer f.discard()
	if _, err := f.Write(text); err != nil {
		return err
	}
	return f.finish()
}
