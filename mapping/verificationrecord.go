package mapping

import "time"

// VerificationRecord is what the latest verification found in a thread. A later
// one spots by the digest whether anything was changed since.
type VerificationRecord struct {
	Conversation ConversationSID `json:"conversation"`
	At           time.Time       `json:"at"`
	Verification int             `json:"verification"` // number of the verification, from 1
	// Digest is taken over everything the verification compares, as it stands in
	// ACS: topic, metadata, members, and the migrated messages in order.
	Digest      string `json:"digest"`
	Messages    int64  `json:"messages"`
	Differences int    `json:"differences"`
}
