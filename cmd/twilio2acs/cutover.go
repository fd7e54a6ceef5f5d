package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/twilio2acs/twilio2acs/cmd/twilio2acs/night"
	"github.com/twilio2acs/twilio2acs/migrate/report"
)

// cutoverOptions are those of cutover.
type cutoverOptions struct {
	runOptions // of its rounds
	lag        time.Duration
	atMost     int
	pause      time.Duration
	watch      time.Duration
	frozen     bool
	tolerate   bool
	anew       bool
	as         choice
	pages      pageOptions
	protocol   string

	back string // the command that reads out what people write after the go
}

func newCutoverCommand(s *streams) *cobra.Command {
	var o cutoverOptions
	cmd := &cobra.Command{
		Use:   "cutover --source twilio|DIR --dest acs|local:DIR",
		Short: "Drive the night of the switch, up to a go or no-go whose sums add up",
		Long: `Cutover drives the night of the switch. The same command goes on where the one
before stopped, whether that ended, was interrupted or was killed:

  sync     rounds of run, until what waits in Twilio is not older than --lag
  freeze   shows how writing in Twilio can be stopped, and undone; it goes on when
           somebody at the terminal says that it has stopped, or with --frozen, and
           else ends (exit code 5)
  check    one more round; then, for --watch, which conversations still get messages
  drain    rounds that compare every message, until one changes nothing
  verify   everything is read back; the sums of each service decide: go or no go
  over     after a go: rounds for stragglers, messages that arrive late

It only reads from Twilio: what freezes it, it prints as commands. A no-go (exit code
3, or 4 with differences) begins again with the check. What was done is written to a
protocol in Markdown, step by step, and how far the night has come to a journal beside
the ledger; --anew begins another night.`,
		Example: `  twilio2acs cutover --source testdata/snapshots/contoso --dest local:out --html go.html
  twilio2acs cutover --source twilio --dest acs --media azblob:https://….blob.core.windows.net/chat-files --lag 30s
  twilio2acs cutover --source twilio --dest acs --media azblob:https://….blob.core.windows.net/chat-files --frozen`,
		Args: noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			o.again, o.back = suggest(cmd, "cutover"), suggest(cmd, "export")
			return cutOver(cmd.Context(), &o, s)
		},
	}
	o.registerNight(cmd)
	o.registerWork(cmd)
	o.pages.register(cmd)
	o.whole()
	describe(cmd, migrationEnvironment, exitDone, exitError, exitIncomplete, exitMismatch, exitOwnLimit, exitOutage, exitLocked,
		exitTwilioCredentials, exitACSCredentials, exitTwilioUnreachable, exitACSUnreachable, exitPreflight, exitState, exitFixture,
		exitUsage, exitInterrupted, exitTerminated)
	return cmd
}

// registerNight adds the flags that no other command has.
func (o *cutoverOptions) registerNight(cmd *cobra.Command) {
	f := cmd.Flags()
	f.DurationVar(&o.lag, "lag", time.Minute, "sync until what waits in Twilio is not older than this")
	f.IntVar(&o.atMost, "rounds", 0, "freeze after so many `rounds` of sync, whatever the lag is; 0 is no limit")
	f.DurationVar(&o.pause, "pause", 10*time.Second, "how long to wait between two rounds of sync")
	f.BoolVar(&o.frozen, "frozen", false, "say that writing in Twilio has stopped, instead of being asked")
	f.DurationVar(&o.watch, "watch", time.Minute, "for how long to watch whether messages still arrive after the freeze")
	f.BoolVar(&o.tolerate, "tolerate-writes", false, "go on although messages still arrive, as text messages do whatever is frozen: rounds after the go carry them")
	choose(cmd, &o.as, "as", "", "as whom to read when verifying: one member of each thread, or all of them, who must see the same", asOne, asAll)
	f.StringVar(&o.protocol, "protocol", "", "write the protocol of the night to this `file` (default: beside the ledger, ending in .cutover.md)")
	f.BoolVar(&o.anew, "anew", false, "begin another night, whatever the journal says")
}

// check refuses what the command line alone says is wrong.
func (o *cutoverOptions) check() error {
	for _, d := range []struct {
		flag  string
		value time.Duration
	}{{"lag", o.lag}, {"pause", o.pause}, {"watch", o.watch}} {
		if d.value < 0 {
			return usagef("", "--%s %s is negative", d.flag, d.value)
		}
	}
	if o.atMost < 0 {
		return usagef("", "--rounds %d is negative", o.atMost)
	}
	_, err := o.runOptions.check()
	return err
}

// cutover is a night that a process drives on.
type cutover struct {
	*cutoverOptions
	s        *streams
	journal  *night.Journal
	protocol *night.Protocol
	pages    *pageFiles
	pace     pace
	doc      cutoverDocument
	begun    bool // something was told to people
}

// cutOver drives the night on, as far as it gets, and says where it stands.
func cutOver(ctx context.Context, o *cutoverOptions, s *streams) error {
	began := time.Now()
	if err := o.check(); err != nil {
		return err
	}
	c := &cutover{cutoverOptions: o, s: s, doc: cutoverDocument{head: headOf("cutover")}}
	var err error
	if c.pace, err = o.connect.pace(o.dest); err != nil {
		return err
	}
	if c.pages, err = o.pages.begin(); err != nil {
		return err
	}
	defer func() { _ = c.pages.close() }() // what stays of an incomplete file does no harm
	if err = c.open(); err == nil {
		err = c.end(causeOf(ctx, c.run(ctx)))
	}
	if c.journal != nil {
		err = errors.Join(err, c.journal.Close())
	}
	c.doc.Seconds = time.Since(began).Round(time.Millisecond).Seconds()
	return c.print(err)
}

// open takes up the journal and the protocol, and says so in the latter.
func (c *cutover) open() (err error) {
	path := c.state.path + ".cutover.json"
	if c.journal, err = night.Open(path, c.anew, time.Now()); err != nil {
		return err
	}
	c.doc.Journal = path
	if err := c.admit(); err != nil {
		return err
	}
	protocol := cmp.Or(c.cutoverOptions.protocol, c.state.path+".cutover.md")
	if c.protocol, err = night.OpenProtocol(protocol); err != nil {
		return withHint(err, "name a file that can be written with --protocol")
	}
	c.doc.Protocol = protocol
	facts := []string{
		fmt.Sprintf("from %s to %s, ledger %s", c.source.source, c.dest.dest, c.state.path),
		"the night began " + stamp(c.journal.Began) + "; now: " + string(c.journal.Phase),
	}
	if c.journal.Underway != "" {
		facts = append(facts, "the process before this one did not live to end its "+string(c.journal.Underway))
	}
	return c.protocol.Append(report.ProtocolEntry{At: time.Now(), Step: "twilio2acs begins", Facts: facts, Commands: []string{c.again}})
}

// admit refuses a journal of another migration than the ledger's, once there is one.
func (c *cutover) admit() error {
	if c.journal.Account == "" && !fileExists(c.state.path) {
		return nil
	}
	ledger, err := c.state.readExisting()
	if err != nil {
		return err
	}
	return errors.Join(c.journal.Admit(ledger.Binding()), ledger.Close())
}

// end notes how the process ends. Whoever reads the journal next knows that it did.
func (c *cutover) end(err error) error {
	c.journal.Underway = ""
	code := exitCode(err)
	facts := []string{fmt.Sprintf("exit code %d: %s", code, exitMeaning(code))}
	if err != nil && !silent(err) {
		facts = append(facts, err.Error())
	}
	err = errors.Join(err, c.journal.Save(), c.note("twilio2acs ends", facts...))
	if is[*interruptedError](err) {
		err = withHint(err, "everything was noted; the same command goes on where this one stopped")
	}
	return err
}

// note adds an entry to the protocol.
func (c *cutover) note(step string, facts ...string) error {
	return c.protocol.Append(report.ProtocolEntry{At: time.Now(), Step: step, Facts: facts})
}

// stamp is a moment as the protocol has it.
func stamp(t time.Time) string { return t.UTC().Format("2006-01-02 15:04:05 UTC") }
