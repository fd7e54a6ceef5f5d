package acsdest

import (
	"fmt"
	"path/filepath"
	"strings"
	"unicode/utf8"
)

// KeyError says that a key of a media store cannot name a file.
type KeyError struct {
	Key    string
	Reason string
}

func (e *KeyError) Error() string { return fmt.Sprintf("media key %q: %s", e.Key, e.Reason) }

// checkKey refuses keys that would name something else than a file of their own
// in a store, on any system and for any store. Keys are made of names from
// outside, so nothing is mended here.
func checkKey(key string) error {
	switch {
	case !utf8.ValidString(key):
		return &KeyError{key, "not valid UTF-8"}
	case strings.ContainsFunc(key, func(r rune) bool { return r < ' ' || r == 0x7f || r == '\\' }):
		return &KeyError{key, "control character or backslash in it"}
	}
	for element := range strings.SplitSeq(key, "/") {
		switch {
		case element == "" || element == "." || !filepath.IsLocal(element):
			return &KeyError{key, fmt.Sprintf("%q is no file name", element)}
		case element == partialDir:
			return &KeyError{key, element + " is reserved"}
		}
	}
	return nil
}
