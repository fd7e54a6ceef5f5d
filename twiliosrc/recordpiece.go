package twiliosrc

import (
	"encoding/json"
	"fmt"
	"iter"
)

// pieceWork is the recording of one piece.
type pieceWork struct {
	*recording
	piece *piece
	tally recordTally // of this piece alone
}

func (r *recording) begin(name string) (*pieceWork, error) {
	p, err := r.shop.newPiece(name)
	return &pieceWork{recording: r, piece: p}, err
}

// finish completes the piece. What a later attempt takes over must be known to the
// redactor then.
func (w *pieceWork) finish() error {
	if !w.tally.isZero() {
		raw, err := json.Marshal(w.tally)
		if err != nil {
			return err
		}
		if err := w.piece.line(tallyLine, raw); err != nil {
			return err
		}
	}
	if w.redactor != nil {
		if err := w.redactor.Sync(); err != nil {
			return err
		}
	}
	return w.piece.finish()
}

// copy writes a whole list.
func (w *pieceWork) copy(kind Kind, items iter.Seq2[json.RawMessage, error]) error {
	for raw, err := range items {
		if w.tally.takes(err) {
			continue
		}
		if err != nil {
			return fmt.Errorf("record %s: %w", kind, err)
		}
		if err := w.write(kind, raw); err != nil {
			return err
		}
	}
	return nil
}

// write redacts a resource, if that is asked for, and writes it.
func (w *pieceWork) write(kind Kind, raw json.RawMessage) error {
	raw, err := w.redacted(kind, raw)
	if err != nil {
		return err
	}
	return w.piece.line(string(kind), raw)
}

func (r *recording) redacted(kind Kind, raw json.RawMessage) (json.RawMessage, error) {
	if r.redactor == nil {
		return raw, nil
	}
	raw, err := r.redactor.Resource(raw)
	if err != nil {
		return nil, fmt.Errorf("redact one of %s: %w", kind, err)
	}
	return raw, nil
}
