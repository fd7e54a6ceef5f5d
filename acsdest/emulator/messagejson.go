package emulator

import "strconv"

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
		ID: m.ID.String(), Type: m.Type, Sequence: strconv.FormatUint(m.Sequence, 10), Version: m.version.String(),
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
