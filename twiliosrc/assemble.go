package twiliosrc

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"github.com/twilio2acs/twilio2acs/mapping"
)

// assemble puts the pieces together, in the order of the conversations, and
// completes the manifest, whose maps must be there. It returns what the pieces say
// is not in them.
func (w *workshop) assemble(ctx context.Context, m Manifest, order []mapping.ConversationSID) (recordTally, error) {
	media, err := w.newPiece(filesPiece)
	if err != nil {
		return recordTally{}, err
	}
	a := &assembly{shop: w, manifest: m, files: map[Kind]*assembledFile{}, media: media}
	defer a.discard()
	if err := a.run(ctx, order); err != nil {
		return a.tally, fmt.Errorf("put recording together: %w", err)
	}
	if err := w.writeManifest(ctx, m); err != nil {
		return a.tally, err
	}
	return a.tally, w.check(ctx)
}

// check opens the finished snapshot, as whoever uses it will.
func (w *workshop) check(ctx context.Context) error {
	s, err := OpenSnapshot(ctx, w.snapshotDir(), nil)
	if err != nil {
		return err
	}
	return s.Close()
}

// assembly is the snapshot that the pieces become.
type assembly struct {
	shop     *workshop
	manifest Manifest // its maps are filled in
	files    map[Kind]*assembledFile
	media    *piece // names the files of media that are in it
	tally    recordTally
}

// assembledFile is one file of the snapshot.
type assembledFile struct {
	*pendingFile
	sum   measure
	lines int64
}

func (a *assembly) run(ctx context.Context, order []mapping.ConversationSID) error {
	if err := a.shop.clearSnapshot(); err != nil {
		return err
	}
	for _, kind := range requiredKinds {
		if _, err := a.file(kind); err != nil {
			return err
		}
	}
	if err := a.shop.readPiece(ctx, accountPiece, a.add); err != nil {
		return err
	}
	for _, sid := range order {
		err := a.shop.readPiece(ctx, string(sid), a.add)
		if err != nil && !errors.Is(err, fs.ErrNotExist) { // without a piece: gone
			return err
		}
	}
	return a.finish()
}

// add takes one line of a piece.
func (a *assembly) add(about string, raw []byte) error {
	switch about {
	case fileLine:
		var f recordedFile
		if err := json.Unmarshal(raw, &f); err != nil {
			return err
		}
		if err := a.shop.placeMedia(f.SID); err != nil {
			return err
		}
		return a.media.line(fileLine, raw)
	case tallyLine:
		var t recordTally
		if err := json.Unmarshal(raw, &t); err != nil {
			return err
		}
		a.tally.add(t)
		return nil
	}
	f, err := a.file(Kind(about))
	if err != nil {
		return err
	}
	return f.add(raw)
}

// add writes one resource.
func (f *assembledFile) add(raw []byte) error {
	f.lines++
	text := append(slices.Clip(raw), '\n')
	_, _ = f.sum.Write(text) // a hash never fails
	_, err := f.Write(text)
	return err
}

// file is the file of a kind, opened when it is first needed.
func (a *assembly) file(kind Kind) (*assembledFile, error) {
	if f := a.files[kind]; f != nil {
		return f, nil
	}
	if !slices.Contains(kinds, kind) {
		return nil, fmt.Errorf("%.40q is no kind of resource", string(kind))
	}
	pending, err := newPendingFile(filepath.Join(a.shop.snapshotDir(), kind.file()))
	if err != nil {
		return nil, err
	}
	f := &assembledFile{pendingFile: pending, sum: measure{hash: sha256.New()}}
	a.files[kind] = f
	return f, nil
}

func (a *assembly) finish() error {
	if err := a.media.finish(); err != nil {
		return err
	}
	for kind, f := range a.files {
		if err := f.finish(); err != nil {
			return err
		}
		a.manifest.Counts[kind] = f.lines
		a.manifest.Sizes[kind.file()], a.manifest.SHA256[kind.file()] = f.sum.size, f.sum.hex()
	}
	return nil
}

func (a *assembly) discard() {
	a.media.discard()
	for _, f := range a.files {
		f.discard()
	}
}

// clearSnapshot removes what an earlier attempt has left behind, except for media.
func (w *workshop) clearSnapshot() error {
	entries, err := os.ReadDir(w.snapshotDir())
	for _, e := range entries {
		if e.Name() != mediaDir {
			err = errors.Join(err, os.Remove(filepath.Join(w.snapshotDir(), e.Name())))
		}
	}
	return err
}
