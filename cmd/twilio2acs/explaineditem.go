package main

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/twilio2acs/twilio2acs/mapping"
	"github.com/twilio2acs/twilio2acs/migrate"
)

// explainedHead says what an item is, and where it belongs.
type explainedHead struct {
	Kind         string                  `json:"kind"` // conversation, message, dropped, media, participant, or that of a user
	Conversation mapping.ConversationSID `json:"conversation,omitempty"`
	Thread       mapping.ThreadID        `json:"thread,omitempty"`
}

// problem is what keeps a conversation from being done.
type problem struct {
	Status mapping.Status `json:"status"` // of the conversation
	Step   string         `json:"step,omitempty"`
	Reason string         `json:"reason,omitempty"`
	Since  time.Time      `json:"since,omitzero"` // of Status
}

// explainedConversation is a conversation and its thread.
type explainedConversation struct {
	explainedHead
	problem
	Service      mapping.ServiceSID          `json:"service,omitempty"`
	Begun        time.Time                   `json:"begun,omitzero"`
	Creator      mapping.CommunicationUserID `json:"creator,omitempty"`
	Actor        mapping.CommunicationUserID `json:"actor,omitempty"` // reads and changes the thread in the place of its creator
	Participants int                         `json:"participants"`
	Temporary    int                         `json:"temporaryMembers,omitempty"` // who leave once the history is written
	Messages     int64                       `json:"messages"`
	Files        int64                       `json:"files"`
	Sidecar      string                      `json:"sidecar,omitempty"` // its key in the media store
	SidecarURL   string                      `json:"sidecarUrl,omitempty"`
	Parts        *mapping.PartPlan           `json:"parts,omitempty"`
	Doubtful     []mapping.MessageSID        `json:"doubtful,omitempty"`
	Dropped      []mapping.ChatMessageID     `json:"dropped,omitempty"`
	Foreign      []string                    `json:"foreign,omitempty"` // what people changed of topic and metadata
	Losses       []migrate.LossCount         `json:"losses,omitempty"`
	Verification *mapping.VerificationRecord `json:"verification,omitempty"`
	Attempts     []mapping.Attempt           `json:"attempts,omitempty"`
}

// explainedMessage is a message and what stands for it.
type explainedMessage struct {
	explainedHead
	SID   mapping.MessageSID      `json:"sid"`
	Index int64                   `json:"index"`
	State string                  `json:"state"`
	Parts []mapping.ChatMessageID `json:"parts,omitempty"`
	Stub  bool                    `json:"stub,omitempty"`
	// What happened to it later.
	Edited  bool `json:"edited,omitempty"`
	Deleted bool `json:"deleted,omitempty"`
	Late    bool `json:"late,omitempty"`
	Foreign bool `json:"foreign,omitempty"` // people changed it in ACS

	Sidecar    string `json:"sidecar,omitempty"` // the key of what did not fit, if something did not
	SidecarURL string `json:"sidecarUrl,omitempty"`
	problem    `json:"conversationStatus"`
	Attempts   []mapping.Attempt `json:"attempts,omitempty"`
}

// explainedMedia is a file.
type explainedMedia struct {
	explainedHead
	SID     mapping.MediaSID `json:"sid"`
	Key     string           `json:"key,omitempty"` // in the media store
	URL     string           `json:"url,omitempty"`
	Size    int64            `json:"size,omitempty"` // in bytes
	SHA256  string           `json:"sha256,omitempty"`
	Missing string           `json:"missing,omitempty"` // why Twilio could not give it
}

// explainedParticipant is a member of a thread.
type explainedParticipant struct {
	explainedHead
	SID         string                      `json:"sid"`
	User        mapping.CommunicationUserID `json:"user"`
	Name        string                      `json:"name,omitempty"` // identity or address
	DisplayName string                      `json:"displayName,omitempty"`
	Left        bool                        `json:"left,omitempty"`
	Outdated    bool                        `json:"outdated,omitempty"` // Twilio shows another name or metadata now
	Read        bool                        `json:"readReceipt,omitempty"`
}

// explainedPerson is somebody with a communication user.
type explainedPerson struct {
	explainedHead
	User        mapping.CommunicationUserID `json:"user,omitempty"`
	Name        string                      `json:"name,omitempty"` // identity, address or author
	Service     mapping.ServiceSID          `json:"service,omitempty"`
	UserSID     mapping.UserSID             `json:"userSid,omitempty"`
	DisplayName string                      `json:"displayName,omitempty"`
	Begun       time.Time                   `json:"begun,omitzero"`
	Unused      int                         `json:"unused,omitempty"`   // creations whose answer was lost
	Deleting    mapping.CommunicationUserID `json:"deleting,omitempty"` // by a rollback
	// MemberOf are the first conversations they are in, of Conversations.
	MemberOf      []mapping.ConversationSID `json:"memberOf,omitempty"`
	Conversations int                       `json:"conversations"`
}

// head opens the explanation of an item of a conversation.
func (f *finder) head(kind string, rec mapping.ThreadRecord) explainedHead {
	return explainedHead{kind, rec.Conversation, rec.Thread}
}

func problemOf(rec mapping.ThreadRecord) problem {
	return problem{cmp.Or(rec.Status, mapping.StatusRunning), rec.Step, rec.Reason, rec.Since}
}

func (f *finder) conversation(rec mapping.ThreadRecord) (x explainedConversation, err error) {
	x = explainedConversation{
		explainedHead: f.head("conversation", rec), problem: problemOf(rec), Service: rec.Service, Begun: rec.BegunAt,
		Creator: rec.CreatorID, Actor: rec.Actor, Temporary: len(rec.Temporary), Parts: rec.Parts,
		Doubtful: rec.Doubtful, Dropped: rec.Dropped, Foreign: rec.Foreign, Losses: lossesOf(rec.Losses),
	}
	for _, m := range rec.Members {
		if !m.Left {
			x.Participants++
		}
	}
	if rec.Sidecar != "" {
		x.Sidecar = f.rules.SidecarKey(rec.Conversation)
		x.SidecarURL = f.rules.URL(x.Sidecar)
	}
	progress, err := f.ledger.Progress(rec.Conversation)
	if err != nil {
		return x, err
	}
	x.Messages = progress.Messages
	for m, err := range f.ledger.MediaOf(rec.Conversation) {
		if err != nil {
			return x, err
		}
		if m.Missing == "" {
			x.Files++
		}
	}
	if v, found, err := f.ledger.Verification(rec.Conversation); err != nil {
		return x, err
	} else if found {
		x.Verification = &v
	}
	f.item = string(rec.Conversation)
	x.Attempts, err = f.attempts()
	return x, err
}

// lossesOf are losses as reports have them, by code.
func lossesOf(counts map[mapping.LossCode]int) (losses []migrate.LossCount) {
	for code, n := range counts {
		info := code.Info()
		losses = append(losses, migrate.LossCount{Code: code, Severity: info.Severity, Title: info.Title, Remedy: info.Remedy, Count: n})
	}
	slices.SortFunc(losses, func(a, b migrate.LossCount) int { return strings.Compare(string(a.Code), string(b.Code)) })
	return losses
}

func (f *finder) message(rec mapping.ThreadRecord, m mapping.MessageRecord) (x explainedMessage, err error) {
	x = explainedMessage{
		explainedHead: f.head("message", rec), SID: m.SID, Index: m.Index, State: "carried over",
		Parts: m.IDs, Stub: m.Stub, problem: problemOf(rec),
	}
	if a := m.Amendment; a != nil {
		x.Edited, x.Deleted, x.Late, x.Foreign = len(a.Written) > 0, a.Deleted, a.Late, a.Foreign
	}
	switch {
	case x.Deleted:
		x.State = "deleted"
	case x.Stub:
		x.State = "refused"
	}
	if f.ledger.Binding().Media != noMedia && !m.Source.IsZero() {
		x.Sidecar = mapping.ChunkKey(rec.Conversation, m.Index, m.Source)
		x.SidecarURL = f.rules.URL(x.Sidecar)
	}
	f.item = string(m.SID)
	x.Attempts, err = f.attempts()
	return x, err
}

// dropped is an ACS message that a run sent and deleted again.
func (f *finder) dropped(rec mapping.ThreadRecord) explainedMessage {
	return explainedMessage{
		explainedHead: f.head("dropped", rec), State: "deleted again", problem: problemOf(rec),
		Parts: []mapping.ChatMessageID{mapping.ChatMessageID(f.item)},
	}
}

func (f *finder) media(rec mapping.ThreadRecord, m mapping.MediaRecord) explainedMedia {
	x := explainedMedia{explainedHead: f.head("media", rec), SID: m.SID, Missing: m.Missing}
	if m.Missing == "" {
		x.Key, x.URL, x.Size, x.SHA256 = m.Key, f.rules.URL(m.Key), m.Size, m.SHA256
	}
	return x
}

func (f *finder) participant(rec mapping.ThreadRecord, m mapping.MemberRecord) explainedParticipant {
	return explainedParticipant{
		explainedHead: f.head("participant", rec), SID: f.item, User: m.ID, Name: m.Key.Name, DisplayName: m.DisplayName,
		Left: m.Left, Outdated: m.Outdated, Read: m.Read > 0,
	}
}

// maxMemberOf is how many conversations of a person are named.
const maxMemberOf = 100

func (f *finder) person(p mapping.PersonRecord) (x explainedPerson, err error) {
	x = explainedPerson{
		explainedHead: explainedHead{Kind: string(p.Key.Kind)}, User: p.ID, Name: p.Key.Name, Service: p.Key.Service, UserSID: p.UserSID,
		DisplayName: p.DisplayName, Begun: p.BegunAt, Unused: p.Unused, Deleting: p.Deleting,
	}
	for rec, err := range f.threads() {
		if err != nil {
			return x, err
		}
		if !slices.ContainsFunc(rec.Members, func(m mapping.MemberRecord) bool { return m.Key == p.Key && !m.Left }) {
			continue
		}
		if x.Conversations++; x.Conversations <= maxMemberOf {
			x.MemberOf = append(x.MemberOf, rec.Conversation)
		}
	}
	return x, nil
}
