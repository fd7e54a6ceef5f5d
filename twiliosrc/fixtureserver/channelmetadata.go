package fixtureserver

import (
	"net/http"

	"github.com/twilio2acs/twilio2acs/mapping"
)

func (s *Server) channelMetadataRoutes(prefix string) []route {
	path := prefix + "/Conversations/{conversation}/Messages/{message}/ChannelMetadata"
	return []route{{ResourceChannelMetadata, path, s.fetchChannelMetadata}}
}

// fetchChannelMetadata answers what a channel said of a message besides its
// text. Most messages have nothing of it.
func (s *Server) fetchChannelMetadata(w http.ResponseWriter, r *http.Request) error {
	conversation, message, err := s.message(r)
	if err != nil {
		return err
	}
	raw, err := s.snap.ChannelMetadata(r.Context(), mapping.Conversation{SID: conversation}, mapping.Message{SID: message})
	if err != nil {
		return err
	}
	if raw == nil {
		return &apiError{http.StatusNotFound, codeNoChannelMetadata, "Channel metadata not found"}
	}
	writeJSON(w, http.StatusOK, raw)
	return nil
}
