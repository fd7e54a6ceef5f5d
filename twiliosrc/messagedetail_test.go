package twiliosrc_test

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/twilio2acs/twilio2acs/mapping"
	"github.com/twilio2acs/twilio2acs/twiliosrc"
	"github.com/twilio2acs/twilio2acs/twiliosrc/fixtureserver"
	"github.com/twilio2acs/twilio2acs/twiliosrc/internal/snapshottest"
)

const (
	whatsApp    = "CH82ac8a52dbaac1dec600754205135b41" // of contoso: a location, a contact, deliveries
	bareMessage = "IM872597b8b2c3fb384a6a6e7a1cad2d45"
)

// pathAnswers is a transport to an account that answers some paths, by their ends, in
// its own way.
type pathAnswers map[string]answer

func (a pathAnswers) RoundTrip(r *http.Request) (*http.Response, error) {
	for end, say := range a {
		if strings.HasSuffix(r.URL.Path, end) {
			return say(r)
		}
	}
	return http.DefaultTransport.RoundTrip(r)
}

// Messages come with what they do not say themselves, the same from both sources,
// at one request for each that has something.
func TestMessagesWithDetails(t *testing.T) {
	s := open(t, contoso, &twiliosrc.SnapshotOptions{Receipts: true})
	server := serve(t, s, fixtureserver.Options{})
	for _, c := range sound(t, s.Conversations(t.Context())) {
		want := sound(t, s.Messages(t.Context(), c, -1))
		server.asked()
		got := sound(t, server.client(t, twiliosrc.ClientOptions{Receipts: true}).Messages(t.Context(), c, -1))
		if !reflect.DeepEqual(got, want) {
			t.Errorf("messages of %s differ (-live +recorded):\n%s", c.SID, cmp.Diff(got, want))
		}
		asked := map[string]int{}
		for _, r := range server.asked() {
			path, _, _ := strings.Cut(r.Target, "?")
			asked[path[strings.LastIndexByte(path, '/')+1:]]++
		}
		receipts, metadata := 0, 0
		for _, m := range want {
			if len(m.Delivery) > 0 && string(m.Delivery) != "null" {
				receipts++
			}
			if m.ChannelMetadata != nil {
				metadata++
			}
		}
		if asked["Receipts"] != receipts || asked["ChannelMetadata"] != metadata {
			t.Errorf("%s: asked %v; want receipts of %d messages, channel metadata of %d", c.SID, asked, receipts, metadata)
		}
		if c.SID == whatsApp && (receipts == 0 || metadata != 2) {
			t.Errorf("receipts of %d messages, channel metadata of %d", receipts, metadata)
		}
	}
}

// What Twilio does not promise to say may be refused; damage is damage.
func TestDetailsRefused(t *testing.T) {
	s := open(t, contoso, nil)
	server := serve(t, s, fixtureserver.Options{})
	c := conversation(t, s, whatsApp)
	count := len(sound(t, s.Messages(t.Context(), c, -1)))
	json := func(status int, body string) answer { return says(status, "application/json", body) }
	gone := json(404, `{"code":20404,"status":404}`)
	for _, tt := range []struct {
		name    string
		answers pathAnswers
		options twiliosrc.ClientOptions
		damage  string
		skipped int64
	}{
		{"there is none", pathAnswers{"/ChannelMetadata": json(404, `{"code":50530}`)}, twiliosrc.ClientOptions{}, "", 0},
		{"no such path", pathAnswers{"/ChannelMetadata": gone}, twiliosrc.ClientOptions{}, "", 0},
		{"forbidden", pathAnswers{"/ChannelMetadata": json(403, `{"code":20403}`)}, twiliosrc.ClientOptions{}, "", 0},
		{"deleted meanwhile", pathAnswers{"/ChannelMetadata": gone, bareMessage: gone}, twiliosrc.ClientOptions{}, "", 0},
		{"no object", pathAnswers{"/ChannelMetadata": json(200, `[]`)}, twiliosrc.ClientOptions{}, "/ChannelMetadata: ", 0},
		{"no object, skipped", pathAnswers{"/ChannelMetadata": json(200, `[]`)}, twiliosrc.ClientOptions{SkipDamaged: true}, "", 2},
		{"no receipts", pathAnswers{"/Receipts": gone}, twiliosrc.ClientOptions{Receipts: true}, "", 0},
		{"a damaged receipt", pathAnswers{"/Receipts": json(200, `{"meta":{"key":"r","next_page_url":null},"r":[7]}`)},
			twiliosrc.ClientOptions{Receipts: true}, "/Receipts, item 1 of a page: ", 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			tt.options.Transport, tt.options.MaxAttempts = tt.answers, 1
			client := server.client(t, tt.options)
			messages, damage := collect(t, client.Messages(t.Context(), c, -1))
			for _, m := range messages {
				if !mayBeEmpty(m.ChannelMetadata) && tt.answers["/Receipts"] == nil || len(m.Receipts) > 0 {
					t.Errorf("%s has %s and %d receipts", m.SID, m.ChannelMetadata, len(m.Receipts))
				}
			}
			switch {
			case tt.damage == "" && len(damage) > 0, tt.damage != "" && len(damage) == 0, len(messages)+len(damage) != count:
				t.Errorf("%d messages and %v; want %d", len(messages), damage, count)
			case tt.damage != "" && (!strings.Contains(damage[0].Place, tt.damage) && !strings.Contains(damage[0].Error(), tt.damage) || damage[0].Conversation != whatsApp):
				t.Errorf("damage %+v, want it at %s", damage[0], tt.damage)
			}
			if client.Skipped() != tt.skipped {
				t.Errorf("%d skipped, want %d", client.Skipped(), tt.skipped)
			}
		})
	}
}

func mayBeEmpty(metadata []byte) bool { return len(metadata) == 0 || string(metadata) == "null" }

// A damaged line that belongs to a message is damage of its conversation.
func TestSnapshotDetailsDamaged(t *testing.T) {
	for file, at := range map[string]string{"channel_metadata.jsonl": "channel_metadata.jsonl:1", "receipts.jsonl": "receipts.jsonl:1"} {
		dir := snapshottest.Copy(t, contoso)
		rewrite(t, dir, file, func(text string) string { // the first line is cut off
			first, rest, _ := strings.Cut(text, "\n")
			return first[:len(first)-20] + "\n" + rest
		})
		of := strings.Split(strings.SplitN(readFile(t, dir, file), `"conversation_sid":"`, 2)[1], `"`)[0]
		strict := open(t, dir, &twiliosrc.SnapshotOptions{Receipts: true})
		c := conversation(t, strict, of)
		want := len(sound(t, open(t, contoso, nil).Messages(t.Context(), c, -1)))
		messages, damage := collect(t, strict.Messages(t.Context(), c, -1))
		if len(damage) != 1 || damage[0].Place != at || damage[0].Conversation != c.SID || len(messages) != want-1 {
			t.Errorf("%d messages, damage %v; want all but one, and %s", len(messages), damage, at)
		}
		lax := open(t, dir, &twiliosrc.SnapshotOptions{Receipts: true, SkipDamaged: true})
		if got := len(sound(t, lax.Messages(t.Context(), c, -1))); got != want || lax.Skipped() != 1 {
			t.Errorf("%d messages, %d items skipped; want %d and one", got, lax.Skipped(), want)
		}
	}
}

// Receipts are found wherever they stand, however many there are.
func TestReceiptsOfManyMessages(t *testing.T) {
	const conversations, messages = 3, 20_000
	var recorded strings.Builder
	write := func(receipt, message int) {
		fmt.Fprintf(&recorded, "{\"sid\":%q,\"conversation_sid\":%q,\"message_sid\":%q}\n",
			snapshottest.SID("DY", receipt), snapshottest.SID("CH", message/messages), snapshottest.SID("IM", message))
	}
	for n := range conversations * messages {
		write(n, n)
	}
	write(1_000_005, 5) // apart from the others of its message
	s := open(t, snapshottest.Dir(t, map[string]string{"receipts.jsonl": recorded.String()}), nil)
	for _, n := range []int{0, 5, messages - 1, messages, 2*messages + 7, conversations*messages - 1, 5, messages + 5} {
		c := mapping.Conversation{SID: mapping.ConversationSID(snapshottest.SID("CH", n/messages))}
		m := mapping.Message{SID: mapping.MessageSID(snapshottest.SID("IM", n))}
		var got []string
		for _, raw := range sound(t, s.Receipts(t.Context(), c, m)) {
			got = append(got, string(raw[8:8+34]))
		}
		want := []string{snapshottest.SID("DY", n)}
		if n == 5 {
			want = append(want, snapshottest.SID("DY", 1_000_005))
		}
		if !slices.Equal(got, want) {
			t.Errorf("receipts of message %d: %s, want %s", n, got, want)
		}
	}
	if of := sound(t, s.Receipts(t.Context(), mapping.Conversation{SID: mapping.ConversationSID(ch1)}, mapping.Message{SID: "IM"})); len(of) != 0 {
		t.Errorf("receipts of nobody: %s", of)
	}
}

func readFile(t *testing.T, dir, name string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(dir, name))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
