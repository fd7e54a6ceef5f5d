package main

import (
	"cmp"
	"context"
	"fmt"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"github.com/twilio2acs/twilio2acs/acsdest/emulator"
)

// serveACSOptions are those of serve acs.
type serveACSOptions struct {
	listen    listenOptions
	data      string
	limits    limitsOptions
	behaviour acsBehaviourOptions
}

func newServeACSCommand(s *streams) *cobra.Command {
	var o serveACSOptions
	cmd := &cobra.Command{
		Use:   "acs --data DIR",
		Short: "Serve the embedded ACS, as --dest local:DIR uses it",
		Long: `Serve acs runs ACS Chat and Identity on this machine, with their state in a
directory. When it is ready it prints one JSON line: the endpoint, a connection
string, and the PEM file of the authority to trust. It stops on SIGINT and SIGTERM.

Where nobody has seen how ACS behaves, a flag chooses. Faults make calls go wrong
that are good and within all limits. ` + acsFaultSyntax,
		Example: `  twilio2acs serve acs --data out --listen 127.0.0.1:8443
  twilio2acs serve acs --data out --fault drop,after-commit,on=send-message,p=0.1 --fault 503,p=0.01`,
		Args: noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error { return serveACS(cmd.Context(), &o, s) },
	}
	cmd.Flags().StringVar(&o.data, "data", "", "`directory` of the state, created if need be")
	mustRequire(cmd, "data")
	o.listen.register(cmd)
	o.limits.register(cmd, limitsPublished)
	o.behaviour.register(cmd)
	describe(cmd, "", exitDone, exitError, exitLocked, exitState, exitUsage)
	return cmd
}

// acsReady is the line that tells where the server is.
type acsReady struct {
	Endpoint         string `json:"endpoint"`
	ConnectionString string `json:"connectionString"`
	CA               string `json:"ca"` // path of a PEM file
}

// closing is how long calls in progress may take to end.
const closing = time.Second

// emulator is what the flags ask of the server.
func (o *serveACSOptions) emulator() (*emulator.Options, error) {
	pace, err := o.limits.settle(limitsPublished, true)
	if err := cmp.Or(err, o.listen.check(), o.behaviour.check()); err != nil {
		return nil, err
	}
	options := pace.emulator()
	o.behaviour.apply(options)
	return options, nil
}

// serveACS serves until ctx ends, which is what it is meant to do.
func serveACS(ctx context.Context, o *serveACSOptions, s *streams) error {
	options, err := o.emulator()
	if err != nil {
		return err
	}
	dir, err := filepath.Abs(o.data)
	if err != nil {
		return fmt.Errorf("find %s: %w", o.data, err)
	}
	server, err := emulator.Open(dir, options)
	if err != nil {
		return localError(dir, err)
	}
	if err := server.Listen(o.listen.addr); err != nil {
		_ = server.Close() // why it cannot listen says more
		return withHint(err, "choose another port with --listen, or 0 for any free one")
	}
	defer holdMemory()()
	printLine(s.out, acsReady{server.Endpoint(), server.ConnectionString(), server.CAFile()})
	<-ctx.Done()
	bounded, cancel := context.WithTimeout(context.WithoutCancel(ctx), closing)
	defer cancel()
	if err := server.Shutdown(bounded); err != nil && bounded.Err() == nil {
		return err
	}
	return nil
}
