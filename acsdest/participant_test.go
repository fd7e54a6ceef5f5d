package acsdest_test

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/twilio2acs/twilio2acs/acsdest"
	"github.com/twilio2acs/twilio2acs/mapping"
)

func members(n int) []mapping.ChatParticipant {
	m := make([]mapping.ChatParticipant, n)
	for i := range m {
		m[i].User = mapping.CommunicationUserID(fmt.Sprintf("8:acs:r_%d", i))
	}
	return m
}

func TestAddParticipantsInBatches(t *testing.T) {
	s := play(
		status(201, `{"invalidParticipants":[{"target":"8:acs:r_7","code":"403","message":"Permissions check failed"}]}`),
		status(201, `{}`),
		status(201, `{"invalidParticipants":[{"target":"8:acs:r_400","code":"404","message":"Not found"}]}`),
	)
	got, err := newChat(t, s, nil).AddParticipants(t.Context(), alice, thread, members(401), nil)
	if err != nil {
		t.Fatal(err)
	}
	var sizes []int
	for _, r := range s.sent {
		var body struct{ Participants []json.RawMessage }
		if err := json.Unmarshal([]byte(r.Body), &body); err != nil {
			t.Fatal(err)
		}
		sizes = append(sizes, len(body.Participants))
	}
	if diff := cmp.Diff([]int{200, 200, 1}, sizes); diff != "" {
		t.Errorf("batches (-want +got):\n%s", diff)
	}
	want := []mapping.InvalidParticipant{
		{User: "8:acs:r_7", Code: "403", Message: "Permissions check failed"},
		{User: "8:acs:r_400", Code: "404", Message: "Not found"},
	}
	if diff := cmp.Diff(want, got.Invalid); diff != "" {
		t.Errorf("invalid (-want +got):\n%s", diff)
	}
	if len(got.Added) != 399 {
		t.Errorf("%d added; want 399", len(got.Added))
	}
}

func TestAddParticipantsFailsInTheMiddle(t *testing.T) {
	s := play(
		status(201, `{"invalidParticipants":[{"target":"8:acs:r_7","code":"403","message":"no"}]}`),
		status(429, `{"error":{"code":"TooManyRequests"}}`),
	)
	got, err := newChat(t, s, nil).AddParticipants(t.Context(), alice, thread, members(500), nil)
	if e := asError(t, err); !e.NotDone() || e.StatusCode() != 429 {
		t.Errorf("got %v; want the 429 of the second batch", err)
	}
	if len(got.Added) != 199 || len(got.Invalid) != 1 || s.count() != 2 {
		t.Errorf("%d added, %d invalid after %d requests; want 199, 1 after 2", len(got.Added), len(got.Invalid), s.count())
	}
}

func TestAddNobody(t *testing.T) {
	got, err := newChat(t, play(), nil).AddParticipants(t.Context(), alice, thread, nil, nil)
	if diff := cmp.Diff(acsdest.AddedParticipants{}, got); diff != "" || err != nil {
		t.Errorf("AddParticipants of nobody: %v, %s", err, diff)
	}
}

func TestCreateThreadWithTooMany(t *testing.T) {
	s := play()
	_, _, err := newChat(t, s, nil).CreateThread(t.Context(), alice, mapping.NewChatThread{Participants: members(201)}, nil)
	if e := asError(t, err); !e.NotDone() || s.count() != 0 {
		t.Errorf("got %v after %d requests; want it not sent", err, s.count())
	}
	if want := "create thread: 201 participants, at most 200 are taken"; err.Error() != want {
		t.Errorf("error %q; want %q", err, want)
	}
}

func TestParticipantsOfOtherKinds(t *testing.T) {
	s := play(status(200, `{"value":[
		{"communicationIdentifier":{"kind":"communicationUser","rawId":"8:acs:a","communicationUser":{"id":"8:acs:a"}},"displayName":"A","metadata":{"k":"v"}},
		{"communicationIdentifier":{"rawId":"8:acs:b","communicationUser":{"id":"8:acs:b"}},"shareHistoryTime":"1970-01-01T00:00:00Z"},
		{"communicationIdentifier":{"rawId":"8:acs:c"},"shareHistoryTime":"2025-01-31T13:00:00.5Z"},
		{"communicationIdentifier":{"kind":"microsoftTeamsUser","rawId":"8:orgid:d","microsoftTeamsUser":{"userId":"d"}}},
		{"communicationIdentifier":{"kind":"phoneNumber","rawId":"4:+15550100","phoneNumber":{"value":"+15550100"}}}]}`))
	var got []mapping.ChatParticipant
	for p, err := range newChat(t, s, nil).ListParticipants(t.Context(), alice, thread, nil) {
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, p)
	}
	want := []mapping.ChatParticipant{
		{User: "8:acs:a", DisplayName: "A", Metadata: mapping.Metadata{"k": "v"}},
		{User: "8:acs:b"}, {User: "8:acs:c", HistorySince: time.Date(2025, 1, 31, 13, 0, 0, 5e8, time.UTC)}, {User: "8:orgid:d"}, {User: "4:+15550100"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("participants (-want +got):\n%s", diff)
	}
}
