package migrate_test

import (
	"context"
	"io"
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"

	"github.com/twilio2acs/twilio2acs/acsdest"
	"github.com/twilio2acs/twilio2acs/migrate"
)

// slowStore takes so long for every file.
type slowStore struct {
	migrate.MediaStore
	takes time.Duration
}

func (s slowStore) Put(ctx context.Context, key, contentType string, r io.Reader) (int64, string, error) {
	time.Sleep(s.takes)
	return s.MediaStore.Put(ctx, key, contentType, r)
}

// Files are stored beside the messages before theirs: that it takes as long as the
// way to the next message costs next to nothing.
func TestMediaAhead(t *testing.T) {
	carry := func(t *testing.T, takes time.Duration) (took time.Duration) {
		synctest.Test(t, func(t *testing.T) {
			iw := newInboxWorld(t, 1, 1)
			iw.source, iw.opts.InboxOrder = snapshotDir("contoso"), false
			store, err := acsdest.NewLocalStore(filepath.Join(iw.dir, "media"))
			must(t, err)
			l := iw.ledger()
			defer l.Close()
			start := time.Now()
			iw.rules.MediaURL = "https://files.example.com/{key}"
			r, err := migrate.New(iw.snapshot(), iw.dest, l, slowStore{store, takes}, iw.rules, &iw.opts).Run(t.Context())
			must(t, err)
			if m := r.Summary.Media; m.Created == 0 || m.Created != m.Total {
				t.Errorf("media %+v", m)
			}
			took = time.Since(start)
		})
		return took
	}
	fast, slow := carry(t, 0), carry(t, time.Second)
	if slow > fast+2*time.Second {
		t.Errorf("with a store that takes a second for each file it took %v instead of %v", slow, fast)
	}
}
