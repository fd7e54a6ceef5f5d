package checkpoint_test

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/twilio2acs/twilio2acs/checkpoint"
	"github.com/twilio2acs/twilio2acs/mapping"
)

// acknowledgeAll acknowledges the messages of many conversations side by side,
// as a run does, and folds them all at the same time.
func acknowledgeAll(tb testing.TB, l *checkpoint.Ledger, conversations, messages int) {
	tb.Helper()
	for i := range messages {
		for n := range conversations {
			must(tb, l.Acknowledge(conversation(n), message(n, int64(i))))
		}
	}
	var g sync.WaitGroup
	for n := range conversations {
		g.Go(func() {
			if err := l.Fold(conversation(n)); err != nil {
				tb.Error(err)
			}
		})
	}
	g.Wait()
}

func fileSize(tb testing.TB, path string) int64 {
	tb.Helper()
	info, err := os.Stat(path)
	must(tb, err)
	return info.Size()
}

func TestBytesPerMessage(t *testing.T) {
	const conversations, messages = 2000, 100
	path := filepath.Join(t.TempDir(), "run.db")
	l := open(t, path)
	acknowledgeAll(t, l, conversations, messages)
	must(t, l.CloseClean())
	size := float64(fileSize(t, path)) / (conversations * messages)
	t.Logf("%.1f bytes per message, %.1f in the copy", size,
		float64(fileSize(t, checkpoint.BackupPath(path)))/(conversations*messages))
	if size > 90 {
		t.Errorf("%.1f bytes per message, want at most 90", size)
	}
}

// Ten thousand conversations in progress at once: the worst case for a file
// that is sorted by conversation.
func BenchmarkAcknowledge(b *testing.B) {
	const conversations = 10_000
	path := filepath.Join(b.TempDir(), "run.db")
	l := open(b, path)
	names := make([]mapping.ConversationSID, conversations)
	for n := range names {
		names[n] = conversation(n)
	}
	m := message(0, 0)
	b.ReportAllocs()
	i := 0
	for b.Loop() {
		m.Index = int64(i / conversations)
		must(b, l.Acknowledge(names[i%conversations], m))
		i++
	}
	must(b, l.CloseClean())
	b.ReportMetric(float64(fileSize(b, path))/float64(i), "file-B/message")
}

func BenchmarkRecordThread(b *testing.B) {
	for _, goroutines := range []int{1, 32, 1000} {
		b.Run(fmt.Sprint(goroutines), func(b *testing.B) {
			l := open(b, filepath.Join(b.TempDir(), "run.db"))
			b.SetParallelism(goroutines)
			var mu sync.Mutex
			next := 0
			b.RunParallel(func(pb *testing.PB) {
				mu.Lock()
				next++
				t := mapping.ThreadRecord{Conversation: conversation(next), Service: "IS1", Thread: "19:x@thread.v2"}
				mu.Unlock()
				for pb.Next() {
					t.Participants++
					if err := l.RecordThread(t); err != nil {
						b.Error(err)
						return
					}
				}
			})
		})
	}
}

// A sync that amends messages of a thousand conversations, side by side.
func BenchmarkAmend(b *testing.B) {
	const conversations, messages = 1000, 100
	l := open(b, filepath.Join(b.TempDir(), "run.db"))
	acknowledgeAll(b, l, conversations, messages)
	var next atomic.Int64
	b.SetParallelism(32)
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			i := int(next.Add(1))
			n := i % conversations
			m := amend(message(n, int64(i/conversations%messages)), mapping.Amendment{Written: []string{"00"}})
			if err := l.Amend(conversation(n), m); err != nil {
				b.Error(err)
				return
			}
		}
	})
}

// Listing a conversation of a thousand messages, of which a few were amended.
func BenchmarkMessages(b *testing.B) {
	const messages = 1000
	for _, amended := range []int64{0, 20} {
		b.Run(fmt.Sprint(amended), func(b *testing.B) {
			l := open(b, filepath.Join(b.TempDir(), "run.db"))
			c := conversation(1)
			for i := range int64(messages) {
				must(b, l.Acknowledge(c, message(1, i)))
			}
			must(b, l.Fold(c))
			for i := range amended {
				must(b, l.Amend(c, amend(message(1, 50*i), mapping.Amendment{})))
			}
			b.ReportAllocs()
			for b.Loop() {
				for _, err := range l.Messages(c) {
					must(b, err)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/messages, "ns/message")
		})
	}
}

func BenchmarkBackup(b *testing.B) {
	l := open(b, filepath.Join(b.TempDir(), "run.db"))
	acknowledgeAll(b, l, 2000, 100)
	for b.Loop() {
		must(b, l.Backup(b.Context(), io.Discard))
	}
}

func BenchmarkOpen(b *testing.B) {
	const conversations, messages = 2000, 100
	path := filepath.Join(b.TempDir(), "run.db")
	l := open(b, path)
	acknowledgeAll(b, l, conversations, messages)
	must(b, l.Close())
	for b.Loop() {
		l, err := checkpoint.Open(path, binding, nil)
		must(b, err)
		must(b, l.Close())
	}
}
