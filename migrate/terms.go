package migrate

import (
	"slices"

	"github.com/twilio2acs/twilio2acs/acsdest/limits"
)

// terms are the quotas that a call of one operation falls under. Of each scope
// there is at most one in the table, which a test sees to.
type terms struct {
	lane   *quota // whose windows the call's lane holds
	fine   *quota // per user within the thread of the lane
	shared *pool  // of the whole resource
}

// termsOf sorts the quotas of op. The coarsest that is not the resource's makes
// the lanes, so that all that can wait for one another stand in one.
func termsOf(op limits.Operation, all []*quota, pools map[*quota]*pool) *terms {
	byScope := make(map[limits.Scope]*quota)
	for _, q := range all {
		if slices.Contains(q.operations, op) {
			byScope[q.scope] = q
		}
	}
	t := &terms{lane: unlimited, fine: unlimited, shared: pools[unlimited]}
	for _, scope := range []limits.Scope{limits.PerThread, limits.PerUser, limits.PerUserAndThread, limits.PerResource} {
		switch q := byScope[scope]; {
		case q == nil:
		case t.lane == unlimited:
			t.lane = q
		case scope == limits.PerResource:
			t.shared = pools[q]
		default:
			t.fine = q
		}
	}
	return t
}

// key is the lane of c.
func (t *terms) key(c limits.Call) laneKey {
	k := laneKey{quota: t.lane, user: c.User, thread: c.Thread}
	switch t.lane.scope {
	case limits.PerThread:
		k.user = ""
	case limits.PerUser:
		k.thread = ""
	case limits.PerResource:
		k.user, k.thread = "", ""
	}
	return k
}
