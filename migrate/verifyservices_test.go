package migrate_test

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/twilio2acs/twilio2acs/mapping"
	"github.com/twilio2acs/twilio2acs/migrate"
)

// What a verification says of the services is all that it says.
func TestVerifyTellsServicesApart(t *testing.T) {
	w := newWorld(t, snapshotDir("contoso"), nil)
	w.mustRun()
	v := w.verify()
	var sum migrate.Summary
	seen := make(map[string]bool)
	for _, s := range v.Services {
		seen[string(s.Service)] = true
		for _, k := range []struct{ to, from *migrate.Tally }{
			{&sum.Conversations, &s.Conversations}, {&sum.Participants, &s.Participants}, {&sum.Messages, &s.Messages}, {&sum.Media, &s.Media},
			{&sum.Users, &s.Users},
		} {
			k.to.Total += k.from.Total
			k.to.Unchanged += k.from.Unchanged
		}
	}
	if len(seen) < 2 || len(seen) != len(v.Services) {
		t.Errorf("%d services, want several: %v", len(v.Services), seen)
	}
	if diff := cmp.Diff(v.Summary, sum); diff != "" {
		t.Errorf("the services are not all of it (-summary +services):\n%s", diff)
	}
}

// What somebody does not want is told apart from what cannot be.
func TestVerifyTellsWhatIsLeftOut(t *testing.T) {
	for _, tt := range []struct {
		name            string
		rules           func(*mapping.Rules)
		leftOut, within func(migrate.LeftOut) bool
	}{
		{
			"conversations", func(r *mapping.Rules) { r.Closed = mapping.ClosedSkip },
			func(l migrate.LeftOut) bool { return l.Conversations > 0 && l.Messages > 0 && l.Participants > 0 },
			func(l migrate.LeftOut) bool { return l == migrate.LeftOut{} },
		},
		{
			"members", func(r *mapping.Rules) { r.Closed = mapping.ClosedReadOnly },
			func(l migrate.LeftOut) bool { return l == migrate.LeftOut{} },
			func(l migrate.LeftOut) bool { return l.Participants > 0 && l.Conversations == 0 && l.Messages == 0 },
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(t, snapshotDir("contoso"), nil)
			tt.rules(&w.rules)
			if _, err := w.run(t.Context()); err != nil {
				t.Fatal(err)
			}
			v := w.verify()
			var leftOut, within migrate.LeftOut
			for _, s := range v.Services {
				leftOut, within = leftOut.Plus(s.LeftOut), within.Plus(s.Within)
			}
			if !tt.leftOut(leftOut) || !tt.within(within) {
				t.Errorf("left out %+v, within threads %+v", leftOut, within)
			}
			if leftOut.Conversations > v.Summary.Conversations.Blocked || within.Participants > v.Summary.Participants.Unchanged {
				t.Errorf("more is left out than there is: %+v, %+v of %+v", leftOut, within, v.Summary)
			}
		})
	}
}

// Threads of conversations that are gone are in no sum, which is told.
func TestVerifyCountsWhatIsNotListed(t *testing.T) {
	w := newWorld(t, snapshotDir("tiny"), nil)
	w.mustRun()
	if v := w.verify(); v.Unlisted != 0 {
		t.Errorf("%d threads are not listed, want none", v.Unlisted)
	}
	w.change(func(l lines) {
		sid := l["conversations.jsonl"][0]["sid"]
		for name, key := range map[string]string{"conversations.jsonl": "sid", "participants.jsonl": "conversation_sid", "messages.jsonl": "conversation_sid"} {
			l[name] = slices.DeleteFunc(l[name], func(r resource) bool { return r[key] == sid })
		}
	})
	v := w.verify()
	if v.Unlisted != 1 || v.Summary.Conversations.Total != 2 || !v.OK() {
		t.Errorf("%d of %d threads are not listed, want one of three", v.Unlisted, v.Summary.Conversations.Total)
	}
}

// Of somebody who is dropped, participations and messages are left out.
func TestVerifyTellsWhoIsDropped(t *testing.T) {
	w := newWorld(t, snapshotDir("tiny"), nil)
	w.decide(mapping.Decision{Key: tinyUser("ben.ortiz"), Action: mapping.ActionDrop})
	w.mustRun()
	v := w.verify()
	if !v.OK() || len(v.Services) == 0 {
		t.Fatalf("differences %v, services %v", v.Differences, v.Services)
	}
	var within migrate.LeftOut
	for _, s := range v.Services {
		within = within.Plus(s.Within)
	}
	if want := (migrate.LeftOut{Participants: 3, Messages: 5}); within != want {
		t.Errorf("left out within threads: %+v, want %+v", within, want)
	}
	if got := v.Summary.Participants; got.Unchanged != got.Total {
		t.Errorf("participants %+v", got)
	}
}
