package emulator

import (
	"crypto/rand"
	"encoding/base64"
	"net/http"
)

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

func (in createThreadRequest) check(sizes Sizes) (map[string]string, error) {
	if in.Topic == nil || *in.Topic == "" {
		return nil, badRequest("Topic is required.")
	}
	if err := in.Retention.check(); err != nil {
		return nil, err
	}
	metadata, err := in.Metadata.whole()
	if err != nil {
		return nil, err
	}
	return metadata, sizes.checkThread(metadata)
}

// createThread makes a thread with its creator as a member, listed or not. A
// repeatability key seen before answers with the first result, whatever the body.
func (s *Server) createThread(c *call) (reply, error) {
	var in createThreadRequest
	if err := c.decode(&in); err != nil {
		return reply{}, err
	}
	metadata, err := in.check(s.opts.Sizes)
	if err != nil {
		return reply{}, err
	}
	joiners, err := parseParticipants(in.Participants, s.opts.Sizes)
	if err != nil {
		return reply{}, err
	}
	key, err := c.repeatKey()
	if err != nil {
		return reply{}, err
	}
	made := thread{Topic: *in.Topic, Creator: c.user, Metadata: metadata, Retention: in.Retention}
	joiners = s.opts.bendThread(&made, joiners)
	var first creation
	err = s.state.write(func(t tx) error {
		first, err = t.createOnce(key, s.opts.KeyLife, made, joiners)
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

// newThreadID is a random ID in the form of the recordings: 43 characters of
// base64url, and a 1.
func newThreadID() threadID {
	random := make([]byte, 32)
	rand.Read(random) // never fails
	return threadID("19:" + base64.RawURLEncoding.EncodeToString(random) + "1@thread.v2")
}
