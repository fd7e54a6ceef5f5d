package twiliosrc_test

import (
	"context"
	"errors"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/twilio2acs/twilio2acs/mapping"
	"github.com/twilio2acs/twilio2acs/twiliosrc"
	"github.com/twilio2acs/twilio2acs/twiliosrc/fixtureserver"
	"github.com/twilio2acs/twilio2acs/twiliosrc/internal/snapshottest"
)

var (
	_ twiliosrc.Source = (*twiliosrc.Client)(nil)
	_ twiliosrc.Source = (*twiliosrc.Snapshot)(nil)
)

const contoso = "../testdata/snapshots/contoso"

func record(tb testing.TB, src twiliosrc.Source, dir string, opts *twiliosrc.RecordOptions) twiliosrc.Recorded {
	tb.Helper()
	got, err := twiliosrc.NewRecorder(src, opts).Record(tb.Context(), dir)
	if err != nil {
		tb.Fatal(err)
	}
	return got
}

// texts are the files of a snapshot but its manifest, by name; with their lines
// sorted if asked for, because Twilio lists service by service.
func texts(tb testing.TB, dir string, sorted bool) map[string]string {
	tb.Helper()
	all := map[string]string{}
	err := fs.WalkDir(os.DirFS(dir), ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || path == "snapshot.json" {
			return err
		}
		text, err := os.ReadFile(filepath.Join(dir, path))
		if lines := strings.SplitAfter(string(text), "\n"); sorted && strings.HasSuffix(path, ".jsonl") {
			slices.Sort(lines)
			text = []byte(strings.Join(lines, ""))
		}
		all[path] = string(text)
		return err
	})
	if err != nil {
		tb.Fatal(err)
	}
	return all
}

// What is recorded from a served snapshot, or from the snapshot itself, is that
// snapshot, byte for byte.
func TestRecordGivesTheSnapshotBack(t *testing.T) {
	for name, dir := range map[string]string{
		"harbour":   harbour,
		"contoso":   contoso,
		"generated": snapshottest.Generate(t, snapshottest.Shape{Services: 1, Conversations: 20, Participants: 3, Messages: 110, Users: 120}),
	} {
		t.Run(name, func(t *testing.T) {
			s := open(t, dir, nil)
			server := serve(t, s, fixtureserver.Options{})
			for _, src := range []twiliosrc.Source{s, server.client(t, twiliosrc.ClientOptions{})} {
				out := filepath.Join(t.TempDir(), "recorded")
				got := record(t, src, out, &twiliosrc.RecordOptions{Receipts: true})
				want := texts(t, dir, true)
				recorded := texts(t, out, true)
				if name == "generated" { // it has no configuration, but every account has
					delete(recorded, "configuration.jsonl")
				}
				if d := cmp.Diff(recorded, want); d != "" {
					t.Errorf("%T: recording differs (-got +want):\n%.3000s", src, d)
				}
				checkRecording(t, out, got)
			}
		})
	}
}

// checkRecording checks that the manifest is right, and that nothing else is
// left over or may be read by others.
func checkRecording(t *testing.T, dir string, got twiliosrc.Recorded) {
	t.Helper()
	s := open(t, dir, nil)
	if err := s.Verify(t.Context()); err != nil {
		t.Error(err)
	}
	m := s.Manifest()
	if m.RecordedAt == "" || m.Counts[twiliosrc.KindMessages] != s.MessageCount() || !cmp.Equal(m.Counts, got.Manifest.Counts) {
		t.Errorf("manifest %+v", m)
	}
	if _, err := os.Lstat(dir + ".unfinished"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("work is left over: %v", err)
	}
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := d.Info()
		if err == nil && info.Mode().Perm()&0o077 != 0 {
			t.Errorf("%s: %v", path, info.Mode())
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
}

func TestRecordHoldsNoSignature(t *testing.T) {
	server := serve(t, open(t, harbour, nil), fixtureserver.Options{})
	out := filepath.Join(t.TempDir(), "out")
	record(t, server.client(t, twiliosrc.ClientOptions{}), out, nil)
	for name, text := range texts(t, out, false) {
		if strings.Contains(text, "Signature") || strings.Contains(text, "127.0.0.1") {
			t.Errorf("%s holds a signed URL or a local one", name)
		}
	}
}

// failing is a transport that gives up after some requests.
type failing struct{ left atomic.Int64 }

func (f *failing) RoundTrip(r *http.Request) (*http.Response, error) {
	if f.left.Add(-1) < 0 {
		return nil, errStop
	}
	return http.DefaultTransport.RoundTrip(r)
}

// A recording that is interrupted again and again comes to the same, and starts
// from where it was.
func TestRecordResumes(t *testing.T) {
	server := serve(t, open(t, contoso, nil), fixtureserver.Options{})
	out := filepath.Join(t.TempDir(), "out")
	opts := &twiliosrc.RecordOptions{Receipts: true, Concurrency: 1}
	var got twiliosrc.Recorded
	attempts := 0
	for err := errStop; err != nil; attempts++ {
		limit := &failing{}
		limit.left.Store(int64(40 + attempts))
		c := server.client(t, twiliosrc.ClientOptions{Transport: limit, MaxAttempts: 1})
		if got, err = twiliosrc.NewRecorder(c, opts).Record(t.Context(), out); err != nil && !errors.Is(err, errStop) {
			t.Fatal(err)
		}
		if attempts > 100 {
			t.Fatal("it never ends")
		}
	}
	if attempts < 3 || got.Resumed == 0 {
		t.Errorf("%d attempts, %d conversations resumed", attempts, got.Resumed)
	}
	if d := cmp.Diff(texts(t, out, true), texts(t, contoso, true)); d != "" {
		t.Errorf("recording differs (-got +want):\n%.2000s", d)
	}
	checkRecording(t, out, got)
}

func TestRecordRefuses(t *testing.T) {
	s := open(t, harbour, nil)
	dir := t.TempDir()
	_, err := twiliosrc.NewRecorder(s, nil).Record(t.Context(), dir)
	var exists *twiliosrc.OutputExistsError
	if !errors.As(err, &exists) || exists.Hint() == "" {
		t.Errorf("over another directory: %v", err)
	}
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(errStop)
	out := filepath.Join(dir, "out")
	if _, err := twiliosrc.NewRecorder(s, nil).Record(ctx, out); !errors.Is(err, errStop) {
		t.Errorf("cancelled: %v", err)
	}
	_, err = twiliosrc.NewRecorder(s, &twiliosrc.RecordOptions{Scope: "--limit 3"}).Record(t.Context(), out)
	var unfinished *twiliosrc.UnfinishedError
	if !errors.As(err, &unfinished) || unfinished.Hint() == "" {
		t.Errorf("with other options: %v", err)
	}
	record(t, s, out, nil)
}

// gone is a transport to an account in which things vanish once they are listed.
type gone struct{ targets []string }

func (g gone) RoundTrip(r *http.Request) (*http.Response, error) {
	for _, target := range g.targets {
		if strings.HasSuffix(r.URL.Path, target) {
			return says(404, "application/json", `{"code":20404,"status":404}`)(r)
		}
	}
	return http.DefaultTransport.RoundTrip(r)
}

// What is deleted while it is recorded is counted, and no error.
func TestRecordOfWhatVanishes(t *testing.T) {
	s := open(t, contoso, nil)
	server := serve(t, s, fixtureserver.Options{})
	c := server.client(t, twiliosrc.ClientOptions{Transport: gone{[]string{
		"/CH2c9ab58c4f73918720e831960974cfda/Messages",
		"/CH8fdaa6a8c37fa7597dab82f5d1bdaf7a/Participants",
		"/IM7883b6700250e51eaa105376e28dbe60/Receipts",
		"/Messages/IM7883b6700250e51eaa105376e28dbe60",
		"/Media/ME5183260aecac2acc17eb2d55dbbc876b",
	}}})
	out := filepath.Join(t.TempDir(), "out")
	got := record(t, c, out, &twiliosrc.RecordOptions{Receipts: true})
	if got.GoneConversations != 2 || got.GoneMessages != 1 || got.MissingMedia != 1 || got.Manifest.Counts[twiliosrc.KindConversations] != 11 {
		t.Errorf("recorded %+v", got)
	}
	checkRecording(t, out, got)
	for name, text := range texts(t, out, false) {
		if strings.Contains(text, "CH2c9ab58c4f73918720e831960974cfda") {
			t.Errorf("%s tells of a conversation that is gone", name)
		}
	}
}

// One process at a time records into a directory.
func TestRecordIsAlone(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "out")
	s := open(t, harbour, nil)
	var second error
	opts := &twiliosrc.RecordOptions{OnConversation: func(mapping.ConversationSID, int64) {
		_, second = twiliosrc.NewRecorder(s, nil).Record(t.Context(), dir)
	}, Concurrency: 1}
	record(t, s, dir, opts)
	var busy *twiliosrc.BusyError
	if !errors.As(second, &busy) || busy.Hint() == "" {
		t.Errorf("a second recording into the same directory: %v, want a *BusyError", second)
	}
}

// Something that cannot be read is left out and told of; nothing else is lost.
func TestRecordLosesOnlyWhatIsDamaged(t *testing.T) {
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS(harbour)); err != nil {
		t.Fatal(err)
	}
	whole := texts(t, dir, false)["messages.jsonl"]
	lines := strings.SplitAfter(whole, "\n")
	damaged := strings.Replace(whole, lines[1], "{\"sid\": 5"+strings.Repeat(" ", len(lines[1])-len("{\"sid\": 5}\n"))+"}\n", 1)
	if err := os.WriteFile(filepath.Join(dir, "messages.jsonl"), []byte(damaged), 0o600); err != nil {
		t.Fatal(err)
	}
	out := filepath.Join(t.TempDir(), "out")
	got := record(t, open(t, dir, nil), out, nil)
	if got.Damaged == 0 || len(got.Damage) == 0 || !strings.Contains(got.Damage[0].Error(), "messages.jsonl:2") {
		t.Errorf("%d damaged, %v; want the second message", got.Damaged, got.Damage)
	}
	if kept := texts(t, out, false)["messages.jsonl"]; kept != strings.Replace(whole, lines[1], "", 1) {
		t.Errorf("recorded %d bytes of messages, want all but one line of %d", len(kept), len(whole))
	}
}

// What belongs to a message is damaged by itself, too: the message is recorded.
func TestRecordLosesOnlyWhatBelongsToAMessage(t *testing.T) {
	s := open(t, contoso, nil)
	server := serve(t, s, fixtureserver.Options{})
	const photo = "ME5183260aecac2acc17eb2d55dbbc876b"
	c := server.client(t, twiliosrc.ClientOptions{MaxAttempts: 1, Transport: pathAnswers{
		"/ChannelMetadata": says(200, "application/json", `[]`),
		"/IM7883b6700250e51eaa105376e28dbe60/Receipts": says(200, "application/json",
			`{"meta":{"key":"r","next_page_url":null},"r":[7,{"sid":"`+snapshottest.SID("DY", 1)+`","conversation_sid":"`+whatsApp+`","message_sid":"IM7883b6700250e51eaa105376e28dbe60"}]}`),
		"/Media/" + photo: says(200, "application/json", `{"sid":"`+photo+`","size":1}`),
	}})
	out := filepath.Join(t.TempDir(), "out")
	got := record(t, c, out, &twiliosrc.RecordOptions{Receipts: true})
	if got.Damaged != 4 || len(got.Damage) != 4 || got.Manifest.Counts[twiliosrc.KindMessages] != 391 {
		t.Errorf("%d messages, %d damaged: %v; want two channel metadata, a receipt and a file", got.Manifest.Counts[twiliosrc.KindMessages], got.Damaged, got.Damage)
	}
	recorded := texts(t, out, false)
	if !strings.Contains(recorded["receipts.jsonl"], snapshottest.SID("DY", 1)) || recorded["channel_metadata.jsonl"] != "" || recorded["media/"+photo] != "" {
		t.Error("something damaged is in the snapshot, or something sound is not")
	}
	checkRecording(t, out, got)
}

// brokenStorage is a transport to a storage that answers for one file in its own way.
type brokenStorage struct {
	file string
	say  answer
}

func (b brokenStorage) RoundTrip(r *http.Request) (*http.Response, error) {
	if u := r.URL.String(); strings.Contains(u, b.file) && strings.Contains(u, "Signature=") {
		return b.say(r)
	}
	return http.DefaultTransport.RoundTrip(r)
}

// A storage that gives other bytes than it should, or none, costs the file alone.
func TestRecordLosesOnlyTheFile(t *testing.T) {
	const photo = "ME5183260aecac2acc17eb2d55dbbc876b"
	server := serve(t, open(t, contoso, nil), fixtureserver.Options{})
	for name, say := range map[string]answer{
		"refused": says(403, "application/xml", `<Error/>`),
		"short":   says(200, "image/jpeg", "short"),
	} {
		c := server.client(t, twiliosrc.ClientOptions{MaxAttempts: 1, Transport: brokenStorage{photo, say}})
		out := filepath.Join(t.TempDir(), "out")
		got := record(t, c, out, nil)
		if got.Damaged != 1 || len(got.Damage) != 1 || !strings.Contains(got.Damage[0].Place, photo) {
			t.Errorf("%s: %d damaged: %v", name, got.Damaged, got.Damage)
		}
		if _, there := texts(t, out, false)["media/"+photo]; there {
			t.Errorf("%s: the file is there", name)
		}
		checkRecording(t, out, got)
	}
}
