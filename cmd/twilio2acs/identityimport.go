package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"github.com/twilio2acs/twilio2acs/checkpoint"
	"github.com/twilio2acs/twilio2acs/cmd/twilio2acs/identities"
	"github.com/twilio2acs/twilio2acs/mapping"
)

// identityImportOptions are those of identity import.
type identityImportOptions struct {
	state  stateOptions
	output outputOptions
	dryRun bool
}

func newIdentityImportCommand(s *streams) *cobra.Command {
	var o identityImportOptions
	cmd := &cobra.Command{
		Use:   "import FILE",
		Short: "Decide about people as an edited table says",
		Long: `Import reads a table that identity export wrote and somebody has edited, and notes
what it decides in the ledger; plan, run, verify and rollback go by it. A run binds
the ledger, should import have begun it. Lines that decide nothing take back what
was decided; people who are not in the table stay as they are.

All of the table is checked first: with one mistake nothing of it is taken. About
people of whom something has been written to ACS nothing else can be decided.`,
		Example: `  twilio2acs identity import people.csv --dry-run
  twilio2acs identity import people.csv`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error { return identityImport(cmd.Context(), &o, args[0], s) },
	}
	o.state.register(cmd)
	o.state.registerAdopt(cmd)
	cmd.Flags().BoolVar(&o.dryRun, "dry-run", false, "check the table and tell what it would change")
	o.output.register(cmd)
	describe(cmd, "", exitDone, exitError, exitLocked, exitState, exitUsage, exitInterrupted, exitTerminated)
	return cmd
}

// identityResult is what an import prints.
type identityResult struct {
	head
	DryRun    bool           `json:"dryRun"`
	People    int            `json:"people"`    // of the table
	Changed   int            `json:"changed"`   // about whom something else is decided now
	Decisions map[string]int `json:"decisions"` // of those changed, by action; "none" where they were taken back
}

// identityImport notes what a table decides.
func identityImport(ctx context.Context, o *identityImportOptions, file string, s *streams) error {
	lines, err := readIdentities(file)
	if err != nil {
		return err
	}
	changes, binding, err := o.changes(file, lines)
	if err != nil {
		return err
	}
	if err := context.Cause(ctx); err != nil {
		return err
	}
	if len(changes) > 0 && !o.dryRun {
		if err := o.record(changes, binding); err != nil {
			return err
		}
	}
	r := &identityResult{head: headOf("identity import"), DryRun: o.dryRun, People: len(lines), Changed: len(changes), Decisions: make(map[string]int)}
	for _, d := range changes {
		r.Decisions[actionWord(d)]++
	}
	r.print(s, o.output.format.value)
	return s.out.failure()
}

// actionWord is what a decision counts under.
func actionWord(d mapping.Decision) string {
	switch {
	case d.IsZero():
		return "none"
	case d.Action == "":
		return "name"
	}
	return string(d.Action)
}

func (r *identityResult) print(s *streams, format string) {
	switch format {
	case formatJSON:
		printDocument(s.out, r)
	case formatJSONL:
		r.Type = "summary"
		printLine(s.out, r)
	default:
		verb := "noted"
		if r.DryRun {
			verb = "would be noted"
		}
		fmt.Fprintf(s.out, "%d people read, decisions about %d of them %s.\n", r.People, r.Changed, verb)
		for _, word := range []string{"use", "merge", "drop", "anonymise", "name", "none"} {
			if n := r.Decisions[word]; n > 0 {
				fmt.Fprintf(s.out, "  %-10s %d\n", word, n)
			}
		}
	}
}

func readIdentities(file string) (lines []identities.Line, err error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, withHint(fmt.Errorf("read table: %w", err), "name a file that identity export wrote")
	}
	defer func() { err = cmp.Or(err, f.Close()) }()
	return identities.Read(file, f)
}

// changes are the decisions that the ledger does not have yet, and what it speaks
// of.
func (o *identityImportOptions) changes(file string, lines []identities.Line) (changes []mapping.Decision, b mapping.Binding, err error) {
	ledger, err := checkpoint.OpenReader(o.state.path, nil)
	if err != nil {
		return nil, b, err
	}
	defer func() { err = cmp.Or(err, ledger.Close()) }()
	past, err := readPast(ledger)
	if err != nil {
		return nil, b, err
	}
	changes, err = identities.Changes(file, lines, past)
	return changes, ledger.Binding(), err
}

// record writes decisions. They must concern nobody whom a run has met since they
// were compared; the ledger refuses that where it can tell.
func (o *identityImportOptions) record(changes []mapping.Decision, b mapping.Binding) error {
	if b != (mapping.Binding{}) {
		b.Machine = machine()
	}
	ledger, err := o.state.open(b)
	if err != nil {
		return err
	}
	err = ledger.RecordDecisions(changes)
	return errors.Join(err, ledger.CloseClean())
}
