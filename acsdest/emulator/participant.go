package emulator

import (
	"cmp"
	"math"
	"net/http"
	"slices"
	"time"
)

// Limits of members [D].
const (
	maxMembers     = 250 // of a thread
	maxAddedAtOnce = 200 // in one creation and in one call of :add
)

// participantPage is how many participants, or receipts, a page holds when
// maxPageSize is omitted, and at most. Not published.
const participantPage = 100

// member is a participant, as stored.
type member struct {
	Name     string            `json:"name,omitempty"`
	Share    millis            `json:"share,omitempty"` // history from here on is visible
	Metadata map[string]string `json:"metadata,omitempty"`
	Joined   uint64            `json:"joined"` // place in the order of joining
}

// formerMember is what a removed participant may still read.
type formerMember struct {
	Share millis `json:"share,omitempty"`
	Until millis `json:"until"`
}

// snapshot is a participant as a system message shows it.
type snapshot struct {
	User  userID `json:"u"`
	Name  string `json:"n,omitempty"`
	Share millis `json:"s,omitempty"`
}

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
func parseParticipants(in []participantRequest) ([]joiner, error) {
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
		metadata, err := p.Metadata.whole(maxParticipantMetadata)
		if err != nil {
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

// join makes members of those whom screen let through, and says so in one
// system message.
func (t tx) join(th *openThread, by userID, added []joiner) error {
	if len(added) == 0 {
		return nil
	}
	var shown []snapshot
	for _, j := range added {
		th.head.Joined++
		th.head.Members++
		j.member.Joined = th.head.Joined
		if err := save(t.bucket(bucketMembers), th.num.keyOf(j.user), j.member); err != nil {
			return err
		}
		if err := t.bucket(bucketFormer).Delete(th.num.keyOf(j.user)); err != nil {
			return err
		}
		if err := t.bucket(bucketMemberships).Put(membershipKey(j.user, th.num), nil); err != nil {
			return err
		}
		shown = append(shown, snapshot{User: j.user, Name: j.member.Name, Share: j.member.Share})
	}
	return t.announceMembers(th, by, typeParticipantAdded, shown)
}

// leave turns a member into a former one.
func (t tx) leave(th *openThread, u userID, m member) error {
	if err := t.bucket(bucketMembers).Delete(th.num.keyOf(u)); err != nil {
		return err
	}
	th.head.Members--
	former := formerMember{Share: m.Share, Until: th.head.Last}
	if err := save(t.bucket(bucketFormer), th.num.keyOf(u), former); err != nil {
		return err
	}
	return t.saveHead(th)
}

// leaveAll takes a deleted user out of every living thread.
func (t tx) leaveAll(u userID) error {
	for _, n := range t.threadsOf(u, math.MaxInt) {
		m, found, err := t.member(n, u)
		if err != nil {
			return err
		}
		th := &openThread{num: n, head: t.head(n)}
		if !found || th.head.endedAt() > 0 {
			continue
		}
		if err := t.leave(th, u, m); err != nil {
			return err
		}
	}
	return nil
}

func (t tx) member(n threadNum, u userID) (member, bool, error) {
	return load[member](t.bucket(bucketMembers), n.keyOf(u))
}

// participant is a member with its user.
type participant struct {
	user userID
	member
}

// members lists the members of a thread in the order of joining.
func (t tx) members(n threadNum) ([]participant, error) {
	var out []participant
	err := eachWithPrefix(t.bucket(bucketMembers), n.key(), func(rest, value []byte) error {
		m, err := decode[member](value)
		out = append(out, participant{userID(rest), m})
		return err
	})
	slices.SortFunc(out, func(a, b participant) int { return cmp.Compare(a.Joined, b.Joined) })
	return out, err
}

type participantJSON struct {
	Identifier identifierJSON    `json:"communicationIdentifier"`
	Name       string            `json:"displayName,omitempty"`
	Share      string            `json:"shareHistoryTime"`
	Metadata   map[string]string `json:"metadata,omitempty"`
}

type participantListJSON struct {
	Value    []participantJSON `json:"value"`
	NextLink string            `json:"nextLink,omitempty"`
}

func (s *Server) listParticipants(c *call) (reply, error) {
	size, skip, err := c.skipPage(participantPage)
	if err != nil {
		return reply{}, err
	}
	var all []participant
	err = s.state.read(func(t tx) error {
		th, err := s.asMember(t, c)
		if err != nil {
			return err
		}
		all, err = t.members(th.num)
		return err
	})
	if err != nil {
		return reply{}, err
	}
	page, more := slicePage(all, skip, size)
	out := participantListJSON{Value: []participantJSON{}}
	for _, p := range page {
		out.Value = append(out.Value, participantJSON{
			Identifier: s.identifier(p.user), Name: p.Name, Share: p.Share.seconds(), Metadata: p.Metadata,
		})
	}
	if more {
		out.NextLink = c.skipLink("participants", skip+size, size)
	}
	return reply{status: http.StatusOK, body: out}, nil
}

type addParticipantsRequest struct {
	Participants []participantRequest `json:"participants"`
}

type addParticipantsResult struct {
	Invalid []invalidParticipant `json:"invalidParticipants,omitempty"`
}

// addParticipants adds members. Who is one already stays as it is, display name
// included [R].
func (s *Server) addParticipants(c *call) (reply, error) {
	var in addParticipantsRequest
	if err := c.decode(&in); err != nil {
		return reply{}, err
	}
	if in.Participants == nil {
		return reply{}, badRequest("Participants are required.")
	}
	joiners, err := parseParticipants(in.Participants)
	if err != nil {
		return reply{}, err
	}
	var out addParticipantsResult
	err = s.state.write(func(t tx) error {
		th, err := s.asMember(t, c)
		if err != nil {
			return err
		}
		added, invalid, err := t.screen(th, joiners)
		if err != nil {
			return err
		}
		out.Invalid = invalid
		return t.join(th, c.user, added)
	})
	return reply{status: http.StatusCreated, body: out}, err
}

// removeParticipant removes one member, who may be the caller. Removing someone
// who is none changes nothing: a guess, after what :add is recorded to do.
func (s *Server) removeParticipant(c *call) (reply, error) {
	var in identifierRequest
	if err := c.decode(&in); err != nil {
		return reply{}, err
	}
	u, _, err := in.parse()
	if err != nil {
		return reply{}, err
	}
	err = s.state.write(func(t tx) error {
		th, err := s.asMember(t, c)
		if err != nil {
			return err
		}
		m, found, err := t.member(th.num, u)
		if err != nil || !found {
			return err
		}
		shown := []snapshot{{User: u, Name: m.Name, Share: m.Share}}
		if err := t.announceMembers(th, c.user, typeParticipantRemoved, shown); err != nil {
			return err
		}
		return t.leave(th, u, m)
	})
	return reply{status: http.StatusNoContent}, err
}
