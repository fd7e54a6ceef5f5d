package twiliosrc

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/google/renameio/v2"
)

// pendingFile is a file that appears under its name once it is complete and
// on the disk.
type pendingFile struct {
	*bufio.Writer
	file *renameio.PendingFile
}

func newPendingFile(path string) (*pendingFile, error) {
	f, err := renameio.NewPendingFile(path, renameio.WithPermissions(0o600), renameio.WithTempDir(filepath.Dir(path)))
	if err != nil {
		return nil, err
	}
	return &pendingFile{bufio.NewWriterSize(f, 64<<10), f}, nil
}

func (f *pendingFile) finish() error {
	if err := f.Flush(); err != nil {
		return err
	}
	return f.file.CloseAtomicallyReplace()
}

// discard removes a file that was not finished.
func (f *pendingFile) discard() { _ = f.file.Cleanup() } // at worst it is left over

// writeFile writes a small file, which is there as a whole or not at all.
func writeFile(path string, text []byte) error {
	return renameio.WriteFile(path, text, 0o600, renameio.WithTempDir(filepath.Dir(path)))
}

// piece is a part of a recording, complete or not there: lines of what they are
// about, a tab, and JSON.
type piece struct {
	*pendingFile
}

func (w *workshop) newPiece(name string) (*piece, error) {
	f, err := newPendingFile(w.pieceFile(name))
	if err != nil {
		return nil, fmt.Errorf("record: %w", err)
	}
	return &piece{f}, nil
}

func (p *piece) line(about string, raw json.RawMessage) error {
	_, err := p.Write(pieceLine(about, raw))
	return err
}

func pieceLine(about string, raw []byte) []byte {
	return fmt.Appendf(nil, "%s\t%s\n", about, raw)
}

// readPiece calls visit with each line of a piece.
func (w *workshop) readPiece(ctx context.Context, name string, visit func(about string, raw []byte) error) error {
	f, err := os.Open(w.pieceFile(name))
	if err != nil {
		return err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return err
	}
	whole := &file{name: name, at: f, size: info.Size()}
	for l, err := range (part{whole, whole.whole()}).lines(ctx) {
		if err = errors.Join(err, l.err); err != nil {
			return err
		}
		about, raw, _ := bytes.Cut(l.text, []byte("\t"))
		if err := visit(string(about), raw); err != nil {
			return err
		}
	}
	return nil
}
