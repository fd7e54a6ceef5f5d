package mapping

import "encoding/json"

// The states of a Conversation.
const (
	StateInitializing = "initializing"
	StateActive       = "active"
	StateInactive     = "inactive"
	StateClosed       = "closed"
)

// Service is a Twilio Conversations service: a closed world of users,
// conversations and roles inside an account.
type Service struct {
	SID          ServiceSID `json:"sid"`
	AccountSID   AccountSID `json:"account_sid"`
	FriendlyName string     `json:"friendly_name"`

	// Raw is the resource as Twilio returned it, unknown fields included.
	Raw json.RawMessage `json:"-"`
}

// Conversation is a Twilio conversation. Fields that Twilio leaves null are
// empty.
type Conversation struct {
	SID          ConversationSID `json:"sid"`
	AccountSID   AccountSID      `json:"account_sid"`
	ServiceSID   ServiceSID      `json:"chat_service_sid"`
	FriendlyName string          `json:"friendly_name"`
	UniqueName   string          `json:"unique_name"`
	Attributes   string          `json:"attributes"` // JSON in a string; "{}" when unset
	State        string          `json:"state"`
	DateCreated  Timestamp       `json:"date_created"`
	DateUpdated  Timestamp       `json:"date_updated"`
	Timers       json.RawMessage `json:"timers"`
	Bindings     json.RawMessage `json:"bindings"`

	// Raw is the resource as Twilio returned it, unknown fields included.
	Raw json.RawMessage `json:"-"`
}
