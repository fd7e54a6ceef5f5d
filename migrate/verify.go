package migrate

import (
	"cmp"
	"context"
	"log/slog"
	"time"

	"github.com/twilio2acs/twilio2acs/mapping"
)

// A MessageReader reads one message.
type MessageReader interface {
	FetchMessage(ctx context.Context, as mapping.CommunicationUserID, thread mapping.ThreadID, id mapping.ChatMessageID) (mapping.ChatMessage, error)
}

// VerifyACS is all of ACS that a verification has.
type VerifyACS interface {
	ThreadReader
	MessageReader
}

// A VerifyLedger is all of a ledger that a verification reads.
type VerifyLedger interface {
	LedgerReader
	// Verification is the latest record of one thread; false when there is none.
	Verification(mapping.ConversationSID) (mapping.VerificationRecord, bool, error)
	// LastVerification is the latest one; false when there was none.
	LastVerification() (mapping.VerificationRun, bool, error)
}

// A VerifyRecorder keeps what a verification finds. Records are on disk when
// the ledger is closed or EndVerification returns.
type VerifyRecorder interface {
	BeginVerification(now time.Time) (int, error)
	RecordVerification(mapping.VerificationRecord) error
	EndVerification(number int, digest string, now time.Time) error
}

// VerifyOptions tune a verification. The zero value is a sound default.
type VerifyOptions struct {
	// AsAll reads each thread as every one of its members, who must all see the
	// same. Otherwise one of them stands for all.
	AsAll bool
	// Recorder keeps what is found, so that the verification can be resumed and a
	// quick one can follow. Nil keeps nothing.
	Recorder VerifyRecorder
	// Resume goes on with a verification that was interrupted: threads that it
	// found as they should be, and no run has touched since, are not read again.
	Resume bool
	// Selected says that the source shows a part of its account only.
	Selected bool
	// Patience is how long the destination may fail before the verification gives
	// up. 0 means 10 minutes.
	Patience time.Duration
	// Found is told of each difference as soon as it is found, one at a time. Nil
	// is told nothing.
	Found func(Difference)
	// Logger receives what an operator may want to know. Nil discards it.
	Logger *slog.Logger
}

func (o *VerifyOptions) withDefaults() VerifyOptions {
	var opts VerifyOptions
	if o != nil {
		opts = *o
	}
	opts.Patience = cmp.Or(opts.Patience, 10*time.Minute)
	if opts.Logger == nil {
		opts.Logger = slog.New(slog.DiscardHandler)
	}
	return opts
}

// Verification is what a verification has to say.
type Verification struct {
	Run int `json:"run"`
	// Number is that of the verification in the ledger, 0 when nothing was kept.
	Number int `json:"verification,omitempty"`
	// Digest stands for everything that was compared, as it is in ACS. It is empty
	// unless the verification came to its end and was kept.
	Digest  string  `json:"digest,omitempty"`
	Summary Summary `json:"summary"`
	// Services are the parts of Summary, by service; under the empty one is what belongs
	// to none, such as the keeper. What could not be read is in none of them. A quick
	// verification does not tell services apart.
	Services    []ServiceSummary `json:"-"`
	Differences []Difference     `json:"differences"` // the first thousand
	// MoreDifferences counts those beyond.
	MoreDifferences int       `json:"moreDifferences,omitempty"`
	Problems        []Problem `json:"problems"`
	MoreProblems    int       `json:"moreProblems,omitempty"` // beyond the first hundred
	// Foreign counts messages that people wrote in the threads themselves.
	Foreign int64 `json:"foreignMessages"`
	// Unlisted counts threads of conversations that the source does not list any more:
	// they are in no sum. Of a source that shows a part only, or could not be read
	// whole, nobody can tell.
	Unlisted int64 `json:"unlistedConversations,omitempty"`
	// Resumed counts conversations that the interrupted verification had found as
	// they should be.
	Resumed int64 `json:"resumedConversations,omitempty"`
}

// OK reports whether everything compared was as it should be. What has not been
// carried yet is no difference, but see Summary.Incomplete.
func (v *Verification) OK() bool { return len(v.Differences) == 0 }

// Verify reads every thread back and compares topic, metadata, members, read
// marks, and the order, senders, texts and metadata of the messages with what
// the source maps to; stored files with those of the source byte for byte; and
// what stands in the sidecar with what the source says. It writes nothing but
// what opts.Recorder keeps. Store may be nil.
//
// What ACS could not follow, and what people changed so that the runs left it to
// them, the ledger knows: that is no difference. What has changed in Twilio since
// the last run is pending.
//
// The result is never nil: it tells what was found even when the error is not
// nil.
func Verify(ctx context.Context, src Twilio, acs VerifyACS, ledger VerifyLedger, store MediaStore, rules mapping.Rules, opts *VerifyOptions) (*Verification, error) {
	o := opts.withDefaults()
	v := &verifier{
		threads: newThreads(acs, ledger, o.Patience),
		src:     src, store: store, rules: rules, opts: o,
		census:      newCensus(),
		services:    make(map[mapping.ServiceSID]*ServiceSummary),
		differences: differences{found: o.Found},
	}
	err := v.run(ctx)
	out, ferr := v.finish(err == nil)
	return out, cmp.Or(err, ferr)
}
