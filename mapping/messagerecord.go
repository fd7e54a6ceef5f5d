package mapping

// MessageRecord says which ACS messages a Twilio message became.
type MessageRecord struct {
	Index int64
	SID   MessageSID
	// Source is the digest of the message as it was last carried.
	Source SourceDigest
	// Stub is set where ACS refused the message for good and a stub stands in
	// its place, with the content in the sidecar.
	Stub bool
	IDs  []ChatMessageID // one per part, ascending

	// Amendment is what happened to it after it was sent; nil for most.
	Amendment *Amendment
}

// Amendment is what a sync did to a message after it had been sent.
type Amendment struct {
	// Written are the digests of the parts that stand in ACS, taken without the
	// sender display name; empty when only the first sending wrote them.
	Written []string `json:"written,omitempty"`
	// Deleted says that the message is gone in Twilio and was deleted in ACS.
	Deleted bool `json:"deleted,omitempty"`
	// Late says that it was found only after messages that follow it had been
	// sent: it stands behind them.
	Late bool `json:"late,omitempty"`
	// Foreign says that somebody changed or deleted it in ACS, which is why it
	// is not kept in step with Twilio any more.
	Foreign bool `json:"foreign,omitempty"`
}

// Progress is where the messages of a conversation stand.
type Progress struct {
	Messages  int64         // acknowledged
	LastIndex int64         // of the last acknowledged message; -1 when none
	LastID    ChatMessageID // of its last part
}
