package main

import (
	"time"

	"github.com/twilio2acs/twilio2acs/migrate"
	"github.com/twilio2acs/twilio2acs/migrate/report"
)

// planDocument is what plan prints for machines.
type planDocument struct {
	head
	*report.Plan
	// Forecast is there with --estimate alone.
	Forecast *forecastDocument `json:"forecast,omitempty"`

	// ReadAt is when the source began to be read, and Moving says that it goes on
	// changing: a run finds what has been written since as well.
	ReadAt time.Time `json:"readAt"`
	Moving bool      `json:"moving,omitempty"`

	Exit  int      `json:"exit"`
	Error *failure `json:"error,omitempty"`
	// Skipped counts what --skip-damaged left out.
	Skipped int64   `json:"skipped,omitempty"`
	Seconds float64 `json:"seconds"`
}

// planResult is what a plan came to.
type planResult struct {
	planDocument
	live bool   // old values are those that stand in ACS
	next string // the command to go on with
	err  error  // what ended it, or the exit code that it has; nil when done
}

// print prints the result in the form asked for and returns how the command ends.
func (r *planResult) print(s *streams, o outputOptions, verbose bool) error {
	var err error
	switch o.format.value {
	case formatJSON:
		err = report.WriteDocument(s.out, r.planDocument, r.Plan)
	case formatJSONL:
		err = r.printLines(s.out)
	default:
		if r.err == nil || silent(r.err) || r.Summary != (migrate.Summary{}) {
			err = r.write(&textWriter{w: s.out, color: painter(s.color), verbose: verbose})
		}
	}
	switch {
	case err != nil:
		return err
	case r.err == nil:
		return nil
	}
	return &reportedError{r.err}
}

// printLines prints each conversation, loss and problem as a line, and the rest as
// the last one. The changes have been printed as they were found.
func (r *planResult) printLines(w *resultWriter) error {
	for row, err := range r.Rows() {
		if err != nil {
			return err
		}
		printLine(w, struct {
			Type string `json:"type"`
			report.Row
		}{"conversation", row})
	}
	printLosses(w, r.Losses)
	printProblems(w, r.Problems)
	last, plan := r.planDocument, *r.Plan
	last.Plan, plan.Losses, plan.Problems, plan.Updates = &plan, nil, nil, nil
	last.Type = lastLine(last.Error)
	printLine(w, last)
	return nil
}
