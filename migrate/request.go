package migrate

import (
	"time"

	"github.com/twilio2acs/twilio2acs/acsdest/limits"
)

// A Request is a call that waits for its turn in a Schedule. It may be used again
// once it was let through or removed.
type Request struct {
	limits.Call

	// NotBefore is a moment before which the call must not be made, whatever the
	// limits allow: the next second of its thread, say.
	NotBefore time.Duration
	// Slack is how long the call may wait while others go first, at most MaxSlack:
	// 0 for what sets the end of the run. Since it is bounded nobody starves.
	Slack time.Duration

	terms *terms
	lane  *lane
	place int           // in its lane
	order int64         // of arrival
	asked time.Duration // when it could have gone, had there been no limits
	bound *limits.Row   // what it has waited for last; nil for none

	granted func()  // called when it is let through, and nil from then on; of Scheduler
	voyage  *voyage // whose call it is; of simulation
}

// MaxSlack bounds Request.Slack.
const MaxSlack = time.Minute

func (r *Request) urgency() time.Duration { return r.asked + r.Slack }

func moreUrgent(a, b *Request) bool {
	if u, v := a.urgency(), b.urgency(); u != v {
		return u < v
	}
	return a.order < b.order
}
