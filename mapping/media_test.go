package mapping_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/twilio2acs/twilio2acs/mapping"
)

const (
	rich = "application/x-vnd.com.twilio.rich.card"
	png1 = mapping.MediaSID("ME00000000000000000000000000000001")
	pdf1 = mapping.MediaSID("ME00000000000000000000000000000002")
)

// withMedia is a message of Ana that consists of files.
func withMedia(body string, media ...mapping.Media) mapping.Message {
	return message(func(m *mapping.Message) { m.Body, m.Media = body, media })
}

// sharedFiles reads fileSharingMetadata as the UI library does.
func sharedFiles(t *testing.T, md mapping.Metadata) []map[string]string {
	t.Helper()
	var files []map[string]string
	if err := json.Unmarshal([]byte(md[mapping.KeyFileSharingMetadata]), &files); err != nil {
		t.Fatalf("read %s: %v", mapping.KeyFileSharingMetadata, err)
	}
	return files
}

func TestAttachments(t *testing.T) {
	m := withMedia("See", mapping.Media{SID: png1, ContentType: "image/png", Filename: "a & b.png"},
		mapping.Media{SID: pdf1, ContentType: "application/pdf", Category: mapping.CategoryMedia},
		mapping.Media{SID: png1, ContentType: "image/png", Filename: "twice.png"})
	got, losses := stored.ChatMessage(rosterOf(t, stored), m, nil)
	md := got.Parts[0].Metadata
	first := "https://files.contoso.example/" + string(conversationSID) + "/" + string(png1) + "/a%20&%20b.png"
	if md[mapping.KeyHasAttachment] != "true" || md[mapping.KeyAttachmentURL] != first {
		t.Errorf("metadata = %v; want hasAttachment and the URL of the first file", md)
	}
	want := []map[string]string{
		{"id": string(png1), "name": "a & b.png", "url": first, "extension": "png", "attachmentType": "file"},
		{
			"id": string(pdf1), "name": string(pdf1) + ".pdf", "extension": "pdf", "attachmentType": "file",
			"url": "https://files.contoso.example/" + string(conversationSID) + "/" + string(pdf1) + "/" + string(pdf1) + ".pdf",
		},
	}
	if diff := cmp.Diff(want, sharedFiles(t, md)); diff != "" {
		t.Errorf("%s (-want +got):\n%s", mapping.KeyFileSharingMetadata, diff)
	}
	if len(losses) != 0 {
		t.Errorf("losses = %s; want none", codes(losses))
	}
}

func TestMissingFilesAreNotReferredTo(t *testing.T) {
	m := withMedia("", mapping.Media{SID: png1, Filename: "a.png"}, mapping.Media{SID: pdf1, Filename: "b.pdf"})
	got, losses := stored.ChatMessage(rosterOf(t, stored), m, map[mapping.MediaSID]mapping.FoundMedia{png1: {Missing: "404"}})
	files := sharedFiles(t, got.Parts[0].Metadata)
	if len(files) != 1 || files[0]["id"] != string(pdf1) {
		t.Errorf("files = %v; want only the one that is there", files)
	}
	if want := "b.pdf\n[Attachment unavailable: a.png]"; joined(got) != want {
		t.Errorf("content = %q; want %q", joined(got), want)
	}
	if want := (mapping.Loss{Code: mapping.LossMediaMissing, Item: string(png1), Detail: "404"}); len(losses) != 1 || losses[0] != want {
		t.Errorf("losses = %+v; want %+v", losses, want)
	}
	got, _ = stored.ChatMessage(rosterOf(t, stored), withMedia("", m.Media[0]), map[mapping.MediaSID]mapping.FoundMedia{png1: {Missing: "404"}})
	if _, ok := got.Parts[0].Metadata[mapping.KeyHasAttachment]; ok {
		t.Error("a message whose only file is missing says that it has an attachment")
	}
}

func TestManyFilesOverflowIntoTheText(t *testing.T) {
	var media []mapping.Media
	for i := range 60 {
		media = append(media, mapping.Media{SID: mapping.MediaSID(fmt.Sprintf("ME%032x", i)), Filename: fmt.Sprintf("scan %d.pdf", i)})
	}
	got, losses := stored.ChatMessage(rosterOf(t, stored), withMedia("All", media...), nil)
	last := got.Parts[len(got.Parts)-1].Metadata
	shown := len(sharedFiles(t, last))
	named := strings.Count(joined(got), "\n[Attachment: scan ")
	if shown < 5 || shown+named != len(media) || len(losses) < named {
		t.Errorf("%d files in metadata and %d in the text, %d losses; want all %d somewhere", shown, named, len(losses), len(media))
	}
	if !strings.Contains(joined(got), "\n[Attachment: scan 59.pdf https://files.contoso.example/") {
		t.Error("the text does not name the last file with its URL")
	}
}

func TestNeedsText(t *testing.T) {
	for _, tt := range []struct {
		in   mapping.Media
		want bool
	}{
		{mapping.Media{ContentType: "text/plain"}, false},
		{mapping.Media{ContentType: "text/plain", Category: mapping.CategoryMedia}, false},
		{mapping.Media{ContentType: "text/plain", Category: mapping.CategoryBody}, true},
		{mapping.Media{ContentType: "text/html", Category: mapping.CategoryHistory}, true},
		{mapping.Media{ContentType: rich}, true},
		{mapping.Media{ContentType: "Application/X-VND.com.twilio.rich.location; charset=utf-8"}, true},
		{mapping.Media{ContentType: "image/png", Category: "sticker"}, false},
	} {
		if got := tt.in.NeedsText(); got != tt.want {
			t.Errorf("NeedsText(%+v) = %t; want %t", tt.in, got, tt.want)
		}
	}
}

func TestBodyFiles(t *testing.T) {
	plain := mapping.Media{SID: "ME1", ContentType: "text/plain", Category: mapping.CategoryBody}
	html := mapping.Media{SID: "ME2", ContentType: "text/html; charset=utf-8", Category: mapping.CategoryBody}
	history := mapping.Media{SID: "ME3", ContentType: "text/plain", Category: mapping.CategoryHistory}
	card := mapping.Media{SID: "ME4", ContentType: rich, Category: mapping.CategoryBody}
	texts := func(pairs ...string) map[mapping.MediaSID]mapping.FoundMedia {
		found := make(map[mapping.MediaSID]mapping.FoundMedia)
		for i := 0; i < len(pairs); i += 2 {
			found[mapping.MediaSID(pairs[i])] = mapping.FoundMedia{Text: []byte(pairs[i+1])}
		}
		return found
	}
	for _, tt := range []struct {
		name   string
		body   string
		media  []mapping.Media
		found  map[mapping.MediaSID]mapping.FoundMedia
		want   string
		losses string
	}{
		{"plain", "", []mapping.Media{plain}, texts("ME1", "Hi\r\nthere\r\n"), "Hi\nthere", ""},
		{"plain rather than HTML", "", []mapping.Media{html, plain}, texts("ME1", "Hi", "ME2", "<p>Hi</p>"), "Hi", ""},
		{"HTML", "", []mapping.Media{html}, texts("ME2", "<p>Hi &amp; bye</p>"), "Hi & bye", "html-as-text"},
		{"plain that is blank", "", []mapping.Media{plain, html}, texts("ME1", " ", "ME2", "<p>Hi</p>"), "Hi", "media-text html-as-text"},
		{"body is the beginning of it", "Hi", []mapping.Media{plain}, texts("ME1", "Hi there"), "Hi there", ""},
		{"body holds it", "Well, Hi there!", []mapping.Media{plain}, texts("ME1", "Hi there"), "Well, Hi there!", ""},
		{"body says something else", "Hello", []mapping.Media{plain}, texts("ME1", "Hi there"), "Hello\nHi there", ""},
		{"history stays out", "", []mapping.Media{history, plain}, texts("ME1", "Hi", "ME3", "> old"), "Hi", "history-attached"},
		{"history for want of anything else", "", []mapping.Media{history}, texts("ME3", "> old"), "> old", ""},
		{"Latin-1", "", []mapping.Media{{SID: "ME1", ContentType: "text/plain; charset=\"ISO-8859-1\"", Category: "body"}}, texts("ME1", "f\xfcr 5 \x80"), "für 5 €", ""},
		{"broken UTF-8", "", []mapping.Media{plain}, texts("ME1", "f\xfcr"), "f\uFFFDr", "text-repaired"},
		{"byte order mark", "", []mapping.Media{plain}, texts("ME1", "\uFEFFHi"), "Hi", ""},
		{"not read yet", "", []mapping.Media{plain}, nil, "ME1.txt", ""},
		{"unreadable type", "", []mapping.Media{{SID: "ME1", ContentType: "image/png", Category: "body"}}, texts("ME1", "\x89PNG"), "ME1.png", "media-text"},
		{"longer than was read", "", []mapping.Media{plain}, texts("ME1", "Hi"+strings.Repeat("\n", mapping.MaxMediaText)), "Hi", "media-text"},
		{"card", "", []mapping.Media{card}, texts("ME4", `{"title":"Sale","subtitle":"Today","media":["https://x.example/a.png"],"actions":[{"type":"URL","title":"Buy","url":"https://x.example/buy","id":"1"},{"type":"QUICK_REPLY","title":"Later","id":"l"},{"type":"PHONE_NUMBER","title":"Call","phone":"+1555"}]}`),
			"Sale\nToday\n[Media] https://x.example/a.png\n[Button] Buy – https://x.example/buy\n[Button] Later\n[Button] Call – +1555", "rich-content"},
		{"rendered body is not repeated", "Hello Ana", []mapping.Media{card}, texts("ME4", `{"body":"Hello Ana","actions":[{"title":"Yes"}]}`), "Hello Ana\n[Button] Yes", "rich-content"},
		{"list picker", "", []mapping.Media{card}, texts("ME4", `{"body":"Pick","button":"Choose","items":[{"id":"1","item":"A","description":"first"},{"id":"2","item":"B"}]}`),
			"Pick\nA\nfirst\nB\n[Button] Choose", "rich-content"},
		{"types and nested texts", "", []mapping.Media{card}, texts("ME4", `{"types":{"whatsapp/x":{"body":{"text":"T"},"action":{"buttons":[{"reply":{"id":"1","title":"R"}}]}},"twilio/text":{"body":"T"}}}`),
			"T\n[Button] R", "rich-content"},
		{"location", "", []mapping.Media{card}, texts("ME4", `{"latitude":-37.79,"longitude":-122.40,"label":"Pier"}`), "[Location -37.79,-122.40 Pier]", "rich-content"},
		{"card that is no JSON", "Hello", []mapping.Media{card}, texts("ME4", `{"title"`), "Hello", "media-text"},
		{"card with something behind it", "Hello", []mapping.Media{card}, texts("ME4", `{"title":"T"} }`), "Hello", "media-text"},
		{"card of an unknown shape", "", []mapping.Media{card}, texts("ME4", `[[1,null,{"x":true}]]`), "ME4.json", "media-text"},
		{"missing body file", "", []mapping.Media{plain}, map[mapping.MediaSID]mapping.FoundMedia{"ME1": {Missing: "404"}}, "[Attachment unavailable: ME1.txt]", "media-missing"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, losses := stored.ChatMessage(rosterOf(t, stored), withMedia(tt.body, tt.media...), tt.found)
			if joined(got) != tt.want {
				t.Errorf("content = %q; want %q", joined(got), tt.want)
			}
			if codes(losses) != tt.losses {
				t.Errorf("losses = %q; want %q", codes(losses), tt.losses)
			}
			if !lost(losses, mapping.LossMediaMissing) && len(sharedFiles(t, got.Parts[0].Metadata)) != len(tt.media) {
				t.Errorf("files = %v; want every original attached", sharedFiles(t, got.Parts[0].Metadata))
			}
		})
	}
}

func TestBodyFilesWithoutMediaStore(t *testing.T) {
	r := mapping.Rules{}
	body := mapping.Media{SID: "ME1", ContentType: "text/plain", Category: mapping.CategoryBody}
	got, losses := r.ChatMessage(rosterOf(t, r), withMedia("", body), map[mapping.MediaSID]mapping.FoundMedia{"ME1": {Text: []byte("Hi")}})
	if joined(got) != "Hi" || codes(losses) != "media-lost" {
		t.Errorf("content = %q, losses %s; want the text alone, and the original lost", joined(got), codes(losses))
	}
	if _, ok := got.Parts[0].Metadata[mapping.KeyFileSharingMetadata]; ok {
		t.Error("a message refers to a file although there is no media store")
	}
}

func TestHTMLBody(t *testing.T) {
	for _, tt := range []struct{ name, in, want string }{
		{"paragraphs", "<p>One</p><p>Two</p>", "One\n\nTwo"},
		{"breaks", "a<br>b<br/><BR />c", "a\nb\n\nc"},
		{"white space", " a \n b\t<b>c</b>d ", "a b cd"},
		{"scripts and styles", "<style>p{}</style>a<script>if (a<b) alert('</p>')</script>b", "ab"},
		{"head without end", "<html><head><title>T</title><body>x", "x"},
		{"comments", "a<!-- <p>no</p> -->b<![if !mso]>c", "abc"},
		{"entities", "&lt;b&gt; &eacute;&#128578;&nbsp;x", "<b> é🙂 x"},
		{"> in an attribute", `<a title = "1 > 0" href='x>y'>z</a>`, "z"},
		{"mere <", "1 < 2 <3 and a<b>c", "1 < 2 <3 and ac"},
		{"list", "<ul><li>a</li><li>b</li></ul>c", "- a\n- b\n\nc"},
		{"table", "<table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>", "a b\nc"},
		{"unfinished tag", "a<p", "a"},
		{"unfinished quote", `a<p class="b>c`, "a"},
		{"unfinished script", "a<script>b", "a"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			m := mapping.Media{SID: "ME1", ContentType: "text/html", Category: mapping.CategoryBody}
			got, _ := stored.ChatMessage(rosterOf(t, stored), withMedia("", m), map[mapping.MediaSID]mapping.FoundMedia{"ME1": {Text: []byte(tt.in)}})
			if joined(got) != tt.want {
				t.Errorf("text of %q = %q; want %q", tt.in, joined(got), tt.want)
			}
		})
	}
}
