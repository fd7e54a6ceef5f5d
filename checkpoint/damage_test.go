package checkpoint_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"go.etcd.io/bbolt"

	"github.com/twilio2acs/twilio2acs/checkpoint"
	"github.com/twilio2acs/twilio2acs/mapping"
)

// goodLedger is the bytes of a ledger that has some of everything.
func goodLedger(t *testing.T) []byte {
	t.Helper()
	path := filepath.Join(t.TempDir(), "good.db")
	l := open(t, path)
	_, err := l.BeginRun(now)
	must(t, err)
	_, err = l.BeginVerification(now)
	must(t, err)
	for n := range 30 {
		c := conversation(n)
		must(t, l.RecordPerson(mapping.PersonRecord{Key: mapping.PersonKey{Kind: mapping.PersonUser, Name: fmt.Sprint(n)}, ID: "8:acs:x"}))
		must(t, l.RecordThread(mapping.ThreadRecord{Conversation: c, Thread: "19:x@thread.v2", Participants: n}))
		must(t, l.RecordMedia(mapping.MediaRecord{Conversation: c, SID: mapping.MediaSID(sid("ME", n)), Key: "k"}))
		for i := range int64(200) {
			must(t, l.Acknowledge(c, message(n, i)))
		}
		for i := range int64(n) {
			must(t, l.Amend(c, amend(message(n, 3*i), mapping.Amendment{Written: []string{"00"}, Deleted: i == 2})))
		}
		must(t, l.RecordAttempt(attempt(n, n, 1)))
		must(t, l.RecordVerification(mapping.VerificationRecord{Conversation: c, Verification: 1, Digest: "00"}))
		if n%2 == 0 {
			must(t, l.Fold(c))
		}
	}
	copied := path + ".copy" // which has no room to spare at its end
	must(t, l.Copy(t.Context(), copied))
	data, err := os.ReadFile(copied)
	must(t, err)
	return data
}

// use reads everything, then writes a little. Damage must come as a
// DamagedError, or not matter.
func use(path string) error {
	l, err := checkpoint.Open(path, binding, nil)
	if err != nil {
		return err
	}
	defer l.Close()
	if err := read(&l.Reader); err != nil {
		return err
	}
	for n := range 30 {
		if err := l.Acknowledge(conversation(n), message(n, 1000)); err != nil {
			return err
		}
	}
	for n := range 3 {
		if err := l.RecordThread(mapping.ThreadRecord{Conversation: conversation(10 * n)}); err != nil {
			return err
		}
	}
	return l.CloseClean()
}

func read(r *checkpoint.Reader) error {
	var errs []error
	for n := range 30 {
		for _, err := range r.Messages(conversation(n)) {
			errs = append(errs, err)
		}
		for _, err := range r.MediaOf(conversation(n)) {
			errs = append(errs, err)
		}
		_, err := r.Progress(conversation(n))
		_, _, verifiedErr := r.Verification(conversation(n))
		errs = append(errs, err, verifiedErr)
	}
	for _, err := range r.Persons() {
		errs = append(errs, err)
	}
	for _, err := range r.Threads() {
		errs = append(errs, err)
	}
	for _, err := range r.Conversations() {
		errs = append(errs, err)
	}
	for _, err := range r.Attempts(sid("IM", 3)) {
		errs = append(errs, err)
	}
	_, _, err := r.LastVerification()
	errs = append(errs, err)
	_, _, err = r.LastRun()
	return errors.Join(append(errs, err)...)
}

// readOnly does what status does.
func readOnly(path string) error {
	r, err := checkpoint.OpenReader(path, nil)
	if err != nil {
		return err
	}
	defer r.Close()
	return read(r)
}

func wantDamage(t *testing.T, what string, err error) (found bool) {
	t.Helper()
	var damaged *checkpoint.DamagedError
	if err != nil && !errors.As(err, &damaged) {
		t.Errorf("%s: got %T %v, want a DamagedError", what, err, err)
	}
	return err != nil
}

func TestTruncated(t *testing.T) {
	good := goodLedger(t)
	path := filepath.Join(t.TempDir(), "run.db")
	for size := 1; size < len(good); size += len(good)/20 + 1 {
		must(t, os.WriteFile(path, good[:size], 0o600))
		for _, f := range []func(string) error{use, readOnly} {
			if !wantDamage(t, fmt.Sprintf("cut to %d", size), f(path)) {
				t.Errorf("cut to %d of %d bytes: no error", size, len(good))
			}
		}
	}
}

func TestChangedBytes(t *testing.T) {
	good := goodLedger(t)
	path := filepath.Join(t.TempDir(), "run.db")
	rnd := rand.New(rand.NewPCG(3, 5))
	found := 0
	const trials = 150
	for trial := range trials {
		bad := append([]byte(nil), good...)
		at := rnd.IntN(len(bad)/4096) * 4096 // pages' heads say most
		if trial%3 > 0 {
			at = rnd.IntN(len(bad))
		}
		for i := range 1 << rnd.IntN(6) {
			bad[min(at+i, len(bad)-1)] ^= byte(1 + rnd.IntN(255))
		}
		must(t, os.WriteFile(path, bad, 0o600))
		what := fmt.Sprintf("trial %d at %d", trial, at)
		wantDamage(t, what, readOnly(path))
		if wantDamage(t, what, use(path)) {
			found++
		}
	}
	if found < trials/3 { // the others hit free pages
		t.Errorf("%d of %d found", found, trials)
	}
}

// A page that says of a key that it lies outside the file is found out before bbolt reads
// the key where nobody can recover from that.
func TestKeysOutsideTheFile(t *testing.T) {
	const page, header, element, branch = 4096, 16, 16, 1 // of bbolt's format
	good := goodLedger(t)
	path := filepath.Join(t.TempDir(), "run.db")
	found := 0
	for at := 0; at < len(good); at += page {
		if binary.NativeEndian.Uint16(good[at+8:]) != branch {
			continue
		}
		for n := range int(binary.NativeEndian.Uint16(good[at+10:])) {
			bad := bytes.Clone(good)
			binary.NativeEndian.PutUint32(bad[at+header+n*element:], 1<<30)
			must(t, os.WriteFile(path, bad, 0o600))
			if wantDamage(t, fmt.Sprintf("key %d of the page at %d", n, at), use(path)) {
				found++
			}
		}
	}
	if found == 0 { // pages that are free do not count
		t.Error("none found")
	}
}

// Damage to a value is found wherever in it it is.
func TestChangedValue(t *testing.T) {
	path := filepath.Join(t.TempDir(), "run.db")
	l := open(t, path)
	must(t, l.RecordThread(mapping.ThreadRecord{Conversation: conversation(1), Thread: "19:right@thread.v2"}))
	must(t, l.CloseClean())
	data, err := os.ReadFile(path)
	must(t, err)
	changed := 0
	for at := range len(data) - 5 {
		if string(data[at:at+5]) == "right" {
			copy(data[at:], "wrong")
			changed++
		}
	}
	must(t, os.WriteFile(path, data, 0o600))
	_, err = checkpoint.Open(path, binding, nil)
	if !wantDamage(t, "Open", err) || changed == 0 {
		t.Errorf("Open of a ledger with %d changes: no error", changed)
	}
	r, err := checkpoint.OpenReader(path, nil)
	must(t, err)
	defer r.Close()
	if _, _, err := r.Thread(conversation(1)); !wantDamage(t, "Thread", err) {
		t.Error("Thread: no error")
	}
	if err := r.Copy(t.Context(), checkpoint.BackupPath(path)); !wantDamage(t, "Copy", err) {
		t.Error("Copy: no error")
	}
	must(t, checkpoint.Restorable(checkpoint.BackupPath(path)))
}

// A row that is gone leaves every checksum in order, and is found all the same.
func TestMissingRows(t *testing.T) {
	for _, tt := range []struct {
		bucket string
		cause  string
		fails  bool // to list the messages
	}{
		{"chunks", "the messages of a conversation do not join", true},
		{"journal", "the counts are not those of the items", false},
		{"persons", "the counts are not those of the items", false},
	} {
		t.Run(tt.bucket, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "run.db")
			l := open(t, path)
			for i := range int64(2500) {
				must(t, l.Acknowledge(conversation(1), message(1, i)))
			}
			must(t, l.CloseClean())
			l = open(t, path)
			must(t, l.Acknowledge(conversation(1), message(1, 2500)))
			must(t, l.RecordPerson(mapping.PersonRecord{Key: mapping.Keeper, ID: "8:acs:k"}))
			must(t, l.Close())
			removeFirst(t, path, tt.bucket)

			_, err := checkpoint.Open(path, binding, nil)
			wantError[*checkpoint.DamagedError](t, err, "open checkpoint "+path+": damaged: "+tt.cause)
			r, err := checkpoint.OpenReader(path, nil)
			must(t, err)
			defer r.Close()
			err = nil
			for _, listErr := range r.Messages(conversation(1)) {
				err = listErr
			}
			if wantDamage(t, "Messages", err) != tt.fails {
				t.Errorf("Messages: %v", err)
			}
		})
	}
}

func removeFirst(t *testing.T, path, bucket string) {
	t.Helper()
	db, err := bbolt.Open(path, 0o600, nil)
	must(t, err)
	must(t, db.Update(func(tx *bbolt.Tx) error {
		c := tx.Bucket([]byte(bucket)).Cursor()
		c.First()
		return c.Delete()
	}))
	must(t, db.Close())
}
