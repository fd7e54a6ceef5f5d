package mapping

import (
	"crypto/sha256"
	"fmt"
	"strings"
)

// maxKeyElement bounds a SID in a key, in bytes; real ones have 34.
const maxKeyElement = 64

// MediaKey is where a file is kept in the media store:
// <conversation SID>/<media SID>/<safe name>.
func (r Rules) MediaKey(c ConversationSID, m Media) string {
	return ConversationFolder(c) + "/" + keyElement(string(m.SID)) + "/" + m.safeName()
}

// ConversationFolder is where everything of a conversation is kept: a plain name,
// whatever c is.
func ConversationFolder(c ConversationSID) string { return keyElement(string(c)) }

// keyElement is sid as one element of a key. What does not look like a SID
// becomes a digest, which has a hyphen, as no SID has: it cannot leave its
// folder, take the place of another, or name a device.
func keyElement(sid string) string {
	plain := sid != "" && len(sid) <= maxKeyElement && !isDeviceName(sid) && !strings.EqualFold(sid, sidecarFolder)
	for i := 0; plain && i < len(sid); i++ {
		b := sid[i]
		plain = b >= '0' && b <= '9' || b >= 'A' && b <= 'Z' || b >= 'a' && b <= 'z'
	}
	if plain {
		return sid
	}
	sum := sha256.Sum256([]byte(sid))
	return fmt.Sprintf("x-%x", sum[:16])
}
