package main

import (
	"net"

	"github.com/spf13/cobra"
)

func newServeCommand(s *streams) *cobra.Command {
	return group(&cobra.Command{
		Use:   "serve",
		Short: "Local servers to try the program against",
		Long: `Serve runs servers on this machine that behave as Twilio and as ACS do, as far as
that is published. They are for rehearsals and tests, of this program and others.`,
	}, newServeTwilioCommand(s), newServeACSCommand(s))
}

// listenOptions say where a server listens.
type listenOptions struct{ addr string }

func (o *listenOptions) register(cmd *cobra.Command) {
	cmd.Flags().StringVar(&o.addr, "listen", "127.0.0.1:0", "listen at this `address` of this machine; port 0 is any free one")
}

// check refuses addresses that others could reach: these servers are for tests,
// and say their secrets to whoever started them.
func (o listenOptions) check() error {
	host, _, err := net.SplitHostPort(o.addr)
	if err != nil || !isLoopback(host) {
		return usagef("say --listen 127.0.0.1:PORT", "--listen %q is no address of this machine alone", o.addr)
	}
	return nil
}
