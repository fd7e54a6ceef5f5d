package fixtureserver

import (
	"cmp"
	"encoding/base64"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/twilio2acs/twilio2acs/mapping"
)

// Media is the host of the bytes. It knows no accounts, only signed URLs.
func (s *Server) Media() http.Handler {
	return s.host(HostMedia, []route{{ResourceFiles, "/{sid}", s.serveMedia}}, failXML)
}

// keyPairID stands in for the name of the key that Twilio's storage signs with.
const keyPairID = "KFIXTURESERVER"

// cloudFront writes base64 with the characters that CloudFront uses in URLs.
var cloudFront = strings.NewReplacer("+", "-", "=", "_", "/", "~")

// signedURL is where a file is for a while.
func (s *Server) signedURL(sid mapping.MediaSID) string {
	expires := s.opts.Now().Add(s.opts.MediaLifetime).Unix()
	return s.mediaURL() + "/" + string(sid) + "?" + s.mediaQuery(string(sid), expires)
}

// mediaQuery is the one query with which a file is served until it expires.
func (s *Server) mediaQuery(sid string, expires int64) string {
	signature := base64.StdEncoding.EncodeToString(s.sign(fmt.Appendf(nil, "%s until %d", sid, expires)))
	return fmt.Sprintf("Expires=%d&Signature=%s&Key-Pair-Id=%s", expires, cloudFront.Replace(signature), keyPairID)
}

// errAccessDenied is the answer to a URL that is not, or no longer, a signed one.
var errAccessDenied = &apiError{http.StatusForbidden, 0, "Access denied"}

// serveMedia serves a file to whoever has its signed URL, byte for byte. Someone
// who sends credentials along has a fault that must not go unnoticed.
func (s *Server) serveMedia(w http.ResponseWriter, r *http.Request) error {
	sid := r.PathValue("sid")
	expires, err := strconv.ParseInt(r.URL.Query().Get("Expires"), 10, 64)
	switch {
	case r.Header.Get("Authorization") != "":
		return &apiError{http.StatusForbidden, 0, "Only one auth mechanism allowed"}
	case err != nil, r.URL.RawQuery != s.mediaQuery(sid, expires), s.opts.Now().Unix() >= expires:
		return errAccessDenied
	}
	return s.copyMedia(w, r, mapping.MediaSID(sid))
}

func (s *Server) copyMedia(w http.ResponseWriter, r *http.Request, sid mapping.MediaSID) error {
	raw, err := s.mediaResource(r.Context(), sid)
	if err != nil {
		return err
	}
	var resource mapping.Media
	if err := json.Unmarshal(raw, &resource); err != nil {
		return err
	}
	file, err := s.snap.OpenMedia(r.Context(), mapping.Conversation{}, mapping.Media{SID: sid})
	if err != nil {
		return err
	}
	defer file.Close()
	content, ok := file.(io.ReadSeeker)
	if !ok {
		return fmt.Errorf("media %s cannot be read in parts", sid)
	}
	w.Header().Set("Content-Type", cmp.Or(resource.ContentType, "application/octet-stream"))
	http.ServeContent(w, r, "", time.Time{}, content)
	return nil
}

// xmlCodes are the names of storage's errors.
var xmlCodes = map[int]string{
	http.StatusForbidden:        "AccessDenied",
	http.StatusNotFound:         "NoSuchKey",
	http.StatusMethodNotAllowed: "MethodNotAllowed",
	http.StatusTooManyRequests:  "SlowDown",
}

// failXML writes e as storage does, which does not speak JSON.
func failXML(w http.ResponseWriter, e *apiError) {
	body, _ := xml.Marshal(struct {
		XMLName xml.Name `xml:"Error"`
		Code    string
		Message string
	}{Code: cmp.Or(xmlCodes[e.status], "InternalError"), Message: e.message})
	body = append([]byte(xml.Header), body...)
	w.Header().Set("Content-Type", "application/xml")
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(e.status)
	_, _ = w.Write(body) // the client may be gone
}
