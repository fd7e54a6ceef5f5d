package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/twilio2acs/twilio2acs/acsdest"
	"github.com/twilio2acs/twilio2acs/acsdest/emulator"
	"github.com/twilio2acs/twilio2acs/cmd/twilio2acs/metrics"
	"github.com/twilio2acs/twilio2acs/mapping"
)

// azure is the value of --dest that is an ACS resource, and localPrefix begins
// those that are a directory with the embedded ACS.
const (
	azure       = "acs"
	localPrefix = "local:"
)

// destinationOptions say where threads go.
type destinationOptions struct{ dest string }

func (o *destinationOptions) register(cmd *cobra.Command) {
	cmd.Flags().StringVar(&o.dest, "dest", "", "where threads go: acs, with credentials from the environment, or `local:DIR`, the embedded ACS with its state in DIR")
	mustRequire(cmd, "dest")
}

func (o destinationOptions) check() error {
	if dir, ok := o.localDir(); o.dest == azure || ok && dir != "" {
		return nil
	}
	return usagef("say --dest acs, or --dest local:DIR for the embedded ACS", "--dest %q is no destination", o.dest)
}

// localDir is the directory of the embedded ACS; false for an ACS resource.
func (o destinationOptions) localDir() (string, bool) { return strings.CutPrefix(o.dest, localPrefix) }

func (o destinationOptions) isLocal() bool {
	_, ok := o.localDir()
	return ok
}

// knownResource is the name that a ledger has for the destination, as far as it
// can be told without opening it: empty where it cannot. A directory without an
// embedded ACS has a name that no ledger knows.
func (o destinationOptions) knownResource() (string, error) {
	if dir, ok := o.localDir(); ok {
		if !hasEmbedded(dir) {
			return localPrefix + dir + " (nothing there)", nil
		}
		return "", nil
	}
	resource, err := resourceFromEnvironment()
	if is[*noConnectionError](err) {
		return "", nil // a plan can be made before there is a resource
	}
	return resource.name(), err
}

// connectOptions are how an open destination is talked to.
type connectOptions struct {
	ca     string // PEM file of a further authority
	limits limitsOptions
	sizes  mapping.Sizes // of messages that the embedded ACS takes
	reads  bool          // nothing is written, so that a call may be repeated by itself

	log     *slog.Logger // is told of every call; nil: nobody
	metrics *metrics.Set // measures every call; nil: nobody asked
}

func (o *connectOptions) register(cmd *cobra.Command) {
	cmd.Flags().StringVar(&o.ca, "acs-ca", "", "trust the certificate authority in this PEM `file` as well")
	o.limits.register(cmd, "")
	o.limits.registerRates(cmd)
}

// check refuses what the command line and the environment alone say is wrong.
func (o *connectOptions) check(dest destinationOptions) error {
	if dest.isLocal() && o.ca != "" {
		return usagef("leave it out: the embedded ACS brings its own", "--acs-ca means nothing with --dest local:")
	}
	_, err := o.pace(dest)
	return err
}

// pace is the one at which dest is called.
func (o *connectOptions) pace(dest destinationOptions) (pace, error) {
	if dest.isLocal() {
		return o.limits.settle(limitsOff, true)
	}
	_, p, err := o.resource()
	return p, err
}

// resource is the ACS resource of the environment, and the pace that it allows.
func (o *connectOptions) resource() (acsResource, pace, error) {
	resource, err := resourceFromEnvironment()
	if err != nil {
		return resource, pace{}, err
	}
	p, err := o.limits.settle(limitsPublished, isLoopbackURL(resource.endpoint))
	return resource, p, err
}

// destination is an ACS resource that can be called.
type destination struct {
	acs      *acsdest.Destination
	resource string // as the ledger names it
	embedded bool
	gap      time.Duration
	refused  *refusals
	broken   <-chan error // why the embedded ACS keeps nothing any more; nil for another
	close    func() error
}

// connect opens the destination. An ACS resource is not contacted yet; the
// embedded ACS is created if need be.
func (o *connectOptions) connect(dest destinationOptions) (*destination, error) {
	if dir, ok := dest.localDir(); ok {
		pace, err := o.limits.settle(limitsOff, true)
		if err != nil {
			return nil, err
		}
		return o.embed(dir, pace)
	}
	resource, pace, err := o.resource()
	if err != nil {
		return nil, err
	}
	transport := acsdest.NewTransport(nil)
	if o.ca != "" {
		if transport, err = acsdest.TransportWithCA(o.ca); err != nil {
			return nil, withHint(err, "name the PEM file of the authority with --acs-ca")
		}
	}
	refused := &refusals{gate: o.metrics.Gate(pace.gate(o.log))}
	opts := &acsdest.ClientOptions{Transport: o.metrics.Transport(transport), Gate: refused, Logger: o.log}
	if o.reads {
		opts.Retry = acsdest.RetryReads()
	}
	acs, err := resource.open(opts)
	if err != nil {
		return nil, err
	}
	return &destination{acs: acs, resource: resource.name(), gap: pace.gap(), refused: refused, close: closeIdle(transport)}, nil
}

// embed runs the ACS in dir within this process.
func (o *connectOptions) embed(dir string, pace pace) (*destination, error) {
	broken := make(chan error, 1)
	opts := pace.emulator()
	opts.Sizes = emulated(o.sizes)
	opts.OnFailure = func(err error) {
		if !is[*emulator.StorageError](err) {
			return
		}
		select {
		case broken <- err:
		default: // told before
		}
	}
	server, err := emulator.Open(dir, opts)
	if err != nil {
		return nil, localError(dir, err)
	}
	d, err := o.callEmbedded(server, pace)
	if err != nil {
		return nil, errors.Join(err, server.Close())
	}
	d.broken = broken
	return d, nil
}

func (o *connectOptions) callEmbedded(server *emulator.Server, pace pace) (*destination, error) {
	if err := server.Listen("127.0.0.1:0"); err != nil {
		return nil, err
	}
	conn, err := acsdest.ParseConnectionString(server.ConnectionString())
	if err != nil {
		return nil, err
	}
	transport := acsdest.NewTransport(&acsdest.TransportOptions{RootCAs: server.CertPool()})
	refused := &refusals{gate: o.metrics.Gate(pace.gate(o.log))}
	acs, err := acsdest.NewDestination(conn, &acsdest.ClientOptions{Transport: o.metrics.Transport(transport), Gate: refused, Logger: o.log})
	if err != nil {
		return nil, err
	}
	return &destination{
		acs: acs, resource: localPrefix + server.ResourceID(), embedded: true, gap: pace.gap(), refused: refused,
		close: server.Close,
	}, nil
}

// whileWhole returns a context that ends when the embedded ACS cannot keep anything
// any more, with that as its cause.
func (d *destination) whileWhole(parent context.Context) (ctx context.Context, stop func()) {
	ctx, cancel := context.WithCancelCause(parent)
	if d.broken != nil {
		go func() {
			select {
			case err := <-d.broken:
				cancel(err)
			case <-ctx.Done():
			}
		}()
	}
	return ctx, func() { cancel(nil) }
}

func closeIdle(t *acsdest.Transport) func() error {
	return func() error { t.CloseIdleConnections(); return nil }
}

// localError adds a remedy to what the file system says of a directory.
func localError(dir string, err error) error {
	if hintOf(err) != "" {
		return err
	}
	return withHint(err, fmt.Sprintf("check that %s can be written, or name another directory", dir))
}

// hasEmbedded reports whether there is an embedded ACS in dir.
func hasEmbedded(dir string) bool {
	_, err := os.Stat(filepath.Join(dir, "acs.db"))
	return !errors.Is(err, fs.ErrNotExist)
}
