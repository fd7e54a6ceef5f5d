package report_test

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/twilio2acs/twilio2acs/mapping"
)

// A plan of a snapshot, as a ratio to plainly decoding its messages.
func BenchmarkPlan(b *testing.B) {
	const conversations, messages = 200, 100
	w := newWorld(b, wideSnapshot(b, conversations, messages), nil)
	plain := decodingTime(b, filepath.Join(w.source, "messages.jsonl"))
	for b.Loop() {
		w.plan()
	}
	each := b.Elapsed() / time.Duration(b.N)
	b.ReportMetric(each.Seconds()/plain.Seconds(), "×decoding")
	b.ReportMetric(float64(each.Nanoseconds())/(conversations*messages), "ns/message")
}

// decodingTime is how long it takes to decode every line of a file of messages.
func decodingTime(b *testing.B, path string) time.Duration {
	b.Helper()
	f, err := os.Open(path)
	must(b, err)
	defer f.Close()
	began := time.Now()
	for lines := bufio.NewScanner(f); lines.Scan(); {
		must(b, json.Unmarshal(lines.Bytes(), new(mapping.Message)))
	}
	return time.Since(began)
}

// wideSnapshot writes a snapshot of conversations of two people and so many messages.
func wideSnapshot(b *testing.B, conversations, messages int) string {
	b.Helper()
	dir := b.TempDir()
	file := func(name string, write func(line func(format string, args ...any))) {
		f, err := os.OpenFile(filepath.Join(dir, name), os.O_CREATE|os.O_WRONLY, 0o600)
		must(b, err)
		w := bufio.NewWriter(f)
		write(func(format string, args ...any) { fmt.Fprintf(w, format+"\n", args...) })
		must(b, w.Flush())
		must(b, f.Close())
	}
	const common = `"account_sid":"AC000000000000000000000000000000b1","chat_service_sid":"IS000000000000000000000000000000b1","attributes":"{}","date_created":"2024-03-05T09:14:22Z","date_updated":"2024-03-05T09:14:22Z"`
	file("snapshot.json", func(line func(string, ...any)) {
		line(`{"format":"twilio-conversations-snapshot","version":1,"accountSid":"AC000000000000000000000000000000b1","defaultServiceSid":"IS000000000000000000000000000000b1"}`)
	})
	file("conversations.jsonl", func(line func(string, ...any)) {
		for c := range conversations {
			line(`{"sid":"CH%032x",%s,"friendly_name":"Order %d","state":"active"}`, c, common, c)
		}
	})
	file("participants.jsonl", func(line func(string, ...any)) {
		for c := range conversations {
			for p := range 2 {
				line(`{"sid":"MB%032x","conversation_sid":"CH%032x",%s,"identity":"user.%d"}`, 2*c+p, c, common, (c+p)%100)
			}
		}
	})
	file("messages.jsonl", func(line func(string, ...any)) {
		for c := range conversations {
			for i := range messages {
				line(`{"sid":"IM%032x","conversation_sid":"CH%032x",%s,"body":"Message %d: the tent arrived today, but there is only one bag of pegs in it.","author":"user.%d","participant_sid":"MB%032x","index":%d,"media":null,"delivery":null}`,
					c*messages+i, c, common, i, (c+i%2)%100, 2*c+i%2, i)
			}
		}
	})
	return dir
}
