package mapping

import (
	"fmt"
	"slices"
	"strings"
)

// maxSID bounds the SID of a conversation that can be carried, in bytes; real
// ones have 34. A longer one could not be found again in the thread's metadata.
const maxSID = 64

// ChatThread drafts the thread of c. Metadata is within 1 KB however it is
// measured; what does not fit is a Loss and stands in the sidecar.
func (r Rules) ChatThread(c Conversation, ro *Roster) (ThreadDraft, []Loss) {
	t := tally{item: string(c.SID), stores: r.stores()}
	d := ThreadDraft{
		Topic:         r.topic(c, &t),
		Metadata:      r.threadMetadata(c, &t),
		RetentionDays: r.RetentionDays,
		Members:       ro.Members,
		Creator:       ro.Creator(nil),
	}
	d.Blocked = r.leftOut(c, ro)
	d.LeftOut = d.Blocked != ""
	if !d.LeftOut {
		d.Blocked = r.blocked(c, ro)
	}
	switch c.State {
	case StateClosed:
		if !ro.readOnly {
			t.lose(LossStateNotEnforced, "")
		}
	case StateInactive:
		t.lose(LossStateInactive, "")
	}
	if !isEmptyJSON(c.Timers) {
		t.lose(LossTimers, "")
	}
	if !isEmptyJSON(c.Bindings) {
		t.lose(LossBindings, "")
	}
	return d, t.losses
}

// topic is what an expression says, else the friendly name, else the unique name,
// else the SID. People's text
// that merely holds an address is theirs; a topic that is an address is masked.
func (r Rules) topic(c Conversation, t *tally) string {
	topic, own := string(c.SID), ""
	if f := r.expressions().Topic; f != nil {
		name, err := f(c)
		own = t.express(FlagTopic, name, err)
	}
	for _, name := range []string{own, c.FriendlyName, c.UniqueName} {
		if !isBlank(name) {
			topic = name
			break
		}
	}
	public := r.PublicName(topic)
	if public != topic {
		t.lose(LossAddressMasked, "topic")
	}
	public, repaired := repairText(public)
	if repaired {
		t.lose(LossTextRepaired, "topic")
	}
	public, cut := cutText(public, MaxTopic)
	if cut {
		t.lose(LossNameCut, "topic")
	}
	return public
}

func (r Rules) threadMetadata(c Conversation, t *tally) Metadata {
	unique := c.UniqueName
	if r.masks() && isAddress(unique) {
		unique = ""
		t.lose(LossAddressMasked, KeyUniqueName)
	}
	fields := slices.Concat([]field{
		{KeyConversationSID, string(c.SID)},
		{KeySidecar, r.URL(r.SidecarKey(c.SID))},
	}, extraFields(r, FlagMetadata, r.expressions().ThreadMetadata, c, t), []field{
		{KeyState, c.State},
		{KeyCreatedAt, string(c.DateCreated)},
		{KeyUpdatedAt, string(c.DateUpdated)},
		{KeyUniqueName, unique},
		{KeyAttributes, attributesValue(c.Attributes)},
	})
	md, _, left := fit(fields, inBytes(MaxThreadMetadata))
	if len(left) > 0 {
		t.keep(LossMetadataTrimmed, strings.Join(left, ", "))
	}
	return md
}

// leftOut says by which policy c is not carried; empty when it is.
func (r Rules) leftOut(c Conversation, ro *Roster) string {
	switch {
	case c.State == StateClosed && r.Closed == ClosedSkip:
		return "it is closed, and --closed skip leaves such conversations out"
	case r.External == ExternalSkip && anyExternal(ro.participants):
		return "it has external participants, and --external skip leaves such conversations out"
	}
	return ""
}

// blocked says why c cannot be carried at all; empty when it can.
func (r Rules) blocked(c Conversation, ro *Roster) string {
	switch {
	case c.SID == "" || len(c.SID) > maxSID:
		return "its SID is not one of Twilio's"
	case c.State == StateInitializing:
		return "Twilio is still creating it: it is carried by a later run"
	case ro.unclear != "":
		return ro.unclear
	case len(ro.Members) > MaxMembers:
		return fmt.Sprintf("it has %d members and an ACS thread takes %d", len(ro.Members), MaxMembers)
	}
	return ""
}
