package twiliosrc

import (
	"bytes"
	"encoding/hex"
	"fmt"
	"iter"
	"strings"

	"github.com/twilio2acs/twilio2acs/mapping"
)

// The prefixes of the identifiers that are looked at here.
const (
	prefixAccount      = "AC"
	prefixService      = "IS"
	prefixConversation = "CH"
	prefixParticipant  = "MB"
	prefixMessage      = "IM"
	prefixMedia        = "ME"
	prefixUser         = "US"
	prefixRole         = "RL"
	prefixReceipt      = "DY"
	prefixWebhook      = "WH"
	prefixAddress      = "IG"
	prefixRequest      = "RQ"
)

// sidLength is the length of every identifier: a prefix of two letters and 32
// hexadecimal digits (the patterns of Twilio's OpenAPI document).
const sidLength = 34

// validSID reports whether sid is one of Twilio's identifiers with this prefix.
// Only such a name may become part of a path, of a URL or of a file.
func validSID(prefix, sid string) bool {
	if len(sid) != sidLength || !strings.HasPrefix(sid, prefix) {
		return false
	}
	for _, c := range []byte(sid[len(prefix):]) {
		if !('0' <= c && c <= '9' || 'a' <= c && c <= 'f' || 'A' <= c && c <= 'F') {
			return false
		}
	}
	return true
}

// checkSID is validSID with an error that names the field.
func checkSID[S ~string](prefix, field string, sid S) error {
	switch {
	case sid == "":
		return fmt.Errorf("%s is missing", field)
	case !validSID(prefix, string(sid)):
		return fmt.Errorf("%s %.40q is not %s and 32 hexadecimal digits", field, string(sid), prefix)
	}
	return nil
}

// sidKey is an identifier in half of its space, for sets that may hold very many.
// It leaves the prefix out.
type sidKey [(sidLength - 2) / 2]byte

func newSIDKey(prefix, sid string) (key sidKey, ok bool) {
	if !validSID(prefix, sid) {
		return key, false
	}
	_, err := hex.Decode(key[:], []byte(sid[len(prefix):]))
	return key, err == nil
}

// conversationSIDs finds the conversation SIDs anywhere in text: the way to the
// owner of an item that cannot be read.
func conversationSIDs(text []byte) iter.Seq[mapping.ConversationSID] {
	return func(yield func(mapping.ConversationSID) bool) {
		for sid := range sidsIn(prefixConversation, text) {
			if !yield(mapping.ConversationSID(sid)) {
				return
			}
		}
	}
}

// sidsIn finds the identifiers with a prefix anywhere in text.
func sidsIn(prefix string, text []byte) iter.Seq[string] {
	return func(yield func(string) bool) {
		for {
			i := bytes.Index(text, []byte(prefix))
			if i < 0 || i+sidLength > len(text) {
				return
			}
			sid := string(text[i : i+sidLength])
			if !validSID(prefix, sid) {
				text = text[i+len(prefix):]
				continue
			}
			if !yield(sid) {
				return
			}
			text = text[i+sidLength:]
		}
	}
}
