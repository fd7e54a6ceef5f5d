package killtest_test

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// An answer is what the server says.
type answer struct {
	status int
	header http.Header
	body   []byte
}

// forward has a request carried out, whether or not anybody still waits for it.
func (p *proxy) forward(r *http.Request, body []byte) (*answer, error) {
	to, err := url.Parse(p.server.address())
	if err != nil {
		return nil, err
	}
	to.Opaque = r.RequestURI // byte by byte: it was signed
	ctx, cancel := context.WithTimeout(context.WithoutCancel(r.Context()), time.Minute)
	defer cancel()
	out := (&http.Request{
		Method: r.Method, URL: to, Host: r.Host, Header: r.Header.Clone(),
		Body: io.NopCloser(bytes.NewReader(body)), ContentLength: int64(len(body)),
	}).WithContext(ctx)
	if len(body) == 0 {
		out.Body = http.NoBody
	}
	resp, err := p.back.RoundTrip(out)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	content, err := io.ReadAll(resp.Body)
	p.bury(r, resp.StatusCode)
	return &answer{resp.StatusCode, resp.Header, content}, err
}

// bury notes that an identity is gone, now or since the server was killed.
func (p *proxy) bury(r *http.Request, status int) {
	gone := status == http.StatusNoContent || status == http.StatusNotFound
	if gone && r.Method == http.MethodDelete && strings.HasPrefix(r.URL.Path, "/identities/") {
		p.mu.Lock()
		defer p.mu.Unlock()
		p.deleted[r.URL.Path] = true
	}
}

// write sends the answer, the first n bytes of its body.
func (a *answer) write(w http.ResponseWriter, n int) {
	for name, values := range a.header {
		w.Header()[name] = values
	}
	if a.status != http.StatusNoContent {
		w.Header().Set("Content-Length", strconv.Itoa(len(a.body)))
	}
	w.WriteHeader(a.status)
	_, _ = w.Write(a.body[:n]) // whoever asked may have been killed
	_ = http.NewResponseController(w).Flush()
}
