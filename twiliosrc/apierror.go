package twiliosrc

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"mime"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode"
)

// APIError is an answer of Twilio that is no success, or no JSON. To errors.Is
// it is fs.ErrNotExist when the status is 404.
type APIError struct {
	Status    int    // of HTTP
	Code      int    // Twilio's own, which it may change; 0 when there is none
	Message   string // Twilio's, without queries
	Path      string // of the request, without its query
	RequestID string // for Twilio's support
	// ContentType is that of a body that is no JSON; empty when it was.
	ContentType string
	// RetryAfter is what Twilio asked to wait, 0 when it did not say.
	RetryAfter time.Duration
}

func (e *APIError) Error() string {
	var text strings.Builder
	fmt.Fprintf(&text, "GET %s: %d %s", e.Path, e.Status, http.StatusText(e.Status))
	if e.Code != 0 {
		fmt.Fprintf(&text, " (code %d)", e.Code)
	}
	if e.Message != "" {
		fmt.Fprintf(&text, ": %s", e.Message)
	}
	if e.ContentType != "" {
		fmt.Fprintf(&text, ": answer is %s, not JSON", e.ContentType)
	}
	if e.RequestID != "" {
		fmt.Fprintf(&text, " [%s]", e.RequestID)
	}
	return text.String()
}

// Is makes 404 the same as a file that does not exist.
func (e *APIError) Is(target error) bool {
	return target == fs.ErrNotExist && e.Status == http.StatusNotFound
}

// Unauthorized reports that the credentials were refused.
func (e *APIError) Unauthorized() bool {
	return e.Status == http.StatusUnauthorized || e.Status == http.StatusForbidden
}

// Temporary reports throttling or an outage, which outlasted the retries.
func (e *APIError) Temporary() bool {
	return e.Status == http.StatusTooManyRequests || e.Status >= 500
}

// isForGood reports a refusal that no repetition changes, apart from that of the
// credentials.
func (e *APIError) isForGood() bool {
	switch e.Status {
	case http.StatusUnauthorized, http.StatusRequestTimeout, http.StatusTooManyRequests:
		return false
	}
	return e.Status >= 400 && e.Status < 500
}

// Hint says what can be done about it.
func (e *APIError) Hint() string {
	switch {
	case e.Unauthorized():
		return "check TWILIO_ACCOUNT_SID and the API key or auth token; a key belongs to one account and one region"
	case e.Temporary():
		return "Twilio is throttling or out of order (https://status.twilio.com); the same command goes on later"
	case e.Status == http.StatusNotFound:
		return "it may have been deleted meanwhile, or belong to another service, account or region"
	case e.Code != 0:
		return fmt.Sprintf("see https://www.twilio.com/docs/api/errors/%d", e.Code)
	default:
		return "check --twilio-url and --mcs-url, and what stands between this machine and Twilio"
	}
}

// newAPIError reads an answer that is no success. Body may be JSON, HTML, text
// or empty.
func newAPIError(resp *http.Response, path string, body []byte, secret string) *APIError {
	e := &APIError{
		Status:     resp.StatusCode,
		Path:       path,
		RequestID:  requestID(resp),
		RetryAfter: retryAfter(resp.Header.Get("Retry-After")),
	}
	var shape struct {
		Code    int    `json:"code"`
		Message string `json:"message"`
	}
	if json.Unmarshal(body, &shape) != nil {
		e.ContentType = contentType(resp)
		return e
	}
	e.Code, e.Message = shape.Code, presentable(shape.Message, secret)
	return e
}

var query = regexp.MustCompile(`\?\S*`)

// presentable makes a text of Twilio fit for an error: short, on one line, and
// without anything that must not be shown.
func presentable(text, secret string) string {
	text = query.ReplaceAllString(strings.ReplaceAll(text, secret, "…"), "?…")
	text = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return ' '
		}
		return r
	}, text)
	if runes := []rune(text); len(runes) > 200 {
		return string(runes[:200]) + "…"
	}
	return text
}

// requestID is how Twilio names a request, if the answer comes from Twilio.
func requestID(resp *http.Response) string {
	if id := resp.Header.Get("Twilio-Request-Id"); validSID(prefixRequest, id) {
		return id
	}
	return ""
}

// contentType names what a body is that is no JSON.
func contentType(resp *http.Response) string {
	media, _, err := mime.ParseMediaType(resp.Header.Get("Content-Type"))
	if err != nil {
		return "of unknown type"
	}
	return media[:min(len(media), 60)]
}

// retryAfter reads a Retry-After header: seconds or a date.
func retryAfter(header string) time.Duration {
	if seconds, err := strconv.Atoi(header); err == nil {
		return max(0, time.Duration(seconds)*time.Second)
	}
	if at, err := http.ParseTime(header); err == nil {
		return max(0, time.Until(at))
	}
	return 0
}

// UnreachableError says that no answer came, or only a part of one.
type UnreachableError struct {
	Host string
	Err  error // without the URL, which may hold a signature
}

func (e *UnreachableError) Error() string { return fmt.Sprintf("reach %s: %v", e.Host, e.Err) }

func (e *UnreachableError) Unwrap() error { return e.Err }

// Unreachable is true: it tells this error from others without naming its type.
func (e *UnreachableError) Unreachable() bool { return true }

// Hint says what can be done about it.
func (e *UnreachableError) Hint() string {
	return "check the network, HTTPS_PROXY, TWILIO_REGION and TWILIO_EDGE, and --twilio-url and --mcs-url if given"
}
