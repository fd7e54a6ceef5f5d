// Package fixtureserver serves a snapshot as Twilio's Conversations REST API,
// its Media Content Service and the storage behind that: three hosts, as in
// production, each with its own idea of who may ask. It keeps nothing of the
// snapshot in memory but where things stand in it, which grows with the number
// of conversations and participants.
package fixtureserver

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/twilio2acs/twilio2acs/mapping"
	"github.com/twilio2acs/twilio2acs/twiliosrc"
)

// Server is a Twilio account made of a snapshot.
type Server struct {
	snap *twiliosrc.Snapshot
	opts Options
	key  []byte // signs page tokens and media URLs

	faults    *faults
	changes   *changes
	creations func() (map[mapping.ServiceSID][]creation, error)
	people    func() (*people, error)

	inFlight, downloads atomic.Int64

	mu      sync.Mutex
	media   string // where Media is served
	servers []*http.Server
	serving sync.WaitGroup
}

// New makes a server of snap, which must stay open while it is used.
func New(snap *twiliosrc.Snapshot, opts *Options) *Server {
	s := &Server{snap: snap, opts: opts.withDefaults(), key: make([]byte, 32)}
	s.media = s.opts.MediaURL
	s.faults = newFaults(s.opts)
	s.changes = newChanges(s.opts.Now)
	s.creations = sync.OnceValues(s.buildCreations)
	s.people = sync.OnceValues(s.buildPeople)
	rand.Read(s.key)
	return s
}

// Endpoints are the URLs of a Server that listens.
type Endpoints struct {
	URL    string // of conversations
	MCSURL string // of media
}

// errNotLoopback keeps people's messages and Basic authentication off the network.
var errNotLoopback = errors.New("plain http is served on loopback addresses only")

// Listen serves all three hosts over plain HTTP until Close: conversations at
// addr, the others on free ports of the same address. Port 0 is any free one.
func (s *Server) Listen(ctx context.Context, addr string) (Endpoints, error) {
	host, _, err := net.SplitHostPort(addr)
	if err != nil {
		return Endpoints{}, fmt.Errorf("listen: %w", err)
	}
	if ip := net.ParseIP(host); host != "localhost" && (ip == nil || !ip.IsLoopback()) {
		return Endpoints{}, fmt.Errorf("listen on %s: %w", addr, errNotLoopback)
	}
	if ctx.Err() != nil {
		return Endpoints{}, context.Cause(ctx)
	}
	other := net.JoinHostPort(host, "0")
	urls := make([]string, 3)
	for i, h := range []struct {
		addr    string
		handler http.Handler
	}{{addr, s.REST()}, {other, s.MCS()}, {other, s.Media()}} {
		if urls[i], err = s.serve(ctx, h.addr, h.handler); err != nil {
			return Endpoints{}, errors.Join(fmt.Errorf("listen: %w", err), s.shutdown(ctx))
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.media = urls[2]
	return Endpoints{URL: urls[0], MCSURL: urls[1]}, nil
}

func (s *Server) serve(ctx context.Context, addr string, handler http.Handler) (url string, err error) {
	l, err := new(net.ListenConfig).Listen(ctx, "tcp", addr)
	if err != nil {
		return "", err
	}
	server := &http.Server{Handler: handler, ReadHeaderTimeout: 10 * time.Second}
	s.mu.Lock()
	s.servers = append(s.servers, server)
	s.mu.Unlock()
	s.serving.Go(func() {
		// Serve ends with ErrServerClosed, or when the listener breaks, which
		// its clients notice.
		_ = server.Serve(l)
	})
	return "http://" + l.Addr().String(), nil
}

// closeTimeout is how long requests in progress may take to end.
const closeTimeout = 2 * time.Second

// Close stops listening and waits for the requests in progress, but not for long.
func (s *Server) Close() error { return s.shutdown(context.Background()) }

func (s *Server) shutdown(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, closeTimeout)
	defer cancel()
	s.mu.Lock()
	servers := s.servers
	s.servers = nil
	s.mu.Unlock()
	var errs []error
	for _, server := range servers {
		if err := server.Shutdown(ctx); err != nil {
			errs = append(errs, server.Close())
		}
	}
	s.serving.Wait()
	return errors.Join(errs...)
}

// mediaURL is where signed URLs point.
func (s *Server) mediaURL() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.media
}
