package acsdest_test

import (
	"encoding/pem"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"

	"github.com/twilio2acs/twilio2acs/acsdest"
)

func TestTransportWithCA(t *testing.T) {
	server := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(204)
	}))
	t.Cleanup(server.Close)
	dir := t.TempDir()
	good, bad := filepath.Join(dir, "ca.pem"), filepath.Join(dir, "bad.pem")
	block := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw})
	for file, content := range map[string][]byte{good: block, bad: []byte("no certificate")} {
		if err := os.WriteFile(file, content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	transport, err := acsdest.TransportWithCA(good)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(transport.CloseIdleConnections)
	chat, err := acsdest.NewChat(server.URL, oneToken(secretToken), &acsdest.ClientOptions{Transport: transport})
	if err != nil {
		t.Fatal(err)
	}
	if err := chat.DeleteThread(t.Context(), alice, thread); err != nil {
		t.Error(err)
	}
	for _, file := range []string{bad, filepath.Join(dir, "absent.pem")} {
		if _, err := acsdest.TransportWithCA(file); err == nil {
			t.Errorf("%s serves as an authority", filepath.Base(file))
		}
	}
}

// A redirect would take the token elsewhere, or turn a POST into a GET.
func TestNoTransportFollowsRedirects(t *testing.T) {
	var elsewhere atomic.Int32
	other := httptest.NewTLSServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { elsewhere.Add(1) }))
	t.Cleanup(other.Close)
	for _, code := range []int{301, 302, 303, 307, 308} {
		server := httptest.NewTLSServer(http.RedirectHandler(other.URL, code))
		t.Cleanup(server.Close)
		own := server.Client() // trusts both, and would follow
		for name, transport := range map[string]policy.Transporter{"own": own, "ours": trusting(server)} {
			chat, err := acsdest.NewChat(server.URL, oneToken(secretToken), &acsdest.ClientOptions{Transport: transport})
			if err != nil {
				t.Fatal(err)
			}
			if e := asError(t, send(chat)); e.StatusCode() != code || e.Outcome != acsdest.OutcomeOpen {
				t.Errorf("%s transport: %v; want %d and an open outcome", name, e, code)
			}
		}
		if own.CheckRedirect != nil {
			t.Error("the caller's client was changed")
		}
	}
	if n := elsewhere.Load(); n > 0 {
		t.Errorf("%d redirects were followed", n)
	}
}

func trusting(server *httptest.Server) *acsdest.Transport {
	pool := server.Client().Transport.(*http.Transport).TLSClientConfig.RootCAs
	return acsdest.NewTransport(&acsdest.TransportOptions{RootCAs: pool})
}

// Calls use the connections of those before them, one each, and no HTTP/2 even if
// the server has it.
func TestTransportKeepsConnections(t *testing.T) {
	const width, rounds = 16, 8
	var connections atomic.Int32
	arrived := make(chan *sync.WaitGroup, width)
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Proto != "HTTP/1.1" {
			t.Errorf("spoken was %s", r.Proto)
		}
		all := <-arrived // answer none before the whole round is here
		all.Done()
		all.Wait()
		w.WriteHeader(201)
		_, _ = w.Write([]byte(`{"id":"1"}`))
	}))
	server.EnableHTTP2 = true
	server.Config.ConnState = countNew(&connections)
	server.StartTLS()
	t.Cleanup(server.Close)
	chat := chatAt(t, server.URL, server.Certificate(), nil)
	for range rounds {
		var round, calls sync.WaitGroup
		round.Add(width)
		for range width {
			arrived <- &round
			calls.Go(func() {
				if err := send(chat); err != nil {
					t.Error(err)
				}
			})
		}
		calls.Wait()
	}
	if n := connections.Load(); n > 2*width {
		t.Errorf("%d connections for %d calls, %d at a time", n, width*rounds, width)
	}
}

func countNew(n *atomic.Int32) func(net.Conn, http.ConnState) {
	return func(_ net.Conn, state http.ConnState) {
		if state == http.StateNew {
			n.Add(1)
		}
	}
}

func BenchmarkSend(b *testing.B) {
	server := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		w.WriteHeader(201)
		_, _ = w.Write([]byte(`{"id":"1"}`))
	}))
	b.Cleanup(server.Close)
	chat, err := acsdest.NewChat(server.URL, oneToken(secretToken), &acsdest.ClientOptions{Transport: trusting(server)})
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	b.SetParallelism(16)
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			if err := send(chat); err != nil {
				b.Error(err)
				return
			}
		}
	})
}
