package main

import (
	"context"
	"fmt"
	"log/slog"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/spf13/cobra"

	"github.com/twilio2acs/twilio2acs/acsdest"
	"github.com/twilio2acs/twilio2acs/checkpoint"
)

// backupOptions say where copies of the ledger go while a run goes on, and how
// often.
type backupOptions struct {
	to    string // a directory, or blobPrefix and the URL of a container; empty for nowhere
	every time.Duration
}

const (
	defaultBackupEvery  = 5 * time.Minute
	shortestBackupEvery = time.Second
)

func (o *backupOptions) register(cmd *cobra.Command) {
	f := cmd.Flags()
	f.StringVar(&o.to, "backup", "", "keep the three latest copies of the ledger in this `place`, a directory or azblob:CONTAINER_URL")
	f.DurationVar(&o.every, "backup-every", defaultBackupEvery, "how often to copy the ledger with --backup, besides at the end")
}

func (o *backupOptions) check() error {
	switch {
	case o.every < shortestBackupEvery:
		return usagef("", "--backup-every %s is less than %s", o.every, shortestBackupEvery)
	case o.to == "" && o.every != defaultBackupEvery:
		return usagef("say where to with --backup", "--backup-every means nothing without --backup")
	}
	if containerURL, ok := o.container(); ok {
		_, err := blobStore(containerURL)
		return err
	}
	return nil
}

// container is the URL of the place in Azure Blob Storage; false for another one.
func (o *backupOptions) container() (string, bool) { return strings.CutPrefix(o.to, blobPrefix) }

// open opens the place, creating it if need be, for copies of the ledger at
// state. Without a place there is no store either.
func (o *backupOptions) open(ctx context.Context, state string) (*backups, error) {
	b := &backups{name: filepath.Base(state), close: nothingToClose}
	containerURL, blobs := o.container()
	switch {
	case o.to == "":
		return b, nil
	case blobs:
		store, err := blobStore(containerURL)
		if err != nil {
			return nil, err
		}
		if err := store.Ensure(ctx); err != nil {
			return nil, err
		}
		b.place, b.store = store.URL(), store
	default:
		store, err := acsdest.NewLocalStore(o.to)
		if err != nil {
			return nil, withHint(fmt.Errorf("open backups: %w", err), "name a directory that can be written with --backup")
		}
		b.place, b.store, b.close = o.to, store, store.Close
	}
	return b, b.read(ctx)
}

// start copies the ledger now, so that a place that takes no copy is found before
// anything is written, and from then on every so often. A copy that fails later
// is no reason to stop a migration. The returned function makes the last copy.
func (o *backupOptions) start(ctx context.Context, b *backups, ledger *checkpoint.Ledger, log *slog.Logger) (finish func() error, err error) {
	if b.store == nil {
		return func() error { return nil }, nil
	}
	if err := b.copy(ctx, ledger); err != nil {
		return nil, err
	}
	copying, quit := context.WithCancel(ctx)
	var wg sync.WaitGroup
	wg.Go(func() {
		tick := time.NewTicker(o.every)
		defer tick.Stop()
		for {
			select {
			case <-copying.Done():
				return
			case <-tick.C:
			}
			if err := b.copy(copying, ledger); err != nil && copying.Err() == nil {
				log.Warn("THE LEDGER IS NOT BACKED UP, the run goes on", "error", err)
			}
		}
	})
	return func() error {
		quit()
		wg.Wait()
		return b.last(ctx, ledger)
	}, nil
}

// lastCopy is how long the last copy of a run may take that was told to stop.
const lastCopy = 30 * time.Second

// last makes the last copy of a run.
func (b *backups) last(ctx context.Context, ledger *checkpoint.Ledger) error {
	if ctx.Err() != nil {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(context.WithoutCancel(ctx), lastCopy)
		defer cancel()
	}
	return withHint(b.copy(ctx, ledger), "what the run did is noted in the ledger: copy that once the run has ended, or give the same command again")
}
