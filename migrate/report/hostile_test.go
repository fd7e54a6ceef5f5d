package report_test

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/png"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"github.com/twilio2acs/twilio2acs/mapping"
	"github.com/twilio2acs/twilio2acs/migrate"
	"github.com/twilio2acs/twilio2acs/migrate/report"
)

// hostile are texts that somebody may have written to do harm to a reader.
var hostile = []string{
	`<script>window.pwned=1</script>`,
	`</script><script>window.pwned=2</script>`,
	`</title><script>window.pwned=3</script>`,
	`</textarea></style></template><img src=x onerror=window.pwned=4>`,
	`"><img src=https://evil.example/x.png onerror="window.pwned=5">`,
	`' onmouseover='window.pwned=6' x='`,
	`javascript:window.pwned=7`,
	`[click](javascript:window.pwned=8) ![x](https://evil.example/y.png)`,
	`<svg/onload=window.pwned=9><a href="https://evil.example">x</a>`,
	`<!--<script>--><iframe srcdoc="<script>top.pwned=10</script>">`,
	"line\u2028separator\u2029paragraph`${window.pwned=11}`",
	"\u202Etxt.exe\u202C \u2066isolated",
	"nul\x00nul \x1b[31mred \x07 \xff\xfe not UTF-8",
	`}</style><style>body{background:url(https://evil.example/z.png)}`,
	`{{.}} {{template "x"}} ${window.pwned=12} %s %d`,
	strings.Repeat("Donaudampfschifffahrt", 60),
	"👩‍👩‍👧‍👦🏳️‍🌈 é́́́́́́́́ ﷽",
	"| a | b |\n| --- | --- |\n@everyone #1 GH-1 https://evil.example www.evil.example :tada: `code` **bold**",
	"",
}

func nasty(i int) string { return hostile[i%len(hostile)] }

// hostilePage is the report of a plan of n conversations, full of such texts.
func hostilePage(t *testing.T, n int) *report.PlanPage {
	t.Helper()
	b, samples := report.NewBuilder(mapping.Rules{}, nil), new(report.Sampler)
	for i := range n {
		sid := mapping.ConversationSID(fmt.Sprintf("CH%032x", i))
		for k := range i % 12 {
			c := hostileMessage(sid, i, k)
			must(t, b.Change(c))
			must(t, samples.Change(c))
		}
		c := hostileConversation(sid, i)
		must(t, b.Conversation(c))
		must(t, samples.Conversation(c))
	}
	r := &migrate.Report{
		Summary:  migrate.Summary{Conversations: migrate.Tally{Total: int64(n), Created: int64(n)}},
		Losses:   []migrate.LossCount{{Code: mapping.LossLongBody, Severity: mapping.SeverityMinor, Title: "long", Count: 3, Examples: hostile[:3]}},
		Problems: []migrate.Problem{{Item: nasty(4), Status: mapping.StatusFailed, Step: nasty(5), Reason: nasty(1)}},
	}
	p, err := b.Finish(r)
	must(t, err)
	t.Cleanup(func() { must(t, p.Close()) })
	for i := range hostile {
		p.Policies = append(p.Policies, report.Policy{Name: "service", Value: nasty(i)})
	}
	previews := samples.Finish()
	must(t, previews.AddThumbnails(context.Background(), drawing))
	return &report.PlanPage{
		Plan: p, Source: nasty(2), Destination: nasty(4), MadeAt: time.Date(2026, 5, 4, 3, 2, 1, 0, time.UTC),
		Refusal: nasty(1), Next: nasty(0), Previews: previews,
	}
}

func hostileMessage(sid mapping.ConversationSID, i, k int) migrate.Change {
	name, text := nasty(i+k), nasty(k)
	m := &mapping.Message{
		SID: mapping.MessageSID(fmt.Sprintf("IM%032x", i*100+k)), ConversationSID: sid, Index: int64(k), Author: name, Body: text, Subject: nasty(k + 1),
		DateCreated: mapping.Timestamp(fmt.Sprintf("2024-05-%02dT10:00:00Z", 1+k)),
		Media:       []mapping.Media{{SID: mapping.MediaSID(nasty(k + 2)), Filename: nasty(k + 3), ContentType: []string{"image/png", nasty(k)}[k%2], Size: 10}},
	}
	draft := &mapping.MessageDraft{Parts: []mapping.NewChatMessage{{
		Content: text, SenderDisplayName: name,
		Metadata: mapping.Metadata{mapping.KeyFileSharingMetadata: fmt.Sprintf(`[{"id":%q,"name":%q}]`, nasty(k+2), nasty(k+3))},
	}}}
	return migrate.Change{
		Kind: migrate.KindMessage, Item: nasty(k), Conversation: sid, Verb: migrate.VerbUpdate, Name: name, Source: m, Draft: draft,
		Fields: []migrate.FieldChange{{Name: nasty(k), Old: nasty(k + 1), New: nasty(k + 2)}},
		Losses: []migrate.ChangeLoss{{Code: mapping.LossCode(nasty(k))}},
	}
}

func hostileConversation(sid mapping.ConversationSID, i int) migrate.PlannedConversation {
	c := migrate.PlannedConversation{Status: mapping.StatusDone, Losses: map[mapping.LossCode]int{mapping.LossLongBody: i % 3}}
	if i%100 == 7 {
		c.Status, c.Reason = mapping.StatusBlocked, nasty(i)
	}
	c.Conversation = mapping.Conversation{SID: sid, FriendlyName: nasty(i + 1), State: nasty(i)}
	c.Draft.Topic = fmt.Sprintf("Topic %d %s", i, nasty(i))
	c.Draft.Members = []mapping.Member{{DisplayName: nasty(i)}, {DisplayName: nasty(i + 1)}}
	c.Summary.Messages = migrate.Tally{Total: int64(i % 12), Created: int64(i % 12)}
	return c
}

// drawing is a file that is a picture.
func drawing(context.Context, mapping.Conversation, mapping.Media) (io.ReadCloser, error) {
	var b bytes.Buffer
	err := png.Encode(&b, image.NewGray(image.Rect(0, 0, 300, 200)))
	return io.NopCloser(&b), err
}

// Nothing that people wrote does anything in a report, and 10,000 conversations can
// be searched, sorted and opened.
func TestHTMLInBrowser(t *testing.T) {
	const n = 10_000
	p := hostilePage(t, n)
	html := written(t, func(b *bytes.Buffer) error { return p.WriteHTML(b) })
	if len(html) > 12<<20 {
		t.Errorf("the report of %d conversations has %d bytes", n, len(html))
	}
	b := browse(t, html)
	if got, want := eval[string](b, `document.getElementById("count").textContent`), "10,000 conversations"; got != want {
		t.Errorf("the table says %q, not %q", got, want)
	}
	if got := eval[int](b, `document.getElementsByTagName("*").length`); got > 5000 {
		t.Errorf("there are %d elements in the document", got)
	}
	b.search(t)
	b.sort(t)
	b.open(t)
	b.fits(390)
	b.harmless()
}

// The same of a verification.
func TestVerifyHTMLInBrowser(t *testing.T) {
	p := hostileVerification()
	b := browse(t, written(t, func(w *bytes.Buffer) error { return p.WriteHTML(w) }))
	if got := eval[string](b, `document.querySelector("h1").textContent`); got != "1,042 differences" {
		t.Errorf("the page is headed %q", got)
	}
	b.do(chromedp.SendKeys("#find", "ch7/"))
	b.until(`document.getElementById("count").textContent === "0 of 50 conversations"`)
	b.do(script(`document.getElementById("find").value = ""`), chromedp.SendKeys("#find", "CH7"))
	b.until(`document.getElementById("count").textContent === "1 of 50 conversations"`)
	b.fits(390)
	b.harmless()
}

// hostileVerification is a verification that found such texts.
func hostileVerification() *report.VerifyPage {
	v := &migrate.Verification{MoreDifferences: 42, Problems: []migrate.Problem{{Item: nasty(1), Reason: nasty(4)}}}
	for i := range 1000 {
		v.Differences = append(v.Differences, migrate.Difference{
			Path: migrate.PathOf("conversations", fmt.Sprintf("CH%d", i%50), "messages", nasty(i), "metadata", nasty(i+1)), Want: nasty(i), Got: nasty(i + 1),
		})
	}
	return &report.VerifyPage{Verification: v, Source: nasty(1), Destination: nasty(4), Failure: nasty(2), Next: nasty(0)}
}
