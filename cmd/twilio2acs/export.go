package main

import (
	"bufio"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"sync/atomic"
	"time"

	"github.com/spf13/cobra"

	"github.com/twilio2acs/twilio2acs/migrate"
)

// exportOptions are those of export.
type exportOptions struct {
	dest          destinationOptions
	connect       connectOptions
	state         stateOptions
	log           logOptions
	progress      progressOptions
	output        outputOptions
	conversations []string
	since         moment
	newThreads    bool
	out           string

	again string // this very command
}

func newExportCommand(s *streams) *cobra.Command {
	var o exportOptions
	cmd := &cobra.Command{
		Use:   "export --since TIME --dest acs|local:DIR",
		Short: "Read out what people have written in ACS since, so that there is a way back",
		Long: `Export reads the threads of a migration and prints what people have done in them
since, as JSON Lines with the SIDs and identities of Twilio. It changes nothing, and
can be repeated: a later export has all that an earlier one had, as it is now.

Each line has a kind:

  message       written since, by people
  edit          an older message, migrated or not, that people have changed
  delete        a message, migrated or not, that people have deleted
  topic         the thread was given another topic
  joined, left  members were added by people; have left, or were taken out
  read          up to which message somebody has read
  thread        people have begun a thread of their own, with --new-threads

and as far as they apply: conversation, service, thread, at (when it was done), by
and members (acs, kind, twilio: the identity, service), id (of the message in ACS),
message (the SID that it was migrated from), part, text, type (text or html),
displayName, attachments, metadata, written, edited, topic. What the migration itself
wrote is left out.

The lines go to stdout, conversation by conversation, each in the order of time; what
they come to is told on stderr, or on stdout with --out.`,
		Example: `  twilio2acs export --since 2025-03-01T22:30:00Z --dest local:out --out written.jsonl`,
		Args:    noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			o.again = suggest(cmd, "export")
			return export(cmd.Context(), &o, s)
		},
	}
	f := cmd.Flags()
	f.Var(&o.since, "since", "what was done on this day (UTC) or at this time, or later")
	mustRequire(cmd, "since")
	f.StringVar(&o.out, "out", "", "write the lines to this `file`, which appears when all of them are in it")
	f.BoolVar(&o.newThreads, "new-threads", false, "read threads, too, that people have begun: asks for each user of the migration")
	f.StringSliceVar(&o.conversations, "conversation", nil, "threads of these conversations only, by `SID`")
	o.dest.register(cmd)
	o.connect.register(cmd)
	o.state.register(cmd)
	o.log.register(cmd)
	o.progress.register(cmd)
	o.output.register(cmd)
	describe(cmd, destinationEnvironment, exitDone, exitError, exitIncomplete, exitOutage, exitLocked, exitACSCredentials, exitACSUnreachable,
		exitState, exitUsage, exitInterrupted, exitTerminated)
	return cmd
}

// exportDocument is what export prints for machines, beside the lines.
type exportDocument struct {
	head
	Since time.Time `json:"since"`
	File  string    `json:"file,omitempty"` // empty when the lines went to stdout
	*migrate.Exported
	Exit    int      `json:"exit"`
	Error   *failure `json:"error,omitempty"`
	Seconds float64  `json:"seconds"`
}

// export writes the lines, and says what they come to.
func export(ctx context.Context, o *exportOptions, s *streams) error {
	began := time.Now()
	file, err := newPendingFile(o.out, "--out")
	if err != nil {
		return err
	}
	defer func() { _ = file.close() }() // what stays of an incomplete file does no harm
	lines, report := io.Writer(file), s.out
	if file == nil {
		lines, report = s.out, &resultWriter{w: s.err}
	}
	out, err := o.write(ctx, s, lines)
	err = cmp.Or(causeOf(ctx, err), s.out.failure())
	if err == nil {
		err = file.commit()
	}
	if err == nil && out.Threads.Failed > 0 {
		err = exitStatus(exitIncomplete)
	}
	doc := &exportDocument{
		head: headOf("export"), Since: o.since.time.UTC(), File: o.out, Exported: out, Exit: exitCode(err), Error: failureOf(err),
		Seconds: time.Since(began).Round(time.Millisecond).Seconds(),
	}
	o.print(report, doc, painter(s.color && file != nil))
	if err != nil {
		return &reportedError{err}
	}
	return nil
}

// write writes the lines to w. The result is never nil.
func (o *exportOptions) write(ctx context.Context, s *streams, w io.Writer) (out *migrate.Exported, err error) {
	out = new(migrate.Exported)
	if o.newThreads && len(o.conversations) > 0 {
		return out, usagef("leave one of them out", "--new-threads and --conversation do not go together: a new thread is of no conversation")
	}
	if err := cmp.Or(o.dest.check(), o.connect.check(o.dest)); err != nil {
		return out, err
	}
	r, err := openReading(s, o.state, o.dest, o.connect, o.log)
	if err != nil {
		return out, err
	}
	defer func() { err = cmp.Or(err, r.close()) }()
	var read atomic.Int64
	stop := o.progress.start(s.err, -1, read.Load)
	defer stop()
	buffered := bufio.NewWriterSize(w, 64<<10)
	encoder := json.NewEncoder(buffered)
	encoder.SetEscapeHTML(false)
	out, err = migrate.Export(ctx, r.to.acs, r.ledger, o.since.time, func(x migrate.Writing) error {
		read.Add(1)
		if err := encoder.Encode(x); err != nil {
			return fmt.Errorf("write lines: %w", err)
		}
		return nil
	}, &migrate.ExportOptions{Only: chosen(o.conversations), NewThreads: o.newThreads})
	if ferr := buffered.Flush(); ferr != nil {
		err = cmp.Or(err, fmt.Errorf("write lines: %w", ferr))
	}
	return out, err
}

// print says what the lines come to.
func (o *exportOptions) print(w *resultWriter, doc *exportDocument, color painter) {
	switch o.output.format.value {
	case formatJSON:
		printDocument(w, doc)
	case formatJSONL:
		printProblems(w, doc.Problems)
		doc.Type, doc.Problems = lastLine(doc.Error), nil
		printLine(w, doc)
	default:
		if doc.Error == nil || doc.Threads.Total > 0 {
			o.text(&textWriter{w: w, color: color}, doc)
		}
	}
}

// text says it to people.
func (o *exportOptions) text(t *textWriter, doc *exportDocument) {
	if doc.Error == nil {
		t.heading("Read %s in %s.", plural(doc.Threads.Total, "thread", "threads"), shortly(seconds(doc.Seconds)))
	} else {
		t.heading("Ended early, after %s.", plural(doc.Threads.Total, "thread", "threads"))
	}
	for _, k := range []struct {
		kind      migrate.WritingKind
		one, many string
	}{
		{migrate.WritingMessage, "message was written by people", "messages were written by people"},
		{migrate.WritingEdit, "older message was changed", "older messages were changed"},
		{migrate.WritingDelete, "message was deleted", "messages were deleted"},
		{migrate.WritingThread, "thread was begun by people", "threads were begun by people"},
		{migrate.WritingTopic, "topic was changed", "topics were changed"},
		{migrate.WritingJoined, "time members were added", "times members were added"},
		{migrate.WritingLeft, "time members have left", "times members have left"},
		{migrate.WritingRead, "read mark was set", "read marks were set"},
	} {
		t.note(doc.Written[k.kind], k.one, k.many)
	}
	t.problems(doc.Problems, doc.MoreProblems)
	if doc.Threads.Failed > 0 {
		t.next(o.again)
	}
}
