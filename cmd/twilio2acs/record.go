package main

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"github.com/twilio2acs/twilio2acs/twiliosrc"
	"github.com/twilio2acs/twilio2acs/twiliosrc/redact"
)

// recordOptions are those of record.
type recordOptions struct {
	source   sourceOptions
	out      string
	redact   bool
	noRedact bool
	log      logOptions
	progress progressOptions
	output   outputOptions
}

func newRecordCommand(s *streams) *cobra.Command {
	var o recordOptions
	cmd := &cobra.Command{
		Use:   "record --source twilio|DIR --out DIR",
		Short: "Copy an account into a snapshot directory, with other words in the place of people's",
		Long: `Record reads what --source holds and writes it into a directory from which plan
and run read as from Twilio itself. Names, addresses, texts and files are replaced
by meaningless ones of the same form, and the result is looked through for what
was not; --no-redact keeps everything as it is. A snapshot can be redacted too.

The key to the replacements is destroyed at the end, so that no two recordings
agree on them: to give several parts the same ones, record all of it, and then
the parts from that, with --no-redact.

It can be stopped at any time: the work stands in a directory beside DIR, with
the ending .unfinished, and the same command goes on there.`,
		Example: `  twilio2acs record --source twilio --out account
  twilio2acs record --source testdata/snapshots/contoso --out redacted`,
		Args: noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error { return record(cmd.Context(), &o, s) },
	}
	f := cmd.Flags()
	o.source.register(cmd)
	f.StringVar(&o.out, "out", "", "the `directory` to write, which must not exist")
	mustRequire(cmd, "out")
	f.BoolVar(&o.redact, "redact", true, "replace what people supplied")
	f.BoolVar(&o.noRedact, "no-redact", false, "record everything as it is")
	cmd.MarkFlagsMutuallyExclusive("redact", "no-redact")
	o.log.register(cmd)
	o.progress.register(cmd)
	o.output.register(cmd)
	describe(cmd, twilioEnvironment, exitDone, exitError, exitIncomplete, exitOutage, exitLocked, exitTwilioCredentials, exitTwilioUnreachable, exitFixture,
		exitUsage, exitInterrupted, exitTerminated)
	return cmd
}

// record writes a snapshot and prints what is in it.
func record(ctx context.Context, o *recordOptions, s *streams) error {
	began := time.Now()
	recorded, skipped, err := o.record(ctx, s)
	if err = causeOf(ctx, err); is[*interruptedError](err) {
		err = withHint(err, "the same command goes on where this one stopped")
	}
	if err == nil && recorded.Damaged > 0 && !o.source.skipDamaged {
		err = exitStatus(exitIncomplete)
	}
	r := &recording{recorded: recorded, out: o.out, redacted: o.redacts() || recorded.Manifest.Redacted, skipped: skipped, took: time.Since(began), err: err}
	return r.print(s, o.output)
}

// record does the work.
func (o *recordOptions) record(ctx context.Context, s *streams) (recorded twiliosrc.Recorded, skipped int64, err error) {
	if err := o.source.check(); err != nil {
		return recorded, 0, err
	}
	scope, err := o.scope()
	if err != nil {
		return recorded, 0, err
	}
	src, err := o.source.open(ctx, o.log.logger(s))
	if err != nil {
		return recorded, 0, err
	}
	defer func() { err = cmp.Or(err, closeSource(src)) }()
	opts := &twiliosrc.RecordOptions{Receipts: o.source.wantsReceipts(), Scope: scope}
	if o.redacts() {
		opts.OpenRedactor = func(dir string) (twiliosrc.Redactor, error) { return redact.Open(dir, nil) }
	}
	read := &meter{source: src}
	stop := o.progress.start(s.err, messageCount(src), read.read.Load)
	defer stop()
	recorded, err = twiliosrc.NewRecorder(read, opts).Record(ctx, o.out)
	return recorded, src.Skipped(), err
}

func (o *recordOptions) redacts() bool { return o.redact && !o.noRedact }

// scope says which part of which source is recorded, so that no recording goes
// on as another one.
func (o *recordOptions) scope() (string, error) {
	source := o.source.source
	if !o.source.isLive() {
		abs, err := filepath.Abs(source)
		if err != nil {
			return "", fmt.Errorf("find snapshot %s: %w", source, err)
		}
		source = abs
	}
	text, err := json.Marshal(struct {
		Source      string
		SkipDamaged bool
		Selection   twiliosrc.Selection
	}{source, o.source.skipDamaged, o.source.selected.selection()})
	return string(text), err
}
