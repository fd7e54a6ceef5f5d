package fixtureserver_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/twilio2acs/twilio2acs/twiliosrc"
	"github.com/twilio2acs/twilio2acs/twiliosrc/fixtureserver"
	"github.com/twilio2acs/twilio2acs/twiliosrc/internal/snapshottest"
)

var (
	serviceA = snapshottest.SID("IS", 1)
	serviceB = snapshottest.SID("IS", 2)
)

// branches is a small account that has one of everything that is looked up in
// an uncommon way.
func branches(tb testing.TB) string {
	tb.Helper()
	line := func(format string, args ...any) string { return fmt.Sprintf(format, args...) + "\n" }
	conversation := func(n int, service, unique, state, created string) string {
		return line(`{"sid":%q,"chat_service_sid":%q,"unique_name":%s,"state":%q,"date_created":%q,"attributes":"{}"}`,
			snapshottest.SID("CH", n), service, unique, state, created)
	}
	participant := func(n, conversation int, rest string) string {
		return line(`{"sid":%q,"conversation_sid":%q,%s}`, snapshottest.SID("MB", n), snapshottest.SID("CH", conversation), rest)
	}
	owned := func(prefix string, n, conversation int, rest string) string {
		return line(`{"sid":%q,"conversation_sid":%q%s}`, snapshottest.SID(prefix, n), snapshottest.SID("CH", conversation), rest)
	}
	receipt := func(n, conversation, message int) string {
		return owned("DY", n, conversation, fmt.Sprintf(`,"message_sid":%q`, snapshottest.SID("IM", message)))
	}
	return snapshottest.Dir(tb, map[string]string{
		"snapshot.json":  strings.TrimSuffix(snapshottest.Manifest, "}") + `,"accountSid":"` + snapshottest.SID("AC", 1) + `","defaultServiceSid":"` + serviceA + `"}`,
		"services.jsonl": line(`{"sid":%q}`, serviceA) + line(`{"sid":%q}`, serviceB),
		"users.jsonl":    line(`{"sid":%q,"chat_service_sid":%q,"identity":"team/bikes 50%%.42 ä"}`, snapshottest.SID("US", 1), serviceA),
		"conversations.jsonl": conversation(1, serviceA, `"rota/phones"`, "active", "2021-05-01T12:00:00Z") +
			conversation(2, serviceB, "null", "active", "2020-01-01T00:00:00Z") +
			conversation(3, serviceA, "null", "closed", "2023-05-01T12:00:00Z") +
			conversation(4, serviceA, "null", "active", "2022-05-01T23:59:59Z") +
			conversation(5, serviceA, "null", "closed", "2022-05-01T00:00:00Z"),
		"participants.jsonl": participant(1, 1, `"identity":"team/bikes 50%.42 ä","last_read_message_index":3`) +
			participant(2, 1, `"identity":null,"messaging_binding":{"type":"sms","address":"+15550100","proxy_address":"+15550199"}`) +
			participant(3, 2, `"identity":"team/bikes 50%.42 ä"`) +
			participant(4, 3, `"identity":"team/bikes 50%.42 ä","last_read_message_index":null`) +
			participant(5, 4, `"identity":null,"messaging_binding":{"type":"sms","address":"+15550100"}`),
		"messages.jsonl": owned("IM", 1, 1, `,"index":1`) + owned("IM", 2, 1, `,"index":3`) + owned("IM", 3, 1, `,"index":7`) + owned("IM", 4, 1, `,"index":8`) +
			owned("IM", 5, 3, `,"index":0`),
		"receipts.jsonl":         receipt(1, 1, 1) + receipt(2, 1, 2) + receipt(3, 3, 5) + receipt(4, 1, 1) + receipt(5, 1, 1),
		"webhooks.jsonl":         owned("WH", 1, 1, "") + owned("WH", 2, 3, "") + owned("WH", 3, 1, "") + owned("WH", 4, 1, "") + owned("WH", 5, 1, "") + owned("WH", 6, 1, "") + owned("WH", 7, 1, ""),
		"channel_metadata.jsonl": line(`{"conversation_sid":%q,"message_sid":%q,"channel_metadata":{"type":"whatsapp","data":{"a":1}}}`, snapshottest.SID("CH", 1), snapshottest.SID("IM", 2)),
		"address_configurations.jsonl": line(`{"sid":%q,"type":"sms","address":"+15550199"}`, snapshottest.SID("IG", 1)) +
			line(`{"sid":%q,"type":"email","address":"desk@example.com"}`, snapshottest.SID("IG", 2)),
	})
}

// listed are the numbers of the resources on all pages of a list.
func listed(t *testing.T, target, key, field string) (numbers []string) {
	t.Helper()
	for next := &target; next != nil; {
		r := get(t, *next)
		var page map[string]json.RawMessage
		var items []map[string]any
		if err := json.Unmarshal([]byte(r.text), &page); err != nil || r.status != 200 || r.body.Meta.Key != key {
			t.Fatalf("%s: %d %s", *next, r.status, r.text)
		}
		if err := json.Unmarshal(page[key], &items); err != nil {
			t.Fatal(err)
		}
		for _, item := range items {
			sid, _ := item[field].(string)
			numbers = append(numbers, sid[:2]+strings.TrimLeft(sid[2:], "0"))
		}
		next = r.body.Meta.Next
	}
	return numbers
}

func TestLists(t *testing.T) {
	_, at := start(t, branches(t), nil)
	one := "/v1/Conversations/" + snapshottest.SID("CH", 1)
	who := url.QueryEscape("team/bikes 50%.42 ä")
	for _, tt := range []struct {
		target, key, field string
		want               []string
	}{
		{one + "/Messages/" + snapshottest.SID("IM", 1) + "/Receipts?PageSize=2", "delivery_receipts", "sid", []string{"DY1", "DY4", "DY5"}},
		{one + "/Messages/" + snapshottest.SID("IM", 3) + "/Receipts", "delivery_receipts", "sid", nil},
		{one + "/Webhooks", "webhooks", "sid", []string{"WH1", "WH3", "WH4", "WH5", "WH6", "WH7"}},
		{one + "/Webhooks?PageSize=1", "webhooks", "sid", []string{"WH1", "WH3", "WH4", "WH5", "WH6", "WH7"}},
		{"/v1/Conversations/rota%2Fphones/Participants", "participants", "sid", []string{"MB1", "MB2"}},
		{"/v1/Configuration/Addresses?PageSize=1", "address_configurations", "sid", []string{"IG1", "IG2"}},
		{"/v1/Configuration/Addresses?Type=email", "address_configurations", "sid", []string{"IG2"}},
		{"/v1/Users/" + url.PathEscape("team/bikes 50%.42 ä") + "/Conversations?PageSize=1", "conversations", "conversation_sid", []string{"CH1", "CH3"}},
		{"/v1/ParticipantConversations?PageSize=1&Identity=" + who, "conversations", "participant_sid", []string{"MB1", "MB4"}},
		{"/v1/Services/" + serviceB + "/ParticipantConversations?Identity=" + who, "conversations", "participant_sid", []string{"MB3"}},
		{"/v1/ParticipantConversations?Address=%2B15550100", "conversations", "participant_sid", []string{"MB2", "MB5"}},
		{"/v1/ParticipantConversations?Address=%2B15550101", "conversations", "participant_sid", nil},
		{"/v1/Conversations", "conversations", "sid", []string{"CH1", "CH3", "CH4", "CH5"}},
		{"/v1/Conversations?Colour=red&PageSize=3", "conversations", "sid", []string{"CH1", "CH3", "CH4", "CH5"}},
		{"/v1/Conversations?State=Closed&PageSize=1", "conversations", "sid", []string{"CH3", "CH5"}},
		{"/v1/Conversations?StartDate=2021-01-01&PageSize=1", "conversations", "sid", []string{"CH3", "CH4", "CH5", "CH1"}},
		{"/v1/Conversations?StartDate=2022-05-01&EndDate=2022-05-01&PageSize=1", "conversations", "sid", []string{"CH4", "CH5"}},
		{"/v1/Conversations?EndDate=2022-05-01T12%3A00%3A00Z", "conversations", "sid", []string{"CH5", "CH1"}},
		{"/v1/Conversations?StartDate=2022-01-01&State=closed&PageSize=1", "conversations", "sid", []string{"CH3", "CH5"}},
		{"/v1/Credentials", "credentials", "sid", nil},
		{"/v1/Services/" + serviceA + "/Bindings", "bindings", "sid", nil},
	} {
		if got := listed(t, at.URL+tt.target, tt.key, tt.field); !cmp.Equal(got, tt.want) {
			t.Errorf("%s: %v, want %v", tt.target, got, tt.want)
		}
	}
}

func TestSingleResources(t *testing.T) {
	_, at := start(t, branches(t), nil)
	one := "/v1/Conversations/" + snapshottest.SID("CH", 1)
	person := url.PathEscape("team/bikes 50%.42 ä")
	for _, tt := range []struct {
		target       string
		status, code int
		part         string
	}{
		{"/v1/Conversations/rota%2Fphones", 200, 0, snapshottest.SID("CH", 1)},
		{"/v1/Conversations/Rota%2FPhones", 404, 20404, ""},
		{"/v1/Services/" + serviceB + "/Conversations/rota%2Fphones", 404, 20404, ""},
		{"/v1/Users/" + person, 200, 0, snapshottest.SID("US", 1)},
		{one + "/Participants/" + person, 200, 0, snapshottest.SID("MB", 1)},
		{"/v1/Configuration/Addresses/%2B15550199", 200, 0, snapshottest.SID("IG", 1)},
		{"/v1/Users/" + person + "/Conversations/rota%2Fphones", 200, 0, `"unread_messages_count":2,"last_read_message_index":3`},
		{"/v1/Users/" + person + "/Conversations/" + snapshottest.SID("CH", 3), 200, 0, `"unread_messages_count":null`},
		{"/v1/Users/" + person + "/Conversations/" + snapshottest.SID("CH", 4), 404, 20404, ""},
		{"/v1/ParticipantConversations?Address=%2B15550100", 200, 0,
			`{"type":"sms","address":"+15550100","proxy_address":"+15550199","projected_address":null,"name":null,"level":null}`},
		{"/v1/ParticipantConversations", 400, 20001, ""},
		{"/v1/ParticipantConversations?Address=a&Identity=b", 400, 20001, ""},
		{one + "/Messages/" + snapshottest.SID("IM", 1) + "/Receipts/" + snapshottest.SID("DY", 4), 200, 0, snapshottest.SID("DY", 4)},
		{one + "/Messages/" + snapshottest.SID("IM", 2) + "/Receipts/" + snapshottest.SID("DY", 4), 404, 20404, ""},
		{one + "/Messages/" + snapshottest.SID("IM", 9) + "/Receipts", 404, 20404, ""},
		{one + "/Messages/" + snapshottest.SID("IM", 2) + "/ChannelMetadata", 200, 0, `{"type":"whatsapp","data":{"a":1}}`},
		{one + "/Messages/" + snapshottest.SID("IM", 1) + "/ChannelMetadata", 404, 50530, ""},
		{one + "/Messages/" + snapshottest.SID("IM", 9) + "/ChannelMetadata", 404, 20404, ""},
		{one + "/Webhooks/" + snapshottest.SID("WH", 3), 200, 0, snapshottest.SID("WH", 3)},
		{one + "/Webhooks/" + snapshottest.SID("WH", 2), 404, 20404, ""},
		{one + "/Webhooks?PageSize=50", 200, 0, `"page_size":5,`},
		{"/v1/Conversations?State=gone", 400, 20001, ""},
		{"/v1/Conversations?StartDate=yesterday", 400, 20001, ""},
		{"/v1/Conversations?EndDate=2022-13-01", 400, 20001, ""},
		{"/v1/Configuration/Webhooks", 200, 0, `"target":"webhook"`},
		{"/v1/Services/" + serviceB + "/Configuration/Webhooks", 200, 0, `"chat_service_sid":"` + serviceB},
		{"/v1/Services/" + serviceB + "/Configuration/Notifications", 200, 0, `"log_enabled":false`},
		{one + "/Export", 404, 20404, ""},
	} {
		r := get(t, at.URL+tt.target)
		if r.status != tt.status || r.body.Code != tt.code || !strings.Contains(r.text, tt.part) {
			t.Errorf("%s: %d %s; want %d, code %d, %s", tt.target, r.status, r.text, tt.status, tt.code, tt.part)
		}
	}
}

// A filter belongs to its token.
func TestFilterCannotChangeBetweenPages(t *testing.T) {
	_, at := start(t, branches(t), nil)
	next := *get(t, at.URL+"/v1/Conversations?State=active&PageSize=1").body.Meta.Next
	if r := get(t, next); r.status != 200 {
		t.Errorf("the next page: %d", r.status)
	}
	if r := get(t, strings.Replace(next, "State=active", "State=closed", 1)); r.status != 400 || r.body.Code != 21481 {
		t.Errorf("of another filter: %d %s", r.status, r.text)
	}
}

func TestSwitches(t *testing.T) {
	_, at := start(t, harbour, &fixtureserver.Options{WrongRegion: true})
	for _, target := range []string{at.URL + "/v1/Services", at.MCSURL + "/v1/Services/IS1/Media/ME1"} {
		if r := get(t, target); r.status != 400 || r.body.Code != 50385 {
			t.Errorf("in another region: %d %s", r.status, r.text)
		}
	}
	_, at = start(t, harbour, &fixtureserver.Options{StrictPageSize: true})
	for target, want := range map[string]int{"/v1/Services?PageSize=100": 200, "/v1/Services?PageSize=101": 400, "/v1/Users?PageSize=51": 400} {
		if r := get(t, at.URL+target); r.status != want {
			t.Errorf("%s: %d, want %d", target, r.status, want)
		}
	}
}

func TestSignedURLFollowsTheClock(t *testing.T) {
	var mu sync.Mutex
	now := time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC)
	_, at := start(t, harbour, &fixtureserver.Options{MediaLifetime: time.Minute, Now: func() time.Time {
		mu.Lock()
		defer mu.Unlock()
		return now
	}})
	const path = "/v1/Services/IS167f4d4478fbcb31e3802cc76dff70ef/Media/ME930ba029f145c70cc0d6fd070fd521b8"
	signed := get(t, at.MCSURL+path).body.Links.Direct
	for _, tt := range []struct {
		passed time.Duration
		want   int
	}{{59 * time.Second, 200}, {time.Second, 403}} {
		mu.Lock()
		now = now.Add(tt.passed)
		mu.Unlock()
		if r := get(t, signed); r.status != tt.want {
			t.Errorf("%d, want %d", r.status, tt.want)
		}
	}
	if r := get(t, get(t, at.MCSURL+path).body.Links.Direct); r.status != 200 {
		t.Errorf("a fresh URL: %d", r.status)
	}
}

func TestMediaResourceIsAsRecorded(t *testing.T) {
	snap, at := start(t, contoso, nil)
	for record, err := range snap.Records(t.Context(), twiliosrc.Listing{Kind: twiliosrc.KindMedia}, 0) {
		if err != nil {
			t.Fatal(err)
		}
		var m struct {
			SID, Service string
			Links        struct{ Direct string }
		}
		var fields map[string]json.RawMessage
		if err := json.Unmarshal(record.Raw, &fields); err != nil {
			t.Fatal(err)
		}
		_ = json.Unmarshal(fields["sid"], &m.SID)
		_ = json.Unmarshal(fields["service_sid"], &m.Service)
		r := get(t, at.MCSURL+"/v1/Services/"+m.Service+"/Media/"+m.SID)
		if got := strings.Replace(r.text, r.body.Links.Direct, "https://media.us1.twilio.com/"+m.SID, 1); got != string(record.Raw) {
			t.Errorf("%s\nis not, but for the signed URL,\n%s", r.text, record.Raw)
		}
	}
}

// Above the limit requests are refused, and the header tells the true number.
func TestConcurrencyLimit(t *testing.T) {
	var log requestLog
	_, at := start(t, harbour, &fixtureserver.Options{
		MaxConcurrent: 3, OnRequest: log.add, Faults: parse(t, "slow,delay=60ms"),
	})
	var group sync.WaitGroup
	var mu sync.Mutex
	refused, answered, most := 0, 0, 0
	for range 8 {
		group.Go(func() {
			r := get(t, at.URL+"/v1/Services")
			mu.Lock()
			defer mu.Unlock()
			var n int
			if _, err := fmt.Sscan(r.header.Get("Twilio-Concurrent-Requests"), &n); err != nil {
				t.Error(err)
			}
			most = max(most, n)
			switch {
			case r.status == http.StatusOK && n <= 3:
				answered++
			case r.status == http.StatusTooManyRequests && r.body.Code == 20429 && n > 3:
				refused++
			default:
				t.Errorf("%d with %d at once: %s", r.status, n, r.text)
			}
		})
	}
	group.Wait()
	if answered < 3 || answered+refused != 8 {
		t.Errorf("%d answered, %d refused", answered, refused)
	}
	for _, r := range log.all() {
		if r.Concurrent > int64(most) {
			t.Errorf("the log says %d at once, the headers at most %d", r.Concurrent, most)
		}
	}
}

// Whoever asks anew once an answer has been read is alone, on whatever connection.
func TestReadAnswerIsNoRequestInProgress(t *testing.T) {
	_, at := start(t, snapshottest.Generate(t, snapshottest.Shape{Services: 1, Conversations: 1, Participants: 1, Messages: 100}), nil)
	anew := func(r *http.Request) { r.Close = true }
	for range 300 {
		r := get(t, at.URL+"/v1/Conversations/"+snapshottest.SID("CH", 0)+"/Messages?PageSize=100", anew)
		if n := r.header.Get("Twilio-Concurrent-Requests"); n != "1" {
			t.Fatalf("%s requests at once, of one client that sends one after the other", n)
		}
	}
}

// A page by its token reads that page, however far into the list it is and in
// whichever direction.
func TestPageCostsThePageAlone(t *testing.T) {
	if testing.Short() {
		t.Skip("writes a large snapshot")
	}
	const messages = 60_000
	_, at := start(t, snapshottest.Generate(t, snapshottest.Shape{Services: 1, Conversations: 1, Participants: 1, Messages: messages}), nil)
	for _, order := range []string{"asc", "desc"} {
		next := at.URL + "/v1/Conversations/" + snapshottest.SID("CH", 0) + "/Messages?PageSize=100&Order=" + order
		first, last := time.Hour, time.Hour // the quickest of each
		pages := 0
		for target := &next; target != nil; pages++ {
			began := time.Now()
			r := get(t, *target)
			took := time.Since(began)
			if pages < 100 {
				first = min(first, took)
			}
			if pages >= messages/100-100 {
				last = min(last, took)
			}
			target = r.body.Meta.Next
		}
		if pages != messages/100 || last > 4*first || first > 4*last {
			t.Errorf("%s: %d pages; one of the first took %s, one of the last %s", order, pages, first, last)
		}
	}
}
