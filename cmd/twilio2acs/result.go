package main

import (
	"time"

	"github.com/twilio2acs/twilio2acs/mapping"
	"github.com/twilio2acs/twilio2acs/migrate"
)

// resultDocument is what run, verify and rollback print for machines.
type resultDocument struct {
	head
	Run     int             `json:"run"`
	Summary migrate.Summary `json:"summary"`
	Exit    int             `json:"exit"`
	Error   *failure        `json:"error,omitempty"`
	// Skipped counts what --skip-damaged left out.
	Skipped int64   `json:"skipped,omitempty"`
	Seconds float64 `json:"seconds"`

	details
}

// details are those parts of a result that are lines of their own in -o jsonl.
type details struct {
	Losses          []migrate.LossCount  `json:"losses,omitempty"`
	Problems        []migrate.Problem    `json:"problems,omitempty"`
	MoreProblems    int                  `json:"moreProblems,omitempty"`
	Differences     []migrate.Difference `json:"differences,omitempty"`
	MoreDifferences int                  `json:"moreDifferences,omitempty"`
	Found           int                  `json:"differencesFound,omitempty"`
	Verification    int                  `json:"verification,omitempty"`
	Digest          string               `json:"digest,omitempty"`
	Resumed         int64                `json:"resumedConversations,omitempty"`
	Unused          int64                `json:"unusedIdentities,omitempty"`
	Foreign         int64                `json:"foreignMessages,omitempty"`
	Doubles         int64                `json:"doublesDeleted,omitempty"`
	Rounds          []round              `json:"rounds,omitempty"` // the latest, of a repeated run
	Backups         *backupResult        `json:"backups,omitempty"`
	Golden          *goldenResult        `json:"golden,omitempty"`

	// What only a rollback tells.
	DryRun    bool                      `json:"dryRun,omitempty"`
	Inventory string                    `json:"inventory,omitempty"` // the file; empty when nothing was written to it
	Used      int64                     `json:"usedThreads,omitempty"`
	Unknown   []mapping.ConversationSID `json:"unknownConversations,omitempty"`
}

// result is what run, verify or rollback came to.
type result struct {
	command string
	run     int
	summary migrate.Summary
	details details
	skipped int64
	took    time.Duration
	// next is the command that it makes sense to go on with, empty for none.
	next string
	err  error // what ended it early, or the exit code that it has; nil when done
}

func (r *result) document() resultDocument {
	return resultDocument{
		head: headOf(r.command), Run: r.run, Summary: r.summary, Exit: exitCode(r.err), Error: failureOf(r.err),
		Skipped: r.skipped, Seconds: r.took.Round(time.Millisecond).Seconds(), details: r.details,
	}
}

// print prints the result in the form asked for and returns how the command
// ends. Text says nothing of an error that ended it before it began.
func (r *result) print(s *streams, o outputOptions, verbose bool, text func(*textWriter, *result)) error {
	switch o.format.value {
	case formatJSON:
		printDocument(s.out, r.document())
	case formatJSONL:
		r.printLines(s.out)
	default:
		if r.tells() {
			text(&textWriter{w: s.out, color: painter(s.color), verbose: verbose}, r)
		}
	}
	if r.err == nil {
		return nil
	}
	return &reportedError{r.err}
}

// tells reports whether there is a result to tell people of: an error may have
// ended it before it began.
func (r *result) tells() bool {
	return r.err == nil || silent(r.err) || r.summary != (migrate.Summary{})
}

// printLines prints each loss and problem as a line, and the rest as the last one.
// Differences have been printed when they were found.
func (r *result) printLines(w *resultWriter) {
	printLosses(w, r.details.Losses)
	printProblems(w, r.details.Problems)
	last := r.document()
	last.Type = lastLine(last.Error)
	last.Losses, last.Problems = nil, nil
	last.Differences, last.MoreDifferences = nil, 0
	printLine(w, last)
}

func printLosses(w *resultWriter, losses []migrate.LossCount) {
	for _, l := range losses {
		printLine(w, struct {
			Type string `json:"type"`
			migrate.LossCount
		}{"loss", l})
	}
}

func printProblems(w *resultWriter, problems []migrate.Problem) {
	for _, p := range problems {
		printLine(w, struct {
			Type string `json:"type"`
			migrate.Problem
		}{"problem", p})
	}
}

// lastLine is the type of the last line.
func lastLine(err *failure) string {
	if err != nil {
		return "error"
	}
	return "summary"
}

// isStuck reports whether some items need a person.
func isStuck(t migrate.Tally) bool { return t.Open+t.Failed+t.Blocked > 0 }
