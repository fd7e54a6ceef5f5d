package mapping

import (
	"crypto/sha256"
	"strconv"
)

// SourceDigest identifies everything of a message that is carried, and tells
// which part of it changed when it did: two digests of one message differ if and
// only if the message has changed in Twilio, but for a chance of one in 2^48.
type SourceDigest [digestSize]byte

// A fieldGroup is a stretch of a SourceDigest that depends on some fields only.
// The first two decide whether anything changed; the others only say what, and
// may, rarely, fail to.
type fieldGroup struct {
	name     string
	from, to int
}

var fieldGroups = [...]fieldGroup{
	{"content", 0, 6},
	{"metadata", 6, 12}, // everything that is not content
	{"author", 12, 14},
	{"attributes", 14, 15},
	{"delivery", 15, 16},
}

// The names that Changed gives to what changed.
const (
	FieldContent    = "content" // text, subject, files
	FieldMetadata   = "metadata"
	FieldAuthor     = "author"
	FieldAttributes = "attributes"
	FieldDelivery   = "delivery"
)

// IsZero reports that nobody knows what the message was like when it was
// carried, because an older version of the program noted it. Whoever needs to
// know compares it with what stands in ACS.
func (d SourceDigest) IsZero() bool { return d == SourceDigest{} }

// Changed names what of the message is not the same as when old was taken, in a
// fixed order. FieldMetadata stands for changes that no other name tells.
func (d SourceDigest) Changed(old SourceDigest) []string {
	var names []string
	for _, g := range fieldGroups {
		if string(d[g.from:g.to]) != string(old[g.from:g.to]) {
			names = append(names, g.name)
		}
	}
	if last := len(names) - 1; last > 0 && names[last] != FieldMetadata {
		return without(names, FieldMetadata)
	}
	return names
}

func without(names []string, name string) []string {
	kept := names[:0]
	for _, n := range names {
		if n != name {
			kept = append(kept, n)
		}
	}
	return kept
}

// sourceDigest takes the digest of m. Index and SID are in it although they
// never change: a digest then belongs to one message only. The participant SID
// is not: it only says who was to send, which cannot change any more, and
// Twilio may clear it when somebody leaves.
func sourceDigest(m Message) SourceDigest {
	identity := appendField(appendField(make([]byte, 0, usualSize), string(m.SID)), strconv.FormatInt(m.Index, 10))
	content := appendField(identity, m.Body)
	for _, s := range [...]string{m.Subject, m.ContentSID, strconv.Itoa(len(m.Media))} {
		content = appendField(content, s)
	}
	for _, f := range m.Media {
		for _, s := range [...]string{
			string(f.SID), f.ContentType, f.Filename, strconv.FormatInt(f.Size, 10), f.Category,
		} {
			content = appendField(content, s)
		}
	}
	content = appendField(content, plainJSON(m.ChannelMetadata))
	var d SourceDigest
	d.set(0, content)
	author, delivery := []byte(m.Author), plainJSON(m.Delivery)
	d.set(2, author)
	d.set(3, []byte(m.Attributes))
	d.set(4, []byte(delivery))
	rest := identity // written over the content, whose digest is taken
	for _, s := range [...]string{m.Author, m.Attributes, delivery, string(m.DateCreated), string(m.DateUpdated)} {
		rest = appendField(rest, s)
	}
	d.set(1, rest)
	return d
}

// set fills in group i.
func (d *SourceDigest) set(i int, of []byte) {
	g := fieldGroups[i]
	sum := sha256.Sum256(of)
	copy(d[g.from:g.to], sum[:])
}
