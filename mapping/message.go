package mapping

import "encoding/json"

// Message is one message of a conversation. Index orders the messages of a
// conversation; indexes ascend and may have gaps. A null body is empty.
type Message struct {
	SID             MessageSID      `json:"sid"`
	AccountSID      AccountSID      `json:"account_sid"`
	ConversationSID ConversationSID `json:"conversation_sid"`
	Index           int64           `json:"index"`
	Author          string          `json:"author"` // an identity, an address, or free text
	Body            string          `json:"body"`
	Subject         string          `json:"subject"`
	Media           []Media         `json:"media"`
	Attributes      string          `json:"attributes"`
	// ParticipantSID is who wrote it; empty for messages of the system or the
	// REST API, and possibly no longer in the list of participants.
	ParticipantSID ParticipantSID  `json:"participant_sid"`
	DateCreated    Timestamp       `json:"date_created"`
	DateUpdated    Timestamp       `json:"date_updated"`
	Delivery       json.RawMessage `json:"delivery"` // a summary over non-chat participants, or null
	ContentSID     string          `json:"content_sid"`

	// ChannelMetadata is what the channel says of a message that has neither body
	// nor media, such as the place that was shared: an object with type and data.
	// It is nil for all others, and where there is none.
	ChannelMetadata json.RawMessage `json:"-"`
	// Receipts are the delivery receipts, as Twilio returned them; nil unless they
	// were asked for. They go on changing when the message itself does not, and are
	// no part of its Source: they are carried as they stand when the message is.
	Receipts []json.RawMessage `json:"-"`

	// Erased says that only this much of the message may be known, because of a
	// decision about its author; see Decisions.Message.
	Erased PersonAction `json:"-"`
	// LeftOut says that an expression leaves the message out, and LeftOutMedia are
	// those of its files that one leaves out; see Rules.Carried.
	LeftOut      bool    `json:"-"`
	LeftOutMedia []Media `json:"-"`

	// Raw is the resource as Twilio returned it, unknown fields included.
	Raw json.RawMessage `json:"-"`
}

// Source tells whether m has changed in Twilio since a digest was taken.
func (m Message) Source() SourceDigest { return sourceDigest(m) }
