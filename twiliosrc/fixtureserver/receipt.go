package fixtureserver

import (
	"net/http"

	"github.com/twilio2acs/twilio2acs/mapping"
	"github.com/twilio2acs/twilio2acs/twiliosrc"
)

func (s *Server) receiptRoutes(prefix string) []route {
	prefix += "/Conversations/{conversation}/Messages/{message}/Receipts"
	return []route{
		{ResourceReceipts, prefix, s.list(s.receipts)},
		{ResourceReceipts, prefix + "/{sid}", s.fetch(s.receipts, noAlias)},
	}
}

// receipts are those of the message in the path.
func (s *Server) receipts(r *http.Request) (collection, error) {
	conversation, message, err := s.message(r)
	return s.recorded(ResourceReceipts, twiliosrc.Listing{
		Kind: twiliosrc.KindReceipts, Conversation: conversation, Message: message,
	}), err
}

// message is the message in the path of r.
func (s *Server) message(r *http.Request) (mapping.ConversationSID, mapping.MessageSID, error) {
	messages, err := s.inConversation(ResourceMessages)(r)
	if err != nil {
		return "", "", err
	}
	raw, err := s.lookUp(r.Context(), messages, r.PathValue("message"), noAlias)
	return mapping.ConversationSID(text(raw, "conversation_sid")), mapping.MessageSID(text(raw, "sid")), err
}
