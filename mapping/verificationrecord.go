package mapping

import "time"

// VerificationRecord is what the latest verification found in a thread. A later
// one spots by the digest whether anything was changed since.
type VerificationRecord struct {
	Conversation ConversationSID `json:"conversation"`
	At           time.Time       `json:"at"`
	Verification int             `json:"verification"` // number of the verification, from 1
	// Digest is taken over what the verification compares, as it stands in ACS:
	// topic, retention, metadata, members, and the migrated messages in order, each
	// with its ID and last change. It is empty where the thread could not be read.
	Digest      string `json:"digest,omitempty"`
	Messages    int64  `json:"messages"`
	Differences int    `json:"differences"`
	// Pending counts what had not been carried then, or had changed in Twilio since.
	Pending int64 `json:"pending,omitempty"`
	// AsAll says that the thread was read as each of its members, not as one.
	AsAll bool `json:"asAll,omitempty"`
	// Ledger is a digest of all that the ledger knew of the thread then. Another
	// one tells that a run has been at work in it since.
	Ledger string `json:"ledger"`
}

// VerificationRun is one verification as a whole.
type VerificationRun struct {
	Number int       `json:"number"` // from 1
	Began  time.Time `json:"began"`
	// Ended is zero while it goes on, and for good if it was interrupted.
	Ended time.Time `json:"ended,omitzero"`
	// Digest is taken over those of all threads; empty before the end.
	Digest string `json:"digest,omitempty"`
}
