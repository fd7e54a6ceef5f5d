package mapping

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"maps"
	"slices"
	"strconv"
)

// digestSize is how many bytes of a SHA-256 identify a part or a source.
const digestSize = 16

// appendField appends s to b with its length before it, so that no two lists of
// fields look alike.
func appendField(b []byte, s string) []byte {
	b = binary.AppendUvarint(b, uint64(len(s)))
	return append(b, s...)
}

// Digest identifies what of m ACS is to keep, in hexadecimal.
func (m NewChatMessage) Digest() string {
	return digest(m.Content, m.SenderDisplayName, m.Metadata)
}

// Digest is that of the NewChatMessage that became m, as long as ACS returns
// what was sent and nobody has edited it since.
func (m ChatMessage) Digest() string {
	return digest(m.Content, m.SenderDisplayName, m.Metadata)
}

func digest(content, name string, md Metadata) string {
	size := len(content) + len(name) + 16
	for k, v := range md { // a sum: the order does not matter
		size += len(k) + len(v) + 8
	}
	b := make([]byte, 0, size)
	b = appendField(b, content)
	b = appendField(b, name)
	for _, k := range slices.Sorted(maps.Keys(md)) {
		b = appendField(b, k)
		b = appendField(b, md[k])
	}
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:digestSize])
}

// partsDigest identifies a whole message by its parts, in hexadecimal.
func partsDigest(parts []NewChatMessage) string {
	b := make([]byte, 0, len(parts)*(2*digestSize+1))
	for _, p := range parts {
		b = appendField(b, p.Digest())
	}
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:digestSize])
}

// sourceDigest identifies everything of m that is carried. Index and SID are in
// it although they never change: a digest then belongs to one message only.
func sourceDigest(m Message) [digestSize]byte {
	b := make([]byte, 0, 256+len(m.Body)+len(m.Attributes))
	for _, s := range [...]string{
		string(m.SID), strconv.FormatInt(m.Index, 10), m.Author, string(m.ParticipantSID),
		m.Body, m.Subject, m.Attributes, m.ContentSID, compactJSON(m.Delivery),
		string(m.DateCreated), string(m.DateUpdated), strconv.Itoa(len(m.Media)),
	} {
		b = appendField(b, s)
	}
	for _, f := range m.Media {
		for _, s := range [...]string{
			string(f.SID), f.ContentType, f.Filename, strconv.FormatInt(f.Size, 10), f.Category,
		} {
			b = appendField(b, s)
		}
	}
	sum := sha256.Sum256(b)
	return [digestSize]byte(sum[:digestSize])
}
