package fixtureserver_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/twilio2acs/twilio2acs/twiliosrc/fixtureserver"
	"github.com/twilio2acs/twilio2acs/twiliosrc/internal/snapshottest"
)

func TestParseFault(t *testing.T) {
	for text, want := range map[string]fixtureserver.Fault{
		"429":                                       {Mode: fixtureserver.FaultThrottle},
		"429,on=messages,p=0.1,retry-after=2s":      {Mode: fixtureserver.FaultThrottle, Resource: fixtureserver.ResourceMessages, Probability: 0.1, RetryAfter: 2 * time.Second},
		"503-empty,skip=3,times=2":                  {Mode: fixtureserver.FaultUnavailableEmpty, Skip: 3, Times: 2},
		"slow,delay=1m0s":                           {Mode: fixtureserver.FaultSlow, Delay: time.Minute},
		"delete,on=conversations,tokens=offset":     {Mode: fixtureserver.FaultDelete, Resource: fixtureserver.ResourceConversations, Offset: true},
		"short,items=3":                             {Mode: fixtureserver.FaultShortPage, Items: 3},
		"truncated,on=files":                        {Mode: fixtureserver.FaultTruncated, Resource: fixtureserver.ResourceFiles},
		"insert,on=participant_conversations,p=0.5": {Mode: fixtureserver.FaultInsert, Resource: fixtureserver.ResourceParticipantConversations, Probability: 0.5},
	} {
		got, err := fixtureserver.ParseFault(text)
		if err != nil || got != want {
			t.Errorf("ParseFault(%q) = %+v, %v; want %+v", text, got, err, want)
		}
		if got.String() != text {
			t.Errorf("String of %q is %q", text, got)
		}
	}
	for _, text := range []string{
		"", "404", "429,", "429,on", "429,on=", "429,on=everything", "429,p=0", "429,p=1.5", "429,p=NaN", "429,times=0",
		"429,skip=-1", "429,retry-after=300ms", "429,retry-after=0s", "slow,delay=-1s", "slow,delay=long", "delete,tokens=page", "429,x=1",
	} {
		got, err := fixtureserver.ParseFault(text)
		var e *fixtureserver.FaultError
		if !errors.As(err, &e) || !strings.Contains(e.Hint(), "retry-after") {
			t.Errorf("ParseFault(%q) = %+v, %v; want a *FaultError with a hint", text, got, err)
		}
	}
}

// What a fault prints is read as the same fault.
func FuzzParseFault(f *testing.F) {
	f.Add("429,on=messages,p=0.1,retry-after=2s")
	f.Add("short,items=3,skip=1,times=2,tokens=offset")
	f.Fuzz(func(t *testing.T, text string) {
		first, err := fixtureserver.ParseFault(text)
		if err != nil {
			return
		}
		if again, err := fixtureserver.ParseFault(first.String()); err != nil || again != first {
			t.Errorf("%q is %+v, and as %q it is %+v, %v", text, first, first, again, err)
		}
	})
}

func parse(tb testing.TB, texts ...string) []fixtureserver.Fault {
	tb.Helper()
	var faults []fixtureserver.Fault
	for _, text := range texts {
		f, err := fixtureserver.ParseFault(text)
		if err != nil {
			tb.Fatal(err)
		}
		faults = append(faults, f)
	}
	return faults
}

func TestFaultsOfAnswers(t *testing.T) {
	for _, tt := range []struct {
		fault      string
		status     int
		retryAfter string
		body       string // a part of it
	}{
		{"429,times=1", 429, "", `"code":20429`},
		{"429,times=1,retry-after=3s", 429, "3", `"code":20429`},
		{"503,times=1", 503, "", "<html>"},
		{"503,times=1,retry-after=1s", 503, "1", "<html>"},
		{"503-empty,times=1", 503, "", ""},
	} {
		t.Run(tt.fault, func(t *testing.T) {
			_, at := start(t, harbour, &fixtureserver.Options{Faults: parse(t, tt.fault)})
			r := get(t, at.URL+"/v1/Services")
			if r.status != tt.status || r.header.Get("Retry-After") != tt.retryAfter || !strings.Contains(r.text, tt.body) || tt.body == "" && r.text != "" {
				t.Errorf("%d, Retry-After %q, %s", r.status, r.header.Get("Retry-After"), r.text)
			}
			if r := get(t, at.URL+"/v1/Services"); r.status != 200 {
				t.Errorf("after the fault: %d", r.status)
			}
		})
	}
}

// attempt reads an answer that may break off.
func attempt(ctx context.Context, target string) (string, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, target, nil)
	if err != nil {
		return "", err
	}
	if !strings.Contains(target, "Signature=") {
		req.SetBasicAuth("user", "secret")
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return "", err
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	return string(text), err
}

func TestConnectionsBreakOff(t *testing.T) {
	for mode, want := range map[string]error{"reset": syscall.ECONNRESET, "truncated,on=services": io.ErrUnexpectedEOF} {
		log := make(chan fixtureserver.Request, 3) // what broke off may be told of after what came next
		_, at := start(t, harbour, &fixtureserver.Options{
			Faults: parse(t, mode+",skip=1,times=1"), OnRequest: func(r fixtureserver.Request) { log <- r },
		})
		whole, err := attempt(t.Context(), at.URL+"/v1/Services")
		if err != nil {
			t.Fatal(err)
		}
		text, err := attempt(t.Context(), at.URL+"/v1/Services")
		if !errors.Is(err, want) || len(text) > len(whole)/2 {
			t.Errorf("%s: %d of %d bytes, %v; want %v", mode, len(text), len(whole), err, want)
		}
		if again, err := attempt(t.Context(), at.URL+"/v1/Services"); err != nil || again != whole {
			t.Errorf("%s: after the fault: %v", mode, err)
		}
		var struck []string
		for range 3 {
			if r := <-log; r.Fault != "" || r.Status != http.StatusOK {
				struck = append(struck, fmt.Sprintf("%s %d", r.Fault, r.Status))
			}
		}
		name, _, _ := strings.Cut(mode, ",")
		if want := []string{name + " 200"}; !slices.Equal(struck, want) {
			t.Errorf("%s: requests struck %q, want %q", mode, struck, want)
		}
	}
}

func TestSlowAnswerEndsWithItsRequest(t *testing.T) {
	_, at := start(t, harbour, &fixtureserver.Options{Faults: parse(t, "slow")})
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	if _, err := attempt(ctx, at.URL+"/v1/Services"); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("error %v, want none within the time", err)
	}
}

func TestFaultsOfFiles(t *testing.T) {
	const sid = "ME930ba029f145c70cc0d6fd070fd521b8" // of harbour, 73 bytes
	for _, tt := range []struct {
		fault  string
		status int
		bytes  int
		err    error
	}{
		{"expired,times=1", 403, -1, nil},
		{"truncated,times=1", 200, 36, io.ErrUnexpectedEOF},
		{"shortened,times=1", 200, 36, nil},
		{"429,times=1,on=files", 429, -1, nil},
	} {
		_, at := start(t, harbour, &fixtureserver.Options{Faults: parse(t, tt.fault)})
		r := get(t, at.MCSURL+"/v1/Services/IS167f4d4478fbcb31e3802cc76dff70ef/Media/"+sid)
		text, err := attempt(t.Context(), r.body.Links.Direct)
		if !errors.Is(err, tt.err) || tt.bytes >= 0 && len(text) != tt.bytes || tt.bytes < 0 && !strings.HasPrefix(text, "<?xml") {
			t.Errorf("%s: %d bytes, %v", tt.fault, len(text), err)
		}
		if again := get(t, r.body.Links.Direct); again.status != 200 || len(again.text) != 73 {
			t.Errorf("%s: after the fault: %d, %d bytes", tt.fault, again.status, len(again.text))
		}
	}
}

// A seed makes chance repeatable.
func TestProbability(t *testing.T) {
	strikes := func(seed uint64) (n int, where string) {
		_, at := start(t, harbour, &fixtureserver.Options{Faults: parse(t, "429,p=0.3"), Seed: seed})
		for range 100 {
			struck := get(t, at.URL+"/v1/Services").status == 429
			where += map[bool]string{true: "x", false: "."}[struck]
		}
		return strings.Count(where, "x"), where
	}
	n, first := strikes(7)
	if _, again := strikes(7); n < 15 || n > 45 || again != first {
		t.Errorf("%d of 100 with a probability of 0.3: %s, then %s", n, first, again)
	}
	if _, other := strikes(8); other == first {
		t.Error("another seed makes the same choices")
	}
}

// passage reads a list from its first page to its last.
func passage(t *testing.T, target string) (pages [][]int) {
	t.Helper()
	for next := &target; next != nil; {
		r := get(t, *next)
		if r.status != 200 {
			t.Fatalf("%s: %d %s", *next, r.status, r.text)
		}
		pages = append(pages, indexes(r))
		next = r.body.Meta.Next
	}
	return pages
}

// What changes between two pages does what it does in an account: with tokens
// that are places nothing else is touched, with tokens that count something is
// missed or met twice.
func TestChangesBetweenPages(t *testing.T) {
	dir := snapshottest.Generate(t, snapshottest.Shape{Services: 1, Conversations: 1, Participants: 1, Messages: 5}) // indexes 0 2 4 6 8
	for _, tt := range []struct {
		fault, order string
		first, later [][]int
	}{
		{"delete", "asc", [][]int{{0, 2}, {4, 6}, {8}}, [][]int{{0, 4}, {6, 8}}},
		{"delete,tokens=offset", "asc", [][]int{{0, 2}, {6, 8}}, [][]int{{0, 4}, {6, 8}}},
		{"delete", "desc", [][]int{{8, 6}, {4, 2}, {0}}, [][]int{{8, 4}, {2, 0}}},
		{"delete,tokens=offset", "desc", [][]int{{8, 6}, {2, 0}}, [][]int{{8, 4}, {2, 0}}},
		{"delete,tokens=offset,skip=1", "asc", [][]int{{0, 2}, {4, 6}, nil}, [][]int{{0, 2}, {4, 8}}},
		{"insert,times=1", "desc", [][]int{{6, 4}, {2, 0}}, [][]int{{8, 6}, {4, 2}, {0}}},
		{"insert,times=1,tokens=offset", "desc", [][]int{{6, 4}, {4, 2}, {0}}, [][]int{{8, 6}, {4, 2}, {0}}},
		{"insert,tokens=offset", "asc", [][]int{{0, 2}, {4, 6}, {8}}, [][]int{{0, 2}, {4, 6}, {8}}},
		{"short", "asc", [][]int{{0}, {2}, {4}, {6}, {8}}, [][]int{{0}, {2}, {4}, {6}, {8}}},
		{"short,items=1", "asc", [][]int{{0}, {2}, {4}, {6}, {8}}, [][]int{{0}, {2}, {4}, {6}, {8}}},
		{"empty", "asc", [][]int{{0, 2}, {4, 6}, {8}, nil}, [][]int{{0, 2}, {4, 6}, {8}, nil}},
		{"empty", "desc", [][]int{{8, 6}, {4, 2}, {0}, nil}, [][]int{{8, 6}, {4, 2}, {0}, nil}},
	} {
		t.Run(tt.fault+" "+tt.order, func(t *testing.T) {
			_, at := start(t, dir, &fixtureserver.Options{Faults: parse(t, tt.fault)})
			list := at.URL + "/v1/Conversations/" + snapshottest.SID("CH", 0) + "/Messages?PageSize=2&Order=" + tt.order
			if got := passage(t, list); !cmp.Equal(got, tt.first) {
				t.Errorf("while it changes: %v, want %v", got, tt.first)
			}
			if got := passage(t, list); !cmp.Equal(got, tt.later) {
				t.Errorf("afterwards: %v, want %v", got, tt.later)
			}
		})
	}
}

// A conversation that begins while they are listed comes at the front: with
// tokens that count, the one before the second page is met twice.
func TestConversationAppearsBetweenPages(t *testing.T) {
	dir := snapshottest.Generate(t, snapshottest.Shape{Services: 1, Conversations: 6, Participants: 1, Messages: 1})
	for text, want := range map[string][]string{
		"insert,on=conversations":               {"CH1", "CH2", "CH3", "CH4", "CH5"},
		"insert,on=conversations,tokens=offset": {"CH1", "CH2", "CH2", "CH3", "CH4", "CH5"},
	} {
		_, at := start(t, dir, &fixtureserver.Options{Faults: parse(t, text)})
		list := at.URL + "/v1/Conversations?PageSize=2"
		if got := listed(t, list, "conversations", "sid"); !cmp.Equal(got, want) {
			t.Errorf("%s: %v, want %v", text, got, want)
		}
		if got := listed(t, list, "conversations", "sid"); len(got) != 6 {
			t.Errorf("%s: afterwards %v, want all six", text, got)
		}
	}
}

// A deleted message is gone by all its names, with its receipts and its files.
func TestDeletedMessageIsGone(t *testing.T) {
	_, at := start(t, harbour, &fixtureserver.Options{Faults: parse(t, "delete,times=1")})
	const service = "/v1/Services/IS167f4d4478fbcb31e3802cc76dff70ef"
	const messages = service + "/Conversations/CH2264c6e9d8288b49bfcf8018d64bc4ec/Messages"
	const message = messages + "/IM4ced19dfb7e0686a37b44094e23893b4"
	const media = service + "/Media/ME930ba029f145c70cc0d6fd070fd521b8"
	signed := get(t, at.MCSURL+media).body.Links.Direct
	if r := get(t, at.URL+message); r.status != 200 {
		t.Fatalf("before: %d", r.status)
	}
	get(t, at.URL+messages+"?PageSize=3") // it is the last one on the page
	for _, target := range []string{at.URL + message, at.URL + message + "/Receipts", at.URL + message + "/ChannelMetadata", at.MCSURL + media, signed} {
		if r := get(t, target); r.status != 404 {
			t.Errorf("%s: %d, want 404", target, r.status)
		}
	}
}

func TestEditedMessage(t *testing.T) {
	now := time.Date(2030, 1, 2, 3, 4, 5, 0, time.UTC)
	_, at := start(t, harbour, &fixtureserver.Options{Faults: parse(t, "edit"), Now: func() time.Time { return now }})
	const messages = "/v1/Conversations/CH2264c6e9d8288b49bfcf8018d64bc4ec/Messages"
	before := get(t, at.URL+messages+"/IM8d5b7fb7530d3cc5e1cedf42977f6f2e").text
	if page := get(t, at.URL+messages+"?PageSize=2"); !strings.Contains(page.text, before) {
		t.Errorf("the page does not show the message as it was: %s", page.text)
	}
	want := strings.Replace(before, `\o/ \"soon\""`, `\o/ \"soon\" (edited)"`, 1)
	want = strings.Replace(want, `"date_updated":"2021-03-03T10:01:00Z"`, `"date_updated":"2030-01-02T03:04:05Z"`, 1)
	if after := get(t, at.URL+messages+"/IM8d5b7fb7530d3cc5e1cedf42977f6f2e").text; after != want {
		t.Errorf("afterwards it is\n%s, want\n%s", after, want)
	}
	if page := get(t, at.URL+messages+"?PageSize=2"); !strings.Contains(page.text, want) {
		t.Errorf("the list does not show the edit: %s", page.text)
	}
}

func TestInject(t *testing.T) {
	server, at := serve(t, harbour, nil)
	if r := get(t, at.URL+"/v1/Services"); r.status != 200 {
		t.Fatalf("before: %d", r.status)
	}
	server.Inject(fixtureserver.Fault{Mode: fixtureserver.FaultThrottle})
	if r := get(t, at.URL+"/v1/Services"); r.status != 429 {
		t.Errorf("after: %d, want 429", r.status)
	}
}
