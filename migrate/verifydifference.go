package migrate

import (
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"unicode"
)

// Difference is something in ACS or the media store that is not as it should be.
// Want and Got are words of this program, or quoted text without any control
// character.
type Difference struct {
	Path string `json:"path"` // conversations/CH…/messages/IM…/content
	Want string `json:"want"`
	Got  string `json:"got"`
}

func (d Difference) String() string { return fmt.Sprintf("%s: want %s, got %s", d.Path, d.Want, d.Got) }

// maxDifferences is how many differences a verification holds.
const maxDifferences = 1000

// differences collects the first of them, counts the rest and passes all on. It
// is safe for concurrent use.
type differences struct {
	found func(Difference) // may be nil

	mu   sync.Mutex
	kept []Difference
	more int
}

func (d *differences) add(x Difference) {
	x.Want, x.Got = printable(x.Want), printable(x.Got)
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.found != nil {
		d.found(x)
	}
	if len(d.kept) == maxDifferences {
		d.more++
		return
	}
	d.kept = append(d.kept, x)
}

// printable escapes what a service may have put into its words.
func printable(s string) string {
	if strings.IndexFunc(s, func(r rune) bool { return !unicode.IsPrint(r) }) < 0 {
		return s
	}
	return strings.Trim(strconv.Quote(s), `"`)
}

// sorted are those that were kept, by path.
func (d *differences) sorted() ([]Difference, int) {
	d.mu.Lock()
	defer d.mu.Unlock()
	slices.SortStableFunc(d.kept, func(a, b Difference) int { return strings.Compare(a.Path, b.Path) })
	return d.kept, d.more
}

// PathOf is the path of a Difference. Elements may come from people: what is not
// plain is escaped, so that none of them ends the line or passes for two.
func PathOf(elements ...string) string {
	escaped := make([]string, len(elements))
	for i, e := range elements {
		escaped[i] = pathElement(e)
	}
	return strings.Join(escaped, "/")
}

// longestElement bounds an element of a path, in bytes. Those of Twilio and ACS
// are shorter.
const longestElement = 200

// pathElement keeps what SIDs, IDs of ACS and keys of metadata are made of.
func pathElement(s string) string {
	if len(s) > longestElement {
		s = s[:longestElement] + "…"
	}
	plain := func(r rune) bool {
		return r > ' ' && r < 0x7f && !strings.ContainsRune("/%?#", r)
	}
	if strings.IndexFunc(s, func(r rune) bool { return !plain(r) }) < 0 {
		return s
	}
	return url.PathEscape(s)
}
