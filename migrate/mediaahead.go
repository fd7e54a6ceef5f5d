package migrate

import (
	"context"
	"sync"

	"github.com/twilio2acs/twilio2acs/mapping"
)

// filesAhead is how many files are stored at once ahead of their messages, over
// all conversations.
const filesAhead = 64

// mediaAhead is the files of one conversation that are being stored while messages
// before theirs are sent. It belongs to one worker.
type mediaAhead struct {
	files map[mapping.MediaSID]*fileAhead
	all   sync.WaitGroup
}

// fileAhead is one of them.
type fileAhead struct {
	done   chan struct{}
	stored bool // once done is closed
}

// storeAhead begins to store the files of m, as far as there is room. What goes
// wrong with one shows when its message comes to it.
func (w *worker) storeAhead(ctx context.Context, m mapping.Message) {
	if w.store == nil {
		return
	}
	for _, f := range m.Media {
		if w.ahead.files[f.SID] != nil || !w.fileSlots.TryAcquire(1) {
			continue
		}
		if w.ahead.files == nil {
			w.ahead.files = make(map[mapping.MediaSID]*fileAhead)
		}
		ahead := &fileAhead{done: make(chan struct{})}
		w.ahead.files[f.SID] = ahead
		w.ahead.all.Go(func() {
			defer w.fileSlots.Release(1)
			defer close(ahead.done)
			ahead.stored = w.storeNew(ctx, f)
		})
	}
}

// storeNew stores a file that is not stored yet and reports whether it did.
func (w *worker) storeNew(ctx context.Context, f mapping.Media) bool {
	rec, found, err := w.ledger.Media(w.c.SID, f.SID)
	if err != nil || found && rec.Missing == "" {
		return false
	}
	if rec, err = w.storeFile(ctx, f); err != nil {
		return false
	}
	return w.ledger.RecordMedia(rec) == nil
}

// wait waits for a file that is being stored and reports whether it was.
func (a *mediaAhead) wait(sid mapping.MediaSID) bool {
	ahead := a.files[sid]
	if ahead == nil {
		return false
	}
	<-ahead.done
	delete(a.files, sid)
	return ahead.stored
}
