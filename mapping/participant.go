package mapping

import "encoding/json"

// Participant is a member of a conversation: a chat user (Identity), somebody
// reached over a channel (Binding), or, in Group MMS, both at once.
type Participant struct {
	SID             ParticipantSID    `json:"sid"`
	AccountSID      AccountSID        `json:"account_sid"`
	ConversationSID ConversationSID   `json:"conversation_sid"`
	Identity        Identity          `json:"identity"`
	Binding         *MessagingBinding `json:"messaging_binding"`
	RoleSID         RoleSID           `json:"role_sid"`
	Attributes      string            `json:"attributes"`
	DateCreated     Timestamp         `json:"date_created"`
	DateUpdated     Timestamp         `json:"date_updated"`

	// LastReadMessageIndex is the read horizon: this index and all below it
	// have been read. It may point into a gap. Nil when never set.
	LastReadMessageIndex *int64    `json:"last_read_message_index"`
	LastReadTimestamp    Timestamp `json:"last_read_timestamp"`

	// Erased says that only this much of the participant may be known, because of a
	// decision about the person; see Decisions.Participant.
	Erased PersonAction `json:"-"`

	// Raw is the resource as Twilio returned it, unknown fields included.
	Raw json.RawMessage `json:"-"`
}

// MessagingBinding is the channel behind a participant. Address is empty for a
// Group MMS chat user, who has a ProjectedAddress instead.
type MessagingBinding struct {
	Type             string `json:"type"` // sms, whatsapp, messenger, gbm, email, rcs, apple
	Address          string `json:"address"`
	ProxyAddress     string `json:"proxy_address"`
	ProjectedAddress string `json:"projected_address"`
	Name             string `json:"name"`
	Level            string `json:"level"` // e-mail: to, from, cc
}

// IsChat reports whether p is a person who signs in to the application's chat.
func (p Participant) IsChat() bool { return p.Identity != "" }
