package migrate_test

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/twilio2acs/twilio2acs/acsdest"
	"github.com/twilio2acs/twilio2acs/checkpoint"
	"github.com/twilio2acs/twilio2acs/mapping"
	"github.com/twilio2acs/twilio2acs/migrate"
)

// verify is one process that verifies: it keeps what it finds in the ledger.
func (w *world) verify() *migrate.Verification {
	w.t.Helper()
	v, err := w.verifyWith(context.Background(), migrate.VerifyOptions{})
	if err != nil {
		w.t.Fatalf("Verify: %v", err)
	}
	return v
}

func (w *world) verifyWith(ctx context.Context, opts migrate.VerifyOptions) (*migrate.Verification, error) {
	w.t.Helper()
	l := w.ledger()
	defer l.Close()
	opts.Recorder = l
	return migrate.Verify(ctx, w.snapshot(), w.destination(nil), l, w.store, w.rules, &opts)
}

// records are those of all threads in the ledger.
func (w *world) records() []mapping.ThreadRecord {
	w.t.Helper()
	l, err := checkpoint.OpenReader(w.ledgerPath(), nil)
	if err != nil {
		w.t.Fatal(err)
	}
	defer l.Close()
	var out []mapping.ThreadRecord
	for rec, err := range l.Threads() {
		if err != nil {
			w.t.Fatal(err)
		}
		out = append(out, rec)
	}
	return out
}

func (w *world) chat() *acsdest.Chat {
	w.t.Helper()
	conn, err := acsdest.ParseConnectionString(w.server.ConnectionString())
	if err != nil {
		w.t.Fatal(err)
	}
	opts := &acsdest.ClientOptions{Transport: acsdest.NewTransport(&acsdest.TransportOptions{RootCAs: w.trusted()})}
	identity, err := acsdest.NewIdentity(conn, opts)
	if err != nil {
		w.t.Fatal(err)
	}
	chat, err := acsdest.NewChat(conn.Endpoint, acsdest.NewTokens(identity, nil), opts)
	if err != nil {
		w.t.Fatal(err)
	}
	return chat
}

// written is one message as it stands in ACS after a run.
type written struct {
	thread mapping.ThreadRecord
	msg    mapping.ChatMessage
}

// some finds n messages of one thread, in order.
func (w *world) some(n int) []written {
	w.t.Helper()
	chat, ctx := w.chat(), context.Background()
	for _, rec := range w.records() {
		var out []written
		for m, err := range chat.ListMessages(ctx, rec.CreatorID, rec.Thread, nil) {
			if err != nil {
				w.t.Fatal(err)
			}
			if m.Metadata[mapping.KeyMessageSID] != "" && m.Metadata[mapping.KeyPart] == "" {
				out = append(out, written{rec, m})
			}
		}
		slices.Reverse(out)
		if len(out) >= n {
			return out[:n]
		}
	}
	w.t.Fatalf("no thread of %d messages", n)
	return nil
}

func TestVerifyAfterRun(t *testing.T) {
	for _, name := range []string{"tiny", "contoso"} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, snapshotDir(name), nil)
			r := w.mustRun()
			v := w.verify()
			for _, d := range v.Differences {
				t.Errorf("difference: %v", d)
			}
			if got, want := v.Summary.Messages.Unchanged, r.Summary.Messages.Total; got != want {
				t.Errorf("%d messages verified, want %d", got, want)
			}
			if got, want := v.Summary.Media.Unchanged, r.Summary.Media.Total; got != want {
				t.Errorf("%d files verified, want %d", got, want)
			}
			if got, want := v.Summary.Users.Unchanged, r.Summary.Users.Total; got != want {
				t.Errorf("%d users verified, want %d", got, want)
			}
			if v.Summary.Incomplete() {
				t.Errorf("incomplete: %+v %+v", v.Summary, v.Problems)
			}
		})
	}
}

// Each way of spoiling a migrated thread is found, and nothing else is.
func TestVerifyFindsWhatIsWrong(t *testing.T) {
	ctx := context.Background()
	for _, tt := range []struct {
		name  string
		spoil func(t *testing.T, w *world)
		want  []string // one difference with each of these in it
	}{
		{"text edited", func(t *testing.T, w *world) {
			m, text := w.some(2)[1], "something else"
			must(t, w.chat().UpdateMessage(ctx, m.msg.Sender, m.thread.Thread, m.msg.ID, &acsdest.UpdateMessageOptions{Content: &text}))
		}, []string{"/content: want "}},
		{"message deleted", func(t *testing.T, w *world) {
			m := w.some(2)[1]
			must(t, w.chat().DeleteMessage(ctx, m.msg.Sender, m.thread.Thread, m.msg.ID))
		}, []string{"want a message, got a deleted one"}},
		{"message twice", func(t *testing.T, w *world) {
			m := w.some(2)[0]
			again := mapping.NewChatMessage{Content: m.msg.Content, SenderDisplayName: m.msg.SenderDisplayName, Metadata: m.msg.Metadata}
			_, err := w.chat().SendMessage(ctx, m.msg.Sender, m.thread.Thread, again, nil)
			must(t, err)
		}, []string{"want one message, got another"}},
		{"metadata changed", func(t *testing.T, w *world) {
			m := w.some(1)[0]
			must(t, w.chat().UpdateMessage(ctx, m.msg.Sender, m.thread.Thread, m.msg.ID, &acsdest.UpdateMessageOptions{
				Metadata: mapping.Metadata{mapping.KeyCreatedAt: "2001-01-01T00:00:00Z"}}))
		}, []string{"/metadata/twilioCreatedAt: want "}},
		{"topic changed", func(t *testing.T, w *world) {
			m, topic := w.some(1)[0], "another topic"
			must(t, w.chat().UpdateThread(ctx, m.thread.CreatorID, m.thread.Thread, &acsdest.UpdateThreadOptions{Topic: &topic}))
		}, []string{"/topic: want "}},
		{"thread deleted", func(t *testing.T, w *world) {
			m := w.some(1)[0]
			must(t, w.chat().DeleteThread(ctx, m.thread.CreatorID, m.thread.Thread))
		}, []string{"/thread: want 19:"}},
		{"people write", func(t *testing.T, w *world) {
			m := w.some(1)[0]
			_, err := w.chat().SendMessage(ctx, m.thread.CreatorID, m.thread.Thread, mapping.NewChatMessage{Content: "hello"}, nil)
			must(t, err)
		}, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(t, snapshotDir("tiny"), nil)
			w.mustRun()
			tt.spoil(t, w)
			v := w.verify()
			if len(v.Differences) != len(tt.want) {
				t.Fatalf("%d differences %v, want %d", len(v.Differences), v.Differences, len(tt.want))
			}
			for i, d := range v.Differences {
				if !strings.Contains(d.String(), tt.want[i]) {
					t.Errorf("difference %v does not say %q", d, tt.want[i])
				}
			}
		})
	}
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
