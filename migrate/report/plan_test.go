package report_test

import (
	"sync"
	"testing"

	"github.com/twilio2acs/twilio2acs/acsdest/emulator"
	"github.com/twilio2acs/twilio2acs/acsdest/limits"
	"github.com/twilio2acs/twilio2acs/mapping"
	"github.com/twilio2acs/twilio2acs/migrate"
)

// requests counts the calls that a server carries out, by operation.
type requests struct {
	mu     sync.Mutex
	counts map[limits.Operation]int64
}

func (r *requests) note(e emulator.Event) {
	if e.Phase != emulator.Arrived {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.counts[e.Operation]++
}

// The requests that a plan predicts are those that the run then makes.
func TestPlanPredictsRequests(t *testing.T) {
	for _, name := range []string{"tiny", "contoso"} {
		t.Run(name, func(t *testing.T) {
			made := requests{counts: map[limits.Operation]int64{}}
			w := newWorld(t, snapshotDir(name), &emulator.Options{OnRequest: made.note})
			p := w.plan()
			w.run()
			predicted := map[limits.Operation]int64{}
			for _, r := range p.Estimate.Requests {
				predicted[r.Operation] = r.Count
			}
			for _, op := range []limits.Operation{limits.CreateThread, limits.SendMessage, limits.AddParticipants, limits.RemoveParticipant, limits.SendReadReceipt} {
				if made.counts[op] != predicted[op] {
					t.Errorf("%s: %d requests, %d predicted", op, made.counts[op], predicted[op])
				}
			}
			users := made.counts[limits.CreateIdentity] + made.counts[limits.CreateUserAndToken]
			if want := predicted[limits.CreateIdentity] + predicted[limits.CreateUserAndToken]; users != want {
				t.Errorf("%d identities, %d predicted", users, want)
			}
			again := w.plan()
			if len(again.Estimate.Requests) > 0 || again.Estimate.Seconds != 0 || again.Events.Total != 0 {
				t.Errorf("something is left to do: %+v %+v", again.Estimate, again.Events)
			}
			if again.Fidelity != p.Fidelity {
				t.Errorf("fidelity %+v after the run, %+v before", again.Fidelity, p.Fidelity)
			}
		})
	}
}

// The rows of a plan add up to its sums.
func TestPlanRowsAddUp(t *testing.T) {
	w := newWorld(t, snapshotDir("contoso"), nil)
	p := w.plan()
	var messages, files, members int64
	losses := map[mapping.LossCode]int{}
	for _, r := range rows(t, p) {
		if r.Verb != migrate.VerbCreate {
			t.Errorf("%s: %s", r.SID, r.Verb)
		}
		messages += r.Messages.Create
		files += r.NewFiles
		members += r.Joined
		for code, n := range r.Losses {
			losses[code] += n
		}
	}
	s := p.Summary
	if messages != s.Messages.Created || files != s.Media.Created || members != s.Participants.Created {
		t.Errorf("%d messages, %d files, %d members; want %+v", messages, files, members, s)
	}
	for _, l := range p.Losses {
		if !l.Code.Info().Account && losses[l.Code] != l.Count {
			t.Errorf("%d × %s, want %d", losses[l.Code], l.Code, l.Count)
		}
	}
}
