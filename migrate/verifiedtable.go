package migrate

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/twilio2acs/twilio2acs/mapping"
)

// stood is a message as it stands in a thread, in 64 bytes: there may be
// hundreds of thousands of them.
type stood struct {
	id      int64    // Unix milliseconds of its arrival
	version int64    // of its last change
	key     sidKey   // zero without a Twilio SID
	digest  [16]byte // of text and metadata
	part    uint32   // packed by packPart; 0 for a message of one part
	voice   uint32   // whose it is: an index into table.voices
	traits  traits
}

type traits uint8

const (
	isOurs    traits = 1 << iota // the ledger knows it, or it carries a Twilio SID
	isTheirs                     // people changed it, and a run has left it to them
	isDeleted                    // a tombstone: it has lost text and metadata
	isClaimed                    // it is something that was expected, or need not be looked at
	isWrong                      // and not as it was expected
	isSeen                       // by the member whose view is being compared
)

// is reports whether s has one of the traits.
func (s stood) is(t traits) bool { return s.traits&t != 0 }

// stands reports whether s is a migrated message that everybody should see.
func (s stood) stands() bool { return s.is(isOurs) && !s.is(isDeleted) }

// voice is a sender and the name that was said with a message.
type voice struct {
	user mapping.CommunicationUserID
	name string
}

// sidKey is the SID of a message in sixteen bytes, zero where there is none.
// Twilio's own are that long; what looks otherwise, in a snapshot made by hand,
// is hashed.
type sidKey [16]byte

func keyOf(sid mapping.MessageSID) sidKey {
	var key sidKey
	if sid == "" {
		return key
	}
	digits, ok := strings.CutPrefix(string(sid), "IM")
	if ok && len(digits) == 2*len(key) && strings.ToLower(digits) == digits {
		if _, err := hex.Decode(key[:], []byte(digits)); err == nil && key != (sidKey{}) {
			return key
		}
	}
	sum := sha256.Sum256([]byte(sid))
	copy(key[:], sum[:])
	return key
}

// table holds the messages of a thread.
type table struct {
	rows   []stood // ascending by ID once settled
	newest int64   // the latest version

	voices  []voice
	numbers map[voice]uint32
	odd     map[sidKey]mapping.MessageSID // SIDs that their keys do not tell
	byKey   []uint32                      // places in rows of what carries a SID, by key
}

func newTable(expected int64) *table {
	return &table{
		rows:    make([]stood, 0, min(expected+expected/8+8, maxMessagesRead)),
		numbers: make(map[voice]uint32),
		odd:     make(map[sidKey]mapping.MessageSID),
	}
}

// add takes in a message. One with an ID that is no number is none that this
// program could know.
func (t *table) add(m mapping.ChatMessage) {
	id, err := strconv.ParseInt(string(m.ID), 10, 64)
	if err != nil {
		return
	}
	version, err := strconv.ParseInt(m.Version, 10, 64)
	if err != nil {
		version = id
	}
	sid := mapping.MessageSID(m.Metadata[mapping.KeyMessageSID])
	s := stood{
		id: id, version: version, key: keyOf(sid), part: packPart(m.Metadata[mapping.KeyPart]),
		voice: t.voiceOf(m.Sender, m.SenderDisplayName), digest: contentOf(m.Content, m.Metadata),
	}
	if sid != "" {
		s.traits |= isOurs
		t.remember(s.key, sid)
	}
	if !m.DeletedOn.IsZero() {
		s.traits |= isDeleted
	}
	t.newest = max(t.newest, version)
	t.rows = append(t.rows, s)
}

// contentOf identifies what of a message can be changed.
func contentOf(content string, md mapping.Metadata) (d [16]byte) {
	// The digest is hexadecimal, of sixteen bytes.
	_, _ = hex.Decode(d[:], []byte(mapping.NewChatMessage{Content: content, Metadata: md}.Digest()))
	return d
}

func (t *table) voiceOf(user mapping.CommunicationUserID, name string) uint32 {
	v := voice{user, name}
	n, ok := t.numbers[v]
	if !ok {
		n = uint32(len(t.voices))
		v = voice{mapping.CommunicationUserID(strings.Clone(string(user))), strings.Clone(name)}
		t.voices, t.numbers[v] = append(t.voices, v), n
	}
	return n
}

// remember keeps a SID that its key does not tell, as far as anybody will see it:
// people may write anything there.
func (t *table) remember(key sidKey, sid mapping.MessageSID) {
	if t.sidOf(key) != sid {
		t.odd[key] = mapping.MessageSID(strings.Clone(string(sid[:min(len(sid), longestElement+1)])))
	}
}

// sidOf is the SID behind a key.
func (t *table) sidOf(key sidKey) mapping.MessageSID {
	if sid, ok := t.odd[key]; ok {
		return sid
	}
	return mapping.MessageSID("IM" + hex.EncodeToString(key[:]))
}

// settle orders the rows. Of a message that was listed twice the latest state
// counts.
func (t *table) settle() {
	slices.SortFunc(t.rows, func(a, b stood) int { return cmp.Or(cmp.Compare(a.id, b.id), cmp.Compare(b.version, a.version)) })
	t.rows = slices.CompactFunc(t.rows, func(a, b stood) bool { return a.id == b.id })
	t.byKey = t.byKey[:0]
	for i, s := range t.rows {
		if s.key != (sidKey{}) {
			t.byKey = append(t.byKey, uint32(i))
		}
	}
	slices.SortFunc(t.byKey, func(a, b uint32) int {
		return cmp.Or(compareKeys(t.rows[a].key, t.rows[b].key), cmp.Compare(a, b))
	})
}

func compareKeys(a, b sidKey) int { return bytes.Compare(a[:], b[:]) }

// merge takes in what has changed since.
func (t *table) merge(changed *table) {
	for _, s := range changed.rows {
		v := changed.voices[s.voice]
		s.voice = t.voiceOf(v.user, v.name)
		t.rows = append(t.rows, s)
	}
	for key, sid := range changed.odd {
		t.odd[key] = sid
	}
	t.newest = max(t.newest, changed.newest)
	t.settle()
}

// end is when the latest change was made, and just before it: changes may share a
// millisecond.
func (t *table) end() time.Time { return time.UnixMilli(t.newest - 1) }

// find is the place of an ACS message.
func (t *table) find(id int64) (int, bool) {
	return slices.BinarySearchFunc(t.rows, id, func(s stood, id int64) int { return cmp.Compare(s.id, id) })
}

// packPart packs a part as metadata names it, "2/3". What is no part of a message
// that could ever be sent is like no other.
func packPart(part string) uint32 {
	if part == "" {
		return 0
	}
	place, count, _ := strings.Cut(part, "/")
	p, err := strconv.ParseUint(place, 10, 16)
	n, err2 := strconv.ParseUint(count, 10, 16)
	if err != nil || err2 != nil || p == 0 {
		return 1
	}
	return uint32(p)<<16 | uint32(n)
}
