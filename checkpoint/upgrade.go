package checkpoint

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"time"

	"go.etcd.io/bbolt"
)

// What each kind of row of schema 1 becomes in schema 2; nil where it stays as
// it is. Schema 2 has more kinds, and a packed record the whole digest of its
// source: since the half that schema 1 has cannot be completed, the records
// brought forward have none, see mapping.SourceDigest.IsZero.
var upgrades = []struct {
	bucket  []byte
	convert func([]byte) ([]byte, error)
}{
	{personBucket, nil},
	{threadBucket, nil},
	{mediaBucket, nil},
	{runBucket, nil},
	{chunkBucket, upgradeChunk},
	{journalBucket, upgradeRow},
}

// bringForward replaces a ledger of an older schema by what it is in today's,
// and leaves it at path with its version behind the name, "run.db.v1". It is
// replaced at once: a crash leaves one or the other.
func bringForward(path string, timeout time.Duration) error {
	old, err := openStore(path, false, timeout) // which keeps others out meanwhile
	if err != nil {
		return err
	}
	defer old.close()
	about, found, err := old.about()
	if err != nil || !found || about.Schema == Schema {
		return err
	}
	name, err := upgrade(old, filepath.Dir(path))
	if err != nil {
		return err
	}
	if err := keep(path, fmt.Sprintf("%s.v%d", path, about.Schema)); err != nil {
		_ = os.Remove(name)
		return fileError("copy", path, err)
	}
	if runtime.GOOS == "windows" { // which replaces no file that is open
		_ = old.close()
	}
	if err := replaceFile(name, path); err != nil {
		_ = os.Remove(name)
		return fileError("write", path, err)
	}
	return nil
}

// upgrade makes a ledger of today's schema out of an old one, in a folder, and
// says its name. Memory does not grow with the ledger.
func upgrade(old *store, folder string) (name string, err error) {
	about, _, err := old.about()
	if err != nil {
		return "", err
	}
	f, err := createUnfinished(folder, old.path)
	if err != nil {
		return "", fileError("write", old.path, err)
	}
	defer func() {
		if err != nil {
			_ = os.Remove(f.Name())
		}
	}()
	if err := f.Close(); err != nil {
		return "", fileError("write", old.path, err)
	}
	s, err := openStore(f.Name(), false, time.Second)
	if err != nil {
		return "", old.blame("write", err)
	}
	about.Schema = Schema
	err = fill(s, old, about)
	return f.Name(), old.blame("write", cmp.Or(err, s.close()))
}

// fill makes of an empty file a ledger of today's schema that has the rows of
// old.
func fill(s, old *store, a about) error {
	s.db.NoSync = true // until all is there
	if err := s.create(a); err != nil {
		return err
	}
	for _, u := range upgrades {
		if err := upgradeRows(s, old, u.bucket, u.convert); err != nil {
			return err
		}
	}
	var counts tally
	err := old.view(func(tx *bbolt.Tx) (err error) {
		counts, err = readCounts(tx)
		return err
	})
	if err != nil {
		return err
	}
	if err := s.update(func(tx *bbolt.Tx) error { return putCounts(tx, counts) }); err != nil {
		return err
	}
	if err := s.view(checkItems); err != nil {
		return err
	}
	return s.fileOr("write", s.db.Sync())
}

// upgradeRows converts the rows of one kind, a page at a time.
func upgradeRows(s, old *store, bucket []byte, convert func([]byte) ([]byte, error)) error {
	from := &Reader{store: old}
	for last := []byte(nil); ; {
		page, err := from.page(bucket, nil, last)
		if err != nil || len(page) == 0 {
			return err
		}
		last = page[len(page)-1].key
		for i, p := range page {
			value, err := unseal(p.key, p.sealed)
			if err == nil && convert != nil {
				value, err = convert(value)
			}
			if err != nil {
				return old.damaged(err)
			}
			page[i].sealed = seal(p.key, value)
		}
		if err := s.update(func(tx *bbolt.Tx) error { return putPage(tx, bucket, page) }); err != nil {
			return err
		}
	}
}

func putPage(tx *bbolt.Tx, bucket []byte, page []pair) error {
	b, err := bucketOf(tx, bucket)
	if err != nil {
		return err
	}
	for _, p := range page {
		if err := b.Put(p.key, p.sealed); err != nil {
			return err
		}
	}
	return nil
}

// upgradeChunk converts a chunk of schema 1.
func upgradeChunk(value []byte) ([]byte, error) {
	d := decoder{data: value}
	s, err := upgradeSegment(d.segment())
	if err = cmp.Or(d.err, err); err != nil || len(d.data) > 0 {
		return nil, cmp.Or(err, errPacked)
	}
	return s.append(nil), nil
}

// upgradeRow converts a row of the journal of schema 1.
func upgradeRow(value []byte) (row []byte, err error) {
	for d := (decoder{data: value}); len(d.data) > 0; {
		c, s := d.entry()
		s, err := upgradeSegment(s)
		if err = cmp.Or(d.err, err); err != nil {
			return nil, err
		}
		row = appendEntry(row, c, s)
	}
	return row, nil
}

// upgradeSegment packs the records of schema 1 in s anew.
func upgradeSegment(s segment) (segment, error) {
	wide := segment{from: s.from, to: s.from}
	at := s.from
	for d := (decoder{data: s.packed, halfDigests: true}); len(d.data) > 0; {
		m, next := d.record(at)
		if d.err != nil {
			return segment{}, d.err
		}
		wide.packed, wide.to = appendRecord(wide.packed, at, m)
		at = next
	}
	if wide.to != s.to {
		return segment{}, errPacked
	}
	return wide, nil
}

// keep gives the file at path a second name, or makes a copy of it where files
// have only one. Nothing may be writing to it.
func keep(path, name string) error {
	if err := os.Remove(name); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if os.Link(path, name) == nil {
		return syncFolder(name)
	}
	from, err := os.Open(path)
	if err != nil {
		return err
	}
	defer from.Close()
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = io.Copy(f, from)
	if err = cmp.Or(err, f.Sync(), f.Close()); err != nil {
		return err
	}
	return syncFolder(name)
}
