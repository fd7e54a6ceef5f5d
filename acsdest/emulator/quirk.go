package emulator

import (
	"html"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"
)

// A Quirk is a way in which a server does not keep what it is given. The service
// is not known to have any of them: they show whether a client would notice.
type Quirk string

// The quirks.
const (
	QuirkTrim      Quirk = "trim"      // takes white space off the ends of contents
	QuirkNarrow    Quirk = "narrow"    // keeps no character outside the basic plane
	QuirkCut       Quirk = "cut"       // keeps 8 KB of a content
	QuirkEscape    Quirk = "escape"    // escapes texts as HTML
	QuirkNames     Quirk = "names"     // keeps no display names
	QuirkMetadata  Quirk = "metadata"  // keeps one key of metadata
	QuirkMembers   Quirk = "members"   // makes a member of nobody but the creator of a thread
	QuirkRetention Quirk = "retention" // deletes threads after 30 days
)

// AllQuirks are all there are.
var AllQuirks = []Quirk{
	QuirkTrim, QuirkNarrow, QuirkCut, QuirkEscape, QuirkNames, QuirkMetadata, QuirkMembers, QuirkRetention,
}

// quirkSize is how many bytes of UTF-8 QuirkCut keeps.
const quirkSize = 8 << 10

func (o Options) has(q Quirk) bool { return slices.Contains(o.Quirks, q) }

// bendMessage does to a message what the quirks do.
func (o Options) bendMessage(m *message) {
	if o.has(QuirkTrim) {
		m.Content = strings.TrimSpace(m.Content)
	}
	if o.has(QuirkNarrow) {
		m.Content = narrow(m.Content)
	}
	if o.has(QuirkCut) && len(m.Content) > quirkSize {
		m.Content = strings.ToValidUTF8(m.Content[:quirkSize], "")
	}
	if o.has(QuirkEscape) && m.Type == typeText {
		m.Content = html.EscapeString(m.Content)
	}
	if o.has(QuirkNames) {
		m.SenderName = ""
	}
	m.Metadata = o.bendMetadata(m.Metadata)
}

// bendThread does to a new thread and its members what the quirks do.
func (o Options) bendThread(v *thread, joiners []joiner) []joiner {
	v.Metadata = o.bendMetadata(v.Metadata)
	if o.has(QuirkRetention) {
		v.Retention = &retentionPolicy{Kind: "threadCreationDate", Days: minRetentionDays}
	}
	if o.has(QuirkMembers) {
		joiners = slices.DeleteFunc(joiners, func(j joiner) bool { return j.user != v.Creator })
	}
	for i := range joiners {
		m := &joiners[i].member
		m.Metadata = o.bendMetadata(m.Metadata)
		if o.has(QuirkNames) {
			m.Name = ""
		}
	}
	return joiners
}

func (o Options) bendMetadata(md map[string]string) map[string]string {
	if !o.has(QuirkMetadata) || len(md) == 0 {
		return md
	}
	first := slices.Min(slices.Collect(maps.Keys(md)))
	return map[string]string{first: md[first]}
}

// narrow replaces what UTF-16 has no single unit for.
func narrow(s string) string {
	return strings.Map(func(r rune) rune {
		if r > 0xFFFF {
			return utf8.RuneError
		}
		return r
	}, s)
}
