package expression

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/twilio2acs/twilio2acs/mapping"
)

// Conversation is what an expression sees of a conversation. The names are those
// of Twilio's SDKs.
type Conversation struct {
	SID          string    `cel:"sid"`
	ServiceSID   string    `cel:"serviceSid"`
	FriendlyName string    `cel:"friendlyName"`
	UniqueName   string    `cel:"uniqueName"`
	State        string    `cel:"state"`
	DateCreated  time.Time `cel:"dateCreated"`
	DateUpdated  time.Time `cel:"dateUpdated"`
	Attributes   any       `cel:"attributes"` // the JSON that Twilio keeps as text
}

// conversation is c for an expression. Times and attributes that cannot be read are
// an error: nothing could be decided by them.
func conversation(c mapping.Conversation) (Conversation, error) {
	v := Conversation{
		SID: string(c.SID), ServiceSID: string(c.ServiceSID), FriendlyName: c.FriendlyName, UniqueName: c.UniqueName, State: c.State,
		Attributes: map[string]any{},
	}
	var err error
	if v.DateCreated, err = c.DateCreated.Time(); err != nil {
		return v, fmt.Errorf("read date_created: %w", err)
	}
	if v.DateUpdated, err = c.DateUpdated.Time(); err != nil {
		return v, fmt.Errorf("read date_updated: %w", err)
	}
	if c.Attributes != "" {
		if err := json.Unmarshal([]byte(c.Attributes), &v.Attributes); err != nil {
			return v, fmt.Errorf("read attributes: %w", err)
		}
	}
	return v, nil
}
