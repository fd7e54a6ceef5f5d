package redact

import (
	"regexp"
	"strings"
)

// containers are the fields of resources whose objects have fields of Twilio's,
// and not people's keys.
var containers = map[string]bool{
	"links": true, "timers": true, "delivery": true, "media": true, "messaging_binding": true,
	"bindings": true, "auto_creation": true, "configuration": true,
	"new_message": true, "added_to_conversation": true, "removed_from_conversation": true,
}

// counters are the numbers in resources that count something.
var counters = map[string]bool{
	"index": true, "size": true, "last_read_message_index": true, "error_code": true, "total": true,
	"studio_retry_count": true, "replay_after": true, "unread_messages_count": true,
}

// valueText replaces a string at p by the rule of its place.
func (w *rewriter) valueText(p place, s string) string {
	if p.people {
		if coordinateKeys[p.name] {
			return w.coordinate(s)
		}
		return w.text(s)
	}
	switch {
	case p.name == "attributes":
		return w.attributes(s)
	case p.name == "filename":
		return w.fileName(s)
	case p.name == "content_type":
		return w.contentType(s)
	case vocabulary[p.name] != nil:
		return outside(vocabulary[p.name].holds, w.text, s)
	case isTimeField(p.name):
		return outside(isTime, w.text, s)
	}
	return w.text(s)
}

// valueNumber replaces a number at p.
func (w *rewriter) valueNumber(p place, s string) string {
	switch {
	case !p.people && counters[p.name]:
		return s
	case p.people && coordinateKeys[p.name]:
		return w.digits(s)
	}
	return w.number(s)
}

// words are all values that a field may have, if people have no say in it.
type words map[string]bool

func (w words) holds(s string) bool { return w[s] }

func wordsOf(s string) words {
	set := make(words)
	for _, w := range strings.Fields(s) {
		set[w] = true
	}
	return set
}

// vocabulary are the fields whose values Twilio has defined, by its OpenAPI
// document; the filters of webhooks are words of people's where they trigger on
// these.
var vocabulary = map[string]words{
	"state":              wordsOf("initializing inactive active closed"),
	"type":               wordsOf("sms whatsapp messenger gbm email rcs apple chat conversation service webhook studio default"),
	"level":              wordsOf("to from cc"),
	"status":             deliveryStates,
	"target":             wordsOf("webhook trigger studio flex"),
	"method":             methods,
	"webhook_method":     methods,
	"category":           wordsOf("media body history"),
	"sent":               shares,
	"delivered":          shares,
	"read":               shares,
	"failed":             shares,
	"undelivered":        shares,
	"filters":            events,
	"webhook_filters":    events,
	"permissions":        permissions,
	"notification_level": wordsOf("default muted"),
}

var (
	deliveryStates = wordsOf("sent delivered read failed undelivered")
	methods        = wordsOf("GET POST get post")
	shares         = wordsOf("none some all")
	events         = wordsOf(`onConversationAdd onConversationAdded onConversationUpdate onConversationUpdated
		onConversationRemove onConversationRemoved onConversationStateUpdated onMessageAdd onMessageAdded
		onMessageUpdate onMessageUpdated onMessageRemove onMessageRemoved onParticipantAdd onParticipantAdded
		onParticipantUpdate onParticipantUpdated onParticipantRemove onParticipantRemoved onDeliveryUpdated
		onUserAdded onUserUpdate onUserUpdated`)
	permissions = wordsOf(`addParticipant createConversation deleteAnyMessage deleteConversation deleteOwnMessage
		editAnyMessage editAnyMessageAttributes editAnyUserInfo editConversationAttributes editConversationName
		editNotificationLevel editOwnMessage editOwnMessageAttributes editOwnUserInfo joinConversation
		leaveConversation removeParticipant sendMediaMessage sendMessage`)
)

// isTimeField reports whether a field holds a date or a duration.
func isTimeField(name string) bool {
	return strings.HasPrefix(name, "date_") || strings.HasSuffix(name, "_timer") || name == "last_read_timestamp"
}

// times are dates and durations as ISO 8601 writes them.
var times = regexp.MustCompile(`^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)|P[0-9DHMSTWY.]{1,20})$`)

func isTime(s string) bool { return times.MatchString(s) }

const (
	// sid is an identifier of Twilio's: two letters and 32 hexadecimal digits.
	sid       = `[A-Z]{2}[0-9a-fA-F]{32}`
	sidLength = 34
	// region is the rest of a host, with or without edge and region.
	region = `(\.[a-z]+)?(\.[a-z]{2}[0-9])?\.twilio\.com`
)

var sids = regexp.MustCompile(`^` + sid + `$`)

// twilioURLs name resources and files by nothing but SIDs. Those of files have
// lost the part that signs them.
var twilioURLs = regexp.MustCompile(`^((https://(conversations|mcs)` + region + `)?/v1(/(` +
	`Services|Configuration|Webhooks|Notifications|Addresses|Conversations|Participants|Messages|Receipts|ChannelMetadata|` +
	`Export|Users|Roles|Bindings|Media|Content|ParticipantConversations|ConversationWithParticipants|MessageRecipients|` +
	sid + `))+|https://media` + region + `/` + sid + `)$`)

// isReference reports whether s is a SID or a URL that nothing but SIDs tell
// from others.
func isReference(s string) bool {
	return len(s) == sidLength && sids.MatchString(s) || strings.Contains(s, "/") && twilioURLs.MatchString(s)
}
