package report

import (
	"time"

	"github.com/twilio2acs/twilio2acs/mapping"
	"github.com/twilio2acs/twilio2acs/migrate"
)

// Row is one conversation in a plan.
type Row struct {
	SID   mapping.ConversationSID `json:"sid"`
	Topic string                  `json:"topic"` // as ACS would show it
	// Verb is VerbUpdate when anything of the conversation changes: its thread, its
	// members, its messages or its files.
	Verb          migrate.Verb      `json:"verb"`
	State         string            `json:"state,omitempty"` // in Twilio
	CreatedAt     mapping.Timestamp `json:"createdAt,omitempty"`
	LastMessageAt mapping.Timestamp `json:"lastMessageAt,omitempty"`
	Members       int64             `json:"members"`
	Joined        int64             `json:"joined,omitempty"` // members to be added
	Left          int64             `json:"left,omitempty"`   // members to be taken out
	Messages      Counts            `json:"messages"`
	Files         int64             `json:"files"`
	NewFiles      int64             `json:"newFiles,omitempty"` // files to be stored
	Bytes         int64             `json:"bytes"`              // of texts and files
	// Losses counts what is not carried natively, by code.
	Losses map[mapping.LossCode]int `json:"losses,omitempty"`
	// Fidelity is the share of the fields that stand in ACS itself, in percent.
	Fidelity float64 `json:"fidelity"`
	// Writes are the messages to be sent, edited and deleted in the thread, parts
	// counted one by one, and Seconds how long they take at least.
	Writes  int64  `json:"writes,omitempty"`
	Seconds int64  `json:"seconds,omitempty"`
	Reason  string `json:"reason,omitempty"` // why it is blocked, failed or deleted
}

// Counts counts the messages of a conversation by what becomes of them.
type Counts struct {
	Total     int64 `json:"total"`
	Create    int64 `json:"create,omitempty"`
	Update    int64 `json:"update,omitempty"`
	Delete    int64 `json:"delete,omitempty"`
	Unchanged int64 `json:"unchanged,omitempty"`
	Unchecked int64 `json:"unchecked,omitempty"` // not looked at
	Failed    int64 `json:"failed,omitempty"`
	Blocked   int64 `json:"blocked,omitempty"`
}

// newRow is the row of c, as far as its sums tell.
func newRow(c migrate.PlannedConversation) Row {
	s := c.Summary
	m := s.Messages
	return Row{
		SID: c.Conversation.SID, Topic: c.Draft.Topic, Verb: verbOf(c), State: c.Conversation.State,
		CreatedAt: c.Conversation.DateCreated,
		Members:   s.Participants.Total - s.Participants.Deleted,
		Joined:    s.Participants.Created, Left: s.Participants.Deleted,
		Messages: Counts{
			Total: m.Total, Create: m.Created, Update: m.Updated, Unchanged: m.Unchanged, Unchecked: m.Unchecked,
			Failed: m.Failed, Blocked: m.Blocked,
		},
		Files: s.Media.Total, NewFiles: s.Media.Created,
		Losses: c.Losses, Reason: c.Reason,
	}
}

// verbOf is what happens to a conversation and all that belongs to it.
func verbOf(c migrate.PlannedConversation) migrate.Verb {
	all := c.Summary.All()
	switch {
	case c.Status == mapping.StatusBlocked:
		return migrate.VerbBlocked
	case c.Status == mapping.StatusFailed:
		return migrate.VerbFailed
	case c.Before.Thread == "":
		return migrate.VerbCreate
	case all.Created+all.Updated+all.Deleted > 0:
		return migrate.VerbUpdate
	}
	return migrate.VerbUnchanged
}

// lose takes in that n messages are to be deleted, because they are gone in Twilio.
func (r *Row) lose(n int64) {
	r.Messages.Total += n
	r.Messages.Delete += n
	r.Writes += n
	r.Seconds = int64(migrate.Chain(r.Writes) / time.Second)
	if r.Verb == migrate.VerbUnchanged {
		r.Verb = migrate.VerbUpdate
	}
}
