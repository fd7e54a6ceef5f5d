package migrate

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"

	"github.com/twilio2acs/twilio2acs/mapping"
)

// media compares the stored files of m with those of the source and reads those
// that are its content.
func (t *verified) media(ctx context.Context, m mapping.Message) (map[mapping.MediaSID]mapping.FoundMedia, error) {
	found := make(map[mapping.MediaSID]mapping.FoundMedia, len(m.Media))
	for _, f := range m.Media {
		rec, there, err := t.ledger.Media(t.c.SID, f.SID)
		if err != nil {
			return nil, ledgerFailure(err)
		}
		tally := sentMediaTally(rec, there, t.rules)
		fm := mapping.FoundMedia{Missing: rec.Missing}
		if there && rec.Missing == "" && t.store != nil {
			same, err := t.file(ctx, m, f, rec)
			if err != nil {
				return nil, err
			}
			if !same {
				tally.Unchanged, tally.Failed = 0, 1
			}
		}
		t.sum.Media.add(tally)
		if f.NeedsText() && rec.Missing == "" {
			fm.Text, err = mediaText(ctx, t.src, t.c, f)
			if err != nil && !errors.Is(err, fs.ErrNotExist) {
				return nil, err
			}
		}
		found[f.SID] = fm
	}
	return found, nil
}

// file compares a stored file with its source, byte for byte by their hashes.
func (t *verified) file(ctx context.Context, m mapping.Message, f mapping.Media, rec mapping.MediaRecord) (bool, error) {
	path := []string{"messages", string(m.SID), "media", string(f.SID)}
	stored, err := hashOf(t.store.Open(ctx, rec.Key))
	if errors.Is(err, fs.ErrNotExist) {
		t.differ("a file in the media store", "none", path...)
		return false, nil
	}
	if err != nil {
		return false, step("read the media store", err)
	}
	noted := fileHash{rec.SHA256, rec.Size}
	source, err := hashOf(t.src.OpenMedia(ctx, t.c, f))
	if errors.Is(err, fs.ErrNotExist) {
		source, err = noted, nil // gone at the source: what was stored then has to do
	}
	if err != nil {
		return false, step("read media "+string(f.SID), err)
	}
	if stored != source || stored.sum != noted.sum {
		t.differ(source.String(), stored.String(), append(path, "sha256")...)
		return false, nil
	}
	return true, nil
}

// fileHash identifies what a file holds.
type fileHash struct {
	sum  string // SHA-256, hexadecimal
	size int64  // bytes
}

func (h fileHash) String() string { return fmt.Sprintf("%d bytes, %s", h.size, h.sum) }

func hashOf(r io.ReadCloser, err error) (fileHash, error) {
	if err != nil {
		return fileHash{}, err
	}
	defer r.Close()
	h := sha256.New()
	n, err := io.Copy(h, r)
	return fileHash{hex.EncodeToString(h.Sum(nil)), n}, err
}

func hashBytes(b []byte) fileHash {
	sum := sha256.Sum256(b)
	return fileHash{hex.EncodeToString(sum[:]), int64(len(b))}
}

// chunk compares what the sidecar keeps of a message. Fields that nobody carries,
// links for example, may have changed in Twilio since, and receipts move on.
func (e *expectation) chunk(ctx context.Context) error {
	if e.store == nil || e.draft.Chunk == nil {
		return nil
	}
	path := []string{"messages", string(e.m.SID), "sidecar"}
	stored, err := readAll(e.store.Open(ctx, e.draft.ChunkKey))
	switch {
	case errors.Is(err, fs.ErrNotExist):
		e.differ("a file in the media store", "none", path...)
	case err != nil:
		return step("read the media store", err)
	case !sameChunk(stored, e.draft.Chunk):
		e.differ(hashBytes(e.draft.Chunk).String(), hashBytes(stored).String(), path...)
	}
	return nil
}

// sameChunk reports whether a stored chunk holds the message that want does.
func sameChunk(stored, want []byte) bool {
	if bytes.Equal(stored, want) {
		return true
	}
	a, ok := chunkSource(stored)
	b, _ := chunkSource(want)
	return ok && a == b
}

// chunkSource is the digest of the message in a chunk; false where there is none.
func chunkSource(chunk []byte) (mapping.SourceDigest, bool) {
	var c struct {
		Format          string          `json:"format"`
		Message         mapping.Message `json:"message"`
		ChannelMetadata json.RawMessage `json:"channelMetadata"`
	}
	if json.Unmarshal(chunk, &c) != nil || c.Format != mapping.ChunkFormat {
		return mapping.SourceDigest{}, false
	}
	c.Message.ChannelMetadata = c.ChannelMetadata
	return c.Message.Source(), true
}

// maxChunk bounds what is read of a chunk: a message, and its receipts.
const maxChunk = 64 << 20

func readAll(r io.ReadCloser, err error) ([]byte, error) {
	if err != nil {
		return nil, err
	}
	defer r.Close()
	return io.ReadAll(io.LimitReader(r, maxChunk))
}
