package migrate_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/twilio2acs/twilio2acs/mapping"
	"github.com/twilio2acs/twilio2acs/migrate"
)

func TestAttachmentsOfMessages(t *testing.T) {
	for _, tt := range []struct {
		raw  string
		want []mapping.Attachment
	}{
		{`{"content":{"message":"x"}}`, nil},
		{`{"content":{"attachments":[]}}`, nil},
		{
			`{"content":{"attachments":[{"id":"a1","attachmentType":"image","url":"https://acs.example/a1","previewUrl":"https://acs.example/p"}]}}`,
			[]mapping.Attachment{{ID: "a1", URL: "https://acs.example/a1", Type: "image"}},
		},
		{`{"content":{"attachments":"none"}}`, nil},
		{`{`, nil},
	} {
		if diff := cmp.Diff(tt.want, migrate.AttachmentsOf([]byte(tt.raw))); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.raw, diff)
		}
	}
}

// Whatever stands in a message, reading its attachments ends.
func FuzzAttachmentsOfMessages(f *testing.F) {
	f.Add([]byte(`{"content":{"attachments":[{"id":"a1","attachmentType":"image","name":"n"}]}}`), `[{"id":"1","name":"a.pdf","url":"https://files.example.com/1"}]`)
	f.Add([]byte(`{"content":null}`), `null`)
	f.Fuzz(func(t *testing.T, raw []byte, shared string) {
		for _, list := range [][]mapping.Attachment{
			migrate.AttachmentsOf(raw), mapping.Attachments(mapping.Metadata{mapping.KeyFileSharingMetadata: shared}),
		} {
			if len(list) > len(raw)+len(shared) {
				t.Errorf("%d attachments in %d bytes", len(list), len(raw)+len(shared))
			}
		}
	})
}
