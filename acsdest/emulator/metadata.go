package emulator

import (
	"maps"
	"unicode/utf16"
)

// The most that the metadata of a thread and of a participant may hold, keys and
// values together. The OpenAPI document says "1KB"; that UTF-8 bytes are
// meant is a guess.
const (
	maxThreadMetadata      = 1024
	maxParticipantMetadata = 1024
)

// metadataPatch is metadata in a request, values being strings or null.
type metadataPatch map[string]*string

// whole reads p as the metadata of something new. An empty value stays, a null
// is refused.
func (p metadataPatch) whole(limit int) (map[string]string, error) {
	if len(p) == 0 {
		return nil, nil
	}
	m := make(map[string]string, len(p))
	for k, v := range p {
		if v == nil {
			return nil, badRequest("Metadata values must be strings.")
		}
		m[k] = *v
	}
	return m, checkMetadata(m, limit)
}

// merge applies p to old: keys that p does not name stay, an empty value or a
// null removes a key, as recorded.
func (p metadataPatch) merge(old map[string]string, limit int) (map[string]string, error) {
	if len(p) == 0 {
		return old, nil
	}
	m := maps.Clone(old)
	if m == nil {
		m = make(map[string]string, len(p))
	}
	for k, v := range p {
		if v == nil || *v == "" {
			delete(m, k)
		} else {
			m[k] = *v
		}
	}
	return m, checkMetadata(m, limit)
}

// checkMetadata refuses more than limit bytes; 0 is no limit.
func checkMetadata(m map[string]string, limit int) error {
	size := 0
	for k, v := range m {
		size += len(k) + len(v)
	}
	if limit > 0 && size > limit {
		return badRequest("The metadata is too large.")
	}
	return nil
}

// utf16Bytes is the size of s as UTF-16.
func utf16Bytes(s string) int {
	n := 0
	for _, r := range s {
		n += 2 * utf16.RuneLen(r)
	}
	return n
}
