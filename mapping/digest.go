package mapping

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"maps"
	"slices"
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
