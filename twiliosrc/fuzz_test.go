package twiliosrc_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/twilio2acs/twilio2acs/mapping"
	"github.com/twilio2acs/twilio2acs/twiliosrc"
	"github.com/twilio2acs/twilio2acs/twiliosrc/internal/snapshottest"
)

// Whatever the lines are, nothing of a conversation goes missing in silence: a
// line that is a sound message of it is listed, or the conversation is damaged.
func FuzzMessagesFile(f *testing.F) {
	f.Add([]byte(messageLine(ch1, "0") + messageLine(ch1, "1") + messageLine(ch2, "0")))
	f.Add([]byte(messageLine(ch1, "0") + "rubbish\n" + messageLine(ch2, "0") + messageLine(ch1, "2")))
	f.Add([]byte("\xef\xbb\xbf\r\n" + messageLine(ch1, "3")[:70] + "\n" + messageLine(ch9, "0") + ch2 + ch1))
	f.Add([]byte(`{"a":{"conversation_sid":"` + ch2 + `"},"conversation_sid" : "` + ch1 + `","index":4,"sid":"` + snapshottest.SID("IM", 1) + `"}`))
	dir := snapshottest.Dir(f, map[string]string{"conversations.jsonl": conversationLine(1) + conversationLine(2)})
	f.Fuzz(func(t *testing.T, text []byte) {
		if err := os.WriteFile(filepath.Join(dir, "messages.jsonl"), text, 0o600); err != nil {
			t.Fatal(err)
		}
		s := open(t, dir, nil)
		got := read(t, s)
		for sid, indexes := range got.messages {
			for i := 1; i < len(indexes); i++ {
				if indexes[i] <= indexes[i-1] {
					t.Errorf("indexes %v of %s do not ascend", indexes, sid)
				}
			}
		}
		sound := map[string]int{}
		for _, l := range bytes.Split(bytes.TrimPrefix(text, []byte("\xef\xbb\xbf")), []byte("\n")) {
			if conversation := soundMessage(l); conversation == ch1 || conversation == ch2 {
				sound[conversation]++
			}
		}
		for sid, n := range sound {
			if len(got.messages[sid]) < n && len(got.damage[sid]) == 0 {
				t.Errorf("%d messages of %s, want %d or damage", len(got.messages[sid]), sid, n)
			}
		}
		lenient := read(t, open(t, dir, &twiliosrc.SnapshotOptions{SkipDamaged: true}))
		if len(lenient.damage) != 0 {
			t.Errorf("damage in spite of skipping: %v", lenient.errors)
		}
	})
}

// soundMessage is the conversation of a line with all that a message must
// have, read with nothing but encoding/json; empty for any other line.
func soundMessage(text []byte) string {
	var m struct {
		Conversation string `json:"conversation_sid"`
		Index        *int64 `json:"index"`
	}
	if json.Unmarshal(text, &m) != nil || m.Index == nil || *m.Index < 0 {
		return ""
	}
	return m.Conversation
}

func FuzzManifest(f *testing.F) {
	for _, seed := range []string{
		snapshottest.Manifest, `{}`, `[]`, "\xef\xbb\xbf" + snapshottest.Manifest,
		`{"format":"twilio-conversations-snapshot","version":1,"sizes":{"messages.jsonl":0},"sha256":{"media/../x":""},"counts":{"users":-1}}`,
	} {
		f.Add([]byte(seed))
	}
	dir := snapshottest.Dir(f, nil)
	f.Fuzz(func(t *testing.T, text []byte) {
		if err := os.WriteFile(filepath.Join(dir, "snapshot.json"), text, 0o600); err != nil {
			t.Fatal(err)
		}
		s, err := twiliosrc.OpenSnapshot(t.Context(), dir, nil)
		if err != nil {
			if !errors.As(err, new(*twiliosrc.NotSnapshotError)) && !errors.As(err, new(*twiliosrc.ManifestError)) {
				t.Errorf("OpenSnapshot: %v (%T)", err, err)
			}
			return
		}
		defer s.Close()
		if err := s.Verify(t.Context()); err != nil && !errors.As(err, new(*twiliosrc.ManifestError)) {
			t.Errorf("Verify: %v (%T)", err, err)
		}
	})
}

// Any resource is read whole or is damage; what is read keeps its text.
func FuzzResources(f *testing.F) {
	for _, name := range []string{"conversations", "participants", "messages", "users", "roles", "services"} {
		text, err := os.ReadFile(filepath.Join(harbour, name+".jsonl"))
		if err != nil {
			f.Fatal(err)
		}
		for l := range bytes.Lines(text) {
			f.Add(l)
		}
	}
	dir := snapshottest.Dir(f, nil)
	f.Fuzz(func(t *testing.T, text []byte) {
		for _, name := range []string{"conversations", "participants", "messages", "users", "roles", "services"} {
			if err := os.WriteFile(filepath.Join(dir, name+".jsonl"), text, 0o600); err != nil {
				t.Fatal(err)
			}
		}
		s := open(t, dir, nil)
		ctx := t.Context()
		users, _ := collect(t, s.Users(ctx))
		for _, u := range users {
			checkRaw(t, u.Raw, text)
		}
		roles, _ := collect(t, s.Roles(ctx))
		for _, r := range roles {
			checkRaw(t, r.Raw, text)
		}
		services, _ := collect(t, s.Services(ctx))
		for _, v := range services {
			checkRaw(t, v.Raw, text)
		}
		conversations, _ := collect(t, s.Conversations(ctx))
		for _, c := range conversations {
			checkRaw(t, c.Raw, text)
			messages, _ := collect(t, s.Messages(ctx, c, -1))
			for _, m := range messages {
				checkRaw(t, m.Raw, text)
			}
			participants, _ := collect(t, s.Participants(ctx, c))
			for _, p := range participants {
				checkRaw(t, p.Raw, text)
			}
		}
	})
}

// checkRaw checks that raw is one of the lines of text, compacted.
func checkRaw(t *testing.T, raw json.RawMessage, text []byte) {
	t.Helper()
	for l := range bytes.Lines(bytes.TrimPrefix(text, []byte("\xef\xbb\xbf"))) {
		var want bytes.Buffer
		if json.Compact(&want, l) == nil && bytes.Equal(raw, want.Bytes()) {
			return
		}
	}
	t.Errorf("raw text %q is no line of the file", raw)
}

// FuzzItemsOfPage checks that a page falls into the items that encoding/json finds.
func FuzzItemsOfPage(f *testing.F) {
	f.Add([]byte(`[]`))
	f.Add([]byte(` [ {"sid":"IS00000000000000000000000000000000","friendly_name":"]},{\""} , {"a":[1,{}]} ,3 ] `))
	f.Fuzz(func(t *testing.T, list []byte) {
		var want []struct {
			SID any `json:"sid"`
		}
		if err := json.Unmarshal(list, &want); err != nil || len(want) > 50 {
			return
		}
		seen := make(map[any]bool)
		for _, w := range want {
			if sid, ok := w.SID.(string); ok && seen[sid] {
				return // what comes twice is left out
			} else if ok {
				seen[sid] = true
			}
		}
		page := `{"services":` + string(list) + `,"meta":{"key":"services"}}`
		got := 0
		for _, err := range newClient(t, twiliosrc.ClientOptions{Transport: answers(says(200, "application/json", page))}).Services(t.Context()) {
			if err != nil && !errors.As(err, new(*mapping.DamagedError)) {
				if string(list) == "null" {
					return
				}
				t.Fatal(err)
			}
			got++
		}
		if got != len(want) {
			t.Errorf("%d items, want %d", got, len(want))
		}
	})
}
