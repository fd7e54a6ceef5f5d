package killtest_test

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// A proxy stands between the program and the server and lets requests go wrong
// on either side of being carried out. It never sends a request twice itself.
//
// It keeps the promise on which the guarantee rests: a request whose connection
// was cut is carried out within settle, or never. Whoever asks later waits for it.
type proxy struct {
	front    *httptest.Server
	door     *door
	back     *http.Transport
	server   *acs
	mischief *mischief
	settle   time.Duration
	note     func(format string, args ...any)
	busy     sync.WaitGroup // what goes on beside the requests
	longest  time.Duration  // of a delay

	mu       sync.Mutex
	closed   *sync.Cond // a connection was
	open     int        // connections
	underWay map[*passage]struct{}
	tripwire *tripwire
	writes   int
	deleted  map[string]bool // identities, by their path
}

// newProxy starts a proxy before server.
func newProxy(server *acs, m *mischief, settle time.Duration, note func(string, ...any)) *proxy {
	p := &proxy{
		server: server, mischief: m, settle: settle, longest: settle / 3, note: note,
		underWay: make(map[*passage]struct{}), deleted: make(map[string]bool),
	}
	p.closed = sync.NewCond(&p.mu)
	p.front = httptest.NewUnstartedServer(p)
	p.door = &door{Listener: p.front.Listener}
	p.front.Listener = p.door
	p.front.Config.ConnState = p.connection
	p.front.Config.ErrorLog = log.New(io.Discard, "", 0) // of connections that were cut
	p.front.StartTLS()
	return p
}

// trust makes the proxy trust the certificate of the server.
func (p *proxy) trust(pemFile []byte) {
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(pemFile)
	p.back = &http.Transport{
		TLSClientConfig: &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12}, MaxIdleConnsPerHost: 64, DisableCompression: true,
	}
}

// ca is the certificate of the proxy, in PEM.
func (p *proxy) ca() []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: p.front.Certificate().Raw})
}

// connectionString is that of the server, but leads through the proxy.
func (p *proxy) connectionString() string {
	_, key, _ := strings.Cut(p.server.ready.ConnectionString, ";")
	return "endpoint=" + p.front.URL + "/;" + key
}

// begin begins a run: requests are counted anew, and no tripwire is set.
func (p *proxy) begin() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.tripwire, p.writes = nil, 0
}

// arm sets a tripwire for the run that goes on.
func (p *proxy) arm(t *tripwire) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.tripwire = t
}

// written is how many requests of the run have changed something.
func (p *proxy) written() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.writes
}

// removed is how many identities were deleted.
func (p *proxy) removed() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return len(p.deleted)
}

// hangUp waits until a process that was killed has no connection left, so that
// all it ever sent has been seen.
func (p *proxy) hangUp() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for p.open > 0 {
		p.closed.Wait()
	}
}

// close ends the proxy.
func (p *proxy) close() {
	p.front.CloseClientConnections()
	p.front.Close()
	p.busy.Wait()
	p.back.CloseIdleConnections()
}

func (p *proxy) connection(_ net.Conn, state http.ConnState) {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch state {
	case http.StateNew:
		p.open++
	case http.StateClosed:
		p.open--
		p.closed.Broadcast()
	}
}

// ServeHTTP takes a request through.
func (p *proxy) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		panic(http.ErrAbortHandler) // it never came whole
	}
	p.await()
	ps := p.enter(r)
	b := p.mischief.strike(p.longest)
	if b.harm > slow {
		p.note("%s: %s %s", b.harm, r.Method, r.URL.Path)
	}
	if b.harm == late {
		p.busy.Go(func() {
			defer p.leave(ps)
			time.Sleep(b.delay)
			_, _ = p.forward(r, body) // nobody is left to be told
		})
		panic(http.ErrAbortHandler)
	}
	defer p.leave(ps)
	p.pass(w, r, body, ps, b)
}

// pass forwards a request and answers it, or does not, as b says.
func (p *proxy) pass(w http.ResponseWriter, r *http.Request, body []byte, ps *passage, b blow) {
	p.reach(ps, arrived)
	switch b.harm {
	case slow:
		time.Sleep(b.delay)
	case refused:
		w.Header().Set("Retry-After", "0")
		http.Error(w, "{}", http.StatusTooManyRequests)
		return
	case cutBefore:
		panic(http.ErrAbortHandler)
	case crash:
		p.crash(b.delay / 20)
	}
	a, err := p.forward(r, body)
	if err != nil {
		panic(http.ErrAbortHandler) // the server was killed
	}
	p.reach(ps, carriedOut)
	switch b.harm {
	case unavailable:
		http.Error(w, "{}", http.StatusServiceUnavailable)
		return
	case cutAll, outage:
		p.cutAll(b)
		panic(http.ErrAbortHandler)
	case halved:
		a.write(w, int(b.share*float64(len(a.body))))
		panic(http.ErrAbortHandler)
	case cutAfter, crash:
		panic(http.ErrAbortHandler)
	}
	a.write(w, len(a.body))
	p.reach(ps, answered)
}

// crash kills the server in a moment, and starts it again.
func (p *proxy) crash(in time.Duration) {
	p.busy.Go(func() {
		time.Sleep(in)
		if err := p.server.crash(); err != nil {
			p.note("the server does not start again: %v", err)
		}
	})
}

// cutAll cuts all connections and, in an outage, accepts no others for a while.
func (p *proxy) cutAll(b blow) {
	if b.harm == outage {
		p.door.shut.Store(true)
		p.busy.Go(func() { time.Sleep(3 * b.delay); p.door.shut.Store(false) })
	}
	p.busy.Go(p.front.CloseClientConnections)
}

// A door is a listener that can be shut: it then closes what it accepts.
type door struct {
	net.Listener
	shut atomic.Bool
}

// Accept returns the next connection that is let in.
func (d *door) Accept() (net.Conn, error) {
	for {
		c, err := d.Listener.Accept()
		if err != nil || !d.shut.Load() {
			return c, err
		}
		_ = c.Close() // as if nobody listened
	}
}
