package twiliosrc

import (
	"bytes"
	"encoding/json"
	"errors"
	"unicode/utf8"
)

// errNotUTF8 is found before encoding/json could replace the bytes in silence.
var errNotUTF8 = errors.New("text is not UTF-8")

// compact checks that text is one JSON value and returns it without the space
// between its parts.
func compact(text []byte) (json.RawMessage, error) {
	if !utf8.Valid(text) {
		return nil, errNotUTF8
	}
	if isCompact(text) && json.Valid(text) { // in half the time; whatever is wrong is told below
		return bytes.Clone(text), nil
	}
	raw := bytes.NewBuffer(make([]byte, 0, len(text)))
	if err := json.Compact(raw, text); err != nil {
		return nil, err
	}
	return raw.Bytes(), nil
}

// decode reads one resource into v, a pointer to a struct, and returns its text
// compacted.
func decode(text []byte, v any) (json.RawMessage, error) {
	if !utf8.Valid(text) {
		return nil, errNotUTF8
	}
	raw := json.RawMessage(bytes.Clone(text))
	if !isCompact(raw) { // whatever else is wrong is found when it is decoded
		var err error
		if raw, err = compact(text); err != nil {
			return nil, err
		}
	}
	err := json.Unmarshal(raw, v)
	switch {
	case errors.As(err, new(*json.SyntaxError)):
		return nil, err
	case raw[0] != '{':
		return nil, errors.New("text is not a JSON object")
	}
	return raw, err
}
