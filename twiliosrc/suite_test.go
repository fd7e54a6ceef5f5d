package twiliosrc_test

import (
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"testing"

	"github.com/twilio2acs/twilio2acs/mapping"
)

// items reads everything that s holds, listing by listing. Two sources with the
// same items are the same to the engine.
func items(tb testing.TB, s source) map[string][]any {
	tb.Helper()
	ctx := tb.Context()
	all := map[string][]any{}
	take(tb, all, "service", s.Services(ctx))
	for _, u := range sound(tb, s.Users(ctx)) {
		all["users of "+string(u.ServiceSID)] = append(all["users of "+string(u.ServiceSID)], u)
	}
	for _, r := range sound(tb, s.Roles(ctx)) {
		all["roles of "+string(r.ServiceSID)] = append(all["roles of "+string(r.ServiceSID)], r)
	}
	for _, c := range sound(tb, s.Conversations(ctx)) {
		all["conversations of "+string(c.ServiceSID)] = append(all["conversations of "+string(c.ServiceSID)], c)
		take(tb, all, fmt.Sprintf("participants of %s", c.SID), s.Participants(ctx, c))
		for _, after := range []int64{-1, 0, 5, 150} {
			take(tb, all, fmt.Sprintf("messages of %s after %d", c.SID, after), s.Messages(ctx, c, after))
		}
		for _, m := range sound(tb, s.Messages(ctx, c, -1)) {
			for _, f := range m.Media {
				all["media of "+string(m.SID)] = append(all["media of "+string(m.SID)], mediaText(tb, s, c, f))
			}
		}
	}
	return all
}

func take[T any](tb testing.TB, all map[string][]any, key string, listing iter.Seq2[T, error]) {
	tb.Helper()
	for _, v := range sound(tb, listing) {
		all[key] = append(all[key], v)
	}
}

func mediaText(tb testing.TB, s source, c mapping.Conversation, m mapping.Media) string {
	tb.Helper()
	r, err := s.OpenMedia(tb.Context(), c, m)
	if errors.Is(err, fs.ErrNotExist) {
		return "missing"
	}
	return readAll(tb, r, err)
}
