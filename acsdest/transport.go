package acsdest

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"sync"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
)

// TransportOptions tune a transport. The zero value is a sound default.
type TransportOptions struct {
	// RootCAs are the authorities whose certificates are trusted. nil means those
	// of the system.
	RootCAs *x509.CertPool
}

const (
	// maxIdleConns is how many connections to the one host of a resource are kept
	// open. net/http would close all but two, and a thousand calls in flight would
	// then shake hands for almost every request.
	maxIdleConns = 1024
	// idleConnTimeout is how long they are kept: less than servers usually wait before
	// they close one, which at the wrong moment costs the outcome of a call.
	idleConnTimeout = 30 * time.Second
)

// Transport carries requests as they are: it adds no cookies and follows no
// redirects, so that credentials stay with the host they were meant for. Clients
// that share it share its connections.
type Transport struct{ http *http.Transport }

// NewTransport makes a transport for many concurrent requests to one host. It speaks
// HTTP/1.1, a connection for each call under way: one that is lost takes the outcome of
// a single call with it, where over HTTP/2 hundreds would have to be looked up again,
// and a call costs net/http a third less processor time. The price is a handshake for
// every connection, which is short once a session of TLS can be resumed.
func NewTransport(opts *TransportOptions) *Transport {
	if opts == nil {
		opts = &TransportOptions{}
	}
	return &Transport{&http.Transport{
		Proxy:                 http.ProxyFromEnvironment,
		DialContext:           (&net.Dialer{Timeout: 10 * time.Second, KeepAlive: 30 * time.Second}).DialContext,
		TLSHandshakeTimeout:   10 * time.Second,
		ExpectContinueTimeout: time.Second,
		Protocols:             http1(),
		MaxIdleConnsPerHost:   maxIdleConns,
		IdleConnTimeout:       idleConnTimeout,
		TLSClientConfig: &tls.Config{
			MinVersion:         tls.VersionTLS12,
			RootCAs:            opts.RootCAs,
			ClientSessionCache: tls.NewLRUClientSessionCache(0),
		},
	}}
}

func http1() *http.Protocols {
	p := new(http.Protocols)
	p.SetHTTP1(true)
	return p
}

// Do sends req. It is what azcore asks of a transport.
func (t *Transport) Do(req *http.Request) (*http.Response, error) { return t.http.RoundTrip(req) }

// CloseIdleConnections closes the connections that no request is using.
func (t *Transport) CloseIdleConnections() { t.http.CloseIdleConnections() }

// TransportWithCA makes a transport that trusts the authorities in a PEM file in
// addition to those of the system, for a service behind a private certificate.
func TransportWithCA(pemFile string) (*Transport, error) {
	pem, err := os.ReadFile(pemFile)
	if err != nil {
		return nil, fmt.Errorf("read certificate authority: %w", err)
	}
	pool, err := x509.SystemCertPool()
	if err != nil {
		pool = x509.NewCertPool() // a system without certificates of its own
	}
	if !pool.AppendCertsFromPEM(pem) {
		return nil, fmt.Errorf("read certificate authority %s: no certificate in it", pemFile)
	}
	return NewTransport(&TransportOptions{RootCAs: pool}), nil
}

var defaultTransport = sync.OnceValue(func() policy.Transporter { return NewTransport(nil) })

// withoutRedirects keeps a client of the caller's own from following redirects.
func withoutRedirects(c *http.Client) *http.Client {
	stays := *c
	stays.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &stays
}

// maxAnswer bounds the memory that one answer may take. The largest legitimate
// one is a page of 200 messages of 28 KB each, which JSON may blow up sixfold.
const maxAnswer = 64 << 20

var errAnswerTooLarge = errors.New("answer is larger than 64 MiB")

// boundedTransport keeps a server from filling the memory.
type boundedTransport struct{ next policy.Transporter }

func (t boundedTransport) Do(req *http.Request) (*http.Response, error) {
	resp, err := t.next.Do(req)
	if err == nil && resp != nil && resp.Body != nil {
		resp.Body = &boundedBody{ReadCloser: resp.Body, left: maxAnswer}
	}
	return resp, err
}

type boundedBody struct {
	io.ReadCloser
	left int64
}

func (b *boundedBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	if b.left -= int64(n); b.left < 0 {
		return 0, errAnswerTooLarge
	}
	return n, err
}
