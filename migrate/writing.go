package migrate

import (
	"time"

	"github.com/twilio2acs/twilio2acs/mapping"
)

// WritingKind says what people have done in a thread.
type WritingKind string

// The kinds of writings.
const (
	// WritingMessage is a message that people wrote since, as it stands now.
	WritingMessage WritingKind = "message"
	// WritingEdit is an older message, migrated or people's own, that people have
	// changed since.
	WritingEdit WritingKind = "edit"
	// WritingDelete is a message, migrated or not, that people have deleted since.
	WritingDelete WritingKind = "delete"
	// WritingThread is a thread that people have begun themselves, with its Topic and
	// Members. What was written in it follows.
	WritingThread WritingKind = "thread"
	WritingTopic  WritingKind = "topic"  // they have given the thread another topic
	WritingJoined WritingKind = "joined" // they have added Members
	WritingLeft   WritingKind = "left"   // Members have left, or were taken out
	WritingRead   WritingKind = "read"   // By has read up to the message
)

// Writing is one thing that people have done in a thread, in the words of both
// services, so that it can be done again in Twilio.
type Writing struct {
	Kind         WritingKind             `json:"kind"`
	Conversation mapping.ConversationSID `json:"conversation,omitempty"` // empty in a thread that people have begun
	Service      mapping.ServiceSID      `json:"service,omitempty"`
	Thread       mapping.ThreadID        `json:"thread"`
	// At is when it was done, by the clock of ACS, in milliseconds.
	At time.Time `json:"at"`
	By *Writer   `json:"by,omitempty"` // absent where ACS does not say

	// ID is that of the message in ACS, and Message what it was migrated from; the
	// latter is empty for people's own. Part is as in its metadata: "2/3".
	ID      mapping.ChatMessageID `json:"id,omitempty"`
	Message mapping.MessageSID    `json:"message,omitempty"`
	Part    string                `json:"part,omitempty"`

	DisplayName string               `json:"displayName,omitempty"` // under which By wrote
	Type        string               `json:"type,omitempty"`        // text or html
	Text        string               `json:"text,omitempty"`
	Attachments []mapping.Attachment `json:"attachments,omitempty"`
	Metadata    mapping.Metadata     `json:"metadata,omitempty"`
	// Written is when an edited or deleted message was sent, and Edited when a new one
	// was last changed; zero otherwise.
	Written time.Time `json:"written,omitzero"`
	Edited  time.Time `json:"edited,omitzero"`

	Topic   string   `json:"topic,omitempty"`
	Members []Writer `json:"members,omitempty"`
}

// Writer is somebody in a thread.
type Writer struct {
	ACS mapping.CommunicationUserID `json:"acs"`
	// Kind, Twilio and Service are empty for somebody whom the ledger does not know:
	// who came to ACS by another way. Twilio is the identity of a user, and the address
	// of a placeholder.
	Kind    mapping.PersonKind `json:"kind,omitempty"`
	Twilio  string             `json:"twilio,omitempty"`
	Service mapping.ServiceSID `json:"service,omitempty"`
}

// writers knows who the communication users are.
type writers map[mapping.CommunicationUserID]mapping.PersonKey

// readWriters reads all that the ledger knows, in some two hundred bytes each.
func readWriters(ledger LedgerReader) (writers, error) {
	known := make(writers)
	for p, err := range ledger.Persons() {
		if err != nil {
			return nil, ledgerFailure(err)
		}
		if p.ID != "" {
			known[p.ID] = p.Key
		}
	}
	return known, nil
}

func (w writers) hasUser(id mapping.CommunicationUserID) bool {
	_, ok := w[id]
	return ok
}

// standsIn reports whether nobody ever signs in as id: what it does, this program does.
func (w writers) standsIn(id mapping.CommunicationUserID) bool {
	key, ok := w[id]
	return ok && key.Kind != mapping.PersonUser
}

func (w writers) writer(id mapping.CommunicationUserID) *Writer {
	if id == "" {
		return nil
	}
	key := w[id]
	return &Writer{ACS: id, Kind: key.Kind, Twilio: key.Name, Service: key.Service}
}
