package mapping

import (
	"fmt"
	"slices"
)

// OverLimitPolicy says what becomes of a conversation with more people than a
// thread takes.
type OverLimitPolicy string

// The policies on conversations with more people than a thread takes. The empty
// one blocks.
const (
	// OverLimitBlock carries none of it.
	OverLimitBlock OverLimitPolicy = "block"
	// OverLimitRecent keeps the participants who joined last; the others are
	// written for like authors who have left.
	OverLimitRecent OverLimitPolicy = "recent"
)

// ExternalPolicy says what becomes of a conversation with participants behind a
// phone number, messenger or e-mail address.
type ExternalPolicy string

// The policies on conversations with external participants. The empty one puts
// placeholders in their place.
const (
	// ExternalPlaceholder makes each of them a member that nobody signs in as.
	ExternalPlaceholder ExternalPolicy = "placeholder"
	// ExternalHistoryOnly carries the history and leaves nobody who could write.
	ExternalHistoryOnly ExternalPolicy = "history-only"
	// ExternalSkip carries none of it.
	ExternalSkip ExternalPolicy = "skip"
)

// DisplayNamePolicy says how a chat user without a friendly name is shown.
type DisplayNamePolicy string

// The policies on display names. The empty one shows the identity.
const (
	DisplayNamesIdentity DisplayNamePolicy = "identity"
	// DisplayNamesNeutral shows a name that tells nothing of the person, derived
	// from a SID, so that it is the same in every run.
	DisplayNamesNeutral DisplayNamePolicy = "neutral"
)

// ClosedPolicy says what becomes of a closed conversation.
type ClosedPolicy string

// The policies on closed conversations. The empty one migrates them.
const (
	// ClosedMigrate makes them threads that can be written in.
	ClosedMigrate ClosedPolicy = "migrate"
	// ClosedSkip carries none of it.
	ClosedSkip ClosedPolicy = "skip"
	// ClosedReadOnly carries the history and leaves nobody who could write.
	ClosedReadOnly ClosedPolicy = "read-only"
)

// OriginalTimePolicy says whether readers are shown when a message was written,
// since ACS shows when it arrived.
type OriginalTimePolicy string

// The policies on the original time. The empty one shows none.
const (
	OriginalTimeNone OriginalTimePolicy = "none"
	// OriginalTimePrefix begins the text of each message with it, in UTC.
	OriginalTimePrefix OriginalTimePolicy = "prefix"
)

// How many days after its creation a thread may delete itself (concept page of
// Chat; learn.microsoft.com).
const (
	MinRetentionDays = 30
	MaxRetentionDays = 90
)

// amount is one choice of a number, in fingerprints unless it is 0 or the usual one.
type amount struct {
	name  string // of the flag
	usual int
	value func(*Rules) *int
}

// amounts are the choices of numbers, in the order in which fingerprints name them.
var amounts = []amount{
	{"retention", 0, func(r *Rules) *int { return &r.RetentionDays }},
	{"message-limit", PublishedMessageLimit, func(r *Rules) *int { return &r.Sizes.Message }},
	{"message-metadata-limit", MaxMessageMetadata, func(r *Rules) *int { return &r.Sizes.Metadata }},
}

// policy is one choice among words, the first of which is the default.
type policy struct {
	name  string // of the flag, which stands in fingerprints too
	words []string
	value func(*Rules) *string
}

// policies are those with words, in the order in which fingerprints name them.
// The address policy is older than they are and has a place of its own there.
var policies = []policy{
	{"over-limit", words(OverLimitBlock, OverLimitRecent), func(r *Rules) *string { return (*string)(&r.OverLimit) }},
	{"external", words(ExternalPlaceholder, ExternalHistoryOnly, ExternalSkip), func(r *Rules) *string { return (*string)(&r.External) }},
	{"display-names", words(DisplayNamesIdentity, DisplayNamesNeutral), func(r *Rules) *string { return (*string)(&r.DisplayNames) }},
	{"closed", words(ClosedMigrate, ClosedSkip, ClosedReadOnly), func(r *Rules) *string { return (*string)(&r.Closed) }},
	{"original-time", words(OriginalTimeNone, OriginalTimePrefix), func(r *Rules) *string { return (*string)(&r.OriginalTime) }},
	{"message-measure", words(MeasureWidest, MeasureUTF8, MeasureUTF16, MeasureJSON), func(r *Rules) *string { return (*string)(&r.Sizes.Measure) }},
	{"message-counts", words(CountsMessage, CountsContent), func(r *Rules) *string { return (*string)(&r.Sizes.Counts) }},
}

func words[P ~string](values ...P) []string {
	list := make([]string, len(values))
	for i, v := range values {
		list[i] = string(v)
	}
	return list
}

// validatePolicies reports a policy that is none of its words, or days that ACS
// does not take.
func (r Rules) validatePolicies() error {
	for _, p := range policies {
		if v := *p.value(&r); v != "" && !slices.Contains(p.words, v) {
			return fmt.Errorf("%s policy %q is none of %q", p.name, v, p.words)
		}
	}
	if d := r.RetentionDays; d != 0 && (d < MinRetentionDays || d > MaxRetentionDays) {
		return fmt.Errorf("retention of %d days is not within the %d to %d that ACS takes", d, MinRetentionDays, MaxRetentionDays)
	}
	return r.Sizes.validate()
}
