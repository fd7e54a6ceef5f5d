package migrate

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"maps"
	"slices"

	"github.com/twilio2acs/twilio2acs/mapping"
)

// memberChanges is how the participants of a conversation differ from the
// members that the ledger knows of.
type memberChanges struct {
	joined []mapping.Member
	left   []mapping.MemberRecord
	// renamed are members whose name, role or attributes have changed since this
	// was last noted.
	renamed []mapping.Member
}

func (c memberChanges) none() bool { return len(c.joined)+len(c.left)+len(c.renamed) == 0 }

// losses are what ACS cannot follow.
func (c memberChanges) losses(settled bool) []mapping.Loss {
	var losses []mapping.Loss
	for _, m := range c.left {
		losses = append(losses, mapping.Loss{Code: mapping.LossParticipantLeft, Item: m.Metadata[mapping.KeyParticipantSID]})
	}
	for _, m := range c.renamed {
		losses = append(losses, mapping.Loss{Code: mapping.LossParticipantChanged, Item: string(m.Participant.SID)})
	}
	if !settled {
		return losses
	}
	for _, m := range c.joined {
		losses = append(losses, mapping.Loss{Code: mapping.LossParticipantLate, Item: string(m.Participant.SID)})
	}
	return losses
}

// compareMembers compares those carried with those of the source.
func compareMembers(carried []mapping.MemberRecord, now []mapping.Member) memberChanges {
	var c memberChanges
	here := make(map[mapping.PersonKey]bool, len(now))
	for _, m := range now {
		here[m.Key] = true
		i := memberIndex(carried, m.Key)
		switch {
		case i < 0 || carried[i].Left:
			c.joined = append(c.joined, m)
		case outdated(carried[i], m):
			c.renamed = append(c.renamed, m)
		}
	}
	for _, rec := range carried {
		if !rec.Left && !here[rec.Key] {
			c.left = append(c.left, rec)
		}
	}
	return c
}

// outdated reports whether m is no longer as the member was last seen.
func outdated(rec mapping.MemberRecord, m mapping.Member) bool {
	same := rec.DisplayName == m.DisplayName && maps.Equal(rec.Metadata, m.Metadata)
	if same || !rec.Outdated {
		return !same
	}
	return rec.Seen != memberDigest(m)
}

// memberDigest stands for a state of a member that ACS was not given.
func memberDigest(m mapping.Member) string {
	text, _ := json.Marshal(struct {
		DisplayName string
		Metadata    mapping.Metadata
	}{m.DisplayName, m.Metadata}) // strings only: it cannot fail
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:8])
}

func memberIndex(members []mapping.MemberRecord, key mapping.PersonKey) int {
	return slices.IndexFunc(members, func(m mapping.MemberRecord) bool { return m.Key == key })
}
