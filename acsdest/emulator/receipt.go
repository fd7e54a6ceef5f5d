package emulator

import "net/http"

// maxReceiptMembers is the size of a thread above which its receipts are taken
// but never shown.
const maxReceiptMembers = 20

// receipt is the latest message a member has read, as stored.
type receipt struct {
	Message millis `json:"message"`
	Read    millis `json:"read"`
}

type sendReceiptRequest struct {
	MessageID string `json:"chatMessageId"`
}

// sendReadReceipt records what the caller has read. An older message than the
// one on record changes nothing.
func (s *Server) sendReadReceipt(c *call) (reply, error) {
	var in sendReceiptRequest
	if err := c.decode(&in); err != nil {
		return reply{}, err
	}
	id, err := parseMessageID(in.MessageID)
	if err != nil {
		return reply{}, err
	}
	err = s.state.write(func(t tx) error {
		th, err := s.asMember(t, c)
		if err != nil {
			return err
		}
		if _, err := t.message(th.num, id); err != nil {
			return err
		}
		receipts, key := t.bucket(bucketReceipts), th.num.keyOf(c.user)
		old, _, err := load[receipt](receipts, key)
		if err != nil || old.Message > id {
			return err
		}
		return save(receipts, key, receipt{Message: id, Read: now()})
	})
	return reply{status: http.StatusOK}, err
}

type receiptJSON struct {
	Sender    identifierJSON `json:"senderCommunicationIdentifier"`
	MessageID string         `json:"chatMessageId"`
	ReadOn    string         `json:"readOn"`
}

type receiptListJSON struct {
	Value    []receiptJSON `json:"value"`
	NextLink string        `json:"nextLink,omitempty"`
}

func (s *Server) listReadReceipts(c *call) (reply, error) {
	size, skip, err := c.skipPage(participantPage)
	if err != nil {
		return reply{}, err
	}
	all := []receiptJSON{}
	err = s.state.read(func(t tx) error {
		th, err := s.asMember(t, c)
		if err != nil || th.head.Members > maxReceiptMembers {
			return err
		}
		return eachWithPrefix(t.bucket(bucketReceipts), th.num.key(), func(rest, value []byte) error {
			v, err := decode[receipt](value)
			all = append(all, receiptJSON{
				Sender: s.identifier(userID(rest)), MessageID: v.Message.String(), ReadOn: v.Read.seconds(),
			})
			return err
		})
	})
	if err != nil {
		return reply{}, err
	}
	page, more := slicePage(all, skip, size)
	out := receiptListJSON{Value: page}
	if more {
		out.NextLink = c.skipLink("readReceipts", skip+size, size)
	}
	return reply{status: http.StatusOK, body: out}, nil
}

// sendTyping takes a typing notification, which leaves no trace.
func (s *Server) sendTyping(c *call) (reply, error) {
	if len(c.body) > 0 {
		var in struct {
			SenderName string `json:"senderDisplayName"`
		}
		if err := c.decode(&in); err != nil {
			return reply{}, err
		}
	}
	err := s.state.read(func(t tx) error {
		_, err := s.asMember(t, c)
		return err
	})
	return reply{status: http.StatusOK}, err
}
