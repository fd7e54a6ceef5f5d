package migrate_test

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/twilio2acs/twilio2acs/mapping"
	"github.com/twilio2acs/twilio2acs/migrate"
)

// writings exports what people have done since.
func (w *world) writings(since time.Time) ([]migrate.Writing, *migrate.Exported) {
	w.t.Helper()
	return w.writingsWith(since, nil)
}

func (w *world) writingsWith(since time.Time, opts *migrate.ExportOptions) ([]migrate.Writing, *migrate.Exported) {
	w.t.Helper()
	l := w.ledger()
	defer l.Close()
	var list []migrate.Writing
	out, err := migrate.Export(context.Background(), w.destination(nil), l, since, func(x migrate.Writing) error {
		list = append(list, x)
		return nil
	}, opts)
	if err != nil {
		w.t.Fatalf("Export: %v", err)
	}
	return list, out
}

// told is a writing in short: what, of which Twilio message, by whom, and what it says.
func told(w migrate.Writing) string {
	words := []string{string(w.Kind), string(w.Message)}
	if w.By != nil {
		words = append(words, w.By.Twilio)
	}
	for _, m := range w.Members {
		words = append(words, "+"+m.Twilio)
	}
	return strings.Join(append(words, w.Text+w.Topic), "|")
}

func TestExportIsWhatPeopleDid(t *testing.T) {
	w := newWorld(t, snapshotDir("tiny"), nil)
	w.mustRun()
	since := time.Now()
	if list, _ := w.writings(time.Time{}); len(list) != 0 {
		t.Fatalf("nobody has done anything, got %+v", list)
	}
	v := &vandal{world: w, chat: w.chat(), ctx: t.Context()}
	rec, someone := v.thread(0), v.other(0)
	acting := rec.Members[slices.IndexFunc(rec.Members, func(m mapping.MemberRecord) bool { return m.ID == rec.Acting() })]
	before := v.messages(0)
	sid := func(n int) string { return before[n].Metadata[mapping.KeyMessageSID] }
	author := func(n int) string { return before[n].Metadata[mapping.KeyAuthor] }

	v.send(0, mapping.ChatMessage{Sender: someone.ID, SenderDisplayName: "S.", Content: "written in ACS", Metadata: mapping.Metadata{
		"mood": "fine", mapping.KeyFileSharingMetadata: `[{"id":"f1","name":"plan.pdf","url":"https://files.example.com/f1"}]`,
	}})
	v.edit(0, 2, "said differently", nil)
	v.remove(0, 1)
	v.setTopic(0, "another topic")
	v.join(0, mapping.ChatParticipant{User: v.stranger()}, time.Time{})
	v.expel(0, someone.ID)
	must(t, v.chat.SendReadReceipt(v.ctx, acting.ID, rec.Thread, before[len(before)-1].ID))

	list, out := w.writings(since)
	var got []string
	for _, x := range list {
		if x.Conversation != rec.Conversation || x.Thread != rec.Thread || x.Service != rec.Service || x.At.Before(since.Truncate(time.Second)) {
			t.Errorf("of another thread or time: %+v", x)
		}
		got = append(got, told(x))
	}
	want := []string{
		"message||" + someone.Key.Name + "|written in ACS",
		"edit|" + sid(2) + "|" + author(2) + "|said differently",
		"delete|" + sid(1) + "|" + author(1) + "|",
		"topic||" + acting.Key.Name + "|another topic",
		"joined||" + acting.Key.Name + "|+|",
		"left||" + acting.Key.Name + "|+" + someone.Key.Name + "|",
		"read|" + sid(len(before)-1) + "|" + acting.Key.Name + "|",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("writings (-want +got):\n%s", diff)
	}
	message := list[0]
	if message.DisplayName != "S." || message.Metadata["mood"] != "fine" ||
		!cmp.Equal(message.Attachments, []mapping.Attachment{{ID: "f1", Name: "plan.pdf", URL: "https://files.example.com/f1"}}) {
		t.Errorf("not what was written: %+v", message)
	}
	if out.Threads != (migrate.Tally{Total: 3, Unchanged: 3}) || out.Written[migrate.WritingMessage] != 1 || len(out.Problems) > 0 {
		t.Errorf("summary %+v", out)
	}
	if again, _ := w.writings(since); !cmp.Equal(again, list) {
		t.Error("a second export tells something else")
	}
	if later, _ := w.writings(time.Now().Add(time.Hour)); len(later) != 0 {
		t.Errorf("of the future: %+v", later)
	}
}

// What a sync writes since is no writing of people.
func TestExportLeavesOutTheMigration(t *testing.T) {
	w := newWorld(t, snapshotDir("tiny"), nil)
	w.mustRun()
	since := time.Now()
	w.change(func(l lines) {
		l.message(0, 0)["body"] = "edited in Twilio"
		l.remove("messages.jsonl", l.message(0, 1))
		l.remove("participants.jsonl", l.in("participants.jsonl", 0)[1])
		l["conversations.jsonl"][0]["friendly_name"] = "renamed in Twilio"
	})
	if r := w.mustRun(); r.Summary.All().Updated < 2 {
		t.Fatalf("nothing was synced: %+v", r.Summary)
	}
	if list, _ := w.writings(since); len(list) != 0 {
		t.Errorf("the migration's own: %+v", list)
	}
}

func TestExportTellsOfThreadsThatAreGone(t *testing.T) {
	w := newWorld(t, snapshotDir("tiny"), nil)
	w.mustRun()
	v := &vandal{world: w, chat: w.chat(), ctx: t.Context()}
	rec := v.thread(0)
	must(t, v.chat.DeleteThread(v.ctx, rec.Acting(), rec.Thread))
	_, out := w.writings(time.Time{})
	if len(out.Problems) != 1 || out.Problems[0].Item != string(rec.Conversation) || out.Threads.Failed != 1 {
		t.Errorf("got %+v", out)
	}
}

// Threads that people have begun are read when they are asked for, once each, whoever
// of the migration is in them.
func TestExportOfNewThreads(t *testing.T) {
	w := newWorld(t, snapshotDir("tiny"), nil)
	w.mustRun()
	since := time.Now()
	v := &vandal{world: w, chat: w.chat(), ctx: t.Context()}
	members := v.thread(2).Members
	opener, other := members[0], members[1]
	created, _, err := v.chat.CreateThread(v.ctx, opener.ID, mapping.NewChatThread{
		Topic: "begun in ACS", Participants: []mapping.ChatParticipant{{User: opener.ID}, {User: other.ID}, {User: v.stranger()}},
	}, nil)
	must(t, err)
	_, err = v.chat.SendMessage(v.ctx, other.ID, created.ID, mapping.NewChatMessage{Content: "here we are"}, nil)
	must(t, err)
	if list, _ := w.writings(since); len(list) != 0 {
		t.Errorf("nobody has asked for %+v", list)
	}
	list, out := w.writingsWith(since, &migrate.ExportOptions{NewThreads: true})
	if len(list) == 0 || list[0].Kind != migrate.WritingThread || list[0].Topic != "begun in ACS" || len(list[0].Members) != 3 || list[0].By.Twilio != opener.Key.Name {
		t.Fatalf("it does not begin with the thread: %+v", list)
	}
	last := list[len(list)-1]
	if last.Kind != migrate.WritingMessage || last.Text != "here we are" || last.By.Twilio != other.Key.Name || last.Conversation != "" || last.Thread != created.ID {
		t.Errorf("it does not end with the message: %+v", last)
	}
	if out.Threads.Total != 4 || out.Written[migrate.WritingThread] != 1 {
		t.Errorf("summary %+v", out)
	}
	if again, _ := w.writingsWith(since, &migrate.ExportOptions{NewThreads: true}); !cmp.Equal(again, list) {
		t.Error("a second export tells something else")
	}
}

// stranger is a user who did not come from Twilio.
func (v *vandal) stranger() mapping.CommunicationUserID {
	v.t.Helper()
	id, err := v.destination(nil).CreateUser(v.ctx, false)
	must(v.t, err)
	return id
}

func TestWritingReadsBackFromJSON(t *testing.T) {
	w := migrate.Writing{
		Kind: migrate.WritingEdit, Conversation: "CH1", Thread: "19:x", At: time.UnixMilli(1700000000123).UTC(),
		By: &migrate.Writer{ACS: "8:acs:1", Kind: mapping.PersonUser, Twilio: "nora"}, ID: "1", Text: "<&>\u2028",
	}
	text, err := json.Marshal(w)
	must(t, err)
	var got migrate.Writing
	must(t, json.Unmarshal(text, &got))
	if diff := cmp.Diff(w, got); diff != "" {
		t.Error(diff)
	}
}
