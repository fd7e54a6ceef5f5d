package fixtureserver

import (
	"encoding/json"
	"net/http"

	"github.com/twilio2acs/twilio2acs/mapping"
)

// MCS is the host of the Media Content Service.
func (s *Server) MCS() http.Handler {
	return s.host(HostMCS, []route{
		{"/v1/Services/{service}/Media/{sid}", s.authorized(s.fetchMedia)},
	}, failJSON)
}

// fetchMedia answers with the resource of a file and a fresh signed URL. It is
// found in its own service only.
func (s *Server) fetchMedia(w http.ResponseWriter, r *http.Request) error {
	sid := mapping.MediaSID(r.PathValue("sid"))
	raw, err := s.snap.MediaResource(r.Context(), sid)
	if err != nil {
		return err
	}
	var resource, links map[string]json.RawMessage
	if err := json.Unmarshal(raw, &resource); err != nil {
		return err
	}
	var service string
	if err := json.Unmarshal(resource["service_sid"], &service); err != nil || service != r.PathValue("service") {
		return notFound(r)
	}
	if err := json.Unmarshal(resource["links"], &links); err != nil || links == nil {
		links = map[string]json.RawMessage{}
	}
	links["content_direct_temporary"], err = json.Marshal(s.signedURL(sid))
	if err != nil {
		return err
	}
	if resource["links"], err = json.Marshal(links); err != nil {
		return err
	}
	body, err := json.Marshal(resource)
	if err != nil {
		return err
	}
	writeJSON(w, http.StatusOK, body)
	return nil
}
