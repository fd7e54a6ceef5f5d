package migrate

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/twilio2acs/twilio2acs/mapping"
)

// CanaryFinding is something that ACS did not keep as it was given.
type CanaryFinding struct {
	What      string // "the topic"
	Want, Got string
	Remedy    string // empty where there is no better one than that of CanaryError
}

func (f CanaryFinding) String() string {
	return fmt.Sprintf("%s: want %s, got %s", f.What, f.Want, f.Got)
}

// CanaryError says that ACS did not keep a trial thread as it was written. What
// was written is deleted again, and nothing else was.
type CanaryError struct{ Findings []CanaryFinding }

// maxFindings is how many findings the text of a CanaryError names.
const maxFindings = 5

func (e *CanaryError) Error() string {
	var text strings.Builder
	text.WriteString("ACS does not keep a trial thread as it was written")
	for i, f := range e.Findings {
		if i == maxFindings {
			fmt.Fprintf(&text, "; and %d more", len(e.Findings)-i)
			break
		}
		text.WriteString([]string{": ", "; "}[min(i, 1)] + f.String())
	}
	return text.String()
}

// Hint is the remedy of the first finding that has one.
func (e *CanaryError) Hint() string {
	for _, f := range e.Findings {
		if f.Remedy != "" {
			return f.Remedy
		}
	}
	return "no conversation was touched; this program does not know ACS to do that: ask for a version that does, " +
		"or go on with --canary never and let verify tell what was changed"
}

func (c *canary) find(what, want, got, remedy string) {
	c.findings = append(c.findings, CanaryFinding{what, want, got, remedy})
}

// same finds out how a text was changed, if it was.
func (c *canary) same(what, want, got string) {
	if got != want {
		want, got = contrast(want, got)
		c.find(what, want, got, "")
	}
}

func (c *canary) sameMetadata(what string, want, got mapping.Metadata) {
	for _, key := range slices.Sorted(maps.Keys(want)) {
		value, ok := got[key]
		if !ok {
			c.find("the metadata of "+what, "the key "+key, "none", "")
			continue
		}
		c.same(key+" in the metadata of "+what, want[key], value)
	}
	for _, key := range slices.Sorted(maps.Keys(got)) {
		if _, ok := want[key]; !ok {
			c.find("the metadata of "+what, "no key "+key, "one", "")
		}
	}
}

// contrast says in what two texts differ.
func contrast(want, got string) (string, string) {
	const shown = 24 // bytes, less what would be part of a character
	switch {
	case got == strings.TrimSpace(want):
		return "the white space at its ends", "none"
	case strings.HasPrefix(want, got):
		return fmt.Sprintf("%d bytes", len(want)), fmt.Sprintf("the first %d", len(got))
	}
	at := 0
	for at < len(want) && at < len(got) && want[at] == got[at] {
		at++
	}
	for at > 0 && at < len(want) && !utf8.RuneStart(want[at]) {
		at--
	}
	return fmt.Sprintf("%+q at byte %d of %d", excerptAt(want, at, shown), at, len(want)),
		fmt.Sprintf("%+q at byte %d of %d", excerptAt(got, at, shown), at, len(got))
}

// excerptAt is what stands in s from a byte on, up to so many bytes.
func excerptAt(s string, at, most int) string {
	s = s[min(at, len(s)):]
	return strings.ToValidUTF8(s[:min(most, len(s))], "")
}
