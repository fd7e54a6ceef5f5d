package emulator_test

import (
	"bytes"
	"crypto/tls"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"golang.org/x/sync/errgroup"

	"github.com/twilio2acs/twilio2acs/acsdest/emulator"
)

// senders is how many requests are under way at once in the benchmarks.
const senders = 256

// httpClient trusts the server and keeps one connection per sender.
func httpClient(s *emulator.Server) *http.Client {
	return &http.Client{Transport: &http.Transport{
		TLSClientConfig:     &tls.Config{RootCAs: s.CertPool()},
		MaxIdleConnsPerHost: senders,
	}}
}

func listening(b *testing.B) *emulator.Server {
	s := open(b, nil)
	if err := s.Listen("127.0.0.1:0"); err != nil {
		b.Fatal(err)
	}
	return s
}

// BenchmarkSend compares sends over TLS, each durable before its answer, with a
// bare echo of the same bodies. Client and server share the machine.
func BenchmarkSend(b *testing.B) {
	body := []byte(`{"content":"` + strings.Repeat("Where is my order? ", 20) + `","senderDisplayName":"Ada","metadata":{"twilioMessageSid":"IM00000000000000000000000000000000","twilioMessageIndex":"17"}}`)
	b.Run("echo", func(b *testing.B) {
		echo := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { io.Copy(w, r.Body) }))
		echo.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, 0)
		echo.StartTLS()
		defer echo.Close()
		hc := echo.Client()
		hc.Transport.(*http.Transport).MaxIdleConnsPerHost = senders
		run(b, hc, func(int) *http.Request { return newRequest(b, "POST", echo.URL, "", body) })
	})
	for _, threads := range []int{1, 1000} {
		b.Run("threads="+strconv.Itoa(threads), func(b *testing.B) {
			s := listening(b)
			c := client{b, s}
			u := c.user()
			urls := make([]string, threads)
			for i := range urls {
				urls[i] = s.Endpoint() + "/chat/threads/" + c.thread("topic", u) + "/messages?api-version=2025-03-15"
			}
			run(b, httpClient(s), func(i int) *http.Request { return newRequest(b, "POST", urls[i%threads], u.token, body) })
		})
	}
}

// run sends b.N requests from many goroutines, over connections that stand.
func run(b *testing.B, hc *http.Client, next func(int) *http.Request) {
	var g sync.WaitGroup
	for i := range senders {
		g.Go(func() { exchange(b, hc, next(i)) })
	}
	g.Wait()
	var n atomic.Int64
	b.ResetTimer()
	for range senders {
		g.Go(func() {
			for i := n.Add(1); i <= int64(b.N); i = n.Add(1) {
				exchange(b, hc, next(int(i)))
			}
		})
	}
	g.Wait()
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "req/s")
	hc.CloseIdleConnections()
}

func exchange(b *testing.B, hc *http.Client, req *http.Request) {
	resp, err := hc.Do(req)
	if err != nil {
		b.Error(err)
		return
	}
	defer resp.Body.Close()
	io.Copy(io.Discard, resp.Body)
	if resp.StatusCode >= http.StatusMultipleChoices {
		b.Errorf("status %d", resp.StatusCode)
	}
}

func newRequest(b *testing.B, method, url, token string, body []byte) *http.Request {
	req, err := http.NewRequest(method, url, bytes.NewReader(body))
	if err != nil {
		b.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	if token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	return req
}

// BenchmarkRead lists the newest page of 200, goes to the page below it, and
// gets one message, in threads of several lengths: none may depend on the length.
func BenchmarkRead(b *testing.B) {
	for _, length := range []int{10, 1_000, 100_000} {
		b.Run("messages="+strconv.Itoa(length), func(b *testing.B) {
			c := client{b, open(b, nil)}
			u := c.user()
			thread := c.thread("topic", u)
			path := "/chat/threads/" + thread + "/messages"
			c.fill(u, thread, length)
			first := c.do("GET", path+"?maxPageSize=200", u.token, "")
			targets := map[string]string{"list": path + "?maxPageSize=200", "get": path + "/" + first.text("value.5.id")}
			if next := first.text("nextLink"); next != "" {
				targets["next"] = next
			}
			for name, target := range targets {
				b.Run(name, func(b *testing.B) {
					c := client{b, c.s}
					for b.Loop() {
						c.do("GET", target, u.token, "").want(b, http.StatusOK)
					}
				})
			}
			b.Run("send", func(b *testing.B) {
				c := client{b, c.s}
				for b.Loop() {
					c.send(u, thread, "x")
				}
			})
		})
	}
}

// fill sends n messages.
func (c client) fill(u user, thread string, n int) {
	c.t.Helper()
	var g sync.WaitGroup
	for i := range senders {
		g.Go(func() {
			for range (n + senders - 1 - i) / senders {
				c.send(u, thread, "Where is my order?")
			}
		})
	}
	g.Wait()
}

// BenchmarkThreads creates threads, and lists those of someone who is in many.
func BenchmarkThreads(b *testing.B) {
	for _, threads := range []int{100, 10_000, 100_000} {
		b.Run("threads="+strconv.Itoa(threads), func(b *testing.B) {
			c := client{b, open(b, nil)}
			u := c.user()
			var g errgroup.Group
			g.SetLimit(senders)
			for range threads {
				g.Go(func() error { return c.create(u) })
			}
			if err := g.Wait(); err != nil {
				b.Fatal(err)
			}
			for name, f := range map[string]func() error{
				"create": func() error { return c.create(u) },
				"list":   func() error { c.do("GET", "/chat/threads", u.token, ""); return nil },
			} {
				b.Run(name, func(b *testing.B) {
					for b.Loop() {
						if err := f(); err != nil {
							b.Fatal(err)
						}
					}
				})
			}
		})
	}
}
