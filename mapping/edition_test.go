package mapping_test

import (
	"strings"
	"testing"

	"github.com/twilio2acs/twilio2acs/mapping"
)

// An edited message never takes more parts than it was sent in, and what does
// not fit is kept.
func TestEditionFitsItsPlaces(t *testing.T) {
	ro := rosterOf(t, stored)
	for _, body := range []string{
		"short",
		strings.Repeat("word ", 12_000),
		strings.Repeat("👩‍👩‍👧‍👦", 6_000),
		strings.Repeat("x", 100_000),
	} {
		m := message(func(m *mapping.Message) { m.Body = body })
		whole, _ := stored.ChatMessage(ro, m, nil)
		for n := 1; n <= 3; n++ {
			got, losses := stored.Edition(ro, m, nil, n)
			if len(got.Parts) > n {
				t.Errorf("%d parts of %.10q…, want at most %d", len(got.Parts), body, n)
			}
			for i, p := range got.Parts {
				if p.Size() > mapping.MaxMessageSize {
					t.Errorf("part %d measures %d bytes", i, p.Size())
				}
			}
			if shown := len(joined(got)); shown < min(len(body), n*13_000) {
				t.Errorf("%d bytes of %.10q… are shown in %d parts", shown, body, n)
			}
			grew := len(whole.Parts) > n
			if lost(losses, mapping.LossEditGrew) != grew || (got.Chunk != nil) != grew {
				t.Errorf("%.10q… in %d parts: losses %v, chunk %t; want both: %t", body, n, losses, got.Chunk != nil, grew)
			}
			if !grew && got.Digest != whole.Digest {
				t.Errorf("%.10q… fits into %d parts, but reads otherwise", body, n)
			}
		}
	}
}
