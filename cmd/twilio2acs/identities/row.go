package identities

import (
	"strconv"
	"strings"

	"github.com/twilio2acs/twilio2acs/mapping"
)

// The columns of the table, in their order. The last five are to be edited, and
// acsID for whoever is to use an ACS user that exists.
const (
	columnService       = "service"
	columnKind          = "kind"
	columnChannel       = "channel"
	columnIdentity      = "identity"
	columnUserSID       = "user_sid"
	columnFriendlyName  = "friendly_name"
	columnDisplayName   = "display_name"
	columnConversations = "conversations"
	columnMessages      = "messages"
	columnACSID         = "acs_id"
	columnAction        = "action"
	columnSameAs        = "same_as"
	columnName          = "name"
	columnAlsoCalled    = "also_called"
)

var columns = []string{
	columnService, columnKind, columnChannel, columnIdentity, columnUserSID, columnFriendlyName, columnDisplayName,
	columnConversations, columnMessages, columnAction, columnACSID, columnSameAs, columnName, columnAlsoCalled,
}

// actionCreate may be written for the action that need not be written.
const actionCreate = "create"

// namesBetween stands between the names of the column also_called.
const namesBetween = "|"

// A Row is a person of Twilio, and what is decided about them.
type Row struct {
	Key           mapping.PersonKey
	Channel       string
	UserSID       mapping.UserSID
	FriendlyName  string
	DisplayName   string
	Conversations int
	Messages      int64 // -1 when they were not counted
	ACSID         mapping.CommunicationUserID
	Action        mapping.PersonAction
	SameAs        mapping.PersonKey // the kind is that of Key
	Name          string
	AlsoCalled    []string
}

// RowOf is the row of a person, as far as something has been decided.
func RowOf(key mapping.PersonKey, decided mapping.Decision, friendlyName string) Row {
	r := Row{Key: key, FriendlyName: friendlyName, Action: decided.Action, Name: decided.Name, AlsoCalled: alsoCalled(decided, friendlyName)}
	if decided.Action == mapping.ActionMerge {
		r.SameAs = decided.SameAs
	}
	return r
}

// alsoCalled are the names of an erased person that are not the friendly name.
func alsoCalled(decided mapping.Decision, friendlyName string) []string {
	var names []string
	for _, name := range decided.Names {
		if name != strings.TrimSpace(friendlyName) {
			names = append(names, name)
		}
	}
	return names
}

// cells are the row as it stands in the file. Shown is how names are shown: with
// addresses masked, or as they are.
func (r Row) cells(shown func(string) string) []string {
	messages := ""
	if r.Messages >= 0 {
		messages = strconv.FormatInt(r.Messages, 10)
	}
	byName := map[string]string{
		columnService: string(r.Key.Service), columnKind: string(r.Key.Kind), columnChannel: r.Channel,
		columnIdentity: shown(r.Key.Name), columnUserSID: string(r.UserSID),
		columnFriendlyName: shown(r.FriendlyName), columnDisplayName: r.DisplayName,
		columnConversations: strconv.Itoa(r.Conversations), columnMessages: messages,
		columnACSID: string(r.ACSID), columnAction: string(r.Action), columnSameAs: reference(r.SameAs, shown),
		columnName: r.Name, columnAlsoCalled: strings.Join(r.AlsoCalled, namesBetween),
	}
	cells := make([]string, len(columns))
	for i, name := range columns {
		cells[i] = Guard(byName[name])
	}
	return cells
}

// reference names a person in the column same_as: IS…/identity.
func reference(key mapping.PersonKey, shown func(string) string) string {
	if key == (mapping.PersonKey{}) {
		return ""
	}
	return string(key.Service) + "/" + shown(key.Name)
}
