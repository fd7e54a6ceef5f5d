package acsdest_test

import (
	"context"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/twilio2acs/twilio2acs/acsdest"
	"github.com/twilio2acs/twilio2acs/mapping"
)

const messagePath = threadPath + "/messages/1623798249602"

// operations are all sixteen, each with what it sends.
var operations = []struct {
	name   string
	call   func(context.Context, *acsdest.Chat) error
	method string
	uri    string // without the api-version
	body   string
	answer answer
}{
	{
		"create thread", func(ctx context.Context, c *acsdest.Chat) error {
			_, _, err := c.CreateThread(ctx, alice, mapping.NewChatThread{
				Topic:        "Order <42>",
				Metadata:     mapping.Metadata{"twilioState": "active"},
				Participants: []mapping.ChatParticipant{{User: bob, DisplayName: "Bob", Metadata: mapping.Metadata{"a": "b"}}},
			}, &acsdest.CreateThreadOptions{RepeatabilityRequestID: "key-1"})
			return err
		}, "POST", "/chat/threads",
		`{"topic":"Order <42>","participants":[{"communicationIdentifier":{"rawId":"` + string(bob) +
			`","communicationUser":{"id":"` + string(bob) + `"}},"displayName":"Bob","metadata":{"a":"b"}}],` +
			`"metadata":{"twilioState":"active"},"retentionPolicy":{"kind":"none"}}`,
		status(201, `{"chatThread":{"id":"19:x"}}`),
	},
	{
		"list threads", func(ctx context.Context, c *acsdest.Chat) error {
			since := time.Date(2025, 1, 6, 12, 0, 0, 5e6, time.FixedZone("", 3600))
			return drain(c.ListThreads(ctx, alice, &acsdest.ListThreadsOptions{Since: since, PageSize: 50}))
		}, "GET", "/chat/threads?maxPageSize=50&startTime=2025-01-06T11%3A00%3A00.005Z", "", status(200, `{"value":[]}`),
	},
	{
		"get thread", func(ctx context.Context, c *acsdest.Chat) error {
			_, err := c.FetchThread(ctx, alice, thread)
			return err
		}, "GET", threadPath, "", status(200, `{"id":"19:x"}`),
	},
	{
		"update thread", func(ctx context.Context, c *acsdest.Chat) error {
			topic := ""
			return c.UpdateThread(ctx, alice, thread, &acsdest.UpdateThreadOptions{
				Topic: &topic, Metadata: mapping.Metadata{"gone": ""}, Retention: &acsdest.Retention{DeleteAfterDays: 60},
			})
		}, "PATCH", threadPath,
		`{"topic":"","metadata":{"gone":""},"retentionPolicy":{"kind":"threadCreationDate","deleteThreadAfterDays":60}}`,
		status(204, ""),
	},
	{
		"delete thread", func(ctx context.Context, c *acsdest.Chat) error {
			return c.DeleteThread(ctx, alice, thread)
		}, "DELETE", threadPath, "", status(204, ""),
	},
	{
		"list participants", func(ctx context.Context, c *acsdest.Chat) error {
			return drain(c.ListParticipants(ctx, alice, thread, &acsdest.ListParticipantsOptions{PageSize: 2, Skip: 4}))
		}, "GET", threadPath + "/participants?maxPageSize=2&skip=4", "", status(200, `{"value":[]}`),
	},
	{
		"add participants", func(ctx context.Context, c *acsdest.Chat) error {
			_, err := c.AddParticipants(ctx, alice, thread, []mapping.ChatParticipant{{User: bob}},
				&acsdest.AddParticipantsOptions{ShareHistorySince: time.Unix(0, 0)})
			return err
		}, "POST", threadPath + "/participants/:add",
		`{"participants":[{"communicationIdentifier":{"rawId":"` + string(bob) + `","communicationUser":{"id":"` + string(bob) +
			`"}},"shareHistoryTime":"1970-01-01T00:00:00Z"}]}`,
		status(201, `{}`),
	},
	{
		"remove participant", func(ctx context.Context, c *acsdest.Chat) error {
			return c.RemoveParticipant(ctx, alice, thread, bob)
		}, "POST", threadPath + "/participants/:remove",
		`{"rawId":"` + string(bob) + `","communicationUser":{"id":"` + string(bob) + `"}}`, status(204, ""),
	},
	{
		"send message", func(ctx context.Context, c *acsdest.Chat) error {
			_, err := c.SendMessage(ctx, alice, thread, mapping.NewChatMessage{
				Content: "a & b", SenderDisplayName: "Alice", Metadata: mapping.Metadata{"twilioPart": "1/2"},
			}, nil)
			return err
		}, "POST", threadPath + "/messages",
		`{"content":"a & b","senderDisplayName":"Alice","metadata":{"twilioPart":"1/2"},"type":"text"}`,
		status(201, `{"id":"1"}`),
	},
	{
		"list messages", func(ctx context.Context, c *acsdest.Chat) error {
			return drain(c.ListMessages(ctx, alice, thread, nil))
		}, "GET", threadPath + "/messages?maxPageSize=200", "", status(200, `{"value":[]}`),
	},
	{
		"get message", func(ctx context.Context, c *acsdest.Chat) error {
			_, err := c.FetchMessage(ctx, alice, thread, "1623798249602")
			return err
		}, "GET", messagePath, "", status(200, `{"id":"1"}`),
	},
	{
		"update message", func(ctx context.Context, c *acsdest.Chat) error {
			content := "better"
			return c.UpdateMessage(ctx, alice, thread, "1623798249602", &acsdest.UpdateMessageOptions{Content: &content})
		}, "PATCH", messagePath, `{"content":"better"}`, status(204, ""),
	},
	{
		"delete message", func(ctx context.Context, c *acsdest.Chat) error {
			return c.DeleteMessage(ctx, alice, thread, "1623798249602")
		}, "DELETE", messagePath, "", status(204, ""),
	},
	{
		"send read receipt", func(ctx context.Context, c *acsdest.Chat) error {
			return c.SendReadReceipt(ctx, alice, thread, "1623798249602")
		}, "POST", threadPath + "/readReceipts", `{"chatMessageId":"1623798249602"}`, status(200, ""),
	},
	{
		"list read receipts", func(ctx context.Context, c *acsdest.Chat) error {
			return drain(c.ListReadReceipts(ctx, alice, thread, &acsdest.ListReadReceiptsOptions{PageSize: 2}))
		}, "GET", threadPath + "/readReceipts?maxPageSize=2", "", status(200, `{"value":[]}`),
	},
	{
		"send typing notification", func(ctx context.Context, c *acsdest.Chat) error {
			return c.SendTyping(ctx, alice, thread, &acsdest.SendTypingOptions{SenderDisplayName: "Alice"})
		}, "POST", threadPath + "/typing", `{"senderDisplayName":"Alice"}`, status(200, ""),
	},
}

func TestOperations(t *testing.T) {
	for _, tt := range operations {
		t.Run(tt.name, func(t *testing.T) {
			s := play(tt.answer)
			if err := tt.call(t.Context(), newChat(t, s, nil)); err != nil {
				t.Fatal(err)
			}
			got := s.sent[0]
			if uri := withVersion(tt.uri); got.Method != tt.method || got.URI != uri {
				t.Errorf("sent %s %s; want %s %s", got.Method, got.URI, tt.method, uri)
			}
			if got.Body != tt.body {
				t.Errorf("body\n%s; want\n%s", got.Body, tt.body)
			}
			contentType := map[string]string{"POST": "application/json", "PATCH": "application/merge-patch+json"}[tt.method]
			if v := got.Header.Get("Content-Type"); v != contentType {
				t.Errorf("content type %q; want %q", v, contentType)
			}
			if v := got.Header.Get("Authorization"); v != "Bearer "+secretToken {
				t.Errorf("authorized with %q", v)
			}
			if v := got.Header.Get("User-Agent"); !strings.HasPrefix(v, "twilio2acs azsdk-go-acsdest/") {
				t.Errorf("user agent %q", v)
			}
			for name := range got.Header {
				if strings.Contains(strings.ToLower(name), "idempotency") {
					t.Errorf("header %s would make net/http repeat the request", name)
				}
			}
		})
	}
}

// withVersion adds the api-version where url.Values sorts it: first.
func withVersion(uri string) string {
	path, query, more := strings.Cut(uri, "?")
	if more {
		query = "&" + query
	}
	return path + "?api-version=2025-03-15" + query
}

// Every call fails with an *Error, and none leaves for a thread that is none.
func TestOperationsFail(t *testing.T) {
	for _, tt := range operations {
		t.Run(tt.name, func(t *testing.T) {
			err := tt.call(t.Context(), newChat(t, play(status(403, "")), nil))
			if e := asError(t, err); string(e.Operation) != tt.name || e.StatusCode() != 403 {
				t.Errorf("got %v; want a 403 of %s", err, tt.name)
			}
		})
	}
	for _, none := range []mapping.ThreadID{"", ".", ".."} {
		s := play()
		err := newChat(t, s, nil).DeleteThread(t.Context(), alice, none)
		if !asError(t, err).NotDone() || s.count() > 0 {
			t.Errorf("DeleteThread(%q): %v after %d requests", none, err, s.count())
		}
	}
}

func TestCreateThread(t *testing.T) {
	s := play(
		status(201, `{"chatThread":{"id":"19:x@thread.v2","topic":"Lunch","createdOn":"2020-06-06T05:55:41.6460000Z",
			"createdByCommunicationIdentifier":{"rawId":"8:acs:a"},"metadata":{"k":"v"},"retentionPolicy":{"kind":"none"}},
			"invalidParticipants":[{"target":"8:acs:b","code":"403","message":"Permissions check failed"},
			{"target":"8:acs:c","code":404,"message":"Not found"}]}`),
		status(201, `{"chatThread":{"id":"19:y@thread.v2"}}`),
		status(201, `{"chatThread":{}}`),
	)
	chat := newChat(t, s, nil)
	got, invalid, err := chat.CreateThread(t.Context(), alice, mapping.NewChatThread{Topic: "Lunch"}, nil)
	if err != nil {
		t.Fatal(err)
	}
	want := mapping.ChatThread{
		ID: "19:x@thread.v2", Topic: "Lunch", CreatedBy: "8:acs:a", Metadata: mapping.Metadata{"k": "v"}, RetentionKind: "none",
		CreatedOn: time.Date(2020, 6, 6, 5, 55, 41, 646e6, time.UTC),
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("thread (-want +got):\n%s", diff)
	}
	wantInvalid := []mapping.InvalidParticipant{
		{User: "8:acs:b", Code: "403", Message: "Permissions check failed"},
		{User: "8:acs:c", Code: "404", Message: "Not found"},
	}
	if diff := cmp.Diff(wantInvalid, invalid); diff != "" {
		t.Errorf("invalid participants (-want +got):\n%s", diff)
	}

	if _, _, err := chat.CreateThread(t.Context(), alice, mapping.NewChatThread{}, nil); err != nil {
		t.Fatal(err)
	}
	first, second := s.sent[0].Header.Get("repeatability-request-id"), s.sent[1].Header.Get("repeatability-request-id")
	if len(first) != 36 || len(second) != 36 || first == second {
		t.Errorf("two threads have the keys %q and %q; want a UUID each", first, second)
	}

	_, _, err = chat.CreateThread(t.Context(), alice, mapping.NewChatThread{}, nil)
	if e := asError(t, err); e.Outcome != acsdest.OutcomeDone {
		t.Errorf("a created thread without an ID: %v is %s; want done", err, e.Outcome)
	}
}

func TestRetentionIsWrittenAsTheServiceReadsIt(t *testing.T) {
	for days, want := range map[int]string{
		0:  `{"kind":"none"}`,
		30: `{"kind":"threadCreationDate","deleteThreadAfterDays":30}`,
	} {
		if got, err := json.Marshal(acsdest.Retention{DeleteAfterDays: days}); string(got) != want || err != nil {
			t.Errorf("retention of %d days is %s, %v; want %s", days, got, err, want)
		}
	}
}

func drain[T any](list func(func(T, error) bool)) error {
	for _, err := range list {
		if err != nil {
			return err
		}
	}
	return nil
}
