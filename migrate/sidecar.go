package migrate

import (
	"bytes"
	"context"

	"github.com/twilio2acs/twilio2acs/mapping"
)

// sidecar stores what ACS has no place for, before the thread that refers to it
// exists.
func (w *worker) sidecar(ctx context.Context) error {
	if w.store == nil {
		return nil
	}
	return w.keep(ctx, w.rules.SidecarKey(w.c.SID), "application/json", w.rules.Sidecar(w.c, w.roster))
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
