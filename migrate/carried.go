package migrate

import (
	"context"
	"iter"

	"github.com/twilio2acs/twilio2acs/mapping"
)

// carried lists messages of c as the rules select them. One that an expression does not
// decide about is damage: of a conversation everything is carried that shall be, or
// nothing.
//
// A message with LeftOut is only left out as long as it has not been carried. What
// stands in ACS stays in step with Twilio whatever an expression says of it since: it
// is not deleted because somebody edits a field that the expression reads.
func carried(rules mapping.Rules, c mapping.Conversation, list iter.Seq2[mapping.Message, error]) iter.Seq2[mapping.Message, error] {
	if !rules.SelectsItems() {
		return list
	}
	return func(yield func(mapping.Message, error) bool) {
		for m, err := range list {
			if err == nil {
				m, err = selectedOf(rules, c, m)
			}
			if !yield(m, err) {
				return
			}
		}
	}
}

func selectedOf(rules mapping.Rules, c mapping.Conversation, m mapping.Message) (mapping.Message, error) {
	m, err := rules.Carried(c, m)
	if err != nil {
		return m, &mapping.DamagedError{Place: "message " + string(m.SID), Conversation: c.SID, Err: err}
	}
	return m, nil
}

// countLeftOut begins to count what is left out above an index. What a sync does not
// list has been counted by the run that left it out.
func (s *subject) countLeftOut(after int64) {
	if after < 0 {
		s.leftOutTo = 0
		delete(s.losses.counts, mapping.LossMessageUnselected)
		return
	}
	s.leftOutTo = s.before.LeftOutTo
}

// leaveOut counts a message that is left out.
func (s *subject) leaveOut(m mapping.Message) {
	if m.Index < s.leftOutTo {
		return
	}
	s.leftOutTo = m.Index + 1
	s.lose(mapping.LossMessageUnselected, string(m.SID))
}

// noteLeftOut takes what was counted over into the record.
func (w *worker) noteLeftOut() {
	code := mapping.LossMessageUnselected
	if w.leftOutTo != w.before.LeftOutTo || w.losses.counts[code] != w.before.Losses[code] {
		w.rec.LeftOutTo, w.touched = w.leftOutTo, true
	}
}

// sentAlready reports whether an earlier process has sent a message, or a part of it, and
// did not live to note it. It reads the thread only for messages about which no run has
// decided that they are left out.
func (w *worker) sentAlready(ctx context.Context, m *mapping.Message) (bool, error) {
	if w.rec.Thread == "" || m.Index <= w.progress.LastIndex || m.Index < w.before.LeftOutTo {
		return false, nil
	}
	if err := w.firstContact(ctx); err != nil {
		return false, err
	}
	return w.tail.holds(m.SID), nil
}

// countUnselected counts what expressions leave out of a message, or the whole of it.
func (l *LeftOut) countUnselected(m mapping.Message) {
	l.Media += int64(len(m.LeftOutMedia))
	if m.LeftOut {
		l.Messages++
		l.Media += int64(len(m.Media))
	}
}
