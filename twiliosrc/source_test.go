package twiliosrc_test

import (
	"context"
	"errors"
	"io"
	"iter"
	"testing"

	"github.com/twilio2acs/twilio2acs/mapping"
	"github.com/twilio2acs/twilio2acs/migrate"
	"github.com/twilio2acs/twilio2acs/twiliosrc"
)

// The engine's interfaces, which the sources must satisfy.
var (
	_ source          = (*twiliosrc.Snapshot)(nil)
	_ migrate.Counter = (*twiliosrc.Snapshot)(nil)
)

// source is what both sources offer.
type source interface {
	migrate.Source
	migrate.DirectorySource
	migrate.MediaSource
	Services(context.Context) iter.Seq2[mapping.Service, error]
	Account() (mapping.AccountSID, string)
	Skipped() int64
}

const harbour = "testdata/harbour"

// collect reads a listing to its end. Damage is told apart from what ends it.
func collect[T any](tb testing.TB, listing iter.Seq2[T, error]) ([]T, []*mapping.DamagedError) {
	tb.Helper()
	var items []T
	var damage []*mapping.DamagedError
	for v, err := range listing {
		var d *mapping.DamagedError
		switch {
		case err == nil:
			items = append(items, v)
		case errors.As(err, &d):
			damage = append(damage, d)
		default:
			tb.Fatalf("listing ended with %v", err)
		}
	}
	return items, damage
}

// sound is collect for listings without damage.
func sound[T any](tb testing.TB, listing iter.Seq2[T, error]) []T {
	tb.Helper()
	items, damage := collect(tb, listing)
	for _, d := range damage {
		tb.Errorf("damage: %v", d)
	}
	return items
}

// failure reads a listing that must end with an error that is no damage.
func failure[T any](tb testing.TB, listing iter.Seq2[T, error]) error {
	tb.Helper()
	var last error
	for _, err := range listing {
		if last != nil {
			tb.Fatal("listing went on after an error")
		}
		if last = err; errors.As(err, new(*mapping.DamagedError)) {
			last = nil
		}
	}
	if last == nil {
		tb.Fatal("listing ended without an error")
	}
	return last
}

func open(tb testing.TB, dir string, opts *twiliosrc.SnapshotOptions) *twiliosrc.Snapshot {
	tb.Helper()
	s, err := twiliosrc.OpenSnapshot(tb.Context(), dir, opts)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		if err := s.Close(); err != nil {
			tb.Error(err)
		}
	})
	return s
}

// conversation finds one by its SID.
func conversation(tb testing.TB, s source, sid string) mapping.Conversation {
	tb.Helper()
	for _, c := range sound(tb, s.Conversations(tb.Context())) {
		if string(c.SID) == sid {
			return c
		}
	}
	tb.Fatalf("no conversation %s", sid)
	return mapping.Conversation{}
}

func readAll(tb testing.TB, r io.ReadCloser, err error) string {
	tb.Helper()
	if err != nil {
		tb.Fatal(err)
	}
	text, err := io.ReadAll(r)
	if err = errors.Join(err, r.Close()); err != nil {
		tb.Fatal(err)
	}
	return string(text)
}
