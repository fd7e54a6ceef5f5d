package acsdest

import (
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/runtime"

	"github.com/twilio2acs/twilio2acs/acsdest/limits"
)

// ErrorDetail is what the service says about an error.
type ErrorDetail struct {
	Code    string
	Message string
	Target  string // what it is about: a field, a user
	Details []ErrorDetail
}

// newAnswerError is the error of a call that was answered with anything but success.
func newAnswerError(op limits.Operation, resp *http.Response, now time.Time) *Error {
	body, _ := runtime.Payload(resp) // in memory already
	e := answered(op, resp, now)
	e.ErrorDetail = decodeErrorBody(body)
	// Not azcore's constructor, which writes address and body to its log.
	e.err = &azcore.ResponseError{ErrorCode: e.Code, StatusCode: resp.StatusCode, RawResponse: withoutCredentials(resp)}
	return e
}

// unreadable is the error of a call whose answer came with a body of no use.
func unreadable(op limits.Operation, resp *http.Response, now time.Time, err error) *Error {
	e := answered(op, resp, now)
	e.err = &answerError{err}
	return e
}

func answered(op limits.Operation, resp *http.Response, now time.Time) *Error {
	return &Error{
		Operation:  op,
		Outcome:    outcomeOf(resp.StatusCode),
		Status:     resp.StatusCode,
		RequestID:  requestID(resp),
		retryAfter: retryAfter(resp.Header, now),
	}
}

// requestID is what identifies a call for Microsoft's support.
func requestID(resp *http.Response) string {
	return firstOf(resp.Header, "MS-CV", "x-ms-request-id")
}

func firstOf(h http.Header, names ...string) string {
	for _, name := range names {
		if v := h.Get(name); v != "" {
			return v
		}
	}
	return ""
}

// withoutCredentials returns resp with a request that has lost its secrets, since
// errors travel far.
func withoutCredentials(resp *http.Response) *http.Response {
	if resp.Request == nil {
		return resp
	}
	r := *resp
	r.Request = resp.Request.Clone(resp.Request.Context())
	r.Request.Header.Del("Authorization")
	return &r
}

// maxErrorBody bounds what is parsed of the body of an error, in bytes.
const maxErrorBody = 1 << 20

// decodeErrorBody reads the three forms that have been seen: {"error":…},
// {"Error":…} and {"CommunicationError":…}, their fields in any case. Whatever
// else a body is, an HTML page or nothing at all, it says nothing.
func decodeErrorBody(body []byte) ErrorDetail {
	if len(body) > maxErrorBody {
		return ErrorDetail{}
	}
	var envelope struct {
		Error              wireError
		CommunicationError wireError
	}
	// A field of an unexpected type is left empty, the others are read.
	_ = json.Unmarshal(body, &envelope)
	if d := envelope.Error.detail(); d.Code != "" || d.Message != "" {
		return d
	}
	return envelope.CommunicationError.detail()
}

type wireError struct {
	Code    looseText
	Message looseText
	Target  looseText
	Details []wireError
}

func (w wireError) detail() ErrorDetail {
	d := ErrorDetail{Code: string(w.Code), Message: string(w.Message), Target: string(w.Target)}
	for _, inner := range w.Details {
		d.Details = append(d.Details, inner.detail())
	}
	return d
}

// looseText is a string where the service may as well send a number.
type looseText string

// UnmarshalJSON never fails: what is no string is taken as it is written.
func (t *looseText) UnmarshalJSON(data []byte) error {
	var s string
	switch err := json.Unmarshal(data, &s); {
	case err == nil: // null leaves s empty
		*t = looseText(s)
	default:
		*t = looseText(data)
	}
	return nil
}

// retryAfter reads how long the service asks to wait, in the headers that azcore
// reads and in their order. Nonsense is 0.
func retryAfter(h http.Header, now time.Time) time.Duration {
	for _, name := range []string{"Retry-After-Ms", "X-Ms-Retry-After-Ms"} {
		if d := count(h.Get(name), time.Millisecond); d > 0 {
			return d
		}
	}
	v := h.Get("Retry-After")
	if v == "" {
		return 0 // as almost always
	}
	if d := count(v, time.Second); d > 0 {
		return d
	}
	if t, err := http.ParseTime(v); err == nil && t.After(now) {
		return t.Sub(now)
	}
	return 0
}

// count reads a number of units. More than a day is taken for a day.
func count(s string, unit time.Duration) time.Duration {
	const day = 24 * time.Hour
	n, err := strconv.ParseInt(strings.TrimSpace(s), 10, 64)
	if err != nil || n <= 0 {
		return 0
	}
	if n > int64(day/unit) {
		return day
	}
	return time.Duration(n) * unit
}
