package migrate

import (
	"sync"

	"github.com/twilio2acs/twilio2acs/mapping"
)

// maxAcquaintances bounds what an engine keeps in mind of people: some two megabytes.
const maxAcquaintances = 8192

// acquaintances are the communication users of people met lately. Members are asked for
// when they are created, added and first write, and some are in many conversations:
// since nobody's user ever changes during a run, the ledger is asked only once.
type acquaintances struct {
	mu  sync.Mutex
	ids map[mapping.PersonKey]mapping.CommunicationUserID
}

func (a *acquaintances) find(key mapping.PersonKey) (mapping.CommunicationUserID, bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	id, met := a.ids[key]
	return id, met
}

// add keeps id in mind, in the place of any other when there are too many.
func (a *acquaintances) add(key mapping.PersonKey, id mapping.CommunicationUserID) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.ids == nil {
		a.ids = make(map[mapping.PersonKey]mapping.CommunicationUserID)
	}
	if len(a.ids) >= maxAcquaintances {
		for other := range a.ids {
			delete(a.ids, other)
			break
		}
	}
	a.ids[key] = id
}
