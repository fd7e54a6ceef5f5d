package twiliosrc

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
)

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
