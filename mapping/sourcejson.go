package mapping

import (
	"bytes"
	"encoding/json"
	"strings"
)

// plainJSON is raw without white space and with its keys sorted, so that the same
// resource looks alike wherever it was read and in whatever order it was written.
// Null and nothing are empty; what is no JSON stays as it is.
func plainJSON(raw json.RawMessage) string {
	if len(raw) == 0 || string(raw) == "null" { // mostly
		return ""
	}
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber() // so that no digit is lost
	var v any
	if err := d.Decode(&v); err != nil || d.More() {
		return string(raw)
	}
	var b strings.Builder
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil || v == nil {
		return ""
	}
	return strings.TrimSuffix(b.String(), "\n")
}

// resourceJSON is one resource on one line: as Twilio returned it, or, where
// that was not kept, as its noun.
func resourceJSON(raw json.RawMessage, noun any) []byte {
	var b bytes.Buffer
	if len(raw) > 0 && json.Compact(&b, raw) == nil {
		return b.Bytes()
	}
	b.Reset()
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(noun); err != nil {
		return []byte("null")
	}
	return bytes.TrimRight(b.Bytes(), "\n")
}

// isJSON reports whether s is one JSON value.
func isJSON(s string) bool { return json.Valid([]byte(s)) }

// soundJSON is raw if it is JSON, otherwise a JSON string of it: a noun made by
// hand must not lose the resource that carries it.
func soundJSON(raw json.RawMessage) json.RawMessage {
	if len(raw) == 0 || json.Valid(raw) {
		return raw
	}
	quoted, err := json.Marshal(string(raw))
	if err != nil {
		return nil
	}
	return quoted
}

// isEmptyJSON reports whether raw holds nothing: absent, null, {} or [].
func isEmptyJSON(raw json.RawMessage) bool {
	switch plainJSON(raw) {
	case "", "{}", "[]":
		return true
	}
	return false
}
