package migrate

import (
	"github.com/twilio2acs/twilio2acs/mapping"
)

// Workload gathers from a plan what a run will ask of ACS. Its methods Change and
// Conversation are what Options.Changes and Planned call, one at a time.
type Workload struct {
	loads []Load
	met   *census
}

// NewWorkload returns a workload of nothing.
func NewWorkload() *Workload { return &Workload{met: newCensus()} }

// Change is told of every item, which the sums of Conversation hold already.
func (w *Workload) Change(Change) error { return nil }

// Conversation takes in a conversation.
func (w *Workload) Conversation(c PlannedConversation) error {
	if c.Status != mapping.StatusDone || c.Sends == 0 && c.Before.Thread != "" {
		return nil
	}
	conv := c.Conversation
	l := Load{
		Conversation: mapping.Conversation{SID: conv.SID, State: conv.State, DateUpdated: conv.DateUpdated},
		Creator:      string(c.Creator.Kind) + " " + string(c.Creator.Service) + " " + c.Creator.Name,
		Existing:     c.Before.Thread != "",
		Messages:     c.Sends,
	}
	members, silent := make(map[mapping.PersonKey]bool, len(c.Draft.Members)), int64(0)
	for _, m := range c.Draft.Members {
		members[m.Key] = true
		w.member(&l, c, m, &silent)
	}
	for key := range c.Wrote {
		if !members[key] { // for the time of writing only
			l.Additions++
			l.Removals++
			w.create(&l.Writers, key)
		}
	}
	if silent > 0 {
		l.Additions += (silent + maxPerCall - 1) / maxPerCall
	}
	w.loads = append(w.loads, l)
	return nil
}

func (w *Workload) member(l *Load, c PlannedConversation, m mapping.Member, silent *int64) {
	if m.Key.Kind == mapping.PersonUser {
		l.People = append(l.People, w.met.hash(m.Key))
	}
	if h, ok := horizon(m); ok && h >= 0 && len(c.Draft.Members) <= mapping.MaxReceiptMembers {
		l.Receipts++
	}
	if memberIndex(c.Before.Members, m.Key) >= 0 {
		return
	}
	if c.Wrote[m.Key] || m.Key == c.Creator {
		w.create(&l.Writers, m.Key)
		return
	}
	*silent++
	w.create(&l.Readers, m.Key)
}

// create counts somebody who is to be created, the first time that they are met.
func (w *Workload) create(n *int64, key mapping.PersonKey) {
	if w.met.add(key) {
		*n++
	}
}

// Loads are the conversations gathered.
func (w *Workload) Loads() []Load { return w.loads }
