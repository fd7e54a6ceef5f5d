package checkpoint_test

import (
	"errors"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/twilio2acs/twilio2acs/checkpoint"
	"github.com/twilio2acs/twilio2acs/mapping"
)

func TestVerifications(t *testing.T) {
	path := filepath.Join(t.TempDir(), "run.db")
	l := open(t, path)
	if _, found, err := l.LastVerification(); found || err != nil {
		t.Errorf("LastVerification of a new ledger: %v, %v", found, err)
	}
	if err := l.EndVerification(1, "00", now); err == nil {
		t.Error("EndVerification before the first: no error")
	}
	number, err := l.BeginVerification(now)
	if number != 1 || err != nil {
		t.Errorf("BeginVerification = %d, %v; want 1", number, err)
	}
	first := mapping.VerificationRecord{Conversation: conversation(1), At: now, Verification: 1, Digest: "aa", Messages: 7, Differences: 2}
	second := mapping.VerificationRecord{Conversation: conversation(2), At: now, Verification: 1, Digest: "bb"}
	must(t, errors.Join(l.RecordVerification(first), l.RecordVerification(second)))
	must(t, l.EndVerification(1, "ff", now.Add(time.Hour)))
	ended := mapping.VerificationRun{Number: 1, Began: now, Ended: now.Add(time.Hour), Digest: "ff"}
	if got, found, err := l.LastVerification(); got != ended || !found || err != nil {
		t.Errorf("LastVerification = %+v, %v, %v; want %+v", got, found, err, ended)
	}
	must(t, l.Close())

	l = open(t, path)
	number, err = l.BeginVerification(now.Add(2 * time.Hour))
	if number != 2 || err != nil {
		t.Errorf("BeginVerification = %d, %v; want 2", number, err)
	}
	if err := l.EndVerification(1, "00", now); err == nil {
		t.Error("EndVerification of one before the latest: no error")
	}
	first.Verification, first.Differences = 2, 0
	must(t, l.RecordVerification(first))
	must(t, l.Check())
	must(t, l.Close())

	r, err := checkpoint.OpenReader(path, nil)
	must(t, err)
	defer r.Close()
	begun := mapping.VerificationRun{Number: 2, Began: now.Add(2 * time.Hour)}
	if got, found, err := r.LastVerification(); got != begun || !found || err != nil {
		t.Errorf("LastVerification = %+v, %v, %v; want %+v", got, found, err, begun)
	}
	for _, want := range []mapping.VerificationRecord{first, second} {
		got, found, err := r.Verification(want.Conversation)
		if diff := cmp.Diff(got, want); diff != "" || !found || err != nil {
			t.Errorf("Verification(%s) = %v, %v; -got +want:\n%s", want.Conversation, found, err, diff)
		}
	}
	if _, found, err := r.Verification(conversation(3)); found || err != nil {
		t.Errorf("Verification of a thread that has none: %v, %v", found, err)
	}
	must(t, r.Close())
	removeFirst(t, path, "verified")
	_, err = checkpoint.Open(path, binding, nil)
	if !wantDamage(t, "Open", err) {
		t.Error("Open without what one verification found: no error")
	}
}
