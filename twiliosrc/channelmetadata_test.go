package twiliosrc_test

import (
	"net/http"
	"os"
	"path/filepath"
	"reflect"
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

// Messages come with what their channel says of them, and receipts can be asked for,
// the same from both sources, at one request for each message that has any.
func TestDetailsOfMessages(t *testing.T) {
	s := open(t, contoso, nil)
	server := serve(t, s, fixtureserver.Options{})
	client := server.client(t, twiliosrc.ClientOptions{})
	for _, c := range sound(t, s.Conversations(t.Context())) {
		want := sound(t, s.Messages(t.Context(), c, -1))
		server.asked()
		got := sound(t, client.Messages(t.Context(), c, -1))
		if !reflect.DeepEqual(got, want) {
			t.Errorf("messages of %s differ (-live +recorded):\n%s", c.SID, cmp.Diff(got, want))
		}
		receipts, metadata := 0, 0
		for _, m := range want {
			live, recorded := sound(t, client.Receipts(t.Context(), c, m)), sound(t, s.Receipts(t.Context(), c, m))
			if !reflect.DeepEqual(live, recorded) {
				t.Errorf("receipts of %s: %s live, %s recorded", m.SID, live, recorded)
			}
			if len(m.Delivery) > 0 && string(m.Delivery) != "null" {
				receipts++
			}
			if m.ChannelMetadata != nil {
				metadata++
			}
		}
		asked := map[string]int{}
		for _, r := range server.asked() {
			path, _, _ := strings.Cut(r.Target, "?")
			asked[path[strings.LastIndexByte(path, '/')+1:]]++
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
func TestMetadataRefused(t *testing.T) {
	s := open(t, contoso, nil)
	server := serve(t, s, fixtureserver.Options{})
	c := conversation(t, s, whatsApp)
	count := len(sound(t, s.Messages(t.Context(), c, -1)))
	json := func(status int, body string) answer { return says(status, "application/json", body) }
	gone := json(404, `{"code":20404,"status":404}`)
	for _, tt := range []struct {
		name    string
		answers pathAnswers
		skip    bool
		damage  int
	}{
		{"there is none", pathAnswers{"/ChannelMetadata": json(404, `{"code":50530}`)}, false, 0},
		{"no such path", pathAnswers{"/ChannelMetadata": gone}, false, 0},
		{"forbidden", pathAnswers{"/ChannelMetadata": json(403, `{"code":20403}`)}, false, 0},
		{"deleted meanwhile", pathAnswers{"/ChannelMetadata": gone, bareMessage: gone}, false, 0},
		{"no object", pathAnswers{"/ChannelMetadata": json(200, `[]`)}, false, 2},
		{"no object, skipped", pathAnswers{"/ChannelMetadata": json(200, `[]`)}, true, 2},
	} {
		t.Run(tt.name, func(t *testing.T) {
			client := server.client(t, twiliosrc.ClientOptions{Transport: tt.answers, MaxAttempts: 1, SkipDamaged: tt.skip})
			messages, damage := collect(t, client.Messages(t.Context(), c, -1))
			for _, m := range messages {
				if len(m.ChannelMetadata) > 0 && string(m.ChannelMetadata) != "null" {
					t.Errorf("%s has %s", m.SID, m.ChannelMetadata)
				}
			}
			skipped, told := 0, tt.damage
			if tt.skip {
				skipped, told = tt.damage, 0
			}
			if len(damage) != told || len(messages) != count-told || client.Skipped() != int64(skipped) {
				t.Errorf("%d messages, damage %v, %d skipped; want %d, %d and %d", len(messages), damage, client.Skipped(), count-told, told, skipped)
			}
			for _, d := range damage {
				if d.Conversation != whatsApp || !strings.HasSuffix(d.Place, "/ChannelMetadata") {
					t.Errorf("damage %+v", d)
				}
			}
		})
	}
}

// A damaged line that belongs to a message is damage of its conversation.
func TestSnapshotDetailsDamaged(t *testing.T) {
	for _, file := range []string{"channel_metadata.jsonl", "receipts.jsonl"} {
		dir := snapshottest.Copy(t, contoso)
		rewrite(t, dir, file, func(text string) string { // the first line is cut off
			first, rest, _ := strings.Cut(text, "\n")
			return first[:len(first)-20] + "\n" + rest
		})
		of := strings.Split(strings.SplitN(readFile(t, dir, file), `"conversation_sid":"`, 2)[1], `"`)[0]
		details := func(s *twiliosrc.Snapshot) (sound int, damage []*mapping.DamagedError) {
			c := conversation(t, s, of)
			messages, damage := collect(t, s.Messages(t.Context(), c, -1))
			for _, m := range messages {
				receipts, more := collect(t, s.Receipts(t.Context(), c, m))
				sound, damage = sound+1+len(receipts), append(damage, more...)
			}
			return sound, damage
		}
		want, _ := details(open(t, contoso, nil))
		got, damage := details(open(t, dir, nil))
		if len(damage) != 1 || damage[0].Place != file+":1" || string(damage[0].Conversation) != of || got != want-1 {
			t.Errorf("%s: %d messages and receipts, damage %v; want all but one of %d", file, got, damage, want)
		}
		lax := open(t, dir, &twiliosrc.SnapshotOptions{SkipDamaged: true})
		if _, damage := details(lax); len(damage) != 0 || lax.Skipped() != 1 {
			t.Errorf("%s: damage %v, %d items skipped; want one", file, damage, lax.Skipped())
		}
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
