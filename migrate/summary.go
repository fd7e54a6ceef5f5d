package migrate

import (
	"time"

	"github.com/twilio2acs/twilio2acs/mapping"
)

// Tally counts items of one kind. Every item of the source, and every one that
// was carried and is gone there since, is in Total and in exactly one of the
// others.
type Tally struct {
	Total     int64 `json:"total"`
	Created   int64 `json:"created"` // by this run; in a plan: would be
	Updated   int64 `json:"updated"`
	Deleted   int64 `json:"deleted"`
	Unchanged int64 `json:"unchanged"` // was there already, as it should be
	Unchecked int64 `json:"unchecked"` // was there already, and was not compared
	Pending   int64 `json:"pending"`   // not yet carried, or gone and not deleted without consent
	Open      int64 `json:"open"`      // in doubt: a person must look
	Failed    int64 `json:"failed"`
	Blocked   int64 `json:"blocked"` // cannot be carried under the present rules
}

func (t *Tally) add(o Tally) {
	t.Total += o.Total
	t.Created += o.Created
	t.Updated += o.Updated
	t.Deleted += o.Deleted
	t.Unchanged += o.Unchanged
	t.Unchecked += o.Unchecked
	t.Pending += o.Pending
	t.Open += o.Open
	t.Failed += o.Failed
	t.Blocked += o.Blocked
}

// Summary is the sum of a plan, a run or a verification.
type Summary struct {
	Users         Tally `json:"users"`
	Conversations Tally `json:"conversations"`
	Participants  Tally `json:"participants"`
	Messages      Tally `json:"messages"`
	Media         Tally `json:"media"`
}

func (s *Summary) add(o Summary) {
	s.Users.add(o.Users)
	s.Conversations.add(o.Conversations)
	s.Participants.add(o.Participants)
	s.Messages.add(o.Messages)
	s.Media.add(o.Media)
}

// ServiceSummary is the part of a sum that belongs to one service.
type ServiceSummary struct {
	Service mapping.ServiceSID
	Summary
	// LeftOut counts what is blocked because somebody wants it so: conversations that a
	// policy leaves out, and what is in them. Within counts what is left out of threads
	// that are carried, and unchanged without it: people whom a policy or a decision
	// makes no members, and messages of whom nothing but that is said.
	LeftOut, Within LeftOut
	// Unselected counts what expressions leave out of threads: it is in no sum.
	Unselected LeftOut
}

// LeftOut counts what is not carried because somebody does not want it.
type LeftOut struct{ Conversations, Participants, Messages, Media int64 }

// leftOutOf counts what is blocked of a conversation that is left out.
func leftOutOf(s Summary) LeftOut {
	return LeftOut{s.Conversations.Blocked, s.Participants.Blocked, s.Messages.Blocked, s.Media.Blocked}
}

// Plus is the sum of both.
func (l LeftOut) Plus(o LeftOut) LeftOut {
	return LeftOut{l.Conversations + o.Conversations, l.Participants + o.Participants, l.Messages + o.Messages, l.Media + o.Media}
}

// All adds up items of every kind.
func (s Summary) All() Tally {
	var sum Tally
	for _, t := range []Tally{s.Users, s.Conversations, s.Participants, s.Messages, s.Media} {
		sum.add(t)
	}
	return sum
}

// Incomplete reports whether something of the source has not been carried.
func (s Summary) Incomplete() bool {
	t := s.All()
	return t.Failed+t.Blocked+t.Open+t.Pending > 0
}

// LossCount is how often one kind of loss occurs.
type LossCount struct {
	Code     mapping.LossCode `json:"code"`
	Severity mapping.Severity `json:"severity"`
	Title    string           `json:"title"`
	Remedy   string           `json:"remedy,omitempty"`
	Count    int              `json:"count"`
	Examples []string         `json:"examples,omitempty"` // SIDs, at most three
}

// Problem is something that needs a person: an item that failed, is blocked or
// open, or changed in a way that is not carried over.
type Problem struct {
	Item   string         `json:"item"` // SID, or a place in the source
	Status mapping.Status `json:"status"`
	Step   string         `json:"step,omitempty"`
	Reason string         `json:"reason"`
}

// Report is what a plan or a run has to say.
type Report struct {
	Run      int         `json:"run"`
	Summary  Summary     `json:"summary"`
	Losses   []LossCount `json:"losses"`
	Problems []Problem   `json:"problems"`
	// MoreProblems counts those beyond the first hundred.
	MoreProblems int `json:"moreProblems,omitempty"`
	// Unused counts identities that may exist without any use, because the
	// answer to their creation was lost.
	Unused int64 `json:"unusedIdentities"`
	// Doubles counts messages that had arrived twice, because one was given up
	// for lost too early. The second of each was deleted.
	Doubles int64 `json:"doublesDeleted,omitempty"`
	// Lag is how long at most a message or an edit had waited when this run
	// carried it, as far as it came after Options.Previous; 0 without that.
	Lag time.Duration `json:"-"`
	// Unsettled says that the run was stopped before it knew what became of its
	// last calls. The next one has to wait until they cannot arrive any more.
	Unsettled bool `json:"unsettled,omitempty"`
}
