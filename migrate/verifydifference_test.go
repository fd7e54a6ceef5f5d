package migrate_test

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/twilio2acs/twilio2acs/migrate"
)

// Whatever people write ends no line, and no element of a path passes for two.
func FuzzDifferenceText(f *testing.F) {
	for _, s := range []string{"", "IM1/../../x", "a\x1b[31m", "\u202e", "é🚲", "\xff\xfe", strings.Repeat("long ", 100), "%2F", "\r\n=1+1"} {
		f.Add(s, "another")
	}
	f.Fuzz(func(t *testing.T, a, b string) {
		path := migrate.PathOf("messages", a, b)
		if strings.Count(path, "/") != 2 || len(path) > 3*3*250 {
			t.Errorf("path %q", path)
		}
		want, got := migrate.Excerpts(a, b)
		for _, s := range []string{path, want, got} {
			if !utf8.ValidString(s) || strings.ContainsFunc(s, func(r rune) bool { return !unicode.IsPrint(r) }) {
				t.Errorf("%q can end a line or hide something", s)
			}
		}
		if utf8.RuneCountInString(want) > 4*70+4 {
			t.Errorf("%d characters shown of %d bytes", utf8.RuneCountInString(want), len(a))
		}
		if a != b && len(a) < 20 && len(b) < 20 && want == got {
			t.Errorf("%q and %q look alike: %s", a, b, want)
		}
	})
}
