package mapping_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/twilio2acs/twilio2acs/mapping"
)

func TestAuthors(t *testing.T) {
	early, late := ana, ana
	early.DateCreated, late.DateCreated = "2024-05-01T09:00:00Z", "2024-05-01T11:00:00Z"
	goneName := "participant:" + string(goneSID)
	for _, tt := range []struct {
		name   string
		ana    mapping.Participant
		author string
		sid    mapping.ParticipantSID
		want   []mapping.PersonKey
	}{
		{"a member all along", early, "ana", anaSID, []mapping.PersonKey{user("ana")}},
		{"a member who joined later", late, "ana", "", []mapping.PersonKey{user("ana"), former("ana"), mapping.Keeper}},
		{"a member who came back", late, "ana", goneSID, []mapping.PersonKey{user("ana"), former("ana"), former(goneName), mapping.Keeper}},
		{"a member who joined nobody knows when", ana, "ana", "", []mapping.PersonKey{user("ana"), former("ana"), mapping.Keeper}},
		{"somebody who left", early, "carl", goneSID, []mapping.PersonKey{
			former("carl"), user("carl"), placeholder("carl"), former("carl"),
			user(goneName), placeholder(goneName), former(goneName), mapping.Keeper,
		}},
		{"no person", early, "system", "", []mapping.PersonKey{
			mapping.Keeper, user("system"), placeholder("system"), former("system"), mapping.Keeper,
		}},
		{"nobody", early, "", "", []mapping.PersonKey{mapping.Keeper, mapping.Keeper}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			ro, _ := stored.Roster(conversation, []mapping.Participant{tt.ana, sms}, contoso)
			m := message(func(m *mapping.Message) { m.Author, m.ParticipantSID = tt.author, tt.sid })
			got := ro.Authors(m)
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("Authors (-want +got):\n%s", diff)
			}
			if got[0] != ro.Sender(m).Key {
				t.Errorf("the first is %v; want the sender %v", got[0], ro.Sender(m).Key)
			}
		})
	}
}

// A long message is cut as it was when its author had another name, and the
// roster itself keeps the names it has.
func TestUnder(t *testing.T) {
	ro := rosterOf(t, stored)
	long := message(func(m *mapping.Message) { m.Body = strings.Repeat("word ", 12_000) })
	name := strings.Repeat("Anastasia ", 20)
	got, _ := stored.ChatMessage(ro.Under(name), long, nil)
	now, _ := stored.ChatMessage(ro, long, nil)
	if got.Sender.Key != now.Sender.Key || got.Parts[0].SenderDisplayName != name {
		t.Errorf("sent as %v under %q; want %v under %q", got.Sender.Key, got.Parts[0].SenderDisplayName, now.Sender.Key, name)
	}
	if joined(got) != joined(now) {
		t.Error("the texts differ")
	}
	if got.Parts[0].Content == now.Parts[0].Content {
		t.Error("a longer name leaves as much room for the text")
	}
	if s := ro.Sender(long); s.DisplayName != "Ana Souza" {
		t.Errorf("the roster itself says %q", s.DisplayName)
	}
}
