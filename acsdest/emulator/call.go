package emulator

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strings"

	"github.com/twilio2acs/twilio2acs/acsdest/limits"
)

// maxBody is the most bytes read of a request: 200 participants with 1 KB of
// metadata and a long display name each stay far below it.
const maxBody = 1 << 20

// A call is one request on its way through the server.
type call struct {
	r         *http.Request
	operation limits.Operation
	query     url.Values
	version   string // api-version
	body      []byte
	user      userID   // whose token it carries; empty for Identity
	thread    threadID // of the path; empty where there is none
}

// A reply is a successful answer.
type reply struct {
	status   int
	location string // header Location, when not empty
	body     any    // JSON, when not nil
}

// readBody keeps the body of the request, within maxBody.
func (c *call) readBody() error {
	if c.r.Body == nil {
		return nil
	}
	var buf bytes.Buffer
	if n := c.r.ContentLength; 0 < n && n <= maxBody {
		buf.Grow(int(n) + bytes.MinRead) // room to notice the end too
	}
	n, err := buf.ReadFrom(io.LimitReader(c.r.Body, maxBody+1))
	switch {
	case err != nil:
		return c.malformed()
	case n > maxBody:
		return &refusal{status: http.StatusRequestEntityTooLarge, code: "RequestEntityTooLarge", message: "The request body is too large.", chat: c.isChat()}
	}
	c.body = buf.Bytes()
	return nil
}

func (c *call) isChat() bool { return strings.HasPrefix(c.r.URL.Path, "/chat") }

// decode reads the body as exactly one JSON value. Unknown fields are ignored,
// as the service does: a time of creation in a request changes nothing.
func (c *call) decode(v any) error {
	if !isJSON(c.r.Header.Get("Content-Type")) {
		return c.unsupportedMediaType()
	}
	return c.decodeBody(v)
}

// decodePatch is decode for PATCH, whose content type is merge-patch alone.
func (c *call) decodePatch(v any) error {
	if mediaType(c.r.Header.Get("Content-Type")) != "application/merge-patch+json" {
		return c.unsupportedMediaType()
	}
	return c.decodeBody(v)
}

func (c *call) decodeBody(v any) error {
	if err := json.Unmarshal(c.body, v); err != nil {
		return c.malformed()
	}
	return nil
}

func (c *call) malformed() *refusal {
	r := badRequest("The request body is not valid.")
	r.chat = c.isChat()
	return r
}

func (c *call) unsupportedMediaType() *refusal {
	return &refusal{status: http.StatusUnsupportedMediaType, code: "UnsupportedMediaType", message: "The content type is not supported.", chat: c.isChat()}
}

func mediaType(header string) string {
	t, _, _ := strings.Cut(header, ";")
	return strings.ToLower(strings.TrimSpace(t))
}

func isJSON(header string) bool {
	t := mediaType(header)
	return t == "" || t == "application/json" || strings.HasSuffix(t, "+json")
}

// base is the scheme and host that the client used, as links must repeat them.
func (c *call) base() string {
	scheme := c.r.URL.Scheme // set when no network is between
	switch {
	case scheme != "":
	case c.r.TLS != nil:
		scheme = "https"
	default:
		scheme = "http"
	}
	return scheme + "://" + c.r.Host
}

// threadURL names a thread the way the service does in Location: ":" escaped, "@" not.
func (c *call) threadURL(id threadID) string {
	return c.base() + "/chat/threads/" + strings.Replace(string(id), ":", "%3A", 1)
}

// nextLink is a link to a further page, the thread's ID raw in its path.
// The query is given in the order of the wire, values escaped.
func (c *call) nextLink(path, query string) string {
	return c.base() + path + "?" + query + "&api-version=" + url.QueryEscape(c.version)
}
