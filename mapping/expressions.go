package mapping

import (
	"crypto/sha256"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Expressions are what users decide about single items in words of their own: what
// is carried of them, and what it is called. A package that knows a language for
// expressions makes the functions; mapping calls them. Each must give the same answer
// for the same arguments, and may be called by several goroutines. A nil function
// decides nothing.
//
// The error of a function says why an item gives no answer, without anybody's text.
// Whether something is carried cannot be left to chance: its conversation is then
// blocked. What is named by an expression without an answer, or with one that is
// blank, is named as if there were none; the first is a LossExpression.
type Expressions struct {
	// Digests identify the texts of all expressions, each by the flag it came from;
	// see DigestExpressions. They stand in Rules.Fingerprint.
	Digests map[string]string

	// The first says whether a participant is a member of the thread. One who is not
	// is written for like somebody who has left the conversation.
	CarriesParticipant func(Attendee) (bool, error)
	CarriesMessage     func(Conversation, Message) (bool, error)
	CarriesMedia       func(Conversation, Message, Media) (bool, error)

	Topic       func(Conversation) (string, error)
	DisplayName func(Attendee) (string, error)

	// Metadata of threads, members and messages beside that of this program. That of
	// a message depends on nothing else, because what was sent is compared with Twilio
	// only when the message itself has changed there.
	ThreadMetadata  []ExtraMetadata[Conversation]
	MemberMetadata  []ExtraMetadata[Attendee]
	MessageMetadata []ExtraMetadata[Message]
}

// Attendee is a participant with all that is known of them.
type Attendee struct {
	Participant  Participant
	Conversation Conversation
	User         User // the zero User where the account has none of that identity
}

// The flags that expressions come from. They name them in fingerprints and losses.
const (
	FlagWhereParticipant = "where-participant"
	FlagWhereMessage     = "where-message"
	FlagWhereMedia       = "where-media"
	FlagTopic            = "topic"
	FlagDisplayName      = "display-name"
	FlagMetadata         = "metadata"
	FlagMemberMetadata   = "participant-metadata"
	FlagMessageMetadata  = "message-metadata"
)

// expressionFlags are in the order in which fingerprints name them.
var expressionFlags = []string{
	FlagWhereParticipant, FlagWhereMessage, FlagWhereMedia, FlagTopic, FlagDisplayName,
	FlagMetadata, FlagMemberMetadata, FlagMessageMetadata,
}

// DigestExpressions identifies the texts that were given to one flag, in any order.
// It is empty where there are none.
func DigestExpressions(texts ...string) string {
	if len(texts) == 0 {
		return ""
	}
	var all []byte
	for _, text := range slices.Sorted(slices.Values(texts)) {
		all = appendField(all, text)
	}
	sum := sha256.Sum256(all)
	return fmt.Sprintf("%x", sum[:8])
}

// expressions are those of r, where there are none the zero value.
func (r Rules) expressions() Expressions {
	if r.Expressions == nil {
		return Expressions{}
	}
	return *r.Expressions
}

// marks are what stands in a fingerprint of e.
func (e Expressions) marks() string {
	var b strings.Builder
	for _, flag := range expressionFlags {
		if digest := e.Digests[flag]; digest != "" {
			b.WriteString("/" + flag + "=" + digest)
		}
	}
	return b.String()
}

// takeExpression notes the digest that a fingerprint has for a flag. It reports false
// for what is no flag of an expression.
func (r *Rules) takeExpression(flag, digest string) bool {
	if !slices.Contains(expressionFlags, flag) {
		return false
	}
	digests := maps.Clone(r.expressions().Digests)
	if digests == nil {
		digests = make(map[string]string)
	}
	digests[flag] = digest
	r.Expressions = &Expressions{Digests: digests}
	return true
}

// express is the answer of one expression about the item of t, empty where there is
// none.
func (t *tally) express(flag, answer string, err error) string {
	if err != nil {
		t.lose(LossExpression, "--"+flag+": "+err.Error())
		return ""
	}
	if isBlank(answer) {
		return ""
	}
	return answer
}
