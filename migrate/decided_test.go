package migrate_test

import (
	"bytes"
	"context"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/twilio2acs/twilio2acs/mapping"
	"github.com/twilio2acs/twilio2acs/migrate"
)

const tinyService = mapping.ServiceSID("IS5de263cea3c9fccf2032ab987d909d27")

func tinyUser(name string) mapping.PersonKey {
	return mapping.PersonKey{Kind: mapping.PersonUser, Service: tinyService, Name: name}
}

// decide puts decisions into the ledger of w.
func (w *world) decide(decisions ...mapping.Decision) {
	w.t.Helper()
	l := w.ledger()
	defer l.Close()
	if err := l.RecordDecisions(decisions); err != nil {
		w.t.Fatal(err)
	}
}

// Of people who are erased nothing is found in anything that a run has written.
func TestErasedPeopleLeaveNoTrace(t *testing.T) {
	w := newWorld(t, snapshotDir("tiny"), nil)
	w.rules.Addresses = mapping.AddressesKeep
	w.decide(
		mapping.Decision{Key: tinyUser("nora.lind"), Action: mapping.ActionAnonymise, Pseudonym: "Person 1a2b3c4d", Names: []string{"Nora Lind", "Nora"}},
		mapping.Decision{
			Key:    mapping.PersonKey{Kind: mapping.PersonPlaceholder, Service: tinyService, Name: "+15555550142"},
			Action: mapping.ActionDrop,
		},
	)
	plan, run := w.plan(), w.mustRun()
	for _, code := range []mapping.LossCode{
		mapping.LossPersonAnonymised, mapping.LossAuthorAnonymised, mapping.LossPersonDropped, mapping.LossMessageLeftOut,
	} {
		if p, r := lossCount(plan, code), lossCount(run, code); p == 0 || p != r {
			t.Errorf("%s: %d in the plan, %d in the run; want the same, and some", code, p, r)
		}
	}
	written := []byte(w.threads())
	if !bytes.Contains(written, []byte("Person 1a2b3c4d")) || !bytes.Contains(written, []byte("[Message left out]")) {
		t.Errorf("the threads hold neither pseudonym nor line:\n%s", written)
	}
	for _, folder := range []string{"acs", "media"} {
		written = append(written, everyFile(t, filepath.Join(w.dir, folder))...)
	}
	for _, name := range []string{"nora.lind", "Nora", "+15555550142", "15555550142"} {
		if i := bytes.Index(written, []byte(name)); i >= 0 {
			t.Errorf("%q is written: …%s…", name, written[max(0, i-60):i+60])
		}
	}
	w.checkVerified()
	if r := w.mustRun(); r.Summary.Messages.Created+r.Summary.Messages.Updated != 0 {
		t.Errorf("a second run writes messages: %+v", r.Summary.Messages)
	}
}

func everyFile(t *testing.T, folder string) (all []byte) {
	t.Helper()
	err := filepath.WalkDir(folder, func(path string, d fs.DirEntry, err error) error {
		all = append(all, path...)
		if err != nil || d.IsDir() {
			return err
		}
		data, err := os.ReadFile(path)
		all = append(all, data...)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// checkVerified finds what ACS holds to be what the source maps to.
func (w *world) checkVerified() {
	w.t.Helper()
	if v := w.verify(); !v.OK() {
		w.t.Errorf("Verify: %+v", v.Differences)
	}
}

func lossCount(r *migrate.Report, code mapping.LossCode) int64 {
	for _, l := range r.Losses {
		if l.Code == code {
			return int64(l.Count)
		}
	}
	return 0
}

// An ACS user who was there before is given a person's messages, and outlives the
// rollback; people who are made one are members once.
func TestUsersThatExist(t *testing.T) {
	w := newWorld(t, snapshotDir("tiny"), nil)
	existing, err := w.destination(nil).CreateUser(context.Background(), false)
	if err != nil {
		t.Fatal(err)
	}
	nora, ben := tinyUser("nora.lind"), tinyUser("ben.ortiz")
	w.decide(
		mapping.Decision{Key: nora, Action: mapping.ActionUse, User: existing, Name: "Nora of ACS"},
		mapping.Decision{Key: ben, Action: mapping.ActionMerge, SameAs: nora},
	)
	r := w.mustRun()
	if got := r.Summary.Users; got.Unchanged != 1 {
		t.Errorf("users %+v; want the one that exists unchanged", got)
	}
	w.checkVerified()
	l := w.ledger()
	for rec, err := range l.Threads() {
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range rec.Members {
			if m.Key == ben || m.Key == nora && m.ID != existing {
				t.Errorf("member %+v; want only %s for both", m, existing)
			}
		}
	}
	if _, found, err := l.Person(ben); found || err != nil {
		t.Errorf("Person of who is made one with another: %t, %v; want none", found, err)
	}
	l.Close()
	w.mustRollback(migrate.RollbackOptions{})
	for _, err := range w.destination(nil).ListThreads(context.Background(), existing, time.Time{}) {
		if err != nil {
			t.Errorf("the user who was there before: %v", err)
		}
	}
	if text := w.threads(); strings.Contains(text, "Nora of ACS") {
		t.Errorf("threads are left:\n%s", text)
	}
	if r := w.mustRun(); r.Summary.Conversations.Created != 3 {
		t.Errorf("the run after a rollback: %+v", r.Summary.Conversations)
	}
}
