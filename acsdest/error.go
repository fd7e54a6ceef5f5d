package acsdest

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"
	"unicode"

	"github.com/twilio2acs/twilio2acs/acsdest/limits"
)

// Error is the failure of a call. Where the service answered with an error,
// errors.As finds an *azcore.ResponseError in it as well; the text of that one
// shows address and body, the text of Error never does.
type Error struct {
	Operation limits.Operation
	Outcome   Outcome

	// Status is the HTTP status of the answer, 0 when there was none. A call that
	// could not be made because its user's token was refused has the status of
	// that refusal; the *Error about the token is then wrapped in this one.
	Status int
	// ErrorDetail is what the service said about it, empty when it said nothing.
	ErrorDetail
	// RequestID identifies the call for Microsoft's support (MS-CV). It ends the text of the error.
	RequestID string

	retryAfter  time.Duration
	unreachable bool
	err         error
}

func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString(string(e.Operation))
	b.WriteString(": ")
	switch {
	case e.Status != 0 && e.token() == nil:
		b.WriteString(e.answer())
	case e.err != nil:
		if e.Outcome == OutcomeOpen {
			b.WriteString("outcome unknown: ")
		}
		b.WriteString(e.err.Error())
	default:
		b.WriteString(e.Outcome.String())
	}
	if e.RequestID != "" && e.token() == nil { // whose text has it already
		b.WriteString(" [" + oneLine(e.RequestID) + "]")
	}
	return b.String()
}

// answer describes what the service answered.
func (e *Error) answer() string {
	s := fmt.Sprintf("%d %s", e.Status, http.StatusText(e.Status))
	if e.Code != "" && !strings.EqualFold(e.Code, strings.ReplaceAll(http.StatusText(e.Status), " ", "")) {
		s += " (" + oneLine(e.Code) + ")"
	}
	if e.Message != "" {
		return s + ": " + oneLine(e.Message)
	}
	var answered *answerError
	if errors.As(e.err, &answered) {
		return s + ": " + answered.Error()
	}
	return s
}

// Unwrap returns the cause: an *azcore.ResponseError, the *Error about a token,
// or what the network, the gate or the credential said.
func (e *Error) Unwrap() error { return e.err }

// NotDone reports that the call has certainly not been carried out.
func (e *Error) NotDone() bool { return e.Outcome == OutcomeNotDone }

// StatusCode is Status.
func (e *Error) StatusCode() int { return e.Status }

// ServiceRequestID is RequestID.
func (e *Error) ServiceRequestID() string { return e.RequestID }

// RetryAfter is how long the service asked to wait, 0 when it did not say.
func (e *Error) RetryAfter() time.Duration { return e.retryAfter }

// Unauthorized reports that the credentials are refused: the access key or the
// Entra credential, by Identity. That Chat refuses a fresh token of a user is not
// among it: it says that this one user is gone.
func (e *Error) Unauthorized() bool {
	if inner := e.token(); inner != nil {
		return inner.Unauthorized()
	}
	var credential *credentialError
	if errors.As(e.err, &credential) {
		return !e.unreachable
	}
	return ofIdentity(e.Operation) && (e.Status == http.StatusUnauthorized || e.Status == http.StatusForbidden)
}

// Unreachable reports that no connection to the service could be made.
func (e *Error) Unreachable() bool {
	if inner := e.token(); inner != nil {
		return inner.Unreachable()
	}
	return e.unreachable
}

// NoToken reports that the call was not made, because its user got no token. It
// says something of the user then, and nothing of what the call is about.
func (e *Error) NoToken() bool { return e.token() != nil }

// Hint says what can be done about it, empty when nothing is known.
func (e *Error) Hint() string {
	var untrusted *tls.CertificateVerificationError
	switch {
	case errors.As(e.err, &untrusted):
		return "the certificate of the service is not trusted: check the endpoint, or name the authority that signed it with --acs-ca FILE"
	case e.Unauthorized():
		return "check the connection string, or the role of the Entra identity on the resource; a regenerated key and a clock that is minutes off are refused as well"
	case e.Status == http.StatusUnauthorized && e.token() == nil:
		return "the user's token is refused although it is fresh: the user was deleted, or belongs to another resource"
	case e.Unreachable():
		return "check the endpoint and the network, a proxy included"
	}
	return ""
}

// token is the failure to get a token that kept the call from being made.
func (e *Error) token() *Error {
	var inner *Error
	if errors.As(e.err, &inner) {
		return inner
	}
	return nil
}

func ofIdentity(op limits.Operation) bool {
	switch op {
	case limits.CreateIdentity, limits.CreateUserAndToken, limits.DeleteIdentity, limits.IssueToken, limits.RevokeTokens:
		return true
	}
	return false
}

// refusal is the error of a call that was not made at all.
func refusal(op limits.Operation, err error) *Error {
	return &Error{Operation: op, Outcome: OutcomeNotDone, err: err}
}

// noToken is the error of a call whose user got no token. A definite refusal of
// the token is one of the call as well; a failure that may pass is not.
func noToken(op limits.Operation, err error) *Error {
	e := refusal(op, fmt.Errorf("get token of user: %w", err))
	if inner := e.token(); inner != nil {
		e.retryAfter = inner.retryAfter
		if inner.Outcome == OutcomeNotDone {
			e.Status, e.ErrorDetail, e.RequestID = inner.Status, inner.ErrorDetail, inner.RequestID
		}
	}
	return e
}

// answerError says why the body of an answer is of no use.
type answerError struct{ err error }

func (e *answerError) Error() string { return "answer cannot be read: " + e.err.Error() }
func (e *answerError) Unwrap() error { return e.err }

// credentialError says that the Entra credential gave no token.
type credentialError struct{ err error }

func (e *credentialError) Error() string { return "get Entra token: " + oneLine(e.err.Error()) }
func (e *credentialError) Unwrap() error { return e.err }

// timeoutError is an attempt that took longer than it may. It is a
// context.DeadlineExceeded, although the caller's own context goes on.
type timeoutError struct{ after time.Duration }

func (e *timeoutError) Error() string { return fmt.Sprintf("no answer within %s", e.after) }
func (e *timeoutError) Unwrap() error { return context.DeadlineExceeded }

// maxShown bounds what is shown of a text that the service sent, in runes.
const maxShown = 300

// oneLine makes a text of the service fit to be shown.
func oneLine(s string) string {
	s = strings.Join(strings.FieldsFunc(s, func(r rune) bool {
		return unicode.IsSpace(r) || !unicode.IsGraphic(r)
	}), " ")
	if r := []rune(s); len(r) > maxShown {
		return string(r[:maxShown]) + "…"
	}
	return s
}
