package acsdest_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/twilio2acs/twilio2acs/acsdest"
	"github.com/twilio2acs/twilio2acs/mapping"
)

// The link was recorded: the thread is not escaped, and the date is not RFC 3339.
const recordedLink = "/chat/threads/19:xpMEpgs_hSMB1QtAjq509RZGi76SaME0glQ98ZX34MA1@thread.v2/messages" +
	"?syncState=3e3900000031393a&startTime=1%2F1%2F1970%2012%3A00%3A00%20AM%20%2B00%3A00&maxPageSize=3&api-version=2021-09-07"

func TestNextLinkIsFollowedVerbatim(t *testing.T) {
	links := []string{
		recordedLink,
		"/chat/threads?syncState=YWJj%2fPT0=&maxPageSize=2&api-version=2025-03-15",
		"/chat/threads/19%3Ax%40thread.v2/participants?skip=2&maxPageSize=2&b;c&a=+%7e",
	}
	var mu sync.Mutex
	var got []string
	var host string
	chat, server := serve(t, nil, func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		got = append(got, r.RequestURI)
		next := ""
		if n := len(got); n <= len(links) {
			next = `,"nextLink":"` + host + links[n-1] + `"`
		}
		_, _ = fmt.Fprintf(w, `{"value":[{"id":"%d"}]%s}`, len(got), next)
	})
	host = server.URL
	var ids []mapping.ChatMessageID
	for m, err := range chat.ListMessages(t.Context(), alice, thread, nil) {
		if err != nil {
			t.Fatal(err)
		}
		ids = append(ids, m.ID)
	}
	want := append([]string{threadPath + "/messages?api-version=2025-03-15&maxPageSize=200"}, links...)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("requests (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]mapping.ChatMessageID{"1", "2", "3", "4"}, ids); diff != "" {
		t.Errorf("messages (-want +got):\n%s", diff)
	}
}

func TestNextLinkStaysAtHome(t *testing.T) {
	for _, link := range []string{
		"https://evil.example/chat/threads?skip=2",
		"http://contoso.communication.azure.com/chat/threads?skip=2",
		"https://contoso.communication.azure.com:8443/chat/threads?skip=2",
		"https://contoso.communication.azure.com@evil.example/chat/threads",
		"https://user@contoso.communication.azure.com/chat/threads",
		"//evil.example/chat/threads",
		"/chat/threads?skip=2",
		"https://contoso.communication.azure.com/chat/threads?skip=2 HTTP/1.1",
		"%",
	} {
		s := play(status(200, `{"value":[],"nextLink":"`+link+`"}`))
		err := drain(newChat(t, s, nil).ListThreads(t.Context(), alice, nil))
		if e := asError(t, err); !e.NotDone() || s.count() != 1 || strings.Contains(err.Error(), "skip") {
			t.Errorf("the link %s: %v after %d requests; want it refused", link, err, s.count())
		}
	}
	// The same host, written differently.
	s := play(
		status(200, `{"value":[],"nextLink":"https://Contoso.communication.azure.com:443/chat/threads?skip=2"}`),
		status(200, `{"value":[]}`),
	)
	if err := drain(newChat(t, s, nil).ListThreads(t.Context(), alice, nil)); err != nil || s.count() != 2 {
		t.Errorf("got %v after %d requests; want the link followed", err, s.count())
	}
}

func TestNextLinkToItself(t *testing.T) {
	page := status(200, `{"value":[{"id":"1"}],"nextLink":"`+endpoint+`/chat/threads?skip=1"}`)
	s := play(page, page, page)
	err := drain(newChat(t, s, nil).ListThreads(t.Context(), alice, nil))
	if err == nil || s.count() != 2 {
		t.Errorf("got %v after %d requests; want an error after 2", err, s.count())
	}
}

func TestListEndsWhereThereIsNoLink(t *testing.T) {
	s := play(
		status(200, `{"value":[],"nextLink":"`+endpoint+`/a"}`), // empty, but not the last
		status(200, `{"value":[{"id":"2"}],"nextLink":"`+endpoint+`/b"}`),
		status(200, `{"value":[{"id":"1"}],"nextLink":null}`),
	)
	pager := newChat(t, s, nil).NewListMessagesPager(alice, thread, nil)
	var sizes []int
	for pager.More() {
		page, err := pager.NextPage(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		sizes = append(sizes, len(page.Items))
	}
	if diff := cmp.Diff([]int{0, 1, 1}, sizes); diff != "" {
		t.Errorf("pages (-want +got):\n%s", diff)
	}
}

func TestListFailsOnceAndLast(t *testing.T) {
	s := play(
		status(200, `{"value":[{"id":"2"}],"nextLink":"`+endpoint+`/a"}`),
		status(503, ""),
		status(200, `{"value":[{"id":"2"},{"id":"1"}]}`),
	)
	list := newChat(t, s, nil).ListMessages(t.Context(), alice, thread, nil)
	var got []string
	for m, err := range list {
		if err != nil {
			got = append(got, err.Error())
			continue
		}
		got = append(got, string(m.ID))
	}
	if diff := cmp.Diff([]string{"2", "list messages: 503 Service Unavailable [cv.1]"}, got); diff != "" {
		t.Errorf("list (-want +got):\n%s", diff)
	}
	for m, err := range list { // begins anew, and may be left early
		if m.ID != "2" || err != nil {
			t.Errorf("the second time the list begins with %v, %v", m, err)
		}
		break
	}
}

func FuzzMessagePage(f *testing.F) {
	f.Add(`{"value":[{"id":"1623798249602","type":"text","sequenceId":"4","version":"1623798249602",
		"content":{"message":"m"},"senderDisplayName":"d","createdOn":"2021-06-15T23:04:09Z",
		"senderCommunicationIdentifier":{"rawId":"8:acs:a","communicationUser":{"id":"8:acs:a"}},"metadata":{"a":"b"}}],
		"nextLink":"https://contoso.communication.azure.com/chat/threads?skip=2"}`)
	f.Add(`{"value":[{"id":"1","content":null,"senderCommunicationIdentifier":null,"deletedOn":"","editedOn":null}]}`)
	f.Add(`{"value":{},"nextLink":7}`)
	f.Add(`null`)
	f.Fuzz(func(t *testing.T, body string) {
		answers := make([]answer, 3)
		for i := range answers {
			answers[i] = status(200, body)
		}
		s := play(answers...)
		chat, err := acsdest.NewChat(endpoint, oneToken(secretToken), withTransport(s, nil))
		if err != nil {
			t.Fatal(err)
		}
		for _, err := range chat.ListMessages(context.Background(), alice, thread, nil) {
			if err != nil && asError(t, err).Error() == "" {
				t.Error("an error without words")
			}
		}
		for _, r := range s.sent {
			if r.Host != "" && r.Host != "contoso.communication.azure.com" && !strings.EqualFold(strings.TrimSuffix(r.Host, ":443"), "contoso.communication.azure.com") {
				t.Errorf("a token went to %s", r.Host)
			}
		}
	})
}

func TestAnswerTooLarge(t *testing.T) {
	s := play(func(req *http.Request) (*http.Response, error) {
		resp, err := status(200, "")(req)
		resp.Body = io.NopCloser(endless{})
		return resp, err
	})
	_, err := newChat(t, s, nil).FetchThread(t.Context(), alice, thread)
	if err == nil || !strings.Contains(err.Error(), "larger than 64 MiB") {
		t.Errorf("an endless answer: %v", err)
	}
}

type endless struct{}

func (endless) Read(p []byte) (int, error) { return len(p), nil }
