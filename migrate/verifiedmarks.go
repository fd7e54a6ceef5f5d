package migrate

import (
	"context"
	"fmt"

	"github.com/twilio2acs/twilio2acs/mapping"
)

// dueMark is a read mark that a member should have: at the message with the
// largest index up to the horizon, or beyond, since people read on.
type dueMark struct {
	sid     mapping.ParticipantSID
	user    mapping.CommunicationUserID
	horizon int64
	id      int64 // of that message; 0 as long as none has come
}

// dueMarks are those that a run has sent. A horizon that has moved since is
// pending. ACS shows no marks in larger threads.
func (t *verified) dueMarks() []dueMark {
	if len(t.roster.Members) > mapping.MaxReceiptMembers || len(t.thread.members) > mapping.MaxReceiptMembers {
		return nil
	}
	var due []dueMark
	for _, m := range t.roster.Members {
		h := m.Participant.LastReadMessageIndex
		if h == nil || !m.Participant.IsChat() {
			continue
		}
		rec, ok := t.memberRecord(m.Key)
		switch {
		case !ok || rec.Left || !t.thread.hasMember(rec.ID): // told already
		case rec.Read != *h+1:
			t.pending = true
		default:
			due = append(due, dueMark{sid: m.Participant.SID, user: rec.ID, horizon: *h})
		}
	}
	return due
}

// arrived moves the marks that are due on to a message, with ascending indexes.
func (t *verified) arrived(index, id int64) {
	for i := range t.due {
		if d := &t.due[i]; index <= d.horizon {
			d.id = id
		}
	}
}

// compareMarks compares the read marks of the thread with those that are due,
// but for as many as ACS has refused.
func (t *verified) compareMarks(ctx context.Context) error {
	missing, refused := 0, t.rec.Losses[mapping.LossReadReceiptRefused]
	if len(t.due) == 0 {
		return nil
	}
	marks, err := t.thread.readMarks(ctx)
	if err != nil {
		return err
	}
	for _, d := range t.due {
		got, ok := marks[d.user]
		if got >= d.id {
			continue
		}
		if missing++; missing <= refused {
			continue
		}
		text := "none"
		if ok {
			text = fmt.Sprintf("ACS message %d", got)
		}
		t.differParticipant(d.sid, fmt.Sprintf("ACS message %d or a later one", d.id), text, "readMark")
	}
	return nil
}
