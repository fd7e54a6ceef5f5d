package expression

import (
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
	Attributes   any       `cel:"attributes"`
}

// conversation is c for an expression. A time that cannot be read is an error: nothing
// could be decided by it.
func conversation(c mapping.Conversation) (Conversation, error) {
	v := Conversation{
		SID: string(c.SID), ServiceSID: string(c.ServiceSID), FriendlyName: c.FriendlyName, UniqueName: c.UniqueName, State: c.State,
		Attributes: attributes(c.Attributes),
	}
	return v, dates(c.DateCreated, c.DateUpdated, &v.DateCreated, &v.DateUpdated)
}

// dates reads the times that every item has.
func dates(created, updated mapping.Timestamp, toCreated, toUpdated *time.Time) (err error) {
	if *toCreated, err = created.Time(); err != nil {
		return fmt.Errorf("read date_created: %w", err)
	}
	if *toUpdated, err = updated.Time(); err != nil {
		return fmt.Errorf("read date_updated: %w", err)
	}
	return nil
}
