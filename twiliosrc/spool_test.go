package twiliosrc_test

import (
	"errors"
	"fmt"
	"iter"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/twilio2acs/twilio2acs/mapping"
	"github.com/twilio2acs/twilio2acs/twiliosrc"
	"github.com/twilio2acs/twilio2acs/twiliosrc/internal/snapshottest"
)

// longLists serves conversations of so many messages, all on one page, whose texts
// tell where they belong and are as long as the index of their conversation says.
func longLists(messages int) answers {
	return func(r *http.Request) (*http.Response, error) {
		return says(200, "application/json", longList(strings.Split(r.URL.Path, "/")[5], messages))(r)
	}
}

func longList(owner string, messages int) string {
	var items []string
	for i := range messages {
		items = append(items, fmt.Sprintf(`{"sid":%q,"conversation_sid":%q,"index":%d,"body":%q}`,
			snapshottest.SID("IM", i), owner, i, textOf(mapping.ConversationSID(owner), i)))
	}
	return `{"meta":{"key":"messages"},"messages":[` + strings.Join(items, ",") + `]}`
}

func textOf(c mapping.ConversationSID, i int) string {
	return fmt.Sprint(c, " ", i, " ") + strings.Repeat("x", int(c[len(c)-1])*50)
}

// Listings that are in progress side by side, and others that take the place of those
// that have ended, do not get into each other's way.
func TestListingsShareSpool(t *testing.T) {
	c := newClient(t, twiliosrc.ClientOptions{Transport: longLists(100)})
	var wanted []func() (mapping.Message, error, bool)
	const lists = 8
	for round := range 2 {
		for n := range lists {
			conv := conversationOf(n + round*lists)
			next, stop := iter.Pull2(c.Messages(t.Context(), conv, -1))
			defer stop()
			wanted = append(wanted, next)
		}
		for i := range 100 {
			for n := range lists {
				if round == 0 && n%2 == 0 && i > 50 {
					continue // not read to its end
				}
				conv := conversationOf(n + round*lists)
				m, err, ok := wanted[n+round*lists]()
				if err != nil || !ok || m.Index != int64(i) || m.Body != textOf(conv.SID, i) {
					t.Fatalf("message %d of list %d: %v, %v, %.60q", i, n, err, ok, m.Body)
				}
			}
		}
	}
}

func conversationOf(n int) mapping.Conversation {
	return mapping.Conversation{SID: mapping.ConversationSID(snapshottest.SID("CH", n)), ServiceSID: mapping.ServiceSID(snapshottest.SID("IS", 0))}
}

// What waits on the disk can be read by nobody else, and is gone in the end, whatever
// the end is.
func TestSpoolIsPrivate(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("TMPDIR", dir)
	c := newClient(t, twiliosrc.ClientOptions{Transport: longLists(3)})
	for _, err := range c.Messages(t.Context(), conversationOf(1), -1) {
		if err != nil {
			t.Fatal(err)
		}
		if left, _ := filepath.Glob(filepath.Join(dir, "*")); len(left) > 0 && runtime.GOOS != "windows" {
			t.Errorf("others can see %v", left)
		}
	}
	if err := c.Close(); err != nil {
		t.Error(err)
	}
	if left, _ := os.ReadDir(dir); len(left) > 0 {
		t.Errorf("%d files are left", len(left))
	}
	for range c.Messages(t.Context(), conversationOf(1), -1) { // it can be used on
	}
}

func TestNoRoomForSpool(t *testing.T) {
	t.Setenv("TMPDIR", filepath.Join(t.TempDir(), "nowhere"))
	c := newClient(t, twiliosrc.ClientOptions{Transport: longLists(3)})
	err := end(c.Messages(t.Context(), conversationOf(1), -1))
	var spool *twiliosrc.SpoolError
	if !errors.As(err, &spool) || !strings.Contains(spool.Hint(), "TMPDIR") {
		t.Errorf("Messages: %v, want a *SpoolError", err)
	}
}

// BenchmarkMessages reads a page of messages, which goes through the spool.
func BenchmarkMessages(b *testing.B) {
	const messages = 100
	conv := conversationOf(5)
	c := newClient(b, twiliosrc.ClientOptions{Transport: answers(says(200, "application/json", longList(string(conv.SID), messages)))})
	b.ReportAllocs()
	for b.Loop() {
		n := 0
		for _, err := range c.Messages(b.Context(), conv, -1) {
			if err != nil {
				b.Fatal(err)
			}
			n++
		}
		if n != messages {
			b.Fatalf("%d messages, want %d", n, messages)
		}
	}
	b.ReportMetric(b.Elapsed().Seconds()*1e9/float64(b.N*messages), "ns/message")
}
