package twiliosrc_test

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/twilio2acs/twilio2acs/mapping"
	"github.com/twilio2acs/twilio2acs/twiliosrc"
	"github.com/twilio2acs/twilio2acs/twiliosrc/internal/snapshottest"
)

// Lines of snapshots made by hand, with no more than they must have.
func conversationLine(n int) string {
	return `{"sid":"` + snapshottest.SID("CH", n) + `","chat_service_sid":"` + snapshottest.SID("IS", 0) + `"}` + "\n"
}

func participantLine(conversation, n int, identity string) string {
	return `{"sid":"` + snapshottest.SID("MB", n) + `","conversation_sid":"` + snapshottest.SID("CH", conversation) +
		`","identity":"` + identity + `"}` + "\n"
}

func messageLine(conversation, index string) string {
	return `{"sid":"` + snapshottest.SID("IM", 7) + `","conversation_sid":"` + conversation + `","index":` + index + `,"body":"hi"}` + "\n"
}

func TestSnapshotMadeByHand(t *testing.T) {
	dir := snapshottest.Dir(t, map[string]string{
		"conversations.jsonl": conversationLine(1) + conversationLine(2),
		"participants.jsonl": participantLine(1, 1, "Ann Lee") + participantLine(1, 2, "john.42") +
			participantLine(2, 3, "Ann Lee"),
		"messages.jsonl": messageLine(snapshottest.SID("CH", 2), "0"),
	})
	s := open(t, dir, nil)

	services := sound(t, s.Services(t.Context()))
	if len(services) != 1 || string(services[0].SID) != snapshottest.SID("IS", 0) {
		t.Errorf("Services = %v, want the one that the conversations name", services)
	}
	var identities []string
	for _, u := range sound(t, s.Users(t.Context())) {
		if u.SID != "" || u.FriendlyName != "" || u.ServiceSID != services[0].SID {
			t.Errorf("inferred user %+v, want an identity in its service and nothing else", u)
		}
		identities = append(identities, string(u.Identity))
	}
	if want := []string{"Ann Lee", "john.42"}; !cmp.Equal(identities, want) {
		t.Errorf("inferred identities %q, want %q", identities, want)
	}
	if roles := sound(t, s.Roles(t.Context())); len(roles) != 0 {
		t.Errorf("Roles = %v, want none", roles)
	}
	if got := s.MessageCount(); got != 1 {
		t.Errorf("MessageCount = %d, want 1", got)
	}
	if account, region := s.Account(); account != "" || region != "us1" {
		t.Errorf("Account = %q, %q; want an unknown one in us1", account, region)
	}
}

func TestSnapshotKeepsWhatTwilioSaid(t *testing.T) {
	s := open(t, harbour, nil)
	text, err := os.ReadFile(filepath.Join(harbour, "messages.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	var total int64
	for _, c := range sound(t, s.Conversations(t.Context())) {
		total += s.MessageCountOf(c.SID)
		for _, m := range sound(t, s.Messages(t.Context(), c, -1)) {
			got = append(got, string(m.Raw))
		}
	}
	if diff := cmp.Diff(strings.Join(got, "\n")+"\n", string(text)); diff != "" {
		t.Errorf("raw messages differ from the file (-got +want):\n%s", diff)
	}
	if total != int64(len(got)) || s.MessageCount() != total {
		t.Errorf("counted %d messages by conversation and %d in all, want %d", total, s.MessageCount(), len(got))
	}
	if account, _ := s.Account(); account != s.Manifest().AccountSID || account == "" {
		t.Errorf("Account = %q, want that of the manifest, %q", account, s.Manifest().AccountSID)
	}
}

// A file that went through an editor or another system reads the same.
func TestSnapshotReadsOtherLineEnds(t *testing.T) {
	want := items(t, open(t, harbour, nil))
	for name, change := range map[string]func(string) string{
		"CRLF":             func(s string) string { return strings.ReplaceAll(s, "\n", "\r\n") },
		"no final newline": func(s string) string { return strings.TrimSuffix(s, "\n") },
		"byte order mark":  func(s string) string { return "\ufeff" + s },
		"blank lines":      func(s string) string { return "\n \r\n" + strings.ReplaceAll(s, "\n", "\n\t\n\n") },
		"spaces": func(s string) string {
			return strings.ReplaceAll(s, `,"chat_service_sid":`, " ,\t\"chat_service_sid\" : ")
		},
	} {
		t.Run(name, func(t *testing.T) {
			dir := snapshottest.Copy(t, harbour)
			rewrite(t, dir, "snapshot.json", func(string) string {
				return strings.Replace(snapshottest.Manifest, "}", `,"defaultServiceSid":"`+string(open(t, harbour, nil).Manifest().DefaultServiceSID)+`"}`, 1)
			})
			for _, kind := range []string{"conversations", "participants", "messages", "users", "roles", "services"} {
				rewrite(t, dir, kind+".jsonl", change)
			}
			if got := items(t, open(t, dir, nil)); !reflect.DeepEqual(got, want) {
				t.Errorf("items differ (-got +want):\n%s", cmp.Diff(got, want))
			}
		})
	}
}

func rewrite(t *testing.T, dir, name string, change func(string) string) {
	t.Helper()
	path := filepath.Join(dir, name)
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(change(string(text))), 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestMessagesAfter(t *testing.T) {
	s := open(t, snapshottest.Generate(t, snapshottest.Shape{Services: 1, Conversations: 1, Participants: 1, Messages: 300}), nil)
	c := conversation(t, s, snapshottest.SID("CH", 0))
	all := sound(t, s.Messages(t.Context(), c, -1))
	for _, after := range []int64{0, 1, 2, 300, all[len(all)-2].Index, all[len(all)-1].Index, 1 << 40} {
		want := all
		for len(want) > 0 && want[0].Index <= after {
			want = want[1:]
		}
		got := sound(t, s.Messages(t.Context(), c, after))
		if len(got) != len(want) || len(got) > 0 && !reflect.DeepEqual(got, want) {
			t.Errorf("after %d: %d messages, want %d", after, len(got), len(want))
		}
	}
}

func TestOpenSnapshotRefuses(t *testing.T) {
	for _, tt := range []struct {
		name  string
		files map[string]string
		not   bool // no snapshot at all
		text  string
	}{
		{"another format", map[string]string{"snapshot.json": `{"format":"tar","version":1}`}, true, "format"},
		{"no JSON", map[string]string{"snapshot.json": `format: x`}, false, "snapshot.json"},
		{"a newer version", map[string]string{"snapshot.json": `{"format":"twilio-conversations-snapshot","version":2}`}, false, "newer"},
		{"no version", map[string]string{"snapshot.json": `{"format":"twilio-conversations-snapshot"}`}, false, "version 0"},
		{"a foreign account", map[string]string{"snapshot.json": `{"format":"twilio-conversations-snapshot","version":1,"accountSid":"me"}`}, false, "accountSid"},
		{"a path", map[string]string{"snapshot.json": `{"format":"twilio-conversations-snapshot","version":1,"sha256":{"../../etc/passwd":""}}`}, false, "no file of a snapshot"},
		{"a size that differs", map[string]string{"snapshot.json": `{"format":"twilio-conversations-snapshot","version":1,"sizes":{"messages.jsonl":5}}`}, false, "0 bytes, not 5"},
		{"a size of nothing", map[string]string{"snapshot.json": `{"format":"twilio-conversations-snapshot","version":1,"sizes":{"users.jsonl":5}}`}, false, "users.jsonl"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, err := twiliosrc.OpenSnapshot(t.Context(), snapshottest.Dir(t, tt.files), nil)
			var not *twiliosrc.NotSnapshotError
			var manifest *twiliosrc.ManifestError
			switch {
			case tt.not && !errors.As(err, &not), !tt.not && !errors.As(err, &manifest):
				t.Fatalf("OpenSnapshot: %v (%T)", err, err)
			case !strings.Contains(err.Error(), tt.text):
				t.Errorf("OpenSnapshot: %v; want it to name %q", err, tt.text)
			}
			if tt.not && not.Hint() == "" || !tt.not && manifest.Hint() == "" {
				t.Error("the error has no hint")
			}
		})
	}
}

func TestOpenSnapshotOfNone(t *testing.T) {
	empty, file := t.TempDir(), filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	incomplete := snapshottest.Dir(t, nil)
	if err := os.Remove(filepath.Join(incomplete, "participants.jsonl")); err != nil {
		t.Fatal(err)
	}
	for _, dir := range []string{empty, file, incomplete, filepath.Join(empty, "nowhere")} {
		_, err := twiliosrc.OpenSnapshot(t.Context(), dir, nil)
		if !errors.As(err, new(*twiliosrc.NotSnapshotError)) {
			t.Errorf("OpenSnapshot(%s): %v (%T), want a NotSnapshotError", dir, err, err)
		}
	}
}

func TestSnapshotOpenMedia(t *testing.T) {
	dir := snapshottest.Copy(t, harbour)
	outside := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(outside, []byte("secret"), 0o600); err != nil {
		t.Fatal(err)
	}
	link := mapping.MediaSID(snapshottest.SID("ME", 1))
	if err := os.Symlink(outside, filepath.Join(dir, "media", string(link))); err != nil {
		t.Fatal(err)
	}
	folder := mapping.MediaSID(snapshottest.SID("ME", 2))
	if err := os.Mkdir(filepath.Join(dir, "media", string(folder)), 0o700); err != nil {
		t.Fatal(err)
	}
	s := open(t, dir, nil)
	var media []mapping.Media
	var c mapping.Conversation
	for _, c = range sound(t, s.Conversations(t.Context())) {
		for _, m := range sound(t, s.Messages(t.Context(), c, -1)) {
			media = append(media, m.Media...)
		}
	}
	for i, m := range media[:2] {
		r, err := s.OpenMedia(t.Context(), c, m)
		if got := readAll(t, r, err); int64(len(got)) != m.Size {
			t.Errorf("media %d has %d bytes, want %d", i, len(got), m.Size)
		}
	}

	if _, err := s.OpenMedia(t.Context(), c, media[2]); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a file that is not there: %v, want fs.ErrNotExist", err)
	}
	short := media[0]
	short.Size++
	_, err := s.OpenMedia(t.Context(), c, short)
	if !errors.As(err, new(*mapping.DamagedError)) || !errors.As(err, new(*twiliosrc.MediaSizeError)) {
		t.Errorf("a file of another size: %v, want damage", err)
	}
	for _, sid := range []mapping.MediaSID{"", "../snapshot.json", "ME" + mapping.MediaSID(strings.Repeat("/", 32)), link, folder} {
		if r, err := s.OpenMedia(t.Context(), c, mapping.Media{SID: sid}); err == nil || errors.Is(err, fs.ErrNotExist) {
			t.Errorf("OpenMedia(%q) = %v, %v; want a refusal", sid, r, err)
		}
	}
}

func TestVerify(t *testing.T) {
	if err := open(t, harbour, nil).Verify(t.Context()); err != nil {
		t.Errorf("Verify of what was recorded: %v", err)
	}
	dir := snapshottest.Copy(t, harbour)
	rewrite(t, dir, "users.jsonl", func(s string) string { return strings.Replace(s, "Deck crew", "Deck Crew", 1) })
	s := open(t, dir, nil)
	err := s.Verify(t.Context())
	var manifest *twiliosrc.ManifestError
	if !errors.As(err, &manifest) || manifest.File != "users.jsonl" {
		t.Errorf("Verify of a changed file: %v, want users.jsonl to differ", err)
	}
	if err := os.Truncate(filepath.Join(dir, "messages.jsonl"), 5000); err != nil {
		t.Fatal(err)
	}
	err = s.Verify(t.Context())
	for _, want := range []string{"users.jsonl", "messages.jsonl", "5000 bytes", "items"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("Verify: %v; want it to name %s", err, want)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := s.Verify(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("Verify under a cancelled context: %v", err)
	}
}

func TestListingsEndWithTheirContext(t *testing.T) {
	s := open(t, harbour, nil)
	c := sound(t, s.Conversations(t.Context()))[0]
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for name, err := range map[string]error{
		"conversations": failure(t, s.Conversations(ctx)),
		"participants":  failure(t, s.Participants(ctx, c)),
		"messages":      failure(t, s.Messages(ctx, c, -1)),
		"users":         failure(t, s.Users(ctx)),
		"roles":         failure(t, s.Roles(ctx)),
		"services":      failure(t, s.Services(ctx)),
	} {
		if !errors.Is(err, context.Canceled) {
			t.Errorf("%s under a cancelled context: %v", name, err)
		}
	}
	if _, err := twiliosrc.OpenSnapshot(ctx, harbour, nil); !errors.Is(err, context.Canceled) {
		t.Errorf("OpenSnapshot under a cancelled context: %v", err)
	}
	if err := failure(t, s.Messages(t.Context(), mapping.Conversation{SID: "CH"}, -1)); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("messages of an unknown conversation: %v", err)
	}
}

func TestSnapshotServesThousandsOfReaders(t *testing.T) {
	s := open(t, snapshottest.Generate(t, snapshottest.Shape{Services: 2, Conversations: 40, Participants: 2, Messages: 30}), nil)
	conversations := sound(t, s.Conversations(t.Context()))
	var wg sync.WaitGroup
	for i := range 1000 {
		wg.Go(func() {
			c := conversations[i%len(conversations)]
			if got := len(sound(t, s.Messages(t.Context(), c, -1))); got != 30 {
				t.Errorf("%d messages, want 30", got)
			}
			for range s.Participants(t.Context(), c) {
				break
			}
			for range s.Users(t.Context()) {
				break
			}
		})
	}
	wg.Wait()
}
