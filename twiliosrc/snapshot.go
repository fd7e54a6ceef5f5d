package twiliosrc

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"sync"

	"github.com/twilio2acs/twilio2acs/mapping"
)

// SnapshotOptions tune the reading of a snapshot. The zero value is a sound
// default.
type SnapshotOptions struct {
	// SkipDamaged leaves out what cannot be read instead of yielding it as an
	// error. Skipped counts it.
	SkipDamaged bool
	// Selection says which conversations are shown.
	Selection Selection
}

// Snapshot is a recorded Twilio account in a directory. It is read in place:
// opening it makes one pass over its conversations, participants and messages
// and keeps an index of a few hundred bytes for each conversation. All methods
// are safe for concurrent use; thousands of listings may be in progress at once.
type Snapshot struct {
	root     *os.Root
	manifest Manifest
	files    map[Kind]*file
	index    *index
	damage   damage

	selection Selection
	// selectedMessages counts the messages of selected conversations.
	selectedMessages func() int64

	// users are the recorded ones or, where none are, those that the
	// participants show. It passes over the participants when first called.
	users func() (*file, error)
	// media finds resources of the Media Content Service. It passes over them
	// when first called.
	media func() (*mediaIndex, error)
	// owners find the lines of those files that are neither ordered nor small
	// by the conversation that they belong to. Each passes over its file when first
	// called. byMessage goes on from there.
	owners    map[Kind]func() (ownerIndex, error)
	byMessage heldIndexes
}

// NotSnapshotError says that a directory is no snapshot at all.
type NotSnapshotError struct {
	Dir string
	Err error
}

func (e *NotSnapshotError) Error() string {
	cause := e.Err
	var file *fs.PathError
	if errors.As(cause, &file) && file.Path == e.Dir {
		cause = file.Err // without the name once more
	}
	return fmt.Sprintf("open snapshot %s: %v", e.Dir, cause)
}

func (e *NotSnapshotError) Unwrap() error { return e.Err }

// Hint says what a snapshot looks like.
func (e *NotSnapshotError) Hint() string {
	return "a snapshot is a directory with snapshot.json, conversations.jsonl, participants.jsonl and messages.jsonl"
}

// OpenSnapshot opens the snapshot in dir and builds its index. A directory that
// is none is a *NotSnapshotError; one that is not what its manifest says, as
// far as sizes tell, is a *ManifestError. Damaged lines are no error here: the
// listings yield them.
func OpenSnapshot(ctx context.Context, dir string, opts *SnapshotOptions) (*Snapshot, error) {
	opts = cmp.Or(opts, &SnapshotOptions{})
	if err := opts.Selection.check(); err != nil {
		return nil, err
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, &NotSnapshotError{Dir: dir, Err: err}
	}
	s := &Snapshot{root: root, files: map[Kind]*file{}, damage: damage{skip: opts.SkipDamaged}, selection: opts.Selection}
	s.selectedMessages = sync.OnceValue(s.countSelected)
	s.users = sync.OnceValues(s.usersFile)
	s.media = sync.OnceValues(s.buildMediaIndex)
	s.owners = s.ownerIndexes()
	if err := s.open(ctx, dir); err != nil {
		_ = s.Close() // nothing was written
		return nil, err
	}
	return s, nil
}

func (s *Snapshot) open(ctx context.Context, dir string) error {
	if err := s.readManifest(dir); err != nil {
		return err
	}
	for _, kind := range kinds {
		f, err := openFile(s.root, kind.file())
		switch {
		case err == nil:
			s.files[kind] = f
		case !errors.Is(err, fs.ErrNotExist):
			return fmt.Errorf("open snapshot: %w", err)
		case slices.Contains(requiredKinds, kind):
			return &NotSnapshotError{Dir: dir, Err: err}
		}
	}
	if err := s.manifest.checkSizes(s.root); err != nil {
		return err
	}
	var err error
	s.index, err = buildIndex(ctx, s.manifest,
		s.files[KindConversations], s.files[KindParticipants], s.files[KindMessages])
	if err != nil {
		return err
	}
	return s.inferServices()
}

func (s *Snapshot) readManifest(dir string) error {
	f, err := openRegular(s.root, manifestFile)
	if err != nil {
		return &NotSnapshotError{Dir: dir, Err: err}
	}
	defer f.Close()
	s.manifest, err = readManifest(f, mediaVisitor{})
	switch {
	case errors.Is(err, errNoManifest):
		return &NotSnapshotError{Dir: dir, Err: err}
	case err != nil:
		return &ManifestError{File: manifestFile, Err: err}
	}
	return nil
}

// Close closes the files. Listings still in progress end with an error.
func (s *Snapshot) Close() error {
	errs := []error{s.root.Close()}
	for _, f := range s.files {
		errs = append(errs, f.Close())
	}
	return errors.Join(errs...)
}

// Manifest is what snapshot.json says.
func (s *Snapshot) Manifest() Manifest { return s.manifest }

// Redacted reports whether people's names, numbers and words were replaced when
// the snapshot was recorded.
func (s *Snapshot) Redacted() bool { return s.manifest.Redacted }

// Account is whose conversations these are, and in which of Twilio's regions.
func (s *Snapshot) Account() (mapping.AccountSID, string) {
	return cmp.Or(s.manifest.AccountSID, s.index.account), s.manifest.Region
}

// Skipped is how many items have been left out because they could not be read.
// It is 0 without SkipDamaged, and grows as listings meet them.
func (s *Snapshot) Skipped() int64 { return s.damage.count() }

// MessageCount is how many messages the selected conversations hold.
func (s *Snapshot) MessageCount() int64 {
	if s.selection.IsAll() {
		return s.index.messages
	}
	return s.selectedMessages()
}

// MessageCountOf is how many messages one conversation holds.
func (s *Snapshot) MessageCountOf(sid mapping.ConversationSID) int64 {
	if e := s.index.bySID[sid]; e != nil {
		return e.messages.count
	}
	return 0
}
