package emulator

import (
	"slices"
	"time"
)

// Limits of members (service limits page, Chat).
const (
	maxMembers     = 250 // of a thread
	maxAddedAtOnce = 200 // in one creation and in one call of :add
)

// joiner is someone who is asked to become a member.
type joiner struct {
	user    userID
	foreign bool // can never be a member
	member  member
}

type participantRequest struct {
	Identifier *identifierRequest `json:"communicationIdentifier"`
	Name       string             `json:"displayName"`
	Share      *time.Time         `json:"shareHistoryTime"`
	Metadata   metadataPatch      `json:"metadata"`
}

type invalidParticipant struct {
	Target  userID `json:"target"`
	Code    string `json:"code"`
	Message string `json:"message"`
}

// parseParticipants reads participants of a request, each user once.
func parseParticipants(in []participantRequest, sizes Sizes) ([]joiner, error) {
	if len(in) > maxAddedAtOnce {
		return nil, badRequest("") // reported without a message
	}
	var out []joiner
	seen := make(map[userID]bool)
	for _, p := range in {
		if p.Identifier == nil {
			return nil, badRequest("Identifier is required.")
		}
		u, foreign, err := p.Identifier.parse()
		if err != nil {
			return nil, err
		}
		metadata, err := p.Metadata.whole()
		if err != nil {
			return nil, err
		}
		if err := sizes.checkParticipant(metadata); err != nil {
			return nil, err
		}
		m := member{Name: p.Name, Metadata: metadata}
		if p.Share != nil {
			m.Share = max(0, millis(p.Share.UnixMilli()))
		}
		if !seen[u] {
			seen[u] = true
			out = append(out, joiner{user: u, foreign: foreign, member: m})
		}
	}
	return out, nil
}

// withCreator puts the creator of a thread first, unless listed.
func withCreator(joiners []joiner, creator userID) []joiner {
	if slices.ContainsFunc(joiners, func(j joiner) bool { return j.user == creator }) {
		return joiners
	}
	return append([]joiner{{user: creator}}, joiners...)
}

// screen sorts joiners into those who become members of th, which is nil for a
// new thread, and those who cannot. Who is a member already is in neither.
func (t tx) screen(th *openThread, joiners []joiner) (added []joiner, invalid []invalidParticipant, err error) {
	members := 0
	if th != nil {
		members = int(th.head.Members)
	}
	for _, j := range joiners {
		if th != nil && t.bucket(bucketMembers).Get(th.num.keyOf(j.user)) != nil {
			continue
		}
		bad, err := t.invalidReason(j)
		if err != nil {
			return nil, nil, err
		}
		if bad != nil {
			invalid = append(invalid, *bad)
			continue
		}
		added = append(added, j)
	}
	if members+len(added) > maxMembers {
		return nil, nil, badRequest("The thread would have too many participants.")
	}
	return added, invalid, nil
}

// invalidReason is why j cannot be a member; nil when it can.
func (t tx) invalidReason(j joiner) (*invalidParticipant, error) {
	resource, _ := j.user.resource()
	if j.foreign || resource != t.state.resource {
		return &invalidParticipant{Target: j.user, Code: "403", Message: "Permissions check failed"}, nil
	}
	id, found, err := t.identity(j.user)
	if err == nil && (!found || id.Deleted > 0) {
		return &invalidParticipant{Target: j.user, Code: "404", Message: "Not found"}, nil
	}
	return nil, err
}
