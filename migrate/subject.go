package migrate

import (
	"context"
	"maps"
	"slices"

	"github.com/twilio2acs/twilio2acs/mapping"
)

// subject is one conversation, as a plan and a run look at it: what the source
// says of it now beside what the ledger says was carried.
type subject struct {
	*view
	c        mapping.Conversation
	before   *mapping.ThreadRecord // when it was come to
	progress mapping.Progress
	roster   *mapping.Roster
	draft    mapping.ThreadDraft
	wrote    map[mapping.PersonKey]bool // as far as it is known
	exist    map[mapping.PersonKey]bool // of senders asked for so far
	// leftOutTo is above the index of each message that was left out and counted.
	leftOutTo int64
	updated   bool           // topic or metadata have changed since
	found     []mapping.Loss // of the conversation and its participants

	losses lossTally
	sum    Summary
	// problems are those that do not end the conversation.
	problems []Problem
	// met are the files counted so far; nil unless some may be left out.
	met map[mapping.MediaSID]bool
	// recall keeps the messages for whoever lists them twice; nil in a run, which
	// waits for ACS in between.
	recall *recall
}

func newSubject(v *view, c mapping.Conversation) subject {
	return subject{view: v, c: c, before: &noThread, wrote: make(map[mapping.PersonKey]bool)}
}

// open learns all about the conversation but its messages, and refuses what
// must not be begun.
func (s *subject) open(ctx context.Context) error {
	var err error
	if s.before, err = recordBefore(s.records, s.c.SID); err != nil {
		return err
	}
	if s.progress, err = s.records.Progress(s.c.SID); err != nil {
		return ledgerFailure(err)
	}
	found, err := survey(ctx, s.src, s.rules, s.dir, s.c)
	s.sum.Participants.Total = found.participants
	if err != nil {
		return err
	}
	s.roster, s.draft, s.found = found.roster, found.draft, found.losses
	if !begun(*s.before) {
		if err := s.mayBegin(ctx, found); err != nil {
			s.losses.add(found.losses)
			return err
		}
	}
	if s.before.Thread != "" {
		_, s.updated = threadUpdate(*s.before, s.draft)
	}
	if !s.settled() {
		s.losses.add(found.losses)
		return nil
	}
	// The ledger has the losses so far; what has come since adds to them.
	s.losses = lossTally{counts: maps.Clone(s.before.Losses)}
	s.losses.add(s.lossesOfNewcomers(found.losses))
	return nil
}

// noThread is the record of every conversation that has none. Nobody changes it.
var noThread mapping.ThreadRecord

// recordBefore is the record of a conversation when it is come to.
func recordBefore(records LedgerReader, c mapping.ConversationSID) (*mapping.ThreadRecord, error) {
	rec, found, err := records.Thread(c)
	switch {
	case err != nil:
		return &noThread, ledgerFailure(err)
	case !found:
		return &noThread, nil
	}
	return &rec, nil
}

// settled reports whether all of the conversation had been carried before.
func (s *subject) settled() bool { return s.before.Status == mapping.StatusDone }

// begun reports whether something of the conversation may have been written:
// what could block it has then been decided, under the same rules.
func begun(rec mapping.ThreadRecord) bool { return rec.CreationKey != "" }

// lossesOfNewcomers are those that concern participants who joined since.
func (s *subject) lossesOfNewcomers(losses []mapping.Loss) []mapping.Loss {
	joined := make(map[string]bool)
	for _, m := range compareMembers(s.before.Members, s.roster.Members).joined {
		joined[string(m.Participant.SID)] = true
	}
	return slices.DeleteFunc(slices.Clone(losses), func(l mapping.Loss) bool { return !joined[l.Item] })
}

// problem notes something that needs a person.
func (s *subject) problem(item, step, reason string) {
	s.problems = append(s.problems, Problem{Item: item, Status: mapping.StatusFailed, Step: step, Reason: reason})
}

// lose counts one loss of an item.
func (s *subject) lose(code mapping.LossCode, item string) {
	s.losses.add([]mapping.Loss{{Code: code, Item: item}})
}

// sentBefore reports whether the person exists that would send a message now
// which has been sent already. It need not: whoever sent it may have left since,
// and nobody is made up for that.
func (s *subject) sentBefore(key mapping.PersonKey) (bool, error) {
	if exists, known := s.exist[key]; known {
		return exists, nil
	}
	rec, _, err := s.records.Person(key)
	if err != nil {
		return false, ledgerFailure(err)
	}
	if s.exist == nil {
		s.exist = make(map[mapping.PersonKey]bool)
	}
	s.exist[key] = rec.ID != ""
	return rec.ID != "", nil
}

// meet notes that a file has been counted.
func (s *subject) meet(f mapping.MediaSID) {
	if s.opts.Whole || !s.settled() {
		return
	}
	if s.met == nil {
		s.met = make(map[mapping.MediaSID]bool)
	}
	s.met[f] = true
}

// countUnchecked counts what a quick sync did not look at.
func (s *subject) countUnchecked(known *known) error {
	s.sum.Messages.Unchecked += known.below
	if known.after < 0 {
		return nil
	}
	for rec, err := range s.records.MediaOf(s.c.SID) {
		switch {
		case err != nil:
			return ledgerFailure(err)
		case s.met[rec.SID]:
			continue
		case rec.Missing != "":
			s.sum.Media.Failed++
		default:
			s.sum.Media.Unchecked++
		}
		s.sum.Media.Total++
	}
	return nil
}
