package main

import (
	"context"
	"log/slog"
	"net"

	"github.com/spf13/cobra"

	"github.com/twilio2acs/twilio2acs/cmd/twilio2acs/metrics"
)

// metricsOptions say where Prometheus can watch a run.
type metricsOptions struct{ addr string }

func (o *metricsOptions) register(cmd *cobra.Command) {
	cmd.Flags().StringVar(&o.addr, "metrics-listen", "",
		"serve metrics for Prometheus at this `address`, path /metrics; without a host on this machine alone, and port 0 is any free one, told to the log")
}

// check refuses what is no address.
func (o metricsOptions) check() error {
	if o.addr == "" {
		return nil
	}
	if _, _, err := net.SplitHostPort(o.addr); err != nil {
		return usagef("say --metrics-listen 127.0.0.1:9090", "--metrics-listen %q is no address", o.addr)
	}
	return nil
}

// open makes the metrics of a run and serves them until stop is called. They are nil
// when nobody asked for them.
func (o metricsOptions) open(ctx context.Context, log *slog.Logger) (set *metrics.Set, stop func() error, err error) {
	if o.addr == "" {
		return nil, nothingToClose, nil
	}
	host, port, err := net.SplitHostPort(o.addr)
	if err != nil {
		return nil, nil, err
	}
	if host == "" {
		host = "127.0.0.1"
	}
	set = metrics.New()
	stop, err = set.Serve(ctx, net.JoinHostPort(host, port), log)
	if err != nil {
		err = withHint(err, "choose another port with --metrics-listen, or 0 for any free one")
	}
	return set, stop, err
}
