package mapping

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// minErasedName is how long a name must be to be looked for in texts, in runes:
// of a shorter one every other text would have something.
const minErasedName = 3

// neutralPerson stands for whoever is dropped, where others name them.
const neutralPerson = "[left out]"

// A nameEraser replaces names in texts: whole words, in the case in which they are
// written in Twilio.
type nameEraser struct {
	byFirst map[rune][]erasedName // by their first rune, the longest first
}

type erasedName struct{ name, by string }

// newNameEraser looks for all names of those who are erased.
func newNameEraser(list []Decision) *nameEraser {
	e := &nameEraser{byFirst: make(map[rune][]erasedName)}
	for _, d := range list {
		if !d.Action.Erases() {
			continue
		}
		by := neutralPerson
		if d.Action == ActionAnonymise {
			by = d.Pseudonym
		}
		for _, name := range append([]string{d.Key.Name, bareAddress(d.Key.Name)}, d.Names...) {
			e.add(strings.TrimSpace(name), by)
		}
	}
	for _, names := range e.byFirst {
		slices.SortStableFunc(names, func(a, b erasedName) int { return len(b.name) - len(a.name) })
	}
	return e
}

// bareAddress is an address without the channel that it begins with.
func bareAddress(name string) string {
	if _, bare, ok := strings.Cut(name, ":"); ok && isAddress(name) {
		return bare
	}
	return ""
}

func (e *nameEraser) add(name, by string) {
	if utf8.RuneCountInString(name) < minErasedName {
		return
	}
	first, _ := utf8.DecodeRuneInString(name)
	e.byFirst[first] = append(e.byFirst[first], erasedName{name, by})
}

// text is s with every name replaced.
func (e *nameEraser) text(s string) string {
	var b strings.Builder
	done, before := 0, rune(-1)
	for i := 0; i < len(s); {
		r, size := utf8.DecodeRuneInString(s[i:])
		if found, ok := e.at(s[i:], r, before); ok {
			b.WriteString(s[done:i])
			b.WriteString(found.by)
			i += len(found.name)
			done = i
			before, _ = utf8.DecodeLastRuneInString(found.name)
			continue
		}
		before, i = r, i+size
	}
	if done == 0 {
		return s
	}
	return b.String() + s[done:]
}

// at is the name that rest begins with, as a word of its own. First is its first
// rune, before the one in front of it.
func (e *nameEraser) at(rest string, first, before rune) (erasedName, bool) {
	for _, n := range e.byFirst[first] {
		if !strings.HasPrefix(rest, n.name) || inWord(before) && inWord(first) {
			continue
		}
		last, _ := utf8.DecodeLastRuneInString(n.name)
		next, size := utf8.DecodeRuneInString(rest[len(n.name):])
		if size == 0 || !inWord(last) || !inWord(next) {
			return n, true
		}
	}
	return erasedName{}, false
}

func inWord(r rune) bool {
	return unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r) || r == '_'
}

// attributes are those of an item, which mostly are JSON in a string.
func (e *nameEraser) attributes(s string) string {
	if raw := []byte(s); json.Valid(raw) {
		return string(e.json(raw))
	}
	return e.text(s)
}

// json is raw with every name in a string or a key of it replaced. What has none
// stays as it is, to the byte.
func (e *nameEraser) json(raw json.RawMessage) json.RawMessage {
	if len(raw) == 0 || !bytes.Contains(raw, []byte(`\`)) && e.text(string(raw)) == string(raw) {
		return raw
	}
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber() // so that no digit is lost
	var v any
	if err := d.Decode(&v); err != nil || d.More() {
		return soundJSON(json.RawMessage(e.text(string(raw))))
	}
	erased, changed := e.value(v)
	if !changed {
		return raw
	}
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(erased); err != nil {
		return json.RawMessage("null")
	}
	return bytes.TrimRight(b.Bytes(), "\n")
}

// value is v with every name replaced, and whether there was one.
func (e *nameEraser) value(v any) (erased any, changed bool) {
	switch v := v.(type) {
	case string:
		s := e.text(v)
		if strings.HasPrefix(v, "{") || strings.HasPrefix(v, "[") {
			s = e.attributes(v)
		}
		return s, s != v
	case []any:
		for i := range v {
			one, c := e.value(v[i])
			v[i], changed = one, changed || c
		}
		return v, changed
	case map[string]any:
		named := make(map[string]any, len(v))
		for key, one := range v {
			name := e.text(key)
			one, c := e.value(one)
			named[name], changed = one, changed || c || name != key
		}
		return named, changed
	case json.Number: // an identity may be made of digits
		if s := e.text(v.String()); s != v.String() {
			return s, true
		}
	}
	return v, false
}
