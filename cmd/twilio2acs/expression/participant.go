package expression

import (
	"cmp"
	"time"

	"github.com/twilio2acs/twilio2acs/mapping"
)

// Participant is what an expression sees of a participant.
type Participant struct {
	SID      string `cel:"sid"`
	Identity string `cel:"identity"` // empty for somebody reached over a channel
	// Type is chat, or the channel: sms, whatsapp, email, …
	Type        string    `cel:"type"`
	Address     string    `cel:"address"` // empty for a chat user
	RoleSID     string    `cel:"roleSid"`
	DateCreated time.Time `cel:"dateCreated"`
	DateUpdated time.Time `cel:"dateUpdated"`
	// LastReadMessageIndex is -1 for somebody who has read nothing.
	LastReadMessageIndex int64 `cel:"lastReadMessageIndex"`
	Attributes           any   `cel:"attributes"`
}

// User is what an expression sees of the user who takes part. All of it is empty where
// the account has no user of that identity.
type User struct {
	SID          string `cel:"sid"`
	Identity     string `cel:"identity"`
	FriendlyName string `cel:"friendlyName"`
	RoleSID      string `cel:"roleSid"`
	Attributes   any    `cel:"attributes"`
}

func participant(p mapping.Participant) (Participant, error) {
	v := Participant{
		SID: string(p.SID), Identity: string(p.Identity), Type: "chat", RoleSID: string(p.RoleSID),
		LastReadMessageIndex: -1, Attributes: attributes(p.Attributes),
	}
	if p.Binding != nil {
		v.Address = cmp.Or(p.Binding.Address, p.Binding.ProjectedAddress)
		if !p.IsChat() {
			v.Type = p.Binding.Type
		}
	}
	if p.LastReadMessageIndex != nil {
		v.LastReadMessageIndex = *p.LastReadMessageIndex
	}
	return v, dates(p.DateCreated, p.DateUpdated, &v.DateCreated, &v.DateUpdated)
}

func user(u mapping.User) User {
	return User{
		SID: string(u.SID), Identity: string(u.Identity), FriendlyName: u.FriendlyName, RoleSID: string(u.RoleSID),
		Attributes: attributes(u.Attributes),
	}
}
