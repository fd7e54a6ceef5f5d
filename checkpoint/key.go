package checkpoint

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"math"
	"strings"

	"github.com/twilio2acs/twilio2acs/mapping"
)

// A sidKey stands for one SID in the keys of the file. It has a fixed length,
// so that a key made of two can be cut apart, and half that of the text.
// The first byte is 0 before the digits of a regular SID, and 1 before a digest
// of anything else that a source may call one.
type sidKey [17]byte

func conversationKey(c mapping.ConversationSID) sidKey { return newSIDKey("CH", string(c)) }

func mediaKey(c mapping.ConversationSID, m mapping.MediaSID) []byte {
	conversation, media := conversationKey(c), newSIDKey("ME", string(m))
	return append(conversation[:], media[:]...)
}

func newSIDKey(prefix, sid string) (k sidKey) {
	if digits, ok := packSID(prefix, sid); ok {
		copy(k[1:], digits[:])
		return k
	}
	k[0] = 1
	digest := sha256.Sum256([]byte(sid))
	copy(k[1:], digest[:])
	return k
}

// packSID halves a SID of the usual form: prefix and 32 lower-case hexadecimal
// digits. It reports false for any other, which cannot be had back from half.
func packSID(prefix, sid string) (digits [16]byte, ok bool) {
	text, ok := strings.CutPrefix(sid, prefix)
	if !ok || len(text) != 2*len(digits) {
		return digits, false
	}
	for i := range digits {
		high, low := digitOf[text[2*i]], digitOf[text[2*i+1]]
		if high|low == noDigit {
			return digits, false
		}
		digits[i] = high<<4 | low
	}
	return digits, true
}

// unpackSID gives back what packSID has halved.
func unpackSID(prefix string, digits []byte) string {
	text := make([]byte, 0, 34) // of this length it needs no memory of its own
	return string(hex.AppendEncode(append(text, prefix...), digits))
}

// noDigit stands for what is no lower-case hexadecimal digit.
const noDigit = math.MaxUint8

// digitOf gives the value of a lower-case hexadecimal digit. Two SIDs are packed for
// every message, which is why they do not go by way of [hex.Decode]: it allocates,
// and takes upper case as well.
var digitOf = func() (values [1 << 8]byte) {
	for c := range values {
		values[c] = noDigit
	}
	for value, c := range []byte("0123456789abcdef") {
		values[c] = byte(value)
	}
	return values
}()

// packedDigits are those of the SID that key stands for; false if it is no [sidKey], or
// one made of a digest.
func packedDigits(key []byte) ([]byte, bool) {
	if len(key) != len(sidKey{}) || key[0] != 0 {
		return nil, false
	}
	return key[1:], true
}

// sidPrefixes begin the keys of all SIDs that begin with begin, of others as well. Of
// a digit that is not a whole byte nothing can be said.
func sidPrefixes(prefix, begin string) [][]byte {
	text, ok := strings.CutPrefix(begin, prefix)
	digits, err := hex.DecodeString(text[:len(text)&^1])
	if !ok || err != nil || len(digits) > len(sidKey{})-1 {
		return [][]byte{nil}
	}
	return [][]byte{append([]byte{0}, digits...), {1}}
}

// numberKey orders what has a number.
func numberKey(number uint64) []byte { return binary.BigEndian.AppendUint64(nil, number) }

// maxPersonKey is how long a key may be to stand in the file as it is, in
// bytes. An author may be free text of any length; bbolt takes 32 KB.
const maxPersonKey = 1000

// What parts the key of a person, and what one that is a digest begins with.
const (
	separator = "\x00"
	digested  = "\xff"
)

// personKey orders people by kind, service and name. Where that would be too
// long or ambiguous, a digest stands for it.
func personKey(k mapping.PersonKey) []byte {
	kind, service := string(k.Kind), string(k.Service)
	key := strings.Join([]string{kind, service, k.Name}, separator)
	if len(key) <= maxPersonKey && !strings.Contains(kind+service, separator) {
		return []byte(key)
	}
	digest := sha256.New()
	for _, part := range []string{kind, service, k.Name} {
		sum := sha256.Sum256([]byte(part))
		digest.Write(sum[:])
	}
	return digest.Sum([]byte(digested))
}
