package redact_test

import (
	"regexp"
	"strings"
	"testing"

	"github.com/twilio2acs/twilio2acs/mapping"
)

func TestHTML(t *testing.T) {
	r := newRedactor(t, nil)
	for _, tt := range []struct{ document, want string }{
		{`<p class="maria">Dear <b>Maria</b></p>`, `^<p [a-z]{5}="[a-z]{5}">[A-Z][a-z]{3} <b>[A-Z][a-z]{4}</b></p>$`},
		{`<!DOCTYPE html><!-- by Maria -->x`, `^<![A-Z]{7} [a-z]{4}><!-- [a-z]{2} [A-Z][a-z]{4} -->[a-z]$`},
		{`M&uuml;ller &amp; S&#246;hne&nbsp;1`, `^[A-Z]\p{Ll}[a-z]{4} &amp; [A-Z]\p{Ll}[a-z]{3}&nbsp;[1-9] {8}$`},
		{`AT&T a < b &copyright`, `^[A-Z]{2}&[A-Z] [a-z] < [a-z] &copy[a-z]{5}$`},
		{`<script>if (maria<b) "</p>"</script><maria@example.com>`, `^<script>[a-z]{2} \([a-z]{5}<[a-z]\) "</[a-z]>"</script><[a-z]{5}@[a-z]{7}\.[a-z]{3}>$`},
		{`<img alt='Maria > Lopez' src=x`, `^<img [a-z]{3}='[A-Z][a-z]{4} > [A-Z][a-z]{4}' [a-z]{3}=[a-z]$`},
		{"<p>B\xf6se</p>", "^<p>[A-Z].[a-z]{2}</p>$"},
	} {
		got := string(media(t, r, "text/html", []byte(tt.document)))
		if !regexp.MustCompile(tt.want).MatchString(got) || strings.Contains(strings.ToLower(got), "maria") {
			t.Errorf("%s = %s, want %s", tt.document, got, tt.want)
		}
	}
}

// A line of HTML becomes what the same line becomes in the body of the message,
// so that mapping still finds one in the other.
func TestHTMLSaysWhatTheBodySays(t *testing.T) {
	r := newRedactor(t, nil)
	body := "Dear Maria,\nthe <boots> are in size 46 & 47.\nmailto:maria@example.com"
	document := `<html><body><p>Dear <i>Ma</i>ria,<br>the&nbsp;&lt;boots&gt;
		are in s&#105;ze <span style="x">46</span> &amp; 47.<div>mailto:maria@example.com</div></body></html>`
	for _, redacted := range []bool{false, true} {
		if redacted {
			body, document = field(t, r, "body", body), string(media(t, r, "text/html", []byte(document)))
		}
		m := mapping.Message{SID: "IM1", Author: "maria", Body: body, Media: []mapping.Media{
			{SID: "ME1", ContentType: "text/html", Category: mapping.CategoryBody},
		}}
		rules := mapping.Rules{MediaURL: "https://files.example.com/{key}"}
		roster, _ := rules.Roster(mapping.Conversation{SID: "CH1"}, nil, nil)
		draft, _ := rules.ChatMessage(roster, m, map[mapping.MediaSID]mapping.FoundMedia{"ME1": {Text: []byte(document)}})
		if got := draft.Parts[0].Content; got != body {
			t.Errorf("redacted %t: content %q, want %q alone", redacted, got, body)
		}
	}
}
