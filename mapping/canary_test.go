package mapping_test

import (
	"testing"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/twilio2acs/twilio2acs/mapping"
)

// The canary is as large as anything may be, up to one character.
func TestCanaryIsExtreme(t *testing.T) {
	c := mapping.NewCanary(mapping.Rules{})
	units := func(s string) int { return len(utf16.Encode([]rune(s))) }
	for _, tt := range []struct {
		name      string
		got, most int
	}{
		{"topic", units(c.Thread.Topic), mapping.MaxTopic},
		{"metadata of the thread", c.Thread.Metadata.Size(), mapping.MaxThreadMetadata},
		{"name of a member", units(c.Members[0].DisplayName), mapping.MaxDisplayName},
		{"metadata of a member", c.Members[0].Metadata.Size(), mapping.MaxMemberMetadata},
		{"sender's name", units(c.Messages[1].SenderDisplayName), mapping.MaxDisplayName},
		{"metadata of a message", c.Messages[1].Metadata.Size(), mapping.MaxMessageMetadata},
		{"largest message", c.Messages[1].Size(), mapping.MaxMessageSize},
		{"longest message", c.Messages[2].Size(), mapping.MaxMessageSize},
	} {
		if tt.got > tt.most || tt.got < tt.most-3 {
			t.Errorf("%s: %d, want %d", tt.name, tt.got, tt.most)
		}
	}
	for _, m := range c.Messages {
		if !utf8.ValidString(m.Content) || m.Content == "" {
			t.Errorf("%s is not valid UTF-8", m.Name)
		}
	}
}
