package redact

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// place is where a JSON value stands.
type place struct {
	name string // of the member that it is; for elements, that of their list
	// people is set within what people's applications wrote: there any key may be
	// text. Elsewhere keys are Twilio's.
	people bool
	// container is set where an object has fields of Twilio's.
	container bool
}

// member is the place of a member of an object at p.
func (p place) member(key string) place {
	return place{name: key, people: p.people, container: p.container && (p.name != "" || containers[key])}
}

// json is the JSON text src, which must be valid, with everything rewritten that
// stands at p and below. What stands between strings and numbers stays.
func (w *rewriter) json(src []byte, p place) []byte {
	c := copier{rewriter: w, src: src, dst: make([]byte, 0, len(src))}
	c.space()
	c.value(p)
	c.space()
	return c.dst
}

// copier copies a JSON text from src to dst.
type copier struct {
	*rewriter
	src []byte
	at  int
	dst []byte
}

func (c *copier) value(p place) {
	switch b := c.src[c.at]; {
	case b == '{':
		p.people = p.people || !p.container
		c.list(func() { c.member(p) })
	case b == '[':
		c.list(func() { c.value(p) })
	case b == '"':
		c.str(func(s string) string { return c.valueText(p, s) })
	case b >= 'a': // true, false or null
		c.dst = append(c.dst, c.take(isLower)...)
	default:
		c.dst = append(c.dst, c.valueNumber(p, string(c.take(isNumeric)))...)
	}
}

// list copies an object or an array, each of whose parts is copied by part.
func (c *copier) list(part func()) {
	c.one()
	c.space()
	for c.src[c.at] != '}' && c.src[c.at] != ']' {
		part()
		c.space()
		if c.src[c.at] == ',' {
			c.one()
			c.space()
		}
	}
	c.one()
}

// member copies a member of the object at p.
func (c *copier) member(p place) {
	var key string
	c.str(func(s string) string {
		if key = s; p.people {
			return c.key(s)
		}
		return s
	})
	c.space()
	c.one() // the colon
	c.space()
	field := c.field
	if !p.people {
		c.field = strings.TrimPrefix(field+"."+fieldName(key), ".")
	}
	c.value(p.member(key))
	c.field = field
}

// fieldName is a key as it may be shown: one that is no name of Twilio's may be
// anything.
func fieldName(key string) string {
	if strings.Trim(key, "abcdefghijklmnopqrstuvwxyz_") != "" {
		return "…"
	}
	return key
}

// one copies a byte.
func (c *copier) one() {
	c.dst = append(c.dst, c.src[c.at])
	c.at++
}

func (c *copier) space() { c.dst = append(c.dst, c.take(isSpace)...) }

// take passes over the bytes that belong to a set and returns them.
func (c *copier) take(set func(byte) bool) []byte {
	start := c.at
	for c.at < len(c.src) && set(c.src[c.at]) {
		c.at++
	}
	return c.src[start:c.at]
}

func isSpace(b byte) bool   { return b == ' ' || b == '\t' || b == '\r' || b == '\n' }
func isLower(b byte) bool   { return b >= 'a' && b <= 'z' }
func isNumeric(b byte) bool { return strings.IndexByte("+-.0123456789eE", b) >= 0 }

// str copies a string that becomes another, which must have the same number of
// characters of the same lengths.
func (c *copier) str(replace func(string) string) {
	end := c.at + 1
	for c.src[end] != '"' {
		if c.src[end] == '\\' {
			end++
		}
		end++
	}
	literal := c.src[c.at : end+1]
	c.at = end + 1
	old := string(literal[1 : len(literal)-1])
	if strings.IndexByte(old, '\\') >= 0 {
		old = unescape(literal)
	}
	c.dst = appendLiteral(c.dst, literal, replace(old))
}

// unescape is what a JSON string says.
func unescape(literal []byte) string {
	var s string
	if err := json.Unmarshal(literal, &s); err != nil {
		panic("redact: string of a valid JSON text is not valid") // no text of anybody's
	}
	return s
}

// appendLiteral appends a JSON string that says text and is written as literal
// is: what was escaped is escaped.
func appendLiteral(dst, literal []byte, text string) []byte {
	dst = append(dst, '"')
	for rest := literal[1 : len(literal)-1]; len(rest) > 0; {
		old, size, escaped := readCharacter(rest)
		r, n := utf8.DecodeRuneInString(text)
		switch written := rest[:size]; {
		case r == old:
			dst = append(dst, written...)
		case escaped:
			dst = appendEscaped(dst, r, bytes.ContainsAny(written, "ABCDEF"))
		default:
			dst = utf8.AppendRune(dst, r)
		}
		rest, text = rest[size:], text[n:]
	}
	return append(dst, '"')
}

// readCharacter reads a character of a JSON string. As encoding/json does, it
// takes half a surrogate pair for U+FFFD.
func readCharacter(s []byte) (r rune, size int, escaped bool) {
	if s[0] != '\\' {
		r, size = utf8.DecodeRune(s)
		return r, size, false
	}
	if s[1] != 'u' {
		return shortEscapes[s[1]], 2, true
	}
	r = hexRune(s)
	if !utf16.IsSurrogate(r) {
		return r, 6, true
	}
	if len(s) >= 12 && s[6] == '\\' && s[7] == 'u' {
		if pair := utf16.DecodeRune(r, hexRune(s[6:])); pair != utf8.RuneError {
			return pair, 12, true
		}
	}
	return utf8.RuneError, 6, true
}

// shortEscapes are the characters that may be written as a backslash and one
// more byte.
var shortEscapes = map[byte]rune{'"': '"', '\\': '\\', '/': '/', 'b': '\b', 'f': '\f', 'n': '\n', 'r': '\r', 't': '\t'}

// hexRune is the character of an escape such as \u00e9.
func hexRune(escape []byte) rune {
	n, err := strconv.ParseUint(string(escape[2:6]), 16, 16)
	if err != nil { // cannot be: the text is valid
		return utf8.RuneError
	}
	return rune(n)
}

func appendEscaped(dst []byte, r rune, upper bool) []byte {
	format := `\u%04x`
	if upper {
		format = `\u%04X`
	}
	if high, low := utf16.EncodeRune(r); high != utf8.RuneError {
		return fmt.Appendf(dst, format+format, high, low)
	}
	return fmt.Appendf(dst, format, r)
}
