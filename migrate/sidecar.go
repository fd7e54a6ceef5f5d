package migrate

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"

	"github.com/twilio2acs/twilio2acs/mapping"
)

// sidecar stores what ACS has no place for, before the thread that refers to it
// exists, and again whenever it has changed.
func (w *worker) sidecar(ctx context.Context) error {
	if w.store == nil {
		return nil
	}
	content := w.rules.Sidecar(w.c, w.roster)
	sum := sha256.Sum256(content)
	digest := hex.EncodeToString(sum[:8])
	if w.rec.Sidecar == digest {
		return nil
	}
	if err := w.keep(ctx, w.rules.SidecarKey(w.c.SID), "application/json", content); err != nil {
		return err
	}
	w.rec.Sidecar, w.touched = digest, true
	return nil
}

// storeChunk stores what did not fit into a message, before the message that
// refers to it is sent. The key stands for this state of the
// message, so repeating it is harmless.
func (w *worker) storeChunk(ctx context.Context, draft mapping.MessageDraft) error {
	if w.store == nil || draft.Chunk == nil {
		return nil
	}
	return step("store the sidecar", w.keep(ctx, draft.ChunkKey, "application/jsonl", draft.Chunk))
}

func (w *worker) keep(ctx context.Context, key, contentType string, content []byte) error {
	_, _, err := w.store.Put(ctx, key, contentType, bytes.NewReader(content))
	return err
}
