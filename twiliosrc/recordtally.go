package twiliosrc

import (
	"errors"

	"github.com/twilio2acs/twilio2acs/mapping"
)

// toldDamage is how many damaged items a recording tells of.
const toldDamage = 20

// recordTally is what was not recorded, and why. It stands with what was, so that
// an interruption does not make it forgotten.
type recordTally struct {
	GoneMessages int64        `json:"goneMessages,omitempty"`
	MissingMedia int64        `json:"missingMedia,omitempty"`
	Damaged      int64        `json:"damaged,omitempty"`
	First        []damageNote `json:"first,omitempty"` // damaged items
}

// damageNote is a *mapping.DamagedError that can be written down.
type damageNote struct {
	Place        string                  `json:"place"`
	Conversation mapping.ConversationSID `json:"conversation,omitempty"`
	Reason       string                  `json:"reason"`
}

func (t *recordTally) isZero() bool { return t.GoneMessages+t.MissingMedia+t.Damaged == 0 }

// takes reports whether err spoils one item only, which is then left out and
// counted.
func (t *recordTally) takes(err error) bool {
	var d *mapping.DamagedError
	if !errors.As(err, &d) {
		return false
	}
	t.add(recordTally{Damaged: 1, First: []damageNote{{d.Place, d.Conversation, d.Err.Error()}}})
	return true
}

func (t *recordTally) add(o recordTally) {
	t.GoneMessages += o.GoneMessages
	t.MissingMedia += o.MissingMedia
	t.Damaged += o.Damaged
	t.First = append(t.First, o.First...)
	t.First = t.First[:min(len(t.First), toldDamage)]
}

func (t *recordTally) damage() []*mapping.DamagedError {
	var all []*mapping.DamagedError
	for _, d := range t.First {
		all = append(all, &mapping.DamagedError{Place: d.Place, Conversation: d.Conversation, Err: errors.New(d.Reason)})
	}
	return all
}
