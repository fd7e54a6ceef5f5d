package redact_test

import (
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/twilio2acs/twilio2acs/checkpoint"
	"github.com/twilio2acs/twilio2acs/mapping"
	"github.com/twilio2acs/twilio2acs/migrate"
	"github.com/twilio2acs/twilio2acs/twiliosrc"
)

// A plan from a redacted snapshot is the plan from the original: the same
// counters, the same losses of the same items.
func TestPlanStaysTheSame(t *testing.T) {
	for _, name := range []string{"contoso", "tiny"} {
		t.Run(name, func(t *testing.T) {
			r := newRedactor(t, nil)
			redacted := redactSnapshot(t, r, snapshotDir(name))
			if err := r.Scan(t.Context(), redacted); err != nil {
				t.Errorf("Scan: %v", err)
			}
			for _, rules := range []mapping.Rules{
				{MediaURL: "https://files.example.com/{key}"},
				{MediaURL: "https://files.example.com/{key}", Addresses: mapping.AddressesKeep},
				{MediaURL: "https://files.example.com/{key}", Receipts: true},
				{},
			} {
				got, want := plan(t, redacted, rules), plan(t, snapshotDir(name), rules)
				if d := cmp.Diff(got, want, cmpopts.EquateEmpty()); d != "" {
					t.Errorf("plans under %+v differ (-redacted +original):\n%s", rules, d)
				}
			}
		})
	}
}

func plan(t *testing.T, dir string, rules mapping.Rules) *migrate.Report {
	t.Helper()
	snapshot, err := twiliosrc.OpenSnapshot(t.Context(), dir, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer snapshot.Close()
	ledger, err := checkpoint.OpenReader(filepath.Join(t.TempDir(), "none.db"), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer ledger.Close()
	accept, err := mapping.Acceptable([]string{mapping.AcceptAll})
	if err != nil {
		t.Fatal(err)
	}
	report, err := migrate.Plan(t.Context(), snapshot, ledger, rules, &migrate.Options{Whole: true, Accept: accept})
	if err != nil {
		t.Fatal(err)
	}
	return report
}
