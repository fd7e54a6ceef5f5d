package migrate

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"hash"
	"maps"
	"slices"
	"strings"

	"github.com/twilio2acs/twilio2acs/mapping"
)

// standing is a thread as one reading found it.
type standing struct {
	reading
	rec        mapping.ThreadRecord
	properties mapping.ChatThread
	members    []mapping.ChatParticipant // by user
	table      *table
	// known is a digest of all that the ledger knows of the thread: as long as it
	// is the same, no run has been at work in it.
	known string
}

// stand reads all of a thread but its read marks. The error is a *hiddenError
// when nobody can.
func (t *threads) stand(ctx context.Context, rec mapping.ThreadRecord, messages int64) (*standing, error) {
	r, members, err := t.open(ctx, rec)
	if err != nil {
		return nil, err
	}
	s := &standing{reading: r, rec: rec, members: members}
	if s.properties, err = r.readProperties(ctx); err != nil {
		return nil, hiddenOr("read the thread", err)
	}
	if s.table, err = r.readMessages(ctx, messages); err != nil {
		return nil, hiddenOr("read the messages", err)
	}
	return s, s.recognise()
}

func hiddenOr(name string, err error) error {
	if outcomeOf(err) == refused && !final(err) {
		return &hiddenError{err}
	}
	return step(name, err)
}

// recognise marks what the ledger knows.
func (s *standing) recognise() (err error) {
	s.known, err = s.ledgerDigest(s.rec, func(m mapping.MessageRecord) {
		marks := isOurs
		if m.Amendment != nil && m.Amendment.Foreign {
			marks |= isTheirs
		}
		for _, id := range m.IDs {
			if place, ok := s.table.at(id); ok {
				s.table.rows[place].traits |= marks
			}
		}
	})
	return err
}

// ledgerDigest identifies what the ledger knows of a thread as it should stand in
// ACS, and hands on what it knows of its messages. That a run has looked at the
// thread, or has carried over something that does not show there, is not in it.
func (t *threads) ledgerDigest(rec mapping.ThreadRecord, each func(mapping.MessageRecord)) (string, error) {
	members := slices.Clone(rec.Members)
	for i, m := range members {
		members[i] = mapping.MemberRecord{Key: m.Key, ID: m.ID, DisplayName: m.DisplayName, Metadata: m.Metadata, Left: m.Left}
	}
	h := sha256.New()
	enc := json.NewEncoder(h)
	err := enc.Encode(mapping.ThreadRecord{
		Thread: rec.Thread, Status: rec.Status, Members: members, Temporary: rec.Temporary,
		Content: rec.Content, Foreign: rec.Foreign, Dropped: rec.Dropped,
	})
	if err != nil {
		return "", err
	}
	for m, err := range t.ledger.Messages(rec.Conversation) {
		if err == nil {
			err = enc.Encode(m)
		}
		if err != nil {
			return "", ledgerFailure(err)
		}
		each(m)
	}
	return shortHex(h), nil
}

// shortHex is the first half of a SHA-256.
func shortHex(h hash.Hash) string { return hex.EncodeToString(h.Sum(nil)[:16]) }

// threadDigest identifies a thread as it stands in ACS, but for read marks, which
// people move on, and for what is their own. VerifyQuick tells what is in it.
type threadDigest struct{ Thread, Participants, Messages string }

// digestForm is how a threadDigest is taken. Digests of another form cannot be
// compared.
const digestForm = "1"

func (d threadDigest) String() string {
	return strings.Join([]string{digestForm, d.Thread, d.Participants, d.Messages}, "-")
}

// parseThreadDigest reads what String wrote; false for a digest of another form.
func parseThreadDigest(s string) (threadDigest, bool) {
	parts := strings.Split(s, "-")
	if len(parts) != 4 || parts[0] != digestForm {
		return threadDigest{}, false
	}
	return threadDigest{parts[1], parts[2], parts[3]}, true
}

func (s *standing) digest() threadDigest {
	return threadDigest{Thread: s.digestThread(), Participants: s.digestParticipants(), Messages: s.table.digest()}
}

func (s *standing) digestThread() string {
	d := newDigest()
	d.text(string(s.properties.ID), s.properties.Retention())
	if !slices.Contains(s.rec.Foreign, topicField) {
		d.text(s.properties.Topic)
	}
	d.metadata(s.properties.Metadata, s.rec.Content.Metadata, s.rec.Foreign)
	return shortHex(d)
}

func (s *standing) digestParticipants() string {
	written := make(map[mapping.CommunicationUserID]mapping.Metadata, len(s.rec.Members))
	for _, m := range s.rec.Members {
		written[m.ID] = m.Metadata
	}
	d := newDigest()
	for _, m := range s.members {
		d.text(string(m.User), m.DisplayName)
		d.number(m.HistorySince.UnixMilli())
		d.metadata(m.Metadata, written[m.User], nil)
	}
	return shortHex(d)
}

// digest is over the messages that are this program's, which recognise marked.
func (t *table) digest() string {
	d := newDigest()
	for _, m := range t.rows {
		if !m.is(isOurs) {
			continue
		}
		d.number(m.id)
		if m.is(isTheirs) {
			continue
		}
		v := t.voices[m.voice]
		d.number(m.version)
		d.number(int64(m.traits & isDeleted))
		d.text(string(v.user), v.name, string(m.digest[:]))
	}
	return shortHex(d)
}

// digester is a SHA-256 over fields, each with its length, so that no two lists
// of fields look alike.
type digester struct {
	hash.Hash
	buf []byte
}

func newDigest() *digester { return &digester{Hash: sha256.New()} }

func (d *digester) number(n int64) {
	d.buf = binary.AppendVarint(d.buf[:0], n)
	d.Write(d.buf)
}

func (d *digester) text(fields ...string) {
	for _, f := range fields {
		d.buf = append(binary.AppendUvarint(d.buf[:0], uint64(len(f))), f...)
		d.Write(d.buf)
	}
}

// metadata takes in the keys that are this program's, but for those left to people.
func (d *digester) metadata(md, written mapping.Metadata, foreign []string) {
	ours := ownKey(written)
	keys := slices.DeleteFunc(slices.Sorted(maps.Keys(md)), func(k string) bool {
		return !ours(k) || slices.Contains(foreign, k)
	})
	d.number(int64(len(keys)))
	for _, k := range keys {
		d.text(k, md[k])
	}
}

// ownKey tells which keys of the metadata of a thread or a member are this program's:
// its own, and those that it wrote because users added them. Applications may add
// others, which are left alone.
func ownKey(written mapping.Metadata) func(string) bool {
	return func(key string) bool {
		_, wrote := written[key]
		return wrote || mapping.IsTwilioKey(key)
	}
}

// runDigest is over the digests of all threads that a verification has read, in
// the order of their conversations' SIDs.
func runDigest(ledger VerifyLedger, number int) (string, error) {
	d := newDigest()
	for rec, err := range ledger.Threads() {
		if err != nil {
			return "", ledgerFailure(err)
		}
		v, found, err := ledger.Verification(rec.Conversation)
		if err != nil {
			return "", ledgerFailure(err)
		}
		if found && v.Verification == number {
			d.text(string(v.Conversation), v.Digest)
		}
	}
	return digestForm + "-" + shortHex(d), nil
}
