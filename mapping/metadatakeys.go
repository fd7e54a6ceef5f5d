package mapping

import "strings"

// The metadata keys of a thread, in order of importance: what does not fit is
// left out from the end. Applications read these names, so they never change.
const (
	KeyConversationSID = "twilioConversationSid"
	KeySidecar         = "twilioSidecar" // URL of conversation.json; on a message, of its chunk
	KeyState           = "twilioState"
	KeyCreatedAt       = "twilioCreatedAt"
	KeyUpdatedAt       = "twilioUpdatedAt" // on a message only where it differs from twilioCreatedAt
	KeyUniqueName      = "twilioUniqueName"
	KeyAttributes      = "twilioAttributes" // also of participants and messages; omitted when {}
)

// The metadata keys of a member, in order of importance before KeyAttributes.
const (
	KeyParticipantSID = "twilioParticipantSid"
	// KeyIdentity is the login name, or the address of a member without one
	// under AddressesKeep.
	KeyIdentity    = "twilioIdentity"
	KeyBindingType = "twilioBindingType" // sms, whatsapp, …
	KeyRole        = "twilioRole"        // the role's friendly name, or its SID
)

// The metadata keys of a message. Every part of a long message carries the SID,
// the index, the part, the author and the time; the first part carries the
// rest, the last part the attachments.
const (
	KeyMessageSID   = "twilioMessageSid"
	KeyMessageIndex = "twilioMessageIndex"
	KeyPart         = "twilioPart" // "2/3"; absent from a message of one part
	// KeyAuthor is the author as Twilio has it; where that is an address and
	// addresses are masked, the participant SID.
	KeyAuthor     = "twilioAuthor"
	KeyContentSID = "twilioContentSid"
	KeyDelivery   = "twilioDelivery" // compact JSON
)

// The metadata keys of attachments. Microsoft's tutorial for those who come from
// Twilio names the first two (migrating-to-azure-communication-services-chat);
// the ACS UI library renders the third.
const (
	KeyHasAttachment       = "hasAttachment" // "true"
	KeyAttachmentURL       = "attachmentUrl" // of the first file
	KeyFileSharingMetadata = "fileSharingMetadata"
)

// IsTwilioKey reports whether a key in the metadata of a thread or a member is
// one of this program's. Applications may add others.
func IsTwilioKey(key string) bool { return strings.HasPrefix(key, "twilio") }
