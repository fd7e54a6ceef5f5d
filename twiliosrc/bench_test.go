package twiliosrc_test

import (
	"bufio"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"github.com/twilio2acs/twilio2acs/mapping"
	"github.com/twilio2acs/twilio2acs/twiliosrc"
	"github.com/twilio2acs/twilio2acs/twiliosrc/internal/snapshottest"
)

// large is 100,000 messages of about 600 bytes in 2,000 conversations.
var large = snapshottest.Shape{Services: 2, Conversations: 2000, Participants: 3, Messages: 50, Users: 100, Body: 60}

func BenchmarkOpenSnapshot(b *testing.B) {
	dir := snapshottest.Generate(b, large)
	b.SetBytes(fileSize(b, dir))
	for b.Loop() {
		s, err := twiliosrc.OpenSnapshot(b.Context(), dir, nil)
		if err != nil {
			b.Fatal(err)
		}
		if err := s.Close(); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkDecodeAll is what BenchmarkOpenSnapshot is measured against: the
// same file, decoded line by line.
func BenchmarkDecodeAll(b *testing.B) {
	dir := snapshottest.Generate(b, large)
	b.SetBytes(fileSize(b, dir))
	for b.Loop() {
		f, err := os.Open(filepath.Join(dir, "messages.jsonl"))
		if err != nil {
			b.Fatal(err)
		}
		for dec := json.NewDecoder(bufio.NewReader(f)); ; {
			var m mapping.Message
			if err := dec.Decode(&m); err == io.EOF {
				break
			} else if err != nil {
				b.Fatal(err)
			}
		}
		f.Close()
	}
}

func BenchmarkReadSnapshot(b *testing.B) {
	dir := snapshottest.Generate(b, large)
	b.SetBytes(fileSize(b, dir))
	s := open(b, dir, nil)
	b.ReportAllocs()
	for b.Loop() {
		for c, err := range s.Conversations(b.Context()) {
			if err != nil {
				b.Fatal(err)
			}
			for _, err := range s.Messages(b.Context(), c, -1) {
				if err != nil {
					b.Fatal(err)
				}
			}
		}
	}
}

// The index must not grow with the number of messages.
func BenchmarkIndexMemory(b *testing.B) {
	dir := snapshottest.Generate(b, large)
	for b.Loop() {
		before := heap()
		s := open(b, dir, nil)
		b.ReportMetric(float64(heap()-before)/float64(large.Conversations), "B/conversation")
		runtime.KeepAlive(s)
	}
}

func heap() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

func fileSize(b *testing.B, dir string) int64 {
	info, err := os.Stat(filepath.Join(dir, "messages.jsonl"))
	if err != nil {
		b.Fatal(err)
	}
	return info.Size()
}
