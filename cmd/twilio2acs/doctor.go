package main

import (
	"cmp"
	"context"
	"errors"
	"time"

	"github.com/spf13/cobra"

	"github.com/twilio2acs/twilio2acs/cmd/twilio2acs/probe"
)

// doctorOptions are those of doctor.
type doctorOptions struct {
	source  sourceOptions
	dest    destinationOptions
	media   mediaOptions
	connect connectOptions
	state   stateOptions
	log     logOptions
	output  outputOptions
	probe   probeOptions
	timeout time.Duration
}

func newDoctorCommand(s *streams) *cobra.Command {
	var o doctorOptions
	cmd := &cobra.Command{
		Use:   "doctor",
		Short: "Look whether everything that a migration needs is in order",
		Long: `Doctor looks at everything that a run with the same flags needs: credentials and
hosts of both sides, the clock, the store of the files, the ledger and the disk. It
says what is wrong with each, and what to do about it. It creates nothing in Twilio
or ACS, and leaves no file behind.

With --probe it also finds out what no document says of ACS: how large a message may
be and how that is measured, how much metadata is kept, what is answered above a rate
limit and to those who have left a thread, how large a page is, whether keys are
remembered. That takes two users and some small threads, which are deleted again. The
answers go into the configuration file, where run, plan and serve acs find them. What
a probe that was killed has left is noted beside the ledger, and the next one deletes it.

The code it ends with is that of a run that would fail on the first of them.`,
		Example: `  twilio2acs doctor
  twilio2acs doctor --dest acs --media azblob:https://….blob.core.windows.net/chat-files
  twilio2acs doctor --source testdata/snapshots/contoso --dest local:out
  twilio2acs doctor --media none --probe`,
		Args: noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			var err error
			if o.probe.configuration, err = configuration(cmd, s); err != nil {
				return err
			}
			o.probe.commands = configuredCommands(newRoot(s))
			return examine(cmd.Context(), &o, s)
		},
	}
	o.source.register(cmd)
	o.dest.register(cmd)
	o.media.register(cmd)
	o.connect.register(cmd)
	o.state.register(cmd)
	o.log.register(cmd)
	o.output.register(cmd)
	o.probe.register(cmd)
	f := cmd.Flags()
	f.DurationVar(&o.timeout, "timeout", checkTimeout, "how long one check may take")
	orElse(cmd, "source", liveTwilio)
	orElse(cmd, "dest", azure)
	describe(cmd, migrationEnvironment, exitDone, exitError, exitOutage, exitLocked, exitTwilioCredentials, exitACSCredentials,
		exitTwilioUnreachable, exitACSUnreachable, exitPreflight, exitState, exitFixture, exitUsage, exitInterrupted, exitTerminated)
	return cmd
}

// checkTimeout is how long one check may take unless somebody says otherwise.
const checkTimeout = 30 * time.Second

// orElse gives a flag that other commands demand a default.
func orElse(cmd *cobra.Command, flag, value string) {
	f := cmd.Flags().Lookup(flag)
	f.DefValue = value
	delete(f.Annotations, cobra.BashCompOneRequiredFlag)
	if err := f.Value.Set(value); err != nil {
		panic(err) // a default that the flag itself refuses
	}
}

// check is one thing that was looked at.
type check struct {
	Name   string   `json:"name"`
	Status verdict  `json:"status"`
	Detail string   `json:"detail,omitempty"`
	Error  *failure `json:"error,omitempty"`

	err error
}

// verdict is what a check came to.
type verdict string

// The verdicts. A warning stops no run.
const (
	verdictOK   verdict = "ok"
	verdictWarn verdict = "warn"
	verdictFail verdict = "fail"
	verdictSkip verdict = "skip" // there is nothing to look at, or it cannot be told
)

// warning is the error of a check that stops no run.
type warning struct{ error }

// Unwrap is what is warned of.
func (w warning) Unwrap() error { return w.error }

// errNothing is the error of a check that has nothing to look at.
var errNothing = errors.New("nothing to look at, see above")

// doctorDocument is what doctor prints for machines.
type doctorDocument struct {
	head
	Checks []check `json:"checks"`
	// Settings are what --probe found out, by flag; an empty value is the default.
	Settings []probe.Setting `json:"settings,omitempty"`
	Exit     int             `json:"exit"`
}

// examine checks one thing after the other and tells of each at once.
func examine(ctx context.Context, o *doctorOptions, s *streams) error {
	if err := cmp.Or(o.source.check(), o.dest.check(), o.probe.check(o.dest, s)); err != nil {
		return err
	}
	e := &examination{o: o, s: s}
	defer e.close()
	doc := doctorDocument{head: headOf("doctor")}
	var failed []error
	made := func(found check) {
		doc.Checks = append(doc.Checks, found)
		if found.Status == verdictFail {
			failed = append(failed, found.err)
		}
		found.tell(s, o.output.format.value)
	}
	for _, c := range e.checks() {
		found := c.look(ctx, o.timeout)
		if err := context.Cause(ctx); err != nil {
			return err
		}
		made(found)
	}
	if o.probe.on {
		var err error
		if doc.Settings, err = e.probeAfter(ctx, doc.Checks, made); err != nil {
			return err
		}
	}
	err := errors.Join(failed...)
	doc.Exit = exitCode(err)
	switch o.output.format.value {
	case formatJSON:
		printDocument(s.out, doc)
	case formatJSONL:
		doc.Type, doc.Checks = "summary", nil
		printLine(s.out, doc)
	}
	if err != nil {
		return exitStatus(doc.Exit)
	}
	return nil
}

// examined is a check that has not been made yet: it says what it found.
type examined struct {
	name string
	do   func(context.Context) (string, error)
}

// look makes a check.
func (x examined) look(ctx context.Context, atMost time.Duration) check {
	ctx, cancel := context.WithTimeout(ctx, atMost)
	defer cancel()
	detail, err := x.do(ctx)
	c := check{Name: x.name, Status: verdictOK, Detail: detail, err: err}
	switch {
	case errors.Is(err, errNothing):
		return check{Name: x.name, Status: verdictSkip, Detail: err.Error()}
	case is[warning](err):
		c.Status = verdictWarn
	case err != nil:
		c.Status = verdictFail
	}
	c.Error = failureOf(err)
	return c
}

// tell prints a check for people, or as a line.
func (c check) tell(s *streams, format string) {
	switch format {
	case formatText:
		c.text(&textWriter{w: s.out, color: painter(s.color)})
	case formatJSONL:
		printLine(s.out, struct {
			Type string `json:"type"`
			check
		}{"check", c})
	}
}

func (c check) text(t *textWriter) {
	inks := map[verdict]ink{verdictOK: green, verdictWarn: yellow, verdictFail: red, verdictSkip: dim}
	t.printf("  %s  %-16s ", t.color.paint(inks[c.Status], string(c.Status)+"    "[len(c.Status):]), c.Name)
	if c.Error == nil {
		t.printf("%s\n", lineOf(c.Detail))
		return
	}
	t.printf("%s\n", lineOf(c.Error.Message))
	if c.Error.Hint != "" {
		t.printf("  %22s→ %s\n", "", lineOf(c.Error.Hint))
	}
}
