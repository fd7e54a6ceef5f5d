package mapping

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"slices"
)

// digestSize is how many bytes of a SHA-256 identify a part or a source.
const digestSize = 16

// usualSize and usualKeys are room for the text, in bytes, and the metadata of most
// messages: that much is kept on the stack while digests are taken.
const (
	usualSize = 1 << 10
	usualKeys = 16
)

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
	b := make([]byte, 0, usualSize)
	b = appendField(b, content)
	b = appendField(b, name)
	keys := make([]string, 0, usualKeys)
	for k := range md {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	for _, k := range keys {
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
