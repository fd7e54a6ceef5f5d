package emulator

import (
	"encoding/binary"
	"fmt"
	"net/http"
)

// maxMessage is the most a message may hold. "28 KB" is published, how it is
// measured is not. Counted here are the UTF-16 bytes of content, sender's
// display name and metadata, as the sister limit of Teams is.
const maxMessage = 28 * 1024

// maxMessagePage is the published largest page of messages [D].
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

// check refuses a message that is too large.
func (m message) check() error {
	size := utf16Bytes(m.Content) + utf16Bytes(m.SenderName)
	for k, v := range m.Metadata {
		size += utf16Bytes(k) + utf16Bytes(v)
	}
	if size > maxMessage {
		return badRequest("The message is too large.")
	}
	return nil
}

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

type messageJSON struct {
	ID         string            `json:"id"`
	Type       string            `json:"type"`
	Sequence   string            `json:"sequenceId"`
	Version    string            `json:"version"`
	Content    contentJSON       `json:"content"`
	SenderName *string           `json:"senderDisplayName,omitempty"`
	CreatedOn  string            `json:"createdOn"`
	Sender     *identifierJSON   `json:"senderCommunicationIdentifier,omitempty"`
	DeletedOn  string            `json:"deletedOn,omitempty"`
	EditedOn   string            `json:"editedOn,omitempty"`
	Metadata   map[string]string `json:"metadata,omitempty"`
}

type contentJSON struct {
	Message      *string           `json:"message,omitempty"`
	Topic        *string           `json:"topic,omitempty"`
	Participants []participantJSON `json:"participants,omitempty"`
	Attachments  *[]struct{}       `json:"attachments,omitempty"`
	Initiator    *identifierJSON   `json:"initiatorCommunicationIdentifier,omitempty"`
}

// messageJSON is m as the api-version of the call shows it.
func (s *Server) messageJSON(c *call, m message) messageJSON {
	out := messageJSON{
		ID: m.ID.String(), Type: m.Type, Sequence: fmt.Sprint(m.Sequence), Version: m.version.String(),
		CreatedOn: m.ID.seconds(), Metadata: m.Metadata,
	}
	if m.isSystem() {
		out.Content = s.systemContent(m)
		return out
	}
	sender := s.identifier(m.Sender)
	out.Sender, out.SenderName = &sender, &m.SenderName
	out.Content.Message = &m.Content
	if c.version >= attachmentsVersion {
		out.Content.Attachments = &[]struct{}{}
	}
	if m.Deleted > 0 {
		out.DeletedOn = m.Deleted.seconds()
	}
	if m.Edited > 0 {
		out.EditedOn = m.Edited.seconds()
	}
	return out
}

type sendMessageRequest struct {
	Content    *string       `json:"content"`
	SenderName string        `json:"senderDisplayName"`
	Type       string        `json:"type"`
	Metadata   metadataPatch `json:"metadata"`
}

type sendMessageResult struct {
	ID string `json:"id"`
}

// message is what is asked to be sent, checked.
func (in sendMessageRequest) message(sender userID) (message, error) {
	m := message{Type: in.Type, Sender: sender, SenderName: in.SenderName}
	if m.Type == "" {
		m.Type = typeText
	}
	switch {
	case in.Content == nil:
		return m, badRequest("Content is required.")
	case m.Type == typeText:
		m.Content = *in.Content
	case m.Type == typeHTML:
		m.Content = sanitise(*in.Content)
	default:
		return m, badRequest("The message type is not supported.")
	}
	var err error
	if m.Metadata, err = in.Metadata.whole(0); err != nil {
		return m, err
	}
	return m, m.check()
}

func (s *Server) sendMessage(c *call) (reply, error) {
	var in sendMessageRequest
	if err := c.decode(&in); err != nil {
		return reply{}, err
	}
	m, err := in.message(c.user)
	if err != nil {
		return reply{}, err
	}
	err = s.state.write(func(t tx) error {
		th, err := s.asMember(t, c)
		if err != nil {
			return err
		}
		if _, err := t.bucket(bucketMessages).NextSequence(); err != nil { // counts sends: see Stats
			return err
		}
		return t.appendMessage(th, &m)
	})
	if err != nil {
		return reply{}, err
	}
	id := m.ID.String()
	return reply{
		status:   http.StatusCreated,
		location: c.threadURL(c.thread) + "/messages/" + id,
		body:     sendMessageResult{ID: id},
	}, nil
}

// messageID is the message that the path names.
func (c *call) messageID() (millis, error) { return parseID(c.r.PathValue("message")) }

func parseID(value string) (millis, error) {
	id, ok := parseMessageID(value)
	if !ok {
		return 0, badRequest(fmt.Sprintf("Value for MessageId (%s) is not valid.", value))
	}
	return id, nil
}

func (s *Server) getMessage(c *call) (reply, error) {
	id, err := c.messageID()
	if err != nil {
		return reply{}, err
	}
	var m message
	err = s.state.read(func(t tx) error {
		th, view, err := s.asReader(t, c)
		if err != nil {
			return err
		}
		m, err = t.message(th.num, id)
		if err == nil && !view.sees(m) {
			err = messageNotFound()
		}
		return err
	})
	if err != nil {
		return reply{}, err
	}
	return reply{status: http.StatusOK, body: s.messageJSON(c, m)}, nil
}

type updateMessageRequest struct {
	Content  *string       `json:"content"`
	Metadata metadataPatch `json:"metadata"`
}

func (s *Server) updateMessage(c *call) (reply, error) {
	var in updateMessageRequest
	if err := c.decodePatch(&in); err != nil {
		return reply{}, err
	}
	return s.changeMessage(c, func(m *message) (bool, error) {
		if m.Deleted > 0 {
			return false, messageNotFound()
		}
		if in.Content != nil {
			m.Content = *in.Content
			if m.Type == typeHTML {
				m.Content = sanitise(m.Content)
			}
		}
		var err error
		if m.Metadata, err = in.Metadata.merge(m.Metadata, 0); err != nil {
			return false, err
		}
		m.Edited = now()
		return in.Content != nil || len(in.Metadata) > 0, m.check()
	})
}

func (s *Server) deleteMessage(c *call) (reply, error) {
	return s.changeMessage(c, func(m *message) (bool, error) {
		changed := m.Deleted == 0
		m.erase(now())
		return changed, nil
	})
}

// changeMessage applies change to the message of the path, which only its
// sender may do, and moves it to the front unless change reports that nothing
// changed.
func (s *Server) changeMessage(c *call, change func(*message) (bool, error)) (reply, error) {
	id, err := c.messageID()
	if err != nil {
		return reply{}, err
	}
	err = s.state.write(func(t tx) error {
		th, err := s.asMember(t, c)
		if err != nil {
			return err
		}
		m, err := t.message(th.num, id)
		if err != nil {
			return err
		}
		if m.Sender != c.user {
			return forbidden()
		}
		changed, err := change(&m)
		if err != nil || !changed {
			return err
		}
		return t.moveMessage(th, &m)
	})
	return reply{status: http.StatusNoContent}, err
}

type messageListJSON struct {
	Value    []messageJSON `json:"value"`
	NextLink string        `json:"nextLink,omitempty"`
}

// listMessages lists what the caller may see, the latest change first. A page
// goes on below the version at which the last one ended, so that a message
// changed meanwhile is missed until the first page is read again.
func (s *Server) listMessages(c *call) (reply, error) {
	size, err := c.pageSize(s.opts.PageSize, maxMessagePage)
	if err != nil {
		return reply{}, err
	}
	from, err := c.startTime()
	if err != nil {
		return reply{}, err
	}
	window, err := c.messageWindow()
	if err != nil {
		return reply{}, err
	}
	out := messageListJSON{Value: []messageJSON{}}
	err = s.state.read(func(t tx) error {
		th, view, err := s.asReader(t, c)
		if err != nil {
			return err
		}
		page, more, err := t.messages(th.num, s.visible(view, window), max(from, view.from), view, size)
		if err != nil {
			return err
		}
		for _, m := range page {
			out.Value = append(out.Value, s.messageJSON(c, m))
		}
		if more {
			out.NextLink = c.messagesLink(window.after(page), from, size)
		}
		return nil
	})
	return reply{status: http.StatusOK, body: out}, err
}

// visible is the first version, counted downwards, that a list may show: below
// the window of earlier pages, what the reader may see, and old enough to have
// reached the lists.
func (s *Server) visible(v view, w messageWindow) millis {
	below := v.until
	if w.start > 0 {
		below = min(below, w.start-1)
	}
	if s.opts.ListDelay > 0 {
		below = min(below, now()-millis(s.opts.ListDelay.Milliseconds()))
	}
	return below
}

// messages reads up to size messages from version top down to version bottom,
// and reports whether there are more.
func (t tx) messages(n threadNum, top, bottom millis, v view, size int) (page []message, more bool, err error) {
	dead := make(graves)
	cursor := t.bucket(bucketMessages).Cursor()
	for key, data := seekBack(cursor, n.keyAt(top)); hasPrefix(key, n.key()); key, data = cursor.Prev() {
		if millis(lastUint64(key)) < bottom {
			break
		}
		m, err := decodeMessage(key, data)
		if err != nil {
			return nil, false, err
		}
		if !v.sees(m) {
			continue
		}
		if len(page) == size {
			return page, true, nil
		}
		if err := dead.bury(t, &m); err != nil {
			return nil, false, err
		}
		page = append(page, m)
	}
	return page, false, nil
}
