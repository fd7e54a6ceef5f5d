package migrate

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"github.com/twilio2acs/twilio2acs/mapping"
)

// compareViews reads the thread as every other member, who must see what has
// been compared. Who is no member is told of elsewhere.
func (t *verified) compareViews(ctx context.Context) error {
	if !t.opts.AsAll {
		return nil
	}
	for _, m := range t.roster.Members {
		id, err := t.person(m.Key)
		if err != nil {
			return err
		}
		if id == t.thread.as || !t.thread.hasMember(id) {
			continue
		}
		if err := t.compareView(ctx, m.Participant.SID, id); err != nil {
			return step("read the thread as "+string(m.Participant.SID), err)
		}
	}
	return nil
}

// compareView compares what one member sees with what has been compared.
func (t *verified) compareView(ctx context.Context, sid mapping.ParticipantSID, id mapping.CommunicationUserID) error {
	r := t.thread.reading
	r.as = id
	v := sight{table: t.thread.table}
	err := r.each(ctx, time.Time{}, v.begin, v.see)
	if err == nil && v.missing() != "" { // what changed between two pages is missed
		err = r.each(ctx, t.thread.table.end(), func() {}, v.see)
	}
	const path = "messages"
	switch missing := v.missing(); {
	case outcomeOf(err) == refused && !final(err):
		t.differParticipant(sid, "a list", err.Error(), path)
	case err != nil:
		return err
	case missing != "":
		t.differParticipant(sid, v.all(), missing, path)
	case v.more > 0:
		t.differParticipant(sid, v.all(), fmt.Sprintf("%d more", v.more), path)
	}
	return nil
}

// sight is what one member sees of the migrated messages in a table.
type sight struct {
	table *table
	more  int // messages that are not in the table
}

func (v *sight) begin() {
	v.more = 0
	for i := range v.table.rows {
		v.table.rows[i].traits &^= isSeen
	}
}

// see takes in a message. What has arrived or changed since the table was read
// says nothing about who may see it.
func (v *sight) see(m mapping.ChatMessage) {
	if place, ok := v.table.at(m.ID); ok {
		v.table.rows[place].traits |= isSeen
		return
	}
	id, err := strconv.ParseInt(string(m.ID), 10, 64)
	if err == nil && id <= v.table.newest && m.DeletedOn.IsZero() && m.Metadata[mapping.KeyMessageSID] != "" {
		v.more++
	}
}

// all says how much there is to see.
func (v *sight) all() string {
	n := 0
	for _, s := range v.table.rows {
		if s.stands() {
			n++
		}
	}
	return fmt.Sprintf("%d messages", n)
}

// missing says what is not seen; empty when nothing is missing.
func (v *sight) missing() string {
	seen, first := 0, stood{}
	for _, s := range v.table.rows {
		switch {
		case !s.stands():
		case s.is(isSeen):
			seen++
		case first.id == 0:
			first = s
		}
	}
	if first.id == 0 {
		return ""
	}
	return fmt.Sprintf("%d, the first that is missing is ACS message %d", seen, first.id)
}
