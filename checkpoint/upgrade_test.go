package checkpoint_test

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.etcd.io/bbolt"

	"github.com/twilio2acs/twilio2acs/checkpoint"
	"github.com/twilio2acs/twilio2acs/mapping"
)

// firstRules are those that the ledger of schema 1 was written by.
const firstRules = "mapping-1/mask/6848fe6e2463f3a5"

func firstBinding() mapping.Binding {
	b := binding
	b.Rules = firstRules
	return b
}

// firstSchema is a ledger as the program wrote it when its schema was 1.
func firstSchema(t testing.TB) []byte {
	t.Helper()
	f, err := os.Open("testdata/schema1.db.gz")
	must(t, err)
	defer f.Close()
	r, err := gzip.NewReader(f)
	must(t, err)
	data, err := io.ReadAll(r)
	must(t, err)
	return data
}

// wantFirst sees that r has all that stands in firstSchema.
func wantFirst(t *testing.T, r *checkpoint.Reader) {
	t.Helper()
	must(t, r.Check())
	people := []mapping.PersonRecord{
		{Key: mapping.Keeper, ID: "8:acs:k"},
		{Key: mapping.PersonKey{Kind: mapping.PersonUser, Service: "IS1", Name: "ann"}, ID: "8:acs:ann", DisplayName: "Ann", Unused: 1, BegunAt: now},
	}
	threads := []mapping.ThreadRecord{
		{
			Conversation: conversation(2), Service: "IS1", Status: mapping.StatusRunning, CreationKey: "key", BegunAt: now,
			Request: &mapping.NewChatThread{Topic: "two"}, Parts: &mapping.PartPlan{Message: "IM1", Count: 3, Digest: "00"},
		},
		{
			Conversation: conversation(1), Service: "IS1", Status: mapping.StatusDone, Thread: "19:one@thread.v2",
			MembersReady: true, Participants: 2,
		},
	}
	bySID := func(threads []mapping.ThreadRecord) map[mapping.ConversationSID]mapping.ThreadRecord {
		m := map[mapping.ConversationSID]mapping.ThreadRecord{}
		for _, thread := range threads {
			m[thread.Conversation] = thread
		}
		return m
	}
	media := []mapping.MediaRecord{
		{SID: mapping.MediaSID(sid("ME", 1)), Conversation: conversation(1), Key: "k", Size: 5, SHA256: "00"},
		{SID: "ME-odd", Conversation: conversation(1), Missing: "gone"},
	}
	run := mapping.RunRecord{
		Number: 1, Started: now, Beat: now.Add(time.Hour), Ended: now.Add(time.Hour), Exit: 3,
	}
	lastRun, _, err := r.LastRun()
	for _, diff := range []string{
		cmp.Diff(collect(t, r.Persons()), people),
		cmp.Diff(bySID(collect(t, r.Threads())), bySID(threads)),
		cmp.Diff(collect(t, r.MediaOf(conversation(1))), media),
		cmp.Diff(lastRun, run),
		cmp.Diff(collect(t, r.Messages(conversation(2))), oddMessages()),
		cmp.Diff(len(collect(t, r.Messages("CH-odd"))), 1),
	} {
		if diff != "" || err != nil {
			t.Errorf("error %v; -got +want:\n%.2000s", err, diff)
		}
	}
	if got, want := collect(t, r.Messages(conversation(1))), firstMessages(); !reflect.DeepEqual(got, want) {
		t.Errorf("Messages -got +want:\n%.2000s", cmp.Diff(got, want))
	}
	want := mapping.Counts{Users: 2, Unused: 1, Conversations: 1, Participants: 2, Messages: 1208, Stubs: 1, Media: 1, MediaMissing: 1}
	if got, err := r.Counts(); got != want || err != nil {
		t.Errorf("Counts = %+v, %v; want %+v", got, err, want)
	}
}

func firstMessages() (want []mapping.MessageRecord) {
	for i := range int64(1205) {
		m := message(1, i)
		m.SID, m.Source = mapping.MessageSID(fmt.Sprintf("IM%032x", i)), mapping.SourceDigest{}
		want = append(want, m)
	}
	return want
}

func oddMessages() []mapping.MessageRecord {
	stub, odd := message(2, 0), message(2, 5)
	stub.Stub, stub.Source = true, mapping.SourceDigest{}
	odd.SID, odd.Source = "IM-odd", mapping.SourceDigest{}
	odd.IDs = append(odd.IDs, "not a number", "7")
	return []mapping.MessageRecord{stub, odd}
}

// wantFiles sees that a folder has these files and no others.
func wantFiles(t *testing.T, folder string, want ...string) {
	t.Helper()
	entries, err := os.ReadDir(folder)
	must(t, err)
	var got []string
	for _, e := range entries {
		got = append(got, e.Name())
	}
	if diff := cmp.Diff(got, want); diff != "" {
		t.Errorf("files -got +want:\n%s", diff)
	}
}

func wantContent(t *testing.T, path string, want []byte) {
	t.Helper()
	if got, err := os.ReadFile(path); !bytes.Equal(got, want) || err != nil {
		t.Errorf("%s has changed: %v", filepath.Base(path), err)
	}
}

func TestUpgrade(t *testing.T) {
	for _, tt := range []struct {
		name   string
		before func(folder string, data []byte) error // what an earlier attempt has left
	}{
		{"first time", func(string, []byte) error { return nil }},
		{"after a crash before it was replaced", func(folder string, _ []byte) error {
			return errors.Join(os.Link(filepath.Join(folder, "run.db"), filepath.Join(folder, "run.db.v1")),
				os.WriteFile(filepath.Join(folder, ".run.db.unfinished-123"), []byte("half"), 0o600))
		}},
		{"with another one kept", func(folder string, _ []byte) error {
			return os.WriteFile(filepath.Join(folder, "run.db.v1"), []byte("other"), 0o600)
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Setenv("TMPDIR", t.TempDir())
			folder := t.TempDir()
			path := filepath.Join(folder, "run.db")
			data := firstSchema(t)
			must(t, os.WriteFile(path, data, 0o600))
			must(t, tt.before(folder, data))
			l, err := checkpoint.Open(path, firstBinding(), nil)
			must(t, err)
			wantFirst(t, &l.Reader)
			wantFiles(t, folder, "run.db", "run.db.v1")
			wantFiles(t, os.TempDir())
			wantContent(t, path+".v1", data)
			must(t, l.Acknowledge(conversation(1), message(1, 1205)))
			must(t, l.Amend(conversation(1), amend(message(1, 0), mapping.Amendment{Deleted: true})))
			must(t, l.Amend(conversation(2), amend(message(2, 3), mapping.Amendment{Late: true})))
			must(t, l.CloseClean())

			l, err = checkpoint.Open(path, firstBinding(), nil)
			must(t, err)
			defer l.Close()
			must(t, l.Check())
			if got := len(collect(t, l.Messages(conversation(1)))) + len(collect(t, l.Messages(conversation(2)))); got != 1209 {
				t.Errorf("%d messages, want 1209", got)
			}
			wantFiles(t, folder, "run.db", "run.db.bak", "run.db.v1")
			wantContent(t, path+".v1", data)
		})
	}
}

// A reader brings nothing forward but for itself.
func TestReaderOfOlderSchema(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	folder := t.TempDir()
	path := filepath.Join(folder, "run.db")
	data := firstSchema(t)
	must(t, os.WriteFile(path, data, 0o400))
	r, err := checkpoint.OpenReader(path, nil)
	must(t, err)
	wantFirst(t, r)
	if got := r.Binding(); got != firstBinding() {
		t.Errorf("Binding = %+v", got)
	}
	must(t, r.Close())
	wantFiles(t, folder, "run.db")
	wantFiles(t, os.TempDir())
	wantContent(t, path, data)
}

// A ledger that an older version of the mapping wrote is left alone, unless it
// is to be taken over.
func TestOlderMapping(t *testing.T) {
	folder := t.TempDir()
	path := filepath.Join(folder, "run.db")
	data := firstSchema(t)
	must(t, os.WriteFile(path, data, 0o600))
	today := binding
	today.Rules = "mapping-2/mask/6848fe6e2463f3a5"
	_, err := checkpoint.Open(path, today, &checkpoint.Options{AdoptMachine: true})
	mismatch := wantError[*checkpoint.BindingError](t, err, "open checkpoint "+path+
		": an older version of this program wrote it, by the rules \""+firstRules+"\", which are now \""+today.Rules+"\"")
	if !mismatch.Older() || mismatch.Moved() {
		t.Errorf("Older %v, Moved %v of %+v", mismatch.Older(), mismatch.Moved(), mismatch)
	}
	wantFiles(t, folder, "run.db")
	wantContent(t, path, data)

	other := today
	other.Rules = "mapping-2/keep/6848fe6e2463f3a5"
	both := &checkpoint.Options{AdoptMapping: true, AdoptMachine: true}
	var refused *checkpoint.BindingError
	if _, err := checkpoint.Open(path, other, both); !errors.As(err, &refused) || refused.Older() {
		t.Errorf("Open with other rules: %v", err)
	}
	today.Machine = "m2"
	if _, err := checkpoint.Open(path, today, &checkpoint.Options{AdoptMapping: true}); !errors.As(err, &refused) || !refused.Moved() {
		t.Errorf("Open on another machine: %v", err)
	}
	l, err := checkpoint.Open(path, today, both)
	must(t, err)
	must(t, l.Close())
	l, err = checkpoint.Open(path, today, nil)
	must(t, err)
	defer l.Close()
	wantFirst(t, &l.Reader)
	if _, err := checkpoint.OpenReader(path+".v1", nil); err != nil {
		t.Errorf("the ledger of schema 1 that is kept: %v", err)
	}
}

// Damage to a ledger of schema 1 is found before it is replaced.
func TestUpgradeOfDamage(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	good := firstSchema(t)
	folder := t.TempDir()
	path := filepath.Join(folder, "run.db")
	found := 0
	for at := 4096; at < len(good); at += 4096 {
		bad := bytes.Clone(good)
		bad[at] ^= 0x10
		bad[(at+1500)%len(bad)] ^= 0x01
		must(t, os.WriteFile(path, bad, 0o600))
		l, err := checkpoint.Open(path, firstBinding(), nil)
		if !wantDamage(t, fmt.Sprint("changed at ", at), err) { // a page of no use was hit
			wantFirst(t, &l.Reader)
			must(t, l.Close())
			must(t, os.Remove(path+".v1"))
			continue
		}
		found++
		wantContent(t, path, bad)
		wantFiles(t, folder, "run.db")
		wantFiles(t, os.TempDir())
	}
	if found < 10 {
		t.Errorf("damage found %d times", found)
	}
	must(t, os.WriteFile(path, good[:len(good)/2], 0o600))
	_, err := checkpoint.Open(path, firstBinding(), nil)
	if !wantDamage(t, "half a file", err) {
		t.Error("half a file: no error")
	}
}

// A file that is replaced while its lock is waited for is not the ledger any
// more.
func TestReplacedFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "run.db")
	l := open(t, path)
	must(t, l.CheckFile())
	must(t, os.Rename(path, path+".old"))
	var failed *checkpoint.FileError
	if err := l.CheckFile(); !errors.As(err, &failed) || !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("CheckFile of a file that is gone: %v", err)
	}
	must(t, os.WriteFile(path, nil, 0o600))
	wantError[*checkpoint.LockedError](t, l.CheckFile(), "open checkpoint "+path+": locked by another process")
}

func FuzzUpgrade(f *testing.F) {
	path := filepath.Join(f.TempDir(), "run.db")
	must(f, os.WriteFile(path, firstSchema(f), 0o600))
	db, err := bbolt.Open(path, 0o600, nil)
	must(f, err)
	must(f, db.View(func(tx *bbolt.Tx) error {
		return tx.Bucket([]byte("journal")).ForEach(func(_, sealed []byte) error {
			if row := sealed[4:]; len(row) < 1000 { // short ones are explored faster
				f.Add(bytes.Clone(row))
				f.Add(bytes.Clone(row[17:])) // without the conversation it begins with, like a chunk
			}
			return nil
		})
	}))
	must(f, db.Close())
	f.Fuzz(func(t *testing.T, data []byte) {
		if chunk, err := checkpoint.UpgradeChunk(data); err == nil {
			if _, err := checkpoint.UnpackMessages(chunk, 3); err != nil {
				t.Errorf("a chunk brought forward: %v", err)
			}
		}
		if row, err := checkpoint.UpgradeRow(data); err == nil {
			if _, _, err := checkpoint.UnpackRow(row); err != nil {
				t.Errorf("a row brought forward: %v", err)
			}
		}
	})
}
