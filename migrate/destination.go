package migrate

import (
	"context"
	"io"
	"iter"
	"time"

	"github.com/twilio2acs/twilio2acs/mapping"
)

// Identities creates communication users. A creation whose answer is lost
// leaves a user that nothing refers to: there is no way to look users up.
type Identities interface {
	// CreateUser creates a user; withToken also issues the first token, for a
	// user who is about to act.
	CreateUser(ctx context.Context, withToken bool) (mapping.CommunicationUserID, error)
}

// A ThreadWriter changes threads, each call with the token of the user named
// first. It repeats nothing by itself. An error of a call that may have been
// carried out is not a Refusal whose NotDone holds.
type ThreadWriter interface {
	// CreateThread may be repeated with the same key for a while: it then
	// answers with the same thread.
	CreateThread(ctx context.Context, as mapping.CommunicationUserID, key string, t mapping.NewChatThread) (mapping.ChatThread, []mapping.InvalidParticipant, error)
	AddParticipants(ctx context.Context, as mapping.CommunicationUserID, thread mapping.ThreadID, members []mapping.ChatParticipant) ([]mapping.InvalidParticipant, error)
	RemoveParticipant(ctx context.Context, as mapping.CommunicationUserID, thread mapping.ThreadID, member mapping.CommunicationUserID) error
	SendMessage(ctx context.Context, as mapping.CommunicationUserID, thread mapping.ThreadID, m mapping.NewChatMessage) (mapping.ChatMessageID, error)
	SendReadReceipt(ctx context.Context, as mapping.CommunicationUserID, thread mapping.ThreadID, id mapping.ChatMessageID) error
}

// A MessageGate lets messages through, as far as the rate limits admit them, before
// they are sent: most of the time of a run they wait at it, tens of thousands at once.
type MessageGate interface {
	// AdmitMessage calls then, once, when a message may be sent, which is not before
	// notBefore. SendMessage with the context given then goes at once; release, called
	// after it, gives back what was not used. Then neither waits nor makes calls; it may
	// be called before AdmitMessage returns.
	AdmitMessage(ctx context.Context, as mapping.CommunicationUserID, thread mapping.ThreadID, notBefore time.Time, then func(admitted context.Context, release func(), err error))
}

// A ThreadEditor changes what stands in threads already. Every call may be
// repeated: it says how things are to be, not what is to happen to them.
type ThreadEditor interface {
	UpdateThread(ctx context.Context, as mapping.CommunicationUserID, thread mapping.ThreadID, u mapping.ThreadUpdate) error
	// UpdateMessage and DeleteMessage are for the sender of the message alone.
	UpdateMessage(ctx context.Context, as mapping.CommunicationUserID, thread mapping.ThreadID, id mapping.ChatMessageID, u mapping.MessageUpdate) error
	DeleteMessage(ctx context.Context, as mapping.CommunicationUserID, thread mapping.ThreadID, id mapping.ChatMessageID) error
}

// A Remover undoes what a migration made. Nothing brings it back.
type Remover interface {
	DeleteThread(ctx context.Context, as mapping.CommunicationUserID, thread mapping.ThreadID) error
	// DeleteUser deletes an identity and, with it, its messages.
	DeleteUser(ctx context.Context, user mapping.CommunicationUserID) error
}

// A ThreadReader reads threads as one of their members.
type ThreadReader interface {
	FetchThread(ctx context.Context, as mapping.CommunicationUserID, thread mapping.ThreadID) (mapping.ChatThread, error)
	// ListThreads lists the threads of a user with activity since then. Topic,
	// ID and DeletedOn are set, nothing else.
	ListThreads(ctx context.Context, as mapping.CommunicationUserID, since time.Time) iter.Seq2[mapping.ChatThread, error]
	ListParticipants(ctx context.Context, as mapping.CommunicationUserID, thread mapping.ThreadID) iter.Seq2[mapping.ChatParticipant, error]
	// ListMessages lists what arrived or changed since then, the latest change first.
	ListMessages(ctx context.Context, as mapping.CommunicationUserID, thread mapping.ThreadID, since time.Time) iter.Seq2[mapping.ChatMessage, error]
	ListReadReceipts(ctx context.Context, as mapping.CommunicationUserID, thread mapping.ThreadID) iter.Seq2[mapping.ReadReceipt, error]
}

// A Refusal is the error of a call to the destination that knows what became of
// the call.
type Refusal interface {
	error
	// NotDone reports that the call has certainly not been carried out: it
	// never left, or it was refused (429, or another 4xx but 408).
	NotDone() bool
	// StatusCode is the HTTP status, 0 when there was no answer.
	StatusCode() int
	// RetryAfter is what the service asked to wait, 0 when it did not say.
	RetryAfter() time.Duration
}

// A MediaStore keeps files under keys of the form "CH…/ME…/name". Putting the
// same key again replaces the file at once or not at all.
type MediaStore interface {
	Put(ctx context.Context, key, contentType string, r io.Reader) (size int64, sha256 string, err error)
	Open(ctx context.Context, key string) (io.ReadCloser, error)
}
