package mapping_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/twilio2acs/twilio2acs/mapping"
)

func TestMessageMetadata(t *testing.T) {
	base := func(more ...string) mapping.Metadata {
		md := mapping.Metadata{
			"twilioMessageSid": "IM00000000000000000000000000000001", "twilioMessageIndex": "7",
			"twilioAuthor": "ana", "twilioCreatedAt": "2024-05-01T10:00:00Z",
		}
		for i := 0; i < len(more); i += 2 {
			md[more[i]] = more[i+1]
		}
		return md
	}
	for _, tt := range []struct {
		name   string
		change func(*mapping.Message)
		want   mapping.Metadata
		losses string
	}{
		{"plain", nil, base(), ""},
		{"never updated", func(m *mapping.Message) { m.DateUpdated = "" }, base(), ""},
		{"edited", func(m *mapping.Message) { m.DateUpdated = "2024-05-01T11:00:00Z" }, base("twilioUpdatedAt", "2024-05-01T11:00:00Z"), ""},
		{"attributes as they are", func(m *mapping.Message) { m.Attributes = `{ "importance": "high" }` }, base("twilioAttributes", `{ "importance": "high" }`), ""},
		{"empty attributes", func(m *mapping.Message) { m.Attributes = " {}\n" }, base(), ""},
		{"attributes that are a string", func(m *mapping.Message) { m.Attributes = `"x"` }, base("twilioAttributes", `"x"`), ""},
		{"broken attributes", func(m *mapping.Message) { m.Attributes = `{"a":` }, base("twilioAttributes", `{"a":`), "attributes-invalid"},
		{"delivery", func(m *mapping.Message) { m.Delivery = json.RawMessage(`{ "total": 2, "sent": "all" }`) }, base("twilioDelivery", `{"sent":"all","total":2}`), "delivery-receipts"},
		{"no delivery", func(m *mapping.Message) { m.Delivery = json.RawMessage(` null `) }, base(), ""},
		{"content template", func(m *mapping.Message) { m.ContentSID = "HX1" }, base("twilioContentSid", "HX1"), ""},
		{"unreadable date travels on", func(m *mapping.Message) { m.DateUpdated = "yesterday" }, base("twilioUpdatedAt", "yesterday"), ""},
		{"NUL in attributes", func(m *mapping.Message) { m.Attributes = "\"\x00\"" }, base("twilioAttributes", "\"\uFFFD\""), "text-repaired"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, losses := stored.ChatMessage(rosterOf(t, stored), message(tt.change), nil)
			if len(got.Parts) != 1 || got.Parts[0].Content != "Hello" {
				t.Fatalf("Parts = %+v; want one that says Hello", got.Parts)
			}
			if diff := cmp.Diff(tt.want, got.Parts[0].Metadata); diff != "" {
				t.Errorf("metadata (-want +got):\n%s", diff)
			}
			if codes(losses) != tt.losses {
				t.Errorf("losses = %q; want %q", codes(losses), tt.losses)
			}
			if got.Chunk != nil || got.ChunkKey != "" {
				t.Errorf("Chunk = %s under %q; want none, since all of it fits", got.Chunk, got.ChunkKey)
			}
		})
	}
}

func TestMessageText(t *testing.T) {
	png := mapping.Media{SID: "ME1", ContentType: "image/png", Filename: "a.png"}
	pdf := mapping.Media{SID: "ME2", ContentType: "application/pdf", Filename: "b.pdf"}
	gone := map[mapping.MediaSID]mapping.FoundMedia{"ME2": {Missing: "404"}}
	for _, tt := range []struct {
		name   string
		rules  mapping.Rules
		change func(*mapping.Message)
		found  map[mapping.MediaSID]mapping.FoundMedia
		want   string
		losses string
	}{
		{"body", stored, nil, nil, "Hello", ""},
		{"space around is kept", stored, func(m *mapping.Message) { m.Body = " Hello \n" }, nil, " Hello \n", ""},
		{"invalid UTF-8", stored, func(m *mapping.Message) { m.Body = "a\xffb" }, nil, "a\uFFFDb", "text-repaired"},
		{"NUL", stored, func(m *mapping.Message) { m.Body = "a\x00b" }, nil, "a\uFFFDb", "text-repaired"},
		{"subject above the body", stored, func(m *mapping.Message) { m.Subject = "Order" }, nil, "Order\n\nHello", "subject-in-text"},
		{"subject alone", stored, func(m *mapping.Message) { m.Subject, m.Body = "Order", "" }, nil, "Order", "subject-in-text"},
		{"file names", stored, func(m *mapping.Message) { m.Body, m.Media = "", []mapping.Media{png, pdf} }, nil, "a.png\nb.pdf", ""},
		{"file names are not repeated beside a body", stored, func(m *mapping.Message) { m.Media = []mapping.Media{png} }, nil, "Hello", ""},
		{"missing file", stored, func(m *mapping.Message) { m.Media = []mapping.Media{png, pdf} }, gone, "Hello\n[Attachment unavailable: b.pdf]", "media-missing"},
		{"missing file and nothing else", stored, func(m *mapping.Message) { m.Body, m.Media = "", []mapping.Media{pdf} }, gone, "[Attachment unavailable: b.pdf]", "media-missing"},
		{"no media store", mapping.Rules{}, func(m *mapping.Message) { m.Media = []mapping.Media{png} }, nil, "Hello\n[Attachment not carried: a.png]", "media-lost"},
		{"location in attributes", stored, func(m *mapping.Message) {
			m.Body, m.Attributes = "", `{"location":{"lat":52.520,"lng":"13.4","name":"Office"}}`
		}, nil, "[Location 52.520,13.4 Office]", ""},
		{"no place on earth", stored, func(m *mapping.Message) { m.Body, m.Attributes = "", `{"latitude":91,"longitude":0}` }, nil, "[Unsupported message]", "unsupported-message"},
		{"nothing", stored, func(m *mapping.Message) { m.Body = "" }, nil, "[Unsupported message]", "unsupported-message"},
		{"nothing, and no media store", mapping.Rules{}, func(m *mapping.Message) { m.Body = "" }, nil, "[Unsupported message]", "not-kept"},
		{"a place its channel knows", stored, func(m *mapping.Message) {
			m.Body, m.ChannelMetadata = "", json.RawMessage(`{"type":"location","data":{"latitude":52.52,"longitude":13.40,"label":"Office"}}`)
		}, nil, "[Location 52.52,13.40 Office]", "channel-metadata"},
		{"something its channel knows", stored, func(m *mapping.Message) {
			m.Body, m.ChannelMetadata = "", json.RawMessage(`{"type":"contacts","data":[{"name":"Leila\nHaddad"}]}`)
		}, nil, "[contacts Leila Haddad]", "channel-metadata"},
		{"its channel knows nothing", stored, func(m *mapping.Message) { m.Body, m.ChannelMetadata = "", json.RawMessage(`null`) }, nil, "[Unsupported message]", "unsupported-message"},
		{"white space", stored, func(m *mapping.Message) { m.Body = " \n\u00A0" }, nil, "[Unsupported message]", "blank-text unsupported-message"},
		{"white space and a file", stored, func(m *mapping.Message) { m.Body, m.Media = "\n", []mapping.Media{png} }, nil, "a.png", "blank-text"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, losses := tt.rules.ChatMessage(rosterOf(t, tt.rules), message(tt.change), tt.found)
			if joined(got) != tt.want || len(got.Parts) != 1 {
				t.Errorf("content = %q in %d parts; want %q", joined(got), len(got.Parts), tt.want)
			}
			if codes(losses) != tt.losses {
				t.Errorf("losses = %q; want %q", codes(losses), tt.losses)
			}
		})
	}
}

func TestMessageSidecar(t *testing.T) {
	raw := json.RawMessage(`{ "sid": "IM00000000000000000000000000000001", "body": "<b>&", "new_field": [1, 2] }`)
	large := func(m *mapping.Message) {
		m.Attributes, m.Raw = `"`+strings.Repeat("x", mapping.MaxAttributes)+`"`, raw
	}
	got, losses := stored.ChatMessage(rosterOf(t, stored), message(large), nil)
	if codes(losses) != "attributes-large" {
		t.Errorf("losses = %s; want attributes-large", codes(losses))
	}
	want := `{"format":"twilio2acs-message/v1","message":{"sid":"IM00000000000000000000000000000001","body":"<b>&","new_field":[1,2]}}` + "\n"
	if string(got.Chunk) != want {
		t.Errorf("Chunk = %s; want %s", got.Chunk, want)
	}
	if !strings.HasPrefix(got.ChunkKey, string(conversationSID)+"/sidecar/7-7-") || !strings.HasSuffix(got.ChunkKey, ".jsonl") {
		t.Errorf("ChunkKey = %q; want the index twice and a digest", got.ChunkKey)
	}
	if url := got.Parts[0].Metadata[mapping.KeySidecar]; url != stored.URL(got.ChunkKey) {
		t.Errorf("%s = %q; want %q", mapping.KeySidecar, url, stored.URL(got.ChunkKey))
	}

	got, losses = mapping.Rules{}.ChatMessage(rosterOf(t, mapping.Rules{}), message(large), nil)
	if codes(losses) != "not-kept" || got.Chunk != nil || got.ChunkKey != "" || got.Parts[0].Metadata[mapping.KeySidecar] != "" {
		t.Errorf("without a media store: chunk %q, losses %s; want no chunk and not-kept", got.Chunk, codes(losses))
	}
}

func TestMetadataIsTrimmedFromTheLeastImportant(t *testing.T) {
	var media []mapping.Media
	for i := range 9 {
		media = append(media, mapping.Media{SID: mapping.MediaSID("ME" + strings.Repeat(string(rune('a'+i)), 32)), Filename: "f.pdf"})
	}
	m := message(func(m *mapping.Message) {
		m.Media, m.Attributes = media, `"`+strings.Repeat("x", mapping.MaxAttributes-2)+`"`
		m.Delivery = json.RawMessage(`{"total":1}`)
	})
	got, losses := stored.ChatMessage(rosterOf(t, stored), m, nil)
	md := got.Parts[0].Metadata
	if _, ok := md[mapping.KeyAttributes]; ok || md[mapping.KeyDelivery] == "" || md[mapping.KeyFileSharingMetadata] == "" || md[mapping.KeySidecar] == "" {
		t.Errorf("metadata = %v; want all but the attributes, and the sidecar", md)
	}
	if !lost(losses, mapping.LossMetadataTrimmed) || got.Chunk == nil {
		t.Errorf("losses = %s, chunk %q; want metadata-trimmed and the message in the sidecar", codes(losses), got.Chunk)
	}
	if size := md.Size(); size > mapping.MaxMessageMetadata {
		t.Errorf("metadata measures %d bytes; want at most %d", size, mapping.MaxMessageMetadata)
	}
}

func TestStub(t *testing.T) {
	m := message(func(m *mapping.Message) {
		m.Body, m.Attributes = "refused", `{"a":1}`
		m.Media = []mapping.Media{{SID: "ME1"}}
	})
	whole, _ := stored.ChatMessage(rosterOf(t, stored), m, nil)
	got, losses := stored.Stub(rosterOf(t, stored), m, "400\nBad request")
	if len(got.Parts) != 1 || got.Parts[0].Content != "[Message refused by ACS: 400 Bad request]" {
		t.Errorf("Parts = %+v; want one short text", got.Parts)
	}
	want := mapping.Metadata{
		"twilioMessageSid": string(m.SID), "twilioMessageIndex": "7", "twilioAuthor": "ana",
		"twilioCreatedAt": string(m.DateCreated), "twilioSidecar": stored.URL(got.ChunkKey),
	}
	if diff := cmp.Diff(want, got.Parts[0].Metadata); diff != "" {
		t.Errorf("metadata (-want +got):\n%s", diff)
	}
	if !strings.Contains(string(got.Chunk), `"body":"refused"`) {
		t.Errorf("Chunk = %s; want the whole message", got.Chunk)
	}
	if got.Source != whole.Source || got.Sender != whole.Sender || got.Digest == whole.Digest {
		t.Errorf("Stub = %+v; want source and sender of the message and a digest of its own", got)
	}
	if codes(losses) != "message-refused" {
		t.Errorf("losses = %s; want message-refused", codes(losses))
	}
	got, losses = mapping.Rules{}.Stub(rosterOf(t, mapping.Rules{}), m, strings.Repeat("long ", 9999))
	if codes(losses) != "not-kept" || got.Parts[0].Size() > 2048 {
		t.Errorf("Stub without a media store = %d bytes, losses %s; want it short and not-kept", got.Parts[0].Size(), codes(losses))
	}
}

// Delivery receipts go into the chunk of their message, and change nothing else.
func TestReceiptsStandInTheChunk(t *testing.T) {
	ro := rosterOf(t, stored)
	m := message(func(m *mapping.Message) { m.Delivery = json.RawMessage(`{"total":1}`) })
	without, losses := stored.ChatMessage(ro, m, nil)
	if without.Chunk != nil || codes(losses) != "delivery-receipts" {
		t.Errorf("chunk %q, losses %v without receipts; want no chunk and a loss", without.Chunk, losses)
	}
	m.Receipts = []json.RawMessage{json.RawMessage(`{"sid":"DY1"}`), json.RawMessage(`{"sid":"DY2"}`)}
	with, losses := stored.ChatMessage(ro, m, nil)
	if !strings.Contains(string(with.Chunk), `"receipts":[{"sid":"DY1"},{"sid":"DY2"}]`) || codes(losses) != "" {
		t.Errorf("chunk %q, losses %v; want the receipts and no loss", with.Chunk, losses)
	}
	if with.Source != without.Source {
		t.Error("Source changes with the receipts; want it the same")
	}
	if with.Parts[0].Metadata[mapping.KeySidecar] == "" {
		t.Error("the message does not say where its receipts are")
	}
	m.Receipts = nil
	for _, r := range []mapping.Rules{{MediaURL: stored.MediaURL, Receipts: true}, {Receipts: true}} {
		_, losses := r.ChatMessage(rosterOf(t, r), m, nil)
		if lost := lost(losses, mapping.LossDeliveryReceipts); lost != (r.MediaURL == "") {
			t.Errorf("rules %+v: losses %v; want it lost only without a place to keep it in", r, losses)
		}
	}
}

// What a channel says of a message stands in the chunk whatever the text is made
// of, and is part of what is carried.
func TestChannelMetadataIsKept(t *testing.T) {
	ro := rosterOf(t, stored)
	for _, tt := range []struct {
		name, attributes, metadata, text, losses string
	}{
		{"a place", "{}", `{"type":"location","data":{"latitude":51.5,"longitude":-0.14,"label":"Gate"}}`, "[Location 51.5,-0.14 Gate]", "channel-metadata"},
		{"a place that attributes tell as well", `{"location":{"latitude":1.5,"longitude":2.5}}`, `{"type":"location","data":{"latitude":51.5,"longitude":-0.14}}`, "[Location 1.5,2.5]", "channel-metadata"},
		{"a list", "{}", `{"type":"contacts","data":[{"name":"Ana"}]}`, "[contacts Ana]", "channel-metadata"},
		{"only a type", "{}", `{"type":"sticker","data":null}`, "[sticker]", "channel-metadata"},
		{"no type", "{}", `{"data":"x"}`, "[Unsupported message]", "channel-metadata unsupported-message"},
		{"no object", "{}", `[1]`, "[Unsupported message]", "channel-metadata unsupported-message"},
		{"none", "{}", `null`, "[Unsupported message]", "unsupported-message"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			m := message(func(m *mapping.Message) { m.Body, m.Attributes = "", tt.attributes })
			without, _ := stored.ChatMessage(ro, m, nil)
			m.ChannelMetadata = json.RawMessage(tt.metadata)
			got, losses := stored.ChatMessage(ro, m, nil)
			if got.Parts[0].Content != tt.text || codes(losses) != tt.losses {
				t.Errorf("%q with losses %s; want %q with %s", got.Parts[0].Content, codes(losses), tt.text, tt.losses)
			}
			if known := tt.metadata != "null"; strings.Contains(string(got.Chunk), `"channelMetadata":`+tt.metadata) != known {
				t.Errorf("chunk %s", got.Chunk)
			} else if changed := got.Source.Changed(without.Source); (len(changed) == 1 && changed[0] == mapping.FieldContent) != known {
				t.Errorf("changed %v", changed)
			}
		})
	}
}
