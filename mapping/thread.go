package mapping

import "time"

// Metadata is what ACS lets a thread, a participant or a message carry beside
// its own fields: strings only.
type Metadata map[string]string

// ChatParticipant is a member of a thread. DisplayName cannot be changed later
// without removing and adding the member again.
type ChatParticipant struct {
	User        CommunicationUserID `json:"user"`
	DisplayName string              `json:"displayName,omitempty"`
	Metadata    Metadata            `json:"metadata,omitempty"`
	// HistorySince is from when on the member sees what was written, as ACS
	// reports it; zero for all of it. It is not sent.
	HistorySince time.Time `json:"-"`
}

// NewChatThread is what creates a thread. It is kept in the ledger before the
// first attempt, so that every attempt asks for exactly the same thread.
type NewChatThread struct {
	Topic        string            `json:"topic"`
	Metadata     Metadata          `json:"metadata,omitempty"`
	Participants []ChatParticipant `json:"participants,omitempty"`
	// RetentionDays is how many days after its creation the thread deletes
	// itself; 0 for never.
	RetentionDays int `json:"retentionDays,omitempty"`
}

// ChatThread is a thread as ACS reports it.
type ChatThread struct {
	ID        ThreadID
	Topic     string
	CreatedOn time.Time
	CreatedBy CommunicationUserID
	DeletedOn time.Time // zero unless deleted
	Metadata  Metadata
	// RetentionKind is RetentionNone or "threadCreationDate"; empty when not reported.
	RetentionKind string
	RetentionDays int // after its creation; 0 for a thread that stays
}

// InvalidParticipant is a member that ACS did not take in an otherwise
// successful call.
type InvalidParticipant struct {
	User    CommunicationUserID
	Code    string // "403" not permitted, "404" unknown
	Message string
}
