package mapping_test

import (
	"fmt"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/rivo/uniseg"

	"github.com/twilio2acs/twilio2acs/mapping"
)

// checkParts fails unless the parts of d are within the limits and joined are
// want.
func checkParts(t *testing.T, d mapping.MessageDraft, want string) {
	t.Helper()
	if got := joined(d); got != want {
		t.Errorf("parts joined are %d bytes; want the %d of the body", len(got), len(want))
	}
	for i, p := range d.Parts {
		if p.Size() > mapping.MaxMessageSize {
			t.Errorf("part %d measures %d bytes; want at most %d", i+1, p.Size(), mapping.MaxMessageSize)
		}
		if strings.TrimSpace(p.Content) == "" || !utf8.ValidString(p.Content) {
			t.Errorf("part %d = %q; want valid UTF-8 with something to show", i+1, p.Content[:min(len(p.Content), 40)])
		}
		wantPart := ""
		if len(d.Parts) > 1 {
			wantPart = fmt.Sprintf("%d/%d", i+1, len(d.Parts))
		}
		if got := p.Metadata[mapping.KeyPart]; got != wantPart {
			t.Errorf("%s of part %d = %q; want %q", mapping.KeyPart, i+1, got, wantPart)
		}
	}
}

func TestParts(t *testing.T) {
	family := "👨‍👩‍👧‍👦"
	for _, tt := range []struct {
		name  string
		body  string
		parts int
		cuts  string // how every part but the last ends; empty: anyhow
	}{
		{"one character", "x", 1, ""},
		{"13,000 characters", strings.Repeat("x", 13000), 1, ""},
		{"30,000 characters", strings.Repeat("x", 30000), 3, "x"},
		{"32 KB in UTF-16 of 3 bytes", strings.Repeat("語", 11000), 2, "語"},
		{"words", strings.Repeat("lorem ipsum ", 2500), 3, " "},
		{"lines rather than words", strings.Repeat(strings.Repeat("lorem ", 20)+"\n", 250), 3, "\n"},
		{"paragraphs rather than lines", strings.Repeat(strings.Repeat("lorem\n", 100)+"\n", 50), 3, "\n\n"},
		{"Windows lines", strings.Repeat(strings.Repeat("lorem ", 20)+"\r\n", 250), 3, "\r\n"},
		{"families", strings.Repeat(family, 2000), 2, family},
		{"flags", "a" + strings.Repeat("🇩🇪", 7000), 3, "🇩🇪"},
		{"blank end", strings.Repeat("x", 13500) + strings.Repeat(" \n", 1000), 2, ""},
		{"blank beginning", strings.Repeat("\n", 4000) + strings.Repeat("x", 20000), 2, ""},
		{"one endless grapheme", "e" + strings.Repeat("\u0301", 40000), 3, ""},
		{"white space before an endless grapheme", strings.Repeat(" ", 4000) + "e" + strings.Repeat("\u0301", 40000), 4, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, losses := stored.ChatMessage(rosterOf(t, stored), message(func(m *mapping.Message) { m.Body = tt.body }), nil)
			checkParts(t, got, tt.body)
			if len(got.Parts) != tt.parts {
				t.Errorf("%d parts; want %d", len(got.Parts), tt.parts)
			}
			for i, p := range got.Parts[:len(got.Parts)-1] {
				if !strings.HasSuffix(p.Content, tt.cuts) {
					t.Errorf("part %d ends with %q; want %q", i+1, p.Content[max(0, len(p.Content)-20):], tt.cuts)
				}
			}
			if lost(losses, mapping.LossLongBody) != (tt.parts > 1) || got.Chunk != nil {
				t.Errorf("losses = %s, chunk of %d bytes; want long-body alone, and only of several parts", codes(losses), len(got.Chunk))
			}
		})
	}
}

func TestPartsNeverCutGraphemes(t *testing.T) {
	// Clusters of 1 to 40 bytes, in an order that puts cuts everywhere.
	clusters := []string{"a", "é", "e\u0301", "語", "👨‍👩‍👧‍👦", "🇩🇪", "각", "नि", "👍🏽", "\r\n", " ", "z\u0300\u0301\u0302\u0303"}
	var b strings.Builder
	for i := 0; b.Len() < 100_000; i++ {
		b.WriteString(clusters[(i*i+i/7)%len(clusters)])
	}
	body := b.String()
	boundaries := make(map[int]bool)
	for at, g := 0, uniseg.NewGraphemes(body); g.Next(); {
		at += len(g.Str())
		boundaries[at] = true
	}
	got, _ := stored.ChatMessage(rosterOf(t, stored), message(func(m *mapping.Message) { m.Body = body }), nil)
	checkParts(t, got, body)
	at := 0
	for i, p := range got.Parts {
		if at += len(p.Content); !boundaries[at] {
			t.Errorf("part %d ends inside a grapheme", i+1)
		}
	}
}

func TestPartsShareMetadata(t *testing.T) {
	m := message(func(m *mapping.Message) {
		m.Body, m.Attributes, m.DateUpdated, m.ContentSID = strings.Repeat("lorem ", 6000), `{"a":1}`, "2024-05-02T10:00:00Z", "HX1"
		m.Delivery = []byte(`{"total":1}`)
		m.Media = []mapping.Media{{SID: png1, Filename: "a.png"}}
	})
	got, _ := stored.ChatMessage(rosterOf(t, stored), m, nil)
	checkParts(t, got, m.Body)
	if len(got.Parts) < 3 {
		t.Fatalf("%d parts; want at least 3", len(got.Parts))
	}
	every := []string{mapping.KeyMessageSID, mapping.KeyMessageIndex, mapping.KeyPart, mapping.KeyAuthor, mapping.KeyCreatedAt}
	first := []string{mapping.KeyUpdatedAt, mapping.KeyAttributes, mapping.KeyDelivery, mapping.KeyContentSID}
	last := []string{mapping.KeyHasAttachment, mapping.KeyAttachmentURL, mapping.KeyFileSharingMetadata}
	for i, p := range got.Parts {
		want := len(every)
		for _, key := range every {
			if p.Metadata[key] == "" {
				t.Errorf("part %d has no %s", i+1, key)
			}
		}
		if i == 0 {
			want += len(first)
		}
		if i == len(got.Parts)-1 {
			want += len(last)
		}
		if len(p.Metadata) != want {
			t.Errorf("part %d has the metadata %v; want %d keys", i+1, p.Metadata, want)
		}
	}
	for _, key := range first {
		if got.Parts[0].Metadata[key] == "" {
			t.Errorf("the first part has no %s", key)
		}
	}
	for _, key := range last {
		if got.Parts[len(got.Parts)-1].Metadata[key] == "" {
			t.Errorf("the last part has no %s", key)
		}
	}
}

// The text fits beside the first part's metadata alone and beside the last
// part's alone, but not beside both.
func TestPartsBetweenOneAndTwo(t *testing.T) {
	for size := 7000; size < 14000; size += 250 {
		m := message(func(m *mapping.Message) {
			m.Body, m.Attributes = strings.Repeat("x", size), `"`+strings.Repeat("y", 2000)+`"`
			for i := range 8 {
				m.Media = append(m.Media, mapping.Media{SID: mapping.MediaSID(fmt.Sprintf("ME%032x", i)), Filename: "a.png"})
			}
		})
		got, _ := stored.ChatMessage(rosterOf(t, stored), m, nil)
		checkParts(t, got, m.Body)
	}
}

func TestBlankRunsAreShortenedBetweenParts(t *testing.T) {
	body := "a" + strings.Repeat("\u3000", 30000) + "b"
	got, losses := stored.ChatMessage(rosterOf(t, stored), message(func(m *mapping.Message) { m.Body = body }), nil)
	if !strings.HasPrefix(joined(got), "a\u3000") || !strings.HasSuffix(joined(got), "\u3000b") || len(joined(got)) > 5000 {
		t.Errorf("content is %d bytes; want the white space shortened", len(joined(got)))
	}
	if codes(losses) != "blank-text" || got.Chunk == nil {
		t.Errorf("losses = %s; want blank-text and the original in the sidecar", codes(losses))
	}
	body = "a" + strings.Repeat(" ", 9000) + "b"
	got, losses = stored.ChatMessage(rosterOf(t, stored), message(func(m *mapping.Message) { m.Body = body }), nil)
	if joined(got) != body || len(losses) != 0 {
		t.Errorf("content is %d bytes, losses %s; want the body, which fits one part", len(joined(got)), codes(losses))
	}
}

// A body that is hard to cut must not take more than time in proportion.
func TestSplittingIsLinear(t *testing.T) {
	if testing.Short() {
		t.Skip("measures time")
	}
	ro := rosterOf(t, stored)
	for _, unit := range []string{"e" + strings.Repeat("\u0301", 1<<20), strings.Repeat("語", 1<<19), strings.Repeat("x\n", 1<<19), strings.Repeat(" ", 4000) + "x"} {
		body := strings.Repeat(unit, max(1, 2<<20/len(unit)))
		start := time.Now()
		stored.ChatMessage(ro, message(func(m *mapping.Message) { m.Body = body }), nil)
		if took := time.Since(start); took > 5*time.Second {
			t.Errorf("a body of %d bytes took %v", len(body), took)
		}
	}
}
