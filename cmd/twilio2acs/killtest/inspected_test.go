package killtest_test

import (
	"cmp"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/twilio2acs/twilio2acs/acsdest"
	"github.com/twilio2acs/twilio2acs/acsdest/emulator"
	"github.com/twilio2acs/twilio2acs/checkpoint"
	"github.com/twilio2acs/twilio2acs/mapping"
	"github.com/twilio2acs/twilio2acs/migrate"
	"github.com/twilio2acs/twilio2acs/twiliosrc"
)

// A room is a migrated thread in which a test does harm.
type room struct {
	t   *testing.T
	acs *acsdest.Destination
	rec mapping.ThreadRecord
}

// ours are the messages of the thread, in the order of their arrival.
func (r *room) ours() []mapping.ChatMessage {
	r.t.Helper()
	var all []mapping.ChatMessage
	for m, err := range r.acs.ListMessages(r.t.Context(), r.rec.CreatorID, r.rec.Thread, time.Time{}) {
		must(r.t, err)
		if m.Metadata[mapping.KeyMessageSID] != "" {
			all = append(all, m)
		}
	}
	slices.SortFunc(all, func(a, b mapping.ChatMessage) int { return cmp.Compare(a.ID, b.ID) }) // all as long
	return all
}

// send sends a message of the thread, again or for somebody else.
func (r *room) send(m mapping.ChatMessage) {
	r.t.Helper()
	_, err := r.acs.SendMessage(r.t.Context(), m.Sender, r.rec.Thread, mapping.NewChatMessage{
		Content: m.Content, SenderDisplayName: m.SenderDisplayName, Metadata: m.Metadata,
	})
	must(r.t, err)
}

func (r *room) remove(m mapping.ChatMessage) {
	r.t.Helper()
	must(r.t, r.acs.DeleteMessage(r.t.Context(), m.Sender, r.rec.Thread, m.ID))
}

// What goes wrong in a destination is found: the proof is worth no more than its
// eyes.
func TestInspectionFinds(t *testing.T) {
	migrated := migrateTiny(t)
	for _, tt := range []struct {
		name string
		harm func(*room)
		want string // in one of the findings; empty: there is none
	}{
		{"nothing", func(*room) {}, ""},
		{"a message of somebody", func(r *room) {
			r.send(mapping.ChatMessage{Sender: r.rec.CreatorID, Content: "hello", SenderDisplayName: passerby})
		}, ""},
		{"doubled", func(r *room) { r.send(r.ours()[5]) }, "2 parts, want 1"},
		{"doubled, and one deleted", func(r *room) { m := r.ours()[5]; r.send(m); r.remove(m) }, "sent and deleted again"},
		{"lost", func(r *room) { r.remove(r.ours()[5]) }, "is lost"},
		{"out of order", func(r *room) { m := r.ours()[2]; r.send(m); r.remove(m) }, "came after index"},
		{"another text", func(r *room) {
			m, text := r.ours()[5], "other"
			must(r.t, r.acs.UpdateMessage(r.t.Context(), m.Sender, r.rec.Thread, m.ID, mapping.MessageUpdate{Content: &text}))
		}, "text:"},
		{"by somebody else", func(r *room) {
			m := r.ours()[5]
			r.remove(m)
			for _, other := range r.rec.Members {
				if other.ID != m.Sender {
					m.Sender = other.ID
				}
			}
			r.send(m)
		}, "sent by"},
		{"a member is missing", func(r *room) {
			must(r.t, r.acs.RemoveParticipant(r.t.Context(), r.rec.CreatorID, r.rec.Thread, r.rec.Members[0].ID))
		}, "is no member"},
		{"a second thread", func(r *room) {
			_, _, err := r.acs.CreateThread(r.t.Context(), r.rec.CreatorID, uuid.NewString(), mapping.NewChatThread{
				Topic: r.rec.Content.Topic, Metadata: r.rec.Content.Metadata,
			})
			must(r.t, err)
		}, "has 2 threads"},
		{"another topic", func(r *room) {
			topic := "other"
			must(r.t, r.acs.UpdateThread(r.t.Context(), r.rec.CreatorID, r.rec.Thread, mapping.ThreadUpdate{Topic: &topic}))
		}, "topic"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			found := migrated.copy(t).inspect(t, tt.harm)
			if tt.want == "" && len(found) > 0 {
				t.Errorf("found %q, want nothing", found)
			}
			if !strings.Contains(strings.Join(found, "\n"), tt.want) {
				t.Errorf("found %q, want something with %q", found, tt.want)
			}
		})
	}
}

// destination is a directory with an embedded ACS, and the ledger beside it.
type destination string

func (d destination) ledger() string { return filepath.Join(string(d), "run.db") }

var tinyRules = mapping.Rules{MediaURL: "https://files.example.com/{key}"}

const tiny = "../../../testdata/snapshots/tiny"

// migrateTiny carries the snapshot tiny over, undisturbed.
func migrateTiny(t *testing.T) destination {
	t.Helper()
	d := destination(t.TempDir())
	d.migrate(t, tiny, tinyRules)
	return d
}

// migrate carries a snapshot over, undisturbed.
func (d destination) migrate(t *testing.T, dir string, rules mapping.Rules) *migrate.Report {
	t.Helper()
	e := d.open(t, dir)
	defer e.close()
	ledger, err := checkpoint.Open(d.ledger(), mapping.Binding{}, nil)
	must(t, err)
	report, err := migrate.New(e.source, e.to, ledger, e.store, rules, undisturbed(t)).Run(t.Context())
	must(t, err)
	must(t, ledger.Close())
	return report
}

// ends are what a migration reads from and writes to.
type ends struct {
	source *twiliosrc.Snapshot
	server *emulator.Server
	to     *acsdest.Destination
	store  *acsdest.LocalStore
}

// open opens a snapshot, and all of the destination but its ledger.
func (d destination) open(t *testing.T, snapshot string) (e ends) {
	t.Helper()
	var err error
	e.source, err = twiliosrc.OpenSnapshot(t.Context(), snapshot, nil)
	must(t, err)
	e.server, e.to = d.serve(t)
	e.store, err = acsdest.NewLocalStore(filepath.Join(string(d), "media"))
	must(t, err)
	return e
}

func (e ends) close() {
	e.store.Close()
	e.server.Close()
	e.source.Close()
}

// undisturbed are the options of a migration that nothing is to stop.
func undisturbed(t *testing.T) *migrate.Options {
	t.Helper()
	accept, err := mapping.Acceptable([]string{"all"})
	must(t, err)
	return &migrate.Options{Embedded: true, Whole: true, Accept: accept, MaxDelete: 100}
}

// serve opens the embedded ACS and a client of it.
func (d destination) serve(t *testing.T) (*emulator.Server, *acsdest.Destination) {
	t.Helper()
	server, err := emulator.Open(string(d), nil)
	must(t, err)
	must(t, server.Listen("127.0.0.1:0"))
	conn, err := acsdest.ParseConnectionString(server.ConnectionString())
	must(t, err)
	to, err := acsdest.NewDestination(conn, &acsdest.ClientOptions{
		Transport: acsdest.NewTransport(&acsdest.TransportOptions{RootCAs: server.CertPool()}),
	})
	must(t, err)
	return server, to
}

func (d destination) copy(t *testing.T) destination {
	t.Helper()
	dir := t.TempDir()
	must(t, os.CopyFS(dir, os.DirFS(string(d))))
	return destination(dir)
}

// inspect does harm to the first thread and says what an inspection finds.
func (d destination) inspect(t *testing.T, harm func(*room)) []string {
	t.Helper()
	server, acs := d.serve(t)
	defer server.Close()
	ledger, err := checkpoint.OpenReader(d.ledger(), nil)
	must(t, err)
	defer ledger.Close()
	want := readWanted(t, tiny, tinyRules)
	rec, _, err := ledger.Thread(want.conversations[0].conversation.SID)
	must(t, err)
	harm(&room{t, acs, rec})
	names := make(map[string]string)
	for p, err := range ledger.Persons() {
		must(t, err)
		names[string(p.ID)] = personName(p.Key)
	}
	threads, err := server.Dump(func(id string) string { return names[id] })
	must(t, err)
	in := new(inspection)
	in.account(threads, want)
	return in.found
}
