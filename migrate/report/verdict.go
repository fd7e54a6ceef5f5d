package report

import (
	"fmt"
	"strings"

	"github.com/twilio2acs/twilio2acs/mapping"
	"github.com/twilio2acs/twilio2acs/migrate"
)

// Verdict is the answer to the question that a plan is made for: whether to go on.
type Verdict struct {
	Call    Call
	Reasons []string // in the order in which they matter
}

// Call is a Verdict in a word.
type Call string

// The calls.
const (
	CallGo     Call = "go"
	CallFix    Call = "fix"     // a run would leave something behind
	CallNotYet Call = "not yet" // a run would not begin
	CallDone   Call = "done"    // there is nothing to do
)

// Headline says it in a sentence.
func (v Verdict) Headline() string {
	switch v.Call {
	case CallGo:
		return "Go"
	case CallFix:
		return "Fix this first"
	case CallDone:
		return "Nothing to do"
	}
	return "Not yet"
}

// verdictOf judges a plan. Unaccepted are critical losses that a run would ask
// about, and refusal is why it would not begin; empty when it would.
func verdictOf(p *Plan, unaccepted []mapping.LossCode, refusal string) Verdict {
	v := Verdict{Call: CallGo}
	say := func(call Call, format string, args ...any) {
		if v.Call == CallGo {
			v.Call = call
		}
		v.Reasons = append(v.Reasons, fmt.Sprintf(format, args...))
	}
	if refusal != "" {
		say(CallNotYet, "%s", refusal)
	}
	for _, code := range unaccepted {
		say(CallNotYet, "a run stops before it writes until --accept %s says that this may happen: %s", code, code.Info().Title)
	}
	all := p.Summary.All()
	if n := p.Summary.Conversations.Blocked; n > 0 {
		say(CallFix, "%s cannot be carried under these rules", many(n, "conversation", "conversations"))
	}
	if n := all.Failed + all.Open; n > 0 {
		say(CallFix, "%s need a person to look", many(n, "item", "items"))
	}
	if n := all.Blocked - p.Summary.Conversations.Blocked; n > 0 {
		say(CallFix, "%s stay behind with what cannot be carried", many(n, "item", "items"))
	}
	if v.Call != CallGo {
		return v
	}
	if all.Created+all.Updated+all.Deleted+all.Pending == 0 {
		return Verdict{CallDone, []string{"everything has been carried over already"}}
	}
	v.Reasons = append(v.Reasons, "everything can be carried over"+whatIsLost(p.Losses))
	return v
}

// whatIsLost is how many kinds of losses of each severity there are.
func whatIsLost(losses []migrate.LossCount) string {
	kinds := map[mapping.Severity]int64{}
	for _, l := range losses {
		kinds[l.Severity]++
	}
	var parts []string
	for _, s := range []mapping.Severity{mapping.SeverityCritical, mapping.SeverityMajor, mapping.SeverityMinor} {
		if n := kinds[s]; n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n, s))
		}
	}
	if len(parts) == 0 {
		return ""
	}
	return ", with known losses (" + strings.Join(parts, ", ") + " in kind)"
}
