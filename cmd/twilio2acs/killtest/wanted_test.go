package killtest_test

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"testing"

	"github.com/twilio2acs/twilio2acs/mapping"
	"github.com/twilio2acs/twilio2acs/twiliosrc"
)

// wanted is what a conversation is to become, by what the snapshot says alone.
type wanted struct {
	conversation mapping.Conversation
	roster       *mapping.Roster
	draft        mapping.ThreadDraft
	messages     []wantedMessage
}

type wantedMessage struct {
	mapping.Message
	draft mapping.MessageDraft
}

// wantedAccount is what a snapshot is to become.
type wantedAccount struct {
	conversations []wanted
	people        map[string]bool   // all who need an identity, by name
	files         map[string][]byte // of messages, by their key in the media store
}

// personName names somebody in a way that means the same wherever it is told.
func personName(k mapping.PersonKey) string {
	return string(k.Kind) + " " + string(k.Service) + " " + k.Name
}

// wanted reads the snapshot of the trial.
func (tr *trial) wanted() wantedAccount {
	tr.t.Helper()
	return readWanted(tr.t, tr.path("source"), tr.rules)
}

func readWanted(t testing.TB, dir string, rules mapping.Rules) wantedAccount {
	t.Helper()
	snapshot, err := twiliosrc.OpenSnapshot(t.Context(), dir, nil)
	must(t, err)
	defer snapshot.Close()
	r := &wantedReader{
		t: t, ctx: t.Context(), snapshot: snapshot, rules: rules, directory: readDirectory(t, snapshot),
		account: wantedAccount{people: make(map[string]bool), files: make(map[string][]byte)},
	}
	for key := range r.directory.users {
		r.account.people[personName(key)] = true
	}
	for c, err := range snapshot.Conversations(r.ctx) {
		must(t, err)
		r.account.conversations = append(r.account.conversations, r.conversation(c))
	}
	return r.account
}

type wantedReader struct {
	t         testing.TB
	ctx       context.Context
	snapshot  *twiliosrc.Snapshot
	rules     mapping.Rules
	directory directory
	account   wantedAccount
}

func (r *wantedReader) conversation(c mapping.Conversation) wanted {
	r.t.Helper()
	var participants []mapping.Participant
	for p, err := range r.snapshot.Participants(r.ctx, c) {
		must(r.t, err)
		participants = append(participants, p)
	}
	w := wanted{conversation: c}
	w.roster, _ = r.rules.Roster(c, participants, r.directory)
	w.draft, _ = r.rules.ChatThread(c, w.roster)
	for m, err := range r.snapshot.Messages(r.ctx, c, -1) {
		must(r.t, err)
		draft, _ := r.rules.ChatMessage(w.roster, m, r.found(c, m))
		w.messages = append(w.messages, wantedMessage{m, draft})
		r.account.people[personName(draft.Sender.Key)] = true
	}
	for _, m := range w.draft.Members {
		r.account.people[personName(m.Key)] = true
	}
	if len(w.draft.Members) == 0 {
		r.account.people[personName(mapping.Keeper)] = true
	}
	return w
}

// found reads the files of a message.
func (r *wantedReader) found(c mapping.Conversation, m mapping.Message) map[mapping.MediaSID]mapping.FoundMedia {
	r.t.Helper()
	found := make(map[mapping.MediaSID]mapping.FoundMedia)
	for _, f := range m.Media {
		file, err := r.snapshot.OpenMedia(r.ctx, c, f)
		if errors.Is(err, fs.ErrNotExist) {
			found[f.SID] = mapping.FoundMedia{Missing: "not there"}
			continue
		}
		must(r.t, err)
		content, err := io.ReadAll(file)
		must(r.t, errors.Join(err, file.Close()))
		r.account.files[r.rules.MediaKey(c.SID, f)] = content
		if f.NeedsText() {
			found[f.SID] = mapping.FoundMedia{Text: content[:min(len(content), mapping.MaxMediaText)]}
		}
	}
	return found
}

// directory is what a snapshot knows of people.
type directory struct {
	users map[mapping.PersonKey]mapping.User
	roles map[mapping.RoleSID]mapping.Role
}

func readDirectory(t testing.TB, snapshot *twiliosrc.Snapshot) directory {
	t.Helper()
	d := directory{make(map[mapping.PersonKey]mapping.User), make(map[mapping.RoleSID]mapping.Role)}
	for u, err := range snapshot.Users(t.Context()) {
		must(t, err)
		d.users[mapping.PersonKey{Kind: mapping.PersonUser, Service: u.ServiceSID, Name: string(u.Identity)}] = u
	}
	for r, err := range snapshot.Roles(t.Context()) {
		must(t, err)
		d.roles[r.SID] = r
	}
	return d
}

// User implements mapping.Directory.
func (d directory) User(s mapping.ServiceSID, id mapping.Identity) (mapping.User, bool) {
	u, ok := d.users[mapping.PersonKey{Kind: mapping.PersonUser, Service: s, Name: string(id)}]
	return u, ok
}

// Role implements mapping.Directory.
func (d directory) Role(sid mapping.RoleSID) (mapping.Role, bool) {
	r, ok := d.roles[sid]
	return r, ok
}
