package redact

import (
	"encoding/json"
	"strings"
)

// attributes replaces a JSON text that an application wrote, as attributes hold
// one in a string. What is no JSON is replaced as mere text, and stays none.
func (w *rewriter) attributes(s string) string {
	if !isJSON(s) {
		return outside(isJSON, w.text, s)
	}
	replaced := w.json([]byte(repaired(s)), place{people: true})
	for i := range len(s) {
		if s[i] == 0 {
			replaced[i] = 0
		}
	}
	return string(replaced)
}

func isJSON(s string) bool { return json.Valid([]byte(repaired(s))) }

// repaired is s without the one character that JSON strings may not hold and
// mapping repairs.
func repaired(s string) string { return strings.ReplaceAll(s, "\x00", "?") }

// key replaces a key of people's JSON.
func (w *rewriter) key(s string) string { return outside(w.structural, w.text, s) }

// coordinate replaces a position that is written as a string.
func (w *rewriter) coordinate(s string) string {
	number := strings.TrimSpace(s)
	if !isNumber(number) {
		return w.text(s)
	}
	return strings.Replace(s, number, w.digits(number), 1)
}

// plainKey is key as it is looked for among the structural ones: replyTo,
// reply_to and Reply-To are one word.
func plainKey(key string) string {
	return strings.Map(func(r rune) rune {
		if r == '_' || r == '-' {
			return -1
		}
		return r
	}, strings.ToLower(key))
}

// keySet are keys, in the form of plainKey.
func keySet(keys ...string) map[string]bool {
	set := make(map[string]bool, len(keys))
	for _, k := range keys {
		set[plainKey(k)] = true
	}
	return set
}

// coordinateKeys are the names that coordinates go by in mapping.
var coordinateKeys = map[string]bool{
	"latitude": true, "lat": true, "longitude": true, "lng": true, "lon": true, "long": true,
}

// structuralKeys are words of programs that stay as keys in people's JSON. The
// first three lines are those that mapping reads, in locations and in rich
// content; the others are what chat applications usually write. A word that is
// not here is replaced: it may as well be somebody's identity.
var structuralKeys = keySet(strings.Fields(`
	latitude lat longitude lng lon long label name address location
	header headerText sectionTitle title item items subtitle body text description price footer media mediaUrl
	actions buttons quickReplies replies suggestions button buttonText copyCodeText url phone phoneNumber code

	action id sid index key value values data content contentType fileName fileType size width height duration
	type kind status state level priority importance source target from to by at date time timestamp start end
	created createdAt updated updatedAt edited editedAt deleted deletedAt version count total amount currency
	lang language locale country timeZone zone color icon image imageUrl avatar avatarUrl link email emoji
	reaction reactions mention mentions quoted quote reply replyTo inReplyTo quickReply parent parentId thread
	threadId message messageId messageSid messageIndex conversation conversationId conversationSid channel
	channelSid user userId userSid identity author sender recipient participant participants participantSid
	agent customer firstName lastName fullName userName displayName profileName role roles team desk
	order orderId ticket ticketId case caseId number reference ref external externalId session sessionId uuid
	topic subject category tag tags labels note notes reason result error event job enabled visible hidden
	pinned read seen starred archived assigned closed rating score feedback
	metadata attributes properties options settings preferences custom context payload extra`)...)
