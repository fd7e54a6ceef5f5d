package fixtureserver

import (
	"encoding/json"
	"errors"
	"io/fs"
	"net/http"
)

func (s *Server) channelMetadataRoutes(prefix string) []route {
	path := prefix + "/Conversations/{conversation}/Messages/{message}/ChannelMetadata"
	return []route{{ResourceChannelMetadata, path, s.fetchChannelMetadata}}
}

// fetchChannelMetadata answers what a channel said of a message besides its
// text. Most messages have nothing of it. What Twilio returns does not name the
// message, so a snapshot's line does, around it.
func (s *Server) fetchChannelMetadata(w http.ResponseWriter, r *http.Request) error {
	conversation, message, err := s.message(r)
	if err != nil {
		return err
	}
	all := s.owned(ResourceChannelMetadata, conversation, func(json.RawMessage) bool { return true })
	raw, err := all.find(r.Context(), "message_sid", string(message))
	if errors.Is(err, fs.ErrNotExist) {
		return &apiError{http.StatusNotFound, codeNoChannelMetadata, "Channel metadata not found"}
	}
	if err != nil {
		return err
	}
	var line struct {
		Metadata json.RawMessage `json:"channel_metadata"`
	}
	if err := json.Unmarshal(raw, &line); err != nil {
		return err
	}
	if line.Metadata != nil {
		raw = line.Metadata
	}
	writeJSON(w, http.StatusOK, raw)
	return nil
}
