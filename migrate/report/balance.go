package report

import (
	"slices"

	"github.com/twilio2acs/twilio2acs/migrate"
)

// Balance is what became of the items of one kind: Source is all that Twilio has, and
// every one of them is in exactly one of the others, or the sum is wrong.
type Balance struct {
	Kind    string `json:"kind"`
	Source  int64  `json:"source"`
	Carried int64  `json:"carried"` // stands in ACS, or in the media store
	Blocked int64  `json:"blocked"` // cannot be carried under the rules, as the plan said
	LeftOut int64  `json:"leftOut"` // shall not be carried: a policy leaves it out
	Pending int64  `json:"pending"` // has not been carried yet
	Open    int64  `json:"open"`    // nobody knows: a person must look
	Failed  int64  `json:"failed"`  // is not as it should be
}

// balanceOf is that of a kind. What is left out is among what is blocked, or within what
// is unchanged, or unselected and in no sum.
func balanceOf(kind string, t migrate.Tally, leftOut, within, unselected int64) Balance {
	return Balance{
		Kind: kind, Source: t.Total + unselected, Carried: t.Created + t.Updated + t.Unchanged + t.Unchecked - within,
		Blocked: t.Blocked - leftOut, LeftOut: leftOut + within + unselected, Pending: t.Pending, Open: t.Open, Failed: t.Failed,
	}
}

// Sum is what all that became of items adds up to.
func (b Balance) Sum() int64 {
	return b.Carried + b.Blocked + b.LeftOut + b.Pending + b.Open + b.Failed
}

// AddsUp reports whether every item of the source is accounted for.
func (b Balance) AddsUp() bool { return b.Sum() == b.Source }

// ServiceBalance is the balance of one service, kind by kind. Service is empty for what
// belongs to none, and inAll for everything.
type ServiceBalance struct {
	Service string    `json:"service"`
	Kinds   []Balance `json:"kinds"`
}

const inAll = "in all"

// Name is the service as people are shown it.
func (s ServiceBalance) Name() string {
	switch s.Service {
	case "":
		return "No service"
	case inAll:
		return "In all"
	}
	return s.Service
}

func balancesOf(s migrate.ServiceSummary) []Balance {
	out, in, un := s.LeftOut, s.Within, s.Unselected
	return []Balance{
		balanceOf("conversations", s.Conversations, out.Conversations, in.Conversations, un.Conversations),
		balanceOf("messages", s.Messages, out.Messages, in.Messages, un.Messages),
		balanceOf("people", s.Users, 0, 0, 0),
		balanceOf("participants", s.Participants, out.Participants, in.Participants, un.Participants),
		balanceOf("files", s.Media, out.Media, in.Media, un.Media),
	}
}

// wholeBalance is that of everything.
func wholeBalance(v *migrate.Verification) ServiceBalance {
	whole := migrate.ServiceSummary{Summary: v.Summary}
	for _, s := range v.Services {
		whole.LeftOut, whole.Within = whole.LeftOut.Plus(s.LeftOut), whole.Within.Plus(s.Within)
		whole.Unselected = whole.Unselected.Plus(s.Unselected)
	}
	return ServiceBalance{inAll, balancesOf(whole)}
}

// serviceBalances are those of each service, and of what belongs to none: of that, what
// could not be read is only in the whole.
func serviceBalances(v *migrate.Verification) []ServiceBalance {
	rest := wholeBalance(v).Kinds
	var list []ServiceBalance
	for _, s := range v.Services {
		if s.Service == "" {
			continue // the rest has it
		}
		kinds := balancesOf(s)
		for i, k := range kinds {
			rest[i] = rest[i].less(k)
		}
		list = append(list, ServiceBalance{string(s.Service), kinds})
	}
	rest = slices.DeleteFunc(rest, func(b Balance) bool { return b == Balance{Kind: b.Kind} })
	if len(rest) > 0 {
		list = append(list, ServiceBalance{"", rest})
	}
	return list
}

// less is what is left of b without o.
func (b Balance) less(o Balance) Balance {
	b.Source -= o.Source
	b.Carried -= o.Carried
	b.Blocked -= o.Blocked
	b.LeftOut -= o.LeftOut
	b.Pending -= o.Pending
	b.Open -= o.Open
	b.Failed -= o.Failed
	return b
}
