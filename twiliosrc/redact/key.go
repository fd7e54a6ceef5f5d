package redact

import "crypto/rand"

// Key determines what text is replaced by. Whoever has it can restore the text.
type Key [32]byte

// NewKey makes a key of which nobody knows anything.
func NewKey() Key {
	var k Key
	rand.Read(k[:]) // never fails: the program ends instead
	return k
}

// String keeps keys out of logs.
func (Key) String() string { return "redact.Key" }

// GoString keeps keys out of logs.
func (k Key) GoString() string { return k.String() }
