package report

import (
	"time"

	"github.com/twilio2acs/twilio2acs/migrate"
)

// CutoverPage is the answer to the question of the night: whether the application may
// be switched over.
type CutoverPage struct {
	// Verification is the one that compared everything after the last round.
	*migrate.Verification
	Source, Destination string
	MadeAt              time.Time
	// FrozenAt is when somebody said that writing in Twilio had stopped.
	FrozenAt time.Time
	// Watched is for how long it was looked whether messages still arrived after that.
	Watched time.Duration
	// Writers are conversations in which they did; MoreWriters counts those beyond. They
	// are Tolerated where somebody said that late messages may follow in rounds of
	// their own.
	Writers     []migrate.Waiting
	MoreWriters int64
	Tolerated   bool
	// Skipped counts damaged items that were left out because somebody said so.
	Skipped int64
	// Next is the command to go on with; empty for none.
	Next string
}

// Made is when the page was made.
func (p *CutoverPage) Made() string { return clock(p.MadeAt) }

// Frozen is FrozenAt for people.
func (p *CutoverPage) Frozen() string { return clock(p.FrozenAt) }

func clock(t time.Time) string { return t.UTC().Format("2 January 2006, 15:04 UTC") }

// All are the balances: of everything, then of each service.
func (p *CutoverPage) All() []ServiceBalance {
	return append([]ServiceBalance{wholeBalance(p.Verification)}, p.ByService()...)
}

// ByService are the balances of each service, and of what belongs to none.
func (p *CutoverPage) ByService() []ServiceBalance { return serviceBalances(p.Verification) }

// Go reports whether nothing speaks against switching over.
func (p *CutoverPage) Go() bool { return len(p.Against()) == 0 }

// Headline says it in a word.
func (p *CutoverPage) Headline() string {
	if p.Go() {
		return "Go"
	}
	return "No go"
}

// Class is the colour of the headline.
func (p *CutoverPage) Class() Call {
	if p.Go() {
		return CallGo
	}
	return CallNotYet
}

// Against are the reasons not to switch over, the gravest first; none is a go.
func (p *CutoverPage) Against() (reasons []string) {
	say := func(n int64, one, more string) {
		if n > 0 {
			reasons = append(reasons, many(n, one, more))
		}
	}
	say(p.wrongSums(), "sum does not add up", "sums do not add up")
	say(int64(len(p.Differences)+p.MoreDifferences), "difference between Twilio and ACS", "differences between Twilio and ACS")
	all := p.Summary.All()
	say(all.Failed, "item is not as it should be", "items are not as they should be")
	say(all.Open, "item is in doubt", "items are in doubt")
	if !p.Tolerated {
		say(all.Pending, "item has not been carried over", "items have not been carried over")
		say(p.writers(), "conversation still gets messages", "conversations still get messages")
	}
	return reasons
}

func (p *CutoverPage) writers() int64 { return int64(len(p.Writers)) + p.MoreWriters }

// wrongSums counts sums that do not add up.
func (p *CutoverPage) wrongSums() (n int64) {
	for _, s := range p.All() {
		for _, b := range s.Kinds {
			if !b.AddsUp() {
				n++
			}
		}
	}
	return n
}

// Statements say what else is to be known.
func (p *CutoverPage) Statements() []string {
	s, list := p.Summary, []string(nil)
	list = append(list, "every thread was read back and compared with Twilio: "+many(s.Conversations.Total, "conversation", "conversations")+
		", "+many(s.Messages.Total, "message", "messages"))
	if p.Watched > 0 {
		list = append(list, "for "+shortly(int64(p.Watched.Seconds()))+" after the freeze, "+
			many(p.writers(), "conversation was seen to get messages", "conversations were seen to get messages"))
	}
	all := s.All()
	var leftOut int64
	for _, b := range wholeBalance(p.Verification).Kinds {
		leftOut += b.LeftOut
	}
	if p.Tolerated && all.Pending+p.writers() > 0 {
		list = append(list, "late messages are tolerated: "+many(all.Pending, "item is", "items are")+" left to the next rounds")
	}
	for _, b := range []struct {
		n         int64
		one, more string
	}{
		{all.Blocked - leftOut, "item is blocked: under these rules it cannot be carried", "items are blocked: under these rules they cannot be carried"},
		{leftOut, "item is left out, as somebody decided", "items are left out, as somebody decided"},
		{p.Resumed, "conversation had been read back before an interruption", "conversations had been read back before an interruption"},
		{p.Skipped, "damaged item was left out", "damaged items were left out"},
		{p.Unlisted, "thread stands for a conversation that Twilio does not list any more", "threads stand for conversations that Twilio does not list any more"},
		{p.Foreign, "message was written in ACS by people, and left alone", "messages were written in ACS by people, and left alone"},
	} {
		if b.n > 0 {
			list = append(list, many(b.n, b.one, b.more))
		}
	}
	return list
}
