package mapping_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/twilio2acs/twilio2acs/mapping"
)

// bo has no friendly name.
var bo = mapping.Participant{SID: "MB00000000000000000000000000000003", Identity: "bo", Attributes: "{}"}

// draftThread is the roster and the thread of a conversation under r, with what is lost of them.
func draftThread(r mapping.Rules, c mapping.Conversation, participants ...mapping.Participant) (*mapping.Roster, mapping.ThreadDraft, []mapping.Loss) {
	ro, losses := r.Roster(c, participants, contoso)
	d, more := r.ChatThread(c, ro)
	return ro, d, append(losses, more...)
}

func TestReadOnly(t *testing.T) {
	closed := conversation
	closed.State = mapping.StateClosed
	for _, tt := range []struct {
		name         string
		rules        mapping.Rules
		conversation mapping.Conversation
		in           []mapping.Participant
		readOnly     bool
		losses       string
	}{
		{"external", mapping.Rules{External: mapping.ExternalHistoryOnly}, conversation, []mapping.Participant{ana, sms}, true, "participant-read-only participant-read-only"},
		{"none external", mapping.Rules{External: mapping.ExternalHistoryOnly}, conversation, []mapping.Participant{ana}, false, ""},
		{"closed", mapping.Rules{Closed: mapping.ClosedReadOnly}, closed, []mapping.Participant{ana}, true, "participant-read-only"},
		{"not closed", mapping.Rules{Closed: mapping.ClosedReadOnly}, conversation, []mapping.Participant{ana}, false, ""},
		{"closed by default", mapping.Rules{}, closed, []mapping.Participant{ana}, false, "state-not-enforced"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			ro, d, losses := draftThread(tt.rules, tt.conversation, tt.in...)
			if codes(losses) != tt.losses {
				t.Errorf("losses %q; want %q", codes(losses), tt.losses)
			}
			if (len(d.Members) == 0) != tt.readOnly || (d.Creator == mapping.Keeper) != tt.readOnly {
				t.Errorf("%d members, created by %v; want them left out: %t", len(d.Members), d.Creator, tt.readOnly)
			}
			want := mapping.Sender{Key: user("ana"), DisplayName: "Ana Souza", Temporary: tt.readOnly}
			if d := cmp.Diff(want, ro.Sender(message(nil))); d != "" {
				t.Errorf("Sender (-want +got):\n%s", d)
			}
		})
	}
}

func TestSkip(t *testing.T) {
	closed := conversation
	closed.State = mapping.StateClosed
	for _, tt := range []struct {
		name         string
		rules        mapping.Rules
		conversation mapping.Conversation
		in           []mapping.Participant
		want         string
	}{
		{"external", mapping.Rules{External: mapping.ExternalSkip}, conversation, []mapping.Participant{ana, sms}, "--external skip"},
		{"none external", mapping.Rules{External: mapping.ExternalSkip}, conversation, []mapping.Participant{ana}, ""},
		{"closed", mapping.Rules{Closed: mapping.ClosedSkip}, closed, []mapping.Participant{ana}, "--closed skip"},
		{"not closed", mapping.Rules{Closed: mapping.ClosedSkip}, conversation, []mapping.Participant{ana}, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, d, _ := draftThread(tt.rules, tt.conversation, tt.in...)
			if (d.Blocked == "") != (tt.want == "") || !strings.Contains(d.Blocked, tt.want) {
				t.Errorf("Blocked = %q; want %q", d.Blocked, tt.want)
			}
		})
	}
}

// The latest to join stay, whatever the order of the list.
func TestOverLimitRecent(t *testing.T) {
	r := mapping.Rules{MediaURL: stored.MediaURL, OverLimit: mapping.OverLimitRecent}
	crowd := make([]mapping.Participant, mapping.MaxMembers+50)
	for i := range crowd {
		crowd[i] = mapping.Participant{
			SID: mapping.ParticipantSID(fmt.Sprintf("MB%03d", i)), Identity: mapping.Identity(fmt.Sprint("p", i)),
			DateCreated: mapping.Timestamp(fmt.Sprintf("2024-05-01T%02d:%02d:00Z", i/60, i%60)),
		}
	}
	crowd[299].DateCreated = "yesterday" // not to be read: as if the first to join
	ro, d, losses := draftThread(r, conversation, crowd...)
	if d.Blocked != "" || len(d.Members) != mapping.MaxMembers-1 {
		t.Fatalf("%d members, blocked %q; want %d", len(d.Members), d.Blocked, mapping.MaxMembers-1)
	}
	if first, last := d.Members[0].Participant.SID, d.Members[248].Participant.SID; first != "MB050" || last != "MB298" {
		t.Errorf("members from %s to %s stay; want MB050 to MB298", first, last)
	}
	left := 0
	for _, l := range losses {
		if l.Code == mapping.LossParticipantOverLimit {
			left++
		}
	}
	if left != 51 {
		t.Errorf("%d people are told to be left out; want 51", left)
	}
	for _, tt := range []struct {
		author    string
		temporary bool
	}{{"p0", true}, {"p299", true}, {"p50", false}} {
		s := ro.Sender(mapping.Message{Author: tt.author})
		if s.Key != user(tt.author) || s.Temporary != tt.temporary {
			t.Errorf("Sender of what %s wrote = %+v; want temporary %t", tt.author, s, tt.temporary)
		}
	}
	if text := string(r.Sidecar(conversation, ro)); !strings.Contains(text, `"MB000"`) {
		t.Error("who is left out does not stand in the sidecar")
	}
	if _, d, _ := draftThread(r, conversation, crowd[:mapping.MaxMembers]...); len(d.Members) != mapping.MaxMembers {
		t.Errorf("%d members of a full conversation; want all", len(d.Members))
	}
}

func TestNeutralNames(t *testing.T) {
	r := mapping.Rules{DisplayNames: mapping.DisplayNamesNeutral}
	ro, d, losses := draftThread(r, conversation, ana, bo)
	if codes(losses) != "display-name-neutral" || d.Members[0].DisplayName != "Ana Souza" {
		t.Errorf("losses %q, %q; want Bo alone to be without a name", codes(losses), d.Members[0].DisplayName)
	}
	name := d.Members[1].DisplayName
	if !strings.HasPrefix(name, "User ") || len(name) != len("User 7QX2MA") {
		t.Errorf("Bo is shown as %q", name)
	}
	if got := ro.Sender(mapping.Message{Author: "bo", ParticipantSID: bo.SID}).DisplayName; got != name {
		t.Errorf("Bo writes as %q; want %q", got, name)
	}
	again, _, _ := draftThread(r, conversation, bo)
	if got := again.Members[0].DisplayName; got != name {
		t.Errorf("Bo alone is %q; want %q", got, name)
	}
	gone, _, _ := draftThread(r, conversation, ana)
	if got := gone.Sender(mapping.Message{Author: "bo", ParticipantSID: bo.SID}).DisplayName; got != name {
		t.Errorf("Bo, who has left, is %q; want %q", got, name)
	}
	if got := gone.Sender(mapping.Message{Author: "cy", ParticipantSID: goneSID}).DisplayName; !strings.HasPrefix(got, "User ") {
		t.Errorf("somebody unknown who has left is %q", got)
	}
}

func TestOriginalTime(t *testing.T) {
	r := mapping.Rules{MediaURL: stored.MediaURL, OriginalTime: mapping.OriginalTimePrefix}
	long := strings.Repeat("word ", 20_000)
	for _, tt := range []struct {
		name, date, body, begins string
		losses                   string
	}{
		{"whole seconds", "2024-03-05T14:07:59Z", "Hello", "[2024-03-05 14:07 UTC] Hello", ""},
		{"an offset", "2024-03-05T01:07:00+02:00", "Hello", "[2024-03-04 23:07 UTC] Hello", ""},
		{"nothing to show", "2024-03-05T14:07:00Z", "", "[2024-03-05 14:07 UTC] [Unsupported message]", "unsupported-message"},
		{"parts", "2024-03-05T14:07:00Z", long, "[2024-03-05 14:07 UTC] word ", "long-body"},
		{"no date", "", "Hello", "Hello", "original-time-unknown"},
		{"no readable date", "yesterday", "Hello", "Hello", "original-time-unknown"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			m := message(func(m *mapping.Message) {
				m.Body, m.DateCreated, m.DateUpdated = tt.body, mapping.Timestamp(tt.date), mapping.Timestamp(tt.date)
			})
			ro := rosterOf(t, r)
			d, losses := r.ChatMessage(ro, m, nil)
			checkDraft(t, d)
			if !strings.HasPrefix(d.Parts[0].Content, tt.begins) || codes(losses) != tt.losses {
				t.Errorf("%.60q with losses %q; want %q with %q", d.Parts[0].Content, codes(losses), tt.begins, tt.losses)
			}
			for _, p := range d.Parts[1:] {
				if strings.Contains(p.Content, "UTC") {
					t.Error("a later part shows the time again")
				}
			}
			edited := m
			edited.Body, edited.DateUpdated = long, "2030-01-01T00:00:00Z"
			again, _ := r.Edition(ro, edited, nil, len(d.Parts))
			checkDraft(t, again)
			if time, _, ok := strings.Cut(tt.begins, "] "); ok && !strings.HasPrefix(again.Parts[0].Content, time+"] word") {
				t.Errorf("an edit begins with %.60q", again.Parts[0].Content)
			}
		})
	}
	if got, want := codes(r.AccountLosses()), "original-time-in-text roles push-and-webhooks"; got != want {
		t.Errorf("AccountLosses() = %s; want %s", got, want)
	}
	if left := mapping.Unaccepted(r.AccountLosses(), nil); len(left) > 0 {
		t.Errorf("%v has to be accepted, though readers see the time", left)
	}
}

func TestRetention(t *testing.T) {
	for days, want := range map[int]string{0: "none", 30: "30 days from creation", 90: "90 days from creation"} {
		r := mapping.Rules{RetentionDays: days}
		_, d, _ := draftThread(r, conversation, ana)
		if d.Retention() != want || d.RetentionDays != days {
			t.Errorf("the thread is kept %q; want %q", d.Retention(), want)
		}
		if got := mapping.NewCanary(r).Thread.RetentionDays; got != days {
			t.Errorf("the canary is kept %d days; want %d", got, days)
		}
		if got := lost(r.AccountLosses(), mapping.LossRetention); got != (days != 0) {
			t.Errorf("loss for %d days: %t", days, got)
		}
	}
	for got, thread := range map[string]mapping.ChatThread{"": {}, "none": {RetentionKind: "none"}, "30 days from creation": {RetentionKind: "threadCreationDate", RetentionDays: 30}} {
		if thread.Retention() != got {
			t.Errorf("Retention() = %q; want %q", thread.Retention(), got)
		}
	}
}
