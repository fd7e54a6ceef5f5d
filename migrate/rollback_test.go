package migrate_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/twilio2acs/twilio2acs/acsdest"
	"github.com/twilio2acs/twilio2acs/acsdest/emulator"
	"github.com/twilio2acs/twilio2acs/acsdest/limits"
	"github.com/twilio2acs/twilio2acs/checkpoint"
	"github.com/twilio2acs/twilio2acs/mapping"
	"github.com/twilio2acs/twilio2acs/migrate"
)

// rollback is one process that rolls back. The inventory is in memory.
func (w *world) rollback(ctx context.Context, opts migrate.RollbackOptions) (*migrate.RollbackReport, *inventory, error) {
	w.t.Helper()
	l := w.ledger()
	defer l.Close()
	inv := new(inventory)
	opts.Embedded, opts.Settle = w.opts.Embedded, w.opts.Settle
	r, err := migrate.Rollback(ctx, w.destination(nil), l, inv, &opts)
	return r, inv, err
}

func (w *world) mustRollback(opts migrate.RollbackOptions) (*migrate.RollbackReport, *inventory) {
	w.t.Helper()
	r, inv, err := w.rollback(context.Background(), opts)
	if err != nil {
		w.t.Fatalf("Rollback: %v", err)
	}
	return r, inv
}

// planRollback is one process that only tells what a rollback would do.
func (w *world) planRollback(opts migrate.RollbackOptions) *migrate.RollbackReport {
	w.t.Helper()
	l, err := checkpoint.OpenReader(w.ledgerPath(), nil)
	must(w.t, err)
	defer l.Close()
	r, err := migrate.PlanRollback(context.Background(), w.destination(nil), l, &opts)
	must(w.t, err)
	return r
}

// inventory remembers how much of it is on the disk.
type inventory struct {
	mu     sync.Mutex
	text   bytes.Buffer
	synced int
}

func (i *inventory) Write(p []byte) (int, error) {
	i.mu.Lock()
	defer i.mu.Unlock()
	return i.text.Write(p)
}

func (i *inventory) Sync() error {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.synced = i.text.Len()
	return nil
}

// inventoryLine is a line of an inventory.
type inventoryLine struct {
	Kind         string          `json:"kind"`
	Format       string          `json:"format"`
	Conversation string          `json:"conversation"`
	Thread       string          `json:"thread"`
	By           string          `json:"by"`
	Message      json.RawMessage `json:"message"`
	Messages     int64           `json:"messages"`
	People       int64           `json:"people"`
	Deleted      bool            `json:"deleted"`
	Kept         string          `json:"kept"`
}

func (i *inventory) lines(t *testing.T) []inventoryLine {
	t.Helper()
	var out []inventoryLine
	s := bufio.NewScanner(bytes.NewReader(i.text.Bytes()))
	s.Buffer(nil, 1<<20)
	for s.Scan() {
		var l inventoryLine
		must(t, json.Unmarshal(s.Bytes(), &l))
		out = append(out, l)
	}
	return out
}

// checkNothingOfIt demands that neither ACS nor the ledger has anything of a
// migration, but for identities whose creation got no answer: these are counted.
func (w *world) checkNothingOfIt() {
	w.t.Helper()
	if threads := w.threads(); threads != "[]" {
		w.t.Errorf("threads are left: %.300s", threads)
	}
	l, err := checkpoint.OpenReader(w.ledgerPath(), nil)
	must(w.t, err)
	defer l.Close()
	counts, err := l.Counts()
	must(w.t, err)
	if d := cmp.Diff(counts, mapping.Counts{Unused: counts.Unused}); d != "" {
		w.t.Errorf("the ledger holds (-got +want):\n%s", d)
	}
	for rec, err := range l.Threads() {
		w.t.Errorf("the ledger knows %+v, %v", rec, err)
	}
	for p, err := range l.Persons() {
		if err != nil || p.Unused == 0 || p.ID != "" || p.Deleting != "" || !p.BegunAt.IsZero() {
			w.t.Errorf("the ledger knows %+v, %v", p, err)
		}
	}
	stats, err := w.server.Stats()
	must(w.t, err)
	if left := int64(stats.Identities - stats.Calls[limits.DeleteIdentity]); left > counts.Unused {
		w.t.Errorf("%d identities are left, %d counted as unused", left, counts.Unused)
	}
}

// checkFresh demands that a run makes of the account what a first run does.
func (w *world) checkFresh(want string) {
	w.t.Helper()
	if r := w.mustRun(); r.Summary.Incomplete() {
		w.t.Fatalf("incomplete: %+v %v", r.Summary, r.Problems)
	}
	if d := firstDifference(w.threads(), want); d != "" {
		w.t.Errorf("threads differ from those of a first run: %s", d)
	}
	if v := w.verify(); !v.OK() {
		w.t.Errorf("differences: %v", v.Differences)
	}
}

// A rollback leaves nothing, and a run after it begins anew.
func TestRollbackUndoesARun(t *testing.T) {
	for _, name := range []string{"tiny", "contoso"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, snapshotDir(name), nil)
			sum := w.mustRun().Summary
			want := w.threads()
			plan := w.planRollback(migrate.RollbackOptions{})
			if d := firstDifference(w.threads(), want); d != "" {
				t.Errorf("a plan changes threads: %s", d)
			}
			r, inv := w.mustRollback(migrate.RollbackOptions{})
			gone := func(n int64) migrate.Tally { return migrate.Tally{Total: n, Deleted: n} }
			stored := sum.Media.Created
			if d := cmp.Diff(r, &migrate.RollbackReport{Run: 1, Summary: migrate.Summary{
				Users: gone(sum.Users.Total), Conversations: gone(sum.Conversations.Total), Participants: gone(sum.Participants.Total),
				Messages: gone(sum.Messages.Total), Media: migrate.Tally{Total: stored, Unchanged: stored},
			}}); d != "" {
				t.Errorf("rolled back (-got +want):\n%s", d)
			}
			if d := cmp.Diff(plan, r); d != "" {
				t.Errorf("the plan differs (-plan +rollback):\n%s", d)
			}
			w.checkNothingOfIt()
			checkInventory(t, inv, sum.Conversations.Total)
			if r, inv := w.mustRollback(migrate.RollbackOptions{}); r.Summary != (migrate.Summary{}) || inv.text.Len() > 0 {
				t.Errorf("a second rollback found %+v and wrote %d bytes", r.Summary, inv.text.Len())
			}
			w.checkFresh(want)
		})
	}
}

// checkInventory demands that the inventory tells of every thread, and that all of
// that was on the disk.
func checkInventory(t *testing.T, inv *inventory, threads int64) {
	t.Helper()
	if inv.synced != inv.text.Len() {
		t.Errorf("%d bytes of %d are on the disk", inv.synced, inv.text.Len())
	}
	lines := inv.lines(t)
	if lines[0].Kind != "inventory" || lines[0].Format != migrate.InventoryFormat {
		t.Errorf("first line %+v", lines[0])
	}
	kinds, messages, ended := map[string]int64{}, map[string]int64{}, int64(0)
	for _, l := range lines[1:] {
		kinds[l.Kind]++
		if l.Conversation == "" || l.Thread == "" {
			t.Errorf("a line of no thread: %+v", l)
		}
		switch l.Kind {
		case "message":
			if l.By == "migration" {
				messages[l.Thread]++
			}
			if !bytes.Contains(l.Message, []byte(`"content"`)) {
				t.Errorf("a message without content: %s", l.Message)
			}
		case "end":
			ended++
			if !l.Deleted || l.People != 0 || l.Messages != messages[l.Thread] {
				t.Errorf("an end %+v after %d messages", l, messages[l.Thread])
			}
		}
	}
	if ended != threads || kinds["thread"] != threads || kinds["member"] == 0 {
		t.Errorf("lines %v of %d threads", kinds, threads)
	}
}

// sidOf is the SID of conversation k.
func (w *world) sidOf(k int) mapping.ConversationSID {
	w.t.Helper()
	return mapping.ConversationSID(readLines(w.t, w.source)["conversations.jsonl"][k]["sid"].(string))
}

// Of some conversations alone nothing is left; the others, and whoever is in them,
// stay.
func TestRollbackOfSomeConversations(t *testing.T) {
	for k := range 3 {
		w := newWorld(t, snapshotDir("tiny"), nil)
		w.mustRun()
		want := w.threads()
		opts := migrate.RollbackOptions{Conversations: []mapping.ConversationSID{w.sidOf(k), "CHunknown"}}
		plan := w.planRollback(opts)
		r, _ := w.mustRollback(opts)
		if d := cmp.Diff(plan, r); d != "" {
			t.Errorf("conversation %d: the plan differs (-plan +rollback):\n%s", k, d)
		}
		if got := r.Summary.Conversations; got != (migrate.Tally{Total: 1, Deleted: 1}) || len(r.Problems) > 0 {
			t.Errorf("conversation %d: %+v %v", k, got, r.Problems)
		}
		if u := r.Summary.Users; u.Unchanged == 0 || u.Unchanged+u.Deleted != u.Total {
			t.Errorf("conversation %d: users %+v, want some to stay", k, u)
		}
		if d := cmp.Diff(r.Unknown, []mapping.ConversationSID{"CHunknown"}); d != "" {
			t.Errorf("unknown (-got +want):\n%s", d)
		}
		for _, rec := range w.records() {
			if rec.Conversation == w.sidOf(k) {
				t.Errorf("conversation %d is still in the ledger", k)
			}
		}
		if v := w.verify(); !v.OK() || v.Summary.Conversations.Pending != 1 {
			t.Errorf("conversation %d: differences %v, conversations %+v", k, v.Differences, v.Summary.Conversations)
		}
		w.checkFresh(want)
		w.mustRollback(migrate.RollbackOptions{})
		w.checkNothingOfIt()
	}
}

// Where people have used a thread it stays, with everybody in it, unless that is
// included.
func TestRollbackSparesWhatPeopleUse(t *testing.T) {
	ctx := context.Background()
	for _, tt := range []struct {
		name   string
		do     func(*testing.T, *world, mapping.ThreadRecord, mapping.ChatMessage)
		reason string
		theirs int64
	}{
		{"they write", func(t *testing.T, w *world, rec mapping.ThreadRecord, _ mapping.ChatMessage) {
			for range 2 {
				_, err := w.chat().SendMessage(ctx, rec.CreatorID, rec.Thread, mapping.NewChatMessage{Content: "is it me?"}, nil)
				must(t, err)
			}
		}, "wrote 2 messages", 2},
		{"they write with our keys", func(t *testing.T, w *world, rec mapping.ThreadRecord, m mapping.ChatMessage) {
			_, err := w.chat().SendMessage(ctx, rec.CreatorID, rec.Thread, mapping.NewChatMessage{Content: "forwarded", Metadata: m.Metadata}, nil)
			must(t, err)
		}, "wrote a message", 1},
		{"they edit", func(t *testing.T, w *world, rec mapping.ThreadRecord, m mapping.ChatMessage) {
			text := "never said that"
			must(t, w.chat().UpdateMessage(ctx, m.Sender, rec.Thread, m.ID, &acsdest.UpdateMessageOptions{Content: &text}))
		}, "changed or deleted a message", 0},
		{"they delete", func(t *testing.T, w *world, rec mapping.ThreadRecord, m mapping.ChatMessage) {
			must(t, w.chat().DeleteMessage(ctx, m.Sender, rec.Thread, m.ID))
		}, "changed or deleted a message", 0},
		{"they add somebody", func(t *testing.T, w *world, rec mapping.ThreadRecord, _ mapping.ChatMessage) {
			id, err := w.destination(nil).CreateUser(ctx, false)
			must(t, err)
			_, err = w.chat().AddParticipants(ctx, rec.CreatorID, rec.Thread, []mapping.ChatParticipant{{User: id}}, nil)
			must(t, err)
		}, "one joined", 0},
		{"they change the topic", func(t *testing.T, w *world, rec mapping.ThreadRecord, _ mapping.ChatMessage) {
			topic := "ours now"
			must(t, w.chat().UpdateThread(ctx, rec.CreatorID, rec.Thread, &acsdest.UpdateThreadOptions{Topic: &topic}))
		}, "changed topic or metadata", 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, snapshotDir("tiny"), nil)
			w.mustRun()
			rec, m := w.newest()
			tt.do(t, w, rec, m)
			plan := w.planRollback(migrate.RollbackOptions{})
			r, inv := w.mustRollback(migrate.RollbackOptions{})
			if d := cmp.Diff(plan, r); d != "" {
				t.Errorf("the plan differs (-plan +rollback):\n%s", d)
			}
			if c := r.Summary.Conversations; c != (migrate.Tally{Total: 3, Deleted: 2, Blocked: 1}) || r.Used != 1 || r.Foreign != tt.theirs {
				t.Errorf("conversations %+v, %d used, %d messages of people", c, r.Used, r.Foreign)
			}
			want := []migrate.Problem{{Item: string(rec.Conversation), Status: mapping.StatusBlocked, Step: "roll back",
				Reason: "people have used the thread since: " + tt.reason}}
			if d := cmp.Diff(r.Problems, want); d != "" {
				t.Errorf("problems (-got +want):\n%s", d)
			}
			end := slices.IndexFunc(inv.lines(t), func(l inventoryLine) bool { return l.Kind == "end" && l.Kept == want[0].Reason })
			if end < 0 {
				t.Error("the inventory does not say why the thread stays")
			}
			if v := w.verify(); v.Summary.Conversations.Pending != 2 {
				t.Errorf("then %+v", v.Summary.Conversations)
			}
			r, _ = w.mustRollback(migrate.RollbackOptions{IncludeUsed: true})
			if c := r.Summary.Conversations; c != (migrate.Tally{Total: 1, Deleted: 1}) || len(r.Problems) > 0 {
				t.Errorf("included: %+v %v", c, r.Problems)
			}
			if threads := w.threads(); threads != "[]" {
				t.Errorf("threads are left: %.300s", threads)
			}
		})
	}
}

// What a run has done itself, noted or not, is nobody's use.
func TestRollbackKnowsItsOwn(t *testing.T) {
	for _, tt := range syncCases {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, snapshotDir("tiny"), nil)
			w.mustRun()
			w.change(tt.change)
			w.mustRun()
			if r, _ := w.mustRollback(migrate.RollbackOptions{}); r.Summary.Incomplete() {
				t.Errorf("incomplete: %+v %v", r.Summary, r.Problems)
			}
			w.checkNothingOfIt()
		})
	}
	for at := int64(1); at <= 15; at += 2 {
		w := newWorld(t, snapshotDir("tiny"), nil)
		w.crash(at, min(at, 3))
		if r, _ := w.mustRollback(migrate.RollbackOptions{}); r.Summary.Incomplete() || r.Foreign > 0 {
			t.Errorf("after a crash at %d: %+v %v", at, r.Summary, r.Problems)
		}
		w.checkNothingOfIt()
	}
}

// A thread whose metadata do not say that it is ours is never deleted.
func TestRollbackWantsProof(t *testing.T) {
	w := newWorld(t, snapshotDir("tiny"), nil)
	w.mustRun()
	rec := w.records()[0]
	must(t, w.chat().UpdateThread(t.Context(), rec.CreatorID, rec.Thread, &acsdest.UpdateThreadOptions{
		Metadata: mapping.Metadata{mapping.KeyConversationSID: ""}}))
	r, _ := w.mustRollback(migrate.RollbackOptions{IncludeUsed: true})
	if c := r.Summary.Conversations; c != (migrate.Tally{Total: 3, Deleted: 2, Blocked: 1}) ||
		!strings.Contains(r.Problems[0].Reason, "name another conversation, or none") {
		t.Errorf("conversations %+v, problems %v", c, r.Problems)
	}
}

// A thread that people have taken over whole can neither be read nor deleted.
func TestRollbackOfAThreadWithoutOurMembers(t *testing.T) {
	w := newWorld(t, snapshotDir("tiny"), nil)
	w.mustRun()
	rec := w.records()[0]
	theirs, err := w.destination(nil).CreateUser(t.Context(), false)
	must(t, err)
	_, err = w.chat().AddParticipants(t.Context(), rec.CreatorID, rec.Thread, []mapping.ChatParticipant{{User: theirs}}, nil)
	must(t, err)
	for _, m := range rec.Members {
		must(t, w.chat().RemoveParticipant(t.Context(), theirs, rec.Thread, m.ID))
	}
	r, _ := w.mustRollback(migrate.RollbackOptions{IncludeUsed: true})
	if c := r.Summary.Conversations; c != (migrate.Tally{Total: 3, Deleted: 2, Blocked: 1}) ||
		!strings.Contains(r.Problems[0].Reason, "none of those who should be members of the thread can read it") {
		t.Errorf("conversations %+v, problems %v", c, r.Problems)
	}
}

// A run that was killed around the deletion of a thread, since its conversation is
// gone in Twilio, does not stumble over it later.
func TestRunKilledAsItDeletesAThread(t *testing.T) {
	for _, p := range []*process{{lastOf: limits.DeleteThread}, {noneOf: limits.DeleteThread}} {
		w := newWorld(t, snapshotDir("tiny"), nil)
		w.mustRun()
		w.change(func(l lines) {
			for _, file := range []string{"messages.jsonl", "participants.jsonl"} {
				for _, r := range l.in(file, 2) {
					l.remove(file, r)
				}
			}
			l.remove("conversations.jsonl", l["conversations.jsonl"][2])
		})
		l := w.ledger()
		opts := w.opts
		opts.Patience = 1 // a nanosecond: the dead do not wait
		_, err := migrate.New(w.snapshot(), w.destination(p), mortalLedger{l, p}, w.store, w.rules, &opts).Run(t.Context())
		if p.err() == nil {
			t.Fatalf("Run: %v, want it dead", err)
		}
		must(t, l.Close())
		r := w.mustRun()
		if r.Summary.Incomplete() || len(r.Problems) > 0 {
			t.Errorf("then %+v %v", r.Summary, r.Problems)
		}
		if n := len(w.records()); n != 2 {
			t.Errorf("the ledger knows %d conversations, want 2", n)
		}
		if v := w.verify(); !v.OK() {
			t.Errorf("differences: %v", v.Differences)
		}
	}
}

// Whoever is in a thread of people's own stays, since their messages would go too.
func TestRollbackSparesUsersInOtherThreads(t *testing.T) {
	w := newWorld(t, snapshotDir("tiny"), nil)
	w.mustRun()
	user := w.records()[0].CreatorID
	own, _, err := w.chat().CreateThread(t.Context(), user, mapping.NewChatThread{Topic: "of our own"}, nil)
	must(t, err)
	_, err = w.chat().SendMessage(t.Context(), user, own.ID, mapping.NewChatMessage{Content: "keep this"}, nil)
	must(t, err)
	plan := w.planRollback(migrate.RollbackOptions{IncludeUsed: true})
	r, _ := w.mustRollback(migrate.RollbackOptions{IncludeUsed: true})
	if d := cmp.Diff(plan, r); d != "" {
		t.Errorf("the plan differs (-plan +rollback):\n%s", d)
	}
	if r.Summary.Users.Blocked != 1 || len(r.Problems) != 1 || r.Problems[0].Item != string(user) {
		t.Errorf("users %+v, problems %v; want one blocked", r.Summary.Users, r.Problems)
	}
	if threads := w.threads(); !strings.Contains(threads, "keep this") {
		t.Errorf("what people wrote is gone: %s", threads)
	}
	w.mustRun()
	if v := w.verify(); !v.OK() {
		t.Errorf("differences: %v", v.Differences)
	}
}

// Without the inventory nothing is deleted.
func TestRollbackNeedsItsInventory(t *testing.T) {
	w := newWorld(t, snapshotDir("tiny"), nil)
	w.mustRun()
	want := w.threads()
	l := w.ledger()
	_, err := migrate.Rollback(t.Context(), w.destination(nil), l, fullDisk{}, &migrate.RollbackOptions{Embedded: true})
	must(t, l.Close())
	if !errors.Is(err, errFull) {
		t.Errorf("Rollback: %v, want %v", err, errFull)
	}
	if got := w.threads(); got != want {
		t.Error("something was deleted")
	}
}

var errFull = errors.New("the disk is full")

type fullDisk struct{}

func (fullDisk) Write(p []byte) (int, error) { return len(p), nil }
func (fullDisk) Sync() error                 { return errFull }

// Files are deleted when that is asked for, with their sidecars, and no others.
func TestRollbackDeletesMedia(t *testing.T) {
	w := newWorld(t, snapshotDir("contoso"), nil)
	sum := w.mustRun().Summary
	must(t, os.MkdirAll(filepath.Join(w.dir, "media", string(w.sidOf(0)), "mine"), 0o700))
	mine := filepath.Join(w.dir, "media", string(w.sidOf(0)), "mine", "file")
	must(t, os.WriteFile(mine, []byte("x"), 0o600))
	r, _ := w.mustRollback(migrate.RollbackOptions{Media: w.store})
	if m := r.Summary.Media; m.Deleted != sum.Media.Created || m.Unchanged > 0 || len(r.Problems) > 0 {
		t.Errorf("media %+v of %d, problems %v", m, sum.Media.Created, r.Problems)
	}
	var left []string
	must(t, filepath.WalkDir(filepath.Join(w.dir, "media"), func(path string, d os.DirEntry, err error) error {
		if err == nil && d.Type().IsRegular() {
			left = append(left, path)
		}
		return err
	}))
	if !slices.Equal(left, []string{mine}) {
		t.Errorf("files are left: %q", left)
	}
}

// A thread whose creation was never answered is found among those of its creator.
func TestRollbackFindsHalfCreatedThreads(t *testing.T) {
	for _, committed := range []bool{true, false} {
		w := newWorld(t, snapshotDir("tiny"), &emulator.Options{Faults: []emulator.Fault{
			{Operation: limits.CreateThread, AfterCommit: committed, Drop: true},
		}})
		ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
		_, err := w.run(ctx)
		cancel()
		if err == nil {
			t.Fatal("the run did not stop")
		}
		if threads := w.threads(); (threads != "[]") != committed {
			t.Fatalf("committed %t: threads %.100s", committed, threads)
		}
		plan := w.planRollback(migrate.RollbackOptions{})
		r, _ := w.mustRollback(migrate.RollbackOptions{})
		if d := cmp.Diff(plan, r); d != "" {
			t.Errorf("the plan differs (-plan +rollback):\n%s", d)
		}
		w.checkNothingOfIt()
	}
}

// What is left of a canary goes, too.
func TestRollbackRemovesCanaries(t *testing.T) {
	w := newWorld(t, snapshotDir("tiny"), nil)
	w.mustRun()
	w.kill(callsOfCanary(t) / 2)
	w.mustRollback(migrate.RollbackOptions{})
	w.checkNothingOfIt()
}
