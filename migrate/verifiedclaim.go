package migrate

import (
	"slices"
	"sort"
	"strconv"

	"github.com/twilio2acs/twilio2acs/mapping"
)

// claim finds the message that stands for a part: where the ledger says that it
// was sent to, or wherever else the thread has it, or, when nothing carries its
// SID, whatever has become of that place. Nothing is found twice.
func (t *table) claim(key sidKey, part uint32, id mapping.ChatMessageID) (stood, bool) {
	place, ok := t.at(id)
	if !ok || t.rows[place].key != key || t.rows[place].part != part {
		if other, found := t.elsewhere(key, part); found {
			place, ok = other, true
		}
	}
	if !ok || t.rows[place].is(isClaimed) {
		return stood{}, false
	}
	t.rows[place].traits |= isClaimed
	return t.rows[place], true
}

// at is the place of an ACS message as the ledger names it.
func (t *table) at(id mapping.ChatMessageID) (int, bool) {
	n, err := strconv.ParseInt(string(id), 10, 64)
	if err != nil {
		return 0, false
	}
	return t.find(n)
}

// elsewhere is the first place that nobody has claimed of a part.
func (t *table) elsewhere(key sidKey, part uint32) (int, bool) {
	for _, place := range t.carrying(key) {
		if s := t.rows[place]; s.part == part && !s.is(isClaimed|isDeleted) {
			return int(place), true
		}
	}
	return 0, false
}

// carrying are the places of all messages that carry a SID.
func (t *table) carrying(key sidKey) []uint32 {
	compare := func(i int) int { return compareKeys(t.rows[t.byKey[i]].key, key) }
	from := sort.Search(len(t.byKey), func(i int) bool { return compare(i) >= 0 })
	to := from
	for to < len(t.byKey) && compare(to) == 0 {
		to++
	}
	return t.byKey[from:to]
}

// mark gives traits to all messages that carry a SID or stand where one was sent
// to.
func (t *table) mark(sid mapping.MessageSID, ids []mapping.ChatMessageID, marks traits) {
	for _, place := range t.carrying(keyOf(sid)) {
		t.rows[place].traits |= marks
	}
	for _, id := range ids {
		if place, ok := t.at(id); ok {
			t.rows[place].traits |= marks
		}
	}
}

// unclaimed are the messages with a Twilio SID that nothing asked for, by SID:
// those that stand there twice, and those that belong to another conversation.
func (t *table) unclaimed(yield func(s stood, twice bool) bool) {
	for rest := t.byKey; len(rest) > 0; {
		same := t.carrying(t.rows[rest[0]].key)
		rest = rest[len(same):]
		twice := slices.ContainsFunc(same, func(place uint32) bool { return t.rows[place].is(isClaimed) })
		for _, place := range same {
			if s := t.rows[place]; !s.is(isClaimed|isDeleted) && !yield(s, twice) {
				return
			}
		}
	}
}

// foreign counts the messages that people wrote themselves.
func (t *table) foreign() int64 {
	n := int64(0)
	for _, s := range t.rows {
		if !s.is(isOurs | isDeleted) {
			n++
		}
	}
	return n
}
