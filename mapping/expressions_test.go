package mapping_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/twilio2acs/twilio2acs/mapping"
)

// said gives the same answer about every item.
func said[Item any](answer string) func(Item) (string, error) {
	return func(Item) (string, error) { return answer, nil }
}

// silent gives none.
func silent[Item any](Item) (string, error) { return "", errors.New("what it reads is not there") }

func expressing(e mapping.Expressions) mapping.Rules {
	r := stored
	r.Expressions = &e
	return r
}

func TestExpressedNames(t *testing.T) {
	for _, tt := range []struct {
		name         string
		e            mapping.Expressions
		topic, shown string
		losses       string
	}{
		{"none", mapping.Expressions{}, "Order 17", "Ana Souza", ""},
		{"both", mapping.Expressions{Topic: said[mapping.Conversation]("Case 17"), DisplayName: said[mapping.Attendee]("Ana (desk)")}, "Case 17", "Ana (desk)", ""},
		{"blank", mapping.Expressions{Topic: said[mapping.Conversation](" "), DisplayName: said[mapping.Attendee]("")}, "Order 17", "Ana Souza", ""},
		{"no answer", mapping.Expressions{Topic: silent[mapping.Conversation], DisplayName: silent[mapping.Attendee]}, "Order 17", "Ana Souza", "expression expression"},
		{"addresses", mapping.Expressions{Topic: said[mapping.Conversation]("+15551234567")}, "SMS ••67", "Ana Souza", "address-masked"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			ro, d, losses := draftThread(expressing(tt.e), conversation, ana)
			if d.Topic != tt.topic || ro.Members[0].DisplayName != tt.shown || codes(losses) != tt.losses {
				t.Errorf("topic %q, name %q, losses %q; want %q, %q, %q", d.Topic, ro.Members[0].DisplayName, codes(losses), tt.topic, tt.shown, tt.losses)
			}
		})
	}
}

// Metadata of users stands beside that of the program, as far as it fits.
func TestExtraMetadata(t *testing.T) {
	e := mapping.Expressions{
		ThreadMetadata: []mapping.ExtraMetadata[mapping.Conversation]{
			{Key: "ticket", Value: said[mapping.Conversation]("T7")}, {Key: "none", Value: said[mapping.Conversation]("")},
			{Key: "phone", Value: said[mapping.Conversation]("+15551234567")}, {Key: "large", Value: said[mapping.Conversation](strings.Repeat("x", 2000))},
			{Key: "failing", Value: silent[mapping.Conversation]},
		},
		MemberMetadata: []mapping.ExtraMetadata[mapping.Attendee]{{Key: "team", Value: func(a mapping.Attendee) (string, error) {
			return a.User.FriendlyName + " of " + string(a.Conversation.SID[:2]), nil
		}}},
		MessageMetadata: []mapping.ExtraMetadata[mapping.Message]{{Key: "kind", Value: func(m mapping.Message) (string, error) { return m.Body, nil }}},
	}
	r := expressing(e)
	ro, d, losses := draftThread(r, conversation, ana)
	if d.Metadata["ticket"] != "T7" || codes(losses) != "address-masked expression metadata-trimmed" {
		t.Errorf("metadata %v, losses %q", d.Metadata, codes(losses))
	}
	for _, key := range []string{"none", "phone", "large", "failing"} {
		if v, there := d.Metadata[key]; there {
			t.Errorf("metadata has %s: %q", key, v)
		}
	}
	if got := ro.Members[0].Metadata["team"]; got != "Ana Souza of CH" {
		t.Errorf("team is %q", got)
	}
	m := message(func(m *mapping.Message) { m.Body = strings.Repeat("a long text. ", 4000) })
	r.Expressions.MessageMetadata[0].Value = func(mapping.Message) (string, error) { return "long", nil }
	draft, _ := r.ChatMessage(ro, m, nil)
	if len(draft.Parts) < 2 {
		t.Fatal("the message has one part")
	}
	for i, p := range draft.Parts {
		if (p.Metadata["kind"] == "long") != (i == 0) {
			t.Errorf("part %d has kind %q", i, p.Metadata["kind"])
		}
	}
}

// Somebody whom an expression leaves out is no member, and is written for like an
// author who has left.
func TestUnselectedParticipant(t *testing.T) {
	r := expressing(mapping.Expressions{CarriesParticipant: func(a mapping.Attendee) (bool, error) { return a.Participant.Identity != "ana", nil }})
	ro, d, losses := draftThread(r, conversation, ana, bo)
	if len(ro.Members) != 1 || ro.Members[0].Key != user("bo") || ro.Unselected() != 1 || !ro.LeavesOut(user("ana")) {
		t.Errorf("members %v, %d left out", ro.Members, ro.Unselected())
	}
	if d.Blocked != "" || codes(losses) != "participant-unselected display-name-identity" {
		t.Errorf("blocked %q, losses %q", d.Blocked, codes(losses))
	}
	former := mapping.PersonKey{Kind: mapping.PersonFormer, Service: serviceSID, Name: "ana"}
	want := mapping.Sender{Key: former, DisplayName: "Ana Souza", Temporary: true}
	if diff := cmp.Diff(want, ro.Sender(message(nil))); diff != "" {
		t.Errorf("Sender (-want +got):\n%s", diff)
	}
}

// What an expression does not decide blocks its conversation.
func TestUndecided(t *testing.T) {
	undecided := errors.New("what it reads is not there")
	r := expressing(mapping.Expressions{
		CarriesParticipant: func(mapping.Attendee) (bool, error) { return false, undecided },
		CarriesMessage:     func(mapping.Conversation, mapping.Message) (bool, error) { return false, undecided },
	})
	_, d, _ := draftThread(r, conversation, ana)
	if want := "--where-participant does not say whether participant " + string(anaSID) + " is carried: what it reads is not there"; d.Blocked != want || d.LeftOut {
		t.Errorf("blocked %q; want %q", d.Blocked, want)
	}
	if _, err := r.Carried(conversation, message(nil)); !errors.Is(err, undecided) {
		t.Errorf("error %v", err)
	}
}

// A file that is left out is named in the message, and nothing else changes.
func TestCarried(t *testing.T) {
	r := expressing(mapping.Expressions{
		CarriesMessage: func(_ mapping.Conversation, m mapping.Message) (bool, error) { return m.Index > 5, nil },
		CarriesMedia: func(_ mapping.Conversation, m mapping.Message, f mapping.Media) (bool, error) {
			return len(m.Media) == 2 && f.Size < 10, nil
		},
	})
	whole := message(func(m *mapping.Message) {
		m.Media = []mapping.Media{{SID: "ME1", Filename: "small.txt", Size: 1}, {SID: "ME2", Filename: "large.txt", Size: 100}}
	})
	m, err := r.Carried(conversation, whole)
	if err != nil || m.LeftOut || len(m.Media) != 1 || len(m.LeftOutMedia) != 1 || len(whole.Media) != 2 {
		t.Fatalf("Carried = %+v, %v", m, err)
	}
	draft, losses := r.ChatMessage(rosterOf(t, r), m, nil)
	if !strings.HasSuffix(draft.Parts[0].Content, "[Attachment not carried: large.txt]") || codes(losses) != "media-unselected" {
		t.Errorf("content %q, losses %q", draft.Parts[0].Content, codes(losses))
	}
	whole.Index = 5
	if m, err = r.Carried(conversation, whole); err != nil || !m.LeftOut {
		t.Errorf("Carried = %+v, %v", m, err)
	}
}

// Expressions bind a ledger, by their flags.
func TestFingerprintOfExpressions(t *testing.T) {
	with := func(digests map[string]string) mapping.Rules {
		return expressing(mapping.Expressions{Digests: digests})
	}
	a, b := mapping.DigestExpressions("a"), mapping.DigestExpressions("b")
	now := with(map[string]string{mapping.FlagTopic: a, mapping.FlagMetadata: mapping.DigestExpressions("x", "y")})
	if got, ok := mapping.RulesOf(now.Fingerprint(), now.MediaURL); !ok || got.Fingerprint() != now.Fingerprint() {
		t.Errorf("RulesOf(%q) = %+v, %t", now.Fingerprint(), got, ok)
	}
	for _, tt := range []struct {
		was  mapping.Rules
		want string
	}{
		{with(map[string]string{mapping.FlagTopic: a, mapping.FlagMetadata: mapping.DigestExpressions("y", "x")}), ""},
		{with(map[string]string{mapping.FlagTopic: b, mapping.FlagMetadata: mapping.DigestExpressions("y", "x")}), "--topic"},
		{with(map[string]string{mapping.FlagWhereMessage: a, mapping.FlagTopic: a}), "--metadata, --where-message"},
		{stored, "--metadata, --topic"},
	} {
		if got := mapping.FingerprintDifference(tt.was.Fingerprint(), now.Fingerprint()); got != tt.want {
			t.Errorf("from %s to %s: %q, want %q", tt.was.Fingerprint(), now.Fingerprint(), got, tt.want)
		}
	}
}

func TestExtraKeys(t *testing.T) {
	keys := func(names ...string) mapping.Rules {
		var extras []mapping.ExtraMetadata[mapping.Conversation]
		for _, name := range names {
			extras = append(extras, mapping.ExtraMetadata[mapping.Conversation]{Key: name, Value: said[mapping.Conversation]("x")})
		}
		return expressing(mapping.Expressions{ThreadMetadata: extras})
	}
	var many []string
	for i := range mapping.MaxExtraKeys + 1 {
		many = append(many, fmt.Sprint("k", i))
	}
	for _, tt := range []struct {
		rules mapping.Rules
		want  string
	}{
		{keys("ticket", "order.id", "a_b-C9"), ""},
		{keys(many...), "more than 10"},
		{keys("a", "a"), "twice"},
		{keys(""), "must be of letters"},
		{keys("9a"), "must be of letters"},
		{keys("a b"), "must be of letters"},
		{keys("twilioTicket"), "begin with twilio"},
		{keys("TwilioTicket"), "begin with twilio"},
		{keys("attachmentUrl"), "key of attachments"},
		{keys(strings.Repeat("k", 65)), "longer than 64 bytes"},
	} {
		err := tt.rules.Validate()
		if (err == nil) != (tt.want == "") || err != nil && !strings.Contains(err.Error(), tt.want) {
			t.Errorf("error %v, want %q", err, tt.want)
		}
	}
}
