package checkpoint

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"go.etcd.io/bbolt"
)

// BackupPath is where the ledger at path leaves its copy at every clean end.
func BackupPath(path string) string { return path + ".bak" }

// Backup writes a copy of the ledger to w, with everything that was recorded or
// acknowledged before, while others go on recording. The copy is marked as one,
// see [Reader.Restored].
//
// It is first made in a file beside the ledger, so that a slow w holds up nobody;
// the disk must have room for it. A ledger that is damaged is not copied. An
// error of w, or of ctx, is returned as it is, wrapped; w may then hold a part.
func (l *Ledger) Backup(ctx context.Context, w io.Writer) error {
	if err := l.Flush(); err != nil {
		return err
	}
	name, err := l.writeCopy(ctx, filepath.Dir(l.path))
	if err != nil {
		return err
	}
	defer func() { _ = os.Remove(name) }()
	f, err := os.Open(name)
	if err != nil {
		return fileError("copy", l.path, err)
	}
	defer f.Close()
	if _, err := io.Copy(guarded{ctx, w}, f); err != nil {
		return fmt.Errorf("back up checkpoint %s: %w", l.path, err)
	}
	return nil
}

// Copy writes a copy of the ledger to path, as it stands in the file, and
// replaces what is there at once or not at all. The copy is marked as one, see
// [Reader.Restored]. A ledger that is damaged is not copied: the copy that is
// there may be the last good one.
func (r *Reader) Copy(ctx context.Context, path string) error {
	if !r.Exists() {
		return nil
	}
	name, err := r.writeCopy(ctx, filepath.Dir(path))
	if err != nil {
		return err
	}
	if err := replaceFile(name, path); err != nil {
		_ = os.Remove(name)
		return fileError("copy", r.path, err)
	}
	return nil
}

// writeCopy makes a copy in a folder that is sound, marked and synced, and says
// its name. The transaction that it reads the ledger in lasts as long as
// the disk takes to write the copy; whoever needs a larger file waits for that.
func (r *Reader) writeCopy(ctx context.Context, folder string) (name string, err error) {
	f, err := createUnfinished(folder, r.path)
	if err != nil {
		return "", fileError("copy", r.path, err)
	}
	var taken time.Time
	var copied error
	err = r.view(func(tx *bbolt.Tx) error {
		taken = time.Now().UTC()
		_, copied = tx.WriteTo(guarded{ctx, f})
		return nil
	})
	if closed := f.Close(); copied == nil {
		copied = closed
	}
	switch {
	case err != nil:
	case ctx.Err() != nil:
		err = fmt.Errorf("copy checkpoint %s: %w", r.path, context.Cause(ctx))
	case copied != nil:
		err = fileError("copy", r.path, copied)
	default:
		err = r.finishCopy(f.Name(), taken)
	}
	if err != nil {
		_ = os.Remove(f.Name())
		return "", err
	}
	return f.Name(), nil
}

// finishCopy reads a copy through and marks it.
func (r *Reader) finishCopy(name string, taken time.Time) error {
	s, err := openStore(name, false, time.Second)
	if err == nil {
		s.db.AllocSize = os.Getpagesize() // nobody will add to it
		if err = s.view(checkItems); err == nil {
			err = s.update(func(tx *bbolt.Tx) error { return markCopy(tx, taken) })
		}
		err = cmp.Or(err, s.close())
	}
	return r.store.blame("copy", err)
}

// guarded writes as long as its context is not done.
type guarded struct {
	ctx context.Context
	w   io.Writer
}

func (g guarded) Write(p []byte) (int, error) {
	if g.ctx.Err() != nil {
		return 0, context.Cause(g.ctx)
	}
	return g.w.Write(p)
}
