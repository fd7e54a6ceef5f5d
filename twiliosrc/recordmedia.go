package twiliosrc

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"

	"github.com/twilio2acs/twilio2acs/mapping"
)

// The lines of a piece that are no resources: about a file, and about what was left
// out.
const (
	fileLine  = "file"
	tallyLine = "tally"
)

// recordedFile is a file whose bytes are there.
type recordedFile struct {
	SID    mapping.MediaSID `json:"sid"`
	Size   int64            `json:"size"`
	SHA256 string           `json:"sha256"`
}

// media records the resource of a file and its bytes. Either may be missing:
// the message is still there, and says that there was a file. A file that cannot
// be had whole, however often it is asked for, is a *mapping.DamagedError.
func (w *pieceWork) media(ctx context.Context, c mapping.Conversation, m mapping.Media) error {
	if !validSID(prefixMedia, string(m.SID)) {
		w.tally.MissingMedia++
		return nil
	}
	switch raw, err := w.src.FetchMedia(ctx, c, m); {
	case err == nil:
		if err := w.write(KindMedia, raw); err != nil {
			return err
		}
	case !errors.Is(err, fs.ErrNotExist):
		return err
	}
	if w.opts.NoMedia {
		return nil
	}
	from, err := w.src.OpenMedia(ctx, c, m)
	if errors.Is(err, fs.ErrNotExist) {
		w.tally.MissingMedia++
		return nil
	}
	if err != nil {
		return spoiled(c, m, err)
	}
	f, err := w.save(m, from)
	if err = errors.Join(err, from.Close()); err != nil {
		return fmt.Errorf("save media %s: %w", m.SID, spoiled(c, m, err))
	}
	raw, err := json.Marshal(f)
	if err != nil {
		return err
	}
	return w.piece.line(fileLine, raw)
}

// spoiled is err, as damage of the file if that is what it says: other bytes than
// there should be, or a storage that refuses them for good.
func spoiled(c mapping.Conversation, m mapping.Media, err error) error {
	var refused *DownloadError
	if errors.As(err, new(*MediaSizeError)) || errors.As(err, &refused) && !refused.Temporary() {
		return &mapping.DamagedError{Place: mediaDir + "/" + string(m.SID), Conversation: c.SID, Err: err}
	}
	return err
}

// save writes the bytes of a file, which stands in its place once all of them
// are there.
func (r *recording) save(m mapping.Media, from io.Reader) (recordedFile, error) {
	to, err := r.shop.newMedia(m.SID)
	if err != nil {
		return recordedFile{}, err
	}
	defer to.discard()
	sum := &measure{hash: sha256.New()}
	if r.redactor == nil {
		_, err = io.Copy(io.MultiWriter(to, sum), from)
	} else {
		_, err = r.redactor.Media(io.MultiWriter(to, sum), from, m.ContentType)
	}
	if err != nil {
		return recordedFile{}, err
	}
	return recordedFile{m.SID, sum.size, sum.hex()}, to.finish()
}

// measure takes the size and the SHA-256 of what is written to it.
type measure struct {
	hash hash.Hash
	size int64
}

func (m *measure) Write(p []byte) (int, error) {
	m.size += int64(len(p))
	return m.hash.Write(p)
}

func (m *measure) hex() string { return hex.EncodeToString(m.hash.Sum(nil)) }
