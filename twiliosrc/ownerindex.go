package twiliosrc

import (
	"context"
	"sync"
)

// ownedKinds are those whose lines are looked for by the conversation or the
// message that they belong to, in files that are neither ordered by it nor small.
var ownedKinds = []Kind{KindReceipts, KindChannelMetadata, KindWebhooks}

// ownerIndex finds the lines of each owner: of one that has lines in many places,
// many stretches.
type ownerIndex map[sidKey][]stretch

func (s *Snapshot) ownerIndexes() map[Kind]func() (ownerIndex, error) {
	indexes := map[Kind]func() (ownerIndex, error){}
	for _, kind := range ownedKinds {
		indexes[kind] = sync.OnceValues(func() (ownerIndex, error) { return s.conversationIndex(kind) })
	}
	return indexes
}

// conversationIndex passes over the file of a kind. Lines in which no conversation
// is named are only found when the whole file is listed.
func (s *Snapshot) conversationIndex(kind Kind) (ownerIndex, error) {
	b := ownerIndexer{found: ownerIndex{}, prefix: prefixConversation, field: "conversation_sid"}
	if s.files[kind] == nil {
		return b.found, nil
	}
	err := scanFile(context.Background(), s.files[kind], b.line)
	return b.found, err
}

// messageIndex passes over the lines of one conversation.
func (s *Snapshot) messageIndex(kind Kind, runs []stretch) (ownerIndex, error) {
	b := ownerIndexer{found: ownerIndex{}, prefix: prefixMessage, field: "message_sid"}
	for _, run := range runs {
		for l, err := range (part{s.files[kind], run}).lines(context.Background()) {
			if err != nil {
				return nil, err
			}
			b.line(l)
		}
	}
	return b.found, nil
}

// ownerIndexer builds an ownerIndex of one sort of owner.
type ownerIndexer struct {
	found         ownerIndex
	prefix, field string
	last          sidKey
}

func (b *ownerIndexer) line(l line) {
	key, ok := b.owner(l.text)
	if !ok {
		b.last = sidKey{}
		return
	}
	runs := b.found[key]
	if key != b.last || len(runs) == 0 {
		runs = append(runs, stretch{})
	}
	runs[len(runs)-1].extend(l)
	b.found[key], b.last = runs, key
}

// owner is whose line text is: if it does not say so properly, the first one that
// is named in it, who will be told that it is damaged.
func (b *ownerIndexer) owner(text []byte) (sidKey, bool) {
	if key, ok := newSIDKey(b.prefix, string(stringField(text, b.field))); ok {
		return key, true
	}
	for sid := range sidsIn(b.prefix, text) {
		return newSIDKey(b.prefix, sid)
	}
	return sidKey{}, false
}

// ownedParts are the stretches of a file that hold what belongs to the conversation
// of l, or to its message.
func (s *Snapshot) ownedParts(l Listing) ([]part, error) {
	conversations, err := s.owners[l.Kind]()
	key, ok := newSIDKey(prefixConversation, string(l.Conversation))
	if err != nil || !ok {
		return nil, err
	}
	runs := conversations[key]
	if l.Message != "" && len(runs) > 0 {
		messages, err := s.byMessage.get(ownerKey{l.Kind, key}, func() (ownerIndex, error) { return s.messageIndex(l.Kind, runs) })
		if err != nil {
			return nil, err
		}
		key, _ := newSIDKey(prefixMessage, string(l.Message)) // nobody has the zero key
		runs = messages[key]
	}
	var parts []part
	for _, run := range runs {
		parts = append(parts, part{s.files[l.Kind], run})
	}
	return parts, nil
}

// maxHeldMessages is how many messages a generation of held indexes may be about,
// besides the index that was added last: about 5 MB.
const maxHeldMessages = 50_000

// ownerKey names an index by message: what of which conversation it finds.
type ownerKey struct {
	kind         Kind
	conversation sidKey
}

// heldIndexes are the indexes by message that were used last, each about one
// conversation, so that nothing grows with the messages of an account. Those that
// nobody used for a generation are forgotten, and built anew when needed.
type heldIndexes struct {
	mu         sync.Mutex
	young, old map[ownerKey]ownerIndex
	messages   int // that young is about
}

// get returns an index, and builds it if it is not held.
func (h *heldIndexes) get(key ownerKey, build func() (ownerIndex, error)) (ownerIndex, error) {
	if ix, ok := h.find(key); ok {
		return ix, nil
	}
	ix, err := build() // perhaps by several at once, with the same result
	if err == nil {
		h.hold(key, ix)
	}
	return ix, err
}

func (h *heldIndexes) find(key ownerKey) (ownerIndex, bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if ix, ok := h.young[key]; ok {
		return ix, true
	}
	ix, ok := h.old[key]
	if ok {
		h.add(key, ix)
	}
	return ix, ok
}

func (h *heldIndexes) hold(key ownerKey, ix ownerIndex) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if _, ok := h.young[key]; !ok {
		h.add(key, ix)
	}
}

// add makes an index one of the young. H must be locked.
func (h *heldIndexes) add(key ownerKey, ix ownerIndex) {
	if h.young == nil {
		h.young = map[ownerKey]ownerIndex{}
	}
	h.young[key] = ix
	if h.messages += len(ix); h.messages > maxHeldMessages {
		h.old, h.young, h.messages = h.young, nil, 0
	}
}
