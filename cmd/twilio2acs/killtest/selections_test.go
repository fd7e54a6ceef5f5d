package killtest_test

import (
	"hash/fnv"
	"math/rand/v2"
	"strconv"
	"testing"

	"github.com/twilio2acs/twilio2acs/checkpoint"
	"github.com/twilio2acs/twilio2acs/mapping"
	"github.com/twilio2acs/twilio2acs/migrate"
)

// Whatever expressions leave out, and whatever comes to be left out or not because it
// is edited: a plan says what a run does, nothing is left to do after it, nothing that
// was carried is deleted for it, and verify agrees.
func TestPlanIsWhatRunDoesWithSelections(t *testing.T) {
	planIsWhatRunDoes(t, func(chance *rand.Rand) mapping.Rules {
		rules := tinyRules
		rules.Expressions = randomExpressions(chance)
		return rules
	})
}

// randomExpressions select by what never changes, by what edits change, and by both.
func randomExpressions(chance *rand.Rand) *mapping.Expressions {
	lot := func(share uint64) func(...string) bool {
		salt := string(rune('a' + chance.IntN(26)))
		return func(texts ...string) bool {
			h := fnv.New64a()
			for _, text := range append(texts, salt) {
				_, _ = h.Write([]byte(text)) // a hash never fails
			}
			return h.Sum64()%100 < share
		}
	}
	carries, edited, file, joins := lot(80), lot(80), lot(50), lot(75)
	return &mapping.Expressions{
		CarriesParticipant: func(a mapping.Attendee) (bool, error) {
			read := int64(-1)
			if h := a.Participant.LastReadMessageIndex; h != nil {
				read = *h / 2
			}
			return joins(string(a.Participant.SID), strconv.FormatInt(read, 10)), nil
		},
		CarriesMessage: func(c mapping.Conversation, m mapping.Message) (bool, error) {
			return carries(string(m.SID)) && edited(m.Body, m.Attributes), nil
		},
		CarriesMedia: func(_ mapping.Conversation, m mapping.Message, f mapping.Media) (bool, error) {
			return file(string(f.SID)), nil
		},
		Topic: func(c mapping.Conversation) (string, error) { return c.State + " " + c.FriendlyName, nil },
		DisplayName: func(a mapping.Attendee) (string, error) {
			return a.User.FriendlyName + "!", nil
		},
		ThreadMetadata:  []mapping.ExtraMetadata[mapping.Conversation]{{Key: "state", Value: func(c mapping.Conversation) (string, error) { return c.State, nil }}},
		MemberMetadata:  []mapping.ExtraMetadata[mapping.Attendee]{{Key: "name", Value: func(a mapping.Attendee) (string, error) { return a.User.FriendlyName, nil }}},
		MessageMetadata: []mapping.ExtraMetadata[mapping.Message]{{Key: "said", Value: func(m mapping.Message) (string, error) { return m.Attributes, nil }}},
	}
}

// verify is what differs between a snapshot and the destination.
func (d destination) verify(t *testing.T, snapshot string, rules mapping.Rules) []migrate.Difference {
	t.Helper()
	e := d.open(t, snapshot)
	defer e.close()
	ledger, err := checkpoint.OpenReader(d.ledger(), nil)
	must(t, err)
	defer ledger.Close()
	var found []migrate.Difference
	_, err = migrate.Verify(t.Context(), e.source, e.to, ledger, e.store, rules, &migrate.VerifyOptions{
		Found: func(x migrate.Difference) { found = append(found, x) },
	})
	must(t, err)
	return found
}
