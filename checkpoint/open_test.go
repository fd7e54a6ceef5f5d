package checkpoint_test

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"go.etcd.io/bbolt"

	"github.com/twilio2acs/twilio2acs/checkpoint"
	"github.com/twilio2acs/twilio2acs/mapping"
)

// hinted is what the command line prints of an error.
type hinted interface {
	error
	Hint() string
}

func wantError[E hinted](t *testing.T, err error, text string) E {
	t.Helper()
	var typed E
	if !errors.As(err, &typed) {
		t.Fatalf("got %T %v, want %T", err, err, typed)
	}
	if err.Error() != text {
		t.Errorf("got  %s\nwant %s", err, text)
	}
	if typed.Hint() == "" {
		t.Errorf("%T has no hint", typed)
	}
	return typed
}

func TestOpenCreates(t *testing.T) {
	path := filepath.Join(t.TempDir(), "run.db")
	open(t, path)
	info, err := os.Stat(path)
	must(t, err)
	if got := info.Mode().Perm(); got != 0o600 {
		t.Errorf("mode %o, want 600", got)
	}
	if got := info.Size(); got > 128<<10 {
		t.Errorf("an empty ledger takes %d bytes", got)
	}
}

func TestOpenRefusesPaths(t *testing.T) {
	folder := t.TempDir()
	for _, tt := range []struct{ name, path, cause string }{
		{"no such folder", filepath.Join(folder, "no", "run.db"), "no such file or directory"},
		{"a folder", folder, "not a file"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, err := checkpoint.Open(tt.path, binding, nil)
			wantError[*checkpoint.FileError](t, err, "open checkpoint "+tt.path+": "+tt.cause)
		})
	}
	_, err := checkpoint.OpenReader(folder, nil)
	wantError[*checkpoint.FileError](t, err, "open checkpoint "+folder+": not a file")
}

func TestLocked(t *testing.T) {
	path := filepath.Join(t.TempDir(), "run.db")
	l := open(t, path)
	short := &checkpoint.Options{LockTimeout: 60 * time.Millisecond}
	text := "open checkpoint " + path + ": locked by another process"
	_, err := checkpoint.Open(path, binding, short)
	wantError[*checkpoint.LockedError](t, err, text)
	_, err = checkpoint.OpenReader(path, short)
	wantError[*checkpoint.LockedError](t, err, text)
	must(t, l.Close())

	first, err := checkpoint.OpenReader(path, short)
	must(t, err)
	second, err := checkpoint.OpenReader(path, short)
	must(t, err)
	must(t, second.Close())
	_, err = checkpoint.Open(path, binding, short)
	wantError[*checkpoint.LockedError](t, err, text)
	must(t, first.Close())
	open(t, path)
}

func TestBinding(t *testing.T) {
	path := filepath.Join(t.TempDir(), "run.db")
	must(t, open(t, path).Close())
	before, err := os.ReadFile(path)
	must(t, err)
	for _, tt := range []struct {
		field     string
		change    func(*mapping.Binding)
		got, want string
	}{
		{"account", func(b *mapping.Binding) { b.Account = "AC2" }, "AC00000000000000000000000000000001", "AC2"},
		{"region", func(b *mapping.Binding) { b.Region = "ie1"; b.Machine = "m2" }, "us1", "ie1"},
		{"resource", func(b *mapping.Binding) { b.Resource = "x" }, "contoso.communication.azure.com", "x"},
		{"media", func(b *mapping.Binding) { b.Media = "none" }, "local:/srv/media", "none"},
		{"rules", func(b *mapping.Binding) { b.Rules = "r2" }, "r1", "r2"},
		{"machine", func(b *mapping.Binding) { b.Machine = "m2" }, "m1", "m2"},
	} {
		t.Run(tt.field, func(t *testing.T) {
			other := binding
			tt.change(&other)
			text := "open checkpoint " + path + `: it belongs to ` + tt.field + ` "` + tt.got + `", not "` + tt.want + `"`
			_, err := checkpoint.Open(path, other, nil)
			got := wantError[*checkpoint.BindingError](t, err, text)
			if got.Field != tt.field || got.Got != tt.got || got.Want != tt.want || got.Moved() != (tt.field == "machine") {
				t.Errorf("got %+v, moved %v", got, got.Moved())
			}
			if _, err := checkpoint.Open(path, other, &checkpoint.Options{AdoptMachine: true}); err != nil != !got.Moved() {
				t.Errorf("adopting the machine: %v", err)
			} else if err == nil {
				return
			}
			after, err := os.ReadFile(path)
			must(t, err)
			if !bytes.Equal(before, after) {
				t.Error("the refusal has changed the file")
			}
		})
	}
}

func TestAdoptMachine(t *testing.T) {
	path := filepath.Join(t.TempDir(), "run.db")
	must(t, open(t, path).Close())
	moved := binding
	moved.Machine = "m2"
	l, err := checkpoint.Open(path, moved, &checkpoint.Options{AdoptMachine: true})
	must(t, err)
	must(t, l.Close())
	l, err = checkpoint.Open(path, moved, nil)
	must(t, err)
	defer l.Close()
	if got := l.Binding(); got != moved {
		t.Errorf("Binding() = %+v, want %+v", got, moved)
	}
}

func TestNewerSchema(t *testing.T) {
	path := filepath.Join(t.TempDir(), "run.db")
	must(t, open(t, path).Close())
	must(t, checkpoint.SetSchema(path, checkpoint.Schema+1))
	text := "open checkpoint " + path + ": written by a newer program (schema 3, known up to 2)"
	_, err := checkpoint.Open(path, binding, nil)
	wantError[*checkpoint.SchemaError](t, err, text)
	_, err = checkpoint.OpenReader(path, nil)
	wantError[*checkpoint.SchemaError](t, err, text)
}

func TestForeignFiles(t *testing.T) {
	folder := t.TempDir()
	foreign := filepath.Join(folder, "foreign.db")
	db, err := bbolt.Open(foreign, 0o600, nil)
	must(t, err)
	must(t, db.Update(func(tx *bbolt.Tx) error { _, err := tx.CreateBucket([]byte("threads")); return err }))
	must(t, db.Close())
	text := filepath.Join(folder, "notes.txt")
	must(t, os.WriteFile(text, bytes.Repeat([]byte("a text, not a ledger\n"), 3000), 0o600))
	short := filepath.Join(folder, "short")
	must(t, os.WriteFile(short, []byte("x"), 0o600))
	for _, tt := range []struct{ path, cause string }{
		{foreign, "not a ledger of this program"},
		{text, "invalid database"},
		{short, "invalid database"},
	} {
		t.Run(filepath.Base(tt.path), func(t *testing.T) {
			before, err := os.ReadFile(tt.path)
			must(t, err)
			_, err = checkpoint.Open(tt.path, binding, nil)
			wantError[*checkpoint.DamagedError](t, err, "open checkpoint "+tt.path+": damaged: "+tt.cause)
			_, err = checkpoint.OpenReader(tt.path, nil)
			wantError[*checkpoint.DamagedError](t, err, "open checkpoint "+tt.path+": damaged: "+tt.cause)
			after, err := os.ReadFile(tt.path)
			must(t, err)
			if !bytes.Equal(before, after) {
				t.Error("the file has been changed")
			}
		})
	}
}

func TestReaderOfNothing(t *testing.T) {
	folder := t.TempDir()
	empty := filepath.Join(folder, "empty.db")
	must(t, os.WriteFile(empty, nil, 0o600))
	bare := filepath.Join(folder, "bare.db") // a crash right after bbolt has made the file
	db, err := bbolt.Open(bare, 0o600, nil)
	must(t, err)
	must(t, db.Close())
	for _, path := range []string{filepath.Join(folder, "missing.db"), empty, bare} {
		t.Run(filepath.Base(path), func(t *testing.T) {
			r, err := checkpoint.OpenReader(path, nil)
			must(t, err)
			if r.Exists() {
				t.Error("Exists() of nothing")
			}
			progress, err := r.Progress(conversation(1))
			if err != nil || progress != (mapping.Progress{LastIndex: -1}) {
				t.Errorf("Progress = %+v, %v", progress, err)
			}
			if got := len(collect(t, r.Persons())) + len(collect(t, r.Messages(conversation(1)))); got != 0 {
				t.Errorf("%d items", got)
			}
			_, person, err1 := r.Person(mapping.Keeper)
			_, run, err2 := r.LastRun()
			if person || run || errors.Join(err1, err2, r.CheckBinding(binding), r.Check()) != nil {
				t.Errorf("person %v, run %v, %v, %v", person, run, err1, err2)
			}
			must(t, r.Close())
			must(t, r.Close())
		})
	}
	if _, err := os.Stat(filepath.Join(folder, "missing.db")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the reader has created the file: %v", err)
	}
	open(t, bare)
	open(t, empty)
}

func TestReaderChangesNothing(t *testing.T) {
	path := filepath.Join(t.TempDir(), "run.db")
	l := open(t, path)
	for i := range int64(1500) {
		must(t, l.Acknowledge(conversation(1), message(1, i)))
	}
	must(t, l.Fold(conversation(1)))
	must(t, l.Acknowledge(conversation(1), message(1, 1500)))
	must(t, l.RecordThread(mapping.ThreadRecord{Conversation: conversation(1), Thread: "19:x"}))
	must(t, l.Close())
	data, err := os.ReadFile(path)
	must(t, err)
	old := time.Now().Add(-time.Hour)
	must(t, os.Chtimes(path, old, old))
	info, err := os.Stat(path)
	must(t, err)

	r, err := checkpoint.OpenReader(path, nil)
	must(t, err)
	if got := len(collect(t, r.Messages(conversation(1)))); got != 1501 {
		t.Errorf("%d messages, want 1501", got)
	}
	other := binding
	other.Rules = "r2"
	var mismatch *checkpoint.BindingError
	if err := r.CheckBinding(other); !errors.As(err, &mismatch) {
		t.Errorf("CheckBinding = %v", err)
	}
	must(t, r.Check())
	must(t, r.Close())

	after, err := os.ReadFile(path)
	must(t, err)
	afterInfo, err := os.Stat(path)
	must(t, err)
	if !bytes.Equal(data, after) || !info.ModTime().Equal(afterInfo.ModTime()) {
		t.Error("the reader has changed the file")
	}
}
