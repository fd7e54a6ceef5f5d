package main

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// cuttingProxy stands before the embedded ACS and breaks connections: before a
// request went through, or after it did and before its answer is heard.
type cuttingProxy struct {
	url, ca string
	backend string
	client  *http.Client
	quiet   atomic.Bool

	mu     sync.Mutex
	random *rand.Rand

	cut, refused, passed, writes atomic.Int64

	// sent is told of each message that went through: where to, and by whose
	// token.
	sent func(path, token string)
}

func newCuttingProxy(t *testing.T, random *rand.Rand, backend, ca string) *cuttingProxy {
	t.Helper()
	authority, err := os.ReadFile(ca)
	if err != nil {
		t.Fatal(err)
	}
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(authority)
	p := &cuttingProxy{
		backend: strings.TrimSuffix(backend, "/"), random: rand.New(rand.NewPCG(random.Uint64(), 1)),
		client: &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool}, MaxIdleConnsPerHost: 64}},
	}
	server := httptest.NewTLSServer(p)
	t.Cleanup(server.Close)
	p.url, p.ca = server.URL, filepath.Join(t.TempDir(), "proxy.pem")
	own := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw})
	if err := os.WriteFile(p.ca, own, 0o600); err != nil {
		t.Fatal(err)
	}
	return p
}

// calm lets everything through from here on.
func (p *cuttingProxy) calm() { p.quiet.Store(true) }

// chance is a number below 100.
func (p *cuttingProxy) chance() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.random.IntN(100)
}

func (p *cuttingProxy) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	chance := 99
	if !p.quiet.Load() {
		chance = p.chance()
	}
	if r.Method != http.MethodGet && !strings.HasSuffix(r.URL.Path, ":issueAccessToken") {
		p.writes.Add(1)
	}
	switch {
	case chance < 2:
		p.cut.Add(1)
		panic(http.ErrAbortHandler)
	case chance < 4:
		p.refused.Add(1)
		w.WriteHeader(http.StatusTooManyRequests)
		return
	case chance < 6:
		time.Sleep(20 * time.Millisecond) // a slow network, not a test's wait
	}
	status, header, body, err := p.forward(r)
	switch {
	case err != nil, chance >= 6 && chance < 9:
		p.cut.Add(1)
		panic(http.ErrAbortHandler)
	case chance == 9:
		p.refused.Add(1)
		w.WriteHeader(http.StatusServiceUnavailable)
		return
	}
	p.passed.Add(1)
	for name, values := range header {
		w.Header()[name] = values
	}
	w.WriteHeader(status)
	_, _ = w.Write(body)
}

// forward carries a request out, whatever becomes of whoever asked.
func (p *cuttingProxy) forward(r *http.Request) (int, http.Header, []byte, error) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return 0, nil, nil, err
	}
	on, err := http.NewRequestWithContext(context.Background(), r.Method, p.backend+r.URL.RequestURI(), bytes.NewReader(body))
	if err != nil {
		return 0, nil, nil, err
	}
	on.Header, on.Host, on.ContentLength = r.Header, r.Host, int64(len(body)) // the signature covers the host
	answer, err := p.client.Do(on)
	if err != nil {
		return 0, nil, nil, err
	}
	defer answer.Body.Close()
	content, err := io.ReadAll(answer.Body)
	if err == nil && answer.StatusCode == http.StatusCreated && strings.HasSuffix(r.URL.Path, "/messages") && p.sent != nil {
		p.sent(r.URL.RequestURI(), r.Header.Get("Authorization"))
	}
	return answer.StatusCode, answer.Header, content, err
}
