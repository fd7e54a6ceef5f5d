package migrate

import (
	"context"
	"io"
	"iter"

	"github.com/twilio2acs/twilio2acs/mapping"
)

// A Source reads the conversations of one Twilio account. In every listing an
// error that is a *mapping.DamagedError spoils one item and the listing goes
// on; any other error comes once, last.
type Source interface {
	// Conversations lists those of every service of the account.
	Conversations(context.Context) iter.Seq2[mapping.Conversation, error]
	// Participants lists those of one conversation.
	Participants(context.Context, mapping.Conversation) iter.Seq2[mapping.Participant, error]
	// Messages lists those of one conversation whose index is above after,
	// ascending by index; after is -1 for all of them.
	Messages(ctx context.Context, c mapping.Conversation, after int64) iter.Seq2[mapping.Message, error]
	// PullMessages is Messages for whoever may wait long between two of them, as tens
	// of thousands of conversations do at once: what a list keeps meanwhile should be
	// little. It is worth to fetch no more than are expected; 0 where that is not known.
	// Behind the last message next returns io.EOF; stop is called in the end.
	PullMessages(c mapping.Conversation, after int64, expected int) (next func(context.Context) (*mapping.Message, error), stop func())
}

// A DirectorySource reads what concerns people across conversations.
type DirectorySource interface {
	Users(context.Context) iter.Seq2[mapping.User, error]
	Roles(context.Context) iter.Seq2[mapping.Role, error]
}

// A HookSource names what tells somebody of conversations, or begins them: by SID
// of an address, of a service, or of the account. None of it works on after the
// migration.
type HookSource interface {
	Hooks(context.Context) iter.Seq2[string, error]
}

// A ScopedHookSource names the webhooks of single conversations as well, by SID.
// It may leave out what would cost much to find.
type ScopedHookSource interface {
	HooksOf(context.Context, mapping.Conversation) iter.Seq2[string, error]
}

// A MediaSource gives the bytes of files. The error of a file that is not there
// is fs.ErrNotExist to errors.Is.
type MediaSource interface {
	OpenMedia(context.Context, mapping.Conversation, mapping.Media) (io.ReadCloser, error)
}

// An ItemSource reads single items, to tell whether one that a list does not show
// is gone. The error of one that is gone is fs.ErrNotExist to errors.Is.
type ItemSource interface {
	FetchConversation(context.Context, mapping.ServiceSID, mapping.ConversationSID) (mapping.Conversation, error)
	FetchMessage(context.Context, mapping.Conversation, mapping.MessageSID) (mapping.Message, error)
}

// A Counter knows beforehand how many messages a source holds, in all or in one
// conversation. Sources that would have to ask for it are none.
type Counter interface {
	MessageCount() int64
	MessageCountOf(mapping.ConversationSID) int64
}
