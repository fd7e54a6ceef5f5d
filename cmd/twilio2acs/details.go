package main

import (
	"encoding/json"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/twilio2acs/twilio2acs/migrate"
)

// detailsOptions say where every single change is written.
type detailsOptions struct{ path string }

func (o *detailsOptions) register(cmd *cobra.Command) {
	cmd.Flags().StringVar(&o.path, "details", "", "write every change to this `file`, as JSON Lines (with --verbose also what stays as it is)")
}

// changeLog is every change of a plan, line by line: in a file, on stdout with -o
// jsonl, in both, or in neither.
type changeLog struct {
	file *pendingFile
	to   []planListener
}

// open begins to write. All says whether what stays as it is matters too.
func (o detailsOptions) open(s *streams, out outputOptions, all bool) (*changeLog, error) {
	file, err := newPendingFile(o.path, "--details")
	if err != nil {
		return nil, err
	}
	d := &changeLog{file: file}
	if file != nil {
		d.to = append(d.to, changeLines{file, all})
	}
	if out.format.value == formatJSONL {
		d.to = append(d.to, changeLines{s.out, all})
	}
	return d, nil
}

// listeners write what they are told.
func (d *changeLog) listeners() []planListener { return d.to }

// commit makes the file appear.
func (d *changeLog) commit() error { return d.file.commit() }

// close removes a file that is not complete.
func (d *changeLog) close() error { return d.file.close() }

// changeLines writes changes as JSON Lines.
type changeLines struct {
	w   io.Writer
	all bool
}

// changeLine is a change as a line.
type changeLine struct {
	Type string `json:"type"`
	migrate.Change
}

// Change writes one change.
func (l changeLines) Change(c migrate.Change) error {
	if c.Verb == migrate.VerbUnchanged && len(c.Fields) == 0 && !l.all {
		return nil
	}
	text, err := json.Marshal(changeLine{"change", c})
	if err != nil {
		return fmt.Errorf("encode change of %s: %w", c.Item, err)
	}
	if _, err := l.w.Write(append(text, '\n')); err != nil {
		return fmt.Errorf("write changes: %w", err)
	}
	return nil
}

// Conversation writes nothing: its changes have been.
func (changeLines) Conversation(migrate.PlannedConversation) error { return nil }
