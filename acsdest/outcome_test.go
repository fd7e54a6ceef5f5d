package acsdest_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"

	"github.com/twilio2acs/twilio2acs/acsdest"
	"github.com/twilio2acs/twilio2acs/acsdest/limits"
	"github.com/twilio2acs/twilio2acs/mapping"
)

func TestOutcomeOfAnswers(t *testing.T) {
	for code, want := range map[int]acsdest.Outcome{
		201: acsdest.OutcomeDone, // with a body of no use
		202: acsdest.OutcomeDone,
		302: acsdest.OutcomeOpen,
		307: acsdest.OutcomeOpen,
		400: acsdest.OutcomeNotDone,
		401: acsdest.OutcomeNotDone,
		403: acsdest.OutcomeNotDone,
		404: acsdest.OutcomeNotDone,
		408: acsdest.OutcomeOpen,
		413: acsdest.OutcomeNotDone,
		429: acsdest.OutcomeNotDone,
		500: acsdest.OutcomeOpen,
		502: acsdest.OutcomeOpen,
		503: acsdest.OutcomeOpen,
		504: acsdest.OutcomeOpen,
	} {
		var arrived atomic.Int32
		chat, _ := serve(t, nil, func(w http.ResponseWriter, r *http.Request) {
			arrived.Add(1)
			w.Header().Set("Location", "/elsewhere")
			w.WriteHeader(code)
			_, _ = io.WriteString(w, "neither JSON nor empty")
		})
		e := asError(t, send(chat))
		if e.Outcome != want || e.StatusCode() != code || arrived.Load() != 1 {
			t.Errorf("%d is %s with status %d after %d requests; want %s", code, e.Outcome, e.StatusCode(), arrived.Load(), want)
		}
	}
}

func TestOutcomeOfBrokenConnections(t *testing.T) {
	for _, tt := range []struct {
		name    string
		handler http.HandlerFunc
		want    acsdest.Outcome
		status  int
		text    string
	}{
		{"closed after it was carried out", func(w http.ResponseWriter, _ *http.Request) {
			hijack(w).Close()
		}, acsdest.OutcomeOpen, 0, "send message: outcome unknown: EOF"},
		{"reset", func(w http.ResponseWriter, _ *http.Request) {
			conn := hijack(w).(*tls.Conn).NetConn().(*net.TCPConn)
			_ = conn.SetLinger(0)
			conn.Close()
		}, acsdest.OutcomeOpen, 0, ""},
		{"no answer in time", func(_ http.ResponseWriter, r *http.Request) {
			<-r.Context().Done()
		}, acsdest.OutcomeOpen, 0, "send message: outcome unknown: no answer within 1s"},
		{"half a success", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "100")
			w.WriteHeader(201)
			_, _ = io.WriteString(w, `{"id":`)
		}, acsdest.OutcomeDone, 201, "send message: 201 Created: answer cannot be read: "},
		{"a success that never ends", func(w http.ResponseWriter, r *http.Request) {
			w.WriteHeader(201)
			_ = http.NewResponseController(w).Flush()
			<-r.Context().Done()
		}, acsdest.OutcomeDone, 201, "send message: 201 Created: answer cannot be read: "},
		{"half a refusal", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "100")
			w.WriteHeader(403)
		}, acsdest.OutcomeNotDone, 403, "send message: 403 Forbidden: answer cannot be read: "},
		{"rubbish", func(w http.ResponseWriter, _ *http.Request) {
			conn := hijack(w)
			_, _ = io.WriteString(conn, "SSH-2.0-OpenSSH_9.6\r\n\r\n")
			conn.Close()
		}, acsdest.OutcomeOpen, 0, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var arrived atomic.Int32
			chat, _ := serve(t, &acsdest.ClientOptions{AttemptTimeout: time.Second}, func(w http.ResponseWriter, r *http.Request) {
				_, _ = io.Copy(io.Discard, r.Body)
				arrived.Add(1)
				tt.handler(w, r)
			})
			err := send(chat)
			e := asError(t, err)
			if e.Outcome != tt.want || e.StatusCode() != tt.status {
				t.Errorf("%v: %s with status %d; want %s with %d", err, e.Outcome, e.StatusCode(), tt.want, tt.status)
			}
			if !strings.HasPrefix(err.Error(), tt.text) {
				t.Errorf("error %q; want %q", err, tt.text)
			}
			if arrived.Load() != 1 || e.Unreachable() {
				t.Errorf("%d requests arrived, unreachable %t; want one", arrived.Load(), e.Unreachable())
			}
		})
	}
}

func TestOutcomeOfWhatNeverLeft(t *testing.T) {
	cancelled, cancel := context.WithCancel(context.Background())
	cancel()
	_, served := serve(t, nil, func(http.ResponseWriter, *http.Request) { t.Error("a request arrived") })
	closes := listen(t, func(c net.Conn) { c.Close() })
	mute := listen(t, func(c net.Conn) { _, _ = io.Copy(io.Discard, c) })
	nobody := listen(t, func(net.Conn) {})
	nobody.Close()

	for _, tt := range []struct {
		name        string
		ctx         context.Context
		endpoint    string
		tokens      acsdest.TokenSource
		gate        acsdest.Gate
		timeout     time.Duration
		unreachable bool
		text        string
	}{
		{name: "nobody listens", endpoint: "https://" + nobody.Addr().String(), unreachable: true},
		{name: "closed in the handshake", endpoint: "https://" + closes.Addr().String(), unreachable: true},
		{name: "mute in the handshake", endpoint: "https://" + mute.Addr().String(), timeout: 200 * time.Millisecond, unreachable: true, text: "send message: no answer within 200ms"},
		{name: "unknown certificate", endpoint: served.URL, unreachable: true, text: "send message: tls: failed to verify certificate"},
		{name: "cancelled before", ctx: cancelled, endpoint: served.URL, text: "send message: context canceled"},
		{name: "refused by the gate", endpoint: served.URL, gate: closedGate{}, text: "send message: gate is closed"},
		{name: "no token", endpoint: served.URL, tokens: noTokens{}, text: "send message: get token of user: none left"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			tokens := tt.tokens
			if tokens == nil {
				tokens = oneToken(secretToken)
			}
			chat, err := acsdest.NewChat(tt.endpoint, tokens, &acsdest.ClientOptions{
				AttemptTimeout: tt.timeout, Gate: tt.gate, Transport: acsdest.NewTransport(nil),
			})
			if err != nil {
				t.Fatal(err)
			}
			ctx := tt.ctx
			if ctx == nil {
				ctx = t.Context()
			}
			_, err = chat.SendMessage(ctx, alice, thread, hello, nil)
			e := asError(t, err)
			if !e.NotDone() || e.StatusCode() != 0 || e.Unreachable() != tt.unreachable {
				t.Errorf("%v: %s, status %d, unreachable %t", err, e.Outcome, e.StatusCode(), e.Unreachable())
			}
			if !strings.HasPrefix(err.Error(), tt.text) || (e.Hint() != "") != tt.unreachable {
				t.Errorf("error %q, hint %q; want %q", err, e.Hint(), tt.text)
			}
		})
	}
}

func TestOutcomeWhenCancelledInFlight(t *testing.T) {
	for _, h2 := range []bool{false, true} {
		t.Run(fmt.Sprintf("HTTP/2 %t", h2), func(t *testing.T) {
			ctx, cancel := context.WithCancel(t.Context())
			server := serverOf(t, h2, func(_ http.ResponseWriter, r *http.Request) {
				_, _ = io.Copy(io.Discard, r.Body)
				cancel()
				<-r.Context().Done()
			})
			chat := chatAt(t, server.URL, server.Certificate(), nil)
			if h2 {
				chat = chatOver(t, http2Client(t, server.Certificate()), server.URL, nil)
			}
			_, err := chat.SendMessage(ctx, alice, thread, hello, nil)
			if e := asError(t, err); e.Outcome != acsdest.OutcomeOpen || !errors.Is(err, context.Canceled) {
				t.Errorf("%v is %s; want it open and cancelled", err, e.Outcome)
			}
		})
	}
}

// An answer counts even if the caller gives up in the moment it arrives.
func TestOutcomeWhenCancelledWithTheAnswer(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	s := play(func(req *http.Request) (*http.Response, error) {
		resp, err := status(201, `{"id":"41"}`)(req)
		cancel()
		return resp, err
	})
	got, err := newChat(t, s, nil).SendMessage(ctx, alice, thread, hello, nil)
	if got != "41" || err != nil {
		t.Errorf("SendMessage = %q, %v; want 41", got, err)
	}
}

// A transport that is not net/http tells nothing about how far a request came.
func TestOutcomeOfOtherTransports(t *testing.T) {
	for _, tt := range []struct {
		err  error
		want acsdest.Outcome
	}{
		{io.ErrUnexpectedEOF, acsdest.OutcomeOpen},
		{context.DeadlineExceeded, acsdest.OutcomeOpen},
		{&net.OpError{Op: "read", Err: errors.New("reset")}, acsdest.OutcomeOpen},
		{&net.OpError{Op: "dial", Err: &net.DNSError{Err: "no such host", Name: "contoso"}}, acsdest.OutcomeNotDone},
	} {
		if e := asError(t, send(newChat(t, play(fails(tt.err)), nil))); e.Outcome != tt.want {
			t.Errorf("%v is %s; want %s", tt.err, e.Outcome, tt.want)
		}
	}
}

// Connections that the server closes while they are idle are the one case in which
// net/http may send a POST again. Whatever it does, no message may be sent twice,
// and none that is reported as not done may have arrived.
func TestOutcomeOnStaleConnections(t *testing.T) {
	var arrived atomic.Int32
	chat, server := serve(t, nil, func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		arrived.Add(1)
		w.WriteHeader(201)
		_, _ = io.WriteString(w, `{"id":"1"}`)
	})
	for i := range 100 {
		before := arrived.Load()
		err := send(chat)
		n := arrived.Load() - before
		switch {
		case n > 1, err == nil && n != 1:
			t.Fatalf("send %d ended with %v and arrived %d times", i, err, n)
		case err != nil && asError(t, err).NotDone() && n != 0:
			t.Fatalf("send %d arrived, but is not done: %v", i, err)
		}
		server.CloseClientConnections()
	}
}

// serve runs a service over HTTP/1.1 and makes a client for it.
func serve(t *testing.T, opts *acsdest.ClientOptions, h http.HandlerFunc) (*acsdest.Chat, *httptest.Server) {
	t.Helper()
	server := serverOf(t, false, h)
	return chatAt(t, server.URL, server.Certificate(), opts), server
}

// serverOf runs a service that speaks HTTP/1.1, and HTTP/2 too if h2 says so.
func serverOf(t *testing.T, h2 bool, h http.HandlerFunc) *httptest.Server {
	t.Helper()
	server := httptest.NewUnstartedServer(h)
	server.EnableHTTP2 = h2
	server.Config.ErrorLog = quiet
	server.StartTLS()
	t.Cleanup(server.Close)
	return server
}

// chatAt makes a client that trusts cert and has our own transport.
func chatAt(t *testing.T, endpoint string, cert *x509.Certificate, opts *acsdest.ClientOptions) *acsdest.Chat {
	t.Helper()
	return chatOver(t, acsdest.NewTransport(&acsdest.TransportOptions{RootCAs: poolOf(cert)}), endpoint, opts)
}

func chatOver(t *testing.T, transport policy.Transporter, endpoint string, opts *acsdest.ClientOptions) *acsdest.Chat {
	t.Helper()
	o := acsdest.ClientOptions{}
	if opts != nil {
		o = *opts
	}
	o.Transport = transport
	chat, err := acsdest.NewChat(endpoint, oneToken(secretToken), &o)
	if err != nil {
		t.Fatal(err)
	}
	return chat
}

// http2Client is a client of the caller's own, which speaks HTTP/2.
func http2Client(t *testing.T, cert *x509.Certificate) *http.Client {
	t.Helper()
	transport := &http.Transport{ForceAttemptHTTP2: true, TLSClientConfig: &tls.Config{RootCAs: poolOf(cert)}}
	t.Cleanup(transport.CloseIdleConnections)
	return &http.Client{Transport: transport}
}

func poolOf(cert *x509.Certificate) *x509.CertPool {
	pool := x509.NewCertPool()
	pool.AddCert(cert)
	return pool
}

// listen accepts connections and leaves them to handle.
func listen(t *testing.T, handle func(net.Conn)) net.Listener {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go handle(c)
		}
	}()
	return l
}

func hijack(w http.ResponseWriter) net.Conn {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		panic(err)
	}
	return conn
}

type closedGate struct{}

func (closedGate) Admit(context.Context, limits.Call) error { return errors.New("gate is closed") }
func (closedGate) Observe(limits.Call, int, time.Duration)  { panic("nothing was admitted") }

type noTokens struct{}

func (noTokens) Token(context.Context, mapping.CommunicationUserID) (azcore.AccessToken, error) {
	return azcore.AccessToken{}, errors.New("none left")
}

var quiet = log.New(io.Discard, "", 0)
