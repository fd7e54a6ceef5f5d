package emulator

import (
	"crypto/rand"
	"encoding/base64"
	"encoding/binary"
	"net/http"
	"time"
)

// Days a retention policy may name [D].
const (
	minRetentionDays = 30
	maxRetentionDays = 90
)

// thread is what a thread is, as stored. What every message changes is its head.
type thread struct {
	ID        threadID          `json:"id"`
	Topic     string            `json:"topic"`
	Created   millis            `json:"created"`
	Creator   userID            `json:"creator"`
	Metadata  map[string]string `json:"metadata,omitempty"`
	Retention *retentionPolicy  `json:"retention,omitempty"`
}

// head is the part of a thread that messages and members change, small and
// cheap to store.
type head struct {
	Sequence uint64 // last sequence ID given out
	Last     millis // last ID or version given out: the next one is later
	Received millis // arrival of the last message
	Members  uint64 // how many there are
	Joined   uint64 // how many there have ever been: orders them
	Deleted  millis // 0 unless deleted
	Expires  millis // 0 unless a retention policy ends the thread
}

func (h head) encode() []byte {
	var b []byte
	for _, n := range []uint64{h.Sequence, uint64(h.Last), uint64(h.Received), h.Members, h.Joined, uint64(h.Deleted), uint64(h.Expires)} {
		b = binary.BigEndian.AppendUint64(b, n)
	}
	return b
}

func decodeHead(b []byte) head {
	at := func(i int) uint64 { return binary.BigEndian.Uint64(b[i*8:]) }
	return head{
		Sequence: at(0), Last: millis(at(1)), Received: millis(at(2)),
		Members: at(3), Joined: at(4), Deleted: millis(at(5)), Expires: millis(at(6)),
	}
}

// endedAt is when the thread was deleted or expired; 0 while it lives.
func (h head) endedAt() millis {
	if h.Deleted == 0 && h.Expires > 0 && now() >= h.Expires {
		return h.Expires
	}
	return h.Deleted
}

// openThread is a living thread within a transaction.
type openThread struct {
	num  threadNum
	head head
}

// openThread finds a thread that lives, or refuses.
func (t tx) openThread(id threadID) (*openThread, error) {
	key := t.bucket(bucketThreadNums).Get([]byte(id))
	if key == nil {
		return nil, threadNotFound()
	}
	th := &openThread{num: threadNum(binary.BigEndian.Uint64(key))}
	th.head = t.head(th.num)
	if th.head.endedAt() > 0 {
		return nil, threadNotFound()
	}
	return th, nil
}

func (t tx) head(n threadNum) head { return decodeHead(t.bucket(bucketHeads).Get(n.key())) }

func (t tx) saveHead(th *openThread) error {
	return t.bucket(bucketHeads).Put(th.num.key(), th.head.encode())
}

func (t tx) thread(n threadNum) (thread, error) {
	v, _, err := load[thread](t.bucket(bucketThreads), n.key())
	return v, err
}

// receive records the arrival of a message, by which threads are listed.
func (t tx) receive(th *openThread, at millis) error {
	activity := t.bucket(bucketActivity)
	if err := activity.Delete(activityKey(th.head.Received, th.num)); err != nil {
		return err
	}
	th.head.Received = at
	return activity.Put(activityKey(at, th.num), nil)
}

// newThreadID is a random ID in the form of the recordings: 43 characters of
// base64url, and a 1.
func newThreadID() threadID {
	random := make([]byte, 32)
	rand.Read(random) // never fails
	return threadID("19:" + base64.RawURLEncoding.EncodeToString(random) + "1@thread.v2")
}

// retentionPolicy says when a thread deletes itself.
type retentionPolicy struct {
	Kind string `json:"kind"` // "none" or "threadCreationDate"
	Days int    `json:"deleteThreadAfterDays,omitempty"`
}

func (p *retentionPolicy) check() error {
	switch {
	case p == nil, p.Kind == "none":
		return nil
	case p.Kind == "threadCreationDate" && minRetentionDays <= p.Days && p.Days <= maxRetentionDays:
		return nil
	}
	return badRequest("The retention policy is not valid.")
}

// expiry is when a thread created then is deleted; 0 is never.
func (p *retentionPolicy) expiry(created millis) millis {
	if p == nil || p.Kind == "none" {
		return 0
	}
	return created + millis((time.Duration(p.Days) * 24 * time.Hour).Milliseconds())
}

type threadJSON struct {
	ID        threadID          `json:"id"`
	Topic     string            `json:"topic"`
	CreatedOn string            `json:"createdOn"`
	CreatedBy identifierJSON    `json:"createdByCommunicationIdentifier"`
	Metadata  map[string]string `json:"metadata,omitempty"`
	Retention *retentionPolicy  `json:"retentionPolicy,omitempty"`
}

func (s *Server) threadJSON(v thread) threadJSON {
	return threadJSON{
		ID: v.ID, Topic: v.Topic, CreatedOn: v.Created.seconds(), CreatedBy: s.identifier(v.Creator),
		Metadata: v.Metadata, Retention: v.Retention,
	}
}

type createThreadRequest struct {
	Topic        *string              `json:"topic"`
	Participants []participantRequest `json:"participants"`
	Metadata     metadataPatch        `json:"metadata"`
	Retention    *retentionPolicy     `json:"retentionPolicy"`
}

type createThreadResult struct {
	Thread  threadJSON           `json:"chatThread"`
	Invalid []invalidParticipant `json:"invalidParticipants,omitempty"`
}

// creation is the result of a creation, kept under its repeatability key.
type creation struct {
	Num     threadNum            `json:"num"`
	At      millis               `json:"at"`
	Invalid []invalidParticipant `json:"invalid,omitempty"`
}

func (in createThreadRequest) check() (map[string]string, error) {
	if in.Topic == nil || *in.Topic == "" {
		return nil, badRequest("Topic is required.")
	}
	if err := in.Retention.check(); err != nil {
		return nil, err
	}
	return in.Metadata.whole(maxThreadMetadata)
}

// createThread makes a thread with its creator as a member, listed or not. A
// repeatability key seen before answers with the first result, whatever the body.
func (s *Server) createThread(c *call) (reply, error) {
	var in createThreadRequest
	if err := c.decode(&in); err != nil {
		return reply{}, err
	}
	metadata, err := in.check()
	if err != nil {
		return reply{}, err
	}
	joiners, err := parseParticipants(in.Participants)
	if err != nil {
		return reply{}, err
	}
	key := c.r.Header.Get("repeatability-request-id")
	if len(key) > maxRepeatKey {
		return reply{}, badRequest("Value for repeatability-request-id is not valid.")
	}
	var made thread
	var first creation
	err = s.state.write(func(t tx) error {
		var found bool
		first, found, err = t.repeat(c.user, key, s.opts.KeyLife)
		if err == nil && !found {
			made = thread{Topic: *in.Topic, Creator: c.user, Metadata: metadata, Retention: in.Retention}
			if first, err = t.createThread(made, joiners); err == nil {
				err = t.saveRepeat(c.user, key, first)
			}
		}
		if err != nil {
			return err
		}
		made, err = t.thread(first.Num)
		return err
	})
	if err != nil {
		return reply{}, err
	}
	return reply{
		status:   http.StatusCreated,
		location: c.threadURL(made.ID),
		body:     createThreadResult{Thread: s.threadJSON(made), Invalid: first.Invalid},
	}, nil
}

// maxRepeatKey is the longest repeatability key taken; GUIDs have 36 characters.
const maxRepeatKey = 256

func repeatKey(u userID, key string) []byte { return []byte(string(u) + key) }

// repeat finds the creation that u made with key, unless it is too old.
func (t tx) repeat(u userID, key string, life time.Duration) (creation, bool, error) {
	if key == "" {
		return creation{}, false, nil
	}
	v, found, err := load[creation](t.bucket(bucketRepeats), repeatKey(u, key))
	if found && life > 0 && now()-v.At > millis(life.Milliseconds()) {
		return creation{}, false, err
	}
	return v, found, err
}

func (t tx) saveRepeat(u userID, key string, v creation) error {
	if key == "" {
		return nil
	}
	return save(t.bucket(bucketRepeats), repeatKey(u, key), v)
}

// createThread stores a thread with its first members and the two system
// messages that the service writes: participantAdded, then topicUpdated.
func (t tx) createThread(v thread, joiners []joiner) (creation, error) {
	joiners = withCreator(joiners, v.Creator)
	added, invalid, err := t.screen(nil, joiners)
	if err != nil {
		return creation{}, err
	}
	seq, err := t.bucket(bucketThreads).NextSequence()
	if err != nil {
		return creation{}, err
	}
	v.ID, v.Created = newThreadID(), now()
	th := &openThread{num: threadNum(seq), head: head{Expires: v.Retention.expiry(v.Created)}}
	if err := t.bucket(bucketThreadNums).Put([]byte(v.ID), th.num.key()); err != nil {
		return creation{}, err
	}
	if err := save(t.bucket(bucketThreads), th.num.key(), v); err != nil {
		return creation{}, err
	}
	if err := t.join(th, v.Creator, added); err != nil {
		return creation{}, err
	}
	if err := t.announceTopic(th, v.Creator, v.Topic); err != nil {
		return creation{}, err
	}
	return creation{Num: th.num, At: v.Created, Invalid: invalid}, nil
}

func (s *Server) getThread(c *call) (reply, error) {
	var v thread
	err := s.state.read(func(t tx) error {
		th, _, err := s.asReader(t, c)
		if err != nil {
			return err
		}
		v, err = t.thread(th.num)
		return err
	})
	return reply{status: http.StatusOK, body: s.threadJSON(v)}, err
}

type updateThreadRequest struct {
	Topic     *string          `json:"topic"`
	Metadata  metadataPatch    `json:"metadata"`
	Retention *retentionPolicy `json:"retentionPolicy"`
}

// updateThread changes what the body names. A new topic writes a system message,
// metadata alone does not.
func (s *Server) updateThread(c *call) (reply, error) {
	var in updateThreadRequest
	if err := c.decodePatch(&in); err != nil {
		return reply{}, err
	}
	if in.Topic != nil && *in.Topic == "" {
		return reply{}, badRequest("Topic is required.")
	}
	if err := in.Retention.check(); err != nil {
		return reply{}, err
	}
	err := s.state.write(func(t tx) error {
		th, err := s.asMember(t, c)
		if err != nil {
			return err
		}
		v, err := t.thread(th.num)
		if err != nil {
			return err
		}
		if v.Metadata, err = in.Metadata.merge(v.Metadata, maxThreadMetadata); err != nil {
			return err
		}
		return t.updateThread(th, v, c.user, in)
	})
	return reply{status: http.StatusNoContent}, err
}

func (t tx) updateThread(th *openThread, v thread, by userID, in updateThreadRequest) error {
	if in.Retention != nil {
		v.Retention = in.Retention
		th.head.Expires = v.Retention.expiry(v.Created)
	}
	if in.Topic != nil {
		v.Topic = *in.Topic
		if err := t.announceTopic(th, by, v.Topic); err != nil {
			return err
		}
	}
	if err := save(t.bucket(bucketThreads), th.num.key(), v); err != nil {
		return err
	}
	return t.saveHead(th)
}

// deleteThread ends a thread. It stays in its members' lists with deletedOn.
func (s *Server) deleteThread(c *call) (reply, error) {
	err := s.state.write(func(t tx) error {
		th, err := s.asMember(t, c)
		if err != nil {
			return err
		}
		th.head.Deleted = now()
		return t.saveHead(th)
	})
	return reply{status: http.StatusNoContent}, err
}

type threadItemJSON struct {
	ID       threadID `json:"id"`
	Topic    string   `json:"topic"`
	Deleted  string   `json:"deletedOn,omitempty"`
	Received string   `json:"lastMessageReceivedOn"`
}

type threadListJSON struct {
	Value    []threadItemJSON `json:"value"`
	NextLink string           `json:"nextLink,omitempty"`
}

// listThreads lists the threads in which the caller is or was a member, the
// last active first. What becomes active while pages are read comes first on
// the next page, as recorded.
func (s *Server) listThreads(c *call) (reply, error) {
	size, err := c.pageSize(threadPage, threadPage)
	if err != nil {
		return reply{}, err
	}
	from, err := c.startTime()
	if err != nil {
		return reply{}, err
	}
	window, err := c.threadWindow()
	if err != nil {
		return reply{}, err
	}
	out := threadListJSON{Value: []threadItemJSON{}}
	err = s.state.read(func(t tx) error {
		page, next, more := t.nextPlaces(c.user, window, from, size)
		for _, p := range page {
			item, err := t.threadItem(p)
			if err != nil {
				return err
			}
			out.Value = append(out.Value, item)
		}
		if more {
			out.NextLink = c.threadsLink(next, from, size)
		}
		return nil
	})
	return reply{status: http.StatusOK, body: out}, err
}

func (t tx) threadItem(p place) (threadItemJSON, error) {
	v, err := t.thread(p.num)
	if err != nil {
		return threadItemJSON{}, err
	}
	item := threadItemJSON{ID: v.ID, Topic: v.Topic, Received: p.at.seconds()}
	if ended := t.head(p.num).endedAt(); ended > 0 {
		item.Deleted = ended.seconds()
	}
	return item, nil
}
