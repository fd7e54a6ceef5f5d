package migrate_test

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/twilio2acs/twilio2acs/mapping"
)

// makeSnapshot writes conversations of so many messages each, between a
// customer of each and one of ten agents. The first conversation is the one that
// was active last.
func makeSnapshot(tb testing.TB, conversations, messages int) string {
	tb.Helper()
	dir := tb.TempDir()
	write := func(name string, lines func(put func(any))) {
		f, err := os.Create(filepath.Join(dir, name))
		if err != nil {
			tb.Fatal(err)
		}
		enc := json.NewEncoder(f)
		lines(func(v any) {
			if err := enc.Encode(v); err != nil {
				tb.Fatal(err)
			}
		})
		if err := f.Close(); err != nil {
			tb.Fatal(err)
		}
	}
	type object = map[string]any
	const account, service, day = "AC00000000000000000000000000000001", "IS00000000000000000000000000000001", "2024-05-06T07:08:09Z"
	sid := func(prefix string, c, i int) string { return fmt.Sprintf("%s%016x%016x", prefix, c, i) }
	who := func(c, side int) string {
		if side == 0 {
			return fmt.Sprintf("agent-%d", c%10)
		}
		return fmt.Sprintf("customer-%d", c)
	}
	write("snapshot.json", func(put func(any)) {
		put(object{"format": "twilio-conversations-snapshot", "version": 1, "accountSid": account,
			"defaultServiceSid": service, "recordedAt": day, "redacted": false})
	})
	write("conversations.jsonl", func(put func(any)) {
		for c := range conversations {
			put(object{"sid": sid("CH", c, 0), "account_sid": account, "chat_service_sid": service, "state": "active",
				"friendly_name": fmt.Sprint("Order ", c), "attributes": "{}", "date_created": day, "date_updated": day})
		}
	})
	write("participants.jsonl", func(put func(any)) {
		for c := range conversations {
			for side := range 2 {
				put(object{"sid": sid("MB", c, side), "account_sid": account, "conversation_sid": sid("CH", c, 0),
					"identity": who(c, side), "attributes": "{}", "date_created": day, "date_updated": day})
			}
		}
	})
	write("messages.jsonl", func(put func(any)) {
		for c := range conversations {
			for i := range messages {
				put(object{"sid": sid("IM", c, i), "account_sid": account, "conversation_sid": sid("CH", c, 0), "index": i,
					"author": who(c, i%2), "participant_sid": sid("MB", c, i%2), "attributes": "{}",
					"date_created": time.Unix(int64(1.7e9-c*messages+i), 0).UTC().Format(time.RFC3339), "date_updated": day,
					"body": fmt.Sprintf("Message %d of conversation %d, about as long as what people write to a support desk.", i, c)})
			}
		}
	})
	return dir
}

// BenchmarkRun carries 500 conversations of 100 messages and compares with a
// bare loop of the same client that sends as many messages without reading,
// mapping or remembering anything: "of-bare" is the share of its rate.
func BenchmarkRun(b *testing.B) {
	const conversations, messages = 500, 100
	dir := makeSnapshot(b, conversations, messages)
	for b.Loop() {
		w := newWorld(b, dir, nil)
		start := time.Now()
		w.mustRun()
		run := time.Since(start)
		bare := bareLoop(b, w, conversations, messages)
		b.ReportMetric(conversations*messages/run.Seconds(), "messages/s")
		b.ReportMetric(bare.Seconds()/run.Seconds(), "of-bare")
	}
}

func bareLoop(b *testing.B, w *world, threads, messages int) time.Duration {
	b.Helper()
	ctx := context.Background()
	acs := w.destination(nil)
	var wg sync.WaitGroup
	start := time.Now()
	for range threads {
		wg.Go(func() {
			user, err := acs.CreateUser(ctx, true)
			if err != nil {
				b.Error(err)
				return
			}
			thread, _, err := acs.CreateThread(ctx, user, "", mapping.NewChatThread{Topic: "bare"})
			if err != nil {
				b.Error(err)
				return
			}
			for i := range messages {
				_, err := acs.SendMessage(ctx, user, thread.ID, mapping.NewChatMessage{
					Content: fmt.Sprintf("Message %d, about as long as what people write to a support desk, and no longer.", i),
					Metadata: mapping.Metadata{mapping.KeyMessageSID: "IM00000000000000000000000000000000", mapping.KeyMessageIndex: "1",
						mapping.KeyAuthor: "agent", mapping.KeyCreatedAt: "2024-05-06T07:08:09Z"},
				})
				if err != nil {
					b.Error(err)
					return
				}
			}
		})
	}
	wg.Wait()
	return time.Since(start)
}

// BenchmarkRunAgain is a run in which nothing has changed.
func BenchmarkRunAgain(b *testing.B) {
	const conversations, messages = 500, 100
	w := newWorld(b, makeSnapshot(b, conversations, messages), nil)
	w.mustRun()
	for b.Loop() {
		if r := w.mustRun(); r.Summary.Messages.Unchanged != conversations*messages {
			b.Fatalf("%+v", r.Summary.Messages)
		}
	}
	b.ReportMetric(conversations*messages*float64(b.N)/b.Elapsed().Seconds(), "messages/s")
}
