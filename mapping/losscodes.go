package mapping

import (
	"cmp"
	"slices"
)

// The codes of losses that concern everything.
const (
	LossArrivalTime        LossCode = "arrival-time"
	LossNoMediaStore       LossCode = "no-media-store"
	LossRoles              LossCode = "roles"
	LossOriginalTimeInText LossCode = "original-time-in-text"
	LossRetention          LossCode = "retention"
	LossPushAndWebhooks    LossCode = "push-and-webhooks"
)

// The codes of losses of a conversation.
const (
	LossStateNotEnforced LossCode = "state-not-enforced"
	LossStateInactive    LossCode = "state-inactive"
	LossTimers           LossCode = "timers"
	LossBindings         LossCode = "bindings"
)

// The codes of losses of a participant.
const (
	LossExternalParticipant    LossCode = "external-participant"
	LossParticipantMerged      LossCode = "participant-merged"
	LossUserAttributes         LossCode = "user-attributes"
	LossParticipantReadOnly    LossCode = "participant-read-only"
	LossParticipantOverLimit   LossCode = "participant-over-limit"
	LossDisplayNameNeutral     LossCode = "display-name-neutral"
	LossDisplayNameIdentity    LossCode = "display-name-identity"
	LossAddressMasked          LossCode = "address-masked"
	LossPersonDropped          LossCode = "person-dropped"
	LossPersonAnonymised       LossCode = "person-anonymised"
	LossReadReceiptLargeThread LossCode = "read-receipt-large-thread"
	LossReadReceiptExternal    LossCode = "read-receipt-external"
	LossReadReceiptRefused     LossCode = "read-receipt-refused"
	LossParticipantUnselected  LossCode = "participant-unselected"
)

// The codes of losses of a message or of one of its files.
const (
	LossMediaLost           LossCode = "media-lost"
	LossMediaMissing        LossCode = "media-missing"
	LossMessageRefused      LossCode = "message-refused"
	LossUnsupportedMessage  LossCode = "unsupported-message"
	LossChannelMetadata     LossCode = "channel-metadata"
	LossBlankText           LossCode = "blank-text"
	LossLongBody            LossCode = "long-body"
	LossRichContent         LossCode = "rich-content"
	LossMediaText           LossCode = "media-text"
	LossAttachmentsInText   LossCode = "attachments-in-text"
	LossAttributesInvalid   LossCode = "attributes-invalid"
	LossAttributesLarge     LossCode = "attributes-large"
	LossHTMLAsText          LossCode = "html-as-text"
	LossHistoryAttached     LossCode = "history-attached"
	LossSubjectInText       LossCode = "subject-in-text"
	LossOriginalTimeUnknown LossCode = "original-time-unknown"
	LossAuthorLeft          LossCode = "author-left"
	LossAuthorNoPerson      LossCode = "author-no-person"
	LossMessageLeftOut      LossCode = "message-left-out"
	LossAuthorAnonymised    LossCode = "author-anonymised"
	LossDeliveryReceipts    LossCode = "delivery-receipts"
	LossMessageUnselected   LossCode = "message-unselected"
	LossMediaUnselected     LossCode = "media-unselected"
)

// The codes of losses that only a sync can meet: something changed in Twilio
// after it had been carried.
const (
	LossEditedMoves        LossCode = "edited-moves"
	LossEditGrew           LossCode = "edit-grew"
	LossEditedInACS        LossCode = "edited-in-acs"
	LossAuthorChanged      LossCode = "author-changed"
	LossDeletedTombstone   LossCode = "deleted-tombstone"
	LossDeleteWithheld     LossCode = "delete-withheld"
	LossOutOfOrder         LossCode = "out-of-order"
	LossParticipantChanged LossCode = "participant-changed"
	LossParticipantLeft    LossCode = "participant-left"
	LossParticipantLate    LossCode = "participant-late"
	LossThreadChangedInACS LossCode = "thread-changed-in-acs"
	LossReadHorizonBack    LossCode = "read-horizon-back"
)

// The codes of losses of any item.
const (
	LossNotKept         LossCode = "not-kept"
	LossMetadataTrimmed LossCode = "metadata-trimmed"
	LossNameCut         LossCode = "name-cut"
	LossTextRepaired    LossCode = "text-repaired"
	LossExpression      LossCode = "expression"
)

// Losses lists every code there is, the most severe first.
func Losses() []LossInfo {
	all := slices.Clone(lossTable)
	slices.SortFunc(all, func(a, b LossInfo) int {
		return cmp.Or(cmp.Compare(a.Severity.rank(), b.Severity.rank()), cmp.Compare(a.Code, b.Code))
	})
	return all
}

var lossInfos = func() map[LossCode]LossInfo {
	m := make(map[LossCode]LossInfo, len(lossTable))
	for _, info := range lossTable {
		m[info.Code] = info
	}
	return m
}()
