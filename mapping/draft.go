package mapping

// ThreadDraft is a thread to be created, its members still named by key.
type ThreadDraft struct {
	Topic    string
	Metadata Metadata
	// RetentionDays is Rules.RetentionDays.
	RetentionDays int
	Members       []Member
	// Creator is what Roster.Creator picks when nothing is known of who wrote;
	// the Keeper, who then stays, when there is no member.
	Creator PersonKey
	// Blocked says why the conversation cannot be carried at all; empty when it can.
	Blocked string
	// LeftOut says that it could be, if a policy did not leave such conversations out.
	LeftOut bool
}

// MessageDraft is one Twilio message as one or more ACS messages.
type MessageDraft struct {
	Sender Sender
	Parts  []NewChatMessage // at least one, each within the limits, never empty
	// Chunk is what the sidecar must keep of this message, one line of JSON,
	// because something of it did not fit; nil when everything did.
	Chunk []byte
	// ChunkKey is the key under which Chunk is stored; empty without Chunk.
	ChunkKey string
	// Source tells whether the message has changed in Twilio since.
	Source SourceDigest
	// Digest identifies the parts exactly, in hexadecimal.
	Digest string
}

// FoundMedia is what the engine found out about a file before its message is
// drafted.
type FoundMedia struct {
	// Missing says why the source cannot give the file; empty when it can.
	Missing string
	// Text is the content of a file for which NeedsText holds, at most
	// MaxMediaText bytes of it.
	Text []byte
}

// MaxMediaText bounds what is read of a file that becomes the content of a message.
const MaxMediaText = 1 << 20
