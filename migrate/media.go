package migrate

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"

	"github.com/twilio2acs/twilio2acs/mapping"
)

// missingAtSource is why a file is not carried that Twilio does not have.
const missingAtSource = "not found at Twilio"

// fileGone is what people are told of it.
const fileGone = "Twilio does not have the file; its message says so in its place"

// media stores the files of m and reads those that become its content.
func (w *worker) media(ctx context.Context, m mapping.Message) (map[mapping.MediaSID]mapping.FoundMedia, error) {
	if len(m.Media) == 0 {
		return nil, nil
	}
	before := w.sum.Media
	found := make(map[mapping.MediaSID]mapping.FoundMedia, len(m.Media))
	for _, f := range m.Media {
		w.meet(f.SID)
		w.sum.Media.Total++
		rec, err := w.file(ctx, m, f)
		if errors.Is(err, errGone) {
			w.sum.Media = before
		}
		if err != nil {
			return nil, step("media "+string(f.SID), err)
		}
		fm := mapping.FoundMedia{Missing: rec.Missing}
		if f.NeedsText() && rec.Missing == "" {
			if fm.Text, err = mediaText(ctx, w.src, w.c, f); err != nil {
				return nil, step("read media "+string(f.SID), err)
			}
		}
		found[f.SID] = fm
	}
	return found, nil
}

// file stores one file of m, once.
func (w *worker) file(ctx context.Context, m mapping.Message, f mapping.Media) (mapping.MediaRecord, error) {
	if w.store == nil {
		w.sum.Media.Blocked++
		return mapping.MediaRecord{}, nil
	}
	ahead := w.ahead.wait(f.SID)
	rec, found, err := w.ledger.Media(w.c.SID, f.SID)
	if err != nil {
		return rec, ledgerFailure(err)
	}
	if found && rec.Missing == "" {
		if ahead {
			w.sum.Media.Created++
		} else {
			w.sum.Media.Unchanged++
		}
		return rec, nil
	}
	rec, err = w.storeFile(ctx, f)
	switch {
	case errors.Is(err, errFileGone):
		if gone, err := w.isGone(ctx, departed{w.c.ServiceSID, w.c.SID, mapping.MessageRecord{SID: m.SID}}); gone || err != nil {
			return rec, cmp.Or(err, errGone) // its files go with a message
		}
		rec.Missing = missingAtSource
		w.sum.Media.Failed++
		w.problem(string(f.SID), "read media", fileGone)
	case err != nil:
		return rec, err
	default:
		w.sum.Media.Created++
	}
	return rec, ledgerFailure(w.ledger.RecordMedia(rec))
}

// errFileGone says that Twilio does not have a file, as against a store without a
// place for it.
var errFileGone = errors.New(missingAtSource)

// storeFile brings one file into the store.
func (w *worker) storeFile(ctx context.Context, f mapping.Media) (mapping.MediaRecord, error) {
	rec := mapping.MediaRecord{SID: f.SID, Conversation: w.c.SID, Key: w.rules.MediaKey(w.c.SID, f)}
	r, err := w.src.OpenMedia(ctx, w.c, f)
	if errors.Is(err, fs.ErrNotExist) {
		return rec, errFileGone
	}
	if err != nil {
		return rec, err
	}
	rec.Size, rec.SHA256, err = w.store.Put(ctx, rec.Key, f.ContentType, r)
	if cerr := r.Close(); err == nil {
		err = cerr
	}
	if err == nil {
		w.stats.bytes.Add(rec.Size)
	}
	return rec, err
}

// recordedMedia is what media found out about the files of m when it was sent.
// Files that are content are read again only where the losses are counted anew.
func (w *worker) recordedMedia(ctx context.Context, m mapping.Message) (map[mapping.MediaSID]mapping.FoundMedia, error) {
	found := make(map[mapping.MediaSID]mapping.FoundMedia, len(m.Media))
	for _, f := range m.Media {
		w.meet(f.SID)
		rec, there, err := w.ledger.Media(w.c.SID, f.SID)
		if err != nil {
			return nil, ledgerFailure(err)
		}
		w.sum.Media.add(sentMediaTally(rec, there, w.rules))
		fm := mapping.FoundMedia{Missing: rec.Missing}
		if f.NeedsText() && there && rec.Missing == "" && !w.settled() {
			if fm.Text, err = mediaText(ctx, w.src, w.c, f); err != nil && !errors.Is(err, fs.ErrNotExist) {
				return nil, err
			}
		}
		found[f.SID] = fm
	}
	return found, nil
}

// mediaText reads a file that is the content of its message.
func mediaText(ctx context.Context, src MediaSource, c mapping.Conversation, f mapping.Media) ([]byte, error) {
	r, err := src.OpenMedia(ctx, c, f)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	text, err := io.ReadAll(io.LimitReader(r, mapping.MaxMediaText))
	if err != nil {
		return nil, fmt.Errorf("read: %w", err)
	}
	return text, nil
}
