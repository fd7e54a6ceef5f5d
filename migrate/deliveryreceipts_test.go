package migrate_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io/fs"
	"iter"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/twilio2acs/twilio2acs/mapping"
	"github.com/twilio2acs/twilio2acs/migrate"
	"github.com/twilio2acs/twilio2acs/twiliosrc"
)

// delivering is an account whose delivery receipts are counted, and move on.
type delivering struct {
	*twiliosrc.Snapshot
	asked atomic.Int64
	gone  mapping.MessageSID // deleted after it was listed
	later string             // what becomes of receipts
}

func (d *delivering) Receipts(ctx context.Context, c mapping.Conversation, m mapping.Message) iter.Seq2[json.RawMessage, error] {
	return func(yield func(json.RawMessage, error) bool) {
		if m.SID == d.gone {
			yield(nil, fmt.Errorf("list receipts: %w", fs.ErrNotExist))
			return
		}
		for raw, err := range d.Snapshot.Receipts(ctx, c, m) {
			d.asked.Add(1)
			if d.later != "" {
				raw = json.RawMessage(strings.Replace(string(raw), `"status":"`, `"status":"`+d.later, 1))
			}
			if !yield(raw, err) {
				return
			}
		}
	}
}

// deliver runs a migration that carries receipts.
func (w *world) deliver(src *delivering) *migrate.Report {
	w.t.Helper()
	l := w.ledger()
	defer l.Close()
	report, err := migrate.New(src, w.destination(nil), l, w.store, w.rules, &w.opts).Run(context.Background())
	if err != nil {
		w.t.Fatalf("Run: %v", err)
	}
	return report
}

// Delivery receipts are kept beside their messages when these are carried, asked
// for no more after that, and no difference when they have moved on.
func TestDeliveryReceipts(t *testing.T) {
	w := newWorld(t, snapshotDir("contoso"), nil)
	w.rules.Receipts = true
	src := &delivering{Snapshot: w.snapshot()}
	first := w.deliver(src)
	if src.asked.Load() == 0 || strings.Contains(fmt.Sprint(first.Losses), string(mapping.LossDeliveryReceipts)) {
		t.Errorf("%d receipts read, losses %v", src.asked.Load(), first.Losses)
	}
	if n := w.holding(`"receipts":[{`); n == 0 {
		t.Error("no chunk holds receipts")
	}
	src.asked.Store(0)
	src.later = "un"
	if again := w.deliver(src); again.Summary.Messages.Unchanged != first.Summary.Messages.Total || src.asked.Load() != 0 {
		t.Errorf("the second run: %+v, %d receipts read; want all unchanged and none", again.Summary.Messages, src.asked.Load())
	}
	l := w.ledger()
	defer l.Close()
	verified, err := migrate.Verify(t.Context(), src, w.destination(nil), l, w.store, w.rules, &migrate.VerifyOptions{Recorder: l})
	if err != nil || len(verified.Differences)+len(verified.Problems) > 0 {
		t.Errorf("%v, differences %v, problems %v", err, verified.Differences, verified.Problems)
	}
}

// A message that is deleted before its receipts are read is not carried, and no
// failure.
func TestDeletedBeforeItsReceipts(t *testing.T) {
	w := newWorld(t, snapshotDir("contoso"), nil)
	w.rules.Receipts = true
	src := &delivering{Snapshot: w.snapshot(), gone: "IM7883b6700250e51eaa105376e28dbe60"}
	report := w.deliver(src)
	if want := int64(390); report.Summary.Messages != (migrate.Tally{Total: want, Created: want}) || len(report.Problems) > 0 {
		t.Errorf("messages %+v, problems %v; want all but one created", report.Summary.Messages, report.Problems)
	}
	if strings.Contains(w.threads(), string(src.gone)) {
		t.Error("the message that is gone stands in its thread")
	}
}

// holding counts the files of the media store that hold some text.
func (w *world) holding(text string) (n int) {
	w.t.Helper()
	err := filepath.WalkDir(filepath.Join(w.dir, "media"), func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		held, err := os.ReadFile(path)
		if strings.Contains(string(held), text) {
			n++
		}
		return err
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return n
}
