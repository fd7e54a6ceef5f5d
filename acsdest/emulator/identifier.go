package emulator

import (
	"fmt"
	"slices"
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
	RawID string     `json:"rawId"`
	User  *userModel `json:"communicationUser"`
	Phone *struct {
		Value string `json:"value"`
	} `json:"phoneNumber"`
	TeamsUser *struct {
		ID string `json:"userId"`
	} `json:"microsoftTeamsUser"`
	TeamsApp *struct {
		ID string `json:"appId"`
	} `json:"microsoftTeamsApp"`
}

// foreignPrefixes begin raw IDs of those who cannot be members of a thread that
// communication users made: phone numbers, Teams users, apps.
var foreignPrefixes = []string{"4:", "8:orgid:", "8:dod:", "8:gcch:", "28:"}

// parse is the user that the request names. It is foreign when it can never be
// a member, and refused when it is malformed.
func (i identifierRequest) parse() (u userID, foreign bool, err error) {
	named := i.models()
	switch {
	case len(named) > 1:
		return "", false, badRequest("Only one identifier may be given.")
	case len(named) == 1:
		u = named[0]
	default:
		u = userID(i.RawID)
	}
	if slices.ContainsFunc(foreignPrefixes, func(p string) bool { return strings.HasPrefix(string(u), p) }) {
		return u, true, nil
	}
	if _, ok := u.resource(); !ok {
		return "", false, badRequest(fmt.Sprintf("Identifier format is invalid (%s).", u))
	}
	return u, false, nil
}

// models is the raw IDs of the models that are there.
func (i identifierRequest) models() []userID {
	var named []userID
	if i.User != nil {
		named = append(named, i.User.ID)
	}
	if i.Phone != nil {
		named = append(named, userID("4:"+i.Phone.Value))
	}
	if i.TeamsUser != nil {
		named = append(named, userID("8:orgid:"+i.TeamsUser.ID))
	}
	if i.TeamsApp != nil {
		named = append(named, userID("28:orgid:"+i.TeamsApp.ID))
	}
	return named
}
