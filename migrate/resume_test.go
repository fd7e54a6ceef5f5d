package migrate_test

import (
	"context"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/twilio2acs/twilio2acs/acsdest/emulator"
	"github.com/twilio2acs/twilio2acs/migrate"
)

// A run that goes on right after another was stopped sends nothing that ACS has to
// refuse, although it does not know when the other one sent what.
func TestResumeKeepsToTheLimits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const conversations, messages = 3, 100
		iw := newInboxWorld(t, conversations, messages)
		iw.opts.InboxOrder = false
		ctx, stop := context.WithCancel(t.Context())
		iw.seen = func(_ emulator.Event, n int) {
			if n == 28 {
				stop()
			}
		}
		if _, err := iw.process(ctx); err == nil {
			t.Fatal("it was not stopped")
		}
		iw.seen = func(emulator.Event, int) {}
		iw.reconnect(migrate.NewScheduler(migrate.ScheduleOptions{}, nil)) // another process
		start := time.Now()
		r, err := iw.process(t.Context())
		must(t, err)
		if r.Summary.Incomplete() {
			t.Errorf("%+v", r.Summary)
		}
		if n := iw.refused[http.StatusTooManyRequests]; n > 0 {
			t.Errorf("%d calls were refused", n)
		}
		if took := time.Since(start); took > 4*time.Minute {
			t.Errorf("it took %v", took)
		}
	})
}
