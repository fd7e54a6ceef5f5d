package spelling_test

import (
	"testing"

	"github.com/twilio2acs/twilio2acs/cmd/twilio2acs/spelling"
)

func TestHint(t *testing.T) {
	flags := []string{"source", "dest", "state", "media-url-template", "deep", "o"}
	for _, tt := range []struct{ word, want string }{
		{"source", "did you mean --source?"},
		{"sauce", "did you mean --source?"},
		{"sourc", "did you mean --source?"},
		{"stat", "did you mean --state?"},
		{"media-template", "did you mean --media-url-template?"},
		{"x", "look"},
		{"", "look"},
		{"nonsense", "look"},
		{"ä", "look"},
	} {
		if got := spelling.Hint(tt.word, flags, "--", "look"); got != tt.want {
			t.Errorf("Hint(%q) = %q, want %q", tt.word, got, tt.want)
		}
	}
	if got := spelling.Nearest("word", nil); got != "" {
		t.Errorf("Nearest of no words = %q", got)
	}
}
