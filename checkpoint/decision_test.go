package checkpoint_test

import (
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/twilio2acs/twilio2acs/checkpoint"
	"github.com/twilio2acs/twilio2acs/mapping"
)

func TestDecisions(t *testing.T) {
	path := filepath.Join(t.TempDir(), "run.db")
	alice := mapping.PersonKey{Kind: mapping.PersonUser, Service: "IS1", Name: "alice"}
	bob := mapping.PersonKey{Kind: mapping.PersonUser, Service: "IS1", Name: "bob"}
	uses := mapping.Decision{Key: alice, Action: mapping.ActionUse, User: "8:acs:r_1"}
	drops := mapping.Decision{Key: bob, Action: mapping.ActionDrop}

	l, err := checkpoint.Open(path, mapping.Binding{}, nil) // speaks of nothing yet
	if err != nil {
		t.Fatal(err)
	}
	checkDecisions(t, &l.Reader, nil)
	if err := l.RecordDecisions([]mapping.Decision{drops, uses}); err != nil {
		t.Fatal(err)
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}

	l = open(t, path) // binds it
	if err := l.Check(); err != nil {
		t.Error(err)
	}
	if got := l.Binding(); got != binding {
		t.Errorf("Binding() = %+v; want that of whoever opened it first", got)
	}
	checkDecisions(t, &l.Reader, []mapping.Decision{uses, drops})
	rec, _, err := l.Person(alice)
	if diff := cmp.Diff(mapping.PersonRecord{Key: alice, ID: "8:acs:r_1", Adopted: true}, rec); diff != "" || err != nil {
		t.Errorf("Person (-want +got): %v\n%s", err, diff)
	}
	if counts, err := l.Counts(); counts.Users != 1 || err != nil {
		t.Errorf("Counts() = %+v, %v; want one user", counts, err)
	}

	if err := l.RecordDecisions([]mapping.Decision{{Key: alice}}); err != nil { // takes it back
		t.Fatal(err)
	}
	checkDecisions(t, &l.Reader, []mapping.Decision{drops})
	if _, found, err := l.Person(alice); found || err != nil {
		t.Errorf("Person = %t, %v after the decision was taken back; want none", found, err)
	}
	if err := l.Check(); err != nil {
		t.Error(err)
	}
}

func TestDecisionsForSomebodyCreated(t *testing.T) {
	l := open(t, filepath.Join(t.TempDir(), "run.db"))
	alice := mapping.PersonKey{Kind: mapping.PersonUser, Service: "IS1", Name: "alice"}
	if err := l.RecordPerson(mapping.PersonRecord{Key: alice, ID: "8:acs:r_9"}); err != nil {
		t.Fatal(err)
	}
	if err := l.RecordDecisions([]mapping.Decision{{Key: alice, Action: mapping.ActionUse, User: "8:acs:r_1"}}); err == nil {
		t.Error("RecordDecisions = nil for somebody who has a user; want an error")
	}
	checkDecisions(t, &l.Reader, nil)
}

func checkDecisions(t *testing.T, r *checkpoint.Reader, want []mapping.Decision) {
	t.Helper()
	got, err := r.Decisions()
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Errorf("Decisions (-want +got): %v\n%s", err, diff)
	}
}
