package acsdest

import (
	"encoding/json"
	"errors"
	"time"

	"github.com/twilio2acs/twilio2acs/mapping"
)

// identifier names a user, as requests and answers do. Answers may leave out the
// kind, so it is not looked at: whoever has no communicationUser, somebody of
// Teams or behind a telephone number, is known by the raw ID.
type identifier struct {
	RawID             string             `json:"rawId,omitempty"`
	CommunicationUser *communicationUser `json:"communicationUser,omitempty"`
}

type communicationUser struct {
	ID mapping.CommunicationUserID `json:"id"`
}

func identifierOf(user mapping.CommunicationUserID) identifier {
	return identifier{RawID: string(user), CommunicationUser: &communicationUser{user}}
}

// user is empty for a nil identifier.
func (i *identifier) user() mapping.CommunicationUserID {
	switch {
	case i == nil:
		return ""
	case i.CommunicationUser != nil && i.CommunicationUser.ID != "":
		return i.CommunicationUser.ID
	default:
		return mapping.CommunicationUserID(i.RawID)
	}
}

// moment is a time in an answer, with or without a fraction of a second.
type moment struct{ time.Time }

// UnmarshalJSON takes what RFC 3339 allows. null and the empty string are the zero time.
func (m *moment) UnmarshalJSON(data []byte) error {
	var s string
	err := json.Unmarshal(data, &s)
	if err == nil && s != "" {
		m.Time, err = time.Parse(time.RFC3339, s)
	}
	if err != nil {
		return errors.New("a date is not as RFC 3339 has it") // err would quote it
	}
	return nil
}
