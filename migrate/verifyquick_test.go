package migrate_test

import (
	"context"
	"strings"
	"testing"

	"github.com/twilio2acs/twilio2acs/checkpoint"
	"github.com/twilio2acs/twilio2acs/mapping"
	"github.com/twilio2acs/twilio2acs/migrate"
)

func (w *world) verifyQuick(opts *migrate.QuickOptions) *migrate.Verification {
	w.t.Helper()
	l, err := checkpoint.OpenReader(w.ledgerPath(), nil)
	must(w.t, err)
	defer l.Close()
	v, err := migrate.VerifyQuick(context.Background(), w.destination(nil), l, opts)
	must(w.t, err)
	return v
}

// Without any tampering a quick verification finds the digest of the last one,
// which a verification that reads as everybody finds as well.
func TestVerifyQuickAgrees(t *testing.T) {
	for _, name := range []string{"tiny", "contoso"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, snapshotDir(name), nil)
			r := w.mustRun()
			first := w.verify()
			quick := w.verifyQuick(nil)
			says(t, quick.Differences, nil)
			all, err := w.verifyWith(context.Background(), migrate.VerifyOptions{AsAll: true})
			must(t, err)
			says(t, all.Differences, nil)
			if first.Digest == "" || quick.Digest != first.Digest || all.Digest != first.Digest {
				t.Errorf("digests %q, %q and %q; want the same", first.Digest, quick.Digest, all.Digest)
			}
			if first.Number != 1 || quick.Number != 1 || all.Number != 2 {
				t.Errorf("numbers %d, %d and %d; want 1, 1 and 2", first.Number, quick.Number, all.Number)
			}
			s := quick.Summary
			if s.Messages.Unchanged != r.Summary.Messages.Total || s.Conversations.Unchanged != r.Summary.Conversations.Total || quick.Summary.Incomplete() {
				t.Errorf("summary %+v", s)
			}
		})
	}
}

// What no verification has seen in its present state is not called unchanged.
func TestVerifyQuickKnowsWhatItDoesNotKnow(t *testing.T) {
	w := newWorld(t, snapshotDir("tiny"), nil)
	w.mustRun()
	v := w.verifyQuick(nil)
	if c := v.Summary.Conversations; c.Unchecked != 3 || v.Digest != "" {
		t.Errorf("never verified: %+v, digest %q", c, v.Digest)
	}
	w.verify()
	w.change(func(l lines) { l.message(0, 1)["body"] = "Hello! Never mind." })
	w.mustRun()
	v = w.verifyQuick(nil)
	says(t, v.Differences, nil)
	if c := v.Summary.Conversations; c.Unchecked != 1 || c.Unchanged != 2 || v.Digest != "" {
		t.Errorf("after a sync: %+v, digest %q", c, v.Digest)
	}
	w.verify()
	if v = w.verifyQuick(nil); v.Summary.Conversations.Unchanged != 3 || v.Digest == "" {
		t.Errorf("verified again: %+v, digest %q", v.Summary.Conversations, v.Digest)
	}
}

// Messages that the ledger has and ACS has lost are no reason to be quiet, and
// nor is a thread that the last verification found wrong.
func TestVerifyQuickIsNotReassuredByTheWrongState(t *testing.T) {
	w := spoiled(t, tamperings[0])
	if v := w.verify(); len(v.Differences) != 1 {
		t.Fatalf("differences %v", v.Differences)
	}
	v := w.verifyQuick(nil)
	says(t, v.Differences, []string{"/verification: want no difference, got 1 in verification 2"})
	only := v.Differences[0].Path
	v = w.verifyQuick(&migrate.QuickOptions{Only: func(c mapping.ConversationSID) bool { return !strings.Contains(only, string(c)) }})
	says(t, v.Differences, nil)
	if v.Summary.Conversations.Total != 2 || v.Digest != "" {
		t.Errorf("of two of three conversations: %+v, digest %q", v.Summary.Conversations, v.Digest)
	}
}
