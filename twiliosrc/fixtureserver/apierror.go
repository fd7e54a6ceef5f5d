package fixtureserver

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
)

// Twilio's error codes, as far as they are answered here.
const (
	codeBadRequest        = 20001
	codeAuthenticate      = 20003
	codeMethod            = 20004
	codeNotFound          = 20404
	codeTooManyRequests   = 20429
	codeInternal          = 20500
	codePageToken         = 21481
	codeRegion            = 50385
	codeNoChannelMetadata = 50530
	codeNoPageToken       = 70002
)

// apiError is an answer that is no success.
type apiError struct {
	status  int // of HTTP
	code    int // Twilio's
	message string
}

func (e *apiError) Error() string { return fmt.Sprintf("%d (%d): %s", e.status, e.code, e.message) }

func notFound(r *http.Request) *apiError {
	return &apiError{http.StatusNotFound, codeNotFound, "The requested resource " + r.URL.Path + " was not found"}
}

func badRequest(message string) *apiError {
	return &apiError{http.StatusBadRequest, codeBadRequest, message}
}

func tooManyRequests() *apiError {
	return &apiError{http.StatusTooManyRequests, codeTooManyRequests, "Too Many Requests"}
}

// failJSON writes e in the shape of Twilio's REST APIs.
func failJSON(w http.ResponseWriter, e *apiError) {
	body, _ := json.Marshal(struct {
		Code     int    `json:"code"`
		Message  string `json:"message"`
		MoreInfo string `json:"more_info"`
		Status   int    `json:"status"`
	}{e.code, e.message, fmt.Sprintf("https://www.twilio.com/docs/errors/%d", e.code), e.status})
	writeJSON(w, e.status, body)
}

func writeJSON(w http.ResponseWriter, status int, body []byte) {
	w.Header().Set("Content-Type", "application/json;charset=utf-8")
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(status)
	_, _ = w.Write(body) //nolint:gosec // JSON, and declared so; the client may be gone
}
