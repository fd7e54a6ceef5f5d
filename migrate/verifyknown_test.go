package migrate_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/twilio2acs/twilio2acs/acsdest/emulator"
	"github.com/twilio2acs/twilio2acs/acsdest/limits"
	"github.com/twilio2acs/twilio2acs/mapping"
	"github.com/twilio2acs/twilio2acs/migrate"
)

// What has changed in Twilio since the last run is pending, and no difference.
func TestVerifyBeforeSync(t *testing.T) {
	for _, tt := range syncCases {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, snapshotDir("tiny"), nil)
			w.change(func(lines) {}) // resources as this test writes them
			w.mustRun()
			w.change(tt.change)
			v := w.verify()
			says(t, v.Differences, nil)
			if gone := tt.name == "a conversation is deleted"; v.Summary.Incomplete() == gone {
				t.Errorf("incomplete: %t; summary %+v", !gone, v.Summary)
			}
			w.mustRun()
			if v = w.verify(); v.Summary.Incomplete() {
				t.Errorf("incomplete after the sync: %+v", v.Summary)
			}
			says(t, v.Differences, nil)
			says(t, w.verifyQuick(nil).Differences, nil)
		})
	}
}

// rename gives a user of tiny another friendly name.
func (l lines) rename(identity, name string) {
	i := slices.IndexFunc(l["users.jsonl"], func(u resource) bool { return u["identity"] == identity })
	l["users.jsonl"][i]["friendly_name"] = name
}

// part takes a participant out of conversation k; their messages forget them.
func (l lines) part(k int, is func(resource) bool) {
	for _, p := range l.in("participants.jsonl", k) {
		if !is(p) {
			continue
		}
		l.remove("participants.jsonl", p)
		for _, m := range l.in("messages.jsonl", k) {
			if m["participant_sid"] == p["sid"] {
				m["participant_sid"] = nil
			}
		}
	}
}

func called(identity string) func(resource) bool {
	return func(p resource) bool { return p["identity"] == identity }
}

// enter makes somebody a participant of conversation k, who joined today.
func (l lines) enter(k int, identity, sid string) {
	l.insert("participants.jsonl", l.in("participants.jsonl", k)[0], func(p resource) {
		p["sid"], p["identity"], p["messaging_binding"] = sid, identity, nil
		p["date_created"], p["last_read_message_index"] = "2026-06-01T10:00:00Z", nil
	})
}

// append lets somebody write one more message in conversation k.
func (l lines) append(k int, author string) {
	all := l.in("messages.jsonl", k)
	l.insert("messages.jsonl", all[len(all)-1], func(m resource) {
		m["sid"], m["index"], m["author"], m["participant_sid"], m["body"], m["media"] = sid("IM", 7), 77, author, nil, "and another", nil
	})
}

// What ACS cannot follow, the ledger knows of: it is no difference, neither
// before a sync nor after it, and then nothing is left to do.
func TestVerifyKnowsWhatACSCannotFollow(t *testing.T) {
	rename := func(name string) func(lines) { return func(l lines) { l.rename("nora.lind", name) } }
	leave := func(l lines) { l.part(0, called("nora.lind")) }
	for _, tt := range []struct {
		name    string
		changes []func(lines) // each is followed by a sync
	}{
		{"renamed", []func(lines){rename("Nora Berg")}},
		{"renamed twice, and wrote in between", []func(lines){
			func(l lines) { l.rename("nora.lind", "Nora Berg"); l.append(0, "nora.lind") }, rename("Nora Lind-Berg"),
		}},
		{"renamed for a while", []func(lines){rename("Nora Berg"), rename("Nora Lind")}},
		{"a name that moves the cuts of a long message", []func(lines){rename(strings.Repeat("Nora ", 40))}},
		{"left", []func(lines){leave}},
		{"left, and is no user any more", []func(lines){func(l lines) {
			leave(l)
			l["users.jsonl"] = slices.DeleteFunc(l["users.jsonl"], called("nora.lind"))
		}}},
		{"left and came back under another name", []func(lines){leave, func(l lines) {
			l.enter(0, "nora.lind", sid("MB", 2))
			l.rename("nora.lind", "Nora Berg")
		}}},
		{"left and came back at once", []func(lines){func(l lines) { leave(l); l.enter(0, "nora.lind", sid("MB", 2)) }}},
		{"the telephone left", []func(lines){func(l lines) {
			l.part(1, func(p resource) bool { return p["identity"] == nil })
		}}},
		{"everybody left", []func(lines){func(l lines) { l.part(0, func(resource) bool { return true }) }}},
		{"somebody who had left came back", []func(lines){func(l lines) { l.enter(1, "clara.voss", sid("MB", 2)) }}},
		{"the bot became a person", []func(lines){func(l lines) { l.enter(1, "Contoso Bot", sid("MB", 2)) }}},
		{"a message came to light late", []func(lines){func(l lines) {
			l.insert("messages.jsonl", l.message(2, 0), func(m resource) { m["sid"], m["index"] = sid("IM", 1), 1 })
		}}},
		{"an edit grew", []func(lines){func(l lines) { l.message(0, 1)["body"] = strings.Repeat("much more ", 9_000) }}},
		{"an edit grew, and its author was renamed", []func(lines){
			func(l lines) { l.message(0, 1)["body"] = strings.Repeat("much more ", 9_000) }, rename("Nora Berg"),
		}},
		{"an edit and two renames of the author of a long message", []func(lines){
			func(l lines) {
				l.rename("nora.lind", strings.Repeat("Nora ", 40))
				m := l.message(2, 1)
				m["body"] = strings.Replace(m["body"].(string), "Ben", "Benjamin", 1)
			}, rename("Nora Berg"),
		}},
		{"Twilio says that somebody else wrote it", []func(lines){func(l lines) {
			m, ben := l.message(0, 1), l.message(0, 2)
			m["author"], m["participant_sid"] = ben["author"], ben["participant_sid"]
		}}},
		{"Twilio says that a person wrote what nobody did", []func(lines){func(l lines) {
			m, ben := l.message(0, 0), l.message(0, 2)
			m["author"], m["participant_sid"] = ben["author"], ben["participant_sid"]
		}}},
		{"a read horizon moved back", []func(lines){func(l lines) { l.in("participants.jsonl", 0)[1]["last_read_message_index"] = 1 }}},
		{"a field that nobody carries", []func(lines){func(l lines) { l["conversations.jsonl"][0]["links"] = map[string]any{"new": "link"} }}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, snapshotDir("tiny"), nil)
			w.mustRun()
			for i, change := range tt.changes {
				w.change(change)
				says(t, w.verify().Differences, nil)
				w.mustRun()
				v, err := w.verifyWith(context.Background(), migrate.VerifyOptions{AsAll: true})
				must(t, err)
				says(t, v.Differences, nil)
				if v.Summary.Incomplete() {
					t.Errorf("incomplete after sync %d: %+v", i+1, v.Summary)
				}
			}
			says(t, w.verifyQuick(nil).Differences, nil)
		})
	}
}

// What people changed in ACS is theirs once a run has left it to them.
func TestVerifyLeavesToPeopleWhatIsTheirs(t *testing.T) {
	for _, tt := range []struct {
		name   string
		theirs func(*vandal)
		change func(lines)
	}{
		{"message", func(v *vandal) { v.edit(0, 2, "I meant three", nil) },
			func(l lines) { l.message(0, 2)["body"] = "I meant four" }},
		{"deleted message", func(v *vandal) { v.remove(0, 2) },
			func(l lines) { l.message(0, 2)["body"] = "I meant four" }},
		{"topic", func(v *vandal) { v.times++; v.setTopic(0, fmt.Sprint("ours ", v.times)) },
			func(l lines) { l["conversations.jsonl"][0]["friendly_name"] = "theirs" }},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, snapshotDir("tiny"), nil)
			w.mustRun()
			v := &vandal{world: w, chat: w.chat(), ctx: context.Background()}
			tt.theirs(v)
			if w.verify().OK() {
				t.Error("no difference before a run has met it")
			}
			w.change(tt.change)
			w.mustRun()
			got := w.verify()
			says(t, got.Differences, nil)
			if got.Summary.Incomplete() {
				t.Errorf("incomplete: %+v", got.Summary)
			}
			tt.theirs(v) // and again
			says(t, w.verifyQuick(nil).Differences, nil)
			says(t, w.verify().Differences, nil)
		})
	}
}

// A read mark that ACS has not, although the ledger says that it was sent, is
// missing; one that ACS has refused is not.
func TestVerifyReadMarks(t *testing.T) {
	w := newWorld(t, snapshotDir("tiny"), nil)
	w.mustRun()
	v := &vandal{world: w, chat: w.chat(), ctx: context.Background()}
	w.change(func(l lines) {
		l.in("participants.jsonl", 0)[0]["last_read_message_index"] = 5
		l.in("participants.jsonl", 2)[0]["last_read_message_index"] = 2
	})
	if got := w.verify(); !got.OK() || !got.Summary.Incomplete() {
		t.Errorf("horizons that moved on are not pending: %v %+v", got.Differences, got.Summary)
	}
	sent := func(k int, horizon int64) func(*mapping.ThreadRecord) {
		sid := readLines(t, w.source).in("participants.jsonl", k)[0]["sid"]
		return func(rec *mapping.ThreadRecord) {
			for i := range rec.Members {
				if rec.Members[i].Metadata[mapping.KeyParticipantSID] == sid {
					rec.Members[i].Read = horizon + 1
				}
			}
		}
	}
	v.setRecord(0, sent(0, 5))
	v.setRecord(2, sent(2, 2))
	got := w.verify()
	says(t, got.Differences, []string{
		"/participants/MB1c2260e18093b5c08d812451e7d2d35a/readMark: want ACS message ",
		"/participants/MB66066c192bd2cbb2cca06118041ad71f/readMark: want ACS message ",
	})
	if d := got.Differences; !strings.HasSuffix(d[0].Got, "none") || !strings.HasPrefix(d[1].Got, "ACS message ") || got.Summary.Participants.Failed != 2 {
		t.Errorf("differences %v, participants %+v", d, got.Summary.Participants)
	}

	refused := newWorld(t, snapshotDir("tiny"), &emulator.Options{Faults: []emulator.Fault{{Operation: limits.SendReadReceipt, Status: 403, Times: 1}}})
	refused.mustRun()
	says(t, refused.verify().Differences, nil)
}

// A thread that a run left in the middle is incomplete, not wrong.
func TestVerifyUnfinished(t *testing.T) {
	w := newWorld(t, snapshotDir("tiny"), nil)
	w.opts.Settle, w.opts.Active = 20*time.Millisecond, 1
	var err error
	for k := int64(5); k < 40; k++ { // later and later
		ctx, cancel := context.WithCancel(t.Context())
		l := w.ledger()
		_, err = migrate.New(w.snapshot(), w.destination(&turnstile{last: k, close: cancel}), l, w.store, w.rules, &w.opts).Run(ctx)
		cancel()
		must(t, l.Close())
		if err == nil {
			break
		}
		v := w.verify()
		says(t, v.Differences, nil)
		if !v.Summary.Incomplete() {
			t.Errorf("stopped at call %d, and complete: %+v", k, v.Summary)
		}
	}
	must(t, err)
}

// What a run did not live to note is incomplete, not wrong.
func TestVerifyWithAnOlderLedger(t *testing.T) {
	w := newWorld(t, snapshotDir("tiny"), nil)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	l := w.ledger()
	_, err := migrate.New(w.snapshot(), w.destination(&turnstile{last: 20, close: cancel}), l, w.store, w.rules, &w.opts).Run(ctx)
	must(t, l.Close())
	if !errors.Is(err, context.Canceled) {
		t.Fatalf("the run was not stopped: %v", err)
	}
	older, err := os.ReadFile(w.ledgerPath())
	must(t, err)
	w.mustRun()
	must(t, os.WriteFile(w.ledgerPath(), older, 0o600))
	v := w.verify()
	says(t, v.Differences, nil)
	if v.Summary.Messages.Pending == 0 || v.Summary.Messages.Unchanged == 0 {
		t.Errorf("messages %+v", v.Summary.Messages)
	}
}

// What a message has no room for stands whole in the sidecar; fields that nobody
// carries may have changed in Twilio since.
func TestVerifySidecarOfMessage(t *testing.T) {
	large := func(l lines) {
		l.message(0, 1)["attributes"] = `{"note":"` + strings.Repeat("much ", 4000) + `"}`
	}
	const chunk = "CH*/sidecar/1-1-*.jsonl"
	for _, tt := range []struct {
		name  string
		spoil func(v *vandal)
		want  []string
	}{
		{"as it was", func(*vandal) {}, nil},
		{"other links in Twilio", func(v *vandal) {
			v.change(func(l lines) { l.message(0, 1)["links"] = map[string]any{"new": "link"} })
		}, nil},
		{"changed by one byte", func(v *vandal) { v.flip(v.stored(chunk), 6000) }, []string{"/messages/IM23b5f1e7d9c7c2a36f235f543cbe74db/sidecar: want "}},
		{"no JSON any more", func(v *vandal) { v.flip(v.stored(chunk), 0) }, []string{"/messages/IM23b5f1e7d9c7c2a36f235f543cbe74db/sidecar: want "}},
		{"deleted", func(v *vandal) { must(v.t, os.Remove(v.stored(chunk))) },
			[]string{"/messages/IM23b5f1e7d9c7c2a36f235f543cbe74db/sidecar: want a file in the media store, got none"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, snapshotDir("tiny"), nil)
			w.change(large)
			w.mustRun()
			tt.spoil(&vandal{world: w, chat: w.chat(), ctx: context.Background()})
			says(t, w.verify().Differences, tt.want)
		})
	}
}
