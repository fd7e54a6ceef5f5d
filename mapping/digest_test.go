package mapping_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/twilio2acs/twilio2acs/mapping"
)

func TestDigestOfWhatComesBack(t *testing.T) {
	sent := mapping.NewChatMessage{Content: "Hi", SenderDisplayName: "Ana", Metadata: mapping.Metadata{"a": "1", "b": "2"}}
	back := mapping.ChatMessage{ID: "1", Content: "Hi", SenderDisplayName: "Ana", Metadata: mapping.Metadata{"b": "2", "a": "1"}}
	if got, want := back.Digest(), sent.Digest(); got != want || len(got) != 32 {
		t.Errorf("Digest of what came back = %s; want %s", got, want)
	}
	for _, other := range []mapping.NewChatMessage{
		{Content: "Hi!", SenderDisplayName: "Ana", Metadata: sent.Metadata},
		{Content: "Hi", SenderDisplayName: "An", Metadata: sent.Metadata},
		{Content: "HiA", SenderDisplayName: "na", Metadata: sent.Metadata},
		{Content: "Hi", SenderDisplayName: "Ana", Metadata: mapping.Metadata{"a": "1"}},
		{Content: "Hi", SenderDisplayName: "Ana", Metadata: mapping.Metadata{"a": "1b", "b": "2"}},
	} {
		if other.Digest() == sent.Digest() {
			t.Errorf("Digest of %+v is that of %+v", other, sent)
		}
	}
}

func TestDraftDigest(t *testing.T) {
	ro := rosterOf(t, stored)
	one, _ := stored.ChatMessage(ro, message(nil), nil)
	same, _ := stored.ChatMessage(ro, message(nil), nil)
	other, _ := stored.ChatMessage(ro, message(func(m *mapping.Message) { m.Index = 8 }), nil)
	if one.Digest != same.Digest || one.Digest == other.Digest || len(one.Digest) != 32 {
		t.Errorf("Digests %s, %s of the same and %s of another message", one.Digest, same.Digest, other.Digest)
	}
}

func TestSource(t *testing.T) {
	ro := rosterOf(t, stored)
	source := func(r mapping.Rules, change func(*mapping.Message)) mapping.SourceDigest {
		d, _ := r.ChatMessage(ro, message(change), nil)
		return d.Source
	}
	base := source(stored, nil)
	for name, change := range map[string]func(*mapping.Message){
		"raw form":            func(m *mapping.Message) { m.Raw = json.RawMessage(`{"url":"x"}`) },
		"null delivery":       func(m *mapping.Message) { m.Delivery = json.RawMessage("null") },
		"account":             func(m *mapping.Message) { m.AccountSID = "AC1" },
		"participant":         func(m *mapping.Message) { m.ParticipantSID = smsSID },
		"empty list of files": func(m *mapping.Message) { m.Media = []mapping.Media{} },
	} {
		if source(stored, change) != base {
			t.Errorf("Source changes with the %s; want it the same", name)
		}
	}
	if source(mapping.Rules{}, nil) != base {
		t.Error("Source changes with the rules; want it the same")
	}
	delivered := source(stored, func(m *mapping.Message) { m.Delivery = json.RawMessage(`{"total":1}`) })
	if source(stored, func(m *mapping.Message) { m.Delivery = json.RawMessage("{ \"total\" : 1 }") }) != delivered {
		t.Error("Source changes with the white space of delivery; want it the same")
	}
	seen := map[mapping.SourceDigest]string{base: "the base", delivered: "delivery"}
	for name, change := range map[string]func(*mapping.Message){
		"body":               func(m *mapping.Message) { m.Body = "hello" },
		"subject":            func(m *mapping.Message) { m.Subject = "Hello" },
		"body into subject":  func(m *mapping.Message) { m.Body, m.Subject = "", "Hello" },
		"author":             func(m *mapping.Message) { m.Author = "bo" },
		"attributes":         func(m *mapping.Message) { m.Attributes = "{ }" },
		"content":            func(m *mapping.Message) { m.ContentSID = "HX1" },
		"created":            func(m *mapping.Message) { m.DateCreated = "2024-05-01T10:00:01Z" },
		"updated":            func(m *mapping.Message) { m.DateUpdated = "2024-05-01T10:00:01Z" },
		"file":               func(m *mapping.Message) { m.Media = []mapping.Media{{SID: "ME1"}} },
		"name of a file":     func(m *mapping.Message) { m.Media = []mapping.Media{{SID: "ME1", Filename: "a"}} },
		"type of a file":     func(m *mapping.Message) { m.Media = []mapping.Media{{SID: "ME1", ContentType: "a"}} },
		"size of a file":     func(m *mapping.Message) { m.Media = []mapping.Media{{SID: "ME1", Size: 1}} },
		"category of a file": func(m *mapping.Message) { m.Media = []mapping.Media{{SID: "ME1", Category: "media"}} },
		"two files":          func(m *mapping.Message) { m.Media = []mapping.Media{{SID: "ME1"}, {SID: "ME2"}} },
	} {
		got := source(stored, change)
		if other, ok := seen[got]; ok {
			t.Errorf("Source with another %s is that with %s", name, other)
		}
		seen[got] = name
	}
}

func TestSourceTellsWhatChanged(t *testing.T) {
	ro := rosterOf(t, stored)
	source := func(change func(*mapping.Message)) mapping.SourceDigest {
		d, _ := stored.ChatMessage(ro, message(change), nil)
		return d.Source
	}
	base := source(nil)
	if base.IsZero() || !(mapping.SourceDigest{}).IsZero() {
		t.Errorf("IsZero of %x: %v", base, base.IsZero())
	}
	for _, tt := range []struct {
		name   string
		change func(*mapping.Message)
		want   string
	}{
		{"nothing", nil, ""},
		{"body", func(m *mapping.Message) { m.Body = "hello" }, "content"},
		{"author", func(m *mapping.Message) { m.Author = "bo" }, "author"},
		{"attributes", func(m *mapping.Message) { m.Attributes = `{"a":1}` }, "attributes"},
		{"delivery", func(m *mapping.Message) { m.Delivery = json.RawMessage(`{"total":1}`) }, "delivery"},
		{"date", func(m *mapping.Message) { m.DateUpdated = "2030-05-01T10:00:01Z" }, "metadata"},
		{"body and attributes", func(m *mapping.Message) { m.Body, m.Attributes = "hello", `{"a":1}` }, "content attributes"},
	} {
		if got := strings.Join(source(tt.change).Changed(base), " "); got != tt.want {
			t.Errorf("%s: Changed = %q, want %q", tt.name, got, tt.want)
		}
	}
}
