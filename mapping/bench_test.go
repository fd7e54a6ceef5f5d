package mapping_test

import (
	"strings"
	"testing"

	"github.com/twilio2acs/twilio2acs/mapping"
)

func BenchmarkChatMessage(b *testing.B) {
	for _, bb := range []struct{ name, body string }{
		{"100 bytes", strings.Repeat("lorem ipsum ", 9)[:100]},
		{"30 KB", strings.Repeat("lorem ipsum ", 2500)},
		{"30 KB of Chinese", strings.Repeat("語言", 5000)},
	} {
		b.Run(bb.name, func(b *testing.B) {
			ro := rosterOf(b, stored)
			m := message(func(m *mapping.Message) { m.Body, m.Attributes = bb.body, `{"importance":"high"}` })
			b.SetBytes(int64(len(bb.body)))
			b.ReportAllocs()
			for b.Loop() {
				stored.ChatMessage(ro, m, nil)
			}
		})
	}
}
