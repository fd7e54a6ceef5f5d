package mapping_test

import (
	"encoding/json"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/twilio2acs/twilio2acs/mapping"
)

// checkDraft fails unless everything of d can be sent.
func checkDraft(t *testing.T, d mapping.MessageDraft) {
	t.Helper()
	if len(d.Parts) == 0 {
		t.Fatal("no parts")
	}
	for i, p := range d.Parts {
		if size := p.Size(); size > mapping.MaxMessageSize {
			t.Errorf("part %d of %d measures %d bytes", i+1, len(d.Parts), size)
		}
		if size := p.Metadata.Size(); size > mapping.MaxMessageMetadata {
			t.Errorf("metadata of part %d measures %d bytes", i+1, size)
		}
		if strings.TrimSpace(p.Content) == "" || strings.TrimSpace(p.SenderDisplayName) == "" {
			t.Errorf("part %d says %q as %q", i+1, p.Content, p.SenderDisplayName)
		}
		checkText(t, p.Content)
		checkText(t, p.SenderDisplayName)
		checkMetadata(t, p.Metadata)
		if back := (mapping.ChatMessage{Content: p.Content, SenderDisplayName: p.SenderDisplayName, Metadata: p.Metadata}); back.Digest() != p.Digest() {
			t.Errorf("part %d has digest %s and comes back as %s", i+1, p.Digest(), back.Digest())
		}
	}
	if (d.Chunk == nil) != (d.ChunkKey == "") || d.Chunk != nil && (!json.Valid(d.Chunk) || strings.Count(string(d.Chunk), "\n") != 1) {
		t.Errorf("chunk %q under %q", d.Chunk, d.ChunkKey)
	}
}

func checkMetadata(t *testing.T, md mapping.Metadata) {
	t.Helper()
	for key, value := range md {
		if value == "" {
			t.Errorf("%s is empty", key)
		}
		checkText(t, value)
	}
}

func checkText(t *testing.T, s string) {
	t.Helper()
	if !utf8.ValidString(s) || strings.ContainsRune(s, 0) {
		t.Errorf("%q cannot be sent", s)
	}
}

// repaired is what becomes of the bytes of a body.
func repaired(body string) string {
	return strings.ReplaceAll(strings.ToValidUTF8(body, "\uFFFD"), "\x00", "\uFFFD")
}

var fuzzRules = []mapping.Rules{
	stored, {}, {Addresses: mapping.AddressesKeep, MediaURL: "{key}"},
	{OriginalTime: mapping.OriginalTimePrefix, DisplayNames: mapping.DisplayNamesNeutral, External: mapping.ExternalHistoryOnly, MediaURL: "{key}"},
}

func FuzzMessage(f *testing.F) {
	f.Add("Hello", "{}", "ana", "", string(anaSID), uint16(1))
	f.Add("👨‍👩‍👧‍👦 ", `{"a":1}`, "system", "Re: x", "", uint16(3000))
	f.Add("e\u0301\u0301", "{", "+15551234567", "", "MB9", uint16(20000))
	f.Add(" \n\t", `{"latitude":1,"longitude":"2","label":"x"}`, "Jane <j@x.example>", " ", "MB9", uint16(9000))
	f.Add("a\x00\xff", "\xff", "\x00", "\xff", "\xff", uint16(2))
	f.Add("", "", "", "", "", uint16(0))
	f.Fuzz(func(t *testing.T, body, attributes, author, subject, participant string, times uint16) {
		if len(body) > 0 {
			body = strings.Repeat(body, min(int(times), 60_000/len(body)+1))
		}
		m := message(func(m *mapping.Message) {
			m.Body, m.Attributes, m.Author, m.Subject = body, attributes, author, subject
			m.ParticipantSID = mapping.ParticipantSID(participant)
		})
		r := fuzzRules[int(times)%len(fuzzRules)]
		ro := rosterOf(t, r)
		d, losses := r.ChatMessage(ro, m, nil)
		checkDraft(t, d)
		for _, l := range losses {
			if l.Code.Info().Title == mapping.LossCode("unknown").Info().Title {
				t.Errorf("unknown loss %+v", l)
			}
		}
		whole := strings.TrimSpace(subject) == "" && !lost(losses, mapping.LossBlankText) && !lost(losses, mapping.LossNotKept)
		if strings.TrimSpace(body) != "" && whole && strings.TrimPrefix(joined(d), shownTime(r)) != repaired(body) {
			t.Errorf("parts joined are %q; want %q", joined(d), repaired(body))
		}
		again, _ := r.ChatMessage(ro, m, nil)
		if again.Digest != d.Digest || again.Source != d.Source {
			t.Error("the same message gives another draft")
		}
		stub, _ := r.Stub(ro, m, body)
		checkDraft(t, stub)
	})
}

// shownTime is what messages of Ana begin with under r.
func shownTime(r mapping.Rules) string {
	if r.OriginalTime == mapping.OriginalTimePrefix {
		return "[2024-05-01 10:00 UTC] "
	}
	return ""
}

// Whatever a channel says of a message without text: it can be sent, is kept, and
// says the same every time.
func FuzzChannelMetadata(f *testing.F) {
	f.Add([]byte(`{"type":"location","data":{"latitude":51.5,"longitude":-0.14,"label":"Gate"}}`), "{}")
	f.Add([]byte(`{"type":"contacts","data":[{"name":{"formatted_name":"Ana\u0000"}}]}`), `{"latitude":1,"longitude":2}`)
	f.Add([]byte(`{"type":"\ud800","data":{"title":"\t","text":"👨‍👩‍👧‍👦"}}`), "")
	f.Add([]byte(`[{}] x`), "{")
	f.Fuzz(func(t *testing.T, metadata []byte, attributes string) {
		m := message(func(m *mapping.Message) { m.Body, m.Attributes, m.ChannelMetadata = "", attributes, metadata })
		for _, r := range fuzzRules {
			ro := rosterOf(t, r)
			d, losses := r.ChatMessage(ro, m, nil)
			checkDraft(t, d)
			if again, _ := r.ChatMessage(ro, m, nil); again.Digest != d.Digest || again.Source != d.Source {
				t.Error("the same message gives another draft")
			}
			said := json.Valid(metadata) && strings.TrimSpace(string(metadata)) != "null"
			if said && r.MediaURL != "" && !(lost(losses, mapping.LossChannelMetadata) && strings.Contains(string(d.Chunk), `"channelMetadata":`)) {
				t.Errorf("%s is not kept: %v", metadata, losses)
			}
		}
	})
}

func FuzzMedia(f *testing.F) {
	f.Add("ME1", "a.png", "image/png", "", []byte(nil), "")
	f.Add("../x", `..\CON.`, "text/html; charset=latin1", "body", []byte("<p>f\xfcr<script><!--"), "body")
	f.Add("", "", "application/x-vnd.com.twilio.rich.card", "media", []byte(`{"title":"x","actions":[{"title":"y","url":"z"}]}`), "")
	f.Add("ME1", "\u202E", "text/plain", "history", []byte("> x"), "")
	f.Add("ME1", "x", "application/x-vnd.com.twilio.rich.location", "body", []byte(`[[[{"latitude":1e400,"longitude":0}]]]`), "")
	f.Fuzz(func(t *testing.T, sid, name, contentType, category string, content []byte, body string) {
		media := mapping.Media{SID: mapping.MediaSID(sid), Filename: name, ContentType: contentType, Category: category}
		other := media
		other.SID += "2"
		found := map[mapping.MediaSID]mapping.FoundMedia{media.SID: {Text: content}, other.SID: {Missing: body}}
		for _, r := range fuzzRules {
			d, _ := r.ChatMessage(rosterOf(t, r), withMedia(body, media, other, media), found)
			checkDraft(t, d)
			if text, ok := d.Parts[len(d.Parts)-1].Metadata[mapping.KeyFileSharingMetadata]; ok {
				var files []struct{ ID, Name, URL string }
				if err := json.Unmarshal([]byte(text), &files); err != nil || len(files) == 0 {
					t.Errorf("%s = %s: %v", mapping.KeyFileSharingMetadata, text, err)
				}
			}
		}
	})
}

func FuzzMediaKey(f *testing.F) {
	for _, name := range []string{"a.png", "..", `a\..\b`, "con.txt", "\u202Ex", ". .", "\xff", "a\u200D..b", strings.Repeat("👨‍👩‍👧", 40)} {
		f.Add("ME1", name, "image/png")
	}
	f.Fuzz(func(t *testing.T, sid, name, contentType string) {
		key := stored.MediaKey(conversationSID, mapping.Media{SID: mapping.MediaSID(sid), Filename: name, ContentType: contentType})
		elements := strings.Split(key, "/")
		if len(elements) != 3 || strings.Contains(key, "..") || strings.ContainsAny(key, `\<>:"|?*`) || !utf8.ValidString(key) {
			t.Fatalf("MediaKey of %q, %q = %q", sid, name, key)
		}
		safe := elements[2]
		if safe == "" || len(safe) > 100 || safe != strings.Trim(safe, ". ") {
			t.Errorf("safe name of %q = %q", name, safe)
		}
		for _, r := range safe {
			if unicode.IsControl(r) || unicode.Is(unicode.Cf, r) {
				t.Errorf("safe name of %q = %q has %U", name, safe, r)
			}
		}
		again := stored.MediaKey(conversationSID, mapping.Media{SID: mapping.MediaSID(sid), Filename: safe, ContentType: contentType})
		if again != key {
			t.Errorf("safe name of %q = %q is not its own safe name, but %q", name, safe, again)
		}
	})
}

func FuzzThread(f *testing.F) {
	f.Add("Order", "order-1", "{}", "ana", "sms", "+15551234567", "agent", "closed")
	f.Add("+15551234567", "\xff", "{", "j@x.example", "email", "j@x.example", "\x00", "")
	f.Add(strings.Repeat("🙂", 300), "", strings.Repeat("x", 2000), "\n", "", "", "", "inactive")
	f.Fuzz(func(t *testing.T, friendly, unique, attributes, identity, kind, address, name, state string) {
		c := conversation
		c.FriendlyName, c.UniqueName, c.Attributes, c.State = friendly, unique, attributes, state
		c.Timers = json.RawMessage(attributes)
		participants := []mapping.Participant{
			{SID: "MB1", Identity: mapping.Identity(identity), Attributes: attributes},
			{SID: "MB2", Binding: &mapping.MessagingBinding{Type: kind, Address: address, Name: name}},
			{SID: "MB3", Identity: mapping.Identity(name), Binding: &mapping.MessagingBinding{ProjectedAddress: address}},
		}
		dir := directory{users: map[mapping.Identity]mapping.User{mapping.Identity(identity): {FriendlyName: name, Attributes: attributes}}}
		for _, r := range fuzzRules {
			ro, _ := r.Roster(c, participants, dir)
			d, _ := r.ChatThread(c, ro)
			if d.Topic == "" || d.Metadata.Size() > mapping.MaxThreadMetadata {
				t.Errorf("topic %q, metadata of %d bytes", d.Topic, d.Metadata.Size())
			}
			checkText(t, d.Topic)
			checkMetadata(t, d.Metadata)
			for _, m := range d.Members {
				if strings.TrimSpace(m.DisplayName) == "" || m.Metadata.Size() > mapping.MaxMemberMetadata {
					t.Errorf("member %q, metadata of %d bytes", m.DisplayName, m.Metadata.Size())
				}
				checkText(t, m.DisplayName)
				checkMetadata(t, m.Metadata)
			}
			if !json.Valid(r.Sidecar(c, ro)) {
				t.Errorf("Sidecar = %s", r.Sidecar(c, ro))
			}
		}
	})
}
