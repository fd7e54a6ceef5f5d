package acsdest

import "net/http"

// Outcome is what is known about a call that ended with an error.
type Outcome int

// The outcomes. The zero value is the careful one.
const (
	// OutcomeOpen: nobody can tell. The connection broke, no answer came in time,
	// or the service answered with a failure of its own. Only reading tells.
	OutcomeOpen Outcome = iota
	// OutcomeNotDone: certainly not carried out. The request never left, or the
	// service refused it.
	OutcomeNotDone
	// OutcomeDone: carried out, although its answer could not be read.
	OutcomeDone
)

func (o Outcome) String() string {
	switch o {
	case OutcomeNotDone:
		return "not done"
	case OutcomeDone:
		return "done"
	default:
		return "open"
	}
}

// outcomeOf sorts the status of an answer. A 408 comes from a server or a proxy
// that gave up waiting, possibly for another one that did not.
func outcomeOf(status int) Outcome {
	switch {
	case status >= 200 && status < 300:
		return OutcomeDone
	case status >= 400 && status < 500 && status != http.StatusRequestTimeout:
		return OutcomeNotDone
	default:
		return OutcomeOpen
	}
}
