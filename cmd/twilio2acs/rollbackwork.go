package main

import (
	"cmp"
	"context"
	"errors"
	"strings"
	"sync/atomic"
	"time"

	"github.com/twilio2acs/twilio2acs/checkpoint"
	"github.com/twilio2acs/twilio2acs/mapping"
	"github.com/twilio2acs/twilio2acs/migrate"
)

// rollbackWork is a rollback with all that it needs open.
type rollbackWork struct {
	*rollbackOptions
	s       *streams
	known   *checkpoint.Reader // until it is opened to be written to
	binding mapping.Binding
	to      *destination
	media   mediaStore // none where files stay
	total   int64      // messages, negative where nobody has counted them
}

// open opens the ledger for reading, and what it speaks of. The source need not be
// known: what was made of it the ledger tells.
func (o *rollbackOptions) open(ctx context.Context, s *streams) (w *rollbackWork, err error) {
	if err := o.check(); err != nil {
		return nil, err
	}
	w = &rollbackWork{rollbackOptions: o, s: s, to: &destination{close: nothingToClose}, media: mediaStore{close: nothingToClose}}
	if w.known, err = o.state.readExisting(); err != nil {
		return nil, err
	}
	if err := w.connectAll(ctx); err != nil {
		return nil, w.close(err)
	}
	return w, nil
}

// check refuses what the command line alone says is wrong.
func (o *rollbackOptions) check() error {
	if o.settle <= 0 {
		return usagef("", "--settle %s is not above 0", o.settle)
	}
	return cmp.Or(o.dest.check(), o.connect.check(o.dest))
}

// connectAll opens the destination and the store that the ledger names.
func (w *rollbackWork) connectAll(ctx context.Context) (err error) {
	w.binding = w.known.Binding()
	w.binding.Machine = machine()
	if w.binding.Resource, err = w.dest.knownResource(); err != nil {
		return err
	}
	if err := w.state.admit(w.known, w.binding); err != nil { // before anything is created
		return err
	}
	w.connect.log = w.log.logger(w.s)
	to, err := w.connect.connect(w.dest)
	if err != nil {
		return err
	}
	w.to, w.binding.Resource = to, to.resource
	if err := w.state.admit(w.known, w.binding); err != nil {
		return err
	}
	counts, err := w.known.Counts()
	if err != nil {
		return err
	}
	w.total = counts.Messages
	if len(w.conversations) > 0 {
		w.total = -1
	}
	if !w.deleteMedia {
		return nil
	}
	media, err := w.openMedia(ctx)
	if err != nil {
		return withHint(err, cmp.Or(hintOf(err), "leave out --delete-media to keep the files"))
	}
	w.media = media
	return nil
}

// openMedia opens the media store that the ledger names.
func (w *rollbackWork) openMedia(ctx context.Context) (mediaStore, error) {
	place := mediaPlace{dir: w.binding.Media}
	switch root := w.binding.Media; {
	case root == noMedia:
		place.dir = ""
	case strings.HasPrefix(root, "https://"), strings.HasPrefix(root, "http://"):
		blobs, err := blobStore(root)
		if err != nil {
			return mediaStore{}, err
		}
		place = mediaPlace{blobs: blobs}
	}
	media, err := place.openExisting(ctx, w.log.logger(w.s))
	return media, withHint(err, "leave out --delete-media to keep what is there")
}

// close closes everything. The error that ends the rollback counts first.
func (w *rollbackWork) close(err error) error {
	return cmp.Or(err, w.known.Close(), w.media.close(), w.to.close())
}

// options are those of the engine. Messages are counted as they are looked at.
func (w *rollbackWork) options(looked *atomic.Int64) *migrate.RollbackOptions {
	opts := &migrate.RollbackOptions{
		Conversations: typed[mapping.ConversationSID](w.conversations), IncludeUsed: w.includeUsed,
		Settle: w.settle, Embedded: w.to.embedded, Logger: w.log.logger(w.s),
		Progress: func(n int64) { looked.Add(n) },
	}
	if w.media.store != nil {
		opts.Media = w.media.store
	}
	return opts
}

// plan finds out what would be deleted.
func (w *rollbackWork) plan(ctx context.Context) (undone, error) {
	began := time.Now()
	var looked atomic.Int64
	stop := w.progress.start(w.s.err, w.total, looked.Load)
	report, err := migrate.PlanRollback(ctx, w.to.acs, w.known, w.options(&looked))
	stop()
	return undone{report: report, dry: true, took: time.Since(began)}, err
}

// delete does it.
func (w *rollbackWork) delete(ctx context.Context) (came undone, err error) {
	began := time.Now()
	if err := w.known.Close(); err != nil {
		return came, err
	}
	ledger, err := w.state.open(w.binding)
	if err != nil {
		return came, err
	}
	inventory, err := createInventory(cmp.Or(w.inventory, inventoryName(w.state.path, began)))
	if err != nil {
		return came, errors.Join(err, ledger.Close())
	}
	var looked atomic.Int64
	stop := w.progress.start(w.s.err, w.total, looked.Load)
	came.report, err = migrate.Rollback(ctx, w.to.acs, ledger, inventory, w.options(&looked))
	stop()
	err = causeOf(ctx, err)
	name, ierr := inventory.close()
	came.inventory, came.took = name, time.Since(began)
	return came, cmp.Or(err, ierr, ledger.CloseClean())
}
