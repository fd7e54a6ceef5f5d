package mapping

import "time"

// Attempt is one call to ACS that did not simply succeed at once, kept so that
// somebody can later see what happened to an item, and so that the service's
// support can be asked.
type Attempt struct {
	Item      string          `json:"item"` // SID of a message or conversation
	Thread    ConversationSID `json:"conversation,omitempty"`
	At        time.Time       `json:"at"`
	Operation string          `json:"operation"` // "send message"
	Outcome   string          `json:"outcome"`   // "refused", "not done", "unknown", "done"
	Status    int             `json:"status,omitempty"`
	RequestID string          `json:"requestId,omitempty"` // MS-CV
	Error     string          `json:"error,omitempty"`
}
