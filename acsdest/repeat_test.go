package acsdest_test

import (
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
// of the first two, although the server has had all of it.
func TestHTTP2RepeatsOnlyReads(t *testing.T) {
	for _, code := range []http2.ErrCode{http2.ErrCodeProtocol, http2.ErrCodeRefusedStream, http2.ErrCodeCancel} {
		reads := int32(3)
		if code == http2.ErrCodeCancel {
			reads = 1
		}
		for _, tt := range operations {
			t.Run(code.String()+"/"+tt.name, func(t *testing.T) {
				if code == http2.ErrCodeRefusedStream && tt.method == "GET" {
					t.Skip("net/http takes a second before the third attempt")
				}
				server, cert := resettingServer(t, code)
				err := tt.call(t.Context(), chatOver(t, http2Client(t, cert), "https://"+server.addr, nil))
				if e := asError(t, err); e.Outcome != acsdest.OutcomeOpen {
					t.Errorf("%v is %s; want it open", err, e.Outcome)
				}
				want := int32(1)
				if tt.method == "GET" {
					want = reads
				}
				if got := server.requests.Load(); got != want {
					t.Errorf("sent %d times; want %d", got, want)
				}
			})
		}
	}
}

// resetting is an HTTP/2 server that reads each request to its end and resets it.
type resetting struct {
	addr     string
	code     http2.ErrCode
	requests atomic.Int32
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
				s.requests.Add(1)
				_ = framer.WriteRSTStream(frame.Header().StreamID, s.code)
			}
		}
	}
}
