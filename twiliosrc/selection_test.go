package twiliosrc_test

import (
	"errors"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/twilio2acs/twilio2acs/mapping"
	"github.com/twilio2acs/twilio2acs/twiliosrc"
	"github.com/twilio2acs/twilio2acs/twiliosrc/fixtureserver"
	"github.com/twilio2acs/twilio2acs/twiliosrc/internal/snapshottest"
)

func names(tb testing.TB, s source) []string {
	tb.Helper()
	var all []string
	for _, c := range sound(tb, s.Conversations(tb.Context())) {
		all = append(all, string(c.SID[:6]))
	}
	return all
}

// A selection shows the same conversations of the account and of its recording.
func TestSelection(t *testing.T) {
	s := open(t, contoso, nil)
	server := serve(t, s, fixtureserver.Options{})
	var sids []mapping.ConversationSID
	for _, c := range sound(t, s.Conversations(t.Context())) {
		sids = append(sids, c.SID)
	}
	for _, tt := range []struct {
		name      string
		selection twiliosrc.Selection
		want      []string
		filter    string // in a query to Twilio
	}{
		{"nothing selected", twiliosrc.Selection{}, []string{"CHc9cf", "CH3468", "CH2c9a", "CH42bf", "CH8bee", "CH4c56", "CH82ac", "CH299d", "CH5419", "CH8fda", "CHcf1f", "CH8f2e", "CH95bb"}, ""},
		{"a service", twiliosrc.Selection{Services: []mapping.ServiceSID{"IS87a0b2dedb86cb3c73f56762eb2caf14"}}, []string{"CH95bb"}, ""},
		{"conversations", twiliosrc.Selection{Conversations: []mapping.ConversationSID{sids[12], sids[2], sids[2]}}, []string{"CH2c9a", "CH95bb"}, ""},
		{"a conversation of another service", twiliosrc.Selection{Conversations: sids[:1], States: []string{"active"}}, nil, ""},
		{"an identity with dots", twiliosrc.Selection{Identities: []mapping.Identity{"john.42"}}, []string{"CH42bf"}, "Identity=john.42&"},
		{"an identity in two services", twiliosrc.Selection{Identities: []mapping.Identity{"maria.lopez"}, States: []string{"active"}}, []string{"CH4c56", "CH8fda", "CH95bb"}, "Identity=maria.lopez&"},
		{"a state", twiliosrc.Selection{States: []string{"inactive"}}, []string{"CH3468", "CH8bee"}, "State=inactive&"},
		{"states", twiliosrc.Selection{States: []string{"inactive", "closed"}}, []string{"CHc9cf", "CH3468", "CH2c9a", "CH42bf", "CH8bee"}, ""},
		{"before", twiliosrc.Selection{Until: time.Date(2023, 1, 1, 0, 0, 0, 0, time.UTC)}, []string{"CHc9cf"}, "EndDate=2023-01-02T00%3A00%3A00Z&"},
		{"since", twiliosrc.Selection{Since: time.Date(2025, 11, 1, 0, 0, 0, 0, time.UTC)}, nil, "StartDate=2025-10-31T00%3A00%3A00Z&"},
		{"limit", twiliosrc.Selection{Limit: 3}, []string{"CHc9cf", "CH3468", "CH2c9a"}, ""},
		{"sample", twiliosrc.Selection{Sample: 4}, nil, ""},
		{"sample and limit", twiliosrc.Selection{Sample: 4, Limit: 2}, nil, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			recorded := open(t, contoso, &twiliosrc.SnapshotOptions{Selection: tt.selection})
			server.asked()
			sent := &targets{}
			got, want := names(t, server.client(t, twiliosrc.ClientOptions{Selection: tt.selection, Transport: sent})), names(t, recorded)
			slices.Sort(got)
			slices.Sort(want)
			if !cmp.Equal(got, want) {
				t.Errorf("account shows %v, its recording %v", got, want)
			}
			if slices.Sort(tt.want); tt.want != nil && !cmp.Equal(got, tt.want) {
				t.Errorf("selected %v, want %v", got, tt.want)
			}
			if !slices.ContainsFunc(sent.all, func(target string) bool { return strings.Contains(target, tt.filter) }) {
				t.Errorf("no request has %s: %v", tt.filter, sent.all)
			}
			count := int64(0)
			for _, c := range sound(t, recorded.Conversations(t.Context())) {
				count += recorded.MessageCountOf(c.SID)
			}
			if got := recorded.MessageCount(); got != count {
				t.Errorf("MessageCount = %d, want %d", got, count)
			}
		})
	}
}

// targets notes what is asked for.
type targets struct{ all []string }

func (s *targets) RoundTrip(r *http.Request) (*http.Response, error) {
	s.all = append(s.all, r.URL.RequestURI())
	return http.DefaultTransport.RoundTrip(r)
}

// A larger sample holds the smaller one.
func TestSamplesAreStable(t *testing.T) {
	var before []string
	for _, n := range []int{1, 3, 7, 100} {
		got := names(t, open(t, contoso, &twiliosrc.SnapshotOptions{Selection: twiliosrc.Selection{Sample: n}}))
		for _, name := range before {
			if !slices.Contains(got, name) {
				t.Errorf("a sample of %d lacks %s", n, name)
			}
		}
		if before = got; len(got) != min(n, 13) {
			t.Errorf("a sample of %d has %d", n, len(got))
		}
	}
}

func TestSelectionOfWhatIsNotThere(t *testing.T) {
	server := serve(t, open(t, contoso, nil), fixtureserver.Options{})
	for _, selection := range []twiliosrc.Selection{
		{Services: []mapping.ServiceSID{mapping.ServiceSID(snapshottest.SID("IS", 404))}},
		{Conversations: []mapping.ConversationSID{mapping.ConversationSID(snapshottest.SID("CH", 404))}},
		{Identities: []mapping.Identity{"maria.lopez", "nobody"}},
	} {
		for _, src := range []source{
			open(t, contoso, &twiliosrc.SnapshotOptions{Selection: selection}),
			server.client(t, twiliosrc.ClientOptions{Selection: selection}),
		} {
			var unknown *twiliosrc.SelectionError
			if err := failure(t, src.Conversations(t.Context())); !errors.As(err, &unknown) || unknown.Hint() == "" {
				t.Errorf("%T shows %+v: %v", src, selection, err)
			}
		}
	}
	for _, selection := range []twiliosrc.Selection{
		{Services: []mapping.ServiceSID{"x"}},
		{Conversations: []mapping.ConversationSID{"order-1"}},
		{States: []string{"open"}},
		{Since: time.Unix(2, 0), Until: time.Unix(1, 0)},
		{Limit: -1},
	} {
		_, errSnapshot := twiliosrc.OpenSnapshot(t.Context(), contoso, &twiliosrc.SnapshotOptions{Selection: selection})
		_, errClient := twiliosrc.NewClient(credentials, &twiliosrc.ClientOptions{Selection: selection})
		for _, err := range []error{errSnapshot, errClient} {
			if !errors.As(err, new(*twiliosrc.SelectionError)) {
				t.Errorf("%+v is taken: %v", selection, err)
			}
		}
	}
}

// A conversation that is being set up comes last, as it is then, or not at all.
func TestInitializingConversations(t *testing.T) {
	state := func(n int, state string) string {
		return strings.TrimSuffix(strings.TrimSpace(conversationLine(n)), "}") + `,"state":"` + state + `"}`
	}
	list := says(200, "application/json", `{"meta":{"key":"conversations"},"conversations":[`+
		state(1, "initializing")+`,`+state(2, "active")+`,`+state(3, "initializing")+`]}`)
	s := &script{answers: []answer{
		servicesPage("", 0), list, says(404, "application/json", `{"code":20404}`), says(200, "application/json", state(3, "active")),
	}}
	got := sound(t, newClient(t, twiliosrc.ClientOptions{Transport: s}).Conversations(t.Context()))
	if len(got) != 2 || string(got[0].SID) != ch2 || string(got[1].SID) != ch3 || got[1].State != "active" || len(s.asked) != 4 {
		t.Errorf("conversations %+v after %d requests", got, len(s.asked))
	}
}
