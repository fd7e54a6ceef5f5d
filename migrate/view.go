package migrate

import (
	"cmp"
	"log/slog"

	"github.com/twilio2acs/twilio2acs/mapping"
)

// view is what a plan and a run have in common: everything they read and decide
// by. Nothing in it can write.
type view struct {
	src     Twilio
	records LedgerReader
	rules   mapping.Rules
	opts    Options
	log     *slog.Logger
	dir     *directory
	census  *census
	listed  *census // conversations that the source has shown
	gone    departures
	report  collector
}

func newView(src Twilio, records LedgerReader, rules mapping.Rules, opts *Options) *view {
	o := cmp.Or(opts, &Options{}).withDefaults()
	return &view{
		src: src, records: records, rules: rules, opts: o, log: o.Logger,
		census: newCensus(), listed: newCensus(),
	}
}

// recent is how far below the last message carried a quick sync looks: as many
// indexes as, with a few new messages, still fit into one page of Twilio's.
const recent = 90

// since is the index above which the messages of a finished conversation are
// compared.
func (v *view) since(p mapping.Progress) int64 {
	if v.opts.Whole {
		return -1
	}
	return max(-1, p.LastIndex-recent)
}
