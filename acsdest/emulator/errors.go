package emulator

import (
	"errors"
	"net/http"
	"time"
)

// An Envelope is a form of error body. All three have been seen on the wire.
type Envelope string

// The forms of error bodies.
const (
	// EnvelopeRecorded is what each service was last seen to send: "error" from
	// Identity and on 401, 429 and 503, "CommunicationError" from Chat. It is the default.
	EnvelopeRecorded Envelope = ""
	// EnvelopeDocumented is {"error":{"code","message"}} everywhere.
	EnvelopeDocumented Envelope = "documented"
	// EnvelopePascal is {"CommunicationError":{"Code","Message","Details"}} everywhere.
	EnvelopePascal Envelope = "CommunicationError"
	// EnvelopeLegacy is {"Error":{"Code","Message","Details"}}, of early 2021, everywhere.
	EnvelopeLegacy Envelope = "Error"
)

// A refusal is an answer that is not a success. It changes nothing in the state.
type refusal struct {
	status  int
	code    string
	message string // empty: the body has no message, or there is no body at all
	target  string
	noBody  bool
	chat    bool // Chat's own, so that EnvelopeRecorded knows

	retryAfter time.Duration // header Retry-After, when positive
}

func (r *refusal) Error() string { return r.code + ": " + r.message }

func isRefusal(err error) bool {
	var r *refusal
	return errors.As(err, &r)
}

// badRequest is what Chat answers to a malformed request.
func badRequest(message string) *refusal {
	return &refusal{status: http.StatusBadRequest, code: "BadRequest", message: message, chat: true}
}

func forbidden() *refusal {
	return &refusal{
		status: http.StatusForbidden, code: "Forbidden", chat: true,
		message: "The initiator doesn't have the permission to perform the requested operation.",
	}
}

func notFound(message string) *refusal {
	return &refusal{status: http.StatusNotFound, code: "NotFound", message: message, chat: true}
}

func threadNotFound() *refusal { return notFound("The specified thread id was not found.") }

func messageNotFound() *refusal { return notFound("The specified message id was not found.") }

// invalid is what Identity answers to a value out of its range.
func invalid(target, message string) *refusal {
	return &refusal{status: http.StatusBadRequest, code: "ValidationError", message: message, target: target}
}

func identityNotFound() *refusal {
	return &refusal{status: http.StatusNotFound, code: "NotFound", message: "The identity was not found."}
}

func unauthorized() *refusal {
	return &refusal{status: http.StatusUnauthorized, code: "Unauthorized", message: "Request is not authorized."}
}

// denied is what Identity answers to a wrong signature.
func denied(message string) *refusal {
	return &refusal{status: http.StatusUnauthorized, code: "Denied", message: message}
}

func tooManyRequests() *refusal {
	return &refusal{status: http.StatusTooManyRequests, code: "TooManyRequests", message: "Rate limit exceeded."}
}

func unavailable(status int) *refusal {
	return &refusal{status: status, code: "ServiceUnavailable", message: "The server is currently unable to handle the request."}
}

func internal() *refusal {
	return &refusal{status: http.StatusInternalServerError, code: "InternalServerError", message: "The server encountered an internal error."}
}

// body is r in the envelope e; nil when r has no body.
func (r *refusal) body(e Envelope) any {
	if r.noBody {
		return nil
	}
	if e == EnvelopeRecorded {
		e = EnvelopeDocumented
		if r.chat {
			e = EnvelopePascal
		}
	}
	switch e {
	case EnvelopePascal, EnvelopeLegacy:
		return map[string]pascalError{string(e): {Code: r.code, Message: r.message, Details: []string{}}}
	default:
		return map[string]documentedError{"error": {Code: r.code, Message: r.message, Target: r.target}}
	}
}

type documentedError struct {
	Code    string `json:"code"`
	Message string `json:"message"`
	Target  string `json:"target,omitempty"`
}

type pascalError struct {
	Code    string
	Message string `json:",omitempty"`
	Details []string
}
