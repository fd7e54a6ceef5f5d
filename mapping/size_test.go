package mapping_test

import (
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/twilio2acs/twilio2acs/mapping"
)

func TestSize(t *testing.T) {
	for _, tt := range []struct {
		name string
		in   mapping.NewChatMessage
		want int
	}{
		{"empty", mapping.NewChatMessage{}, 0},
		{"ASCII counts double", mapping.NewChatMessage{Content: "abc"}, 6},
		{"two bytes", mapping.NewChatMessage{Content: "é"}, 2},
		{"three bytes of UTF-8", mapping.NewChatMessage{Content: "語"}, 3},
		{"surrogate pair", mapping.NewChatMessage{Content: "🙂"}, 4},
		{"everything", mapping.NewChatMessage{Content: "ab", SenderDisplayName: "c", Metadata: mapping.Metadata{"d": "ef"}}, 12},
		{"sums are compared, not fields", mapping.NewChatMessage{Content: "語語", SenderDisplayName: "abcd"}, 12},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := tt.in.Size(); got != tt.want {
				t.Errorf("Size() = %d; want %d", got, tt.want)
			}
		})
	}
}

func TestSizeIsTheLargerMeasure(t *testing.T) {
	for _, s := range []string{"a", "é", "語", "🙂", strings.Repeat("a語🙂é", 9)} {
		want := max(len(s), 2*len(utf16.Encode([]rune(s))))
		if got := (mapping.NewChatMessage{Content: s}).Size(); got != want {
			t.Errorf("Size() of %q = %d; want %d", s, got, want)
		}
	}
}
