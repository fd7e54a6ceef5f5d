package migrate

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"

	"github.com/twilio2acs/twilio2acs/mapping"
)

// file compares a stored file with its source, byte for byte by their hashes.
func (t *verified) file(ctx context.Context, m mapping.Message, f mapping.Media, rec mapping.MediaRecord) (bool, error) {
	path := fmt.Sprintf("messages/%s/media/%s", m.SID, f.SID)
	stored, err := hashOf(t.store.Open(ctx, rec.Key))
	if errors.Is(err, fs.ErrNotExist) {
		t.differ(path, "a file in the media store", "none")
		return false, nil
	}
	if err != nil {
		return false, step("read the media store", err)
	}
	source, err := hashOf(t.src.OpenMedia(ctx, t.c, f))
	if errors.Is(err, fs.ErrNotExist) {
		source, err = rec.SHA256, nil // gone at the source: what was stored then has to do
	}
	if err != nil {
		return false, step("read media "+string(f.SID), err)
	}
	if stored != source || stored != rec.SHA256 {
		t.differ(path+"/sha256", source, stored)
		return false, nil
	}
	return true, nil
}

func hashOf(r io.ReadCloser, err error) (string, error) {
	if err != nil {
		return "", err
	}
	defer r.Close()
	h := sha256.New()
	if _, err := io.Copy(h, r); err != nil {
		return "", err
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}
