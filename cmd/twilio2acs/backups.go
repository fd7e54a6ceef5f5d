package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"slices"
	"sync"
	"time"

	"github.com/twilio2acs/twilio2acs/checkpoint"
	"github.com/twilio2acs/twilio2acs/mapping"
	"github.com/twilio2acs/twilio2acs/migrate"
)

// keptBackups is how many copies of a ledger are kept, the latest ones.
const keptBackups = 3

// backups are copies of one ledger in one place: NAME.1 to NAME.3, and NAME.json,
// which says of each when it was made.
type backups struct {
	name  string             // of the ledger, without its folder
	place string             // for people
	store migrate.MediaStore // nil when no copies are wanted
	close func() error

	list   backupList
	made   int64
	failed int64
}

// backupResult is what a run says of the copies of its ledger.
type backupResult struct {
	Place  string  `json:"place"`
	Made   int64   `json:"made"`
	Failed int64   `json:"failed"`
	Latest *backup `json:"latest,omitempty"`
}

// result is nil when no copies are wanted.
func (b *backups) result() *backupResult {
	if b == nil || b.store == nil {
		return nil
	}
	r := &backupResult{Place: b.place, Made: b.made, Failed: b.failed}
	if c, ok := b.latest(); ok {
		r.Latest = &c
	}
	return r
}

// backupList is what NAME.json holds.
type backupList struct {
	Schema   string             `json:"schema"`
	Account  mapping.AccountSID `json:"account"`
	Region   string             `json:"region"`
	Resource string             `json:"resource"`
	Copies   []backup           `json:"copies"` // the latest first
}

// backup is a copy of a ledger.
type backup struct {
	File  string    `json:"file"`
	Taken time.Time `json:"taken"`
	// Run and Beat are the latest run in it, and its last sign of life.
	Run    int       `json:"run"`
	Beat   time.Time `json:"beat"`
	Size   int64     `json:"size"` // bytes
	SHA256 string    `json:"sha256"`
}

func (b *backups) listKey() string { return b.name + ".json" }

// read reads which copies there are.
func (b *backups) read(ctx context.Context) error {
	r, err := b.store.Open(ctx, b.listKey())
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("read backups in %s: %w", b.place, err)
	}
	defer r.Close()
	const most = 1 << 20 // bytes; it is a few hundred
	if err := json.NewDecoder(io.LimitReader(r, most)).Decode(&b.list); err != nil {
		return withHint(fmt.Errorf("read backups in %s: %s: %w", b.place, b.listKey(), err),
			"name another place with --backup, or remove that file: copies beside it are then replaced one by one")
	}
	b.list.Copies = slices.DeleteFunc(b.list.Copies, func(c backup) bool { return !slices.Contains(b.files(), c.File) })
	return nil
}

// copy adds a copy, and replaces the oldest when there are enough. What is there
// stays as it is when it fails.
func (b *backups) copy(ctx context.Context, ledger *checkpoint.Ledger) error {
	if err := b.add(ctx, ledger); err != nil {
		if ctx.Err() == nil {
			b.failed++
		}
		return fmt.Errorf("back up the ledger to %s: %w", b.place, err)
	}
	b.made++
	return nil
}

func (b *backups) add(ctx context.Context, ledger *checkpoint.Ledger) error {
	about := ledger.Binding()
	run, _, err := ledger.LastRun()
	if err != nil {
		return err
	}
	c := backup{File: b.file(run), Taken: time.Now().UTC(), Run: run.Number, Beat: run.Beat}
	if c.Size, c.SHA256, err = b.put(ctx, c.File, ledger); err != nil {
		return err
	}
	list := backupList{
		Schema: schema, Account: about.Account, Region: about.Region, Resource: about.Resource, Copies: []backup{c},
	}
	for _, other := range b.list.Copies {
		if other.File != c.File {
			list.Copies = append(list.Copies, other)
		}
	}
	text, err := json.MarshalIndent(list, "", "  ")
	if err != nil {
		return err
	}
	if _, _, err := b.store.Put(ctx, b.listKey(), "application/json", bytes.NewReader(append(text, '\n'))); err != nil {
		return err
	}
	b.list = list
	return nil
}

// put stores what the ledger writes as its copy. Nothing of the ledger is in use
// when it returns.
func (b *backups) put(ctx context.Context, file string, ledger *checkpoint.Ledger) (size int64, sha256 string, err error) {
	ctx, cancel := context.WithCancel(ctx)
	pr, pw := io.Pipe()
	var wg sync.WaitGroup
	wg.Go(func() { pw.CloseWithError(ledger.Backup(ctx, pw)) })
	defer wg.Wait()
	defer cancel()
	defer pr.Close()
	return b.store.Put(ctx, file, "application/octet-stream", pr)
}

// files are the names that copies have.
func (b *backups) files() []string {
	names := make([]string, keptBackups)
	for i := range names {
		names[i] = fmt.Sprintf("%s.%d", b.name, i+1)
	}
	return names
}

// file is where the next copy goes, of a ledger with that as its latest run: to
// the latest one when nothing has happened since, else to a name that is free, or
// to the oldest.
func (b *backups) file(run mapping.RunRecord) string {
	latest, found := b.latest()
	if found && latest.Run == run.Number && latest.Beat.Equal(run.Beat) {
		return latest.File
	}
	for _, name := range b.files() {
		if !slices.ContainsFunc(b.list.Copies, func(c backup) bool { return c.File == name }) {
			return name
		}
	}
	return b.list.Copies[len(b.list.Copies)-1].File
}

// admit refuses a place with copies of another ledger than that of binding.
func (b *backups) admit(binding mapping.Binding) error {
	l := b.list
	if len(l.Copies) == 0 || l.Account == binding.Account && l.Region == binding.Region && l.Resource == binding.Resource {
		return nil
	}
	return &foreignBackupError{place: b.place, resource: l.Resource, account: l.Account}
}

// latest is the latest copy; false when there is none.
func (b *backups) latest() (backup, bool) {
	if len(b.list.Copies) == 0 {
		return backup{}, false
	}
	return b.list.Copies[0], true
}

// foreignBackupError is a place for backups that holds those of another ledger.
type foreignBackupError struct {
	place    string
	account  mapping.AccountSID
	resource string
}

func (e *foreignBackupError) Error() string {
	return fmt.Sprintf("back up the ledger to %s: copies of another are there, of account %s to %s", e.place, e.account, e.resource)
}

// Hint is the remedy.
func (e *foreignBackupError) Hint() string {
	return "name a place of its own for this migration with --backup"
}
