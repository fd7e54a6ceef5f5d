package mapping

// ThreadDraft is a thread to be created, its members still named by key.
type ThreadDraft struct {
	Topic    string
	Metadata Metadata
	Members  []Member
	// Creator is one of Members, chosen evenly over the account by the
	// conversation's SID, chat users first; the Keeper, who then stays, when
	// there is no member.
	Creator PersonKey
	// Blocked says why the conversation cannot be carried at all; empty when it can.
	Blocked string
}

// ChatThread drafts the thread of c. Metadata is within 1 KB however it is
// measured; what does not fit is a Loss and stands in the sidecar.
func (r Rules) ChatThread(c Conversation, ro *Roster) (ThreadDraft, []Loss) { panic("unwritten") }

// MessageDraft is one Twilio message as one or more ACS messages.
type MessageDraft struct {
	Sender Sender
	Parts  []NewChatMessage // at least one, each within the limits, never empty
	// Chunk is what the sidecar must keep of this message, one line of JSON,
	// because something of it did not fit; nil when everything did.
	Chunk []byte
	// ChunkKey is the key under which Chunk is stored; empty without Chunk.
	ChunkKey string
	// Source is a digest of everything of the message that is carried. It
	// changes when the message changes in Twilio, and only then.
	Source [16]byte
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

// NeedsText reports whether m is content of its message rather than an
// attachment: category body or history, or a rich-content payload
// (application/x-vnd.com.twilio.rich.*). Its bytes are then needed to draft the
// message.
func (m Media) NeedsText() bool { panic("unwritten") }

// ChatMessage drafts m. Found says what is known of the files of m; a file not
// in it is taken to be there.
func (r Rules) ChatMessage(ro *Roster, m Message, found map[MediaSID]FoundMedia) (MessageDraft, []Loss) {
	panic("unwritten")
}

// Stub drafts what stands in the place of a message that ACS refused for good.
func (r Rules) Stub(ro *Roster, m Message, reason string) (MessageDraft, []Loss) { panic("unwritten") }

// MediaKey is where a file is kept in the media store:
// <conversation SID>/<media SID>/<safe name>.
func (r Rules) MediaKey(c ConversationSID, m Media) string { panic("unwritten") }

// SidecarKey is where conversation.json is kept.
func (r Rules) SidecarKey(c ConversationSID) string { panic("unwritten") }

// Sidecar is conversation.json: everything of the conversation that ACS has no
// place for, as Twilio gave it.
func (r Rules) Sidecar(c Conversation, ro *Roster) []byte { panic("unwritten") }
