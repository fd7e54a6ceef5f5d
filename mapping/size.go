package mapping

// The limits that decide what is written. Where ACS publishes none, ours is on
// the safe side of what it is likely to take.
const (
	// MaxMembers is how many participants a thread takes (service limits page,
	// Chat).
	MaxMembers = 250
	// MaxReceiptMembers is how many members a thread may have for its read
	// receipts to be readable: above it they are accepted and the list stays
	// empty (azure-sdk-for-net issue 31413).
	MaxReceiptMembers = 20

	// MaxMessageSize bounds NewChatMessage.Size, in bytes, unless Sizes say how ACS
	// measures.
	MaxMessageSize = PublishedMessageLimit - sizeMargin
	// MaxMessageMetadata bounds Metadata.Size of a message, in bytes. ACS
	// publishes no such limit; ours keeps metadata from crowding out content.
	MaxMessageMetadata = 12 << 10
	// MaxThreadMetadata bounds Metadata.Size of a thread, in bytes (Chat
	// 2025-03-15, CreateChatThreadRequest.metadata).
	MaxThreadMetadata = 1 << 10
	// MaxMemberMetadata bounds Metadata.Size of a participant, in bytes (Chat
	// 2025-03-15, ChatParticipant.metadata).
	MaxMemberMetadata = 1 << 10
	// MaxAttributes is how many bytes of a message's attributes travel as
	// metadata. It is Twilio's own maximum (Conversations limits page).
	MaxAttributes = 4 << 10
	// MaxTopic bounds a topic, in UTF-16 units. ACS publishes no limit; this
	// passes every friendly name, which Twilio holds to 256 characters.
	MaxTopic = 512
	// MaxDisplayName bounds a display name, in UTF-16 units. ACS publishes no
	// limit.
	MaxDisplayName = 256
	// MaxMediaURL bounds Rules.MediaURL, in bytes: the URL of conversation.json
	// has to fit the thread's metadata beside SID, state and dates.
	MaxMediaURL = 300

	// maxAuthor bounds twilioAuthor, in bytes of UTF-8, so that an author's
	// text, which Twilio does not limit, leaves room for the other keys.
	maxAuthor = 1 << 10
	// maxAttachmentMetadata bounds the attachment keys together, in bytes: room
	// for a dozen files. Further ones are named in the text.
	maxAttachmentMetadata = 7 << 10
)

// extent is the length of text in bytes, measured in every way that ACS may
// measure it.
type extent struct{ utf8, utf16, json int }

// extentOf measures s, which must be valid UTF-8.
func extentOf(s string) extent {
	units, escapes := 0, 0
	for i := 0; i < len(s); i++ {
		if b := s[i]; b < 0x80 || b >= 0xC0 { // not a continuation
			units++
			if b >= 0xF0 { // outside the basic plane: a surrogate pair
				units++
			}
		}
		if b := s[i]; b < ' ' || b == '"' || b == '\\' {
			escapes += escaped(b)
		}
	}
	return extent{utf8: len(s), utf16: 2 * units, json: len(s) + escapes}
}

// escaped is how many bytes JSON adds to a character that it has to escape.
func escaped(b byte) int {
	switch b {
	case '"', '\\', '\b', '\f', '\n', '\r', '\t':
		return 1 // a backslash
	}
	return 5 // \u0000
}

func (e extent) add(f extent) extent {
	return extent{e.utf8 + f.utf8, e.utf16 + f.utf16, e.json + f.json}
}

// within reports whether e fits into room.
func (e extent) within(room extent) bool {
	return e.utf8 <= room.utf8 && e.utf16 <= room.utf16 && e.json <= room.json
}

// size is the larger of UTF-8 and UTF-16.
func (e extent) size() int { return max(e.utf8, e.utf16) }

func (md Metadata) extent() extent {
	var e extent
	for k, v := range md { // a sum: the order does not matter
		e = e.add(extentOf(k)).add(extentOf(v))
	}
	return e
}

// Size measures the keys and values of md in bytes of UTF-8 or of UTF-16,
// whichever are more.
func (md Metadata) Size() int { return md.extent().size() }

// Size measures the content, the display name and the metadata of m in bytes of
// UTF-8 or of UTF-16, whichever are more. ACS does not publish its measure; the
// sister limit of Teams counts UTF-16 (Microsoft-Teams-Samples issue 1622).
func (m NewChatMessage) Size() int {
	return extentOf(m.Content).add(extentOf(m.SenderDisplayName)).add(m.Metadata.extent()).size()
}
