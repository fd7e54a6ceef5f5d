package acsdest_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/twilio2acs/twilio2acs/acsdest"
	"github.com/twilio2acs/twilio2acs/mapping"
)

// What no field of ours has a place for is kept as the service wrote it, in lines.
func TestRawMessagesLoseNothing(t *testing.T) {
	const added = `{"id":"17","type":"participantAdded","version":"18","content":{"participants":[{"communicationIdentifier":{"rawId":"8:acs:x"}}]}}`
	s := play(
		status(200, `{"value":[`+"{\n \"id\": \"19\", \"type\": \"text\", \"version\": \"19\",\n \"content\": {\"message\": \"hi\", \"attachments\": [{\"id\": \"a\"}]}\n}"+
			`],"nextLink":"`+endpoint+threadPath+`/messages?skip=1"}`),
		status(200, `{"value":[`+added+`]}`),
	)
	var got []string
	var nouns []mapping.ChatMessage
	for m, err := range newChat(t, s, nil).ListRawMessages(t.Context(), alice, thread, &acsdest.ListMessagesOptions{PageSize: 1}) {
		if err != nil {
			t.Fatal(err)
		}
		got, nouns = append(got, string(m.Raw)), append(nouns, m.ChatMessage)
	}
	want := []string{`{"id":"19","type":"text","version":"19","content":{"message":"hi","attachments":[{"id":"a"}]}}`, added}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("messages (-want +got):\n%s", d)
	}
	if d := cmp.Diff([]mapping.ChatMessage{
		{ID: "19", Type: "text", Version: "19", Content: "hi"},
		{ID: "17", Type: "participantAdded", Version: "18", Event: &mapping.ThreadEvent{Members: []mapping.CommunicationUserID{"8:acs:x"}}},
	}, nouns); d != "" {
		t.Errorf("nouns (-want +got):\n%s", d)
	}
	s = play(status(200, `{"value":[{"id":7}]}`))
	if err := drain(newChat(t, s, nil).ListRawMessages(t.Context(), alice, thread, nil)); err == nil {
		t.Error("a message whose ID is a number: no error")
	}
}
