package redact_test

import (
	"bytes"
	"encoding/json"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/twilio2acs/twilio2acs/mapping"
)

// message is a message as Twilio returns it, with people's text in it.
func message(t testing.TB, body, author, attributes string) string {
	t.Helper()
	raw, err := json.Marshal(map[string]any{
		"sid": "IM0123456789abcdef0123456789abcdef", "conversation_sid": conversationSID, "index": 7,
		"body": body, "author": author, "subject": author, "attributes": attributes, "participant_sid": nil,
		"media": []any{map[string]any{"sid": mediaSID, "filename": author, "content_type": body, "size": 12345}},
	})
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}

// Whatever people write: the resource keeps its form and its length, nothing of
// what they wrote stays, and no other resource becomes the same, because this one
// can be restored.
func FuzzResource(f *testing.F) {
	f.Add("Hello Maria Lopez, call +44 7700 900123", "whatsapp:+447700900123", `{"reactions":{"👍":["maria.lopez"]},"lat":1.25}`)
	f.Add("https://example.com/a?b=c\nÜber שלום 日本語", "Jane <mailto:jane@example.com>", `{"a":"\u00fc\\\"","n":123456}`)
	f.Add("text/html; charset=maria", "a:b:c:", "nope")
	f.Add("\u200d\u0301x\u0301", "urn:mbid:x", `[1.5e300,-0,true,null,{"":"x"}]`)
	r := newRedactor(f, nil)
	f.Fuzz(func(t *testing.T, body, author, attributes string) {
		raw := message(t, body, author, attributes)
		got := resource(t, r, raw)
		if len(got) != len(raw) || !json.Valid([]byte(got)) {
			t.Fatalf("%s becomes %s", raw, got)
		}
		if again := resource(t, r, raw); again != got {
			t.Errorf("%s becomes %s and %s", raw, got, again)
		}
		if back := string(r.Restore(json.RawMessage(got))); lowerEscapes(back) != lowerEscapes(raw) {
			t.Errorf("%s becomes %s, which is restored as %s", raw, got, back)
		}
		var before, after struct{ Body, Author string }
		decode(t, raw, &before)
		decode(t, got, &after)
		sameForm(t, before.Body, after.Body)
		sameForm(t, before.Author, after.Author)
		for _, pair := range [][2]string{{before.Body, after.Body}, {before.Author, after.Author}} {
			nothingStays(t, pair[0], pair[1])
		}
	})
}

var escapes = regexp.MustCompile(`\\\\u[0-9a-fA-F]{4}`)

// lowerEscapes writes escapes as most programs do. Which of both cases they were
// in is not kept where only some of their digits have one.
func lowerEscapes(raw string) string { return escapes.ReplaceAllStringFunc(raw, strings.ToLower) }

var (
	runs = regexp.MustCompile(`\pL[\pL\pM]*|\p{Nd}+`)
	// kept are what stays in text: the prefixes of addresses and links, SIDs and
	// Twilio's URLs, and zeros on their own.
	kept = regexp.MustCompile(`^(?i:\s*(sms|tel|whatsapp|messenger|gbm|email|mailto|rcs|apple|urn|https?):|.*<\s*(sms|tel|whatsapp|messenger|gbm|email|mailto|rcs|apple|urn|https?):|[A-Z]{2}[0-9a-f]{32}$|.*/v1)`)
)

// nothingStays checks that every run of letters and of digits is another one.
func nothingStays(t *testing.T, before, after string) {
	t.Helper()
	for i, line := range bytes.Split([]byte(before), []byte("\n")) {
		if kept.Match(line) {
			continue
		}
		old := runs.FindAllString(string(line), -1)
		for n, w := range runs.FindAllString(string(bytes.Split([]byte(after), []byte("\n"))[i]), -1) {
			if w == old[n] && w != "0" && !isLoner(w) {
				t.Errorf("%q becomes %q: %q stays", before, after, w)
			}
		}
	}
}

// isLoner reports whether w is µ or another letter that is alone of its sort,
// once or more: none can stand in its place.
func isLoner(w string) bool {
	first, _ := utf8.DecodeRuneInString(w)
	return first >= utf8.RuneSelf && strings.TrimFunc(w, func(r rune) bool { return r == first || unicode.IsMark(r) }) == ""
}

func decode(t *testing.T, raw string, v any) {
	t.Helper()
	if err := json.Unmarshal([]byte(raw), v); err != nil {
		t.Fatal(err)
	}
}

var contentTypes = []string{
	"text/plain", "text/html; charset=iso-8859-1", "application/x-vnd.com.twilio.rich.twilio.card", "application/json", "text/csv",
	"image/png", "image/jpeg", "image/gif", "application/pdf", "video/mp4",
}

// Whatever a message and a file of it are: what mapping makes of them redacted
// has as many parts and the same losses.
func FuzzMapping(f *testing.F) {
	f.Add("Hello Maria", "maria", `{"location":{"latitude":51.5,"longitude":-0.14}}`, uint8(0), []byte("Hello Maria\nand all"))
	f.Add("", "whatsapp:+447700900123", "{}", uint8(1), []byte("<p>M&uuml;ller <b>&lt;x&gt;</b><script>a</script>"))
	f.Add(" ", "", "", uint8(2), []byte(`{"body":"x","actions":[{"title":"y","url":"https://z"}]}`))
	f.Add("x", "Jane <jane@example.com>", "{", uint8(2), []byte(`{"latitude":"1.5","lng":2}`))
	r := newRedactor(f, nil)
	f.Fuzz(func(t *testing.T, body, author, attributes string, kind uint8, file []byte) {
		if readsOn(attributes) || readsOn(string(file)) {
			t.Skip()
		}
		raw := message(t, body, author, attributes)
		contentType := contentTypes[int(kind)%len(contentTypes)]
		redacted := resource(t, r, raw)
		before := mapped(t, raw, contentType, file)
		after := mapped(t, redacted, contentType, media(t, r, contentType, file))
		if d := cmp.Diff(after, before); d != "" {
			t.Errorf("message %s with %s %q becomes %s and differs (-redacted +original):\n%s", raw, contentType, file, redacted, d)
		}
	})
}

// Whatever a channel says of a message, redacted it makes as many parts and the same
// losses.
func FuzzChannelMetadata(f *testing.F) {
	f.Add([]byte(`{"type":"location","data":{"latitude":51.5,"longitude":-0.14,"label":"Gate of Maria"}}`))
	f.Add([]byte(`{"type":"contacts","data":[{"name":"Ana","phones":[{"phone":"+447700900123"}]}]}`))
	f.Add([]byte(`{"type":"","data":{"title":" ","lat":"91","lng":"x"}}`))
	f.Add([]byte(`[1e999,{"type":"x"}]`))
	r := newRedactor(f, nil)
	f.Fuzz(func(t *testing.T, metadata []byte) {
		raw := `{"conversation_sid":"` + conversationSID + `","channel_metadata":` + string(metadata) + `}`
		if !json.Valid([]byte(raw)) || !utf8.Valid(metadata) {
			t.Skip()
		}
		redacted := resource(t, r, raw)
		if len(redacted) != len(raw) {
			t.Errorf("%s becomes %s", raw, redacted)
		}
		if d := cmp.Diff(described(t, redacted), described(t, raw)); d != "" {
			t.Errorf("%s becomes %s and differs (-redacted +original):\n%s", raw, redacted, d)
		}
	})
}

// described drafts a message of which only its channel says something.
func described(t *testing.T, recorded string) outcome {
	t.Helper()
	var of struct {
		Metadata json.RawMessage `json:"channel_metadata"`
	}
	decode(t, recorded, &of)
	rules := mapping.Rules{MediaURL: "https://files.example.com/{key}"}
	roster, _ := rules.Roster(mapping.Conversation{SID: mapping.ConversationSID(conversationSID)}, nil, nil)
	draft, losses := rules.ChatMessage(roster, mapping.Message{SID: "IM1", ChannelMetadata: of.Metadata}, nil)
	return outcomeOf(draft, losses)
}

// readsOn reports whether s is JSON with something behind it. As encoding/json
// reads on behind some values, mapping takes some such texts for JSON.
func readsOn(s string) bool {
	var v any
	return !json.Valid([]byte(s)) && json.NewDecoder(strings.NewReader(s)).Decode(&v) == nil
}

// outcome is what a plan counts of a message.
type outcome struct {
	Parts  int
	Sender mapping.PersonKind
	Losses []mapping.LossCode
}

// mapped drafts a message one of whose files is its text.
func mapped(t *testing.T, raw, contentType string, file []byte) outcome {
	t.Helper()
	var m mapping.Message
	decode(t, raw, &m)
	m.Media[0].Category, m.Media[0].ContentType = mapping.CategoryBody, contentType
	rules := mapping.Rules{MediaURL: "https://files.example.com/{key}"}
	roster, _ := rules.Roster(mapping.Conversation{SID: mapping.ConversationSID(conversationSID)}, nil, nil)
	draft, losses := rules.ChatMessage(roster, m, map[mapping.MediaSID]mapping.FoundMedia{mediaSID: {Text: file}})
	return outcomeOf(draft, losses)
}

func outcomeOf(draft mapping.MessageDraft, losses []mapping.Loss) outcome {
	o := outcome{Parts: len(draft.Parts), Sender: draft.Sender.Key.Kind}
	for _, l := range losses {
		o.Losses = append(o.Losses, l.Code)
	}
	slices.Sort(o.Losses)
	return o
}

// Whatever a file is: it keeps its size, and text its encoding.
func FuzzMedia(f *testing.F) {
	f.Add(uint8(0), []byte("Gr\xfc\xdfe, Maria"))
	f.Add(uint8(1), []byte("<a href='x'>M&#252;ller</a><!-- x --><style>p{}</style>&copyx"))
	f.Add(uint8(5), []byte("\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x01\x00\x00\x00\x01\x00\x08\x03\x00\x00\x00k\xacXT"))
	f.Add(uint8(8), bytes.Repeat([]byte("x"), 500))
	r := newRedactor(f, nil)
	f.Fuzz(func(t *testing.T, kind uint8, content []byte) {
		contentType := contentTypes[int(kind)%len(contentTypes)]
		got := media(t, r, contentType, content)
		if again := media(t, r, contentType, content); !bytes.Equal(got, again) {
			t.Errorf("%s %q becomes %q and %q", contentType, content, got, again)
		}
		if kind%10 < 5 && utf8.Valid(content) && !utf8.Valid(got) {
			t.Errorf("%s %q becomes %q", contentType, content, got)
		}
	})
}
