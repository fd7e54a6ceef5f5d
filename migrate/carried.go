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

// unasked reports whether nothing asks for a message any more that stands in the thread
// without having been acknowledged: it is gone in Twilio, or left out since.
func (w *worker) unasked(ctx context.Context, sid mapping.MessageSID) (bool, error) {
	gone, err := w.isGone(ctx, departed{w.c.ServiceSID, w.c.SID, mapping.MessageRecord{SID: sid}})
	if gone || err != nil || !w.rules.SelectsItems() {
		return gone, err
	}
	m, err := w.src.FetchMessage(ctx, w.c, sid)
	if err == nil {
		m, err = selectedOf(w.rules, w.c, m)
	}
	if err != nil {
		return false, unreadable("ask for a message", err)
	}
	return m.LeftOut, nil
}

// countUnselected counts what expressions leave out of a message, or the whole of it.
func (l *LeftOut) countUnselected(m mapping.Message) {
	l.Media += int64(len(m.LeftOutMedia))
	if m.LeftOut {
		l.Messages++
		l.Media += int64(len(m.Media))
	}
}
