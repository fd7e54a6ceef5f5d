package mapping

// Twilio's identifiers are 34 characters: a two-letter prefix and 32 hexadecimal
// digits. Each has a type of its own, so that one cannot be passed for another.
type (
	// AccountSID begins with AC.
	AccountSID string
	// ServiceSID begins with IS.
	ServiceSID string
	// ConversationSID begins with CH.
	ConversationSID string
	// ParticipantSID begins with MB.
	ParticipantSID string
	// MessageSID begins with IM.
	MessageSID string
	// MediaSID begins with ME.
	MediaSID string
	// UserSID begins with US.
	UserSID string
	// RoleSID begins with RL.
	RoleSID string
)

// Identity is the name under which an application knows a person. It is free
// text, unique within one service only: the same identity in two services may
// be two people.
type Identity string

// The identifiers of Azure Communication Services.
type (
	// ThreadID looks like 19:…@thread.v2.
	ThreadID string
	// ChatMessageID is the server's arrival time in Unix milliseconds, in
	// decimal. It orders the messages of one thread and never changes.
	ChatMessageID string
	// CommunicationUserID looks like 8:acs:<resource>_<user>.
	CommunicationUserID string
)
