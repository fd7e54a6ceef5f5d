package mapping

import (
	"encoding/json"
	"time"
)

// The message types that this program meets. ACS may add others.
const (
	TypeText               = "text"
	TypeHTML               = "html"
	TypeTopicUpdated       = "topicUpdated"
	TypeParticipantAdded   = "participantAdded"
	TypeParticipantRemoved = "participantRemoved"
)

// NewChatMessage is what is sent. The sender is whoever's token is used; the
// time is the moment of arrival. Neither can be chosen.
type NewChatMessage struct {
	Content           string   `json:"content"`
	SenderDisplayName string   `json:"senderDisplayName,omitempty"`
	Metadata          Metadata `json:"metadata,omitempty"`
}

// ChatMessage is a message as ACS reports it.
type ChatMessage struct {
	ID   ChatMessageID
	Type string
	// Version is the Unix millisecond of the last change: the ID until the
	// message is edited or deleted. Lists are ordered by it, newest first.
	Version           string
	Content           string
	SenderDisplayName string
	Sender            CommunicationUserID // empty for system messages
	CreatedOn         time.Time           // whole seconds: order by ID instead
	EditedOn          time.Time           // zero unless edited
	DeletedOn         time.Time           // zero unless deleted
	Metadata          Metadata
	Event             *ThreadEvent // of system messages; nil for those of people
}

// ThreadEvent is what a system message tells: what somebody has done to the thread.
type ThreadEvent struct {
	By      CommunicationUserID
	Topic   string                // the new one, of TypeTopicUpdated
	Members []CommunicationUserID // who came or went
}

// RawChatMessage is a message with the JSON it was read from, on one line.
type RawChatMessage struct {
	ChatMessage
	Raw json.RawMessage
}

// ReadReceipt is the latest message a member has read.
type ReadReceipt struct {
	User    CommunicationUserID
	Message ChatMessageID
	ReadOn  time.Time
}
