package twiliosrc

import (
	"bytes"
	"encoding/json"
)

// field finds the value of a key of the JSON object in text and returns it as it
// is written, nil if it is not found. Only the top level is searched. It looks
// at no more than it must, which makes it many times faster than decoding: text
// may be damaged behind the value, or in a way that it does not notice.
func field(text []byte, key string) []byte {
	i := skipSpace(text, 0)
	if i == len(text) || text[i] != '{' {
		return nil
	}
	for {
		nameStart := skipSpace(text, i+1)
		nameEnd := stringEnd(text, nameStart)
		if nameEnd < 0 {
			return nil
		}
		colon := skipSpace(text, nameEnd)
		if colon == len(text) || text[colon] != ':' {
			return nil
		}
		start := skipSpace(text, colon+1)
		end := valueEnd(text, start)
		if end < 0 {
			return nil
		}
		if string(text[nameStart+1:nameEnd-1]) == key {
			return text[start:end]
		}
		i = skipSpace(text, end)
		if i == len(text) || text[i] != ',' {
			return nil
		}
	}
}

// stringField is field for a string without escapes, such as a SID. It returns
// what stands between the quotes.
func stringField(text []byte, key string) []byte {
	v := field(text, key)
	if len(v) < 2 || v[0] != '"' || bytes.IndexByte(v, '\\') >= 0 {
		return nil
	}
	return v[1 : len(v)-1]
}

// elements finds the values in the JSON array in text, which is valid, and returns
// them as they are written. It reports false if text is no array.
func elements(text []byte) (values []json.RawMessage, ok bool) {
	if len(text) < 2 || text[0] != '[' {
		return nil, false
	}
	for i := skipSpace(text, 1); i < len(text) && text[i] != ']'; {
		end := valueEnd(text, i)
		if end < 0 {
			return nil, false
		}
		values = append(values, bytes.TrimRight(text[i:end:end], " \t\r\n"))
		if i = skipSpace(text, end); i < len(text) && text[i] == ',' {
			i = skipSpace(text, i+1)
		}
	}
	return values, true
}

func skipSpace(text []byte, i int) int {
	for i < len(text) && (text[i] == ' ' || text[i] == '\t' || text[i] == '\r' || text[i] == '\n') {
		i++
	}
	return i
}

// stringEnd returns the index after the string that starts at i, -1 if there is
// no whole string.
func stringEnd(text []byte, i int) int {
	if i >= len(text) || text[i] != '"' {
		return -1
	}
	for i++; ; i++ {
		n := bytes.IndexByte(text[i:], '"')
		if n < 0 {
			return -1
		}
		i += n
		escapes := 0
		for text[i-1-escapes] == '\\' {
			escapes++
		}
		if escapes%2 == 0 {
			return i + 1
		}
	}
}

// valueEnd returns the index after the value that starts at i, -1 if it does
// not end.
func valueEnd(text []byte, i int) int {
	depth := 0
	for i < len(text) {
		switch text[i] {
		case '"':
			if i = stringEnd(text, i); i < 0 || depth == 0 {
				return i
			}
			continue
		case '{', '[':
			depth++
		case '}', ']':
			if depth == 0 {
				return i
			}
			if depth--; depth == 0 {
				return i + 1
			}
		case ',':
			if depth == 0 {
				return i
			}
		}
		i++
	}
	return -1
}

// isCompact reports whether there is no space between the parts of the JSON in text.
// It checks nothing else.
func isCompact(text []byte) bool {
	for i := 0; i >= 0 && i < len(text); {
		switch text[i] {
		case '"':
			i = stringEnd(text, i)
		case ' ', '\t', '\r', '\n':
			return false
		default:
			i++
		}
	}
	return true
}
