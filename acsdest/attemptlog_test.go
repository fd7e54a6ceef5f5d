package acsdest_test

import (
	"log/slog"
	"strings"
	"testing"

	"github.com/twilio2acs/twilio2acs/acsdest"
	"github.com/twilio2acs/twilio2acs/mapping"
)

// Every attempt is told of with what support asks for, and nothing of what
// people wrote or sign in with.
func TestLoggerIsToldOfEveryAttempt(t *testing.T) {
	var logged strings.Builder
	log := slog.New(slog.NewTextHandler(&logged, &slog.HandlerOptions{
		Level: slog.LevelDebug,
		ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
			if a.Key == slog.TimeKey || a.Key == "took" {
				return slog.Attr{}
			}
			return a
		},
	}))
	answers := play(
		status(201, `{"id":"1763"}`, "Location", endpoint+threadPath+"/messages/1763"),
		status(200, `{"value":[{"id":"2"}],"nextLink":"`+endpoint+threadPath+`/messages?syncState=3e39"}`),
		status(403, `{"error":{"message":"`+secretToken+`"}}`),
	)
	chat := newChat(t, answers, &acsdest.ClientOptions{Logger: log})
	if _, err := chat.SendMessage(t.Context(), alice, thread, mapping.NewChatMessage{Content: "very private"}, nil); err != nil {
		t.Fatal(err)
	}
	if err := drain(chat.ListMessages(t.Context(), alice, thread, nil)); err == nil {
		t.Fatal("a 403 is no error")
	}
	if err := chat.DeleteThread(t.Context(), alice, thread); err == nil {
		t.Fatal("no answer is no error")
	}
	path := "path=/chat/threads/" + string(thread)
	want := `level=DEBUG msg="acs answered" operation="send message" ` + path + `/messages status=201 request=cv.1 created=1763
level=DEBUG msg="acs answered" operation="list messages" ` + path + `/messages status=200 request=cv.1
level=DEBUG msg="acs answered" operation="list messages" ` + path + `/messages status=403 request=cv.1
level=DEBUG msg="acs did not answer" operation="delete thread" ` + path + ` error="the script is at its end"
`
	if got := logged.String(); got != want {
		t.Errorf("logged:\n%s\nwant:\n%s", got, want)
	}
}
