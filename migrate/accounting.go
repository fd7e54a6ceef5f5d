package migrate

import (
	"context"
	"errors"

	"github.com/twilio2acs/twilio2acs/mapping"
)

// conversationTally counts one conversation: before is its record when the run
// began, status how it ended.
func conversationTally(before mapping.ThreadRecord, status mapping.Status) Tally {
	t := Tally{Total: 1}
	switch status {
	case mapping.StatusDone:
		if before.Thread == "" {
			t.Created = 1
		} else {
			t.Unchanged = 1
		}
	case mapping.StatusFailed:
		t.Failed = 1
	case mapping.StatusBlocked:
		t.Blocked = 1
	case mapping.StatusOpen:
		t.Open = 1
	default:
		t.Pending = 1
	}
	return t
}

// participantTally counts the participants of one conversation. Created says
// that their thread has come into being since before.
func participantTally(before mapping.ThreadRecord, total int64, status mapping.Status, created bool) Tally {
	t := Tally{Total: total}
	switch {
	case before.Thread != "":
		t.Unchanged = min(total, int64(before.Participants))
		t.Pending = total - t.Unchanged
	case created:
		t.Created = total
	case status == mapping.StatusBlocked:
		t.Blocked = total
	default:
		t.Pending = total
	}
	return t
}

// uncarried are the messages and files of a conversation that is not carried. What
// expressions leave out anyway is not among them.
type uncarried struct {
	messages, media Tally
	unselected      LeftOut
}

// countBlocked counts what a conversation holds that is not carried, so that sums add up.
func countBlocked(ctx context.Context, src Source, rules mapping.Rules, c mapping.Conversation) (u uncarried, err error) {
	for m, err := range carried(rules, c, src.Messages(ctx, c, -1)) {
		var damaged *mapping.DamagedError
		if err != nil && !errors.As(err, &damaged) {
			return u, step("list messages", err)
		}
		u.unselected.countUnselected(m)
		if m.LeftOut {
			continue
		}
		u.messages.Total++
		u.media.Total += int64(len(m.Media))
	}
	u.messages.Blocked, u.media.Blocked = u.messages.Total, u.media.Total
	return u, nil
}

// count fills in the tallies of a conversation that ended with status: its own
// and those of its participants.
func (s *subject) count(status mapping.Status) {
	s.sum.Conversations = conversationTally(*s.before, status)
	p := &s.sum.Participants
	if status != mapping.StatusDone || s.before.Thread == "" {
		*p = participantTally(*s.before, p.Total, status, status == mapping.StatusDone)
		return
	}
	if s.updated {
		s.sum.Conversations = Tally{Total: 1, Updated: 1}
	}
	changes := compareMembers(s.before.Members, s.roster.Members)
	p.Created = min(p.Total, int64(len(changes.joined)))
	p.Unchanged = p.Total - p.Created
	p.Deleted = int64(len(changes.left))
	p.Total += p.Deleted
}

// account fills in the tallies of a conversation once it has ended.
func (w *worker) account(ctx context.Context, status mapping.Status) {
	w.count(status)
	m := &w.sum.Messages
	switch {
	case status == mapping.StatusDone:
		m.Total = m.Created + m.Updated + m.Unchanged + m.Unchecked + m.Failed
	case status == mapping.StatusBlocked && w.rec.Thread == "":
		u, err := countBlocked(ctx, w.src, w.rules, w.c)
		if err != nil {
			w.log.Warn("count a blocked conversation", "conversation", w.c.SID, "error", err)
		}
		w.sum.Messages, w.sum.Media = u.messages, u.media
	default:
		if counter, ok := facet[Counter](w.src); ok {
			m.Total = max(m.Total, counter.MessageCountOf(w.c.SID)-int64(w.losses.counts[mapping.LossMessageUnselected]))
		}
		m.Pending = max(0, m.Total-m.Created-m.Updated-m.Unchanged-m.Unchecked-m.Failed)
	}
}
