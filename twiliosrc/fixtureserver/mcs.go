package fixtureserver

import (
	"context"
	"encoding/json"
	"fmt"
	"io/fs"
	"net/http"

	"github.com/twilio2acs/twilio2acs/mapping"
)

// MCS is the host of the Media Content Service.
func (s *Server) MCS() http.Handler {
	return s.host(HostMCS, []route{
		{ResourceMedia, "/v1/Services/{service}/Media/{sid}", s.authorized(s.fetchMedia)},
	}, failJSON)
}

// fetchMedia answers with the resource of a file and a fresh signed URL. It is
// found in its own service only.
func (s *Server) fetchMedia(w http.ResponseWriter, r *http.Request) error {
	sid := mapping.MediaSID(r.PathValue("sid"))
	raw, err := s.mediaResource(r.Context(), sid)
	if err != nil {
		return err
	}
	if text(raw, "service_sid") != r.PathValue("service") {
		return notFound(r)
	}
	if raw, err = s.withSignedURL(raw, sid); err != nil {
		return err
	}
	writeJSON(w, http.StatusOK, raw)
	return nil
}

// mediaResource is what was recorded of a file. It is gone together with its
// message.
func (s *Server) mediaResource(ctx context.Context, sid mapping.MediaSID) (json.RawMessage, error) {
	raw, err := s.snap.MediaResource(ctx, sid)
	if err == nil && s.changes.isGone(text(raw, "message_sid")) {
		err = fmt.Errorf("find media %s: %w", sid, fs.ErrNotExist)
	}
	return raw, err
}

// withSignedURL links a resource to where its bytes are for a while.
func (s *Server) withSignedURL(raw json.RawMessage, sid mapping.MediaSID) (json.RawMessage, error) {
	var resource struct {
		Links json.RawMessage `json:"links"`
	}
	if err := json.Unmarshal(raw, &resource); err != nil {
		return nil, err
	}
	if len(resource.Links) == 0 || resource.Links[0] != '{' {
		resource.Links = json.RawMessage("{}")
	}
	links, err := replaceField(resource.Links, "content_direct_temporary", s.signedURL(sid))
	if err != nil {
		return nil, err
	}
	return replaceField(raw, "links", links)
}
