package migrate

import (
	"errors"
	"fmt"
	"strings"
	"syscall"
	"time"

	"github.com/twilio2acs/twilio2acs/mapping"
)

// ConversationError is the failure of one conversation; the run goes on.
type ConversationError struct {
	SID  mapping.ConversationSID
	Step string // "create thread", "send message 41"
	Err  error
}

func (e *ConversationError) Error() string {
	return fmt.Sprintf("conversation %s: %s: %v", e.SID, e.Step, e.Err)
}

func (e *ConversationError) Unwrap() error { return e.Err }

// OpenError is an outcome that reading the destination could not settle. The
// conversation is left as it is until a person has looked.
type OpenError struct{ Reason string }

func (e *OpenError) Error() string { return e.Reason }

// BlockedError says that a conversation cannot be carried under the present
// rules. Nothing of it has been written.
type BlockedError struct {
	Reason string
	Err    error // what blocks it, where that is an error
}

func (e *BlockedError) Error() string { return e.Reason }

func (e *BlockedError) Unwrap() error { return e.Err }

// PreflightError stops a run before it writes: something critical would be lost
// everywhere, and nobody has said that it may.
type PreflightError struct{ Losses []mapping.Loss }

func (e *PreflightError) Error() string {
	return "the migration would lose something critical: " + strings.Join(lossCodes(e.Losses), ", ")
}

// Hint says how to accept the losses.
func (e *PreflightError) Hint() string {
	return "read about them in the plan; to go on nevertheless: --accept " + strings.Join(lossCodes(e.Losses), ",")
}

func lossCodes(losses []mapping.Loss) []string {
	var codes []string
	seen := map[mapping.LossCode]bool{}
	for _, l := range losses {
		if !seen[l.Code] {
			seen[l.Code] = true
			codes = append(codes, string(l.Code))
		}
	}
	return codes
}

// OutageError says that a service refused or did not answer for longer than the
// patience of whoever called it. The run can be resumed.
type OutageError struct {
	For time.Duration // 0 when the source's own patience ended
	// Never says that the destination has not answered once in this run: its
	// address may be wrong.
	Never bool
	Err   error
}

func (e *OutageError) Error() string {
	if e.For == 0 {
		return e.Err.Error()
	}
	return fmt.Sprintf("no success for %s: %v", e.For.Round(time.Second), e.Err)
}

func (e *OutageError) Unwrap() error { return e.Err }

// Hint says how to go on. Of a service that has never answered, the last error
// may know more.
func (e *OutageError) Hint() string {
	var knows interface{ Hint() string }
	if e.Never && errors.As(e.Err, &knows) && knows.Hint() != "" {
		return knows.Hint()
	}
	return "run the same command again once the service answers"
}

// stops reports whether err makes it pointless to go on with any conversation:
// the credentials are refused, a service is gone, the disk is full, or the
// ledger cannot be written.
func stops(err error) bool {
	return final(err) && !parked(err) || says(err, unreachable) || errors.Is(err, syscall.ENOSPC)
}

// parked reports whether err concerns its conversation alone.
func parked(err error) bool {
	var open *OpenError
	var blocked *BlockedError
	return errors.As(err, &open) || errors.As(err, &blocked)
}

// final reports whether err is already the end of somebody's attempts, so that
// another attempt around them makes no sense.
func final(err error) bool {
	var outage *OutageError
	var ledger *ledgerError
	return parked(err) || errors.As(err, &outage) || errors.As(err, &ledger) || says(err, unauthorized)
}

// ledgerError is a failure of the ledger: without it nothing is safe.
type ledgerError struct{ err error }

func (e *ledgerError) Error() string { return "ledger: " + e.err.Error() }
func (e *ledgerError) Unwrap() error { return e.err }

func ledgerFailure(err error) error {
	if err == nil {
		return nil
	}
	return &ledgerError{err}
}

func unauthorized(err error) (bool, bool) {
	e, ok := err.(interface{ Unauthorized() bool })
	return ok && e.Unauthorized(), ok
}

func unreachable(err error) (bool, bool) {
	e, ok := err.(interface{ Unreachable() bool })
	return ok && e.Unreachable(), ok
}

// temporary is the answer of a source that ran out of retries.
func temporary(err error) (bool, bool) {
	e, ok := err.(interface{ Temporary() bool })
	return ok && e.Temporary(), ok
}

// says walks the chain of err until one link answers the question.
func says(err error, ask func(error) (yes, knows bool)) bool {
	for ; err != nil; err = errors.Unwrap(err) {
		if yes, knows := ask(err); knows {
			return yes
		}
	}
	return false
}

// outcome is what became of a write.
type outcome int

const (
	done    outcome = iota
	notDone         // certainly not carried out, and may be tried again
	refused         // certainly not carried out, and never will be
	unknown         // may or may not have been carried out
)

func (o outcome) String() string {
	return [...]string{"done", "not done", "refused", "unknown"}[o]
}

// outcomeOf sorts the error of a write into the four outcomes.
func outcomeOf(err error) outcome {
	if err == nil {
		return done
	}
	var r Refusal
	if !errors.As(err, &r) || !r.NotDone() {
		return unknown
	}
	switch s := r.StatusCode(); {
	case s == 429, s == 0:
		return notDone
	default:
		return refused
	}
}

func statusOf(err error) int {
	var r Refusal
	if errors.As(err, &r) {
		return r.StatusCode()
	}
	return 0
}
