package metrics_test

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/twilio2acs/twilio2acs/acsdest"
	"github.com/twilio2acs/twilio2acs/acsdest/limits"
	"github.com/twilio2acs/twilio2acs/cmd/twilio2acs/metrics"
	"github.com/twilio2acs/twilio2acs/mapping"
	"github.com/twilio2acs/twilio2acs/migrate"
)

// served is a set that is served, and how to read it.
func served(t *testing.T) (*metrics.Set, func() string, func() error) {
	t.Helper()
	var log bytes.Buffer
	set := metrics.New()
	stop, err := set.Serve(t.Context(), "127.0.0.1:0", slog.New(slog.NewTextHandler(&log, nil)))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = stop() })
	url := regexp.MustCompile(`http://\S+/metrics`).FindString(log.String())
	read := func() string {
		resp, err := http.Get(url)
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		text, err := io.ReadAll(resp.Body)
		if err != nil || resp.StatusCode != http.StatusOK {
			t.Fatalf("scrape: %s, %v", resp.Status, err)
		}
		return string(text)
	}
	return set, read, stop
}

func wantLines(t *testing.T, text string, lines ...string) {
	t.Helper()
	for _, line := range lines {
		if !strings.Contains("\n"+text, "\n"+line+"\n") {
			t.Errorf("no line %s", line)
		}
	}
}

// engine has come so far.
type engine migrate.Moment

func (e engine) Stats() migrate.Moment { return migrate.Moment(e) }

func (e engine) SoFar() *migrate.Report { return &migrate.Report{Lag: 90 * time.Second} }

// ledger holds so much.
type ledger mapping.Counts

func (l ledger) Counts() (mapping.Counts, error) { return mapping.Counts(l), nil }

func TestRoundsAddUp(t *testing.T) {
	set, read, _ := served(t)
	set.Of(ledger{Messages: 12, Users: 3}, 20)
	set.Enter(engine{Active: 2, Finished: 5, Messages: 10, Bytes: 100})
	set.Enter(engine{Active: 1, Finished: 1, Messages: 2})
	wantLines(t, read(),
		"twilio2acs_messages_total 12", "twilio2acs_conversations_total 6", "twilio2acs_conversations_active 1",
		"twilio2acs_media_bytes_total 100", "twilio2acs_messages_expected 20", "twilio2acs_lag_seconds 90",
		`twilio2acs_ledger_items{kind="users"} 3`)
}

// gate refuses to wait.
type gate struct{ observed int }

func (g *gate) Admit(ctx context.Context, _ limits.Call) error { return ctx.Err() }

func (g *gate) Observe(limits.Call, int, time.Duration) { g.observed++ }

func TestGate(t *testing.T) {
	set, read, _ := served(t)
	behind := new(gate)
	g := set.Gate(behind)
	call := limits.Call{Operation: limits.SendMessage, User: "8:acs:somebody", Thread: "19:thread"}
	for _, status := range []int{201, 429, 429, 0, 999} {
		if err := g.Admit(t.Context(), call); err != nil {
			t.Fatal(err)
		}
		g.Observe(call, status, 0)
	}
	queued := make(chan error)
	g.(acsdest.Queue).Enqueue(t.Context(), call, time.Time{}, func(err error) { queued <- err })
	if err := <-queued; err != nil {
		t.Fatal(err)
	}
	if behind.observed != 5 {
		t.Errorf("%d outcomes reached the gate behind, want 5", behind.observed)
	}
	text := read()
	wantLines(t, text,
		`twilio2acs_acs_attempts_total{code="201",operation="send message"} 1`,
		`twilio2acs_acs_attempts_total{code="429",operation="send message"} 2`,
		`twilio2acs_acs_attempts_total{code="none",operation="send message"} 2`,
		`twilio2acs_limiter_wait_seconds_count{operation="send message"} 6`,
		`twilio2acs_limiter_waiting{operation="send message"} 0`)
	if strings.Contains(text, "8:acs") || strings.Contains(text, "19:") {
		t.Error("somebody is named")
	}
}

func TestTransport(t *testing.T) {
	set, read, _ := served(t)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		_, _ = io.WriteString(w, "answer")
	}))
	defer server.Close()
	client := &http.Client{Transport: set.RoundTripper(http.DefaultTransport)}
	resp, err := client.Post(server.URL, "text/plain", strings.NewReader("question"))
	if err != nil {
		t.Fatal(err)
	}
	_, _ = io.Copy(io.Discard, resp.Body)
	resp.Body.Close()
	server.Close()
	if _, err := client.Get(server.URL); err == nil {
		t.Error("a closed server answered")
	}
	wantLines(t, read(),
		"twilio2acs_twilio_sent_bytes_total 8", "twilio2acs_twilio_received_bytes_total 6", "twilio2acs_twilio_requests_in_flight 0",
		`twilio2acs_twilio_request_duration_seconds_count{code="200"} 1`, `twilio2acs_twilio_request_duration_seconds_count{code="none"} 1`)
}

// Without anybody who watches there is nothing in the way.
func TestNobodyWatches(t *testing.T) {
	var set *metrics.Set
	set.Of(nil, 0)
	set.Enter(nil)
	if g := set.Gate(nil); g != nil {
		t.Errorf("Gate(nil) = %v", g)
	}
	if rt := set.RoundTripper(http.DefaultTransport); rt != http.DefaultTransport {
		t.Errorf("RoundTripper = %v", rt)
	}
}

func TestStop(t *testing.T) {
	set, _, stop := served(t)
	if err := stop(); err != nil {
		t.Error(err)
	}
	if _, err := set.Serve(t.Context(), "nowhere:-1", slog.New(slog.DiscardHandler)); err == nil {
		t.Error("nowhere could be listened at")
	}
}
