package emulator

import (
	"cmp"
	"math"
	"slices"
)

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
		if err := t.bucket(bucketMemberships).Put(membershipKey(j.user, th.num), present); err != nil {
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
