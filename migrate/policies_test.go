package migrate_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/twilio2acs/twilio2acs/acsdest/emulator"
	"github.com/twilio2acs/twilio2acs/mapping"
	"github.com/twilio2acs/twilio2acs/migrate"
)

// strict are rules that differ from the default in every policy that carries
// something.
var strict = mapping.Rules{
	MediaURL:      "https://files.example.com/{key}",
	OverLimit:     mapping.OverLimitRecent,
	External:      mapping.ExternalHistoryOnly,
	DisplayNames:  mapping.DisplayNamesNeutral,
	Closed:        mapping.ClosedReadOnly,
	OriginalTime:  mapping.OriginalTimePrefix,
	RetentionDays: 60,
}

// Under each policy a run does what the plan said, the destination is verified,
// and another run finds nothing to do.
func TestPolicies(t *testing.T) {
	for _, tt := range []struct {
		name   string
		rules  mapping.Rules
		change func(lines)
		losses []mapping.LossCode
		check  func(*testing.T, []emulator.DumpedThread)
	}{
		{"all at once", strict, func(lines) {}, []mapping.LossCode{mapping.LossParticipantReadOnly, mapping.LossOriginalTimeInText, mapping.LossRetention}, nil},
		{
			"external participants, history only", mapping.Rules{External: mapping.ExternalHistoryOnly}, func(lines) {},
			[]mapping.LossCode{mapping.LossParticipantReadOnly}, func(t *testing.T, threads []emulator.DumpedThread) {
				if n := threadsWith(threads, 1); n != 1 {
					t.Errorf("%d threads are left to one member, want 1", n)
				}
			},
		},
		{
			"closed, read-only", mapping.Rules{Closed: mapping.ClosedReadOnly}, closeAll,
			[]mapping.LossCode{mapping.LossParticipantReadOnly}, func(t *testing.T, threads []emulator.DumpedThread) {
				if n := threadsWith(threads, 1); n != len(threads) {
					t.Errorf("%d threads of %d are left to one member", n, len(threads))
				}
			},
		},
		{
			"the original time in the text", mapping.Rules{OriginalTime: mapping.OriginalTimePrefix}, func(lines) {},
			[]mapping.LossCode{mapping.LossOriginalTimeInText}, func(t *testing.T, threads []emulator.DumpedThread) {
				for _, th := range threads {
					for _, m := range th.Messages {
						if !strings.HasPrefix(m.Content, "[20") && !strings.HasPrefix(m.Metadata[mapping.KeyPart], "2/") {
							t.Errorf("a message begins with %.20q", m.Content)
						}
					}
				}
			},
		},
		{
			"more people than a thread takes", mapping.Rules{OverLimit: mapping.OverLimitRecent}, crowd(mapping.MaxMembers),
			[]mapping.LossCode{mapping.LossParticipantOverLimit}, func(t *testing.T, threads []emulator.DumpedThread) {
				if n := threadsWith(threads, mapping.MaxMembers-1); n != 1 {
					t.Errorf("%d threads have %d members, want 1", n, mapping.MaxMembers-1)
				}
			},
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, snapshotDir("tiny"), nil)
			w.rules = tt.rules
			w.rules.MediaURL = strict.MediaURL
			w.change(tt.change)
			plan, r := w.plan(), w.mustRun()
			if d := cmp.Diff(r.Summary, plan.Summary); d != "" {
				t.Errorf("run and plan differ (-run +plan):\n%s", d)
			}
			if d := cmp.Diff(counted(r.Losses), counted(plan.Losses)); d != "" {
				t.Errorf("the run lost something else than planned (-run +plan):\n%s", d)
			}
			for _, code := range tt.losses {
				if !has(r.Losses, code) {
					t.Errorf("loss %s is not in the report", code)
				}
			}
			w.checkSettled()
			if tt.check != nil {
				threads, err := w.server.Dump(w.names())
				must(t, err)
				tt.check(t, threads)
			}
		})
	}
}

// checkSettled verifies the destination and runs once more, which must find
// nothing to do.
func (w *world) checkSettled() {
	w.t.Helper()
	if v := w.verify(); !v.OK() {
		w.t.Errorf("differences: %v", v.Differences)
	}
	before := w.threads()
	r := w.mustRun()
	if d := cmp.Diff(changed(r.Summary), migrate.Summary{}); d != "" {
		w.t.Errorf("another run changes (-got +want):\n%s\nproblems %v", d, r.Problems)
	}
	if d := firstDifference(w.threads(), before); d != "" {
		w.t.Errorf("another run changed threads: %s", d)
	}
}

// Every kind of change keeps the policies: a sync ends where a first run would.
func TestSyncKeepsPolicies(t *testing.T) {
	for _, tt := range syncCases {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, snapshotDir("tiny"), nil)
			w.rules = strict
			w.mustRun()
			w.change(tt.change)
			plan, r := w.plan(), w.mustRun()
			if d := cmp.Diff(r.Summary, plan.Summary); d != "" {
				t.Errorf("run and plan differ (-run +plan):\n%s", d)
			}
			fresh := newWorld(t, w.source, nil)
			fresh.rules = strict
			fresh.mustRun()
			if d := firstDifference(w.standing(), fresh.standing()); d != "" && tt.name != "an author changes" {
				t.Errorf("threads differ from those of a first run: %s", d)
			}
			w.checkSettled()
		})
	}
}

// Somebody who joins a full conversation takes the place of whoever joined first.
func TestOverLimitMakesRoom(t *testing.T) {
	w := newWorld(t, snapshotDir("tiny"), nil)
	w.rules.OverLimit = mapping.OverLimitRecent
	w.change(crowd(mapping.MaxMembers))
	w.mustRun()
	w.change(func(l lines) {
		for i := range 3 {
			l.join(fmt.Sprintf("newcomer%d", i), "2030-01-01T00:00:00Z")
		}
	})
	plan, r := w.plan(), w.mustRun()
	if d := cmp.Diff(r.Summary, plan.Summary); d != "" {
		t.Errorf("run and plan differ (-run +plan):\n%s", d)
	}
	w.checkSettled()
}

// A policy that leaves conversations out blocks them, with a reason that names it.
func TestPoliciesSkip(t *testing.T) {
	for _, tt := range []struct {
		name   string
		rules  mapping.Rules
		change func(lines)
		flag   string
		want   int64
	}{
		{"external", mapping.Rules{External: mapping.ExternalSkip}, func(lines) {}, "--external skip", 1},
		{"closed", mapping.Rules{Closed: mapping.ClosedSkip}, closeAll, "--closed skip", 3},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(t, snapshotDir("tiny"), nil)
			w.rules = tt.rules
			w.rules.MediaURL = strict.MediaURL
			w.change(tt.change)
			plan, r := w.plan(), w.mustRun()
			if d := cmp.Diff(r.Summary, plan.Summary); d != "" {
				t.Errorf("run and plan differ (-run +plan):\n%s", d)
			}
			if got := r.Summary.Conversations.Blocked; got != tt.want {
				t.Errorf("%d conversations blocked, want %d", got, tt.want)
			}
			for _, p := range r.Problems {
				if !strings.Contains(p.Reason, tt.flag) {
					t.Errorf("blocked because %q, want %q in it", p.Reason, tt.flag)
				}
			}
		})
	}
}

func closeAll(l lines) {
	for _, c := range l["conversations.jsonl"] {
		c["state"] = "closed"
	}
}

// crowd lets n people join the first conversation.
func crowd(n int) func(lines) {
	return func(l lines) {
		for i := range n {
			l.join(fmt.Sprintf("guest%03d", i), fmt.Sprintf("2025-01-01T00:%02d:%02dZ", i/60, i%60))
		}
	}
}

// join lets somebody join the first conversation at that time.
func (l lines) join(identity, date string) {
	l.insert("participants.jsonl", l.in("participants.jsonl", 0)[1], func(p resource) {
		p["sid"], p["identity"], p["date_created"] = fmt.Sprintf("MB%032x", identity), identity, date
		p["last_read_message_index"] = nil
	})
}

// threadsWith counts threads with that many members.
func threadsWith(threads []emulator.DumpedThread, members int) int {
	n := 0
	for _, th := range threads {
		if len(th.Members) == members {
			n++
		}
	}
	return n
}

// A run that dies on the way ends where an unbroken one does, though its authors
// are members for a time only.
func TestPoliciesAfterCrash(t *testing.T) {
	whole := newWorld(t, snapshotDir("tiny"), nil)
	whole.rules = strict
	whole.mustRun()
	want := whole.threads()
	for at := int64(1); at <= 15; at += 2 {
		t.Run(fmt.Sprint("at ", at), func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, snapshotDir("tiny"), nil)
			w.rules = strict
			w.crash(at, 1)
			if r := w.mustRun(); r.Summary.Incomplete() {
				t.Fatalf("incomplete: %+v %v", r.Summary, r.Problems)
			}
			if d := firstDifference(w.threads(), want); d != "" {
				t.Errorf("threads differ from those of an unbroken run: %s", d)
			}
			w.checkSettled()
		})
	}
}
