package report

import (
	"slices"
	"strings"
	"time"

	"github.com/twilio2acs/twilio2acs/migrate"
)

// VerifyPage is what a report for people tells of a verification.
type VerifyPage struct {
	*migrate.Verification
	// Source is empty where digests alone were compared.
	Source, Destination string
	MadeAt              time.Time
	// Quick says that the threads were compared with an earlier verification.
	Quick bool
	// Failure is what ended it early; empty when it came to its end.
	Failure string
	// Next is the command to go on with; empty for none.
	Next string
}

// Made is when the verification ended.
func (p *VerifyPage) Made() string { return p.MadeAt.UTC().Format("2 January 2006, 15:04 UTC") }

// Kinds are the counters of each kind of item.
func (p *VerifyPage) Kinds() []KindCount { return kindCounts(p.Summary) }

// Found counts all differences.
func (p *VerifyPage) Found() int64 { return int64(len(p.Differences) + p.MoreDifferences) }

// Headline says in a sentence what it came to.
func (p *VerifyPage) Headline() string {
	switch {
	case !p.OK():
		return many(p.Found(), "difference", "differences")
	case p.Failure != "":
		return "Ended early"
	case !p.whole():
		return "Right, but not everything"
	case p.Quick:
		return "Unchanged"
	}
	return "Everything has arrived"
}

// whole reports whether everything of the source is there and was looked at.
func (p *VerifyPage) whole() bool {
	return !p.Summary.Incomplete() && p.Summary.Conversations.Unchecked == 0
}

// Class is the colour of the headline.
func (p *VerifyPage) Class() Call {
	switch {
	case !p.OK():
		return CallNotYet
	case p.Failure != "", !p.whole():
		return CallFix
	}
	return CallGo
}

// Statements say what was compared, and what was found, in words of this program.
func (p *VerifyPage) Statements() []string {
	s, list := p.Summary, []string(nil)
	if p.OK() && p.whole() && p.Failure == "" && !p.Quick {
		list = append(list, "all "+many(s.Conversations.Total, "conversation", "conversations")+", "+many(s.Messages.Total, "message", "messages")+
			", "+many(s.Participants.Total, "participant", "participants")+" and "+many(s.Media.Total, "file", "files")+
			" are in ACS and the media store as they should be, each message once and in its order")
	}
	if p.Quick {
		list = append(list, "each thread was read from ACS and compared with the digest of the last verification; nothing was read from Twilio")
	} else {
		list = append(list, "each thread was read back and compared with Twilio: topic, metadata, members, read marks, and the order, senders, texts and metadata of all messages, and stored files byte for byte")
	}
	all := s.All()
	if all.Pending > 0 {
		list = append(list, many(all.Pending, "item has", "items have")+" not been carried over yet")
	}
	if n := all.Open + all.Blocked; n > 0 {
		list = append(list, many(n, "item is", "items are")+" blocked or in doubt")
	}
	if n := s.Conversations.Unchecked; n > 0 {
		list = append(list, many(n, "conversation was", "conversations were")+" not looked at")
	}
	if p.Foreign > 0 {
		list = append(list, many(p.Foreign, "message was", "messages were")+" written in the threads by people since, and left alone")
	}
	return list
}

// Different is a conversation with what differs in it.
type Different struct {
	Conversation string
	Differences  []Difference
}

// Difference is one of them, its path from the conversation on.
type Difference struct{ Path, Want, Got string }

// Different are the conversations with differences, those with the most first. Only
// the first thousand differences are in them.
func (p *VerifyPage) Different() []Different {
	var list []Different
	place := make(map[string]int)
	for _, d := range p.Differences {
		in, path := splitPath(d.Path)
		i, known := place[in]
		if !known {
			i = len(list)
			place[in] = i
			list = append(list, Different{Conversation: in})
		}
		list[i].Differences = append(list[i].Differences, Difference{path, d.Want, d.Got})
	}
	slices.SortStableFunc(list, func(a, b Different) int { return len(b.Differences) - len(a.Differences) })
	return list
}

// splitPath is the conversation of a path, and the rest of it.
func splitPath(path string) (in, rest string) {
	if of, ok := strings.CutPrefix(path, "conversations/"); ok {
		in, rest, _ = strings.Cut(of, "/")
		return in, rest
	}
	return "", path
}

// KindBars is how many differences there are of each kind, of those that are named.
func (p *VerifyPage) KindBars() []Bar {
	counts := make(map[string]int64)
	for _, d := range p.Differences {
		counts[kindOf(d.Path)]++
	}
	var kinds []string
	for k := range counts {
		kinds = append(kinds, k)
	}
	slices.SortFunc(kinds, func(a, b string) int {
		if counts[a] != counts[b] {
			return int(counts[b] - counts[a])
		}
		return strings.Compare(a, b)
	})
	return bars(len(kinds), func(i int) (Bar, int64) {
		return Bar{Label: kinds[i], Value: comma(counts[kinds[i]]), Class: "critical"}, counts[kinds[i]]
	})
}

// kindOf is what a path is about, without the SIDs and keys in it: messages ›
// content.
func kindOf(path string) string {
	_, rest := splitPath(path)
	elements := strings.Split(rest, "/")
	kind := elements[:1]
	for i := 2; i < len(elements); i++ { // behind what was named
		if elements[i] == "parts" {
			i++
			continue
		}
		kind = append(kind, elements[i])
		break
	}
	return strings.Join(kind, " › ")
}
