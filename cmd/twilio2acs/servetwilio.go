package main

import (
	"cmp"
	"context"
	"errors"
	"time"

	"github.com/spf13/cobra"

	"github.com/twilio2acs/twilio2acs/mapping"
	"github.com/twilio2acs/twilio2acs/twiliosrc/fixtureserver"
)

// serveTwilioOptions are those of serve twilio.
type serveTwilioOptions struct {
	listen   listenOptions
	snapshot string
	server   fixtureserver.Options
	faults   repeated[fixtureserver.Fault]
}

func newServeTwilioCommand(s *streams) *cobra.Command {
	var o serveTwilioOptions
	cmd := &cobra.Command{
		Use:   "twilio --snapshot DIR",
		Short: "Serve a snapshot as Twilio's REST API and Media Content Service",
		Long: `Serve twilio answers on this machine as Twilio would if the account held what the
snapshot holds. When it is ready it prints one JSON line: the URLs for
--twilio-url and --mcs-url, and the account SID. It takes any credentials. It
stops on SIGINT and SIGTERM.

Faults make requests go wrong. A fault is ` + fixtureserver.FaultSyntax,
		Example: `  twilio2acs serve twilio --snapshot testdata/snapshots/contoso
  twilio2acs serve twilio --snapshot testdata/snapshots/contoso --fault 429,p=0.1,retry-after=1s --fault truncated`,
		Args: noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error { return serveTwilio(cmd.Context(), &o, s) },
	}
	f := cmd.Flags()
	f.StringVar(&o.snapshot, "snapshot", "", "`directory` of the snapshot")
	mustRequire(cmd, "snapshot")
	o.listen.register(cmd)
	o.faults = repeated[fixtureserver.Fault]{kind: "FAULT", parse: parseTwilioFault}
	f.Var(&o.faults, "fault", "let requests go wrong, as described above; may be given several times")
	f.Uint64Var(&o.server.Seed, "fault-seed", 0, "`number` that the choices of faults with a probability follow from")
	f.IntVar(&o.server.MaxConcurrent, "max-concurrent", 0, "refuse with 429 what goes beyond so many `requests` at once; 0 is no limit")
	f.BoolVar(&o.server.StrictPageSize, "strict-page-size", false, "refuse page sizes above the maximum instead of giving the maximum")
	f.BoolVar(&o.server.WrongRegion, "wrong-region", false, "be a region that the account does not belong to, and refuse everything")
	f.DurationVar(&o.server.MediaLifetime, "media-lifetime", 5*time.Minute, "how long the signed URL of a file is good for")
	f.BoolVar(&o.server.ProductionURLs, "production-urls", false, "let pages link to https://conversations.twilio.com, as Twilio's do, instead of to this server")
	describe(cmd, "", exitDone, exitError, exitFixture, exitUsage)
	return cmd
}

// twilioReady is the line that tells where the server is.
type twilioReady struct {
	URL        string             `json:"url"`
	MCSURL     string             `json:"mcsUrl"`
	AccountSID mapping.AccountSID `json:"accountSid"`
}

// check refuses what the command line alone says is wrong.
func (o *serveTwilioOptions) check() error {
	switch {
	case o.server.MaxConcurrent < 0:
		return usagef("", "--max-concurrent %d is below 0", o.server.MaxConcurrent)
	case o.server.MediaLifetime <= 0:
		return usagef("", "--media-lifetime %s is not above 0", o.server.MediaLifetime)
	}
	return cmp.Or(o.listen.check(), checkSeed(o.server.Seed, len(o.faults.values)))
}

// serveTwilio serves until ctx ends, which is what it is meant to do.
func serveTwilio(ctx context.Context, o *serveTwilioOptions, s *streams) (err error) {
	if err := o.check(); err != nil {
		return err
	}
	snap, err := openSnapshot(ctx, o.snapshot, nil)
	if err != nil {
		return err
	}
	defer func() { err = cmp.Or(err, snap.Close()) }()
	o.server.Faults = o.faults.values
	server := fixtureserver.New(snap, &o.server)
	at, err := server.Listen(ctx, o.listen.addr)
	if err != nil {
		return withHint(err, "choose another port with --listen, or 0 for any free one")
	}
	account, _ := snap.Account()
	defer holdMemory()()
	printLine(s.out, twilioReady{at.URL, at.MCSURL, account})
	<-ctx.Done()
	return server.Close()
}

// parseTwilioFault reads a fault. The flag it stands in repeats its text, so that
// the error need not.
func parseTwilioFault(text string) (fixtureserver.Fault, error) {
	fault, err := fixtureserver.ParseFault(text)
	var wrong *fixtureserver.FaultError
	if errors.As(err, &wrong) {
		return fault, wrong.Err
	}
	return fault, err
}
