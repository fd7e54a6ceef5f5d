package emulator

import (
	"fmt"
	"strings"
)

// identifierJSON names a user in an answer. Recordings carry no kind: it is
// sent only when Options asks for it.
type identifierJSON struct {
	Kind  string    `json:"kind,omitempty"`
	RawID userID    `json:"rawId"`
	User  userModel `json:"communicationUser"`
}

type userModel struct {
	ID userID `json:"id"`
}

func (s *Server) identifier(u userID) identifierJSON {
	id := identifierJSON{RawID: u, User: userModel{u}}
	if s.opts.IdentifierKinds {
		id.Kind = "communicationUser"
	}
	return id
}

// identifierRequest names someone in a request: at most one of the models, or
// the raw ID alone.
type identifierRequest struct {
	RawID     string     `json:"rawId"`
	User      *userModel `json:"communicationUser"`
	Phone     *struct{}  `json:"phoneNumber"`
	TeamsUser *struct{}  `json:"microsoftTeamsUser"`
	TeamsApp  *struct{}  `json:"microsoftTeamsApp"`
}

// foreignPrefixes begin raw IDs of those who cannot be members of a thread that
// communication users made: phone numbers, Teams users, apps.
var foreignPrefixes = []string{"4:", "8:orgid:", "8:dod:", "8:gcch:", "28:"}

// parse is the user that the request names. It is foreign when it can never be
// a member, and refused when it is malformed.
func (i identifierRequest) parse() (u userID, foreign bool, err error) {
	models := 0
	for _, set := range []bool{i.User != nil, i.Phone != nil, i.TeamsUser != nil, i.TeamsApp != nil} {
		if set {
			models++
		}
	}
	switch {
	case models > 1:
		return "", false, badRequest("Only one identifier may be given.")
	case i.User != nil:
		u = i.User.ID
	case models == 1:
		return userID(i.RawID), true, nil
	default:
		u = userID(i.RawID)
		for _, prefix := range foreignPrefixes {
			if strings.HasPrefix(i.RawID, prefix) {
				return u, true, nil
			}
		}
	}
	if _, ok := u.resource(); !ok {
		return "", false, badRequest(fmt.Sprintf("Identifier format is invalid (%s).", u))
	}
	return u, false, nil
}
