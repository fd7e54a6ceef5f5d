package acsdest_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"io"
	"net"
	"net/http/httptest"
	"sync/atomic"
	"testing"

	"golang.org/x/net/http2"

	"github.com/twilio2acs/twilio2acs/acsdest"
)

// net/http sends a request again by itself when an HTTP/2 server resets it with one
// of these, although the server has had all of it.
func TestHTTP2NeverRepeatsAPost(t *testing.T) {
	for _, code := range []http2.ErrCode{http2.ErrCodeProtocol, http2.ErrCodeRefusedStream, http2.ErrCodeCancel} {
		t.Run(code.String(), func(t *testing.T) {
			server, cert := resettingServer(t, code)
			err := send(chatAt(t, "https://"+server.addr, cert, nil))
			if e := asError(t, err); e.Outcome != acsdest.OutcomeOpen {
				t.Errorf("%v is %s; want it open", err, e.Outcome)
			}
			if got := server.requests.Load(); got != 1 {
				t.Errorf("the message was sent %d times; want once", got)
			}
		})
	}
}

// The test above is worth something only if net/http would repeat the request.
func TestHTTP2RepeatsARead(t *testing.T) {
	server, cert := resettingServer(t, http2.ErrCodeRefusedStream)
	server.enough = make(chan struct{})
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	go func() {
		<-server.enough
		cancel()
	}()
	_, err := chatAt(t, "https://"+server.addr, cert, nil).FetchThread(ctx, alice, thread)
	if got := server.requests.Load(); got < 2 || err == nil {
		t.Errorf("the read was sent %d times (%v); want it repeated", got, err)
	}
}

// resetting is an HTTP/2 server that reads each request to its end and resets it.
type resetting struct {
	addr     string
	code     http2.ErrCode
	requests atomic.Int32
	enough   chan struct{} // closed after two requests, if there is one
}

func resettingServer(t *testing.T, code http2.ErrCode) (*resetting, *x509.Certificate) {
	t.Helper()
	certified := httptest.NewTLSServer(nil)
	certified.Close()
	s := &resetting{code: code}
	config := &tls.Config{Certificates: certified.TLS.Certificates, NextProtos: []string{"h2"}}
	l := listen(t, func(c net.Conn) {
		defer c.Close()
		s.serve(tls.Server(c, config))
	})
	s.addr = l.Addr().String()
	return s, certified.Certificate()
}

func (s *resetting) serve(c net.Conn) {
	if _, err := io.ReadFull(c, make([]byte, len(http2.ClientPreface))); err != nil {
		return
	}
	framer := http2.NewFramer(c, c)
	if framer.WriteSettings() != nil {
		return
	}
	for {
		frame, err := framer.ReadFrame()
		if err != nil {
			return
		}
		switch f := frame.(type) {
		case *http2.SettingsFrame:
			if !f.IsAck() {
				_ = framer.WriteSettingsAck()
			}
		case *http2.DataFrame, *http2.HeadersFrame:
			if frame.Header().Flags.Has(http2.FlagDataEndStream) {
				if s.requests.Add(1) == 2 && s.enough != nil {
					close(s.enough)
				}
				_ = framer.WriteRSTStream(frame.Header().StreamID, s.code)
			}
		}
	}
}
