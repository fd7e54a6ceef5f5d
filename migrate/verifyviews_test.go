package migrate_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/twilio2acs/twilio2acs/acsdest"
	"github.com/twilio2acs/twilio2acs/mapping"
	"github.com/twilio2acs/twilio2acs/migrate"
)

// Whoever sees less than the others is named, and nobody else is.
func TestVerifyAsAll(t *testing.T) {
	for _, tt := range []struct {
		name  string
		spoil func(t *testing.T, v *vandal) mapping.MemberRecord // who sees less
		want  []string
	}{
		{"everybody sees everything", func(t *testing.T, v *vandal) mapping.MemberRecord {
			return mapping.MemberRecord{}
		}, nil},
		{"somebody was removed and added again without the history", func(t *testing.T, v *vandal) mapping.MemberRecord {
			m := v.other(0)
			v.rejoin(0, m)
			return m
		}, []string{"/history: want the whole history, got what came after", "/messages: want 6 messages, got 0, the first that is missing is ACS message"}},
		{"the acting member was", func(t *testing.T, v *vandal) mapping.MemberRecord {
			rec := v.thread(0)
			for _, m := range rec.Members {
				if m.ID == rec.Acting() {
					v.rejoin(0, m)
					return m
				}
			}
			return mapping.MemberRecord{}
		}, []string{"/history: want the whole history", "/messages: want 6 messages, got 0, "}},
		{"somebody was removed", func(t *testing.T, v *vandal) mapping.MemberRecord {
			m := v.other(0)
			v.expel(0, m.ID)
			return m
		}, []string{": want a member, got none"}},
		{"people write meanwhile", func(t *testing.T, v *vandal) mapping.MemberRecord {
			v.send(0, mapping.ChatMessage{Content: "hello", Sender: v.messages(0)[1].Sender})
			return mapping.MemberRecord{}
		}, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, snapshotDir("tiny"), nil)
			w.mustRun()
			who := tt.spoil(t, &vandal{world: w, chat: w.chat(), ctx: context.Background()})
			v, err := w.verifyWith(context.Background(), migrate.VerifyOptions{AsAll: true})
			must(t, err)
			want := tt.want
			for i := range want {
				want[i] = fmt.Sprintf("/participants/%s%s", who.Metadata[mapping.KeyParticipantSID], want[i])
			}
			says(t, v.Differences, want)
			if got := v.Summary.Participants.Failed; (got == 1) != (len(want) > 0) {
				t.Errorf("participants %+v", v.Summary.Participants)
			}
		})
	}
}

// rejoin takes a member of the thread of conversation k out and adds it again, to
// see nothing of what was written before.
func (v *vandal) rejoin(k int, member mapping.MemberRecord) {
	v.t.Helper()
	rec := v.thread(k)
	by := rec.Acting()
	if by == member.ID {
		by = v.other(k).ID
	}
	must(v.t, v.chat.RemoveParticipant(v.ctx, by, rec.Thread, member.ID))
	_, err := v.chat.AddParticipants(v.ctx, by, rec.Thread, []mapping.ChatParticipant{{
		User: member.ID, DisplayName: member.DisplayName, Metadata: member.Metadata,
	}}, &acsdest.AddParticipantsOptions{ShareHistorySince: time.Now().Add(time.Minute)})
	must(v.t, err)
}
