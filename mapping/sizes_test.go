package mapping_test

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/twilio2acs/twilio2acs/mapping"
)

// bytesOf measures text on its own account, by the words of mapping.SizeMeasure.
func bytesOf(t *testing.T, measure mapping.SizeMeasure, text string) int {
	t.Helper()
	wide := 2 * len(utf16.Encode([]rune(text)))
	switch measure {
	case mapping.MeasureUTF8:
		return len(text)
	case mapping.MeasureUTF16:
		return wide
	case mapping.MeasureJSON:
		var b bytes.Buffer
		e := json.NewEncoder(&b)
		e.SetEscapeHTML(false)
		if err := e.Encode(text); err != nil {
			t.Fatal(err)
		}
		return b.Len() - len("\"\"\n")
	}
	return max(len(text), wide)
}

// Whatever is known of the measure, parts are as large as it lets them be, and no
// larger.
func TestSizes(t *testing.T) {
	bodies := map[string]string{
		"ASCII":  strings.Repeat("word after word. ", 4000),
		"emoji":  strings.Repeat("😀 ", 12000),
		"quotes": strings.Repeat(`"\" `+"\t\n", 10000),
		"kanji":  strings.Repeat("漢字 ", 9000),
	}
	for _, tt := range []struct {
		name  string
		sizes mapping.Sizes
		most  int
	}{
		{"unknown", mapping.Sizes{}, mapping.MaxMessageSize},
		{"UTF-8", mapping.Sizes{Measure: mapping.MeasureUTF8}, mapping.MaxMessageSize},
		{"UTF-16", mapping.Sizes{Measure: mapping.MeasureUTF16}, mapping.MaxMessageSize},
		{"JSON", mapping.Sizes{Measure: mapping.MeasureJSON}, mapping.MaxMessageSize},
		{"small", mapping.Sizes{Message: mapping.MinMessageLimit, Metadata: mapping.MinMessageMetadata, Measure: mapping.MeasureUTF16}, mapping.MinMessageLimit - 1<<10},
		{"content alone", mapping.Sizes{Measure: mapping.MeasureUTF8, Counts: mapping.CountsContent}, mapping.PublishedMessageLimit},
	} {
		for kind, body := range bodies {
			t.Run(tt.name+"/"+kind, func(t *testing.T) {
				r := mapping.Rules{Sizes: tt.sizes}
				m := message(func(m *mapping.Message) {
					m.Body, m.Attributes = body, `{"quoted":"`+strings.Repeat(`\"`, 1500)+`"}`
				})
				d, _ := r.ChatMessage(rosterOf(t, r), m, nil)
				if got := joined(d); got != body {
					t.Errorf("parts joined are %d bytes; want the %d of the body", len(got), len(body))
				}
				largest := 0
				for _, p := range d.Parts {
					counted := p.Content
					if tt.sizes.Counts != mapping.CountsContent {
						counted += p.SenderDisplayName
						for k, v := range p.Metadata {
							counted += k + v
						}
					}
					largest = max(largest, bytesOf(t, tt.sizes.Measure, counted))
				}
				if largest > tt.most || largest < tt.most*9/10 {
					t.Errorf("the largest of %d parts measures %d bytes; want at most %d, and not much less", len(d.Parts), largest, tt.most)
				}
			})
		}
	}
}

// Sizes that were found out are part of what a ledger is bound to; those that are
// published are not.
func TestSizesFingerprint(t *testing.T) {
	published := mapping.Rules{Sizes: mapping.Sizes{Message: mapping.PublishedMessageLimit, Measure: mapping.MeasureWidest, Counts: mapping.CountsMessage, Metadata: mapping.MaxMessageMetadata}}
	if got, want := published.Fingerprint(), (mapping.Rules{}).Fingerprint(); got != want {
		t.Errorf("Fingerprint of published sizes = %q; want that without any, %q", got, want)
	}
	found := mapping.Rules{Sizes: mapping.Sizes{Message: 20000, Measure: mapping.MeasureUTF8, Counts: mapping.CountsContent, Metadata: 4096}}
	want := "mapping-2/mask/6e340b9cffb37a98/message-measure=utf8/message-counts=content/message-limit=20000/message-metadata-limit=4096"
	if got := found.Fingerprint(); got != want {
		t.Errorf("Fingerprint() = %q; want %q", got, want)
	}
	if got, ok := mapping.RulesOf(want, ""); !ok || got.Sizes != found.Sizes {
		t.Errorf("RulesOf(%q) = %+v, %t", want, got, ok)
	}
	for _, z := range []mapping.Sizes{{Message: 100}, {Message: -1}, {Metadata: 100}, {Measure: "inches"}, {Counts: "nothing"}} {
		if err := (mapping.Rules{Sizes: z}).Validate(); err == nil {
			t.Errorf("%+v: want an error", z)
		}
	}
}
