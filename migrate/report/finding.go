package report

import (
	"cmp"
	"slices"
	"strings"

	"github.com/twilio2acs/twilio2acs/mapping"
)

// Finding is something in the source that deserves a look before a migration. It
// may be a loss as well; then its code there is another.
type Finding struct {
	Code     FindingCode `json:"code"`
	Title    string      `json:"title"`
	Count    int64       `json:"count"`
	Examples []Example   `json:"examples,omitempty"` // the largest ones, at most five
	// Kinds counts them by kind, where there are kinds.
	Kinds map[string]int64 `json:"kinds,omitempty"`
}

// FindingCode names a kind of finding, for ever.
type FindingCode string

// The codes of findings.
const (
	FindingMembers    FindingCode = "members-over-250"
	FindingLong       FindingCode = "messages-over-28-kb"
	FindingAttributes FindingCode = "attributes-over-1-kb"
	FindingAuthors    FindingCode = "authors-who-left"
	FindingOutside    FindingCode = "participants-outside-chat"
	FindingIdentities FindingCode = "identity-in-two-services"
	FindingMissing    FindingCode = "media-missing"
	FindingLarge      FindingCode = "media-too-large"
)

// Example is one case of a finding.
type Example struct {
	Item         string                  `json:"item"` // SID, or the name of somebody
	Conversation mapping.ConversationSID `json:"conversation,omitempty"`
	Size         int64                   `json:"size,omitempty"` // members, or bytes
	Detail       string                  `json:"detail,omitempty"`
}

// maxExamples is how many examples a finding has.
const maxExamples = 5

// maxKinds is how many kinds a finding tells apart: kinds of channels are what
// Twilio calls them. The others are counted together.
const (
	maxKinds   = 20
	otherKinds = "other"
)

// findings gathers them, always all codes and in the same order.
type findings []*Finding

func newFindings() findings {
	return findings{
		{Code: FindingMembers, Title: "conversations with more than 250 participants, which is what a thread takes"},
		{Code: FindingLong, Title: "messages that do not fit into the 28 KB of one ACS message"},
		{Code: FindingAttributes, Title: "attributes of more than 1 KB, which is what the metadata of a thread or a member takes", Kinds: map[string]int64{}},
		{Code: FindingAuthors, Title: "authors who have left their conversations: users of their own stand for them"},
		{Code: FindingOutside, Title: "participants outside the chat, whom no answer written in ACS reaches", Kinds: map[string]int64{}},
		{Code: FindingIdentities, Title: "identities that exist in several services: each of them becomes a user of its own"},
		{Code: FindingMissing, Title: "files that Twilio cannot give any more"},
		{Code: FindingLarge, Title: "files that are larger than --large-media says"},
	}
}

// add counts one case. Kind is empty where there are none.
func (fs findings) add(code FindingCode, kind string, e Example) {
	i := slices.IndexFunc(fs, func(f *Finding) bool { return f.Code == code })
	f := fs[i]
	f.Count++
	if f.Kinds != nil {
		if _, known := f.Kinds[kind]; !known && len(f.Kinds) >= maxKinds {
			kind = otherKinds
		}
		f.Kinds[kind]++
	}
	f.Examples = keepLargest(f.Examples, e, maxExamples, compareExamples)
}

// list is what has been gathered.
func (fs findings) list() []Finding {
	out := make([]Finding, len(fs))
	for i, f := range fs {
		out[i] = *f
	}
	return out
}

// compareExamples orders the largest first.
func compareExamples(a, b Example) int {
	return cmp.Or(cmp.Compare(b.Size, a.Size), strings.Compare(a.Item, b.Item), strings.Compare(string(a.Conversation), string(b.Conversation)))
}

// keepLargest adds x to a sorted list, which keeps its first n.
func keepLargest[T any](list []T, x T, n int, compare func(a, b T) int) []T {
	i, _ := slices.BinarySearchFunc(list, x, compare)
	if i >= n {
		return list
	}
	list = slices.Insert(list, i, x)
	return list[:min(len(list), n)]
}
