package twiliosrc_test

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/twilio2acs/twilio2acs/mapping"
	"github.com/twilio2acs/twilio2acs/twiliosrc"
	"github.com/twilio2acs/twilio2acs/twiliosrc/fixtureserver"
	"github.com/twilio2acs/twilio2acs/twiliosrc/internal/snapshottest"
)

// movingList is a list of messages whose pages are counted from its beginning,
// or its end, at the time of each request: the way in which pages shift.
type movingList struct {
	indexes  []int // of the messages, ascending
	requests int
	between  func(l *movingList) // runs before each request but the first
}

func (l *movingList) RoundTrip(r *http.Request) (*http.Response, error) {
	if l.requests > 0 && l.between != nil {
		l.between(l)
	}
	l.requests++
	query := r.URL.Query()
	offset, _ := strconv.Atoi(query.Get("PageToken"))
	all := slices.Clone(l.indexes)
	if query.Get("Order") == "desc" {
		slices.Reverse(all)
	}
	page := all[min(offset, len(all)):min(offset+100, len(all))]
	next := "null"
	if offset+100 < len(all) {
		next = fmt.Sprintf(`"https://conversations.twilio.com%s?Order=%s&PageToken=%d"`, r.URL.Path, query.Get("Order"), offset+100)
	}
	var items []string
	for _, i := range page {
		items = append(items, fmt.Sprintf(`{"sid":%q,"conversation_sid":%q,"index":%d,"body":"x"}`, snapshottest.SID("IM", i), ch1, i))
	}
	return says(200, "application/json", `{"meta":{"key":"messages","next_page_url":`+next+`},"messages":[`+strings.Join(items, ",")+`]}`)(r)
}

func (l *movingList) remove(index int) {
	l.indexes = slices.DeleteFunc(l.indexes, func(i int) bool { return i == index })
}

func upTo(n int) []int {
	var all []int
	for i := range n {
		all = append(all, i)
	}
	return all
}

// once runs f before one request, which is numbered from 1.
func once(request int, f func(l *movingList)) func(l *movingList) {
	return func(l *movingList) {
		if l.requests == request {
			f(l)
		}
	}
}

// Whatever happens to a list while it is read, what was there at the beginning
// and still is at the end is listed once, in order.
func TestMessagesOfAMovingList(t *testing.T) {
	for _, tt := range []struct {
		name     string
		size     int
		after    int64
		between  func(l *movingList)
		requests int
	}{
		{"empty", 0, -1, nil, 1},
		{"one page", 100, -1, nil, 1},
		{"two pages", 101, -1, nil, 4},
		{"at rest", 1000, -1, nil, 20},
		{"mostly known", 1000, 949, nil, 1},
		{"newest page does not reach", 1000, 849, nil, 12},
		{"deleted before a page", 450, -1, once(7, func(l *movingList) { l.remove(3) }), 20},
		{"deleted while it is read from its end", 450, -1, once(3, func(l *movingList) { l.remove(440) }), 16},
		{"deleted on the first page", 450, -1, once(1, func(l *movingList) { l.remove(3) }), 15},
		{"deleted at its end", 450, -1, once(9, func(l *movingList) { l.remove(449) }), 20},
		{"appended all the time", 450, -1, func(l *movingList) { l.indexes = append(l.indexes, 1000+l.requests) }, 10},
		{"deleted all the time, but not for ever", 450, -1, func(l *movingList) {
			if l.requests < 20 {
				l.remove(3 * l.requests)
			}
		}, 40},
	} {
		t.Run(tt.name, func(t *testing.T) {
			l := &movingList{indexes: upTo(tt.size), between: tt.between}
			c := newClient(t, twiliosrc.ClientOptions{Transport: l})
			before := slices.Clone(l.indexes)
			var got []int
			for _, m := range sound(t, c.Messages(t.Context(), ofMedia, tt.after)) {
				if m.Index < 1000 { // what is appended may be listed
					got = append(got, int(m.Index))
				}
			}
			var want []int
			for _, i := range before {
				if int64(i) > tt.after && (slices.Contains(l.indexes, i) || slices.Contains(got, i)) {
					want = append(want, i)
				}
			}
			if !cmp.Equal(got, want) {
				t.Errorf("messages differ (-got +want):\n%s", cmp.Diff(got, want))
			}
			if l.requests > tt.requests {
				t.Errorf("%d requests, want at most %d", l.requests, tt.requests)
			}
		})
	}
}

// A list that never rests is an error, not a guess.
func TestMessagesOfAListThatNeverRests(t *testing.T) {
	l := &movingList{indexes: upTo(2000), between: func(l *movingList) { l.remove(l.indexes[250]) }}
	c := newClient(t, twiliosrc.ClientOptions{Transport: l})
	last := -1
	var failed error
	for m, err := range c.Messages(t.Context(), ofMedia, -1) {
		if failed = err; err == nil && int(m.Index) <= last {
			t.Fatalf("message %d comes after message %d", m.Index, last)
		}
		last = int(m.Index)
	}
	var moving *twiliosrc.MovingListError
	if !errors.As(failed, &moving) || moving.Hint() == "" || errors.As(failed, new(*mapping.DamagedError)) {
		t.Errorf("Messages: %v", failed)
	}
}

// Damage in a long list spoils one message, once.
func TestDamageInALongList(t *testing.T) {
	dir := snapshottest.Generate(t, snapshottest.Shape{Services: 1, Conversations: 1, Participants: 1, Messages: 250})
	rewrite(t, dir, "messages.jsonl", func(text string) string {
		return strings.Replace(text, `"body":"Message 130. `, `"body":7,"x":"`, 1)
	})
	s := open(t, dir, nil)
	client := serve(t, s, fixtureserver.Options{}).client(t, twiliosrc.ClientOptions{})
	c := conversation(t, s, snapshottest.SID("CH", 0))
	for _, src := range []source{s, client} {
		got, damage := collect(t, src.Messages(t.Context(), c, -1))
		if len(got) != 249 || len(damage) != 1 || damage[0].Conversation != c.SID {
			t.Errorf("%T: %d messages, damage %v", src, len(got), damage)
		}
	}
}
