package mapping

import (
	"cmp"
	"time"
)

// PartPlan is noted before the first part of a long message is sent: what its
// parts will be. It is empty for a message of one part.
type PartPlan struct {
	Message MessageSID `json:"message"`
	Count   int        `json:"count"`
	Digest  string     `json:"digest"` // of all parts, hexadecimal
}

// MemberRecord is one member of a thread as it was last written.
type MemberRecord struct {
	Key PersonKey           `json:"key"`
	ID  CommunicationUserID `json:"id"`
	// DisplayName and Metadata are those ACS was given. It cannot change them.
	DisplayName string   `json:"displayName,omitempty"`
	Metadata    Metadata `json:"metadata,omitempty"`
	// Outdated says that Twilio has since shown others, which has been reported
	// as a loss: Seen is a digest of them.
	Outdated bool   `json:"outdated,omitempty"`
	Seen     string `json:"seen,omitempty"`
	// Read is the read horizon for which a receipt has been sent, plus one.
	Read int64 `json:"read,omitempty"`
	// Left says that they have left the conversation and were taken out of the
	// thread. Their messages stay under their name.
	Left bool `json:"left,omitempty"`
}

// ThreadContent is what of a thread ACS can change later.
type ThreadContent struct {
	Topic    string   `json:"topic"`
	Metadata Metadata `json:"metadata,omitempty"`
}

// ThreadRecord says which thread a conversation became and how far it has come.
// It does not grow with the number of messages.
type ThreadRecord struct {
	Conversation ConversationSID `json:"conversation"`
	Service      ServiceSID      `json:"service"`
	Status       Status          `json:"status,omitempty"`
	// Step and Reason say where and why it failed, is blocked or open.
	Step   string    `json:"step,omitempty"`
	Reason string    `json:"reason,omitempty"`
	Since  time.Time `json:"since,omitzero"` // of Status

	// What creates the thread; noted before the first attempt. Request is
	// dropped once the thread is known and its members are read back.
	CreationKey string              `json:"creationKey,omitempty"` // repeatability-request-id
	BegunAt     time.Time           `json:"begunAt,omitzero"`
	Creator     PersonKey           `json:"creator,omitzero"`
	CreatorID   CommunicationUserID `json:"creatorId,omitempty"`
	Request     *NewChatThread      `json:"request,omitempty"`

	// Held is when the newest message of the conversation was written, while that
	// message is held back until those of all other threads have been sent; zero
	// when nothing is. Whoever opens the thread meanwhile does not see it.
	Held time.Time `json:"held,omitzero"`

	Thread       ThreadID `json:"thread,omitempty"`
	MembersReady bool     `json:"membersReady,omitempty"` // those of Request are in the thread
	Participants int      `json:"participants,omitempty"` // Twilio participants carried as members
	// Members are those in the thread, and those who were and have left.
	Members []MemberRecord `json:"members,omitempty"`
	// Temporary are members for the time of writing only.
	Temporary []CommunicationUserID `json:"temporary,omitempty"`
	// Actor reads and changes the thread in the place of its creator, who has
	// left it; empty as long as the creator does.
	Actor CommunicationUserID `json:"actor,omitempty"`

	// Content is what was last carried of topic and metadata. Foreign names
	// what of it people have changed in ACS, "topic" or a key of the metadata:
	// that is theirs from then on.
	Content ThreadContent `json:"content,omitzero"`
	Foreign []string      `json:"foreign,omitempty"`
	// Sidecar is the digest of conversation.json as it is stored.
	Sidecar string `json:"sidecar,omitempty"`

	Parts *PartPlan `json:"parts,omitempty"`
	// Doubtful are messages that were sent again after they had been absent for
	// long enough, the first of them after DoubtfulAfter. Should the attempt
	// before arrive after all, one of the two has to go. The list is emptied when
	// the thread has been read again.
	Doubtful      []MessageSID  `json:"doubtful,omitempty"`
	DoubtfulAfter ChatMessageID `json:"doubtfulAfter,omitempty"`
	// Dropped are ACS messages that this program sent and deleted again: parts of
	// a message that changed meanwhile, and doubles.
	Dropped []ChatMessageID `json:"dropped,omitempty"`

	// LeftOutTo is above the index of each message that an expression leaves out and
	// that Losses counts.
	LeftOutTo int64 `json:"leftOutTo,omitempty"`

	// Losses counts what was not carried natively.
	Losses map[LossCode]int `json:"losses,omitempty"`
}

// Acting is who reads and changes the thread.
func (t ThreadRecord) Acting() CommunicationUserID { return cmp.Or(t.Actor, t.CreatorID) }
