package migrate

import (
	"iter"
	"time"

	"github.com/twilio2acs/twilio2acs/mapping"
)

// A Ledger is the engine's memory across crashes. What Record… noted is on disk
// when it returns; acknowledgements are once Flush returns. All methods are
// safe for concurrent use.
type Ledger interface {
	LedgerReader

	RecordPerson(mapping.PersonRecord) error
	// RecordThread replaces the record of one conversation.
	RecordThread(mapping.ThreadRecord) error
	// NoteThread does the same with what would be found out again after a crash, and
	// packs the acknowledgements. It is seen at once, and on disk with the next flush.
	NoteThread(mapping.ThreadRecord) error
	// Acknowledge notes a message, in ascending order of index within a
	// conversation. It may wait for a flush when much is waiting for one.
	Acknowledge(mapping.ConversationSID, mapping.MessageRecord) error
	// Amend replaces the record of a message that was acknowledged, or adds one
	// whose index lies below the last acknowledged one.
	Amend(mapping.ConversationSID, mapping.MessageRecord) error
	RecordMedia(mapping.MediaRecord) error
	// RecordAttempt notes a call that did not simply succeed. It is only for
	// people to read, and may be lost with a crash.
	RecordAttempt(mapping.Attempt) error
	Flush() error

	// Forget removes everything that is known of a conversation.
	Forget(mapping.ConversationSID) error

	// Restored tells whether the ledger is a copy, and since when it may miss
	// something. ClearRestored notes that all of it has been found.
	Restored() (since time.Time, ok bool)
	ClearRestored() error

	// BeginRun opens the next run.
	BeginRun(now time.Time) (mapping.RunRecord, error)
	// Beat notes a sign of life; with ended, the clean end of the run.
	Beat(now time.Time, ended bool, exit int) error
}

// A LedgerReader reads a ledger. A plan and a verification have nothing more.
type LedgerReader interface {
	// Decisions are all that has been decided about people.
	Decisions() ([]mapping.Decision, error)
	Person(mapping.PersonKey) (mapping.PersonRecord, bool, error)
	Persons() iter.Seq2[mapping.PersonRecord, error]
	Thread(mapping.ConversationSID) (mapping.ThreadRecord, bool, error)
	Threads() iter.Seq2[mapping.ThreadRecord, error]
	// Conversations are those of Threads, for less.
	Conversations() iter.Seq2[mapping.ConversationSID, error]
	Progress(mapping.ConversationSID) (mapping.Progress, error)
	// Messages lists the acknowledged messages of a conversation, ascending.
	Messages(mapping.ConversationSID) iter.Seq2[mapping.MessageRecord, error]
	Media(mapping.ConversationSID, mapping.MediaSID) (mapping.MediaRecord, bool, error)
	MediaOf(mapping.ConversationSID) iter.Seq2[mapping.MediaRecord, error]
	Counts() (mapping.Counts, error)
	// LastRun is the latest run; false when there was none.
	LastRun() (mapping.RunRecord, bool, error)
}
