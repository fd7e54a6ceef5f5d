package fixtureserver

import (
	"bytes"
	"encoding/json"
	"fmt"
)

// replaceField gives a field of a JSON object another value and leaves
// everything else byte for byte as it is, the order too. A field that is not
// there is added at the end.
func replaceField(raw json.RawMessage, name string, value any) (json.RawMessage, error) {
	replacement, err := marshal(value)
	if err != nil {
		return nil, err
	}
	d := json.NewDecoder(bytes.NewReader(raw))
	if start, err := d.Token(); err != nil || start != json.Delim('{') {
		return nil, fmt.Errorf("replace %s: it is no JSON object", name)
	}
	for fields := 0; ; fields++ {
		if !d.More() {
			return appendField(raw, fields, name, replacement)
		}
		key, err := d.Token()
		if err != nil {
			return nil, err
		}
		var old json.RawMessage
		if err := d.Decode(&old); err != nil {
			return nil, err
		}
		if end := d.InputOffset(); key == name {
			start := end - int64(len(old))
			return bytes.Join([][]byte{raw[:start], replacement, raw[end:]}, nil), nil
		}
	}
}

// appendField adds a field to an object that has so many.
func appendField(raw json.RawMessage, fields int, name string, value json.RawMessage) (json.RawMessage, error) {
	key, err := marshal(name)
	if err != nil {
		return nil, err
	}
	end := bytes.LastIndexByte(raw, '}')
	if end < 0 {
		return nil, fmt.Errorf("add %s: the JSON object does not end", name)
	}
	var comma []byte
	if fields > 0 {
		comma = []byte{','}
	}
	return bytes.Join([][]byte{raw[:end], comma, key, {':'}, value, raw[end:]}, nil), nil
}

// marshal writes JSON without escaping what only matters in HTML.
func marshal(value any) (json.RawMessage, error) {
	var text bytes.Buffer
	e := json.NewEncoder(&text)
	e.SetEscapeHTML(false)
	err := e.Encode(value)
	return bytes.TrimSuffix(text.Bytes(), []byte{'\n'}), err
}
