package migrate

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/twilio2acs/twilio2acs/mapping"
)

// verdict says why the thread must stay; nil when it may be deleted.
func (f *remains) verdict() error {
	if f.gone() {
		return nil
	}
	if sid := f.properties.Metadata[mapping.KeyConversationSID]; sid != string(f.rec.Conversation) {
		return &BlockedError{Reason: fmt.Sprintf("the metadata of thread %s name another conversation, or none: %q", f.rec.Thread, sid)}
	}
	uses := f.uses()
	if len(uses) == 0 || f.opts.IncludeUsed {
		return nil
	}
	f.used.Add(1)
	return &BlockedError{Reason: "people have used the thread since: " + strings.Join(uses, ", ")}
}

// uses are what people have done in the thread.
func (f *remains) uses() (uses []string) {
	for _, u := range []struct {
		n         int64
		one, many string
	}{
		{f.written, "wrote a message", "wrote %d messages"},
		{f.changed, "changed or deleted a message", "changed or deleted %d messages"},
		{f.joined, "one joined", "%d joined"},
	} {
		switch {
		case u.n == 1:
			uses = append(uses, u.one)
		case u.n > 1:
			uses = append(uses, fmt.Sprintf(u.many, u.n))
		}
	}
	if f.retouched {
		uses = append(uses, "changed topic or metadata")
	}
	return uses
}

// judge tells whose doing a message is.
func (f *remains) judge(m mapping.ChatMessage) authorship {
	if m.Type != mapping.TypeText && m.Type != mapping.TypeHTML {
		return bySystem
	}
	if slices.Contains(f.rec.Dropped, m.ID) {
		return byUs
	}
	id, err := strconv.ParseInt(string(m.ID), 10, 64)
	switch {
	case err == nil && f.known.has(id):
		return f.known.judge(id, m)
	case err == nil && f.unacknowledged(id, m):
		return byUs
	}
	return byPeople
}

// unacknowledged reports whether m looks in every respect like something that a run
// sent which did not live to note it: it stands behind all that was noted, and the
// sender is a user of this migration. Anybody can write its keys.
func (f *remains) unacknowledged(id int64, m mapping.ChatMessage) bool {
	sid := mapping.MessageSID(m.Metadata[mapping.KeyMessageSID])
	index, err := strconv.ParseInt(m.Metadata[mapping.KeyMessageIndex], 10, 64)
	last, _ := strconv.ParseInt(string(f.progress.LastID), 10, 64)
	return sid != "" && err == nil && m.Metadata[mapping.KeyCreatedAt] != "" &&
		id > last && (index > f.progress.LastIndex || slices.Contains(f.rec.Doubtful, sid)) &&
		m.EditedOn.IsZero() && m.DeletedOn.IsZero() && f.ours.hasUser(m.Sender)
}

// knownIDs are the messages of a thread that the ledger knows, in a few bytes each.
type knownIDs struct {
	ids     []int64 // ascending
	amended map[int64]amendedPart
}

// amendedPart is a part of a message to which something happened after it was sent.
type amendedPart struct {
	written          string // digest of what a sync made of it; empty for none
	deleted, foreign bool
}

func (k *knownIDs) add(m mapping.MessageRecord) {
	for i, text := range m.IDs {
		id, err := strconv.ParseInt(string(text), 10, 64)
		if err != nil {
			continue
		}
		k.ids = append(k.ids, id)
		if m.Amendment == nil {
			continue
		}
		part := amendedPart{deleted: m.Amendment.Deleted, foreign: m.Amendment.Foreign}
		if i < len(m.Amendment.Written) {
			part.written = m.Amendment.Written[i]
		}
		if k.amended == nil {
			k.amended = make(map[int64]amendedPart)
		}
		k.amended[id] = part
	}
}

func (k *knownIDs) has(id int64) bool {
	_, found := slices.BinarySearch(k.ids, id)
	return found
}

// judge tells whether people have changed a message that this program sent.
func (k *knownIDs) judge(id int64, m mapping.ChatMessage) authorship {
	part := k.amended[id]
	ours := false
	switch {
	case part.foreign:
	case !m.DeletedOn.IsZero():
		ours = part.deleted
	case m.EditedOn.IsZero():
		ours = true
	default:
		ours = part.written != "" && part.written == contentDigest(m.Content, m.Metadata)
	}
	if ours {
		return byUs
	}
	return ourButNow
}
