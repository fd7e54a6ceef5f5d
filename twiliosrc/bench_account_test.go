package twiliosrc_test

import (
	"runtime"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/twilio2acs/twilio2acs/twiliosrc"
	"github.com/twilio2acs/twilio2acs/twiliosrc/fixtureserver"
	"github.com/twilio2acs/twilio2acs/twiliosrc/internal/snapshottest"
)

// BenchmarkReadAccount reads a million messages in 20,000 conversations through
// Twilio's REST, and reports the peak of the heap, that of the server included,
// and what it cost in requests.
func BenchmarkReadAccount(b *testing.B) {
	shape := snapshottest.Shape{Services: 2, Conversations: 20_000, Participants: 2, Messages: 50, Users: 100, Body: 60}
	if testing.Short() {
		shape.Conversations = 500
	}
	s := open(b, snapshottest.Generate(b, shape), nil)
	sent := &counting{}
	server := fixtureserver.New(s, nil)
	at, err := server.Listen(b.Context(), "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	defer server.Close()
	for b.Loop() {
		sent.Store(0)
		client := newClient(b, twiliosrc.ClientOptions{BaseURL: at.URL, MCSURL: at.MCSURL, Transport: sent})
		peak := watchHeap(b, func() { readAccount(b, client, int64(shape.Conversations*shape.Messages)) })
		b.ReportMetric(float64(peak)/(1<<20), "MB-peak")
		b.ReportMetric(float64(sent.Load()), "requests")
		b.ReportMetric(float64(sent.Load())/float64(shape.Conversations), "requests/conversation")
	}
}

func readAccount(b *testing.B, client *twiliosrc.Client, want int64) {
	b.Helper()
	var got atomic.Int64
	g, ctx := errgroup.WithContext(b.Context())
	g.SetLimit(32)
	for c, err := range client.Conversations(ctx) {
		if err != nil {
			b.Fatal(err)
		}
		g.Go(func() error {
			for _, err := range client.Messages(ctx, c, -1) {
				if err != nil {
					return err
				}
				got.Add(1)
			}
			return nil
		})
	}
	if err := g.Wait(); err != nil || got.Load() != want {
		b.Fatalf("%d messages, %v; want %d", got.Load(), err, want)
	}
}

// watchHeap returns the most bytes that were in use while f ran.
func watchHeap(b *testing.B, f func()) (peak uint64) {
	b.Helper()
	stop, stopped := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(stopped)
		for {
			var m runtime.MemStats
			runtime.ReadMemStats(&m)
			peak = max(peak, m.HeapInuse)
			select {
			case <-stop:
				return
			case <-time.After(50 * time.Millisecond):
			}
		}
	}()
	f()
	close(stop)
	<-stopped
	return peak
}
