package mapping

import (
	"fmt"
	"strings"
)

// Canary is a thread with the extremes of everything that is ever sent. What
// comes back of it as it was written, will of every conversation.
type Canary struct {
	Thread   NewChatThread     // without its members
	Members  []ChatParticipant // without their users
	Messages []CanaryMessage   // in the order in which to send them
}

// CanaryMessage is a message of a Canary.
type CanaryMessage struct {
	Name string // what is extreme about it
	NewChatMessage
}

// NewCanary drafts the canary of a migration by these rules. It is the same every
// time: nothing in it comes from an account.
func NewCanary(r Rules) Canary {
	return Canary{
		Thread: NewChatThread{
			Topic:         fill("twilio2acs ", 2*MaxTopic),
			Metadata:      fillMetadata(MaxThreadMetadata, KeyConversationSID, KeyAttributes),
			RetentionDays: r.RetentionDays,
		},
		Members: []ChatParticipant{
			{DisplayName: fill("", 2*MaxDisplayName), Metadata: fillMetadata(MaxMemberMetadata, KeyIdentity, KeyAttributes)},
			{DisplayName: canaryName, Metadata: Metadata{KeyIdentity: canaryName}},
		},
		Messages: []CanaryMessage{
			{"the message with unusual characters", NewChatMessage{
				Content: canaryText, SenderDisplayName: canaryName, Metadata: Metadata{KeyAuthor: canaryText, KeyAttributes: canaryJSON},
			}},
			{"the largest message", largest(r, emoji)},
			{"the longest message", largest(r, "x")},
		},
	}
}

// What services are known to change in texts: white space at the ends and in
// rows, kinds of line ends, letters that can be composed in two ways, characters
// outside the basic plane and sequences of them, directions and marks that
// nobody sees, and what is special in HTML or JSON.
const (
	canaryText = " \t two  spaces\r\nand\n\nlines\u00A0\u2028" +
		"\u00E9 e\u0301 \u1E9B\u0323 \uFB01 " + // é, é in two parts, ẛ̣, the ligature fi
		"\U0001F469\u200D\U0001F469\u200D\U0001F467 \U0001F1E9\U0001F1EA \U00020BB7 " + // a family, a flag, an ideograph
		"\u202Eright to left\u202C \uFEFF\u200B <b>&amp; \"it's\" \\u0041</b> \n "
	canaryName = "Zo\u00EB Zoe\u0308 O'Neil <\U0001F3A7>"
	canaryJSON = `{"a":[1.0,"\u0041 <\"é\">"], "b": null}`

	emoji = "\U0001F600" // four bytes in UTF-8 and in UTF-16
)

// fill lengthens prefix with emoji to size bytes of UTF-16.
func fill(prefix string, size int) string {
	return prefix + strings.Repeat(emoji, (size-extentOf(prefix).utf16)/len(emoji))
}

// fillMetadata is metadata of that size, in equal shares under the given keys.
func fillMetadata(size int, keys ...string) Metadata {
	md := make(Metadata, len(keys))
	for i, key := range keys {
		share := (size - md.Size()) / (len(keys) - i)
		md[key] = fill("", share-extentOf(key).utf16)
	}
	return md
}

// maxKeys is how many keys the metadata of a message has at the most, beside those that
// users add.
const maxKeys = 13

// largest is a message that is as large as any, of characters that are all the
// same, with as much metadata as any.
func largest(r Rules, character string) NewChatMessage {
	z, keys := r.Sizes, make([]string, maxKeys+len(r.expressions().MessageMetadata))
	for i := range keys {
		keys[i] = fmt.Sprintf("twilioCanary%02d", i)
	}
	m := NewChatMessage{SenderDisplayName: fill("", 2*MaxDisplayName), Metadata: fillMetadata(z.metadata().utf16, keys...)}
	room, each := z.room(extentOf(m.SenderDisplayName).add(m.Metadata.extent())), extentOf(character)
	m.Content = strings.Repeat(character, min(room.utf8/each.utf8, room.utf16/each.utf16, room.json/each.json))
	return m
}
