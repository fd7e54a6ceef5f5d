package mapping

import "time"

// Status is how far something has come.
type Status string

// The statuses of conversations. Everything but StatusDone is taken up again by
// the next run.
const (
	StatusPending Status = ""        // nothing begun
	StatusRunning Status = "running" // begun, to be gone on with
	StatusDone    Status = "done"
	StatusFailed  Status = "failed"  // an error that a later run may not meet
	StatusBlocked Status = "blocked" // cannot be carried under the present rules
	StatusOpen    Status = "open"    // an outcome that reading could not settle: a person must look
	// StatusRemoving is that of a thread which a rollback is deleting, or, once the
	// record names none any more, has deleted.
	StatusRemoving Status = "removing"
)

// PersonRecord says which communication user a person became.
type PersonRecord struct {
	Key         PersonKey           `json:"key"`
	ID          CommunicationUserID `json:"id,omitempty"` // empty while creation is begun and not answered
	DisplayName string              `json:"displayName,omitempty"`
	UserSID     UserSID             `json:"userSid,omitempty"`
	// Adopted says that the communication user was there before: this program did not
	// make it, and never deletes it.
	Adopted bool `json:"adopted,omitempty"`
	// BegunAt is when the latest creation was attempted; zero when it certainly
	// was not carried out.
	BegunAt time.Time `json:"begunAt,omitzero"`
	// Unused counts creations whose answer never came. Each may have left one
	// identity that nothing refers to.
	Unused int `json:"unused,omitempty"`
	// Deleting is a user that a rollback is deleting: it may be gone already, and
	// nobody may use it again.
	Deleting CommunicationUserID `json:"deleting,omitempty"`
}

// MediaRecord says what became of one file.
type MediaRecord struct {
	SID          MediaSID        `json:"sid"`
	Conversation ConversationSID `json:"conversation"`
	Key          string          `json:"key"`              // in the media store
	Size         int64           `json:"size"`             // bytes stored
	SHA256       string          `json:"sha256,omitempty"` // hexadecimal
	// Missing is why the source could not give it; empty when it was stored.
	Missing string `json:"missing,omitempty"`
}

// Counts are what the ledger holds. They are kept in the same transaction as
// the items they count.
type Counts struct {
	Users         int64 `json:"users"`         // people with a communication user
	Unused        int64 `json:"unused"`        // identities that may exist unused
	Conversations int64 `json:"conversations"` // threads created
	Participants  int64 `json:"participants"`  // Twilio participants carried as members
	Messages      int64 `json:"messages"`      // Twilio messages acknowledged and not deleted since
	Stubs         int64 `json:"stubs"`         // of them, stubs
	Media         int64 `json:"media"`         // files stored
	MediaMissing  int64 `json:"mediaMissing"`  // files the source could not give
}

// Binding ties a ledger to what it speaks of. A run whose binding differs is
// refused, because resuming elsewhere would double or mix everything.
type Binding struct {
	Account  AccountSID `json:"account"`
	Region   string     `json:"region"`
	Resource string     `json:"resource"` // host of the ACS resource, or local:<resource>
	Media    string     `json:"media"`    // root of the media store
	Rules    string     `json:"rules"`    // Rules.Fingerprint
	Machine  string     `json:"machine"`
}

// RunRecord is one run in the ledger.
type RunRecord struct {
	Number  int       `json:"number"` // from 1
	Started time.Time `json:"started"`
	Beat    time.Time `json:"beat"`           // last sign of life
	Ended   time.Time `json:"ended,omitzero"` // zero while it goes on, or if it was killed
	Before  Counts    `json:"before"`         // what the ledger held when it started
	Exit    int       `json:"exit,omitempty"`
}
