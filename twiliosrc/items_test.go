package twiliosrc_test

import (
	"errors"
	"io/fs"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/twilio2acs/twilio2acs/mapping"
	"github.com/twilio2acs/twilio2acs/migrate"
	"github.com/twilio2acs/twilio2acs/twiliosrc"
	"github.com/twilio2acs/twilio2acs/twiliosrc/fixtureserver"
	"github.com/twilio2acs/twilio2acs/twiliosrc/internal/snapshottest"
)

// Single items are those of the lists, and what does not exist says so. A snapshot
// made by hand need not name services.
func TestFetchItems(t *testing.T) {
	byHand := handMade(t)
	rewrite(t, byHand, "snapshot.json", func(text string) string {
		return strings.Replace(text, "}", `,"defaultServiceSid":"`+snapshottest.SID("IS", 1)+`"}`, 1)
	})
	for _, dir := range []string{harbour, byHand} {
		s := open(t, dir, nil)
		server := serve(t, s, fixtureserver.Options{})
		for name, src := range map[string]interface {
			migrate.Source
			migrate.ItemSource
		}{"snapshot": s, "client": server.client(t, twiliosrc.ClientOptions{})} {
			t.Run(filepath.Base(dir)+" "+name, func(t *testing.T) { checkItems(t, src) })
		}
	}
	server := serve(t, open(t, harbour, nil), fixtureserver.Options{})
	client := server.client(t, twiliosrc.ClientOptions{})
	if _, err := client.FetchMessage(t.Context(), mapping.Conversation{SID: "../x", ServiceSID: "IS"}, "IM1"); err == nil {
		t.Error("a path of something else than SIDs was asked for")
	}
}

func checkItems(t *testing.T, src interface {
	migrate.Source
	migrate.ItemSource
}) {
	const none = "00000000000000000000000000000000"
	for _, c := range sound(t, src.Conversations(t.Context())) {
		got, err := src.FetchConversation(t.Context(), c.ServiceSID, c.SID)
		if err != nil || !reflect.DeepEqual(got, c) {
			t.Fatalf("FetchConversation(%s) = %+v, %v; want %+v", c.SID, got, err, c)
		}
		last := int64(-1)
		for _, m := range sound(t, src.Messages(t.Context(), c, -1)) {
			last = m.Index
			got, err := src.FetchMessage(t.Context(), c, m.SID)
			if err != nil || got.SID != m.SID || got.Source() != m.Source() {
				t.Fatalf("FetchMessage(%s) = %+v, %v; want %+v", m.SID, got, err, m)
			}
		}
		if s, ok := src.(migrate.LengthSource); ok {
			if newest, err := s.NewestIndex(t.Context(), c); newest != last || err != nil {
				t.Errorf("NewestIndex(%s) = %d, %v; want %d", c.SID, newest, err, last)
			}
		}
		if _, err := src.FetchMessage(t.Context(), c, "IM"+none); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("a message that is not there: %v", err)
		}
		if _, err := src.FetchConversation(t.Context(), c.ServiceSID, "CH"+none); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("a conversation that is not there: %v", err)
		}
	}
}

// What tells somebody of conversations is named, the same by both sources.
func TestHooks(t *testing.T) {
	s := open(t, contoso, nil)
	server := serve(t, s, fixtureserver.Options{})
	live := server.client(t, twiliosrc.ClientOptions{Webhooks: true})
	got, want := sound(t, live.Hooks(t.Context())), sound(t, s.Hooks(t.Context()))
	for _, c := range sound(t, s.Conversations(t.Context())) {
		got = append(got, sound(t, live.HooksOf(t.Context(), c))...)
		want = append(want, sound(t, s.HooksOf(t.Context(), c))...)
	}
	if !slices.Equal(got, want) {
		t.Errorf("hooks %v live, %v recorded", got, want)
	}
	if len(want) != 8 { // webhooks and notifications of all, three addresses, three webhooks
		t.Errorf("%d hooks, want 8", len(want))
	}
	server.asked()
	of := sound(t, server.client(t, twiliosrc.ClientOptions{}).HooksOf(t.Context(), sound(t, s.Conversations(t.Context()))[0]))
	if asked := server.asked(); len(of)+len(asked) != 0 {
		t.Errorf("a client that was not told to asked for webhooks: %v", asked)
	}
	if of := sound(t, open(t, harbour, nil).Hooks(t.Context())); len(of) != 2 { // the webhooks and the notifications of one service
		t.Errorf("hooks of harbour %v, want 2", of)
	}
}
