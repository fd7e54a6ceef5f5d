package killtest_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"testing"
)

// save writes the account as a snapshot in the place of the one at dir.
func (a *account) save(t testing.TB, dir string) {
	t.Helper()
	fresh := dir + ".new"
	must(t, os.MkdirAll(filepath.Join(fresh, "media"), 0o700))
	for name, content := range a.listings() {
		must(t, os.WriteFile(filepath.Join(fresh, name), content, 0o600))
	}
	for sid, content := range a.files {
		must(t, os.WriteFile(filepath.Join(fresh, "media", sid), content, 0o600))
	}
	must(t, os.RemoveAll(dir))
	must(t, os.Rename(fresh, dir))
}

// listings are the files of a snapshot but its media.
func (a *account) listings() map[string][]byte {
	var conversations, participants, messages []any
	for _, c := range a.conversations {
		conversations = append(conversations, c)
		for _, p := range c.participants {
			participants = append(participants, p)
		}
		for _, m := range c.messages {
			messages = append(messages, m)
		}
	}
	users := make([]any, len(a.users))
	for i, u := range a.users {
		users[i] = u
	}
	manifest := fmt.Sprintf(`{"format":"twilio-conversations-snapshot","version":1,"accountSid":%q,"defaultServiceSid":%q}`, accountSID, serviceSID)
	return map[string][]byte{
		"snapshot.json": []byte(manifest), "users.jsonl": lines(users), "conversations.jsonl": lines(conversations),
		"participants.jsonl": lines(participants), "messages.jsonl": lines(messages),
	}
}

func lines(resources []any) []byte {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	for _, r := range resources {
		if err := enc.Encode(r); err != nil {
			panic(err) // strings and numbers only
		}
	}
	return b.Bytes()
}
