package mapping

// lossTable explains every code. Codes are never renamed or reused: ledgers and
// --accept values live longer than a version of this program.
var lossTable = []LossInfo{
	{
		Code: LossArrivalTime, Severity: SeverityCritical, Account: true,
		Title:  "ACS stamps messages and read receipts with the time they arrive: readers see the day of the migration, not the original time",
		Remedy: "show twilioCreatedAt from the message metadata in the application, then accept this; or use --original-time prefix",
	},
	{
		Code: LossOriginalTimeInText, Severity: SeverityMajor, Account: true,
		Title:  "ACS stamps messages and read receipts with the time they arrive; the text of each message begins with the original time, in UTC",
		Remedy: "nothing for readers; an application may show twilioCreatedAt from the message metadata",
	},
	{
		Code: LossNoMediaStore, Severity: SeverityCritical, Account: true,
		Title:  "there is no media store: files, sidecars and whatever does not fit ACS are not carried",
		Remedy: "name a media store with --media",
	},
	{
		Code: LossRetention, Severity: SeverityMajor, Account: true,
		Title:  "ACS deletes each thread with its whole history as many days after the migration as --retention says, however old or new its messages are",
		Remedy: "use --retention none, or keep a recorded snapshot",
	},
	{
		Code: LossRoles, Severity: SeverityMinor, Account: true,
		Title:  "ACS chat has no roles: every member may write, and add and remove members",
		Remedy: "enforce permissions in the application by twilioRole, or by the scopes of its tokens",
	},
	{
		Code: LossPushAndWebhooks, Severity: SeverityInfo, Account: true,
		Title:  "webhooks, push bindings and credentials are not carried",
		Remedy: "subscribe to Event Grid and register for push notifications anew",
	},

	{
		Code: LossStateNotEnforced, Severity: SeverityMajor,
		Title:  "a closed conversation becomes a thread that can be written in",
		Remedy: "keep threads whose twilioState is closed read-only in the application",
	},
	{
		Code: LossStateInactive, Severity: SeverityInfo,
		Title:  "ACS threads know no inactive state",
		Remedy: "read twilioState from the thread metadata where it matters",
	},
	{
		Code: LossTimers, Severity: SeverityInfo,
		Title:  "timers that make a conversation inactive or closed do not run in ACS",
		Remedy: "run them in the application; their values stand in conversation.json",
	},
	{
		Code: LossBindings, Severity: SeverityInfo,
		Title:  "the channel bindings of a conversation do not work in ACS",
		Remedy: "nothing, unless answers are to leave ACS; their values stand in conversation.json",
	},

	{
		Code: LossExternalParticipant, Severity: SeverityCritical,
		Title:  "a participant behind a phone number, messenger or e-mail address gets no answer written in ACS",
		Remedy: "connect the channel through ACS SMS, Advanced Messaging or Email, or tell the agents; then accept this",
	},
	{
		Code: LossParticipantReadOnly, Severity: SeverityMajor,
		Title:  "nobody stays in a read-only thread: who wrote in it is removed and keeps reading the history up to then, who never wrote cannot read it, and no read horizon is sent",
		Remedy: "let the application show the thread through a server that acts as the identity of the migration",
	},
	{
		Code: LossParticipantOverLimit, Severity: SeverityMajor,
		Title:  "a participant for whom a thread has no place is no member: their messages are carried, their read horizon is not",
		Remedy: "read who it is in conversation.json; add them in ACS when somebody has left",
	},
	{
		Code: LossParticipantUnselected, Severity: SeverityMinor,
		Title:  "a participant whom --where-participant leaves out is no member: their messages are carried like those of somebody who has left",
		Remedy: "nothing, if the expression means them; conversation.json names them",
	},
	{
		Code: LossParticipantMerged, Severity: SeverityMinor,
		Title:  "a person who is in a conversation twice becomes one member",
		Remedy: "nothing: both stand in conversation.json",
	},
	{
		Code: LossUserAttributes, Severity: SeverityMinor,
		Title:  "ACS users have no attributes",
		Remedy: "keep them in the application; they stand in conversation.json",
	},
	{
		Code: LossDisplayNameIdentity, Severity: SeverityInfo,
		Title:  "a user without a friendly name is shown by identity",
		Remedy: "give the user a friendly name in Twilio before the run: ACS cannot change it later",
	},
	{
		Code: LossDisplayNameNeutral, Severity: SeverityInfo,
		Title:  "a user without a friendly name is shown by a neutral name",
		Remedy: "give the user a friendly name in Twilio before the run: ACS cannot change it later",
	},
	{
		Code: LossAddressMasked, Severity: SeverityInfo,
		Title:  "a name that is a phone number or e-mail address is masked",
		Remedy: "use --addresses keep if addresses may stand in ACS",
	},
	{
		Code: LossPersonDropped, Severity: SeverityMajor,
		Title:  "a participant whom somebody decided to drop is no member, and nothing of them is carried",
		Remedy: "nothing, if that is meant; else take the decision back with identity import before the run",
	},
	{
		Code: LossPersonAnonymised, Severity: SeverityMajor,
		Title:  "a participant whom somebody decided to anonymise is a member under a pseudonym, without attributes",
		Remedy: "nothing, if that is meant; else take the decision back with identity import before the run",
	},
	{
		Code: LossReadReceiptLargeThread, Severity: SeverityMinor,
		Title:  "read receipts of threads of more than 20 members cannot be read in ACS",
		Remedy: "read the horizon from conversation.json where it matters",
	},
	{
		Code: LossReadReceiptExternal, Severity: SeverityInfo,
		Title:  "the read horizon of a participant outside the chat is not sent as a read receipt",
		Remedy: "read the horizon from conversation.json where it matters",
	},
	{
		Code: LossReadReceiptRefused, Severity: SeverityMinor,
		Title:  "ACS refused a read receipt",
		Remedy: "read the horizon from conversation.json where it matters",
	},

	{
		Code: LossMediaLost, Severity: SeverityCritical,
		Title:  "a file is not carried, because there is no media store",
		Remedy: "name a media store with --media",
	},
	{
		Code: LossMediaMissing, Severity: SeverityMajor,
		Title:  "Twilio cannot give a file any more: a line of text says so in its place",
		Remedy: "restore the file at the source, or go on without it",
	},
	{
		Code: LossMessageRefused, Severity: SeverityMajor,
		Title:  "ACS refused a message for good: a stub stands in its place",
		Remedy: "read the message in the chunk that twilioSidecar names",
	},
	{
		Code: LossUnsupportedMessage, Severity: SeverityMinor,
		Title:  "a message without anything to show says so",
		Remedy: "read the message in the chunk that twilioSidecar names",
	},
	{
		Code: LossChannelMetadata, Severity: SeverityMinor,
		Title:  "what a channel says of a message without text becomes no more than a line of text",
		Remedy: "read it whole in the chunk that twilioSidecar names",
	},
	{
		Code: LossBlankText, Severity: SeverityMinor,
		Title:  "white space with nothing to show is replaced or shortened",
		Remedy: "nothing: the original stands in the chunk that twilioSidecar names",
	},
	{
		Code: LossLongBody, Severity: SeverityMinor,
		Title:  "a message above 28 KB becomes several messages",
		Remedy: "join messages of one twilioMessageSid in the application by twilioPart",
	},
	{
		Code: LossRichContent, Severity: SeverityMinor,
		Title:  "a card or buttons become lines of text",
		Remedy: "render the attached original in the application",
	},
	{
		Code: LossMediaText, Severity: SeverityMinor,
		Title:  "the text of a message's body file could not be read whole",
		Remedy: "open the attached original",
	},
	{
		Code: LossAttachmentsInText, Severity: SeverityMinor,
		Title:  "files beyond what the metadata holds are named in the text",
		Remedy: "nothing: their URLs stand in the text",
	},
	{
		Code: LossAttributesInvalid, Severity: SeverityMinor,
		Title:  "attributes are no JSON; they are carried as they are",
		Remedy: "let the application bear that, or repair them at the source",
	},
	{
		Code: LossAttributesLarge, Severity: SeverityMinor,
		Title:  "attributes are larger than the metadata of a message may be",
		Remedy: "read them in the chunk that twilioSidecar names",
	},
	{
		Code: LossHTMLAsText, Severity: SeverityInfo,
		Title:  "an HTML body becomes plain text",
		Remedy: "open the attached original",
	},
	{
		Code: LossHistoryAttached, Severity: SeverityInfo,
		Title:  "the quoted history of an e-mail is attached instead of shown",
		Remedy: "open the attached original",
	},
	{
		Code: LossSubjectInText, Severity: SeverityInfo,
		Title:  "ACS messages have no subject: it becomes the first line",
		Remedy: "nothing",
	},
	{
		Code: LossOriginalTimeUnknown, Severity: SeverityMinor,
		Title:  "a message without a readable date does not begin with its original time",
		Remedy: "read twilioCreatedAt from the message metadata",
	},
	{
		Code: LossMessageUnselected, Severity: SeverityMinor,
		Title:  "a message that --where-message leaves out is not carried, nor are its files",
		Remedy: "nothing, if the expression means it; keep a recorded snapshot of what is left out",
	},
	{
		Code: LossMediaUnselected, Severity: SeverityMinor,
		Title:  "a file that --where-media leaves out is not carried: its message names it in a line of text",
		Remedy: "nothing, if the expression means it; keep a recorded snapshot of what is left out",
	},
	{
		Code: LossAuthorLeft, Severity: SeverityInfo,
		Title:  "the author has left the conversation: a user of its own stands for them",
		Remedy: "nothing: twilioAuthor says who it was",
	},
	{
		Code: LossAuthorNoPerson, Severity: SeverityInfo,
		Title:  "the author is no participant: the identity of the migration sends in that name",
		Remedy: "nothing: twilioAuthor says who it was",
	},
	{
		Code: LossMessageLeftOut, Severity: SeverityMajor,
		Title:  "a message of somebody who is dropped is left out: a line that says so stands in its place",
		Remedy: "nothing, if that is meant; else take the decision back with identity import before the run",
	},
	{
		Code: LossAuthorAnonymised, Severity: SeverityMajor,
		Title:  "a message of somebody who is anonymised stands under a pseudonym, without attributes",
		Remedy: "nothing, if that is meant; else take the decision back with identity import before the run",
	},
	{
		Code: LossDeliveryReceipts, Severity: SeverityInfo,
		Title:  "the receipts of single deliveries are not carried, only their summary",
		Remedy: "read twilioDelivery, or keep a recorded snapshot",
	},

	{
		Code: LossEditedMoves, Severity: SeverityInfo,
		Title:  "a message edited in Twilio after it was carried is marked as edited in ACS and leads the list of changes",
		Remedy: "nothing: order by ID, not by the list of changes",
	},
	{
		Code: LossEditGrew, Severity: SeverityMinor,
		Title:  "a message edited in Twilio needs more parts than it was sent in: the end stands in the sidecar",
		Remedy: "read the message in the chunk that twilioSidecar names",
	},
	{
		Code: LossEditedInACS, Severity: SeverityMajor,
		Title:  "a message changed in Twilio was changed or deleted in ACS as well, and is left as people there made it",
		Remedy: "decide by hand which of the two shall stand",
	},
	{
		Code: LossAuthorChanged, Severity: SeverityMinor,
		Title:  "the author of a message changed in Twilio after it was carried: ACS keeps the sender, twilioAuthor says who it is now",
		Remedy: "show twilioAuthor in the application where it matters",
	},
	{
		Code: LossDeletedTombstone, Severity: SeverityInfo,
		Title:  "a message deleted in Twilio after it was carried leaves an empty, deleted message in ACS",
		Remedy: "nothing: clients hide messages with deletedOn",
	},
	{
		Code: LossDeleteWithheld, Severity: SeverityMajor,
		Title:  "something is gone in Twilio, but is not deleted in ACS without more consent",
		Remedy: "look at what is gone; raise --max-delete if that is right",
	},
	{
		Code: LossOutOfOrder, Severity: SeverityMajor,
		Title:  "a message came to light only after later ones had been carried: it stands behind them",
		Remedy: "order by twilioMessageIndex in the application",
	},
	{
		Code: LossParticipantChanged, Severity: SeverityMinor,
		Title:  "the name, role or attributes of a participant changed in Twilio: ACS cannot change a member",
		Remedy: "read them in conversation.json, which is kept up to date",
	},
	{
		Code: LossParticipantLeft, Severity: SeverityMinor,
		Title:  "somebody who left the conversation after it was carried keeps reading what was written until then",
		Remedy: "nothing in ACS can take old history away from a member",
	},
	{
		Code: LossParticipantLate, Severity: SeverityInfo,
		Title:  "somebody who joined after the conversation was carried sees its whole history, and joins with the time of the sync",
		Remedy: "nothing: the original time stands in conversation.json",
	},
	{
		Code: LossThreadChangedInACS, Severity: SeverityMajor,
		Title:  "the topic or metadata of a thread changed in Twilio and in ACS: it is left as people in ACS made it",
		Remedy: "decide by hand which of the two shall stand",
	},
	{
		Code: LossReadHorizonBack, Severity: SeverityInfo,
		Title:  "a read horizon that moved back in Twilio stays where it was in ACS",
		Remedy: "read the horizon from conversation.json where it matters",
	},

	{
		Code: LossNotKept, Severity: SeverityCritical,
		Title:  "something does not fit ACS, and there is no media store to keep it",
		Remedy: "name a media store with --media",
	},
	{
		Code: LossMetadataTrimmed, Severity: SeverityMinor,
		Title:  "metadata does not fit and stands in the sidecar",
		Remedy: "read it where twilioSidecar points",
	},
	{
		Code: LossNameCut, Severity: SeverityMinor,
		Title:  "a topic or display name is too long and is cut",
		Remedy: "shorten it at the source before the run: ACS cannot change display names later",
	},
	{
		Code: LossTextRepaired, Severity: SeverityMinor,
		Title:  "characters that cannot be sent are replaced by U+FFFD",
		Remedy: "nothing",
	},
	{
		Code: LossExpression, Severity: SeverityMinor,
		Title:  "an expression has no answer for an item: what it names is named as if there were no expression",
		Remedy: "ask with has(…) for a field before it is read, or give what is missing with .?field.orValue(…)",
	},
}
