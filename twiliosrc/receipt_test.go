package twiliosrc_test

import (
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"testing"

	"github.com/twilio2acs/twilio2acs/mapping"
	"github.com/twilio2acs/twilio2acs/twiliosrc"
	"github.com/twilio2acs/twilio2acs/twiliosrc/fixtureserver"
	"github.com/twilio2acs/twilio2acs/twiliosrc/internal/snapshottest"
)

// A list of receipts that is not there says nothing of a message that is.
func TestReceiptsRefused(t *testing.T) {
	s := open(t, contoso, nil)
	server := serve(t, s, fixtureserver.Options{})
	c := conversation(t, s, whatsApp)
	var m mapping.Message
	for _, m = range sound(t, s.Messages(t.Context(), c, -1)) {
		if len(sound(t, s.Receipts(t.Context(), c, m))) > 0 {
			break
		}
	}
	gone := says(404, "application/json", `{"code":20404,"status":404}`)
	there := server.client(t, twiliosrc.ClientOptions{Transport: pathAnswers{"/Receipts": gone}})
	if got := sound(t, there.Receipts(t.Context(), c, m)); len(got) != 0 {
		t.Errorf("receipts %s of a list that is not there", got)
	}
	deleted := server.client(t, twiliosrc.ClientOptions{Transport: pathAnswers{"/Receipts": gone, "/" + string(m.SID): gone}})
	if err := failure(t, deleted.Receipts(t.Context(), c, m)); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("receipts of a message that is gone: %v", err)
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
