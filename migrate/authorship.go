package migrate

import (
	"slices"
	"strconv"

	"github.com/twilio2acs/twilio2acs/mapping"
)

// recalled is what the ledger knows of a thread. It tells whose doing a message is
// that stands there.
type recalled struct {
	rec   mapping.ThreadRecord
	users interface { // that the ledger knows
		hasUser(mapping.CommunicationUserID) bool
	}
	known    knownIDs
	progress mapping.Progress
}

// authorship is whose doing a message is, as it stands there.
type authorship uint8

const (
	bySystem  authorship = iota // nobody wrote it
	byUs                        // this program sent it, and nobody else has changed it
	byPeople                    // people wrote it
	ourButNow                   // this program sent it, and people have changed or deleted it
)

func (a authorship) String() string {
	return [...]string{"system", "migration", "people", "migration, changed by people"}[a]
}

// recall reads what ledger knows of the messages, about so many.
func (r *recalled) recall(ledger LedgerReader, messages int64) (err error) {
	if r.progress, err = ledger.Progress(r.rec.Conversation); err != nil {
		return ledgerFailure(err)
	}
	r.known = knownIDs{ids: make([]int64, 0, messages)}
	for m, err := range ledger.Messages(r.rec.Conversation) {
		if err != nil {
			return ledgerFailure(err)
		}
		r.known.add(m)
	}
	slices.Sort(r.known.ids)
	return nil
}

// judge tells whose doing a message is.
func (r *recalled) judge(m mapping.ChatMessage) authorship {
	if m.Type != mapping.TypeText && m.Type != mapping.TypeHTML {
		return bySystem
	}
	if slices.Contains(r.rec.Dropped, m.ID) {
		return byUs
	}
	id, err := strconv.ParseInt(string(m.ID), 10, 64)
	switch {
	case err == nil && r.known.has(id):
		return r.known.judge(id, m)
	case err == nil && r.unacknowledged(id, m):
		return byUs
	}
	return byPeople
}

// unacknowledged reports whether m looks in every respect like something that a run
// sent which did not live to note it: it stands behind all that was noted, and the
// sender is a user of this migration. Anybody can write its keys.
func (r *recalled) unacknowledged(id int64, m mapping.ChatMessage) bool {
	sid := mapping.MessageSID(m.Metadata[mapping.KeyMessageSID])
	index, err := strconv.ParseInt(m.Metadata[mapping.KeyMessageIndex], 10, 64)
	last, _ := strconv.ParseInt(string(r.progress.LastID), 10, 64)
	return sid != "" && err == nil && m.Metadata[mapping.KeyCreatedAt] != "" &&
		id > last && (index > r.progress.LastIndex || slices.Contains(r.rec.Doubtful, sid)) &&
		m.EditedOn.IsZero() && m.DeletedOn.IsZero() && r.users.hasUser(m.Sender)
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

// hasMessage is has for an ID as ACS has it.
func (k *knownIDs) hasMessage(id mapping.ChatMessageID) bool {
	n, err := strconv.ParseInt(string(id), 10, 64)
	return err == nil && k.has(n)
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
