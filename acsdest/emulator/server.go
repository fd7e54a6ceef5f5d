package emulator

import (
	"context"
	"crypto/x509"
	"encoding/base64"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"time"
)

// A Server is ACS Chat and Identity, with its state in a directory.
type Server struct {
	dir     string
	opts    Options
	logger  *slog.Logger
	state   *state
	limiter *limiter
	faults  *faults
	tokens  tokenCache
	stats   counters
	handler http.Handler

	listener net.Listener
	http     *http.Server
	roots    *x509.CertPool
}

// Open opens the state in dir, or creates it with a resource ID and an access
// key of its own. Only one Server at a time has a directory open: any other gets
// a *LockedError at once. A file of another format is a *FormatError.
func Open(dir string, opts *Options) (*Server, error) {
	st, err := openState(dir)
	if err != nil {
		return nil, err
	}
	s := &Server{dir: dir, opts: opts.withDefaults(), state: st}
	s.logger = s.opts.Logger
	s.limiter = newLimiter(s.opts)
	s.faults = newFaults(s.opts)
	s.handler = s.routes()
	return s, nil
}

// Handler is the service without a network, for tests that need none. A dropped
// connection shows as a panic with http.ErrAbortHandler; Transport turns that
// into an error.
func (s *Server) Handler() http.Handler { return s.handler }

// ResourceID is the GUID of the resource, which every user ID and token carries.
func (s *Server) ResourceID() string { return s.state.resource }

// AccessKey is the key that signs calls to Identity, in base64.
func (s *Server) AccessKey() string { return base64.StdEncoding.EncodeToString(s.state.accessKey) }

// Listen starts to serve TLS at addr, such as "127.0.0.1:0". It may be called once.
func (s *Server) Listen(addr string) error {
	if s.listener != nil {
		return errors.New("listen: embedded ACS listens already")
	}
	cert, roots, err := loadCertificates(s.dir)
	if err != nil {
		return err
	}
	listener, err := net.Listen("tcp", addr)
	if err != nil {
		return fmt.Errorf("listen: %w", err)
	}
	s.listener, s.roots = listener, roots
	s.http = &http.Server{
		Handler:           s.handler,
		TLSConfig:         serverTLS(cert),
		ReadHeaderTimeout: 30 * time.Second,
		IdleTimeout:       5 * time.Minute,
		ErrorLog:          slog.NewLogLogger(s.logger.Handler(), slog.LevelDebug),
	}
	go func() { _ = s.http.ServeTLS(listener, "", "") }() // ends with Close or Shutdown
	return nil
}

// Endpoint is the URL of the service, without a slash at its end; empty before Listen.
func (s *Server) Endpoint() string {
	if s.listener == nil {
		return ""
	}
	return "https://" + s.listener.Addr().String()
}

// ConnectionString is what a client needs to know, a secret. Empty before Listen.
func (s *Server) ConnectionString() string {
	if s.listener == nil {
		return ""
	}
	return "endpoint=" + s.Endpoint() + "/;accesskey=" + s.AccessKey()
}

// CertPool holds the authority that vouches for the server; nil before Listen.
func (s *Server) CertPool() *x509.CertPool { return s.roots }

// Shutdown lets the calls in progress end, as long as ctx allows, and closes the
// state.
func (s *Server) Shutdown(ctx context.Context) error {
	var err error
	if s.http != nil {
		err = s.http.Shutdown(ctx)
	}
	return errors.Join(err, s.Close())
}

// Close cuts all connections and closes the state. What was answered is on disk.
func (s *Server) Close() error {
	var err error
	if s.http != nil {
		err = s.http.Close()
	}
	return errors.Join(err, s.state.close())
}
