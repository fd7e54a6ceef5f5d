package killtest_test

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/twilio2acs/twilio2acs/checkpoint"
	"github.com/twilio2acs/twilio2acs/mapping"
	"github.com/twilio2acs/twilio2acs/migrate"
	"github.com/twilio2acs/twilio2acs/twiliosrc"
)

// A plan says of any account, and after any changes to it, what a run then does:
// the same counters and losses, and every item that they count. After the run
// there is nothing left to plan.
func TestPlanIsWhatRunDoes(t *testing.T) {
	planIsWhatRunDoes(t, func(*rand.Rand) mapping.Rules { return tinyRules })
}

// planIsWhatRunDoes tries accounts that are migrated under rules made for each.
func planIsWhatRunDoes(t *testing.T, rulesOf func(*rand.Rand) mapping.Rules) {
	t.Helper()
	const rounds = 3
	seeds := 8
	if testing.Short() {
		seeds = 3
	}
	for seed := range seeds {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			t.Parallel()
			chance := rand.New(rand.NewPCG(uint64(seed), 6))
			a, rules := newAccount(chance), rulesOf(rand.New(rand.NewPCG(uint64(seed), 7)))
			d, snapshot := destination(t.TempDir()), filepath.Join(t.TempDir(), "snapshot")
			for range rounds {
				a.save(t, snapshot)
				plan, told := d.plan(t, snapshot, rules)
				ran := d.migrate(t, snapshot, rules)
				if diff := cmp.Diff(ran.Summary, plan.Summary); diff != "" {
					t.Errorf("counters (-run +plan):\n%s", diff)
				}
				if diff := cmp.Diff(counted(ran.Losses), counted(plan.Losses)); diff != "" {
					t.Errorf("losses (-run +plan):\n%s", diff)
				}
				if diff := cmp.Diff(told, tallies(ran.Summary)); diff != "" {
					t.Errorf("items (-told +run):\n%s", diff)
				}
				if _, left := d.plan(t, snapshot, rules); len(left) > 0 {
					t.Errorf("left to do after the run: %v", left)
				}
				if found := d.verify(t, snapshot, rules); len(found) > 0 {
					t.Errorf("verify finds %v", found)
				}
				t.Log(a.change(false))
			}
		})
	}
}

// plan is what a run would do, and how many items it tells of, by kind and verb,
// but for those that stay.
func (d destination) plan(t *testing.T, snapshot string, rules mapping.Rules) (*migrate.Report, map[string]int64) {
	t.Helper()
	source, err := twiliosrc.OpenSnapshot(t.Context(), snapshot, nil)
	must(t, err)
	defer source.Close()
	ledger, err := checkpoint.OpenReader(d.ledger(), nil)
	must(t, err)
	defer ledger.Close()
	told := make(map[string]int64)
	opts := undisturbed(t)
	opts.Changes = func(c migrate.Change) error {
		if c.Verb != migrate.VerbUnchanged {
			told[c.Kind+" "+string(c.Verb)]++
		}
		return nil
	}
	report, err := migrate.Plan(t.Context(), source, ledger, rules, opts)
	must(t, err)
	return report, told
}

// tallies are the counters of a summary in the words of a plan.
func tallies(s migrate.Summary) map[string]int64 {
	all := make(map[string]int64)
	for kind, t := range map[string]migrate.Tally{
		migrate.KindUser: s.Users, migrate.KindConversation: s.Conversations, migrate.KindParticipant: s.Participants,
		migrate.KindMessage: s.Messages, migrate.KindMedia: s.Media,
	} {
		for verb, n := range map[migrate.Verb]int64{
			migrate.VerbCreate: t.Created, migrate.VerbUpdate: t.Updated, migrate.VerbDelete: t.Deleted,
			migrate.VerbBlocked: t.Blocked, migrate.VerbFailed: t.Failed,
		} {
			all[kind+" "+string(verb)] = n
		}
	}
	maps.DeleteFunc(all, func(_ string, n int64) bool { return n == 0 })
	return all
}

// counted is how often each loss occurs.
func counted(losses []migrate.LossCount) map[mapping.LossCode]int {
	counts := make(map[mapping.LossCode]int)
	for _, l := range losses {
		counts[l.Code] = l.Count
	}
	return counts
}
