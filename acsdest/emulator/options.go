package emulator

import (
	"cmp"
	"log/slog"
	"time"

	"github.com/twilio2acs/twilio2acs/acsdest/limits"
)

// Options tune a Server. The zero value is a server without rate limits that
// behaves as recorded.
type Options struct {
	// Limits enforces the published rate limits.
	Limits bool
	// LimitsSpeed makes every window of the limits pass so many times faster. 0 means 1.
	LimitsSpeed float64
	// RetryAfter sends the header Retry-After with a 429. No recording shows that
	// Chat does.
	RetryAfter bool

	// PageSize is the size of a page of messages when a request has no
	// maxPageSize. 0 means 10, which is recorded; 6 has been reported too.
	PageSize int
	// Envelope is the form of error bodies.
	Envelope Envelope
	// ForeignThreadStatus answers calls on a thread in which the caller never was
	// a member: 403, which 0 means, or 404. Which is live is not known.
	ForeignThreadStatus int
	// FormerMemberStatus answers calls of people who have left the thread, where they
	// may not do any more what they want: 403, which 0 means, or 404.
	FormerMemberStatus int
	// Sizes say how large things may be.
	Sizes Sizes
	// IdentifierKinds adds "kind" to identifiers, which recordings do not show.
	IdentifierKinds bool
	// KeyLife is how long a repeatability key is remembered. 0 means for ever; what
	// the service does is not published.
	KeyLife time.Duration

	// TokenLife caps the life of user access tokens, whatever a request asks for.
	TokenLife time.Duration
	// RevocationDelay is how long revoked tokens go on to count. The service says
	// that it can be 15 minutes.
	RevocationDelay time.Duration
	// EntraToken is a bearer token that Identity accepts beside the access key, as
	// it accepts those of Entra ID.
	EntraToken string

	// ListDelay is how long a message stays invisible in lists after it arrived or
	// changed.
	ListDelay time.Duration
	// Quirks are ways in which the server does not keep what it is given.
	Quirks []Quirk
	// Faults make calls go wrong; Inject adds more.
	Faults []Fault
	// Seed makes the choices of faults with a probability repeatable.
	Seed uint64

	// Logger receives what goes wrong inside the server. nil discards it.
	Logger *slog.Logger
	// OnFailure is told of the same, such as a *StorageError; nil: nobody. The call
	// in question is answered with 500. It is called from many goroutines at once.
	OnFailure func(error)
	// OnRequest is told of every call, twice: when it Arrived, and when it is
	// Answering, after its commit. A refused call may only be Answering. It is
	// called from many goroutines at once.
	OnRequest func(Event)
}

// A Phase is a moment in the life of a call.
type Phase string

// The phases that OnRequest is told of.
const (
	// Arrived calls have passed every gate and are about to be carried out.
	Arrived Phase = "arrived"
	// Answering is the last moment before the answer, or the refusal, is written.
	Answering Phase = "answering"
)

// An Event is what OnRequest is told.
type Event struct {
	Phase     Phase // Arrived or Answering
	Operation limits.Operation
	User      string // whose token the call carries, where it has one
	Thread    string // that the call concerns, where there is one
	Status    int    // of the answer; 0 when there is none
}

// defaultPage is the recorded size of a page of messages without maxPageSize.
const defaultPage = 10

func (o *Options) withDefaults() Options {
	var opts Options
	if o != nil {
		opts = *o
	}
	if opts.LimitsSpeed <= 0 {
		opts.LimitsSpeed = 1
	}
	opts.PageSize = cmp.Or(opts.PageSize, defaultPage)
	if opts.Logger == nil {
		opts.Logger = slog.New(slog.DiscardHandler)
	}
	return opts
}
