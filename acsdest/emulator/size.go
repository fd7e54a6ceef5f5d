package emulator

import (
	"cmp"
	"encoding/json"
	"net/http"
	"strings"
	"unicode/utf16"
)

// Sizes say how large what a server takes may be, and how it finds out. The zero
// value is what is published and, where nothing is, what is likely.
type Sizes struct {
	// Message bounds a message, in bytes. 0 means 28 KB, which is published; how
	// the service measures is not.
	Message int
	// Measure is how texts are measured. Empty means MeasureUTF16, as the sister
	// limit of Teams counts.
	Measure Measure
	// ContentOnly leaves the sender's display name and the metadata of a message
	// out of its size.
	ContentOnly bool
	// MessageMetadata bounds the metadata of a message, keys and values together, in
	// bytes of UTF-8. 0 means that its message alone bounds it: no limit is published.
	MessageMetadata int
	// ThreadMetadata bounds the metadata of a thread likewise. 0 means 1 KB: the
	// OpenAPI document says "1KB"; that UTF-8 is meant is a guess.
	ThreadMetadata int
	// Status refuses what is too large. 0 means 400; 413 is as likely.
	Status int
}

// A Measure is a way to measure texts in bytes.
type Measure string

// The measures.
const (
	MeasureUTF16 Measure = "utf16"
	MeasureUTF8  Measure = "utf8"
	MeasureJSON  Measure = "json" // UTF-8, with what JSON has to escape escaped
)

const (
	maxMessage        = 28 * 1024
	maxThreadMetadata = 1024
	// maxParticipantMetadata is "1KB" as well (Chat 2025-03-15, ChatParticipant).
	maxParticipantMetadata = 1024
)

// of is the size of a text.
func (m Measure) of(s string) int {
	switch m {
	case MeasureUTF8:
		return len(s)
	case MeasureJSON:
		return jsonBytes(s)
	}
	n := 0
	for _, r := range s {
		n += 2 * utf16.RuneLen(r)
	}
	return n
}

// jsonBytes is the size of s between the quotes of JSON, written as short as it may be.
func jsonBytes(s string) int {
	var b strings.Builder
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if e.Encode(s) != nil { // it cannot: a builder takes everything
		return len(s)
	}
	return b.Len() - len("\"\"\n")
}

// checkMessage refuses a message that is too large, or has too much metadata.
func (z Sizes) checkMessage(m message) error {
	size := z.Measure.of(m.Content)
	if !z.ContentOnly {
		size += z.Measure.of(m.SenderName)
		for k, v := range m.Metadata {
			size += z.Measure.of(k) + z.Measure.of(v)
		}
	}
	if size > cmp.Or(z.Message, maxMessage) {
		return z.tooLarge("The message is too large.")
	}
	if z.MessageMetadata > 0 {
		return z.checkMetadata(m.Metadata, z.MessageMetadata)
	}
	return nil
}

// checkThread refuses too much metadata of a thread.
func (z Sizes) checkThread(metadata map[string]string) error {
	return z.checkMetadata(metadata, cmp.Or(z.ThreadMetadata, maxThreadMetadata))
}

// checkParticipant refuses too much metadata of a participant.
func (z Sizes) checkParticipant(metadata map[string]string) error {
	return z.checkMetadata(metadata, maxParticipantMetadata)
}

func (z Sizes) checkMetadata(metadata map[string]string, limit int) error {
	size := 0
	for k, v := range metadata {
		size += len(k) + len(v)
	}
	if size > limit {
		return z.tooLarge("The metadata is too large.")
	}
	return nil
}

// tooLarge is the refusal of what is.
func (z Sizes) tooLarge(message string) error {
	r := badRequest(message)
	if z.Status == http.StatusRequestEntityTooLarge {
		r.status, r.code = z.Status, "RequestEntityTooLarge"
	}
	return r
}
