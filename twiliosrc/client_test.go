package twiliosrc_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"reflect"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/twilio2acs/twilio2acs/mapping"
	"github.com/twilio2acs/twilio2acs/twiliosrc"
	"github.com/twilio2acs/twilio2acs/twiliosrc/fixtureserver"
	"github.com/twilio2acs/twilio2acs/twiliosrc/internal/snapshottest"
)

var _ source = (*twiliosrc.Client)(nil)

var credentials = twiliosrc.Credentials{
	AccountSID: mapping.AccountSID(snapshottest.SID("AC", 1)),
	Username:   snapshottest.SID("SK", 1),
	Password:   "correct-horse.battery staple",
}

// twilio is a served snapshot and what it was asked for.
type twilio struct {
	*fixtureserver.Server
	fixtureserver.Endpoints

	mu       sync.Mutex
	requests []fixtureserver.Request
}

func serve(tb testing.TB, s *twiliosrc.Snapshot, opts fixtureserver.Options) *twilio {
	tb.Helper()
	t := &twilio{}
	opts.OnRequest = func(r fixtureserver.Request) {
		t.mu.Lock()
		defer t.mu.Unlock()
		t.requests = append(t.requests, r)
	}
	t.Server = fixtureserver.New(s, &opts)
	var err error
	if t.Endpoints, err = t.Listen(tb.Context(), "127.0.0.1:0"); err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		if err := t.Close(); err != nil {
			tb.Error(err)
		}
	})
	return t
}

// asked forgets and returns the requests so far.
func (t *twilio) asked() []fixtureserver.Request {
	t.mu.Lock()
	defer t.mu.Unlock()
	requests := t.requests
	t.requests = nil
	return requests
}

func (t *twilio) client(tb testing.TB, opts twiliosrc.ClientOptions) *twiliosrc.Client {
	tb.Helper()
	opts.BaseURL, opts.MCSURL = t.URL, t.MCSURL
	return newClient(tb, opts)
}

func newClient(tb testing.TB, opts twiliosrc.ClientOptions) *twiliosrc.Client {
	tb.Helper()
	c, err := twiliosrc.NewClient(credentials, &opts)
	if err != nil {
		tb.Fatal(err)
	}
	return c
}

// A client sees in a served snapshot what the snapshot itself shows.
func TestClientReadsWhatSnapshotReads(t *testing.T) {
	for name, dir := range map[string]string{
		"harbour":   harbour,
		"contoso":   "../testdata/snapshots/contoso",
		"by hand":   handMade(t),
		"generated": snapshottest.Generate(t, snapshottest.Shape{Services: 2, Conversations: 205, Participants: 3, Messages: 2, Users: 120}),
		"long":      snapshottest.Generate(t, snapshottest.Shape{Services: 1, Conversations: 2, Participants: 101, Messages: 350, Users: 50}),
	} {
		t.Run(name, func(t *testing.T) {
			s := open(t, dir, nil)
			server := serve(t, s, fixtureserver.Options{
				Username: credentials.Username, Password: credentials.Password, ProductionURLs: name == "long",
			})
			got, want := items(t, server.client(t, twiliosrc.ClientOptions{})), items(t, s)
			if !reflect.DeepEqual(got, want) {
				t.Errorf("items differ (-got +want):\n%s", cmp.Diff(got, want))
			}
			checkRequests(t, server.asked())
		})
	}
}

// handMade is a snapshot with nothing but what it must have, and a file.
func handMade(t *testing.T) string {
	me := snapshottest.SID("ME", 1)
	return snapshottest.Dir(t, map[string]string{
		"conversations.jsonl": conversationLine(1) + conversationLine(2),
		"participants.jsonl":  participantLine(1, 1, "Ann Lee") + participantLine(1, 2, "a/b?c=%20#.42") + participantLine(2, 3, "zoë"),
		"messages.jsonl": messageLine(ch1, "0") + strings.Replace(messageLine(ch2, "4"), `"body":"hi"`,
			`"body":null,"media":[{"sid":"`+me+`","size":5,"content_type":"text/plain","filename":"a \"b\".txt"}]`, 1),
		"media/" + me: "12345",
	})
}

// checkRequests looks for what must never be asked of Twilio.
func checkRequests(t *testing.T, requests []fixtureserver.Request) {
	t.Helper()
	if len(requests) == 0 {
		t.Error("no requests")
	}
	for _, r := range requests {
		if r.Method != http.MethodGet || r.Status != http.StatusOK && r.Status != http.StatusNotFound {
			t.Errorf("%s %s: %d", r.Method, r.Target, r.Status)
		}
		if authorized := r.Header.Get("Authorization") != ""; authorized != (r.Host != fixtureserver.HostMedia) {
			t.Errorf("%s %s: credentials sent: %t", r.Host, r.Target, authorized)
		}
		if r.Host == fixtureserver.HostREST && !strings.HasPrefix(r.Target, "/v1/Services") {
			t.Errorf("%s is not under a service", r.Target)
		}
	}
}

// Reading costs requests in proportion to conversations, not messages, where
// most messages are known.
func TestMessagesAfterCostsOneRequest(t *testing.T) {
	s := open(t, snapshottest.Generate(t, snapshottest.Shape{Services: 1, Conversations: 1, Participants: 1, Messages: 1000}), nil)
	server := serve(t, s, fixtureserver.Options{})
	sent := &counting{}
	client := server.client(t, twiliosrc.ClientOptions{Transport: sent})
	c := conversation(t, s, snapshottest.SID("CH", 0))
	all := sound(t, s.Messages(t.Context(), c, -1))
	for _, tt := range []struct{ known, requests int }{
		{1000, 1}, {999, 1}, {901, 1}, {900, 12}, {500, 16}, {30, 20}, {0, 20},
	} {
		after := int64(-1)
		if tt.known > 0 {
			after = all[tt.known-1].Index
		}
		sent.Store(0)
		if got := sound(t, client.Messages(t.Context(), c, after)); len(got) != len(all)-tt.known {
			t.Errorf("%d messages after %d known ones, want %d", len(got), tt.known, len(all)-tt.known)
		}
		if got := int(sent.Load()); got != tt.requests {
			t.Errorf("%d requests for what comes after %d known messages, want %d", got, tt.known, tt.requests)
		}
	}
	sent.Store(0)
	for range client.Messages(t.Context(), c, -1) {
		break
	}
	if got := sent.Load(); got != 1 {
		t.Errorf("%d requests for the first message, want 1", got)
	}
}

// Where few messages are expected few are fetched, and where more have come, those too.
func TestExpectedMessages(t *testing.T) {
	s := open(t, snapshottest.Generate(t, snapshottest.Shape{Services: 1, Conversations: 1, Participants: 1, Messages: 300}), nil)
	server := serve(t, s, fixtureserver.Options{})
	client := server.client(t, twiliosrc.ClientOptions{})
	c := conversation(t, s, snapshottest.SID("CH", 0))
	all := sound(t, s.Messages(t.Context(), c, -1))
	for _, tt := range []struct {
		come, expected int
		pages          string // those from the end, and how many more
	}{
		{0, 1, "10"}, {1, 1, "10"}, {9, 1, "10"}, {10, 1, "10 100"}, {99, 1, "10 100"}, {1, 0, "100"}, {70, 60, "100"},
		{100, 1, "10 100 +4"}, {250, 1, "10 100 +5"},
	} {
		t.Run(fmt.Sprintf("%d come, %d expected", tt.come, tt.expected), func(t *testing.T) {
			server.asked()
			known := len(all) - tt.come
			next, stop := client.PullMessages(c, all[known-1].Index, tt.expected)
			defer stop()
			for _, want := range all[known:] {
				if m, err := next(t.Context()); err != nil || m.SID != want.SID {
					t.Fatalf("message %v, %v, want %s", m, err, want.SID)
				}
			}
			if m, err := next(t.Context()); !errors.Is(err, io.EOF) {
				t.Errorf("message %v, %v behind the last one", m, err)
			}
			var pages []string
			more := 0
			for _, r := range server.asked() {
				if _, size, _ := strings.Cut(r.Target, "?Order=desc&PageSize="); size != "" && more == 0 {
					pages = append(pages, size)
				} else {
					more++
				}
			}
			if more > 0 {
				pages = append(pages, fmt.Sprintf("+%d", more))
			}
			if got := strings.Join(pages, " "); got != tt.pages {
				t.Errorf("pages %s, want %s", got, tt.pages)
			}
		})
	}
}

// counting counts the requests that a client sends.
type counting struct{ atomic.Int64 }

func (c *counting) RoundTrip(r *http.Request) (*http.Response, error) {
	c.Add(1)
	return http.DefaultTransport.RoundTrip(r)
}

func TestClientRefusedCredentials(t *testing.T) {
	server := serve(t, open(t, harbour, nil), fixtureserver.Options{Username: credentials.Username, Password: "another"})
	err := failure(t, server.client(t, twiliosrc.ClientOptions{}).Conversations(t.Context()))
	var api *twiliosrc.APIError
	if !errors.As(err, &api) || !api.Unauthorized() || api.Temporary() || api.Code != 20003 || api.Path != "/v1/Services" ||
		!strings.HasPrefix(api.RequestID, "RQ") || api.Hint() == "" {
		t.Errorf("Conversations: %v (%+v)", err, api)
	}
	if got := len(server.asked()); got != 1 {
		t.Errorf("%d requests, want no second try", got)
	}
}

func TestNewClientRefuses(t *testing.T) {
	for _, tt := range []struct {
		name        string
		credentials twiliosrc.Credentials
		opts        twiliosrc.ClientOptions
		text        string
	}{
		{"no account", twiliosrc.Credentials{Username: "u", Password: "p"}, twiliosrc.ClientOptions{}, "account SID is missing"},
		{"a wrong account", twiliosrc.Credentials{AccountSID: "AC1", Username: "u", Password: "p"}, twiliosrc.ClientOptions{}, "account SID"},
		{"no password", twiliosrc.Credentials{AccountSID: credentials.AccountSID, Username: "u"}, twiliosrc.ClientOptions{}, "password is missing"},
		{"a region without edge", credentials, twiliosrc.ClientOptions{Region: "ie1"}, "edge"},
		{"a region that is none", credentials, twiliosrc.ClientOptions{Region: "ie1.evil.example/", Edge: "dublin"}, "TWILIO_REGION"},
		{"an edge that is none", credentials, twiliosrc.ClientOptions{Edge: "evil.example#"}, "TWILIO_EDGE"},
		{"plain http to the network", credentials, twiliosrc.ClientOptions{BaseURL: "http://twilio.example"}, "plain http"},
		{"a password in the URL", credentials, twiliosrc.ClientOptions{BaseURL: "https://a:b@twilio.example"}, "--twilio-url: it holds credentials"},
		{"a path in the URL", credentials, twiliosrc.ClientOptions{MCSURL: "https://twilio.example/v1"}, "--mcs-url"},
		{"no URL", credentials, twiliosrc.ClientOptions{BaseURL: "twilio.example"}, "scheme and host"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, err := twiliosrc.NewClient(tt.credentials, &tt.opts)
			var hint interface{ Hint() string }
			if err == nil || !strings.Contains(err.Error(), tt.text) || !errors.As(err, &hint) || hint.Hint() == "" {
				t.Errorf("NewClient: %v, want an error with a hint that tells of %q", err, tt.text)
			}
		})
	}
}

func TestCredentialsAreNotPrinted(t *testing.T) {
	var log strings.Builder
	slog.New(slog.NewTextHandler(&log, nil)).Info("x", "c", credentials)
	text := fmt.Sprintf("%v %+v %#v %s %s", credentials, credentials, credentials, &credentials, log.String())
	if strings.Contains(text, "correct-horse") {
		t.Errorf("printed as %s", text)
	}
}

// hosts notes where requests go, and answers none.
type hosts struct{ got []string }

func (h *hosts) RoundTrip(r *http.Request) (*http.Response, error) {
	h.got = append(h.got, r.URL.Scheme+"://"+r.URL.Host)
	return nil, io.ErrUnexpectedEOF
}

// Edge and region are put into the hosts once, whatever the environment says.
func TestClientHosts(t *testing.T) {
	t.Setenv("TWILIO_EDGE", "sydney")
	t.Setenv("TWILIO_REGION", "au1")
	for _, tt := range []struct {
		name      string
		opts      twiliosrc.ClientOptions
		rest, mcs string
		region    string
	}{
		{"default", twiliosrc.ClientOptions{}, "https://conversations.twilio.com", "https://mcs.us1.twilio.com", "us1"},
		{"region and edge", twiliosrc.ClientOptions{Region: "ie1", Edge: "dublin"}, "https://conversations.dublin.ie1.twilio.com", "https://mcs.ie1.twilio.com", "ie1"},
		{"edge", twiliosrc.ClientOptions{Edge: "ashburn"}, "https://conversations.ashburn.us1.twilio.com", "https://mcs.us1.twilio.com", "us1"},
		{"us1 without edge", twiliosrc.ClientOptions{Region: "us1"}, "https://conversations.twilio.com", "https://mcs.us1.twilio.com", "us1"},
		{"IP addresses", twiliosrc.ClientOptions{Region: "ie1", Edge: "dublin", BaseURL: "http://127.0.0.1:8080/", MCSURL: "http://127.0.0.1:8081"}, "http://127.0.0.1:8080", "http://127.0.0.1:8081", "ie1"},
		{"long names", twiliosrc.ClientOptions{Region: "ie1", BaseURL: "https://a.b.c.d.e.f.example", MCSURL: "https://[::1]:8081"}, "https://a.b.c.d.e.f.example", "https://[::1]:8081", "ie1"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			h := &hosts{}
			tt.opts.Transport, tt.opts.MaxAttempts = h, 1
			c := newClient(t, tt.opts)
			failure(t, c.Services(t.Context()))
			_, err := c.OpenMedia(t.Context(), mapping.Conversation{ServiceSID: mapping.ServiceSID(snapshottest.SID("IS", 0))}, mapping.Media{SID: mapping.MediaSID(snapshottest.SID("ME", 0))})
			if !errors.As(err, new(*twiliosrc.UnreachableError)) {
				t.Errorf("OpenMedia: %v", err)
			}
			if want := []string{tt.rest, tt.mcs}; !cmp.Equal(h.got, want) {
				t.Errorf("requests went to %v, want %v", h.got, want)
			}
			if account, region := c.Account(); account != credentials.AccountSID || region != tt.region {
				t.Errorf("Account = %s, %s", account, region)
			}
		})
	}
}

func TestClientTakesOnlySIDsIntoPaths(t *testing.T) {
	h := &hosts{}
	c := newClient(t, twiliosrc.ClientOptions{Transport: h, MaxAttempts: 1})
	good := mapping.Conversation{SID: mapping.ConversationSID(ch1), ServiceSID: mapping.ServiceSID(snapshottest.SID("IS", 0))}
	for _, bad := range []mapping.Conversation{
		{SID: "CH1", ServiceSID: good.ServiceSID},
		{SID: "../Users", ServiceSID: good.ServiceSID},
		{SID: good.SID},
		{SID: good.SID, ServiceSID: mapping.ServiceSID("IS" + strings.Repeat("?", 32))},
	} {
		failure(t, c.Messages(t.Context(), bad, -1))
		failure(t, c.Participants(t.Context(), bad))
	}
	for _, sid := range []mapping.MediaSID{"", "ME1", "ME/../../x"} {
		if _, err := c.OpenMedia(t.Context(), good, mapping.Media{SID: sid}); err == nil {
			t.Errorf("OpenMedia(%q) asked Twilio", sid)
		}
	}
	if len(h.got) > 0 {
		t.Errorf("requests were sent: %v", h.got)
	}
}

func TestClientStopsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancelCause(t.Context())
	blocked := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		cancel(errStop)
		<-r.Context().Done()
	}))
	defer blocked.Close()
	c := newClient(t, twiliosrc.ClientOptions{BaseURL: blocked.URL})
	if err := failure(t, c.Services(ctx)); !errors.Is(err, errStop) {
		t.Errorf("Services: %v, want the cause of the cancellation", err)
	}
	if err := failure(t, c.Conversations(ctx)); !errors.Is(err, errStop) {
		t.Errorf("Conversations: %v, want the cause of the cancellation", err)
	}
}

var errStop = errors.New("stop")

func TestClientMissingMedia(t *testing.T) {
	s := open(t, harbour, nil)
	server := serve(t, s, fixtureserver.Options{})
	c := server.client(t, twiliosrc.ClientOptions{})
	conv := sound(t, s.Conversations(t.Context()))[0]
	_, err := c.OpenMedia(t.Context(), conv, mapping.Media{SID: mapping.MediaSID(snapshottest.SID("ME", 99))})
	if !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("OpenMedia: %v, want fs.ErrNotExist", err)
	}
}
