package fixtureserver_test

import (
	"encoding/json"
	"fmt"
	"iter"
	"net/http"
	"net/url"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/twilio/twilio-go/client"
	conversations "github.com/twilio/twilio-go/rest/conversations/v1"

	"github.com/twilio2acs/twilio2acs/mapping"
	"github.com/twilio2acs/twilio2acs/twiliosrc"
	"github.com/twilio2acs/twilio2acs/twiliosrc/fixtureserver"
	"github.com/twilio2acs/twilio2acs/twiliosrc/internal/snapshottest"
)

// redirect sends what is meant for Twilio to the fixture server.
type redirect struct{ to *url.URL }

func (r redirect) RoundTrip(req *http.Request) (*http.Response, error) {
	if req.URL.Host == "conversations.twilio.com" {
		req = req.Clone(req.Context())
		req.URL.Scheme, req.URL.Host, req.Host = r.to.Scheme, r.to.Host, r.to.Host
	}
	return http.DefaultTransport.RoundTrip(req)
}

// sdk is twilio-go as an application uses it, but for the way to the server.
func sdk(tb testing.TB, target string) *conversations.ApiService {
	tb.Helper()
	to, err := url.Parse(target)
	if err != nil {
		tb.Fatal(err)
	}
	c := &client.Client{
		Credentials: client.NewCredentials("SK1", "secret"),
		HTTPClient:  &http.Client{Transport: redirect{to}},
	}
	c.SetAccountSid(snapshottest.SID("AC", 1))
	return conversations.NewApiServiceWithClient(c)
}

// recorded decodes what the snapshot holds into the types of twilio-go. Those
// of other services are left out.
func recorded[T, M any](tb testing.TB, listing iter.Seq2[M, error], raw func(M) (mapping.ServiceSID, json.RawMessage), service mapping.ServiceSID) []T {
	tb.Helper()
	var all []T
	for m, err := range listing {
		if err != nil {
			tb.Fatal(err)
		}
		of, text := raw(m)
		if of != service {
			continue
		}
		var v T
		if err := json.Unmarshal(text, &v); err != nil {
			tb.Fatal(err)
		}
		all = append(all, v)
	}
	return all
}

// same compares what twilio-go read with what was recorded.
func same[T any](tb testing.TB, what string, got []T, err error, want []T) {
	tb.Helper()
	if err != nil {
		tb.Fatalf("%s: %v", what, err)
	}
	if len(got) != len(want) || len(got) > 0 && !reflect.DeepEqual(got, want) {
		tb.Errorf("%s differ (-got +want):\n%s", what, cmp.Diff(got, want))
	}
}

// twilio-go pages through everything, whichever host the pages link to, and
// finds what the snapshot holds.
func TestTwilioGoReadsEverything(t *testing.T) {
	for name, dir := range map[string]string{
		"harbour":   harbour,
		"contoso":   contoso,
		"generated": snapshottest.Generate(t, snapshottest.Shape{Services: 2, Conversations: 4, Participants: 60, Messages: 60, Users: 60}),
	} {
		for _, production := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s/%t", name, production), func(t *testing.T) {
				snap, at := start(t, dir, &fixtureserver.Options{ProductionURLs: production})
				api := sdk(t, at.URL)
				services, err := api.ListService(&conversations.ListServiceParams{})
				same(t, "services", services, err, recorded[conversations.ConversationsV1Service](t, snap.Services(t.Context()),
					func(s mapping.Service) (mapping.ServiceSID, json.RawMessage) { return "", s.Raw }, ""))
				for _, s := range services {
					readService(t, api, snap, *s.Sid)
				}
			})
		}
	}
}

func readService(t *testing.T, api *conversations.ApiService, snap *twiliosrc.Snapshot, service string) {
	t.Helper()
	ctx, sid := t.Context(), mapping.ServiceSID(service)
	users, err := api.ListServiceUser(service, &conversations.ListServiceUserParams{})
	same(t, "users", users, err, recorded[conversations.ConversationsV1ServiceUser](t, snap.Users(ctx),
		func(u mapping.User) (mapping.ServiceSID, json.RawMessage) { return u.ServiceSID, u.Raw }, sid))
	roles, err := api.ListServiceRole(service, &conversations.ListServiceRoleParams{})
	same(t, "roles", roles, err, recorded[conversations.ConversationsV1ServiceRole](t, snap.Roles(ctx),
		func(r mapping.Role) (mapping.ServiceSID, json.RawMessage) { return r.ServiceSID, r.Raw }, sid))
	list, err := api.ListServiceConversation(service, (&conversations.ListServiceConversationParams{}).SetPageSize(1))
	same(t, "conversations", list, err, recorded[conversations.ConversationsV1ServiceConversation](t, snap.Conversations(ctx),
		func(c mapping.Conversation) (mapping.ServiceSID, json.RawMessage) { return c.ServiceSID, c.Raw }, sid))
	for _, c := range list {
		readConversation(t, api, snap, service, *c.Sid)
	}
	for _, u := range users {
		if u.Sid != nil {
			readMemberships(t, api, service, *u.Sid, *u.Identity)
		}
	}
	for _, state := range []string{"active", "inactive", "closed"} {
		some, err := api.ListServiceConversation(service, (&conversations.ListServiceConversationParams{}).SetState(state).SetPageSize(2))
		want := slices.DeleteFunc(slices.Clone(list), func(c conversations.ConversationsV1ServiceConversation) bool { return *c.State != state })
		same(t, state+" conversations", some, err, want)
	}
	configuration, err := api.FetchServiceConfiguration(service)
	if err != nil || *configuration.ChatServiceSid != service {
		t.Errorf("configuration of %s: %+v, %v", service, configuration, err)
	}
}

func readConversation(t *testing.T, api *conversations.ApiService, snap *twiliosrc.Snapshot, service, sid string) {
	t.Helper()
	ctx, c := t.Context(), mapping.Conversation{SID: mapping.ConversationSID(sid)}
	if fetched, err := api.FetchServiceConversation(service, sid); err != nil || *fetched.Sid != sid {
		t.Errorf("conversation %s: %+v, %v", sid, fetched, err)
	}
	participants, err := api.ListServiceConversationParticipant(service, sid, &conversations.ListServiceConversationParticipantParams{})
	same(t, "participants", participants, err, recorded[conversations.ConversationsV1ServiceConversationParticipant](t, snap.Participants(ctx, c),
		func(p mapping.Participant) (mapping.ServiceSID, json.RawMessage) { return "", p.Raw }, ""))
	want := recorded[conversations.ConversationsV1ServiceConversationMessage](t, snap.Messages(ctx, c, -1),
		func(m mapping.Message) (mapping.ServiceSID, json.RawMessage) { return "", m.Raw }, "")
	for _, order := range []string{"asc", "desc"} {
		messages, err := api.ListServiceConversationMessage(service, sid, (&conversations.ListServiceConversationMessageParams{}).SetOrder(order))
		same(t, "messages "+order, messages, err, want)
		slices.Reverse(want)
	}
	for _, m := range want {
		fetched, err := api.FetchServiceConversationMessage(service, sid, *m.Sid)
		if err != nil || !reflect.DeepEqual(*fetched, m) {
			t.Errorf("message %s: %+v, %v", *m.Sid, fetched, err)
		}
		receipts, err := api.ListServiceConversationMessageReceipt(service, sid, *m.Sid, &conversations.ListServiceConversationMessageReceiptParams{})
		same(t, "receipts of "+*m.Sid, receipts, err, owned[conversations.ConversationsV1ServiceConversationMessageReceipt](t, snap,
			twiliosrc.KindReceipts, "message_sid", *m.Sid))
	}
	webhooks, err := api.ListServiceConversationScopedWebhook(service, sid, &conversations.ListServiceConversationScopedWebhookParams{})
	same(t, "webhooks", webhooks, err, owned[conversations.ConversationsV1ServiceConversationScopedWebhook](t, snap,
		twiliosrc.KindWebhooks, "conversation_sid", sid))
}

// owned is what a file of the snapshot holds of one owner.
func owned[T any](tb testing.TB, snap *twiliosrc.Snapshot, kind twiliosrc.Kind, field, owner string) []T {
	tb.Helper()
	var all []T
	for record, err := range snap.Records(tb.Context(), twiliosrc.Listing{Kind: kind}, 0) {
		if err != nil {
			tb.Fatal(err)
		}
		if !strings.Contains(string(record.Raw), fmt.Sprintf("%q:%q", field, owner)) {
			continue
		}
		var v T
		if err := json.Unmarshal(record.Raw, &v); err != nil {
			tb.Fatal(err)
		}
		all = append(all, v)
	}
	return all
}

// readMemberships reads the conversations of a user in both ways. By identity
// only where twilio-go does not alter it: it cuts ".42" out of a query.
func readMemberships(t *testing.T, api *conversations.ApiService, service, user, identity string) {
	t.Helper()
	joined, err := api.ListServiceUserConversation(service, user, (&conversations.ListServiceUserConversationParams{}).SetPageSize(1))
	if err != nil {
		t.Fatalf("conversations of %s: %v", user, err)
	}
	taken, err := api.ListServiceParticipantConversation(service,
		(&conversations.ListServiceParticipantConversationParams{}).SetIdentity(identity).SetPageSize(1))
	if err != nil {
		t.Fatalf("conversations of %q: %v", identity, err)
	}
	if cut := dotDigits.MatchString(identity); cut && len(taken) > 0 || !cut && len(taken) != len(joined) {
		t.Errorf("%q takes part in %d conversations, as a user in %d", identity, len(taken), len(joined))
	}
}

var dotDigits = regexp.MustCompile(`\.\d+`)
