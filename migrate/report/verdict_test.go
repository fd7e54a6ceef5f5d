package report_test

import (
	"testing"

	"github.com/twilio2acs/twilio2acs/mapping"
	"github.com/twilio2acs/twilio2acs/migrate"
	"github.com/twilio2acs/twilio2acs/migrate/report"
)

// What a plan says is said in a word first.
func TestVerdict(t *testing.T) {
	done := migrate.Tally{Total: 2, Created: 2}
	for _, tt := range []struct {
		name string
		page report.PlanPage
		want report.Call
	}{
		{"all can go", report.PlanPage{Plan: &report.Plan{Summary: migrate.Summary{Messages: done}}}, report.CallGo},
		{"nothing to do", report.PlanPage{Plan: &report.Plan{Summary: migrate.Summary{Messages: migrate.Tally{Total: 2, Unchanged: 2}}}}, report.CallDone},
		{"one is blocked", report.PlanPage{Plan: &report.Plan{Summary: migrate.Summary{Messages: done, Conversations: migrate.Tally{Blocked: 1}}}}, report.CallFix},
		{"one failed", report.PlanPage{Plan: &report.Plan{Summary: migrate.Summary{Messages: migrate.Tally{Failed: 1}}}}, report.CallFix},
		{"a run would ask", report.PlanPage{Plan: &report.Plan{Summary: migrate.Summary{Messages: done}}, Unaccepted: []mapping.LossCode{mapping.LossArrivalTime}}, report.CallNotYet},
		{"too little is kept", report.PlanPage{Plan: &report.Plan{Summary: migrate.Summary{Messages: migrate.Tally{Failed: 1}}}, Refusal: "fidelity"}, report.CallNotYet},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := tt.page.Verdict(); got.Call != tt.want || len(got.Reasons) == 0 {
				t.Errorf("the verdict is %s, not %s: %q", got.Call, tt.want, got.Reasons)
			}
		})
	}
}
