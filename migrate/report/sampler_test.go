package report_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"regexp"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/twilio2acs/twilio2acs/mapping"
	"github.com/twilio2acs/twilio2acs/migrate"
	"github.com/twilio2acs/twilio2acs/migrate/report"
)

// block is a list of JSON in a page.
var block = regexp.MustCompile(`(?s)<script type="application/json" id="(\w+)">(.*?)</script>`)

// inPage is the list of that name in the page of p.
func inPage[T any](t *testing.T, p *report.PlanPage, id string) (list []T) {
	t.Helper()
	html := written(t, func(w *bytes.Buffer) error { return p.WriteHTML(w) })
	for _, m := range block.FindAllSubmatch(html, -1) {
		if string(m[1]) == id {
			must(t, json.Unmarshal(m[2], &list))
			return list
		}
	}
	t.Fatalf("the page has no %s", id)
	return nil
}

// Of a long conversation its ends are shown, and what comes with losses between.
func TestSampleOfConversation(t *testing.T) {
	s := new(report.Sampler)
	for i := range 100 {
		c := migrate.Change{
			Verb: migrate.VerbCreate, Source: &mapping.Message{Index: int64(i), Author: "ann", Body: fmt.Sprint(i)},
			Draft: &mapping.MessageDraft{Parts: []mapping.NewChatMessage{{Content: fmt.Sprint(i), SenderDisplayName: "Ann"}}},
		}
		if i%10 == 5 {
			c.Drafted = []mapping.Loss{{Code: mapping.LossLongBody}}
		}
		must(t, s.Change(c))
	}
	c := migrate.PlannedConversation{Status: mapping.StatusDone}
	c.Conversation.FriendlyName, c.Draft.Topic, c.Summary.Messages.Total = "name", "topic", 100
	must(t, s.Conversation(c))
	got := inPage[report.Preview](t, &report.PlanPage{Plan: report.NoPlan(), Previews: s.Finish()}, "previews")
	if len(got) != 1 || got[0].Name != "name" || got[0].Topic != "topic" || got[0].Messages != 100 {
		t.Fatalf("the previews are %+v", got)
	}
	var shown []int64
	for _, m := range got[0].Sample {
		shown = append(shown, m.Index)
	}
	if d := cmp.Diff(shown, []int64{0, 1, 2, 5, 15, 25, 35, 97, 98, 99}); d != "" {
		t.Errorf("the sample (-got +want):\n%s", d)
	}
	want := report.Sampled{
		Index: 5, Verb: migrate.VerbCreate, Before: report.Bubble{From: "ann", Text: "5"},
		After: []report.Bubble{{From: "Ann", Text: "5"}}, Losses: []mapping.LossCode{mapping.LossLongBody},
	}
	if d := cmp.Diff(got[0].Sample[3], want, cmp.AllowUnexported(report.Sampled{})); d != "" {
		t.Errorf("message 5 (-got +want):\n%s", d)
	}
}

// Of a great many conversations the weightiest are shown, and the rest counted.
func TestPreviewsAreBounded(t *testing.T) {
	const n = 30_000
	s := new(report.Sampler)
	for i := range n {
		sid := mapping.ConversationSID(fmt.Sprintf("CH%032x", i))
		must(t, s.Change(hostileMessage(sid, i, i)))
		c := hostileConversation(sid, i)
		if i == n-1 {
			c.Status = mapping.StatusBlocked
		}
		must(t, s.Conversation(c))
	}
	p := s.Finish()
	if p.Len() == 0 || p.Len() > 2000 || int64(p.Len())+p.Dropped != n {
		t.Errorf("%d are kept, %d dropped, of %d", p.Len(), p.Dropped, n)
	}
	page := &report.PlanPage{Plan: report.NoPlan(), Previews: p}
	html := written(t, func(w *bytes.Buffer) error { return page.WriteHTML(w) })
	if last := fmt.Sprintf("CH%032x", n-1); !bytes.Contains(html, []byte(last)) {
		t.Errorf("the last one, which is blocked, is not shown")
	}
	if len(html) > 6<<20 {
		t.Errorf("they take %d bytes", len(html))
	}
}

// Of more conversations than a page takes, those that matter most are in its table,
// in the order of the source.
func TestTableIsBounded(t *testing.T) {
	const n, most = 20_500, 20_000
	b := report.NewBuilder(mapping.Rules{}, nil)
	for i := range n {
		c := migrate.PlannedConversation{Status: mapping.StatusDone}
		c.Conversation.SID = mapping.ConversationSID(fmt.Sprintf("CH%d", i))
		if i%100 == 99 {
			c.Status = mapping.StatusBlocked
		}
		must(t, b.Conversation(c))
	}
	p, err := b.Finish(new(migrate.Report))
	must(t, err)
	t.Cleanup(func() { must(t, p.Close()) })
	rows := inPage[[]any](t, &report.PlanPage{Plan: p}, "rows")
	blocked := 0
	for _, r := range rows {
		if r[2] == "blocked" {
			blocked++
		}
	}
	if len(rows) != most || blocked != n/100 {
		t.Errorf("%d rows, %d of them blocked; want %d and %d", len(rows), blocked, most, n/100)
	}
	if rows[0][0] != "CH0" || rows[len(rows)-1][0] != fmt.Sprintf("CH%d", n-1) {
		t.Errorf("they go from %v to %v", rows[0][0], rows[len(rows)-1][0])
	}
}
