package main

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"os"

	"github.com/spf13/cobra"

	"github.com/twilio2acs/twilio2acs/cmd/twilio2acs/metrics"
	"github.com/twilio2acs/twilio2acs/mapping"
	"github.com/twilio2acs/twilio2acs/migrate"
	"github.com/twilio2acs/twilio2acs/twiliosrc"
)

// liveTwilio is the value of --source that is no directory.
const liveTwilio = "twilio"

// sourceOptions say where conversations come from.
type sourceOptions struct {
	source      string // liveTwilio, or the directory of a snapshot
	twilioURL   string
	mcsURL      string
	skipDamaged bool
	receipts    choice
	webhooks    bool
	selected    selectionOptions

	metrics *metrics.Set // measures the requests to Twilio; nil: nobody asked
}

// The values of --receipts.
const (
	receiptsNone = "none"
	receiptsAll  = "all"
)

func (o *sourceOptions) register(cmd *cobra.Command) {
	f := cmd.Flags()
	f.StringVar(&o.source, "source", "", "twilio, with credentials from the environment, or a snapshot `directory`")
	f.StringVar(&o.twilioURL, "twilio-url", "", "send Twilio's REST traffic to this `URL`")
	f.StringVar(&o.mcsURL, "mcs-url", "", "send the traffic of Twilio's Media Content Service to this `URL`")
	f.BoolVar(&o.skipDamaged, "skip-damaged", false, "leave out what cannot be read instead of the conversation it belongs to")
	choose(cmd, &o.receipts, "receipts", "", "delivery receipts, kept beside their messages as they stand when these are carried: all costs a request for each message that was sent over a channel", receiptsNone, receiptsAll)
	o.selected.register(cmd)
	mustRequire(cmd, "source")
}

// registerOptional registers what a command needs that can ask a source, but need
// not. What for stands before how it is named.
func (o *sourceOptions) registerOptional(cmd *cobra.Command, what string) {
	f := cmd.Flags()
	f.StringVar(&o.source, "source", "", what+"twilio, with credentials from the environment, or a snapshot `directory`")
	f.StringVar(&o.twilioURL, "twilio-url", "", "send Twilio's REST traffic to this `URL`")
}

// registerReport registers what only matters to a report.
func (o *sourceOptions) registerReport(cmd *cobra.Command) {
	cmd.Flags().BoolVar(&o.webhooks, "webhooks", false, "count the webhooks of single conversations too: a request for each conversation of live Twilio")
}

func (o sourceOptions) isLive() bool { return o.source == liveTwilio }

func (o sourceOptions) wantsReceipts() bool { return o.receipts.value == receiptsAll }

func (o sourceOptions) check() error {
	if o.isLive() || o.twilioURL == "" && o.mcsURL == "" {
		return nil
	}
	return usagef("say --source twilio to read from there", "--twilio-url and --mcs-url mean nothing for a snapshot")
}

// source is an account to be read.
type source interface {
	migrate.Twilio
	migrate.ScopedHookSource
	twiliosrc.Source
	Skipped() int64
}

// open opens the source. Live Twilio is not contacted yet.
func (o sourceOptions) open(ctx context.Context, log *slog.Logger) (source, error) {
	if !o.isLive() {
		return o.openSnapshot(ctx)
	}
	return o.client(twiliosrc.ClientOptions{Logger: log, Transport: o.metrics.RoundTripper(twiliosrc.NewTransport(0))})
}

// client is a client of live Twilio: opts with what the flags and the environment
// say.
func (o sourceOptions) client(opts twiliosrc.ClientOptions) (*twiliosrc.Client, error) {
	credentials, err := twilioCredentials(os.Getenv, secret)
	if err != nil {
		return nil, err
	}
	opts.Region, opts.Edge = os.Getenv("TWILIO_REGION"), os.Getenv("TWILIO_EDGE")
	opts.BaseURL, opts.MCSURL = o.twilioURL, o.mcsURL
	opts.SkipDamaged, opts.Selection, opts.Webhooks = o.skipDamaged, o.selected.selection(), o.webhooks
	return twiliosrc.NewClient(credentials, &opts)
}

// openSnapshot opens a snapshot whose listings are what its manifest says, as far
// as it says anything. Who skips damage knows that they are not.
func (o sourceOptions) openSnapshot(ctx context.Context) (source, error) {
	snapshot, err := openSnapshot(ctx, o.source, &twiliosrc.SnapshotOptions{
		SkipDamaged: o.skipDamaged, Selection: o.selected.selection(),
	}, liveTwilio)
	if err != nil || o.skipDamaged {
		return snapshot, err
	}
	if err := snapshot.VerifyListings(ctx); err != nil {
		return nil, errors.Join(err, snapshot.Close())
	}
	return snapshot, nil
}

// twilioCredentials reads them from the environment. An API key is preferred:
// it can be revoked by itself.
func twilioCredentials(env func(string) string, secret func(string) (string, error)) (twiliosrc.Credentials, error) {
	account := env("TWILIO_ACCOUNT_SID")
	if account == "" {
		return twiliosrc.Credentials{}, &twiliosrc.CredentialsError{Err: errors.New("TWILIO_ACCOUNT_SID is not set")}
	}
	c := twiliosrc.Credentials{AccountSID: mapping.AccountSID(account)}
	keySecret, err := secret("TWILIO_API_SECRET")
	if err != nil {
		return c, err
	}
	token, err := secret("TWILIO_AUTH_TOKEN")
	if err != nil {
		return c, err
	}
	switch key := env("TWILIO_API_KEY"); {
	case key != "" && keySecret != "":
		c.Username, c.Password = key, keySecret
	case key != "":
		return c, &twiliosrc.CredentialsError{Err: errors.New("TWILIO_API_KEY is set, but TWILIO_API_SECRET is not")}
	case token != "":
		c.Username, c.Password = account, token
	default:
		return c, &twiliosrc.CredentialsError{Err: errors.New("neither TWILIO_API_KEY with TWILIO_API_SECRET nor TWILIO_AUTH_TOKEN is set")}
	}
	return c, nil
}

// closeSource closes a source that has files or connections open.
func closeSource(s source) error {
	if c, ok := s.(io.Closer); ok {
		return c.Close()
	}
	return nil
}

// messageCount is how many messages a source holds; -1 when it would have to ask.
func messageCount(s source) int64 {
	if c, ok := s.(migrate.Counter); ok {
		return c.MessageCount()
	}
	return -1
}

// mustRequire marks a flag as one that must be given.
func mustRequire(cmd *cobra.Command, flag string) {
	if err := cmd.MarkFlagRequired(flag); err != nil {
		panic(err) // only an unknown flag is an error
	}
}
