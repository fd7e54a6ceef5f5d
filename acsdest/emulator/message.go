package emulator

import "encoding/binary"

// maxMessagePage is the largest page of messages (service limits page, Chat).
const maxMessagePage = 200

// The types of messages.
const (
	typeText               = "text"
	typeHTML               = "html"
	typeTopicUpdated       = "topicUpdated"
	typeParticipantAdded   = "participantAdded"
	typeParticipantRemoved = "participantRemoved"
)

// message is a message, as stored under its version. The ID is its arrival; a
// change gives it a new version and a new sequence ID.
type message struct {
	ID       millis `json:"i"`
	version  millis // the key
	Sequence uint64 `json:"q"`
	Type     string `json:"t"`

	Sender     userID            `json:"s,omitempty"`
	SenderName string            `json:"n,omitempty"`
	Content    string            `json:"c,omitempty"`
	Metadata   map[string]string `json:"m,omitempty"`
	Edited     millis            `json:"e,omitempty"`
	Deleted    millis            `json:"d,omitempty"`

	// Of system messages.
	Initiator userID     `json:"b,omitempty"`
	Topic     string     `json:"o,omitempty"`
	Members   []snapshot `json:"p,omitempty"`
}

func (m message) isSystem() bool { return m.Sender == "" }

// appendMessage stores a new message at the end of its thread.
func (t tx) appendMessage(th *openThread, m *message) error {
	m.ID = th.tick()
	m.version = m.ID
	m.Sequence = th.head.Sequence
	if err := t.receive(th, m.ID); err != nil {
		return err
	}
	if err := save(t.bucket(bucketMessages), th.num.keyAt(m.version), m); err != nil {
		return err
	}
	return t.saveHead(th)
}

// tick takes the next moment and the next sequence ID of the thread. Moments are
// unique and increase even when a millisecond is not enough.
func (th *openThread) tick() millis {
	th.head.Last = max(now(), th.head.Last+1)
	th.head.Sequence++
	return th.head.Last
}

// moveMessage stores a changed message at the front of the list order.
func (t tx) moveMessage(th *openThread, m *message) error {
	if err := t.bucket(bucketMessages).Delete(th.num.keyAt(m.version)); err != nil {
		return err
	}
	m.version = th.tick()
	m.Sequence = th.head.Sequence
	if err := save(t.bucket(bucketMessages), th.num.keyAt(m.version), m); err != nil {
		return err
	}
	version := binary.BigEndian.AppendUint64(nil, uint64(m.version))
	if err := t.bucket(bucketMoved).Put(th.num.keyAt(m.ID), version); err != nil {
		return err
	}
	return t.saveHead(th)
}

// message finds a message by its ID, or refuses.
func (t tx) message(n threadNum, id millis) (message, error) {
	key := n.keyAt(id)
	if moved := t.bucket(bucketMoved).Get(key); moved != nil {
		key = n.keyAt(millis(binary.BigEndian.Uint64(moved)))
	}
	data := t.bucket(bucketMessages).Get(key)
	if data == nil {
		return message{}, messageNotFound()
	}
	m, err := decodeMessage(key, data)
	if err != nil {
		return message{}, err
	}
	if m.ID != id { // another message's change, which took that moment
		return message{}, messageNotFound()
	}
	return m, make(graves).bury(t, &m)
}

func decodeMessage(key, data []byte) (message, error) {
	m, err := decode[message](data)
	m.version = millis(lastUint64(key))
	return m, err
}

// graves remembers, within one transaction, which senders have been deleted and
// when; 0 for those who have not.
type graves map[userID]millis

// bury makes a tombstone of a message whose sender has been deleted. It happens
// as messages are read: deleting an identity would otherwise have to look for
// them everywhere.
func (g graves) bury(t tx, m *message) error {
	if m.isSystem() || m.Deleted > 0 {
		return nil
	}
	at, known := g[m.Sender]
	if !known {
		sender, _, err := t.identity(m.Sender)
		if err != nil {
			return err
		}
		at = sender.Deleted
		g[m.Sender] = at
	}
	if at > 0 {
		m.erase(at)
	}
	return nil
}

// erase leaves of a message what a tombstone shows: the ID, the sender and its
// display name. That metadata goes too is a guess; no recording shows it.
func (m *message) erase(at millis) {
	m.Content, m.Metadata = "", nil
	m.Edited, m.Deleted = 0, at
}
