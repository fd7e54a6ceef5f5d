package report

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"maps"
	"slices"
	"strconv"

	"github.com/twilio2acs/twilio2acs/mapping"
	"github.com/twilio2acs/twilio2acs/migrate"
)

// Mark is what a saved plan knows of one conversation: enough to tell whether
// anything of it has changed since, in about 150 bytes.
type Mark struct {
	SID      mapping.ConversationSID `json:"sid"`
	Messages int64                   `json:"messages"`
	Last     int64                   `json:"last"` // index of the last message, -1 for none
	// Source is a digest of what Twilio has and would be carried, Outcome one of what
	// would become of it: that depends on the ledger too.
	Source  string `json:"source"`
	Outcome string `json:"outcome"`
}

// Marker makes the marks of a plan. Like a Builder it is told of everything that
// the plan tells.
type Marker struct {
	write func(Mark) error

	last            int64 // of the conversation whose changes come in
	source, outcome digest

	conversations, messages int64
	people, gone            digest
}

// NewMarker makes marks and hands them to write.
func NewMarker(write func(Mark) error) *Marker { return &Marker{write: write, last: -1} }

// Change takes in one change.
func (m *Marker) Change(c migrate.Change) error {
	switch {
	case isDeparture(c):
		m.gone.add(c.Kind, c.Item)
		return nil
	case c.Kind == migrate.KindUser: // under which name depends on who is met first
		m.people.add(string(c.Verb), string(c.Person.Kind), string(c.Person.Service), c.Person.Name)
		return nil
	}
	outcome := []string{c.Kind, string(c.Verb), c.Item, c.Name, c.Reason}
	if c.Draft != nil {
		outcome = append(outcome, c.Draft.Digest)
	}
	m.outcome.add(outcome...)
	if c.Thread != nil {
		m.thread(c.Thread.Draft)
	}
	if c.Source != nil {
		source := c.Source.Source()
		m.last = c.Source.Index
		m.source.add("message", string(c.Source.SID), string(source[:]))
	}
	return nil
}

// thread takes in what stands in a thread beside its messages.
func (m *Marker) thread(d mapping.ThreadDraft) {
	m.source.add(append([]string{"thread", d.Topic, d.Blocked}, pairs(d.Metadata)...)...)
	for _, mem := range d.Members {
		read := ""
		if to := mem.Participant.LastReadMessageIndex; to != nil {
			read = strconv.FormatInt(*to, 10)
		}
		m.source.add(append([]string{"member", string(mem.Key.Kind), mem.Key.Name, mem.DisplayName, read}, pairs(mem.Metadata)...)...)
	}
}

// pairs are the keys and values of md, in order.
func pairs(md mapping.Metadata) []string {
	var list []string
	for _, k := range slices.Sorted(maps.Keys(md)) {
		list = append(list, k, md[k])
	}
	return list
}

// Conversation takes in what a conversation comes to, and makes its mark.
func (m *Marker) Conversation(c migrate.PlannedConversation) error {
	n := c.Summary.Messages.Total
	m.conversations++
	m.messages += n
	m.outcome.add("conversation", string(c.Status), c.Reason)
	mark := Mark{SID: c.Conversation.SID, Messages: n, Last: m.last, Source: m.source.String(), Outcome: m.outcome.String()}
	m.last, m.source, m.outcome = -1, digest{}, digest{}
	return m.write(mark)
}

// digest stands for a set of items, in whatever order they came: a list is not
// always in the order in which it was before.
type digest [12]byte

// add adds an item, which is a list of texts. No two such lists look alike.
func (d *digest) add(texts ...string) {
	var b []byte
	for _, t := range texts {
		b = append(binary.AppendUvarint(b, uint64(len(t))), t...)
	}
	sum := sha256.Sum256(b)
	for i := range d {
		d[i] ^= sum[i]
	}
}

func (d digest) String() string { return hex.EncodeToString(d[:]) }
