package mapping

import (
	"cmp"
	"crypto/sha256"
	"encoding/base32"
)

// neutralName is how somebody is shown of whom nothing is to be told: by a mark
// that is the same wherever and whenever it is made of that SID. Of the 250 in a
// thread two hardly ever have the same one of its 2^30 marks.
func neutralName(sid string) string {
	sum := sha256.Sum256([]byte(sid))
	return "User " + base32.StdEncoding.EncodeToString(sum[:])[:6]
}

// formerName is how the author of m is shown, who has left, where user has no
// friendly name.
func (ro *Roster) formerName(m Message, user User) string {
	sid := cmp.Or(string(user.SID), string(m.ParticipantSID))
	if ro.rules.DisplayNames == DisplayNamesNeutral && sid != "" && !isAddress(m.Author) {
		return neutralName(sid)
	}
	return ro.rules.PublicName(m.Author)
}
